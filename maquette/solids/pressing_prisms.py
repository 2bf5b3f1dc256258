"""Prisms: flat shapes drawn up to solids and joined, by manifold3d.

What belongs here: from shapely polygons in millimetres, y up, to meshes in metres that lie on
the floor. What does not: which shapes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.types import Indices, Mesh

SMALLEST_MM = 0.002  # edges that booleans leave and no printer sees


def prism(shape: Any, up_mm: float) -> Any:
    """A manifold3d solid from the floor up to this height."""
    import manifold3d
    import shapely

    rings: list[NDArray[np.float64]] = []
    for part in shapely.get_parts(shapely.orient_polygons(shape)):
        rings += [np.asarray(ring.coords)[:-1] for ring in (part.exterior, *part.interiors)]
    flat = manifold3d.CrossSection(rings, manifold3d.FillRule.Positive)
    return flat.extrude(up_mm)


def lying(solid: Any) -> Mesh:
    """The mesh of a solid: metres, its z is y, plain grey."""
    points, faces = surface_of(solid)
    return Mesh(standing_up(points), faces, np.zeros((len(points), 2), np.float32))


def surface_of(solid: Any) -> tuple[NDArray[np.float64], Indices]:
    """(V, 3) millimetres, z up, and (F, 3), each position once."""
    mesh = solid.simplify(SMALLEST_MM).to_mesh()
    points = np.asarray(mesh.vert_properties, np.float64)[:, :3]
    return points, np.asarray(mesh.tri_verts, np.int32)


def standing_up(points: NDArray[np.float64]) -> NDArray[np.float32]:
    """Millimetres with z up to metres with y up, what was up in the picture away from us."""
    return (points[:, [0, 2, 1]] * [1.0, 1.0, -1.0] / 1000).astype(np.float32)
