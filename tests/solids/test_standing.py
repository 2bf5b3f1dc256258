"""Standing: boxes tilted, towers, and where points are placed."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from maquette.solids.standing import centre_of_mass, placed, poses, upright_turn
from tests import damage
from tests.zoo import box

# wide, high, deep: a slab stands best on its large side
SLAB = np.array([1.0, 0.4, 0.7])


def turn_about_z(angle_deg: float) -> NDArray[np.float64]:
    c, s = np.cos(np.deg2rad(angle_deg)), np.sin(np.deg2rad(angle_deg))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


@pytest.mark.parametrize(
    ("tilt_deg", "height"),
    [
        pytest.param(30, 0.4, id="back onto its large side"),
        pytest.param(70, 1.0, id="on to its narrow side"),
        pytest.param(-20, 0.4, id="the other way"),
    ],
)
def test_a_tilted_slab_is_turned_to_the_nearest_side(tilt_deg: float, height: float):
    """It stands on a whole side afterwards, and which one depends on the tilt alone."""
    cube = box(1.0)
    points = (cube.points * SLAB) @ turn_about_z(tilt_deg).T
    turn = upright_turn(points, cube.faces)
    assert turn is not None
    up = (points @ turn.T)[:, 1]
    assert height == pytest.approx(float(np.ptp(up)))
    assert int((up < up.min() + 1e-6).sum()) == 4


def test_what_stands_is_not_turned():
    """A slab on its side stays as it is, to the last bit."""
    cube = box(1.0)
    assert upright_turn(cube.points * SLAB, cube.faces) is None


def test_a_high_box_keeps_standing():
    """The least turn, not the firmest side: a tower is not laid down."""
    tower = box(1.0)
    points = (tower.points * [0.4, 1.0, 0.4]) @ turn_about_z(10).T
    turn = upright_turn(points, tower.faces)
    assert turn is not None
    assert np.ptp((points @ turn.T)[:, 1]) == pytest.approx(1.0)


def test_a_cube_can_be_tipped_by_45_degrees():
    """Each of a cube's six sides holds until the centre of mass is above an edge."""
    cube = box(1.0)
    downs, tips_deg = poses(cube.points - np.array([0, 0.5, 0]))
    assert downs.shape == (6, 3)
    assert np.allclose(45, tips_deg)


def test_the_centre_of_mass_is_that_of_the_volume():
    """Many small faces on one side do not draw it there."""
    ball = damage.ball(around=24)
    centre = centre_of_mass(ball.points.astype(float) + 3, ball.faces)
    middle = (ball.points.min(axis=0) + ball.points.max(axis=0)) / 2 + 3
    assert np.allclose(middle, centre, atol=1e-4)


def test_placed_points_are_of_unit_size_on_the_ground():
    """The longest side is 1, the middle above the origin, the lowest point at 0."""
    points, factor = placed(box(0.1).points * [1, 4, 2] + [5, -3, 9])
    assert factor == pytest.approx(2.5)
    assert np.allclose([-0.125, 0, -0.25], points.min(axis=0))
    assert np.allclose([0.125, 1, 0.25], points.max(axis=0))
