"""Wrapping: a new surface around everything a mesh has, for meshes that cannot be sewn.

A grid is filled with distances to the mesh, what cannot be reached from outside counts as solid,
and the surface one cell away from the mesh is pulled back onto it. What belongs here: this one
remesh, without any native mesh library but manifold3d for the last step. What does not: deciding
when it is needed (`ladder`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.solids.closest_points import Surface
from maquette.solids.deviation import nearby
from maquette.solids.joining import fresh, settled, tidied
from maquette.solids.sewing import Draft

Floats = NDArray[np.float32]
Wide = NDArray[np.float64]
Whole = NDArray[np.int64]

AWAY_CELLS = 1.0  # over half a cell's diagonal: no sheet is so thin that the wrap leaks through
MARGIN_CELLS = 3
SKIN_SHARE = 5e-4  # of the diagonal: kept off the mesh, so that corners do not fall together
TRIM_SHARE = 2e-4


def wrapped(points: Wide, faces: Whole, *, cells: int, wall: float) -> Draft | None:
    """The mesh as one or more solids without inner parts; None where the grid cannot tell.

    Args:
        points: of the mesh.
        faces: of the mesh.
        cells: along its longest side; memory grows with their cube.
        wall: thickness that sheets get.
    """
    import manifold3d
    from skimage.measure import marching_cubes

    surface = Surface(points, faces)
    grid = _Grid.around(points[np.unique(faces)], cells)
    field, within = _field(surface, grid)
    found, triangles, _, _ = marching_cubes(field, 0.0)
    shell = np.asarray(found, np.float64) * grid.cell + grid.origin
    diagonal = float(np.linalg.norm(np.ptp(points[np.unique(faces)], axis=0)))
    pulled = _pulled(shell, surface, grid, within, (SKIN_SHARE * diagonal, wall / 2))
    for candidate in (pulled, shell):
        draft = settled(fresh(candidate, triangles))
        if draft is None:
            continue
        solid: Any = manifold3d.Manifold(
            manifold3d.Mesh64(draft.points, draft.faces.astype(np.uint64))
        )
        if solid.status() == manifold3d.Error.NoError:
            lean = tidied(solid.simplify(TRIM_SHARE * diagonal))
            return lean or draft
    return None


@dataclass(frozen=True)
class _Grid:
    origin: Wide
    cell: float
    shape: tuple[int, int, int]

    @classmethod
    def around(cls, points: Wide, cells: int) -> _Grid:
        low, high = points.min(axis=0), points.max(axis=0)
        cell = float((high - low).max()) / cells
        origin = low - (MARGIN_CELLS + 0.5) * cell
        x, y, z = (int(n) for n in np.ceil((high - origin) / cell) + MARGIN_CELLS + 1)
        return cls(origin, cell, (x, y, z))

    def nodes(self, flat: Whole) -> Wide:
        """(N, 3) places of nodes by their flat numbers."""
        index = np.stack(np.unravel_index(flat, self.shape), axis=1)
        return index * self.cell + self.origin


def _field(surface: Surface, grid: _Grid) -> tuple[Floats, NDArray[np.bool_]]:
    """Distance from the wrap at every node, below zero inside; and which nodes are enclosed."""
    from scipy import ndimage

    near = ndimage.binary_dilation(_touched(surface, grid), np.ones((3, 3, 3)), iterations=2)
    flat = np.flatnonzero(near)
    field = np.full(grid.shape, 2 * AWAY_CELLS, np.float32)
    distances = nearby(surface, grid.nodes(flat))[1] / grid.cell
    field.ravel()[flat] = np.minimum(distances, 2 * AWAY_CELLS)
    field -= AWAY_CELLS
    labelled: Any = ndimage.label(field > 0)
    parts: NDArray[np.int32] = labelled[0]
    within = (parts != parts[0, 0, 0]) & (field > 0)
    field[within] *= -1
    field[within] -= AWAY_CELLS  # steeply inside: what encloses it has no inner face
    return field, within


def _touched(surface: Surface, grid: _Grid) -> NDArray[np.bool_]:
    """The nodes nearest to points that cover the mesh at half a cell's distance."""
    touched = np.zeros(grid.shape, np.bool_)
    corners = surface.corners
    while len(corners):
        index = np.rint((corners.reshape(-1, 3) - grid.origin) / grid.cell).astype(np.int64)
        touched[tuple(index.T)] = True
        edges = np.roll(corners, -1, axis=1) - corners
        large = (edges**2).sum(axis=2).max(axis=1) > (grid.cell / 2) ** 2
        corners = _quartered(corners[large])
    return touched


def _quartered(corners: Wide) -> Wide:
    """Each triangle as four."""
    a, b, c = (corners[:, k] for k in range(3))
    ab, bc, ca = (a + b) / 2, (b + c) / 2, (c + a) / 2
    pieces = [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
    return np.concatenate([np.stack(piece, axis=1) for piece in pieces])


def _pulled(
    shell: Wide,
    surface: Surface,
    grid: _Grid,
    within: NDArray[np.bool_],
    off: tuple[float, float],
) -> Wide:
    """The wrap's points moved back: onto what is solid behind, half a wall off what is not."""
    found, _ = nearby(surface, shell)
    outwards = shell - found
    outwards /= np.maximum(np.linalg.norm(outwards, axis=1, keepdims=True), 1e-300)
    behind = found - 2 * AWAY_CELLS * grid.cell * outwards
    index = np.rint((behind - grid.origin) / grid.cell).astype(np.int64)
    index = np.clip(index, 0, np.array(grid.shape) - 1)
    solid = within[tuple(index.T)]
    skin, half = off
    away = np.where(solid, skin, min(half, AWAY_CELLS * grid.cell))
    return found + away[:, None] * outwards
