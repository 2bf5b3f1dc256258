"""16-bit PNG: depth is kept, alpha is straight, and other readers see the same numbers."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from maquette.errors import FormatError, InputError
from maquette.formats.png import write_matte
from maquette.formats.png_deep import (
    read_alpha,
    read_deep_picture,
    sixteen_bit,
    write_alpha,
    write_deep_picture,
)
from maquette.provenance import Provenance
from maquette.types import Alpha, Matte
from tests import zoo


def ramp(shape=(7, 300)):
    """(H, W) float32: every value a different step of 16 bits."""
    return np.linspace(0, 1, shape[0] * shape[1], dtype=np.float32).reshape(shape)


def test_a_matte_keeps_sixteen_bits():
    """Off by half a step at most; written again it is the same file."""
    data = write_alpha(Alpha(ramp()), Provenance())
    again = read_alpha(data)
    assert np.abs(again.cover - ramp()).max() <= 0.51 / 65535
    assert data == write_alpha(again, Provenance())
    assert (0, 1) == (again.cover.min(), again.cover.max())


def test_pillow_reads_a_matte_as_sixteen_bits():
    """Another reader finds the very numbers."""
    picture = Image.open(io.BytesIO(write_alpha(Alpha(ramp()), Provenance())))
    assert "I;16" == picture.mode
    assert np.array_equal(sixteen_bit(ramp()), np.asarray(picture))


def test_a_cut_out_carries_our_words():
    """What people are handed says what it is."""
    rgba = np.full((4, 4, 4), 40_000, np.uint16)
    picture = Image.open(io.BytesIO(write_deep_picture(rgba, zoo.provenance())))
    assert "a round cat" == picture.text["Description"]


def test_colours_under_thin_alpha_stay(tmp_path):
    """Straight alpha: colours are not multiplied, not even where nothing shows."""
    rgba = np.random.default_rng(1).integers(0, 65536, (9, 11, 4)).astype(np.uint16)
    rgba[:3, :, 3] = 0
    rgba[3:6, :, 3] = 1
    data = write_deep_picture(rgba, Provenance())
    assert np.array_equal(rgba, read_deep_picture(data))
    width, height, bits, kind = struct.unpack(">IIBB", data[16:26])
    assert (11, 9, 16, 6) == (width, height, bits, kind), "6 is RGB with alpha"
    assert data == write_deep_picture(rgba, Provenance())


DEPTHS = {
    "8 bit": (np.array([0, 1, 255], np.uint8), [0, 257, 65535]),
    "16 bit": (np.array([0, 1, 65535], np.uint16), [0, 1, 65535]),
    "half": (np.array([-1, 0.5, 7], np.float16), [0, 32768, 65535]),
    "float": (np.array([0, 0.25, 1], np.float32), [0, 16384, 65535]),
}


@pytest.mark.parametrize(("values", "expected"), DEPTHS.values(), ids=DEPTHS)
def test_any_depth_becomes_sixteen_bits(values, expected):
    """Full scale to full scale, rounded to the nearest step."""
    assert expected == sixteen_bit(values).tolist()


@pytest.mark.parametrize(
    "pixels",
    [np.zeros((2, 2, 3), np.uint16), np.zeros((2, 2, 4), np.uint8), np.zeros((2, 2), np.uint16)],
    ids=["no alpha", "8 bit", "grey"],
)
def test_what_is_no_deep_picture_is_refused(pixels):
    """Shape and depth are named."""
    with pytest.raises(InputError, match="uint16") as refused:
        write_deep_picture(pixels, Provenance())
    assert "ARRAY_SHAPE" == refused.value.code


STRANGERS = {
    "no PNG": b"GIF89a",
    "8 bit": write_matte(Matte(ramp()), Provenance()),
    "a picture": write_deep_picture(np.zeros((2, 2, 4), np.uint16), Provenance()),
    "cut short": write_alpha(Alpha(ramp()), Provenance())[:60],
}


@pytest.mark.parametrize("data", STRANGERS.values(), ids=STRANGERS)
def test_what_is_no_deep_matte_is_told(data):
    """Reading back does not guess."""
    with pytest.raises(FormatError) as refused:
        read_alpha(data)
    assert "PNG_UNREADABLE" == refused.value.code
