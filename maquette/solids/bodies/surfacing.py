"""Surfacing: a closed mesh of a field, found from coarse to fine.

What belongs here: where the surface is, its triangles, and pulling them onto it. What does not:
fields.

Distances are asked in the middle of large blocks first; blocks the surface cannot cross are
settled by their sign, the others are split. So the cost grows with the surface, not the volume.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.errors import EngineError
from maquette.solids.bodies.fields import STEEPEST, Field
from maquette.solids.joining import tidied
from maquette.types import Floats, Indices

Whole = NDArray[np.int64]
LEVELS = 4  # the largest blocks are 16 cells wide
MARGIN = 2  # cells of air around the bounds
NEARLY_ONE = 1.2
PROBE = 0.25  # of a cell: how far apart a slope is measured
LEAST_STEEP = 0.09  # in a sharp corner slopes cancel out
MOST = 0.75  # of a cell: no corner is moved farther in a step
FOLDED = 0.2  # cosine of a face's turn at which it counts as folded over
UNFOLDED = 4  # rounds of putting back what folds
# four directions that see a slope, fewer than two along each axis
PROBES = np.array([[1, -1, -1], [-1, -1, 1], [-1, 1, -1], [1, 1, 1]], np.float32)
TOLERANCE = 0.06  # of a cell: what simplifying may be off


def surface_of(
    distances: Field, bounds: Floats, *, spacing: float, tolerance: float | None = None
) -> tuple[Floats, Indices]:
    """A closed, oriented, manifold mesh of where a field is zero, also with points merged.

    Args:
        distances: rising by at most `fields.STEEPEST` per unit of length, in every direction.
        bounds: (2, 3) corners of a box around the surface.
        spacing: side of a grid cell; what is thinner than two may be lost.
        tolerance: how far the mesh may be simplified from the surface; none for 0.06 cells.

    Raises EngineError FIGURE_NOT_CLOSED where no solid could be made of it.
    """
    return mesh_of(solid_of(distances, bounds, spacing=spacing, tolerance=tolerance))


def solid_of(
    distances: Field, bounds: Floats, *, spacing: float, tolerance: float | None = None
) -> Any:
    """The same as a `manifold3d.Manifold`, for whoever has more to add to it."""
    from skimage.measure import marching_cubes

    low = bounds[0] - np.float32(MARGIN * spacing)
    block = 1 << LEVELS
    cells = np.ceil((bounds[1] - low) / spacing + MARGIN).astype(np.int64)
    x, y, z = (int(n) for n in -(-cells // block) * block + 1)

    def at(index: Whole) -> Floats:
        return distances((index * np.float32(spacing) + low).astype(np.float32))

    grid = _filled(at, (x, y, z), spacing)
    if not (grid < 0).any():
        raise EngineError("FIGURE_NOT_CLOSED", f"nothing is inside within {bounds.tolist()}")
    found, triangles, _, _ = marching_cubes(grid, 0.0)
    faces = np.asarray(triangles, np.int32)
    points = np.asarray(found, np.float32) * np.float32(spacing) + low
    points = _pulled(points.astype(np.float32), faces, distances, spacing)
    return _closed(points, faces, TOLERANCE * spacing if tolerance is None else tolerance)


def mesh_of(solid: Any) -> tuple[Floats, Indices]:
    """Points and faces of a `manifold3d.Manifold`, each position once.

    Raises EngineError FIGURE_NOT_CLOSED where it is none with positions merged.
    """
    draft = tidied(solid)
    if draft is None:
        raise EngineError("FIGURE_NOT_CLOSED", "the figure is not closed with positions merged")
    return draft.points.astype(np.float32), draft.faces.astype(np.int32)


def _filled(at: Callable[[Whole], Floats], shape: tuple[int, int, int], spacing: float) -> Floats:
    """Distances on a grid: true ones near the surface, the right sign elsewhere."""
    width = 1 << LEVELS
    starts = _split(np.zeros((1, 3), np.int64), tuple((n - 1) // width for n in shape), width)
    far = np.float32(2 * spacing)
    grid = np.full(shape, far, np.float32)
    while width > 1:
        away = at(starts + width // 2)
        # near the surface distances are true: only large blocks need room for estimates
        steep = STEEPEST if width > 2 else NEARLY_ONE
        reach = steep * spacing * width * 3**0.5 / 2
        for x, y, z in starts[away < -reach].tolist():
            grid[x : x + width + 1, y : y + width + 1, z : z + width + 1] = -far
        width //= 2
        starts = _split(starts[np.abs(away) <= reach], (2, 2, 2), width)
    nodes = _corners_of(starts, shape)
    values = at(np.stack(np.unravel_index(nodes, shape), axis=1))
    # a corner right on the surface makes faces without area
    tiny = np.float32(1e-4 * spacing)
    grid.ravel()[nodes] = np.where(np.abs(values) < tiny, np.copysign(tiny, values), values)
    return grid


def _split(starts: Whole, counts: tuple[int, ...], width: int) -> Whole:
    """(N, 3) the lowest corners of the blocks of this width that larger blocks consist of."""
    steps = np.stack(np.meshgrid(*(np.arange(n) for n in counts), indexing="ij"), axis=-1)
    return (starts[:, None] + width * steps.reshape(-1, 3)).reshape(-1, 3)


def _corners_of(cells: Whole, shape: tuple[int, int, int]) -> Whole:
    """The flat numbers of the grid's nodes that these cells have as corners."""
    _, y, z = shape
    taken = np.zeros(shape, np.bool_)
    first = cells @ np.array([y * z, z, 1])
    for step in (0, 1, z, z + 1, y * z, y * z + 1, y * z + z, y * z + z + 1):
        taken.ravel()[first + step] = True
    return np.flatnonzero(taken)


