"""Fields: distances of plain shapes, and what joining and cutting makes of them."""

import numpy as np
import pytest

from maquette.solids.bodies import fields
from maquette.solids.bodies.fields import STEEPEST

SHAPES = {
    "ellipsoid": fields.ellipsoid((0.1, 0, 0), (0.4, 0.15, 0.25), fields.turned(about_z=30)),
    "capsule": fields.capsule((-0.2, 0, 0), (0.3, 0.2, 0), 0.2, 0.1),
    "box": fields.rounded_box((0, 0, 0), (0.3, 0.2, 0.1), 0.05, fields.turned(about_y=20)),
    "disc": fields.disc((0, 0.1, 0), 0.4, 0.1, 0.03),
    "torus": fields.torus((0, 0, 0), 0.3, 0.1, fields.turned(about_x=40)),
    "half space": fields.half_space((0, 0.1, 0), (0, 2, 1)),
}


def scattered(count=4000, seed=1):
    """Points in a cube around the shapes."""
    return np.random.default_rng(seed).uniform(-0.7, 0.7, (count, 3)).astype(np.float32)


@pytest.mark.parametrize(
    ("field", "place", "distance"),
    [
        pytest.param(fields.ellipsoid((0, 1, 0), (1, 2, 3)), (0, 4, 0), 1, id="ellipsoid above"),
        pytest.param(fields.ellipsoid((0, 0, 0), (1, 2, 3)), (0, 0, 0), -1, id="its middle"),
        pytest.param(fields.capsule((0, 0, 0), (4, 0, 0), 1, 1), (2, 3, 0), 2, id="capsule side"),
        pytest.param(fields.capsule((0, 0, 0), (4, 0, 0), 1, 2), (8, 0, 0), 2, id="capsule end"),
        pytest.param(fields.rounded_box((0, 0, 0), (2, 2, 2), 0.5), (3, 0, 0), 1, id="box side"),
        pytest.param(fields.disc((0, 0, 0), 2, 1, 0.1), (0, 3, 0), 2, id="disc above"),
        pytest.param(fields.disc((0, 0, 0), 2, 1, 0.1), (0, 0, 5), 3, id="disc beside"),
        pytest.param(fields.torus((0, 0, 0), 3, 1), (0, 0, 0), 2, id="in the ring"),
        pytest.param(fields.half_space((0, 1, 0), (0, 5, 0)), (7, 3, 1), 2, id="over a plane"),
    ],
)
def test_distances_are_known(field, place, distance):
    """Where a shape's distance is plain to see, the field gives it."""
    assert pytest.approx(distance, abs=1e-5) == float(field(np.array([place], np.float32))[0])


@pytest.mark.parametrize("name", SHAPES)
def test_no_field_is_too_steep(name):
    """Outside a distance changes by no more than the search for a surface counts on."""
    field, points = SHAPES[name], scattered()
    way = np.random.default_rng(2).normal(size=points.shape)
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    change = np.abs(field((points + 0.004 * way).astype(np.float32)) - field(points)) / 0.004
    assert change[field(points) > -0.02].max() < STEEPEST
    assert np.float32 == field(points).dtype


def test_a_cone_of_balls_is_as_wide_as_its_tangent():
    """Between two balls of different size the side touches both: all distances are to balls."""
    field = fields.capsule((0, 0, 0), (1, 0, 0), 0.4, 0.1)
    points = scattered(500)
    along = np.linspace(0, 1, 2001)
    centres = np.column_stack([along, 0 * along, 0 * along])
    away = np.linalg.norm(points[:, None] - centres[None], axis=2) - (0.4 - 0.3 * along)
    assert np.abs(field(points) - away.min(axis=1)).max() < 2e-4


def test_a_blend_fills_only_the_corner():
    """A smooth union adds a little where two shapes meet, nothing where one is much nearer."""
    points = scattered()
    one, other = SHAPES["ellipsoid"](points), SHAPES["disc"](points)
    soft = fields.joined([SHAPES["ellipsoid"], SHAPES["disc"]], 0.1)(points)
    apart = np.abs(one - other) >= 0.1
    assert np.array_equal(np.minimum(one, other)[apart], soft[apart])
    assert (soft[~apart] <= np.minimum(one, other)[~apart]).all()
    assert 0.02 < (np.minimum(one, other) - soft).max() <= 0.1 / 4 + 1e-6


def test_what_is_common_lies_in_all():
    """A smooth cut takes away a little more than a sharp one, never less."""
    points = scattered()
    sharp = np.maximum(SHAPES["disc"](points), SHAPES["half space"](points))
    soft = fields.common([SHAPES["disc"], SHAPES["half space"]], 0.05)(points)
    assert (soft >= sharp - 1e-6).all()
    assert soft.max() > 0 > soft.min()


def test_a_grown_shape_is_nearer():
    """A skin takes its thickness from every distance."""
    points = scattered()
    assert np.allclose(SHAPES["box"](points) - 0.02, fields.grown(SHAPES["box"], 0.02)(points))
