"""Placing: eyes found on a raster, and parts where they belong."""

import numpy as np
import pytest

from maquette.engines.composer.composing import Pose, compose, fitted, outline_points
from maquette.engines.composer.looking import find_eyes, is_frontal
from maquette.engines.composer.parsing import parse


def layers_of(prompt, words, art, which="flat"):
    """The layers of a prompt, bottom to top."""
    return compose(parse(prompt, words), art, which=which, rng=np.random.default_rng(1))


def box(layer):
    """Left, top, right, bottom of what a layer draws."""
    points = outline_points(layer)
    return *points.min(0), *points.max(0)


def main_and_part(layers):
    """The subject's box and the topmost part's."""
    main = next(layer for layer in layers if layer.role == "main")
    part = [layer for layer in layers if layer.role not in ("main", "face", "prop")][-1]
    return box(main), box(part)


def test_eyes_are_found_between_the_cheeks(art):
    """The tiny cat's eyes stand at 12 and 20 of 32 units, 14 down."""
    look = art.look("cat-face", "flat")
    eyes = find_eyes(look)
    assert (128, 112, 64) == pytest.approx((eyes.x_px, eyes.y_px, eyes.gap_px), abs=2)
    assert is_frontal(look)


def test_a_thing_has_no_eyes(art):
    """A taco is not mistaken for a face."""
    assert find_eyes(art.look("taco", "flat")) is None


def test_a_hat_sits_on_the_head_and_leaves_the_eyes_free(words, art):
    """Its brim lies between the top of the head and the eyes, its middle over the face."""
    main, hat = main_and_part(layers_of("cat wearing a top hat", words, art))
    eyes_y = main[1] + (main[3] - main[1]) * 0.42
    assert hat[1] < main[1]
    assert main[1] < hat[3] < eyes_y
    assert abs((hat[0] + hat[2]) / 2) < (main[2] - main[0]) * 0.12


def test_a_vessel_hides_the_body_but_not_the_eyes(words, art):
    """In a box: its rim just under the eyes, in front of the subject."""
    layers = layers_of("cat in a box", words, art)
    main, vessel = main_and_part(layers)
    assert "main" == layers[0].role
    assert main[1] + (main[3] - main[1]) * 0.42 < vessel[1] < main[3]


def test_a_ride_goes_under_the_feet(words, art):
    """A rideable is lower than the middle of its rider, whatever its relation."""
    main, board = main_and_part(layers_of("cat surfing", words, art))
    assert board[3] > main[3] - 80
    assert board[1] > main[1]


def test_food_gets_a_face_on_itself(words, art):
    """The face lies within the taco."""
    layers = layers_of("happy taco", words, art)
    main = box(next(layer for layer in layers if layer.role == "main"))
    face = box(next(layer for layer in layers if layer.role == "face"))
    assert main[0] < face[0] < face[2] < main[2]
    assert main[1] < face[1] < face[3] < main[3]


@pytest.mark.parametrize("tilt_deg", [-10, 0, 25])
@pytest.mark.parametrize("is_mirrored", [False, True], ids=["as drawn", "mirrored"])
def test_the_group_is_fitted_into_the_frame(words, art, tilt_deg, is_mirrored):
    """The larger side takes the share that was asked for, about the middle."""
    pose = Pose(tilt_deg=tilt_deg, is_mirrored=is_mirrored, share=0.8)
    layers = fitted(layers_of("cat with a taco", words, art), pose=pose, size_px=500)
    points = np.concatenate([outline_points(layer) for layer in layers])
    low, high = points.min(0), points.max(0)
    assert 400 == pytest.approx((high - low).max())
    assert [250, 250] == pytest.approx(list((low + high) / 2))