def _pulled(points: Floats, faces: Indices, distances: Field, spacing: float) -> Floats:
    """Points moved onto the surface along the field's slope, but where faces would fold over."""
    probed = np.stack([distances(points + PROBE * spacing * way) for way in PROBES], axis=1)
    slope = probed @ PROBES / np.float32(4 * PROBE * spacing)
    slope /= np.maximum((slope * slope).sum(axis=1), np.float32(LEAST_STEEP))[:, None]
    most = np.float32(MOST * spacing)
    moved = points - _no_farther(slope * probed.mean(axis=1)[:, None], most)
    moved -= _no_farther(slope * distances(moved)[:, None], most)
    before = _across(points, faces)
    for _ in range(UNFOLDED):
        after = _across(moved, faces)
        folded = (before * after).sum(axis=1) < FOLDED * _lengths(before) * _lengths(after)
        if not folded.any():
            break
        again = faces[folded].ravel()
        moved[again] = points[again]
    return moved


def _no_farther(steps: Floats, most: np.float32) -> Floats:
    return steps * np.minimum(1, most / np.maximum(_lengths(steps), np.float32(1e-12)))[:, None]


def _across(points: Floats, faces: Indices) -> Floats:
    """(F, 3) across each face, as long as twice its area."""
    a, b, c = (points[faces[:, k]] for k in range(3))
    return np.cross(b - a, c - a)


def _lengths(vectors: Floats) -> Floats:
    return np.sqrt((vectors * vectors).sum(axis=1))


def _closed(points: Floats, faces: Indices, tolerance: float) -> Any:
    """The largest solid, simplified."""
    import manifold3d

    solid: Any = manifold3d.Manifold(manifold3d.Mesh(points, faces.astype(np.uint32)))
    if solid.status() != manifold3d.Error.NoError:
        raise EngineError("FIGURE_NOT_CLOSED", f"the figure is no solid: {solid.status().name}")
    return max(solid.simplify(tolerance).decompose(), key=lambda body: float(body.volume()))
