"""Cut-outs at another size keep their colours to the rim."""

import numpy as np
import pytest

from maquette.pictures.scaling import over_grey, resized, scaled
from maquette.types import Picture
from tests import zoo


@pytest.mark.parametrize("size_wh", [(40, 30), (500, 300)], ids=["smaller", "larger"])
def test_hidden_colours_stay_hidden(size_wh):
    """A one-coloured subject on hidden white has that one colour at any size."""
    rgba = np.full((150, 200, 4), (255, 255, 255, 0), np.uint8)
    rgba[31:117, 45:160] = (200, 100, 50, 255)
    found = scaled(Picture(rgba), size_wh)
    assert size_wh == found.size_wh
    seen = found.rgba[found.rgba[..., 3] > 30]
    assert 0 < (seen[:, 3] < 255).sum(), "there is a soft rim"
    assert np.abs(seen[:, :3].astype(int) - (200, 100, 50)).max() <= 4


def test_the_same_size_is_the_same_picture():
    """Nothing is resampled that need not be."""
    ball = zoo.ball()
    assert scaled(ball, ball.size_wh) is ball


def test_grey_shows_where_nothing_is():
    """Half-covered pixels are half grey, and the whole is opaque."""
    rgba = np.array([[[200, 0, 0, 255], [200, 0, 0, 128], [200, 0, 0, 0]]], np.uint8)
    laid = over_grey(Picture(rgba), 100)
    expected = [[200, 0, 0, 255], [150, 50, 50, 255], [100, 100, 100, 255]]
    assert expected == laid.rgba[0].tolist()


def test_resizing_keeps_the_mean():
    """Down by averages, up between neighbours."""
    values = np.random.default_rng(1).random((32, 48)).astype(np.float32)
    assert values.mean() == pytest.approx(resized(values, (12, 8)).mean(), abs=1e-4)
    assert values.mean() == pytest.approx(resized(values, (96, 64)).mean(), abs=1e-2)
