"""The frame of a clip that its mesh is best made from.

What belongs here: what a mask tells by itself. What does not: following (`sheet_following`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from maquette.solids.sheet_following import Seen
from maquette.types import Bools

SMOOTH_SHARE, LEAST_SMOOTH_PX = 0.01, 0.8  # of a subject's size: hair is no limb
WHOLE = 3.0  # how much worse it is to be in pieces than to have short limbs
CUT = 4.0  # how bad it is to be cut by the border
SIZE = 0.25  # how much a larger one is better
LEAST_FILL = 0.05  # of the largest mask's area: smaller ones show next to nothing


def anchor_of(frames: Sequence[Seen]) -> int:
    """The frame whose mask is whole, in one piece, off the border, large, its limbs apart.

    0 where no frame has a mask.
    """
    areas = np.array([seen.area_px2 for seen in frames])
    if not areas.any():
        return 0
    least = max(1.0, LEAST_FILL * float(areas.max()))
    scores = [
        _worth(seen.inside) * float(area / areas.max()) ** SIZE
        if seen.inside is not None and area >= least
        else 0.0
        for seen, area in zip(frames, areas, strict=True)
    ]
    return int(np.argmax(scores))


def _worth(inside: Bools) -> float:
    """How good a mask is to start from, all but its size."""
    area = float(inside.sum())
    whole = _largest_px2(inside) / area
    cut = sum(int(side.sum()) for side in (inside[0], inside[-1], inside[:, 0], inside[:, -1]))
    long = _rim_px(inside) / np.sqrt(area)
    return float(whole**WHOLE * long * np.exp(-CUT * cut / np.sqrt(area)))


def _largest_px2(inside: Bools) -> float:
    """The area of the largest piece."""
    import cv2

    pieces = cv2.connectedComponentsWithStats(inside.astype(np.uint8), connectivity=4)[2]
    return float(pieces[1:, cv2.CC_STAT_AREA].max())


def _rim_px(inside: Bools) -> float:
    """How long the outline is, less that of holes: those are where limbs touch."""
    import cv2

    rows, columns = np.nonzero(inside)
    size_px = float(max(np.ptp(rows), np.ptp(columns)) + 1)
    soft = cv2.GaussianBlur(
        inside.astype(np.float32), (0, 0), max(SMOOTH_SHARE * size_px, LEAST_SMOOTH_PX)
    )
    smooth = (np.asarray(soft) > 0.5).astype(np.uint8)
    lines, ranks = cv2.findContours(smooth, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    if not lines:
        return 0.0
    parents = np.asarray(ranks)[0, :, 3]
    lengths = np.array([cv2.arcLength(line, True) for line in lines])
    return max(float(np.where(parents < 0, lengths, -lengths).sum()), 0.0)
