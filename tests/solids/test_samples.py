"""Samples: spread by area, the same every time."""

from __future__ import annotations

import numpy as np

from maquette.solids.samples import sampled
from tests.zoo import box


def test_samples_are_spread_by_area_and_are_the_same_again():
    """Each of a cube's six sides gets its sixth, and no run differs."""
    cube = box(1.0)
    places = sampled(cube, 6000)[:6000]
    assert np.array_equal(places, sampled(cube, 6000)[:6000])
    on_left = int((places[:, 0] < -0.499999).sum())
    assert abs(on_left - 1000) <= 2
