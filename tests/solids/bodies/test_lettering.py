"""Lettering: names fit, print, and say what they cannot spell."""

import numpy as np
import pytest

from maquette.errors import InputError
from maquette.solids.bodies.bases import rim_letters
from maquette.solids.bodies.lettering import inscription, plain_line

PLACE = {"wide": 0.65, "high": 0.06, "stroke": 0.0062}


@pytest.mark.parametrize(
    "text",
    ["I", "Ada Lovelace", "W" * 24, "Wolf-Dietrich von Witten", "李小龍", "Ωμέγα", "Жук"],
)
def test_names_fit_their_place(text):
    """Whatever the text, its letters are not larger than the place."""
    wide, high = inscription(plain_line(text), **PLACE).size_wh
    assert wide <= PLACE["wide"] + 1e-6
    assert high <= PLACE["high"] + 1e-6


def test_short_names_are_not_blown_up():
    """Letters of a short name are as tall as the place allows, those of a long one smaller."""
    tall = [inscription(text, **PLACE).pixel for text in ("Bo", "Ada", "W" * 24)]
    assert tall[0] >= tall[1] > tall[2]


def test_long_names_take_two_lines_where_that_is_larger():
    """In a place half as wide a name is cut between its words."""
    one = inscription("Wilhelmina", wide=0.2, high=0.2, stroke=0.001)
    two = inscription("Wilhelmina Wilhelmina", wide=0.2, high=0.2, stroke=0.001)
    assert pytest.approx(one.pixel, rel=0.05) == two.pixel
    assert two.away.shape[0] > 1.5 * one.away.shape[0]


@pytest.mark.parametrize("stroke", [0.006, 0.009])
def test_strokes_are_wide_enough(stroke):
    """A bar of the letter I is as wide as asked for, thin as it may have been drawn."""
    letters = inscription("IIIIIIIIIIIIIIIIIIIIIIII", wide=0.4, high=0.03, stroke=stroke)
    middle = letters.away[letters.away.shape[0] // 2]
    inside = (middle < 0).astype(int)
    starts, ends = np.flatnonzero(np.diff(inside) > 0), np.flatnonzero(np.diff(inside) < 0)
    widths = (ends - starts) * letters.pixel
    assert np.median(widths) >= stroke - letters.pixel


def test_distances_are_those_of_the_map():
    """In the middle of a bar it is below zero, far beside it is as far as it looks."""
    letters = inscription("I", **PLACE)
    x = np.array([0.0, 0.5], np.float32)
    inside, far = letters.distances(x, np.zeros(2, np.float32)).tolist()
    assert inside < -0.003
    assert pytest.approx(0.5, abs=0.03) == far


def test_letters_bend_round_the_rim():
    """The solid letters stand out of the rim by their rise and face the front."""
    letters = rim_letters("Ada", 0.25)
    points = np.asarray(letters.solid().to_mesh().vert_properties)[:, :3]
    out = np.hypot(points[:, 0], points[:, 2])
    assert pytest.approx(0.25 + letters.rise, abs=1e-4) == out.max()
    assert pytest.approx(0.25 - letters.rise, abs=1e-3) == out.min()
    assert (points[:, 2] > 0.2).all()
    assert 0 < points[:, 1].min() < points[:, 1].max() < 2 * letters.height
    faces = points[out > 0.25 + letters.rise - 1e-4].astype(np.float32)
    assert (letters.distances(faces) < 0).all()


def test_a_blank_text_has_no_letters():
    """Nothing but spaces is no text."""
    assert ("", None) == (plain_line(" \t\n "), rim_letters("", 0.25))


def test_one_letter_has_one_spelling():
    """An accent that follows its letter is the same text as the letter with the accent."""
    assert "Zoë" == plain_line(" Zoe\u0308 ")


@pytest.mark.parametrize("text", ["Ada 🙂", "שלום", "مرحبا", "नमस्ते"])
def test_what_cannot_be_set_is_refused(text):
    """Signs the font lacks, and scripts it would write the wrong way round."""
    with pytest.raises(InputError, match="BASE_TEXT_LETTERS"):
        plain_line(text)
