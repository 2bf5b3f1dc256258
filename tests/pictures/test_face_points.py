"""Lengths and angles along the mesh."""

import numpy as np
import pytest

from maquette.pictures import face_points
from tests.faces import egg


def test_the_eyes_are_left_and_right():
    """The first eye is the one the viewer sees on the left."""
    left, right = face_points.eyes_xy(egg().landmarks)
    assert left[0] < right[0]


@pytest.mark.parametrize("tilt_deg", [-40, 0, 25])
def test_a_tilt_is_measured_clockwise(tilt_deg):
    """A face leaned over gives the angle it was leaned by."""
    landmarks = egg(tilt_deg=tilt_deg).landmarks
    assert tilt_deg == pytest.approx(face_points.tilt_deg(landmarks), abs=0.01)


def test_turning_a_head_does_not_narrow_it():
    """The width counts the depth between the ears."""
    landmarks = egg(width_px=100, centre_xy=(0, 0)).landmarks
    turn = np.radians(30)
    turned = landmarks.copy()
    turned[:, 0] = landmarks[:, 0] * np.cos(turn) + landmarks[:, 2] * np.sin(turn)
    turned[:, 2] = landmarks[:, 2] * np.cos(turn) - landmarks[:, 0] * np.sin(turn)
    assert face_points.width_px(landmarks) == pytest.approx(face_points.width_px(turned), rel=1e-4)


def test_mirrored_points_are_named_once():
    """No point is its own mirror image, and none has two."""
    names = [name for pair in face_points.MIRRORED for name in pair]
    assert len(names) == len(set(names))
