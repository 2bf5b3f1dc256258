"""Hollows: the space inside a solid that is farther from its surface than a wall is thick.

Distances are measured on a grid, exactly where the hollow's surface will be, so that walls have
their thickness though the grid is coarse. What belongs here: where the hollow is and where it
can drain. What does not: taking it out (`carving`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.errors import InputError

Wide = NDArray[np.float64]
Grid = NDArray[np.float32]  # (X, Y, Z)
Inside = NDArray[np.bool_]

STEPS_PER_WALL = 3
STEPS_AT_MOST = 256  # along the longest side
BAND_STEPS = 2.5  # around the hollow's surface, where distances are measured exactly
SAMPLES_PER_STEP = 2
ROOM_WALLS = 2.0  # a hollow smaller than a cube of so many walls saves nothing
APART_RADII = 6.0  # between the two holes of a hollow: one lets air in
SUBPIXELS = 8  # bits, of OpenCV's polygons


@dataclass(frozen=True)
class Hole:
    """An upright cylinder from below the underside into a hollow."""

    at_mm: tuple[float, float]
    bottom_mm: float
    top_mm: float
    radius_mm: float


@dataclass(frozen=True)
class Cavity:
    """The surface of all hollows, faces outwards, and the holes that drain them."""

    points_mm: Wide
    faces: NDArray[np.int64]
    holes: tuple[Hole, ...]
    pitch_mm: float


@dataclass(frozen=True)
class _Lattice:
    """Where the nodes of the grid are."""

    corner_mm: Wide  # (3,)
    pitch_mm: float
    shape: tuple[int, int, int]

    def at(self, node: Any) -> Wide:
        """Places of (..., 3) nodes."""
        return self.corner_mm + np.asarray(node, np.float64) * self.pitch_mm


def cavity_of(solid: Any, *, wall_mm: float, drain_mm: float) -> Cavity | None:
    """The hollow of a `manifold3d.Manifold`, or None where there is no room for one."""
    from skimage.measure import marching_cubes

    lattice = _lattice(solid, wall_mm)
    inside = _inside(solid, lattice)
    depth = _depths(solid, inside, lattice, wall_mm=wall_mm)
    rooms = _rooms(depth > wall_mm, lattice.pitch_mm, wall_mm)
    if not rooms:
        return None
    kept = np.logical_or.reduce(rooms)
    depth[(depth > wall_mm) & ~kept] = wall_mm
    points, faces, _, _ = marching_cubes(depth, level=wall_mm + 1e-4)
    holes: list[Hole] = []
    if drain_mm:
        for room in rooms:
            holes += _holes(room, inside, lattice, radius_mm=drain_mm / 2)
    at = lattice.at(points)
    return Cavity(at, _outwards(at, faces), tuple(holes), lattice.pitch_mm)


def _lattice(solid: Any, wall_mm: float) -> _Lattice:
    box = np.array(solid.bounding_box()).reshape(2, 3)
    sides = box[1] - box[0]
    pitch = max(wall_mm / STEPS_PER_WALL, float(sides.max()) / STEPS_AT_MOST)
    if pitch > wall_mm:
        raise InputError(
            "PRINT_WALL_THIN",
            f"walls of {wall_mm:g} mm are too thin for a print of {sides.max():g} mm",
            fix=f"give {math.ceil(pitch * 10) / 10:g} mm or more",
        )
    across, away, up = (np.ceil(sides / pitch).astype(int) + 4).tolist()
    return _Lattice(box[0] - 2 * pitch, pitch, (across, away, up))


def _inside(solid: Any, lattice: _Lattice) -> Inside:
    """Which nodes are in the solid: its cross sections, filled."""
    import cv2

    across, away, up = lattice.shape
    inside = np.zeros(lattice.shape, np.bool_)
    heights = lattice.corner_mm[2] + lattice.pitch_mm * np.arange(up)
    for level, height_mm in enumerate(heights.tolist()):
        rings = solid.slice(height_mm).to_polygons()
        if rings:
            layer = np.zeros((away, across), np.uint8)
            corner, fine = lattice.corner_mm[:2], 1 << SUBPIXELS
            drawn = [
                np.rint((r - corner) / lattice.pitch_mm * fine).astype(np.int32) for r in rings
            ]
            cv2.fillPoly(layer, drawn, 1, shift=SUBPIXELS)
            inside[:, :, level] = layer.T > 0
    return inside


def _depths(solid: Any, inside: Inside, lattice: _Lattice, *, wall_mm: float) -> Grid:
    """How far below the surface each node is, negative outside; exact near the wall's depth."""
    from scipy.ndimage import distance_transform_edt
    from scipy.spatial import KDTree

    pitch = lattice.pitch_mm
    within: Any = distance_transform_edt(inside)
    beyond: Any = distance_transform_edt(~inside)
    depth = np.where(inside, within - 0.5, 0.5 - beyond).astype(np.float32) * np.float32(pitch)
    nodes = np.argwhere(inside & (np.abs(depth - wall_mm) < BAND_STEPS * pitch))
    if len(nodes):
        # near enough to exact: a sample off by s makes the distance d too large by s^2 / 2 d
        fine = solid.refine_to_length(pitch / SAMPLES_PER_STEP).to_mesh64()
        samples = np.array(fine.vert_properties, np.float64)[:, :3]
        away: Any = KDTree(samples, balanced_tree=False).query(lattice.at(nodes))
        depth[tuple(nodes.T)] = away[0].astype(np.float32)
    return depth


