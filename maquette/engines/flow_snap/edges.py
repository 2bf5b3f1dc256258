"""From logits on a coarse grid to a mask of the frame's own size, its edge on the picture's edge.

What belongs here: drawing up, snapping, dropping crumbs. What does not: whose edge it is.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from maquette.engines.flow_snap.windows import Window
from maquette.types import Bools, Bytes, Floats

SNAPPED_PX = 1024  # windows longer than this are snapped smaller: a 4K edge moves by a pixel or two
CONTRAST = 1e-2  # of brightness in 0..1: flatter surfaces do not pull an edge
CRUMBS = 0.05  # parts smaller than this share of the largest are not the object


def drawn(logits: Floats, rgb: Bytes, *, window: Window, snap_px: int) -> Bools:
    """(H, W) bool of a whole frame from (h, w) logits that cover its window.

    Args:
        logits: positive inside.
        rgb: the window's part of the frame, (height, width, 3).
        window: where it lies.
        snap_px: how far the edge may move; it follows a guided filter along the brightness.
    """
    scale = min(1.0, SNAPPED_PX / max(window.width, window.height))
    size_wh = (max(1, round(window.width * scale)), max(1, round(window.height * scale)))
    smooth = cv2.resize(logits, size_wh, interpolation=cv2.INTER_CUBIC)
    share = (1 / (1 + np.exp(-np.clip(smooth, -30, 30)))).astype(np.float32)
    seen = cv2.resize(rgb, size_wh, interpolation=cv2.INTER_AREA) if scale < 1 else rgb
    light = cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY).astype(np.float32) / np.float32(255)
    snapped = _guided(light, share, radius_px=snap_px)
    whole = cv2.resize(snapped, (window.width, window.height), interpolation=cv2.INTER_LINEAR)
    return main_parts(whole > 0.5, least=CRUMBS)


def main_parts(inside: Bools, *, least: float) -> Bools:
    """The mask without parts smaller than a share of its largest."""
    count, labels, facts, _ = cv2.connectedComponentsWithStats(inside.astype(np.uint8))
    if count <= 2:
        return inside
    areas = facts[1:, int(cv2.CC_STAT_AREA)]
    kept = np.zeros(count, np.bool_)
    kept[1:] = areas >= least * areas.max()
    return np.asarray(kept[np.asarray(labels, np.intp)], np.bool_)


def _guided(light: Floats, share: Floats, *, radius_px: int) -> Floats:
    """The share redrawn as a locally affine function of brightness (He, Sun and Tang 2013)."""

    def mean(values: NDArray[Any]) -> Floats:
        side_px = 2 * radius_px + 1
        return np.asarray(cv2.blur(values, (side_px, side_px)), np.float32)

    light_mean, share_mean = mean(light), mean(share)
    together = mean(light * share) - light_mean * share_mean
    spread = mean(light * light) - light_mean * light_mean
    slope = together / (spread + np.float32(CONTRAST**2))
    offset = share_mean - slope * light_mean
    return np.asarray(mean(slope) * light + mean(offset), np.float32)
