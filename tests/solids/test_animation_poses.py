"""Poses: metres, the floor, the middle, and the way back to the pixels."""

import numpy as np
import pytest

from maquette.solids.animation_poses import LONG_SIDE_M, animation_of
from tests import zoo


def test_the_camera_takes_it_back_to_its_pixels():
    """It stands on 0 where it is lowest over the clip and is centred on its way."""
    box = zoo.box(1.0)
    one = box.points.astype(np.float64) * [100, -100, 100] + [300, 400, 0]
    points_px = np.array([one, one + np.array([20, -30, 0])])
    made = animation_of(box, points_px, long_px=100, rate=12.0)
    assert 0 == made.points[..., 1].min()
    assert 0 < made.points[1, :, 1].min()
    assert pytest.approx(LONG_SIDE_M) == np.ptp(made.points[0, :, 0])
    x = made.points[..., 0]
    assert pytest.approx(0, abs=1e-6) == x.min(axis=1).sum() + x.max(axis=1).sum()
    camera = made.camera
    back = made.points[..., :2] * [camera.px_per_m, -camera.px_per_m] + camera.origin_xy
    assert pytest.approx(points_px[..., :2], abs=1e-3) == back
    assert np.array_equal(made.points[0], made.mesh.points)
    assert 12.0 == made.rate
