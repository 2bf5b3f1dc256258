"""Sheets: a flat outline cut into triangles that are small at the rim and wide inside.

What belongs here: where points lie and which three make a face. What does not: what becomes of
a sheet: a cushion (`inflation`), a relief (`pressing_plates`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.errors import EngineError
from maquette.solids.inflation_outlines import Points, evenly

Whole = NDArray[np.int64]

ROUNDS = 24  # of mending a triangulation; three are usual
CLEAR_SHARE = 0.55  # of the local distance between points: nearer ones are left out
JITTER_SHARE = 1e-3  # four points on one circle have two triangulations: take one away


@dataclass(frozen=True)
class Sheet:
    """A flat mesh, y down as in pictures, its faces clockwise to the eye (positive in y down).

    Attributes:
        points: (N, 2), the rim first, ring after ring, the material to the left of its
            direction in y-down coordinates.
        faces: (F, 3); no face and no inner edge has only rim points.
        rims: how many points each ring has.
    """

    points: Points
    faces: Whole
    rims: tuple[int, ...]

    @property
    def rim_count(self) -> int:
        """How many of the points are on the rim."""
        return sum(self.rims)


@dataclass(frozen=True)
class Fineness:
    """How far apart a sheet's points are.

    Attributes:
        rim: along the outline.
        rings: distances from the outline at which points follow it.
        inner: within the last ring.
    """

    rim: float
    rings: tuple[float, ...]
    inner: float

    def times(self, coarser: float) -> Fineness:
        """Everything so much wider."""
        rings = tuple(depth * coarser for depth in self.rings)
        return Fineness(self.rim * coarser, rings, self.inner * coarser)


def sheet_of(part: Any, fineness: Fineness) -> Sheet:
    """Triangulate a shapely Polygon with holes.

    Raises EngineError SHEET_FOLDED where no triangulation keeps the whole rim: a bug, if ever.
    """
    rings = rim_of(part, fineness.rim)
    inner = _inner_points(part, rings, fineness)
    missing = np.zeros(0, np.int64)
    for _ in range(ROUNDS):
        sheet = _triangulated(rings, inner)
        missing, chords = _faults(sheet)
        if not len(missing) and not len(chords):
            return sheet
        rings = _with_midpoints(rings, missing)
        if not len(missing):  # before that, chords may lie outside
            inner = np.vstack([inner, sheet.points[chords].mean(axis=1)])
    raise EngineError("SHEET_FOLDED", f"{len(missing)} edges of an outline are not in its mesh")


def rim_of(part: Any, spacing: float) -> list[Points]:
    """Points along the rings of a polygon, about so far apart, the material always on one side.

    Points are placed evenly, which rounds corners by less than a quarter of the spacing; where
    that makes a ring cross another, they come closer.
    """
    import shapely

    part = shapely.orient_polygons(part)
    while True:
        rings = [evenly(ring, spacing) for ring in (part.exterior, *part.interiors)]
        if shapely.Polygon(rings[0], rings[1:]).is_valid:
            return rings
        spacing *= 0.7


def _inner_points(part: Any, rings: list[Points], fineness: Fineness) -> Points:
    """Rings that follow the rim inwards, and a lattice of equal triangles within them."""
    import shapely

    edge = shapely.MultiLineString([np.vstack([ring, ring[:1]]) for ring in rings])
    area = shapely.Polygon(rings[0], rings[1:])
    shapely.prepare(edge)
    shapely.prepare(area)
    kept = [np.zeros((0, 2))]
    spaced = [np.zeros(0)]
    for row, depth in enumerate(fineness.rings):
        spacing = max(fineness.rim, 0.6 * depth)
        inset = np.vstack([_inset(ring, depth, spacing, half_way=row % 2 == 1) for ring in rings])
        # no nearer to any other stretch of the rim than to its own
        fits = ~shapely.dwithin(edge, shapely.points(inset), 0.93 * depth)
        inset = inset[fits & shapely.contains_xy(area, inset)]
        kept.append(inset)
        spaced.append(np.full(len(inset), spacing))
    lattice = _lattice(part.bounds, fineness.inner)
    deepest = (fineness.rings[-1] if fineness.rings else 0.0) + 0.6 * fineness.inner
    lattice = lattice[shapely.contains_xy(area, lattice)]
    lattice = lattice[~shapely.dwithin(edge, shapely.points(lattice), deepest)]
    points = _thinned(
        np.vstack([*kept, lattice]),
        np.concatenate([*spaced, np.full(len(lattice), fineness.inner)]),
    )
    noise = np.random.default_rng(0).uniform(-1, 1, points.shape)
    return points + noise * JITTER_SHARE * fineness.rim


def _inset(ring: Points, depth: float, spacing: float, *, half_way: bool) -> Points:
    """Some of the ring's points, or of those half way between, moved towards the material."""
    after = np.roll(ring, -1, axis=0)
    length = float(np.linalg.norm(after - ring, axis=1).sum())
    if half_way:
        ring, along = (ring + after) / 2, after - ring
    else:
        along = after - np.roll(ring, 1, axis=0)
    along = along / np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-12)
    inset = ring + np.column_stack([-along[:, 1], along[:, 0]]) * depth
    count = min(len(ring), max(1, round(length / spacing)))
    return inset[np.arange(count) * len(ring) // count]


def _lattice(bounds: tuple[float, float, float, float], spacing: float) -> Points:
    """Points of equal-sided triangles over a box."""
    x0, y0, x1, y1 = bounds
    rows = np.arange(y0, y1 + spacing, spacing * np.sqrt(3) / 2)
    columns = np.arange(x0 - spacing, x1 + spacing, spacing)
    x, y = np.meshgrid(columns, rows)
    x[1::2] += spacing / 2
    return np.column_stack([x.ravel(), y.ravel()])


def _thinned(points: Points, spacing: NDArray[np.float64]) -> Points:
    """Without points that lie too near an earlier one that stays."""
    from scipy.spatial import KDTree

    stays = np.ones(len(points), np.bool_)
    reach = CLEAR_SHARE * spacing
    pairs = KDTree(points).query_pairs(float(reach.max(initial=0)), output_type="ndarray")
    pairs = np.sort(pairs, axis=1)
    apart = np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=1)
    pairs = pairs[apart < reach[pairs[:, 1]]]
    for earlier, later in pairs[np.lexsort((pairs[:, 0], pairs[:, 1]))].tolist():
        if stays[earlier]:
            stays[later] = False
    return points[stays]


