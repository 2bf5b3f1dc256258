"""Lettering: it is where it should be, as wide as it says, in any script."""

import numpy as np
import pytest

from maquette.video.lettering import diamond, dot, fitted, lay, plate, width_of, write

WHITE = (255, 255, 255)
TEXTS = {"latin": "hero camel", "accents": "Déjà vu", "cyrillic": "лиса", "cjk": "狐 キツネ"}


def black(width_px=300, height_px=60):
    return np.zeros((height_px, width_px, 3), np.uint8)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_any_script_is_drawn(text):
    """Every letter has its own shape: nothing is dropped, nothing is a box."""
    canvases = []
    for letter in dict.fromkeys(text.replace(" ", "")):
        canvas = black(40)
        write(canvas, letter, at_xy=(5, 40), look=(20, WHITE))
        canvases.append(canvas.tobytes())
        assert canvas.max() > 200
    assert len(canvases) == len(set(canvases))


@pytest.mark.parametrize(("align", "before"), [("left", 0), ("middle", 0.5), ("right", 1)])
def test_a_line_stands_at_the_end_that_is_named(align, before):
    """Its ink begins and ends where the alignment says, within the letters' own margins."""
    canvas = black()
    write(canvas, "HHHHH", at_xy=(150, 40), look=(20, WHITE), align=align)
    columns = np.flatnonzero(canvas.any((0, 2)))
    wide = width_of("HHHHH", size_px=20)
    start = 150 - before * wide
    assert abs(columns[0] - start) <= 3
    assert abs(columns[-1] - (start + wide)) <= 4
    rows = np.flatnonzero(canvas.any((1, 2)))
    assert 40 == pytest.approx(rows[-1], abs=1), "capitals stand on the baseline"


def test_long_text_ends_in_an_ellipsis():
    """It fits, and what fits anyway is left alone."""
    long = fitted("a very long name of an object", size_px=14, most_px=80)
    assert width_of(long, size_px=14) <= 80
    assert long.endswith("…")
    assert long.startswith("a very")
    assert "short" == fitted("short", size_px=14, most_px=80)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("two\nlines\there", "two lines here"), ("bell\x07\u202e", "bell"), ("e\u0301", "é")],
    ids=["breaks", "unseen", "composed"],
)
def test_a_line_is_plain(text, expected):
    """Breaks and signs that cannot be seen are no part of it."""
    assert expected == fitted(text, size_px=14, most_px=900)


@pytest.mark.parametrize(
    ("cover", "area"),
    [
        (plate(40, 20, corner_px=1), 800 - (4 - np.pi)),
        (plate(40, 20, corner_px=6), 800 - (4 - np.pi) * 36),
        (dot(8), np.pi * 64),
        (diamond(8), 128),
    ],
    ids=["plate", "round plate", "dot", "diamond"],
)
def test_signs_cover_the_area_of_their_shape(cover, area):
    """Anti-aliasing loses nothing and adds nothing."""
    assert area == pytest.approx(float(cover.sum()), rel=0.02)
    assert np.array_equal(cover, cover[::-1])
    assert np.array_equal(cover, cover[:, ::-1])


@pytest.mark.parametrize("at_xy", [(-3, -3), (8, 8), (-100, 0), (0, 100), (5, -7)], ids=str)
def test_signs_are_cut_at_the_rim(at_xy):
    """What would stand outside is left out, what stands inside is in its place."""
    sign, canvas = dot(3), black(10, 10)
    lay(canvas, sign, at_xy=at_xy, colour=WHITE)
    wide = np.zeros((240, 240), np.float32)
    wide[110 + at_xy[1] :, 110 + at_xy[0] :][: sign.shape[0], : sign.shape[1]] = sign
    expected = np.rint(wide[110:120, 110:120] * 255)
    assert np.array_equal(expected, canvas[..., 0])


def test_strength_mixes_colours():
    """Half strength is half way."""
    canvas = black(4, 4) + np.uint8(100)
    lay(canvas, np.ones((4, 4), np.float32), at_xy=(0, 0), colour=(200, 0, 100), strength=0.5)
    assert (150, 50, 100) == tuple(canvas[2, 2])
