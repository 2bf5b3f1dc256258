"""Which way up a picture is shown."""

from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from maquette.video.turns import UPRIGHT, turn_of_exif, turn_of_matrix

PIXELS = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
ONE = 1 << 16
# what Pillow, which is right about EXIF, does for each orientation
TRANSPOSES = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@pytest.mark.parametrize("orientation", TRANSPOSES)
def test_exif_orientations(orientation):
    """Each is undone as Pillow undoes it."""
    expected = np.asarray(Image.fromarray(PIXELS).transpose(TRANSPOSES[orientation]))
    turn = turn_of_exif(orientation)
    assert np.array_equal(expected, turn.applied(PIXELS))
    assert (expected.shape[1], expected.shape[0]) == turn.of_size((3, 2))


@pytest.mark.parametrize("orientation", [0, 1, 9, -1])
def test_other_orientations_ask_for_nothing(orientation):
    """Upright and unknown ones leave the picture."""
    assert UPRIGHT == turn_of_exif(orientation)


@pytest.mark.parametrize(
    ("abcd", "expected"),
    [
        pytest.param((1, 0, 0, 1), PIXELS, id="upright"),
        pytest.param((0, 1, -1, 0), np.rot90(PIXELS, -1), id="quarter right"),
        pytest.param((0, -1, 1, 0), np.rot90(PIXELS, 1), id="quarter left"),
        pytest.param((-1, 0, 0, -1), np.rot90(PIXELS, 2), id="upside down"),
        pytest.param((-1, 0, 0, 1), PIXELS[:, ::-1], id="mirrored"),
    ],
)
def test_display_matrices(abcd, expected):
    """A movie's matrix carries each pixel to where it is shown."""
    a, b, c, d = (value * ONE for value in abcd)
    turn = turn_of_matrix([a, b, 0, c, d, 0, 0, 0, 1 << 30])
    assert np.array_equal(expected, turn.applied(PIXELS))


def test_slanted_matrices_are_none():
    """Other angles are not turned: that would resample."""
    assert turn_of_matrix([46341, 46341, 0, -46341, 46341, 0, 0, 0, 1 << 30]) is None


def test_pixel_aspect_turns_too():
    """A wide pixel is a tall one after a quarter turn."""
    assert Fraction(3, 4) == turn_of_exif(6).of_aspect(Fraction(4, 3))
    assert Fraction(4, 3) == turn_of_exif(3).of_aspect(Fraction(4, 3))
