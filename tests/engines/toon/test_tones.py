"""Flat areas: few colours, in the right places, with shade where the photo has it."""

from dataclasses import replace

import numpy as np

from maquette.engines.toon.curves import FINER
from maquette.engines.toon.palettes import palette_of
from maquette.engines.toon.skin import in_other_light
from maquette.engines.toon.styles import STYLES
from maquette.engines.toon.tones import lay_areas
from tests.engines.toon.sitters import HAIR, but, head_of, skin_of

TOON = STYLES["toon"]


def laid(head):
    """The canvas, and the palette it was laid in."""
    skin = skin_of(head)
    palette = palette_of(head, skin, TOON)
    return lay_areas(head, skin, in_other_light(head), palette), palette


def at(canvas, row, column):
    """The colour at a place of the picture."""
    return tuple(int(v) for v in canvas[row * FINER, column * FINER])


def test_an_even_face_has_one_tone():
    """Both cheeks and the forehead are in the middle tone, the hair in its own."""
    canvas, palette = laid(head_of())
    base = tuple(int(v) for v in palette.shown(palette.base))
    assert {base} == {at(canvas, *place) for place in ((146, 100), (146, 156), (100, 128))}
    assert np.abs(np.subtract(at(canvas, 45, 128), HAIR)).max() < 40


def test_shade_is_drawn_as_shade():
    """A patch that is darker in the photo is one tone darker in the drawing, with a clear edge."""
    head = head_of(but(hair=None))
    shaded = head.lab.copy()
    shaded[135:160, 140:165, 0] -= 3
    canvas, palette = laid(replace(head, lab=shaded))
    shade = tuple(int(v) for v in palette.shown(palette.shade))
    assert shade == at(canvas, 147, 152)
    assert tuple(int(v) for v in palette.shown(palette.base)) == at(canvas, 147, 100)


def test_side_light_is_evened_out():
    """Light that falls off slowly across the face does not cut it in two."""
    head = head_of(but(hair=None))
    slope = np.linspace(8, -8, 256, dtype=np.float32)[None, :, None] * np.float32([1, 0, 0])
    canvas, palette = laid(replace(head, lab=head.lab + slope))
    base = tuple(int(v) for v in palette.shown(palette.base))
    assert {base} == {at(canvas, 146, column) for column in (100, 128, 156)}


def test_crumbs_are_left_out():
    """A spot of a few pixels gets no tone of its own."""
    head = head_of(but(hair=None))
    spotted = head.lab.copy()
    spotted[146:148, 150:152, 0] -= 9
    canvas, palette = laid(replace(head, lab=spotted))
    assert tuple(int(v) for v in palette.shown(palette.base)) == at(canvas, 147, 151)


def test_a_moustache_is_not_skin():
    """What is far darker than skin is drawn in the colour it has."""
    head = head_of(but(hair=None))
    lab = head.lab.copy()
    lab[149:156, 112:145] = head_of().lab[45, 129]
    canvas, palette = laid(replace(head, lab=lab))
    assert sum(at(canvas, 152, 128)) < 0.9 * sum(palette.shown(palette.deep))


def test_a_grey_beard_is_one_tone():
    """What is greyer than skin about the mouth is drawn darker than it, all alike."""
    head = head_of(but(hair=None))
    lab = head.lab.copy()
    lab[172:188, 100:128] = (62, 3, 4)
    lab[172:188, 128:156] = (50, 3, 4)
    canvas, palette = laid(replace(head, lab=lab))
    light, dark = at(canvas, 181, 112), at(canvas, 181, 144)
    assert light == dark
    assert sum(light) < sum(palette.shown(palette.shade))
