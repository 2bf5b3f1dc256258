"""Light and dark: stretched to the art's own range, sampled between pixels."""

import numpy as np
import pytest

from maquette.solids.inflation_lights import between, light_at
from maquette.types import Picture
from tests import zoo


def test_the_art_spans_the_whole_range():
    """The darkest half is 0, the lightest 1, and beyond the rim its light goes on."""
    rgba = zoo.ball(64).rgba.copy()
    rgba[:, :32, :3], rgba[:, 32:, :3] = 60, 120
    places = np.array([[16.0, 32.0], [48.0, 32.0], [0.5, 32.0]])
    assert [0, 1, 0] == light_at(Picture(rgba), places, blur_px=0).tolist()


def test_one_colour_has_no_relief():
    """Art of one colour is in the middle everywhere."""
    rgba = zoo.ball(64).rgba.copy()
    rgba[..., :3] = 77
    assert [0.5] == light_at(Picture(rgba), np.array([[32.0, 32.0]]), blur_px=1.0).tolist()


def test_values_between_pixels_are_mixed():
    """Centres give a pixel's own value, edges the mean of two, outside the nearest."""
    values = np.array([[0.0, 1.0], [2.0, 3.0]], np.float32)
    places = np.array([[0.5, 0.5], [1.0, 0.5], [1.0, 1.0], [9.0, 9.0]])
    assert pytest.approx([0.0, 0.5, 1.5, 3.0]) == between(values, places)
