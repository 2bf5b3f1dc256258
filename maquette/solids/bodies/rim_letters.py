"""Rim letters: a name bent round the front of a plinth.

What belongs here: letters as a solid that is joined to the plinth, and as the place of their
colour. What does not: the flat letters (`lettering`), the plinth (`bases`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.solids.bodies.lettering import Inscription
from maquette.types import Floats

LONGEST = 0.02  # edge of a letter's face: longer ones would cut the rim's bend short
PAINT_SHARE = 0.3  # of the rise: paint reaches so far over the letters' faces, and starts above
PAINT_SPREAD = 0.0005  # beyond the outlines: the letters' walls are painted as well


@dataclass(frozen=True)
class RimLetters:
    """A name on the front of an upright round rim.

    Attributes:
        flat: the letters before they are bent.
        radius: of the rim.
        height: of the middle of the letters.
        rise: how far they stand out, and as deep they reach into the rim.
    """

    flat: Inscription
    radius: float
    height: float
    rise: float

    def distances(self, points: Floats) -> Floats:
        """The distance to what has the letters' colour: their faces and walls."""
        along = np.arctan2(points[:, 0], points[:, 2]) * np.float32(self.radius)
        beside = self.flat.distances(along, points[:, 1] - np.float32(self.height))
        out = np.hypot(points[:, 0], points[:, 2]) - np.float32(self.radius)
        low, top = PAINT_SHARE * self.rise, (1 + PAINT_SHARE) * self.rise
        sheet = np.abs(out - np.float32((low + top) / 2)) - np.float32((top - low) / 2)
        return np.maximum(beside - np.float32(PAINT_SPREAD), sheet)

    def solid(self) -> Any:
        """The letters as a `manifold3d.Manifold` that reaches into the rim.

        A grid would have to be very fine for them; so they are drawn up from their outlines.
        """
        flat = self.flat.outlines().extrude(2 * self.rise).refine_to_length(LONGEST)
        return flat.warp_batch(self._bent)

    def _bent(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y, z = points.T
        out = self.radius - self.rise + z
        turn = x / self.radius
        return np.column_stack([out * np.sin(turn), y + self.height, out * np.cos(turn)])
