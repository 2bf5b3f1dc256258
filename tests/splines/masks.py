"""Small masks that move, bend, split and tremble, made by formulas."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from maquette.types import Floats


def lobed(middle_xy: tuple[float, float], *, size_wh: tuple[int, int], radius: float) -> Floats:
    """A soft shape with three lobes."""
    wide, high = size_wh
    y, x = np.mgrid[0:high, 0:wide] + 0.5
    angle = np.arctan2(y - middle_xy[1], x - middle_xy[0])
    away = np.hypot(y - middle_xy[1], x - middle_xy[0])
    return np.clip(radius * (1 + 0.2 * np.cos(3 * angle)) - away + 0.5, 0, 1).astype(np.float32)


def boxes(*xyxy: tuple[int, int, int, int], size_wh: tuple[int, int] = (120, 80)) -> Floats:
    """Filled boxes."""
    mask = np.zeros(size_wh[::-1], np.float32)
    for left, top, right, bottom in xyxy:
        mask[top:bottom, left:right] = 1
    return mask


def sliding(count: int, *, step_px: float = 8.0) -> Iterator[Floats]:
    """A lobed shape that moves to the right by the same way on each frame."""
    for frame in range(count):
        yield lobed((40 + step_px * frame, 45), size_wh=(320, 90), radius=24)


def trembling(count: int, *, tremble_px: float = 1.0) -> Iterator[Floats]:
    """A disc that stands still, its edge drawn anew on each frame by an unsteady hand."""
    chance = np.random.default_rng(3)
    y, x = np.mgrid[0:120, 0:120] + 0.5
    angle, away = np.arctan2(y - 60, x - 60), np.hypot(y - 60, x - 60)
    for _ in range(count):
        edge = 38.0
        for wave in range(2, 18):
            edge = edge + chance.normal(0, tremble_px / 4) * np.cos(wave * angle)
        yield (away < edge).astype(np.float32)
