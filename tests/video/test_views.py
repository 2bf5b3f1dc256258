"""What networks see of plates."""

import numpy as np
import pytest

from maquette.types import Plate
from maquette.video.views import view


def seen(values, dtype, colour):
    """The grey values that a row of grey pixels is seen as."""
    row = np.repeat(np.array(values, dtype)[None, :, None], 3, axis=2)
    rgba = view(Plate(row, colour)).rgba
    assert (rgba[..., 3] == 255).all()
    assert np.array_equal(rgba[..., 0], rgba[..., 2])
    return rgba[0, :, 0].tolist()


@pytest.mark.parametrize(
    ("values", "dtype", "colour", "expected"),
    [
        pytest.param([0, 7, 255], np.uint8, "display", [0, 7, 255], id="display as it is"),
        pytest.param([0, 128, 129, 257, 65535], np.uint16, "display", [0, 0, 1, 1, 255], id="16"),
        pytest.param([-1, 0.5, 2], np.float32, "display", [0, 128, 255], id="floats are cut"),
        pytest.param([0, 0.0031308, 0.18], np.float32, "linear", [0, 10, 118], id="sRGB curve"),
        pytest.param([0, 0.18], np.float16, "linear", [0, 118], id="the same from half"),
        pytest.param([np.nan, -np.inf, -3], np.float32, "linear", [0, 0, 0], id="no light"),
        pytest.param([np.inf, 1e9], np.float32, "linear", [255, 255], id="all light"),
        pytest.param([0, 0.09 * 65535, 65535], np.uint16, "log", [0, 0, 253], id="log"),
    ],
)
def test_curves(values, dtype, colour, expected):
    """Each meaning of numbers has its curve, the same whatever the depth."""
    assert expected == seen(values, dtype, colour)


@pytest.mark.parametrize("colour", ["linear", "log"])
def test_highlights_keep_their_steps(colour):
    """Light above white still grows, and nothing ever darkens as it grows."""
    ramp = np.linspace(0, 2 if colour == "linear" else 1, 500, dtype=np.float32)
    values = seen(ramp, np.float32, colour)
    assert sorted(values) == values
    assert len(set(values[-250:])) > 10


def test_alpha_is_kept():
    """Alpha is scaled, never curved."""
    pixels = np.full((1, 3, 4), 0.5, np.float16)
    pixels[0, :, 3] = 0, 0.5, 1
    assert [0, 128, 255] == view(Plate(pixels, "linear")).rgba[0, :, 3].tolist()


def test_frames_are_seen_alike():
    """The same pixel is seen the same beside whatever else: nothing is stretched to a frame."""
    dark, bright = np.full((8, 8, 3), 0.1, np.float32), np.full((8, 8, 3), 0.1, np.float32)
    bright[:4] = 5
    one, other = (view(Plate(pixels, "linear")).rgba for pixels in (dark, bright))
    assert np.array_equal(one[4:], other[4:])
