"""Styling: the stage hands on what the stylist drew, or why it could not."""

import numpy as np
import pytest

from maquette.engines.toon import make
from maquette.errors import InputError
from maquette.pictures.styling import colours_left, stylise
from maquette.types import Picture
from tests.engines.toon.sitters import sitter


def test_the_drawing_takes_the_cutouts_place():
    """Same size, the same alpha, other colours, and how many there are."""
    picture, face = sitter()
    made = stylise(picture, face, style="toon", seed=1, stylist=make())
    styled = made.outputs["styled"]
    assert picture.size_wh == styled.size_wh
    assert np.array_equal(picture.rgba[..., 3], styled.rgba[..., 3])
    assert not np.array_equal(picture.rgba, styled.rgba)
    assert colours_left(styled) == made.scores["styled_colours"]
    assert made.notes[0].startswith("drawn as toon in ")


def test_an_unknown_style_is_refused_by_name():
    """The message names the styles there are."""
    picture, face = sitter()
    with pytest.raises(InputError, match="toon") as raised:
        stylise(picture, face, style="baroque", seed=1, stylist=make())
    assert "STYLE_UNKNOWN" == raised.value.code


def test_the_engines_error_is_the_items():
    """What the stylist says of one cut-out is raised for that item."""
    picture, face = sitter()
    with pytest.raises(InputError, match="CUTOUT_EMPTY"):
        stylise(Picture(picture.rgba * 0), face, style="toon", seed=1, stylist=make())


@pytest.mark.parametrize(("count", "expected"), [(1, 1), (10, 10), (0, 0)])
def test_colours_are_counted(count, expected):
    """Each stripe of a strong colour counts; what is see-through does not."""
    rgba = np.zeros((20, 20, 4), np.uint8)
    for n in range(count):
        rgba[2 * n : 2 * n + 2] = (n * 20, 255 - n * 20, 0, 255)
    assert expected == colours_left(Picture(rgba))


def test_rare_colours_do_not_count():
    """Soft edges make many colours of a few pixels each."""
    rgba = np.full((50, 50, 4), 255, np.uint8)
    rgba[0, :, 0] = np.arange(50) * 5
    assert 1 == colours_left(Picture(rgba))
