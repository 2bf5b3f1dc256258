"""The picture as these engines were trained to see it: the subject in the middle of a square.

Each checkout would cut the subject out by a model of its own, some of them not for commercial
use. They are given our cut-out instead, framed as their own preparation frames it, so that those
models never run. What belongs here: pixels. What does not: finding the subject.
"""

from __future__ import annotations

import math

import numpy as np

from maquette.errors import InputError
from maquette.pictures.scaling import over_grey, scaled
from maquette.types import Bytes, Picture

SIDE_PX = 1024  # none of the engines looks closer
SOLID_ALPHA = 205  # what counts as subject; TRELLIS itself asks for more than 0.8


def framed(cutout: Picture, *, share: float, ground: int | None) -> Picture:
    """A square of at most 1024 px in whose middle the subject spans that share.

    Args:
        cutout: the subject; what is see-through is not a part of it.
        share: of the side, below 1, so that there is always air around the subject.
        ground: grey level put behind the subject; None keeps the alpha.
    """
    x0, y0, x1, y1 = _bounds(cutout)
    side_px = math.ceil(max(x1 - x0, y1 - y0) / share) + 1
    corner_xy = ((x0 + x1 - side_px) // 2, (y0 + y1 - side_px) // 2)
    square = Picture(_cut(cutout.rgba, corner_xy, side_px))
    if side_px > SIDE_PX:
        square = scaled(square, (SIDE_PX, SIDE_PX))
    return square if ground is None else over_grey(square, ground)


def _bounds(cutout: Picture) -> tuple[int, int, int, int]:
    solid = cutout.rgba[..., 3] >= SOLID_ALPHA
    columns, rows = (np.flatnonzero(solid.any(axis=axis)) for axis in (0, 1))
    if not len(rows):
        raise InputError(
            "CUTOUT_EMPTY",
            "nothing in the cut-out is opaque",
            fix="check the mask of this item, or word the prompt so that it names one subject",
        )
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _cut(rgba: Bytes, corner_xy: tuple[int, int], side_px: int) -> Bytes:
    """The square at that corner; nothing lies beyond the picture's edges."""
    square = np.zeros((side_px, side_px, 4), np.uint8)
    (left, top), (height, width) = corner_xy, rgba.shape[:2]
    seen = rgba[max(0, top) : min(height, top + side_px), max(0, left) : min(width, left + side_px)]
    y, x = max(0, -top), max(0, -left)
    square[y : y + seen.shape[0], x : x + seen.shape[1]] = seen
    return square
