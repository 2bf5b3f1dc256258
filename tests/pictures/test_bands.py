"""The band along an edge, and tiles along it."""

import numpy as np
import pytest

from maquette.pictures.bands import edge_band, in_tiles
from tests import zoo


@pytest.mark.parametrize("edge_px", [1, 3, 8])
def test_the_band_is_as_wide_as_asked(edge_px):
    """Beside a straight edge the band takes the same number of pixels on either side."""
    inside = np.zeros((40, 40), bool)
    inside[:, 20:] = True
    columns = np.flatnonzero(edge_band(inside, edge_px=edge_px)[20])
    assert list(range(20 - edge_px, 20 + edge_px)) == columns.tolist()


@pytest.mark.parametrize("inside", [True, False], ids=["all", "nothing"])
def test_without_an_edge_there_is_no_band(inside):
    """A full or an empty mask has no edge."""
    assert not edge_band(np.full((9, 9), inside), edge_px=4).any()


@pytest.mark.parametrize(
    ("side_px", "margin_px"),
    [
        pytest.param(16, 4, id="many"),
        pytest.param(16, 0, id="without margins"),
        pytest.param(16, 40, id="margins wider than tiles"),
        pytest.param(999, 8, id="one"),
    ],
)
@pytest.mark.parametrize("shape", [(70, 53), (70, 53, 3)], ids=["one channel", "colours"])
def test_tiles_together_are_the_whole(shape, side_px, margin_px):
    """Work that hands its window back gives the whole array where the band is."""
    values = np.random.default_rng(0).random(shape, np.float32)
    band = np.ones(shape[:2], bool)
    laid = in_tiles(band, side_px=side_px, margin_px=margin_px, work=lambda w: values[w])
    np.testing.assert_allclose(values, laid, rtol=1e-5)


def test_tiles_fade_into_each_other():
    """Where tiles disagree there is a ramp, not a step."""
    answers = iter([0.0, 1.0])

    def work(window):
        rows, columns = window
        size = (rows.stop - rows.start, columns.stop - columns.start)
        return np.full(size, next(answers), np.float32)

    laid = in_tiles(np.ones((8, 64), bool), side_px=32, margin_px=8, work=work)
    assert (0.0, 1.0) == (laid[0, 0], laid[0, -1])
    assert 0.07 > np.abs(np.diff(laid[0])).max()


def test_only_tiles_along_the_band_are_worked_on():
    """A small thing in a corner costs one tile; no tile is larger than asked."""
    band = np.zeros((200, 300), bool)
    band[10:20, 10:20] = True
    seen = []

    def work(window):
        rows, columns = window
        seen.append((rows.stop - rows.start, columns.stop - columns.start))
        return np.ones(band[window].shape, np.float32)

    laid = in_tiles(band, side_px=50, margin_px=5, work=work)
    assert [(55, 55)] == seen
    assert 1 == laid[band].min()
    assert 0 == laid[100:].max()


def test_nothing_to_do_is_nothing():
    """Without band pixels the answer is empty of everything."""
    empty = zoo.empty().rgba[..., 3] > 0
    assert not in_tiles(empty, side_px=8, margin_px=2, work=lambda w: 1 / 0).any()
