"""Skin: face, neck and a bald crown are, hair and hats are not."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from maquette.engines.toon.skin import cheek_colour, in_other_light
from tests.engines.toon.sitters import but, head_of, skin_of

CROWN, CHEEK, NECK = (58, 128), (146, 104), (205, 128)  # row, column


@pytest.mark.parametrize(
    ("looks", "crown"),
    [
        pytest.param(but(), 0, id="brown hair"),
        pytest.param(but(hair=(214, 168, 128)), 0, id="hair like skin"),
        pytest.param(but(hair=None), 1, id="bald"),
        pytest.param(but(skin=(92, 58, 42), hair=(24, 20, 20)), 0, id="dark skin"),
        pytest.param(but(skin=(92, 58, 42), hair=None), 1, id="dark and bald"),
        pytest.param(but(skin=(170, 170, 170), hair=(60, 60, 60)), 0, id="grey photo"),
    ],
)
def test_skin_is_told_from_hair(looks, crown):
    """Cheek and neck are skin, the crown is where no hair grows."""
    share = skin_of(head_of(looks))
    assert pytest.approx([1, 1, crown], abs=0.1) == [share[p] for p in (CHEEK, NECK, CROWN)]


def test_beyond_the_head_is_no_skin():
    """What is see-through has none."""
    head = head_of()
    beyond = cv2.dilate(head.inside.astype(np.uint8), np.ones((7, 7), np.uint8)) == 0
    assert 0 == skin_of(head)[beyond].max()


def test_the_cheeks_colour_is_the_skins():
    """Eyes, brows and mouth do not count."""
    head = head_of()
    assert pytest.approx(head.lab[CHEEK], abs=1.5) == cheek_colour(head)


def test_it_is_the_same_each_time():
    """Colours drawn by lot are drawn alike."""
    assert np.array_equal(skin_of(head_of()), skin_of(head_of()))


@pytest.mark.parametrize(
    ("looks", "is_skin"),
    [
        pytest.param(but(), True, id="colour"),
        pytest.param(but(skin=(170, 170, 170)), False, id="grey photo"),
    ],
)
def test_shade_keeps_the_skins_colour(looks, is_skin):
    """A cheek at half the light is skin; without any colour nothing tells it from hair."""
    head = head_of(looks)
    shaded = head.lab.copy()
    shaded[132:162, 84:110] *= np.float32([0.55, 0.7, 0.7])
    lit = in_other_light(replace(head, lab=shaded))
    assert is_skin == bool(lit[147, 97] > 0.9)


def test_dark_hair_in_a_face_is_no_shade():
    """Hair is greyer than skin in shade would be."""
    head = head_of()
    bearded = head.lab.copy()
    bearded[160:185, 105:151] = (22, 3, 3)
    assert 0 == in_other_light(replace(head, lab=bearded))[175, 128]


@pytest.mark.parametrize(
    ("half_px", "is_skin"),
    [pytest.param(4, True, id="crease"), pytest.param(14, False, id="beard")],
)
def test_dark_spots_in_a_face_are_skin_unless_they_are_hair(half_px, is_skin):
    """A dark crease at the mouth would be taken for its corner."""
    head = head_of()
    spotted = head.lab.copy()
    spotted[176 - half_px : 176 + half_px, 128 - half_px : 128 + half_px] = (22, 3, 3)
    assert is_skin == bool(skin_of(replace(head, lab=spotted))[176, 128] > 0.5)
