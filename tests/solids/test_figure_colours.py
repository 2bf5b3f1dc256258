"""Colours of a figure's head: what shows of a drawing, and whether its border does."""

import numpy as np
import pytest

from maquette.solids.figure_colours import Laid, Patches, coverage, delta_e, seam
from maquette.types import Picture
from tests.drawn_faces import HAIR, SIDE_PX, SKIN, portrait

WIDTH_M = 0.02
RADIUS_M = WIDTH_M / 2
M_PER_PX = WIDTH_M / 300
TOLD = {
    "head_width_m": WIDTH_M,
    "anchors_m": {
        "left_eye": [0.003, 0.0, RADIUS_M],
        "right_eye": [-0.003, 0.0, RADIUS_M],
        "chin": [0.0, -RADIUS_M, 0.0],
    },
    "similarity": {
        "m_per_px": M_PER_PX,
        "turn_deg": 0.0,
        # the face's middle lies in front of the ball's
        "shift_m": [-384 * M_PER_PX, 400 * M_PER_PX],
    },
    "skin": list(SKIN),
    "hair": [list(HAIR)],
}


def ball(paint):
    """Patches all over a ball; the paint is told directions and says colours."""
    count = 20000
    up = 1 - 2 * (np.arange(count) + 0.5) / count
    turn = np.arange(count) * np.pi * (3 - 5**0.5)
    beside = np.sqrt(1 - up**2)
    normals = np.stack([beside * np.sin(turn), up, beside * np.cos(turn)], axis=1)
    normals = normals.astype(np.float32)
    areas = np.full(count, 4 * np.pi * RADIUS_M**2 / count, np.float32)
    return Patches(normals * RADIUS_M, normals, areas, paint(normals).astype(np.float32))


def plain(colour):
    """The same everywhere."""
    return lambda normals: np.broadcast_to(np.float64(colour), (len(normals), 3))


def parted(inner, outer):
    """One colour where the drawing shows wholly, another beyond its border."""
    return lambda normals: np.where(normals[:, 2:] > 0.4, np.float64(inner), np.float64(outer))


@pytest.mark.parametrize(
    ("outer", "least", "most"),
    [
        pytest.param(SKIN, 0, 0.01, id="the same skin"),
        pytest.param((214, 160, 128), 2, 6, id="a shade off"),
        pytest.param((120, 190, 120), 30, 80, id="green"),
    ],
)
def test_a_border_shows_where_colours_differ(outer, least, most):
    """The farther apart both sides are, the larger the figure."""
    assert least <= seam(ball(parted(SKIN, outer)), Laid(TOLD)) <= most


def test_a_hairline_is_no_seam():
    """Skin in front and hair beside it is how heads are: nothing to hold against each other."""
    assert seam(ball(parted(SKIN, HAIR)), Laid(TOLD)) is None


@pytest.mark.parametrize(
    "change",
    [{"hair": []}, {"anchors_m": {**TOLD["anchors_m"], "chin": [0.0, 1.0, 0.0]}}],
    ids=["bald", "nothing above the chin"],
)
def test_bald_and_headless_figures_are_survived(change):
    """Without hair all is skin; without a head there is no seam, rather than a made-up one."""
    found = seam(ball(plain(SKIN)), Laid({**TOLD, **change}))
    assert found is None if "anchors_m" in change else found < 0.01


def drawn(normals):
    """The drawing as it lies on the ball."""
    picture, _ = portrait("none")
    x, y = np.rint(Laid(TOLD).px(normals * RADIUS_M) - 0.5).astype(int).T
    inside = (x >= 0) & (y >= 0) & (x < SIDE_PX) & (y < SIDE_PX)
    return np.where(inside[:, None], picture.rgba[y.clip(0, 767), x.clip(0, 767), :3], 0)


def half(picture):
    """The picture's left half."""
    rgba = picture.rgba.copy()
    rgba[:, SIDE_PX // 2 :, 3] = 0
    return Picture(rgba)


@pytest.mark.parametrize(
    ("paint", "change", "least", "most"),
    [
        pytest.param(drawn, lambda picture: picture, 0.75, 1.0, id="drawn"),
        pytest.param(drawn, half, 0.35, 0.5, id="half of it see-through"),
        pytest.param(plain((90, 120, 200)), lambda picture: picture, 0.0, 0.02, id="blank"),
    ],
)
def test_what_shows_of_the_face_is_covered(paint, change, least, most):
    """Opaque in the drawing, of its colour, and seen from the front."""
    picture, face = portrait("none")
    assert least <= coverage(ball(paint), Laid(TOLD), change(picture), face) <= most


def test_a_face_beside_the_head_is_not_covered():
    """What would lie in the air shows nowhere."""
    picture, face = portrait("none")
    away = {**TOLD, "similarity": {**TOLD["similarity"], "shift_m": [1.0, 1.0]}}
    assert 0.0 == coverage(ball(plain(SKIN)), Laid(away), picture, face)


def test_colour_differences_are_those_of_the_cie():
    """A pair with a published difference, by way of sRGB."""
    black, white = np.zeros((1, 3), np.float32), np.full((1, 3), 255, np.float32)
    assert pytest.approx(100, abs=0.01) == delta_e(black, white)[0]
    assert 0 == delta_e(white, white)[0]
