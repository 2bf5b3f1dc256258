"""Looking with nets: features lined up cell by cell, and a guess turned into asks."""

import numpy as np
import pytest

from maquette.engines.flow_snap.net_sight import CLICKS, NetSight
from maquette.engines.mobile_sam.asks import BOTTOM_RIGHT, KEEP, TOP_LEFT, Embedding

ROWS, COLUMNS = 6, 8  # of the coarser features
GRID_HW = (2 * ROWS, 2 * COLUMNS)


class Slopes:
    """Nets whose features rise from left to right, and which remember what they were asked."""

    def __init__(self):
        self.asks = []

    def encode(self, rgb):
        coarse = np.tile(np.arange(COLUMNS, dtype=np.float32) + 1, (1, 3, ROWS, 1))
        fine = np.tile(np.arange(2 * COLUMNS, dtype=np.float32) + 1, (1, 2, 2 * ROWS, 1))
        return Embedding((coarse, coarse, fine), (160, 120), (128, 96))

    def decode(self, embedding, asks):
        self.asks = list(asks)
        shape = (len(asks), 4, 4 * ROWS, 4 * COLUMNS)
        return np.zeros(shape, np.float32), np.zeros(shape[:2], np.float32)


def blob(rows, columns):
    """A guess that is sure of a rectangle."""
    guess = np.full(GRID_HW, -3, np.float32)
    guess[rows, columns] = 3
    return guess


def seen():
    """A sight over the nets, the nets, and a look."""
    nets = Slopes()
    sight = NetSight(nets)
    return sight, nets, sight.look(np.zeros((120, 160, 3), np.uint8))


def test_every_cell_has_features_of_all_depths_and_a_constant():
    """3 + 3 + 2 channels and a one, all depths equally loud, row by row."""
    _, _, look = seen()
    assert (GRID_HW[0] * GRID_HW[1], 9) == look.cells.shape
    assert GRID_HW == look.grid_hw
    loudness = np.abs(look.cells * np.sqrt(8))
    np.testing.assert_allclose(1, loudness, atol=1e-4)


def test_the_guess_is_asked_about_in_two_ways():
    """With clicks and box, and with the mask or without; each answered by four shapes."""
    sight, nets, look = seen()
    shapes = sight.shapes(look, blob(slice(3, 9), slice(4, 10)))
    assert (8, 4 * ROWS, 4 * COLUMNS) == shapes.shape
    boxed = [TOP_LEFT in ask.labels and BOTTOM_RIGHT in ask.labels for ask in nets.asks]
    told = [ask.logits is not None for ask in nets.asks]
    assert ([True, True], [True, False]) == (boxed, told)


def test_clicks_and_box_lie_where_the_guess_does():
    """In pixels of the window, ten to a cell: clicks inside, the box around with a margin."""
    sight, nets, look = seen()
    sight.shapes(look, blob(slice(3, 9), slice(4, 10)))
    marks = dict(zip(nets.asks[0].labels, nets.asks[0].points_xy, strict=True))
    assert (32.5, 22.5) == marks[TOP_LEFT]
    assert (107.5, 97.5) == marks[BOTTOM_RIGHT]
    x, y = nets.asks[0].points_xy[0]
    assert 40 < x < 100
    assert 30 < y < 90


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param([(slice(5, 6), slice(5, 6))], 1, id="a single cell"),
        pytest.param([(slice(0, 3), slice(0, 3)), (slice(8, 12), slice(10, 14))], 2, id="two"),
        pytest.param([(slice(2, 5), slice(0, 16))], CLICKS, id="a bar"),
    ],
)
def test_each_thick_part_is_clicked_once(parts, expected):
    """At least one click, however small the guess, and no more than are useful."""
    sight, nets, look = seen()
    guess = np.full(GRID_HW, -3, np.float32)
    for part in parts:
        guess[part] = 3
    sight.shapes(look, guess)
    assert expected == nets.asks[0].labels.count(KEEP)
