"""The sRGB curve: known values, and there and back."""

import numpy as np

from maquette.solids.light import linear_from_srgb, srgb_from_linear


def test_known_values():
    """Black, middle grey and white, as IEC 61966-2-1 has them."""
    expected = [0, 0.2140411, 1]
    assert np.allclose(expected, linear_from_srgb(np.array([0, 0.5, 1])))


def test_there_and_back():
    """All 256 display values come back."""
    shares = np.arange(256) / 255
    assert np.allclose(shares, srgb_from_linear(linear_from_srgb(shares)))
