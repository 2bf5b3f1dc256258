"""Looks: hair in tones of its own, a face whose rim has the plain skin's tone, no backdrop."""

import numpy as np
import pytest

from maquette.solids.bodies.templates import body_of
from maquette.solids.figurine_looks import looks_of
from maquette.solids.heads.making import head_of
from maquette.types import Picture
from tests.drawn_faces import HAIR, HALF_WH, MIDDLE, SKIN, portrait

PLACE = body_of("standing").head


def looks(change=None, hair="short"):
    """Of the drawn person, after a change to the drawing."""
    picture, face = portrait(hair)
    rgba = picture.rgba.copy()
    if change is not None:
        change(rgba)
    return looks_of(Picture(rgba), face, head_of(picture, picture, face, place=PLACE))


def at(picture, shares):
    """The colour at a place in shares of the face's half sides."""
    x, y = np.rint(MIDDLE + np.array(shares) * HALF_WH).astype(int)
    return picture[y, x]


def test_skin_is_the_drawings():
    """As it was drawn, in the face and where it is carried on."""
    found = looks()
    assert SKIN == found.skin_colour
    assert pytest.approx(SKIN, abs=2) == at(found.skin, (0.3, 0.2))
    assert pytest.approx(SKIN, abs=4) == at(found.skin, (0, -1.1))


def test_hair_has_three_tones():
    """The middle one is the drawn one, one is darker, one lighter, whatever was drawn."""
    dark, middle, light = (np.array(tone) for tone in looks().hair_colours)
    assert pytest.approx(HAIR, abs=2) == middle
    assert dark.sum() < middle.sum() < light.sum()
    assert () == looks(hair="none").hair_colours


def test_hair_takes_on_nothing_strange():
    """A patch of blue backdrop in brown hair becomes hair."""

    def patch(rgba):
        rgba[240:270, 360:400, :3] = (40, 80, 250)

    red, _, blue = looks(patch).hair[255, 380]
    assert red > blue


def test_rims_of_faces_have_the_plain_tone():
    """A face shaded towards one side meets the plain skin without a step, and keeps its middle."""

    def shade(rgba):
        light = np.linspace(0.8, 1.15, rgba.shape[1])[None, :, None]
        rgba[..., :3] = np.clip(rgba[..., :3] * light, 0, 255).astype(np.uint8)

    found = looks(shade)
    plain = np.array(found.skin_colour, np.float32)
    left, right = at(found.skin, (-0.96, 0.1)), at(found.skin, (0.96, 0.1))
    assert np.abs(left - plain).max() < 8
    assert np.abs(right - plain).max() < 8
    assert at(found.skin, (-0.3, 0.35)).sum() < at(found.skin, (0.3, 0.35)).sum() - 15
