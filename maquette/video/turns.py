"""Which way up: quarter turns and mirrors that a file asks for, as phones write them.

What belongs here: display matrices and EXIF orientations. What does not: turns by other angles,
which would resample every pixel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Turn:
    """What makes a picture upright: rows and columns swapped, then either of them reversed."""

    swapped: bool = False
    rows_reversed: bool = False
    columns_reversed: bool = False

    def applied(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """The (H, W, C) picture upright, as an array of its own layout."""
        turned = pixels.swapaxes(0, 1) if self.swapped else pixels
        rows = slice(None, None, -1 if self.rows_reversed else 1)
        columns = slice(None, None, -1 if self.columns_reversed else 1)
        return np.ascontiguousarray(turned[rows, columns])

    def of_size(self, size_wh: tuple[int, int]) -> tuple[int, int]:
        """Width and height after it."""
        return (size_wh[1], size_wh[0]) if self.swapped else size_wh

    def of_aspect(self, pixel_aspect: Fraction) -> Fraction:
        """A pixel's width against its height after it."""
        return 1 / pixel_aspect if self.swapped else pixel_aspect


UPRIGHT = Turn()

_EXIF = {
    2: Turn(columns_reversed=True),
    3: Turn(rows_reversed=True, columns_reversed=True),
    4: Turn(rows_reversed=True),
    5: Turn(swapped=True),
    6: Turn(swapped=True, columns_reversed=True),
    7: Turn(swapped=True, rows_reversed=True, columns_reversed=True),
    8: Turn(swapped=True, rows_reversed=True),
}


def turn_of_exif(orientation: int) -> Turn:
    """What an EXIF or TIFF orientation asks for; unknown ones ask for nothing."""
    return _EXIF.get(orientation, UPRIGHT)


def turn_of_matrix(matrix: Sequence[int]) -> Turn | None:
    """What a movie's 3 × 3 display matrix asks for; None where it is no quarter turn.

    Args:
        matrix: nine numbers a b u c d v x y w: a pixel goes to (a x + c y, b x + d y).
    """
    a, b, c, d = matrix[0], matrix[1], matrix[3], matrix[4]
    if a and d and not b and not c:
        return Turn(False, rows_reversed=d < 0, columns_reversed=a < 0)
    if b and c and not a and not d:
        return Turn(True, rows_reversed=b < 0, columns_reversed=c < 0)
    return None
