"""Planes: maps over the front of a head, and reading them between their cells.

What belongs here: one grid in the front plane, and laying a portrait on it. What does not: what
the maps mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maquette.solids.heads.fitting import Fit
from maquette.types import Floats, Picture

CELLS = 288


@dataclass(frozen=True)
class Plane:
    """A square grid of `CELLS` by `CELLS`, row 0 on top.

    Attributes:
        left: x of the left edge.
        top: y of the upper edge.
        step: side of a cell.
    """

    left: float
    top: float
    step: float

    @classmethod
    def around(cls, middle: tuple[float, float], side: float) -> Plane:
        """The square of this side about a place."""
        return cls(middle[0] - side / 2, middle[1] + side / 2, side / CELLS)

    def cells(self, xy: Floats) -> Floats:
        """(N, 2) columns and rows of places; the first cell's middle is 0."""
        at = (xy - np.array([self.left, self.top], np.float32)) / np.float32(self.step)
        return at * np.array([1, -1], np.float32) - np.float32(0.5)

    def middles(self) -> Floats:
        """(CELLS * CELLS, 2) the places of all cells, row by row."""
        along = (np.arange(CELLS, dtype=np.float32) + np.float32(0.5)) * np.float32(self.step)
        x, y = np.meshgrid(self.left + along, self.top - along)
        return np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)

    def read(self, values: Floats, xy: Floats) -> Floats:
        """What a map has at (N, 2) places, between the four nearest cells."""
        at = self.cells(xy)
        return between(values, at[:, 0], at[:, 1])

    def laid(self, picture: Picture, fit: Fit) -> Floats:
        """(CELLS, CELLS, 4) a portrait in 0..255, its colours weighted by how visible they are."""
        import cv2

        rgba = picture.rgba.astype(np.float32)
        rgba[..., :3] *= rgba[..., 3:] / np.float32(255)
        shrunk = self.step / fit.scale
        if shrunk > 1:
            rgba = cv2.GaussianBlur(rgba, (0, 0), 0.45 * shrunk)
        at = (fit.back(self.middles()) - np.float32(0.5)).reshape(CELLS, CELLS, 2)
        x, y = at[..., 0], at[..., 1]
        laid = cv2.remap(rgba, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        return np.asarray(laid, np.float32)


def between(values: Floats, columns: Floats, rows: Floats) -> Floats:
    """What a map (H, W) or (H, W, C) has between its cells; beyond its edges they go on."""
    height, width = values.shape[:2]
    x = np.clip(columns, 0, np.float32(width - 1.001))
    y = np.clip(rows, 0, np.float32(height - 1.001))
    left, top = x.astype(np.int32), y.astype(np.int32)
    across, down = x - left, y - top
    if values.ndim == 3:
        across, down = across[:, None], down[:, None]
    flat = values.reshape(-1, *values.shape[2:])
    first = top * width + left
    upper = flat[first] + (flat[first + 1] - flat[first]) * across
    lower = flat[first + width] + (flat[first + width + 1] - flat[first + width]) * across
    return (upper + (lower - upper) * down).astype(np.float32, copy=False)
