"""The part of a frame that is looked at, and bringing maps into it and back.

What belongs here: rectangles, and maps resized between them. What does not: what is in the maps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maquette.types import Bools, Bytes

Box = tuple[float, float, float, float]  # x0, y0, x1, y1


@dataclass(frozen=True)
class Window:
    """A rectangle of whole pixels inside a frame."""

    x0: int
    y0: int
    width: int
    height: int

    def cut(self, rgb: Bytes) -> Bytes:
        """What of an (H, W, 3) frame lies inside."""
        rows, columns = self.slices()
        return np.ascontiguousarray(rgb[rows, columns])

    def slices(self) -> tuple[slice, slice]:
        """The rows and columns inside."""
        return slice(self.y0, self.y0 + self.height), slice(self.x0, self.x0 + self.width)

    def scaled(self, factor: float, *, size_wh: tuple[int, int]) -> Window:
        """The same part of a frame that is `factor` times as large, at least one pixel of it."""
        x0 = min(round(self.x0 * factor), size_wh[0] - 1)
        y0 = min(round(self.y0 * factor), size_wh[1] - 1)
        width = max(1, min(round(self.width * factor), size_wh[0] - x0))
        height = max(1, min(round(self.height * factor), size_wh[1] - y0))
        return Window(x0, y0, width, height)


def around(box: Box, *, side_px: float, size_wh: tuple[int, int]) -> Window:
    """The square of that side over the middle of a box, pushed and cut to lie in the frame."""
    width, height = (min(round(side_px), size) for size in size_wh)
    x0 = round((box[0] + box[2] - width) / 2)
    y0 = round((box[1] + box[3] - height) / 2)
    x0 = min(max(x0, 0), size_wh[0] - width)
    y0 = min(max(y0, 0), size_wh[1] - height)
    return Window(x0, y0, width, height)


def box_of(inside: Bools) -> Box:
    """The smallest box that holds every pixel of a mask that is not empty."""
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


def longer_px(box: Box) -> float:
    """The longer side of a box."""
    return max(box[2] - box[0], box[3] - box[1])
