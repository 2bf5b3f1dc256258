"""Sampled fields: distances read off a grid are those of the mesh, and never too long far away."""

import numpy as np
import pytest

pytest.importorskip("scipy")
pytest.importorskip("skimage")

from maquette.solids.bodies import fields
from maquette.solids.bodies.sampled_fields import NEAR_CELLS, sampled
from maquette.solids.bodies.surfacing import surface_of

CELL, RADIUS = 0.03, 0.5
AROUND = np.array([[-0.6, -0.6, -0.6], [0.6, 0.6, 0.6]], np.float32)


@pytest.fixture(scope="module")
def ball():
    """A ball, marked 1 where x is above 0."""
    points, faces = surface_of(
        fields.ellipsoid((0, 0, 0), (RADIUS,) * 3), AROUND, spacing=0.03, tolerance=1e-4
    )
    return sampled(points, faces, (points[:, 0] > 0).astype(np.float32), cell=CELL)


@pytest.fixture(scope="module")
def places():
    """Anywhere in and around the ball."""
    return np.random.default_rng(5).uniform(-1, 1, (20_000, 3)).astype(np.float32)


def true(points):
    """The distance to the ball."""
    return np.linalg.norm(points, axis=1) - RADIUS


def test_near_the_surface_it_is_true(ball, places):
    """Within the band a distance is off by a small share of a cell."""
    near = places[np.abs(true(places)) < (NEAR_CELLS - 1) * CELL]
    assert np.abs(ball.distance(near) - true(near)).max() < 0.12 * CELL


def test_inside_is_below_zero(ball, places):
    """In the middle as well as near the surface."""
    clear = places[np.abs(true(places)) > 0.1 * CELL]
    assert np.array_equal(true(clear) < 0, ball.distance(clear) < 0)


def test_far_away_it_is_never_too_long(ball, places):
    """So that no search steps over a surface; and not so short that it searches everywhere."""
    far = places[np.abs(true(places)) > 2 * NEAR_CELLS * CELL]
    share = ball.distance(far) / true(far)
    assert share.max() < 1.02
    assert share.min() > 0.5


def test_marks_are_those_of_the_nearest_points(ball, places):
    """On either side of the plane between them, whatever the distance."""
    clear = places[np.abs(places[:, 0]) > 0.15]
    assert np.array_equal(clear[:, 0] > 0, ball.mark(clear) > 0.5)
