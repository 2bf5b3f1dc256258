"""Sheets: whole rims, no faces between rim points only, even triangles."""

import numpy as np
import pytest
import shapely

from maquette.solids.inflation_sheets import Fineness, caps_of, rim_of, sheet_of, walls_between
from maquette.solids.surfaces import open_edges, volume_m3

DISC = shapely.Point(50, 50).buffer(40, quad_segs=64)
SHAPES = {
    "disc": DISC,
    "ring": DISC.difference(shapely.Point(55, 50).buffer(20)),
    "square": shapely.box(0, 0, 60, 60),
    "sliver": shapely.box(0, 0, 100, 0.4),
    "spike": shapely.Polygon([(0, 0), (100, 3), (0, 6)]),
    "neck": shapely.union_all(
        [DISC, shapely.box(80, 49.8, 160, 50.2), shapely.box(150, 0, 200, 99)]
    ),
}
FINENESS = Fineness(2.0, (1.0, 2.5, 5.0), 5.0)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_sheets_cover_their_shape(shape):
    """Faces add up to the area within the rim, all the same way round."""
    sheet = sheet_of(shape, FINENESS)
    a, b, c = (sheet.points[sheet.faces[:, k]] for k in range(3))
    twice = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    rings = np.split(sheet.points[: sheet.rim_count], np.cumsum(sheet.rims)[:-1])
    expected = shapely.Polygon(rings[0], rings[1:]).area
    assert pytest.approx(expected, rel=1e-9) == twice.sum() / 2
    assert twice.min() > 0


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_nothing_spans_the_rim(shape):
    """Lifting all inner points makes front and back meet along the rim alone: a closed solid."""
    sheet = sheet_of(shape, FINENESS)
    height = np.where(np.arange(len(sheet.points)) < sheet.rim_count, 0.0, 1.0)
    front, back = (np.column_stack([sheet.points, k * height]) for k in (1, -1))
    faces = np.vstack([sheet.faces, sheet.faces[:, ::-1] + len(front)])
    assert 0 == open_edges(np.vstack([front, back]), faces)


def test_caps_and_walls_close_a_box():
    """Two caps and the walls between them are a closed solid of the right volume."""
    rings = rim_of(SHAPES["ring"], 3.0)
    flat = np.vstack(rings)
    lengths = tuple(map(len, rings))
    points = np.vstack([np.column_stack([flat, np.full(len(flat), z)]) for z in (2.0, 0.0)])
    cap = caps_of(rings)
    walls = walls_between(lengths, 0, len(flat))
    faces = np.vstack([cap, cap[:, ::-1] + len(flat), walls])
    assert 0 == open_edges(points, faces)
    expected = 2 * shapely.Polygon(rings[0], rings[1:]).area
    assert pytest.approx(expected, rel=1e-6) == volume_m3(points, faces)
