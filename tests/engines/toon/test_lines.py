"""Lines: dark ones are found, bright and short ones are not, and they are drawn dark."""

from dataclasses import replace

import numpy as np
import pytest

from maquette.engines.toon.curves import FINER
from maquette.engines.toon.landmarks import SIDES
from maquette.engines.toon.lines import averaged_along, flow, found_lines, lay_border, lay_lines
from maquette.engines.toon.palettes import Palette, lab
from maquette.engines.toon.styles import STYLES
from tests.engines.toon.sitters import but, head_of, skin_of

TOON = STYLES["toon"]


def lined(*, lightness, length_px=40, width_px=2):
    """A bald head with a line across its forehead, and how strongly it is found."""
    head = head_of(but(hair=None))
    marked = head.lab.copy()
    start = 128 - length_px // 2
    marked[70 : 70 + width_px, start : start + length_px, 0] += lightness
    strength = found_lines(replace(head, lab=marked), TOON, SIDES, np.ones_like(head.light))
    return strength[66 : 74 + width_px, start : start + length_px]


def test_a_dark_line_is_found():
    """It is strong enough to be drawn along nearly all its length."""
    assert ((lined(lightness=-40).max(axis=0)) > TOON.line_low).mean() > 0.8


@pytest.mark.parametrize(
    "line",
    [
        pytest.param({"lightness": 20}, id="bright"),
        pytest.param({"lightness": -40, "length_px": 3, "width_px": 3}, id="short"),
        pytest.param({"lightness": -2}, id="faint"),
    ],
)
def test_what_is_no_line_is_not(line):
    """Nothing is drawn there."""
    strength = lined(**line)
    middle = strength[:, len(strength[0]) // 2]
    assert middle.max() < TOON.line_high


def test_features_are_left_to_their_drawers():
    """No line is found in an eye that will be drawn; where it will not be, its rim is."""
    head = head_of(but(hair=None))
    eye = np.s_[118:125, 97:112]
    with_eyes, without = (
        found_lines(head, TOON, sides, np.ones_like(head.light))[eye].max() for sides in (SIDES, ())
    )
    assert 0 == with_eyes
    assert without > TOON.line_high


def test_flow_runs_along_edges():
    """Beside an upright edge it points up or down."""
    light = np.zeros((40, 40), np.float32)
    light[:, 20:] = 100
    along = flow(light, sigma_px=2)
    assert pytest.approx(1, abs=1e-3) == abs(along[20, 19, 1])


def test_averaging_stays_on_the_line():
    """Along a line nothing is lost; beside it nothing is gained."""
    plane = np.zeros((40, 40), np.float32)
    plane[:, 20] = 1
    along = np.zeros((40, 40, 2), np.float32)
    along[..., 1] = 1
    assert pytest.approx(plane) == averaged_along(plane, along, reach_px=5)


def test_lines_are_drawn_in_ink():
    """Where a line is strong the canvas turns dark, elsewhere it stays."""
    strength = np.zeros((10, 20), np.float32)
    strength[4:6] = 5
    canvas = np.full((10 * FINER, 20 * FINER, 3), 200, np.uint8)
    lay_lines(canvas, strength, Palette(lab(70, 12, 16), TOON))
    assert canvas[5 * FINER].max() < 100
    assert 200 == canvas[0].min()


def test_skin_has_a_line_around_it():
    """Between face and hair it is dark; within the face, and at the outside, there is none."""
    head = head_of()
    canvas = np.full((256 * FINER, 256 * FINER, 3), 200, np.uint8)
    skin = skin_of(head)
    lay_border(canvas, head, skin, Palette(lab(70, 12, 16), TOON))
    hairline = int(np.flatnonzero(skin[:, 128] > 0.5)[0]) * FINER
    assert canvas[hairline - 4 : hairline + 4, 128 * FINER].min() < 130
    assert 200 == canvas[146 * FINER, 60 * FINER : 200 * FINER : 8].max()
    assert canvas[~head.inside.repeat(FINER, 0).repeat(FINER, 1)].min() > 190
