"""Similarity transforms, and squares cut out of pictures by them."""

import numpy as np
import pytest

from maquette.pictures import face_crops
from maquette.types import Picture


def card(size_wh=(60, 40)):
    """An opaque picture whose red grows to the right and green downwards."""
    width, height = size_wh
    rgba = np.full((height, width, 4), 255, np.uint8)
    rgba[..., 0] = np.linspace(0, 250, width).astype(np.uint8)
    rgba[..., 1] = np.linspace(0, 250, height).astype(np.uint8)[:, None]
    return Picture(rgba)


def test_the_identity_keeps_every_pixel():
    """Nothing moves by half a pixel on the way."""
    same = face_crops.around((0, 0), tilt_deg=0, scale=1)
    np.testing.assert_array_equal(
        card((40, 40)).rgba, face_crops.cropped(card((40, 40)), same, side_px=40).rgba
    )


@pytest.mark.parametrize(
    ("tilt_deg", "scale"),
    [
        pytest.param(0, 2, id="larger"),
        pytest.param(30, 1, id="turned"),
        pytest.param(-45, 0.3, id="smaller and turned back"),
    ],
)
def test_a_way_back_leads_back(tilt_deg, scale):
    """A transform followed by its inverse changes nothing, depth included."""
    into = face_crops.moved(face_crops.around((7, 9), tilt_deg=tilt_deg, scale=scale), (20, 30))
    points = np.array([[1, 2, 3], [40, 5, -6]], np.float32)
    back = face_crops.placed(face_crops.placed(points, into), face_crops.inverse(into))
    np.testing.assert_allclose(back, points, atol=1e-4)
    assert scale == pytest.approx(face_crops.scale_of(into))


def test_a_clockwise_tilt_is_taken_away():
    """What falls towards the right lies level afterwards."""
    level = face_crops.around((0, 0), tilt_deg=30, scale=1)
    slope = np.array([[np.cos(np.pi / 6), np.sin(np.pi / 6), 0]], np.float32)
    np.testing.assert_allclose([[1, 0, 0]], face_crops.placed(slope, level), atol=1e-6)


def test_fitting_finds_the_transform():
    """Points that were moved by a similarity give that similarity."""
    into = face_crops.moved(face_crops.around((3, 4), tilt_deg=-25, scale=1.7), (5, 6))
    here = np.random.default_rng(0).uniform(0, 50, (5, 2)).astype(np.float32)
    there = face_crops.placed(np.pad(here, ((0, 0), (0, 1))), into)[:, :2]
    np.testing.assert_allclose(into, face_crops.fitted(here, there), atol=1e-4)


def test_fitting_never_mirrors():
    """A mirrored set is met as well as turning can, with a positive determinant."""
    here = np.array([[0, 0], [4, 0], [0, 2]], np.float32)
    into = face_crops.fitted(here, here * (-1, 1))
    assert np.linalg.det(into[:, :2]) > 0


def test_what_lies_outside_is_see_through():
    """Where the picture ends there is no colour and no alpha, and no dark rim before it."""
    into = face_crops.moved(face_crops.around((0, 0), tilt_deg=0, scale=1), (20, 20))
    crop = face_crops.cropped(Picture(np.full((30, 30, 4), 255, np.uint8)), into, side_px=60).rgba
    assert 0 == crop[:19].max() == crop[:, :19].max() == crop[51:].max()
    assert 255 == crop[21:49, 21:49].min()


def test_a_place_wholly_outside_is_empty():
    """A crop beside the picture is see-through, not an error."""
    into = face_crops.moved(face_crops.around((500, 500), tilt_deg=0, scale=1), (0, 0))
    assert 0 == face_crops.cropped(card(), into, side_px=10).rgba.max()


def test_shrinking_averages():
    """A fine chequer becomes grey instead of one of its colours."""
    chequer = np.indices((200, 200)).sum(axis=0) % 2 * 255
    rgba = np.dstack([chequer] * 3 + [np.full_like(chequer, 255)]).astype(np.uint8)
    small = face_crops.cropped(
        Picture(rgba), face_crops.around((0, 0), tilt_deg=0, scale=0.1), side_px=20
    )
    assert 120 <= small.rgba[2:18, 2:18, :3].min() <= small.rgba[2:18, 2:18, :3].max() <= 135


def test_hidden_colours_do_not_show():
    """Colours under full transparency do not tint their neighbours."""
    rgba = np.zeros((40, 40, 4), np.uint8)
    rgba[:, :20] = 255, 0, 0, 255
    rgba[:, 20:] = 0, 255, 0, 0
    small = face_crops.cropped(
        Picture(rgba), face_crops.around((0, 0), tilt_deg=0, scale=0.37), side_px=14
    ).rgba
    assert 0 == small[small[..., 3] > 0][:, 1].max()
