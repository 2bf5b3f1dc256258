"""What a tracker needs of whatever looks at a frame: features to learn from, shapes to choose of.

What belongs here: the protocol. What does not: the sights (`net_sight`, `colour_sight`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from maquette.types import Bytes, Floats


@dataclass(frozen=True)
class Look:
    """What a sight sees in one window.

    Attributes:
        cells: (rows * columns, C) float32, one line of features per cell, the last a constant 1:
            what `likeness` learns from.
        grid_hw: rows and columns of cells; together they cover the window.
        held: what the sight itself needs to draw shapes.
    """

    cells: Floats
    grid_hw: tuple[int, int]
    held: Any = None

    @property
    def grid_wh(self) -> tuple[int, int]:
        """Columns and rows of cells."""
        return self.grid_hw[1], self.grid_hw[0]


@dataclass(frozen=True)
class Trust:
    """How much a sight's features tell beside where the object was last.

    Attributes:
        likeness: logits per unit of likeness, which runs from -1 (other) to 1 (object).
        place: logits per unit of carried depth, which runs from -2 to 3.
        ridge: how far `likeness` is held back from learning single cells by heart.
        snap_px: how far an edge may move to the edges of the picture.
    """

    likeness: float
    place: float
    ridge: float
    snap_px: int


class Sight(Protocol):
    """Looks at a window, and draws the shapes it sees there."""

    @property
    def trust(self) -> Trust:
        """How its features are to be weighed."""
        ...

    def look(self, rgb: Bytes) -> Look:
        """What it sees in an (H, W, 3) window."""
        ...

    def shapes(self, look: Look, guess: Floats) -> Floats:
        """(N, h, w) float32 logits of shapes that may be the guessed one, none if it draws none.

        Args:
            look: of the window.
            guess: (rows, columns) float32 logits, positive in some cells.
        """
        ...
