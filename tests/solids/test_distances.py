"""Distances: solids moved, opened, and compared with themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from maquette.solids.distances import hausdorff, sampled
from tests import damage
from tests.zoo import box


def test_a_moved_solid_is_as_far_as_it_was_moved():
    """A cube moved along an axis is that far from where it was, in both directions."""
    cube = box(1.0)
    moved = replace(cube, points=cube.points + np.float32([0.25, 0, 0]))
    distance = hausdorff(cube, moved, samples=500)
    assert (distance.there, distance.back) == pytest.approx((0.25, 0.25))
    assert distance.share_of_diagonal == pytest.approx(0.25 / np.sqrt(3))


def test_what_is_missing_is_seen_from_one_side_only():
    """A cube without its lid is all of it on the cube, and not the other way round."""
    cube = box(1.0)
    centres = cube.points[cube.faces].mean(axis=1)
    open_box = replace(cube, faces=np.ascontiguousarray(cube.faces[centres[:, 1] < 0.9]))
    distance = hausdorff(cube, open_box, samples=4000)
    assert distance.back < 1e-12
    assert 0.45 < distance.there < 0.51


def test_samples_are_spread_by_area_and_are_the_same_again():
    """Each of a cube's six sides gets its sixth, and no run differs."""
    cube = box(1.0)
    places = sampled(cube, 6000)[:6000]
    assert np.array_equal(places, sampled(cube, 6000)[:6000])
    on_left = int((places[:, 0] < -0.499999).sum())
    assert abs(on_left - 1000) <= 2


def test_a_solid_is_nowhere_from_itself():
    """The same mesh twice has no distance beyond rounding."""
    ring = damage.ring(around=24)
    assert hausdorff(ring, ring, samples=2000).both < 1e-8
