"""Brows, nose, mouth and jaw: in their place, in the photo's colours, and only where they are."""

import numpy as np
import pytest

from maquette.engines.toon import features
from maquette.engines.toon.curves import FINER
from maquette.engines.toon.landmarks import SIDES
from maquette.engines.toon.palettes import Palette, lab
from maquette.engines.toon.styles import STYLES
from tests.engines.toon.sitters import LIPS, but, head_of, skin_of

GREY = 160


def canvas_of(draw, looks=None):
    """A grey canvas with one feature on it, at the picture's size."""
    head = head_of(looks)
    palette = Palette(head.lab[146, 104], STYLES["toon"])
    canvas = np.full((256 * FINER, 256 * FINER, 3), GREY, np.uint8)
    draw(canvas, head, palette)
    return canvas[::FINER, ::FINER].astype(int)


def mouth(looks=None):
    """The mouth alone."""
    return canvas_of(features.draw_mouth, looks)


def test_lips_have_their_own_colour():
    """Above and below the line between them, which is dark."""
    seen = mouth()
    for row in (160, 164):
        assert np.abs(seen[row, 128] - LIPS).max() < 30
    assert seen[162, 128].max() < 90


@pytest.mark.parametrize(
    ("looks", "is_white"),
    [
        pytest.param(but(mouth_gap=0.07), True, id="a smile"),
        pytest.param(but(mouth_gap=0.07, teeth=False), False, id="open and dark"),
        pytest.param(but(), False, id="shut"),
    ],
)
def test_teeth_are_drawn_where_they_show(looks, is_white):
    """White between the lips, or none."""
    assert is_white == bool(mouth(looks)[162:165, 124:132].min() > 200)


def test_brows_follow_the_photo():
    """Dark where the brow is, nothing on the forehead above."""
    seen = canvas_of(lambda c, h, p: features.draw_brow(c, h, SIDES[0], p))
    assert seen[110, 104].max() < 110
    assert GREY == seen[90:100, 90:118].min()


def test_without_brows_none_are_drawn():
    """Where the photo has skin alone, so has the drawing."""
    seen = canvas_of(lambda c, h, p: features.draw_brow(c, h, SIDES[0], p), but(hair=None))
    assert GREY == seen.min()


def test_nostrils_are_two():
    """Dark at either side of the middle, nothing between."""
    seen = canvas_of(features.draw_nose).max(axis=-1)
    rows = seen[145:155]
    assert rows[:, 120:126].min() < 120
    assert rows[:, 131:137].min() < 120
    assert GREY == rows[:, 127:129].min()


@pytest.mark.parametrize("neck", [True, False])
def test_a_jaw_needs_a_neck(neck):
    """Its line is drawn where skin goes on behind it."""

    def draw(canvas, head, palette):
        features.draw_jaw(
            canvas, head, palette, skin=skin_of(head), lines=np.zeros_like(head.light)
        )

    seen = canvas_of(draw, but(neck=neck))
    assert neck == bool((seen != GREY).any())


def test_a_line_of_the_photo_takes_the_jaws_place():
    """Where one was found no second is drawn."""

    def draw(canvas, head, palette):
        features.draw_jaw(canvas, head, palette, skin=skin_of(head), lines=np.ones_like(head.light))

    assert GREY == canvas_of(draw).min()


def test_lips_like_skin_get_a_blush():
    """So that a mouth can be seen; a grey one gets none."""
    head = head_of(but(skin=LIPS))
    base = head.lab[146, 104]
    ring = head.at((61, 40, 37, 0, 267, 270, 291, 17))
    assert features._lip_colour(head, ring, Palette(base, STYLES["toon"]))[1] > base[1] + 5
    grey = lab(float(base[0]))
    assert np.linalg.norm(features._lip_colour(head, ring, Palette(grey, STYLES["toon"]))) > 0
