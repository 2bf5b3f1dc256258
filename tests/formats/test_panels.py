"""Panels: words that fit, and tiles that stay within their corners."""

import numpy as np

from maquette.formats.panels import PAPER, broken, paper, set_tile, set_verdict
from maquette.video.lettering import width_of

TEXT = "203.2 × 304.8 × 12.7 mm is too large for a bed of 220 × 220 × 250 mm."


def test_lines_fit():
    """Every line is within the width, and no word is lost while there are lines enough."""
    lines = broken(TEXT, size_px=14, most_px=210, most_lines=9)
    assert max(width_of(line, size_px=14) for line in lines) <= 210
    assert TEXT.replace(" ", "") == "".join(lines).replace(" ", "").replace("\u00a0", "")


def test_what_does_not_fit_ends_in_an_ellipsis():
    """Two lines for four: the second says that there is more."""
    lines = broken(TEXT, size_px=14, most_px=170, most_lines=2)
    assert (2, True) == (len(lines), lines[1].endswith("…"))


def test_a_unit_stays_with_its_number():
    """No line begins with a unit."""
    for most_px in range(60, 300, 12):
        lines = broken(
            "It is 304.8 mm, 767.4 cm³ and 952 g.", size_px=14, most_px=most_px, most_lines=9
        )
        assert not any(line.startswith(("mm", "cm", "g")) for line in lines)


def test_nothing_to_say_is_no_line():
    """An empty text has no lines."""
    assert [] == broken("", size_px=14, most_px=100, most_lines=2)


def test_tiles_have_round_corners():
    """A tile's corner is paper, its middle is its own."""
    canvas = paper(100, 80)
    set_tile(canvas, np.zeros((60, 60, 3), np.uint8), (10, 10))
    set_verdict(canvas, "bad", (85, 40))
    assert (PAPER, (0, 0, 0)) == (tuple(canvas[10, 10].tolist()), tuple(canvas[40, 40].tolist()))
    assert canvas[40, 85, 0] > 150 > canvas[40, 85, 1]
