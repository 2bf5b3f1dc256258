"""What a deformed sheet covers of its picture.

What belongs here: its faces filled in, and how much they share with a mask. What does not: how
the sheet is moved to share more (`sheet_following`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from maquette.solids.inflation_sheets import Sheet
from maquette.types import Bools

Wide = NDArray[np.float64]

FINER = 4  # times the picture's size: filling counts what a face only touches, which adds half a px
SHIFT = 4  # bits of a pixel that OpenCV keeps


def covered_by(sheet: Sheet, points: Wide, size_wh: tuple[int, int]) -> Bools:
    """(H, W), the pixels whose middle lies under a face."""
    import cv2

    wide, high = size_wh
    canvas = np.zeros((high * FINER, wide * FINER), np.uint8)
    # OpenCV counts from the middle of the first pixel, sheets from its corner
    fine = np.rint((points * FINER - 0.5) * (1 << SHIFT)).astype(np.int32)
    for face in fine[sheet.faces]:
        cv2.fillConvexPoly(canvas, face, 255, cv2.LINE_8, SHIFT)
    middle = FINER // 2
    return canvas[middle::FINER, middle::FINER] > 0


def sheet_iou(sheet: Sheet, points: Wide, inside: Bools) -> float:
    """The share of a mask and a deformed sheet, (N, 2) in pixels, that both have.

    Only what is in the picture counts; 1 where both are empty.
    """
    high, wide = inside.shape
    covered = covered_by(sheet, points, (wide, high))
    either = int((covered | inside).sum())
    return int((covered & inside).sum()) / either if either else 1.0
