"""Where the object went: dense optical flow, and a mask's depth carried along it.

What belongs here: motion between two frames. What does not: what anything looks like.
"""

from __future__ import annotations

import cv2
import numpy as np

from maquette.types import Bools, Bytes, Floats

STEP = 2  # flow is found at half the working size: as good for masks, a quarter of the time


class Motion:
    """Finds the flow from frame to frame; each frame is given once."""

    def __init__(self, first: Bytes) -> None:
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        self._last = _grey(first)

    def onward(self, rgb: Bytes) -> Floats:
        """(H, W, 2) float32: for each pixel of this frame, the way back to the one before, px."""
        grey = _grey(rgb)
        small = np.zeros((*grey.shape, 2), np.float32)  # else each call begins with the last answer
        small = self._flow.calc(grey, self._last, small)
        self._last = grey
        size_wh = (rgb.shape[1], rgb.shape[0])
        scale = np.array(size_wh, np.float32) / np.array(grey.shape[::-1], np.float32)
        return np.asarray(cv2.resize(small, size_wh) * scale, np.float32)


def depth_px(inside: Bools) -> Floats:
    """(H, W) float32: pixels to the edge, positive inside; far below nought for an empty mask."""
    ink = inside.astype(np.uint8)
    if not ink.any():
        return np.full(inside.shape, -float(sum(inside.shape)), np.float32)
    within = cv2.distanceTransform(ink, cv2.DIST_L2, 3)
    beyond = cv2.distanceTransform(1 - ink, cv2.DIST_L2, 3)
    return np.asarray(within - beyond, np.float32)


def carried(values: Floats, flow: Floats) -> Floats:
    """A map of the frame before as it lies in this one."""
    rows, columns = np.indices(values.shape, dtype=np.float32)
    moved = cv2.remap(
        values,
        columns + flow[..., 0],
        rows + flow[..., 1],
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(moved, np.float32)


def _grey(rgb: Bytes) -> Bytes:
    high, wide = (max(16, side // STEP) for side in rgb.shape[:2])
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(grey, (wide, high), interpolation=cv2.INTER_AREA), np.uint8)
