"""Distances between two surfaces, measured from samples that are the same every time.

What belongs here: how far two meshes are apart. What does not: the search for closest points
(`closest_points`), and what distance is too far.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.solids.closest_points import Surface
from maquette.solids.soundness import places
from maquette.types import Mesh

Wide = NDArray[np.float64]

SEED = 0x5EED
DENSEST_M2 = 1e-300  # keeps a mesh without area from dividing by nothing


@dataclass(frozen=True)
class Distance:
    """How far two surfaces are apart, in metres.

    Attributes:
        there: the farthest that a place on the first is from the second.
        back: the farthest that a place on the second is from the first.
        mean: of all samples of both.
        diagonal: of the box around the first.
    """

    there: float
    back: float
    mean: float
    diagonal: float

    @property
    def both(self) -> float:
        """The Hausdorff distance: the larger of the two ways."""
        return max(self.there, self.back)

    @property
    def share_of_diagonal(self) -> float:
        """The Hausdorff distance over the first mesh's diagonal; 0.002 is 0.2 %."""
        return self.both / self.diagonal if self.diagonal > 0 else 0.0


def hausdorff(one: Mesh, other: Mesh, *, samples: int = 20_000) -> Distance:
    """The largest distance from either surface to the other, seen at samples of both.

    The samples are spread by area, and every point that a face uses is one more, so that a
    corner cut off is never missed.

    Args:
        one: the mesh whose box gives the scale; what was there before.
        other: the mesh it is compared with.
        samples: on each surface, besides the points.
    """
    ways = [
        Surface(onto.points, onto.faces).closest(sampled(of, samples)).distances
        for of, onto in ((one, other), (other, one))
    ]
    used = one.points[np.unique(one.faces)].astype(np.float64)
    return Distance(
        there=float(ways[0].max()),
        back=float(ways[1].max()),
        mean=float(np.concatenate(ways).mean()),
        diagonal=float(np.linalg.norm(np.ptp(used, axis=0))),
    )


def sampled(mesh: Mesh, count: int) -> Wide:
    """(count + used points, 3) places spread evenly over the surface by area, then its points."""
    corners = mesh.points.astype(np.float64)[mesh.faces]
    double = np.linalg.norm(
        np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
    )
    heaped: NDArray[Any] = np.cumsum(double) / max(float(double.sum()), DENSEST_M2)
    # equal steps along the heap of areas: each face gets its share to within one sample
    face = np.searchsorted(heaped, (np.arange(count) + 0.5) / count)
    face = np.minimum(face, len(corners) - 1)
    u, v = np.random.default_rng(SEED).random((2, count))
    over = u + v > 1
    u, v = np.where(over, 1 - u, u), np.where(over, 1 - v, v)
    weights = np.stack([1 - u - v, u, v], axis=1)
    on_faces = np.einsum("nk,nkd->nd", weights, corners[face])
    used = mesh.points[np.unique(mesh.faces)]
    return np.concatenate([on_faces, used[places(used)[1]].astype(np.float64)])
