"""Style distance: nothing for the same picture, little for smoothing, much for a drawing."""

import numpy as np
import pytest

from bench.style_distance import smoothed, style_distance
from maquette.types import Picture
from tests import drawn_faces


def photo(grain=10):
    """A drawn face under soft light and grain: as many colours as a photo has."""
    rgba = drawn_faces.portrait()[0].rgba.copy()
    light = np.linspace(-30, 30, rgba.shape[1])[None, :, None]
    noise = np.random.default_rng(2).normal(0, grain, rgba[..., :3].shape)
    rgba[..., :3] = np.clip(rgba[..., :3] + light + noise, 0, 255)
    return Picture(rgba)


def test_the_same_picture_is_no_distance_away():
    """Every part is zero."""
    found = style_distance(photo(), photo())
    assert (0, 0, 0) == (found.colours, found.edges, found.features)


def test_a_drawing_is_farther_than_a_smoothed_photo():
    """In every part."""
    drawing = drawn_faces.portrait()[0]
    drawn, smooth = style_distance(photo(4), drawing), style_distance(photo(4), smoothed(photo(4)))
    assert drawn.colours > smooth.colours
    assert drawn.edges > smooth.edges
    assert drawn.features > smooth.features


@pytest.mark.parametrize("part", ["colours", "edges", "features"])
def test_every_part_stays_within_its_range(part):
    """Noise instead of a head is as far as can be, and that is at most 1."""
    noise = np.random.default_rng(1).integers(0, 256, (768, 768, 3), np.uint8)
    other = Picture(np.dstack([noise, photo().rgba[..., 3]]))
    assert 0 <= getattr(style_distance(photo(), other), part) <= 1


def test_the_whole_is_the_mean_of_its_parts():
    """So that no part can stand in for another unseen."""
    found = style_distance(photo(), drawn_faces.portrait()[0])
    assert pytest.approx((found.colours + found.edges + found.features) / 3) == found.whole


def test_only_what_is_opaque_counts():
    """What a cut-out hides may be anything."""
    rgba = photo().rgba.copy()
    rgba[rgba[..., 3] == 0] = (255, 0, 255, 0)
    drawing = drawn_faces.portrait()[0]
    here, there = style_distance(photo(), drawing), style_distance(Picture(rgba), drawing)
    assert here.colours == there.colours
