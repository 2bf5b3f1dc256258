"""Thinning: a solid with fewer faces that is still a solid.

manifold3d makes the last step, because others leave edges that only look closed while points keep
their numbers. Its simplification keeps to a tolerance, not to a count, so the tolerance is
searched. What is judged is what will be written: float32, with equal positions merged.
What belongs here: fewer faces. What does not: looks, which `rebaking` carries over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.errors import InputError
from maquette.solids.soundness import places, soundness_of
from maquette.types import Floats, Indices

Wide = NDArray[np.float64]

# tolerances that are tried, as shares of the longest side: one that costs nothing, then in steps
FINEST, FIRST, STEP, COARSEST = 1e-6, 3e-5, 4.0, 0.1
ENOUGH, AIM = 0.92, 0.96  # of the faces allowed: what is good enough, and what is aimed at
LOOKS = 5  # at tolerances between two steps


def thinned(points: NDArray[Any], faces: Indices, *, faces_at_most: int) -> tuple[Floats, Indices]:
    """The same solid with no more faces than allowed; unchanged where it has no more.

    Args:
        points: (V, 3) in any unit, float64 where they were just moved.
        faces: (F, 3) of a mesh that is closed, manifold and oriented.
        faces_at_most: what the answer may have.

    Raises InputError MESH_NOT_SOLID where manifold3d does not take it as one, and
    MESH_CANNOT_THIN where nothing within a tenth of its size is a solid with so few faces.
    """
    rounded = points.astype(np.float32)
    if len(faces) <= faces_at_most and soundness_of(rounded, faces).sound:
        return rounded, faces
    solid = _manifold(points, faces)
    side = float(np.ptp(points, axis=0).max())
    found = _searched(solid, side, faces_at_most)
    if found is None:
        raise InputError(
            "MESH_CANNOT_THIN",
            f"no solid of {faces_at_most} faces is near this one of {len(faces)}",
            fix="allow more faces, or upload a simpler model",
        )
    return found


def _manifold(points: NDArray[Any], faces: Indices) -> Any:
    import manifold3d

    place, first = places(points)
    mesh = manifold3d.Mesh64(
        np.ascontiguousarray(points[first], np.float64), place[faces].astype(np.uint64)
    )
    solid = manifold3d.Manifold(mesh)
    if solid.status() != manifold3d.Error.NoError:
        raise InputError(
            "MESH_NOT_SOLID",
            f"the mesh is not a solid: {solid.status().name}",
            fix="mend it first",
        )
    return solid


def _searched(solid: Any, side: float, most: int) -> tuple[Floats, Indices] | None:
    """The finest sound answer: between tolerances that leave too many faces and few enough."""
    high = _Tried.at(solid, FINEST * side)
    low, step = high, FIRST * side
    # large steps first: most meshes need little, and coarse answers are quick to get
    while high.faces > most and high.tolerance < COARSEST * side:
        low, high = high, _Tried.at(solid, min(step, COARSEST * side))
        step *= STEP
    fits = [high] if high.faces <= most else []
    for _ in range(LOOKS):
        if not fits or high.faces >= ENOUGH * most or low is high:
            break
        between = _Tried.at(solid, _between(low, high, most))
        if between.faces <= most:
            high = between
            fits.append(between)
        else:
            low = between
    return next((found for found in map(_rounded, reversed(fits)) if found is not None), None)


@dataclass(frozen=True)
class _Tried:
    """A tolerance, and what is left of the solid at it."""

    tolerance: float
    solid: Any
    faces: int

    @classmethod
    def at(cls, solid: Any, tolerance: float) -> _Tried:
        thin = solid.simplify(tolerance)
        return cls(tolerance, thin, int(thin.num_tri()))


def _between(low: _Tried, high: _Tried, most: int) -> float:
    """A tolerance at which the budget is nearly used, by the counts on either side."""
    counts = np.log([low.faces, max(high.faces, 1)])
    share = (counts[0] - np.log(AIM * most)) / max(counts[0] - counts[1], 1e-9)
    # away from both ends: counts do not fall evenly
    share = float(np.clip(share, 0.1, 0.9))
    return float(low.tolerance ** (1 - share) * high.tolerance**share)


def _rounded(tried: _Tried) -> tuple[Floats, Indices] | None:
    """Points and faces as they are written, if they are still a solid then."""
    if not tried.faces:
        return None
    mesh = tried.solid.to_mesh64()
    points = np.asarray(mesh.vert_properties, np.float64)[:, :3].astype(np.float32)
    faces = np.asarray(mesh.tri_verts).astype(np.int32)
    return (points, faces) if soundness_of(points, faces).sound else None
