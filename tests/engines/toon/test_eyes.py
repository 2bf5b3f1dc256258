"""Eyes: open ones get all their parts, closed ones lashes, hidden ones nothing."""

import numpy as np
import pytest

from maquette.engines.toon.curves import FINER
from maquette.engines.toon.eyes import draw_eye, is_covered, openness
from maquette.engines.toon.landmarks import SIDES
from maquette.engines.toon.palettes import Palette, lab
from maquette.engines.toon.styles import STYLES
from tests.engines.toon.sitters import but, head_of

PALETTE = Palette(lab(75, 14, 20), STYLES["toon"])
GREY = 150


def drawn(looks, side=SIDES[0]):
    """A grey canvas with one eye on it, cut to the eye."""
    head = head_of(looks)
    canvas = np.full((256 * FINER, 256 * FINER, 3), GREY, np.uint8)
    draw_eye(canvas, head, side, PALETTE)
    x, y = (head.at(side.iris)[0] * FINER).astype(int)
    return canvas[y - 24 : y + 24, x - 30 : x + 30]


def test_an_open_eye_has_white_pupil_and_glint():
    """White beside the iris, black in its middle, a glint up left of it."""
    eye = drawn(but()).astype(int)
    assert eye[24, 19].min() > 200
    assert eye[25, 31].max() < 60
    assert eye[18:24, 24:30].min(axis=-1).max() > 240


@pytest.mark.parametrize(
    ("iris", "strongest"),
    [((40, 90, 190), 2), ((60, 130, 60), 1), ((130, 70, 30), 0)],
    ids=["blue", "green", "brown"],
)
def test_the_iris_has_its_own_colour(iris, strongest):
    """The strongest channel beside the pupil is the photo's."""
    eye = drawn(but(iris=iris)).astype(int)
    beside = eye[26, [25, 35]].mean(axis=0)
    assert strongest == beside.argmax()


def test_a_closed_eye_is_lashes():
    """Nothing white, and something dark."""
    eye = drawn(but(eye_height=0.008))
    assert eye.max() <= GREY
    assert eye.min() < 60


def test_openness_is_height_by_width():
    """Of the sitter's lids."""
    head = head_of(but(eye_height=0.09))
    assert pytest.approx(0.09 * 60 / (0.18 * 48), rel=0.02) == openness(head, SIDES[0])


@pytest.mark.parametrize("sunglasses", [True, False])
def test_sunglasses_hide_eyes(sunglasses):
    """Dark skin below an eye means that it cannot be seen."""
    head = head_of(but(sunglasses=sunglasses))
    assert [sunglasses] * 2 == [is_covered(head, side) for side in SIDES]


def test_eyes_beyond_the_picture_are_left_out():
    """Landmarks outside draw nothing and break nothing."""
    head = head_of()
    away = type(head)(head.lab, head.inside, head.landmarks + np.float32([0, 400, 0]))
    canvas = np.full((512, 512, 3), GREY, np.uint8)
    draw_eye(canvas, away, SIDES[0], PALETTE)
    assert GREY == canvas.min()