def _triangulated(rings: list[Points], inner: Points) -> Sheet:
    """Delaunay triangles of all points; those between the rings are kept."""
    import shapely
    from scipy.spatial import Delaunay

    points = np.vstack([*rings, inner])
    low, high = points.min(axis=0), points.max(axis=0)
    far = (low + high) / 2 + np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * 3 * np.ptp(points)
    # with points far outside, straight stretches of the rim are not on the hull, where Qhull
    # drops points that lie on one line
    faces = Delaunay(np.vstack([points, far])).simplices.astype(np.int64)
    faces = faces[(faces < len(points)).all(axis=1)]
    faces = _turned(points, faces)
    area = shapely.Polygon(rings[0], rings[1:])
    shapely.prepare(area)
    # a face with an inner point touches the material and, once the rim is whole, lies in it
    rim_count = sum(map(len, rings))
    inside = np.asarray((faces >= rim_count).any(axis=1), np.bool_)
    flat = np.flatnonzero(~inside)
    inside[flat] = shapely.contains_xy(area, points[faces[flat]].mean(axis=1))
    return Sheet(points, faces[inside], tuple(map(len, rings)))


def _turned(points: Points, faces: Whole) -> Whole:
    """All faces the same way round: positive in the coordinates they are in."""
    a, b, c = (points[faces[:, k]] for k in range(3))
    turn = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    return np.where((turn < 0)[:, None], faces[:, ::-1], faces)


def _faults(sheet: Sheet) -> tuple[Whole, Whole]:
    """(M,) rim points whose edge to the next is missing, (K, 2) inner edges between rim points."""
    here = np.arange(sheet.rim_count)
    after = next_in_rings(sheet.rims)
    rim = np.minimum(here, after) << 32 | np.maximum(here, after)
    faces = sheet.faces
    edges = np.stack([faces, np.roll(faces, -1, axis=1)], axis=2).reshape(-1, 2)
    edges = np.sort(edges[(edges < sheet.rim_count).all(axis=1)], axis=1)
    keys, times = np.unique(edges[:, 0] << 32 | edges[:, 1], return_counts=True)
    missing = here[~np.isin(rim, keys[times == 1])]
    chords = keys[~np.isin(keys, rim)]
    return missing, np.column_stack([chords >> 32, chords & 0xFFFFFFFF])


def caps_of(rings: list[Points]) -> Whole:
    """Faces between rings that use the rings' own points only, all positive in their coordinates.

    They name the points as they follow each other, ring after ring.
    """
    import shapely

    points = np.vstack(rings)
    cut = shapely.constrained_delaunay_triangles(shapely.Polygon(rings[0], rings[1:]))
    corners = shapely.get_coordinates(cut).reshape(-1, 4, 2)[:, :3].reshape(-1, 2)
    number = {place: i for i, place in enumerate(map(tuple, points.tolist()))}
    faces = np.array([number[place] for place in map(tuple, corners.tolist())], np.int64)
    return _turned(points, faces.reshape(-1, 3))


def walls_between(lengths: tuple[int, ...], upper: int, lower: int) -> Whole:
    """Faces between two copies of rings, whose first points have these numbers.

    They face outwards if the rings run with the material on their left, seen from above.
    """
    here = np.arange(sum(lengths))
    after = next_in_rings(lengths)
    left = np.column_stack([here + upper, here + lower, after + lower])
    return np.vstack([left, np.column_stack([here + upper, after + lower, after + upper])])


def next_in_rings(lengths: tuple[int, ...]) -> Whole:
    """For every point of rings that are written one after another: the next on its ring."""
    after = np.arange(1, sum(lengths) + 1)
    ends = np.cumsum(lengths)
    after[ends - 1] = ends - lengths
    return after


def _with_midpoints(rings: list[Points], missing: Whole) -> list[Points]:
    """The rings with the middle of every missing edge as a point of its own."""
    finer: list[Points] = []
    start = 0
    for ring in rings:
        own = missing[(missing >= start) & (missing < start + len(ring))] - start
        middles = (ring[own] + ring[(own + 1) % len(ring)]) / 2
        finer.append(np.insert(ring, own + 1, middles, axis=0))
        start += len(ring)
    return finer
