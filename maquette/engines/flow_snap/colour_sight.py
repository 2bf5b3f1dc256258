"""Looking without a net: colours and gradients of three sizes, bent by random waves.

What belongs here: features that cost milliseconds. What does not: learning from them
(`likeness`).
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from maquette.engines.flow_snap.sight import Look, Trust
from maquette.types import Bytes, Floats

SEEN_PX = 256  # a window's long side
CELL_PX = 4
BLURS_PX = (1.5, 6.0)
WAVES = 192  # cosines of random sums of the features: what a straight line cannot part, they can
# How far two colours must lie apart, in the units of `_measures`, to be told apart
BANDWIDTH = 0.45


class ColourSight:
    """Colours and gradients as a sight; it draws no shapes."""

    trust = Trust(likeness=3.0, place=1.2, ridge=1e-3, snap_px=4)

    def look(self, rgb: Bytes) -> Look:
        """What the colours of a window are like, cell by cell."""
        scale = SEEN_PX / max(rgb.shape[:2])
        rows, columns = (max(1, round(side * scale / CELL_PX)) for side in rgb.shape[:2])
        seen_wh = (columns * CELL_PX, rows * CELL_PX)
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        seen = np.asarray(cv2.resize(rgb, seen_wh, interpolation=how), np.uint8)
        measures = cv2.resize(_measures(seen), (columns, rows), interpolation=cv2.INTER_AREA)
        flat = measures.reshape(rows * columns, -1)
        turns, shifts = _waves(flat.shape[1])
        bent = np.cos(flat @ turns + shifts) * np.float32(np.sqrt(2 / WAVES))
        ones = np.ones((len(flat), 1), np.float32)
        return Look(np.hstack([bent, 0.1 * flat, 0.1 * ones]).astype(np.float32), (rows, columns))

    def shapes(self, look: Look, guess: Floats) -> Floats:
        """None: colours draw no shapes."""
        return np.empty((0, *guess.shape), np.float32)


def _measures(rgb: Bytes) -> Floats:
    """(H, W, M) float32: each colour itself and blurred, and how rough the surface is."""
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB) / np.float32(30)
    blurred = [cv2.GaussianBlur(lab, (0, 0), sigma) for sigma in BLURS_PX]
    light = np.ascontiguousarray(lab[..., 0])
    across, down = cv2.Sobel(light, cv2.CV_32F, 1, 0), cv2.Sobel(light, cv2.CV_32F, 0, 1)
    rough = [cv2.GaussianBlur(np.abs(slope), (0, 0), BLURS_PX[0]) for slope in (across, down)]
    return np.dstack([lab, *blurred, *rough]).astype(np.float32)


@cache
def _waves(measures: int) -> tuple[Floats, Floats]:
    """(M, WAVES) directions and (WAVES,) shifts, the same in every run."""
    rng = np.random.default_rng(20)
    turns = rng.normal(size=(measures, WAVES)) * BANDWIDTH
    return turns.astype(np.float32), rng.uniform(0, 2 * np.pi, WAVES).astype(np.float32)