def _rooms(deep: Inside, pitch_mm: float, wall_mm: float) -> list[Inside]:
    """The connected hollows that are worth having."""
    from scipy.ndimage import label

    found: Any = label(deep)
    numbers, count = found
    sizes = np.bincount(numbers.ravel(), minlength=count + 1)[1:] * pitch_mm**3
    large = np.flatnonzero(sizes >= (ROOM_WALLS * wall_mm) ** 3) + 1
    return [numbers == number for number in large.tolist()]


def _outwards(points: Wide, faces: NDArray[Any]) -> NDArray[np.int64]:
    a, b, c = (points[faces[:, k]] - points[0] for k in range(3))
    volume = float(np.einsum("ij,ij->", a, np.cross(b, c)))
    return (faces if volume > 0 else faces[:, ::-1]).astype(np.int64)


def _holes(room: Inside, inside: Inside, lattice: _Lattice, *, radius_mm: float) -> list[Hole]:
    """One hole where the hollow is lowest and wide enough, and one far from it if there is room."""
    from scipy.ndimage import distance_transform_edt

    levels = np.flatnonzero(room.any(axis=(0, 1)))
    reach = max(1, round(radius_mm / lattice.pitch_mm))
    best: Any = None
    # a low level that is wide; a pointed floor would let a hole in with its edge only
    for level in levels[: 2 * reach + 2].tolist():
        steps: Any = distance_transform_edt(room[:, :, level])
        clear = steps * lattice.pitch_mm
        if best is None or clear.max() > best[1].max() + 1e-9:
            best = (level, clear)
        if clear.max() >= radius_mm:
            break
    level, clear = best
    wide = np.argwhere(clear >= min(radius_mm, float(clear.max()) * 0.999))
    weights = clear[tuple(wide.T)]
    first = wide[int(weights.argmax())]
    chosen = [first]
    away_mm = np.linalg.norm((wide - first) * lattice.pitch_mm, axis=1)
    if away_mm.max() >= APART_RADII * radius_mm:
        chosen.append(wide[int(away_mm.argmax())])
    return [_hole(node, level, inside, lattice, radius_mm) for node in chosen]


def _hole(
    node: Sequence[int], level: int, inside: Inside, lattice: _Lattice, radius_mm: float
) -> Hole:
    """A cylinder at this column, from the hollow down to where all of it has left the solid."""
    reach = int(np.ceil(radius_mm / lattice.pitch_mm))
    steps = np.arange(-reach, reach + 1)
    across, away = (np.clip(steps + node[axis], 0, lattice.shape[axis] - 1) for axis in range(2))
    below = inside[np.ix_(across, away)][:, :, : level + 1][:, :, ::-1]
    # the first node outside, counted downwards from the hollow
    run = np.where(below.all(axis=2), level + 1, (~below).argmax(axis=2))
    disc = np.hypot(*np.meshgrid(steps, steps, indexing="ij")) <= reach
    # columns that begin outside lie beside the solid: they need no drilling
    deepest = int(run[disc].max())
    x, y, top = lattice.at((node[0], node[1], level)).tolist()
    bottom = top - (deepest + 1) * lattice.pitch_mm
    return Hole((x, y), bottom, top, radius_mm)
