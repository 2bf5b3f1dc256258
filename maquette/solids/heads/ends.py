"""Ends: where hair runs out too thin to be printed, and is cut off.

What belongs here: finding what no ball of the least thickness fits into. What does not: the hair
itself (`shapes`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from maquette.solids.bodies.fields import Field
from maquette.types import Bools, Floats

CELL = 0.006  # of the figure's height, as all lengths here
LEAST = 0.027  # 0.8 mm on a figure of 40 mm, with room for hair above the plain head, and to spare
SPARED = 0.006  # what reaches so far out of the balls stays: smooth hair is not touched
EVEN = 0.8  # cells


@dataclass(frozen=True)
class Ends:
    """How far places are from all that is thick enough.

    Attributes:
        low: (3,) the first node.
        distances: (X, Y, Z) at nodes `CELL` apart, below zero where hair may stay.
    """

    low: Floats
    distances: Floats

    def __call__(self, points: Floats) -> Floats:
        """(N,) above zero where hair is to be cut; beyond the nodes nothing is."""
        from scipy.ndimage import map_coordinates

        at = ((points - self.low) / np.float32(CELL)).T
        found = map_coordinates(self.distances, at, order=1, mode="constant", cval=-1)
        return np.asarray(found, np.float32)


def thin_ends(solid: Field, corners: Floats) -> Ends:
    """Look for thin ends within a box.

    Args:
        solid: everything that hair may lean on, hair included.
        corners: (2, 3) of the box: lowest and highest.
    """
    from scipy.ndimage import gaussian_filter

    counts = np.ceil((corners[1] - corners[0]) / CELL).astype(np.int64) + 1
    nodes = np.stack(np.meshgrid(*map(np.arange, counts.tolist()), indexing="ij"), axis=-1)
    places = nodes.reshape(-1, 3).astype(np.float32) * np.float32(CELL) + corners[0]
    inside = (solid(places.astype(np.float32)) < 0).reshape(nodes.shape[:3])
    # what goes on beyond the box is thick there
    deep = _away(np.pad(inside, 1, mode="edge"))[1:-1, 1:-1, 1:-1]
    middles = deep >= LEAST / 2
    if not middles.any():
        return Ends(corners[0], np.full(middles.shape, -1, np.float32))
    beyond = _away(~middles) - np.float32(LEAST / 2 + SPARED)
    even = np.asarray(gaussian_filter(beyond, EVEN, mode="nearest"), np.float32)
    return Ends(corners[0], even)


def _away(inside: Bools) -> Floats:
    """From nodes inside to the nearest place outside, which is half a cell before its node."""
    from scipy.ndimage import distance_transform_edt

    found: Any = distance_transform_edt(inside)
    return np.asarray((found - 0.5) * CELL * inside, np.float32)
