"""Palettes: tones of a skin, and colours as a style shows them."""

import numpy as np
import pytest

from maquette.engines.toon.palettes import BLACK, WHITE, Palette, lab, palette_of
from maquette.engines.toon.styles import STYLES
from tests.engines.toon.sitters import but, head_of, skin_of

LIGHT, DARK = lab(78, 12, 18), lab(36, 14, 18)


def palette(base, style="toon"):
    """One person's colours."""
    return Palette(base, STYLES[style])


@pytest.mark.parametrize("base", [LIGHT, DARK], ids=["light", "dark"])
def test_tones_go_down_in_light_and_up_in_warmth(base):
    """Shade is darker and redder, never greyer."""
    found = palette(base)
    tones = np.stack([found.glint, base, found.shade, found.deep])
    assert (np.diff(tones[:, 0]) < 0).all()
    assert (np.diff(tones[:, 1]) > 0).all()


def test_dark_skin_has_its_shades_closer_together():
    """The same step would take half of its light."""
    light, dark = (base[0] - palette(base).deep[0] for base in (LIGHT, DARK))
    assert dark < 0.6 * light


def test_grey_skin_stays_grey():
    """A black and white photo gets no blush."""
    assert pytest.approx([0, 0], abs=0.2) == palette(lab(60)).deep[1:]


@pytest.mark.parametrize("base", [LIGHT, DARK], ids=["light", "dark"])
def test_ink_makes_paper_of_skin(base):
    """Skin comes near to white, black stays black, and order is kept."""
    shown = [sum(palette(base, "ink").shown(c)) / 3 for c in (BLACK, base - lab(15), base, WHITE)]
    assert shown[0] < 10
    assert shown[2] > 190
    assert sorted(shown) == shown


def test_colours_of_a_toon_are_the_photos():
    """Greys come out as they are, colours a little more vivid."""
    assert pytest.approx([119, 119, 119], abs=1) == palette(LIGHT).shown(lab(50))
    red, green, blue = palette(LIGHT).shown(lab(50, 30, 20))
    assert red - (green + blue) / 2 > 90


def test_the_base_is_the_sitters_skin():
    """Neither hair nor lips nor eyes come into it."""
    head = head_of(but(skin=(92, 58, 42)))
    found = palette_of(head, skin_of(head), STYLES["toon"])
    assert pytest.approx(head.lab[146, 104], abs=3) == found.base
