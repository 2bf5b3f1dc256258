"""Fitting cut-outs: trimmed, shrunk without mixing in what is hidden, air around."""

import numpy as np
import pytest

from maquette.errors import InputError
from maquette.solids.inflation_cutouts import AIR_PX, MOST_PX, SOFT_PX, fitted
from maquette.types import Picture
from tests import zoo


def test_small_art_is_only_trimmed():
    """What fits is copied pixel by pixel, with air on all sides."""
    ball = zoo.ball(128)
    made = fitted(ball).rgba
    inner = made[AIR_PX:-AIR_PX, AIR_PX:-AIR_PX]
    rows = np.flatnonzero((ball.rgba[..., 3] >= 128).any(axis=1))
    box = slice(rows[0] - SOFT_PX, rows[-1] + 1 + SOFT_PX)
    assert ball.rgba[box, box].tobytes() == inner.tobytes()
    assert 0 == made[:AIR_PX].max()


def test_large_art_keeps_its_colours():
    """Hidden green does not come through when a picture is made smaller."""
    rgba = zoo.ball(3000).rgba.copy()
    rgba[rgba[..., 3] == 0, :3] = (0, 255, 0)
    made = fitted(Picture(rgba)).rgba
    assert MOST_PX + 2 * AIR_PX == max(made.shape)
    assert made[made[..., 3] > 0, 1].max() <= 162  # teal's green and rounding


def test_empty_is_refused():
    """Nothing half opaque is an input error."""
    with pytest.raises(InputError, match="CUTOUT_EMPTY"):
        fitted(zoo.empty())
