"""Samples of a surface, spread evenly and the same every time: what distances are measured from.

What belongs here: where a surface is looked at. What does not: the search for closest points
(`closest_points`), and what distance is too far (`deviation`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.solids.soundness import places
from maquette.types import Mesh

Wide = NDArray[np.float64]

SEED = 0x5EED
DENSEST_M2 = 1e-300  # keeps a mesh without area from dividing by nothing


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
