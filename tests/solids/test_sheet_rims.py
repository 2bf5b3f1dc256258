"""Rims and edges: where masks end, what pulls at what."""

import numpy as np
import pytest
import shapely

from maquette.solids.inflation_sheets import Fineness, sheet_of
from maquette.solids.sheet_rims import Likeness, Rim, edge_of, sampled

LIKE = Likeness(facing_px=10.0, fullness_px=0.0, reach_px=6.0)


def disc(radius_px, centre=(50, 50), size=100):
    """The mask of a disc."""
    rows, columns = np.indices((size, size)) + 0.5
    return np.hypot(columns - centre[0], rows - centre[1]) < radius_px


def sheet(radius_px, centre=(50, 50)):
    """The sheet of a disc."""
    return sheet_of(shapely.Point(*centre).buffer(radius_px), Fineness(2.0, (1.5,), 5.0))


def flat(points):
    """Pairs as complex numbers."""
    return points[:, 0] + 1j * points[:, 1]


def test_values_are_read_between_pixels():
    """Half way between the middles of two pixels lies the mean of both."""
    values = np.array([[0.0, 1.0], [0.0, 1.0]], np.float32)
    points = np.array([0.5 + 0.5j, 1.0 + 1.0j, 9.0 + 1.0j])
    assert [0.0, 0.5, 1.0] == sampled(values, points).tolist()


def test_edges_lie_between_pixels_and_face_outwards():
    """A disc's edge has its radius all around and points away from its middle."""
    edge = edge_of(disc(30), 60.0)
    away = edge.points - (50 + 50j)
    assert 0.4 > np.abs(np.abs(away) - 30).max()
    assert 0.99 < np.real(edge.facing * np.conj(away / np.abs(away))).min()


@pytest.mark.parametrize(
    "slope", [0.0, 0.5, 1.0, -1.0, -3.0], ids=["level", "gentle", "down", "up", "steep"]
)
def test_edges_have_no_gaps(slope):
    """Along a straight edge there is a place every few pixels, whichever way it runs."""
    rows, columns = np.indices((100, 100)) + 0.5
    edge = edge_of(rows - 50.2 > slope * (columns - 50.2), 60.0)
    along = np.linspace(-35, 35, 141) * (1 + 1j * slope) / abs(1 + 1j * slope) + 50.2 * (1 + 1j)
    assert 2.0 > np.abs(along[:, None] - edge.points).min(axis=1).max()


def test_the_border_of_the_picture_is_no_edge():
    """A disc that is cut by the picture ends only where it is seen to end."""
    edge = edge_of(disc(30, centre=(10, 50)), 60.0)
    assert 1.5 < edge.points.real.min()
    assert 20 < len(edge.points)


@pytest.mark.parametrize(("radius", "way"), [(34, 1), (26, -1)], ids=["outwards", "inwards"])
def test_rims_are_pulled_to_the_edge(radius, way):
    """Each point of a disc's rim is pulled straight towards a larger or smaller disc."""
    own = sheet(30)
    rim = Rim(own, disc(30), 60.0)
    points = flat(own.points)
    counts, places = rim.pulls(points, edge_of(disc(radius), 60.0), LIKE)
    steps = places - points[: rim.count]
    out = points[: rim.count] - (50 + 50j)
    assert 0.3 < counts.min()
    assert pytest.approx(4 * way, abs=0.4) == np.real(steps * np.conj(out / np.abs(out))).mean()


def test_what_has_left_the_picture_is_let_go():
    """Points of a rim beyond the border are not pulled; the others are."""
    own = sheet(30, centre=(10, 50))
    rim = Rim(own, disc(30), 60.0)
    points = flat(own.points)
    counts, _ = rim.pulls(points, edge_of(disc(32, centre=(10, 50)), 60.0), LIKE)
    outside = points[: rim.count].real < 1
    assert 0 == counts[outside].max()
    assert 0.1 < counts[points[: rim.count].real > 3].min()


def test_a_limb_pulls_at_what_is_nearest():
    """An edge that no point lies against pulls the rim out, on that side only."""
    own = sheet(30)
    rim = Rim(own, disc(30), 60.0)
    points = flat(own.points)
    limb = disc(30)
    limb[46:54, 78:92] = True
    _, places = rim.pulls(points, edge_of(limb, 60.0), LIKE)
    steps = np.abs(places - points[: rim.count])
    beside = np.abs(points[: rim.count] - (80 + 50j)) < 4
    assert 1.0 < steps[beside].max()
    assert 0.5 > steps[points[: rim.count].real < 60].max()


def test_nothing_pulls_where_no_edge_is():
    """A subject that fills the picture pulls at no point."""
    own = sheet(30)
    edge = edge_of(np.ones((100, 100), np.bool_), 60.0)
    counts, _ = Rim(own, disc(30), 60.0).pulls(flat(own.points), edge, LIKE)
    assert 0 == counts.max()
