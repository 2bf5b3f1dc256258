"""Asks, and the geometry between a picture and what a net sees of it."""

import numpy as np
import pytest

from maquette.engines.mobile_sam.asks import Ask, Embedding, by_length

# a picture of 200 x 100 pixels, seen at twice its width and three times its height
SEEN = Embedding((), (200, 100), (400, 300))


@pytest.mark.parametrize(
    ("xy", "expected"),
    [
        pytest.param((0.5, 0.5), (0.5, 1.0), id="middle of the first pixel"),
        pytest.param((100, 50), (199.5, 149.5), id="middle of the picture"),
        pytest.param((200, 100), (399.5, 299.5), id="far corner"),
    ],
)
def test_a_place_is_where_the_net_sees_it(xy, expected):
    """Either axis is scaled by itself; nets count from the middle of their first pixel."""
    places, _ = SEEN.marks(Ask((xy,), (1,)))
    np.testing.assert_allclose(expected, places[0])


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        pytest.param(Ask(((1, 1),), (1,)), [1, -1], id="a click"),
        pytest.param(Ask(((1, 1), (9, 9)), (2, 3)), [2, 3], id="a box"),
        pytest.param(Ask(((1, 1), (9, 9), (5, 5)), (2, 3, 0)), [2, 3, 0], id="both"),
        pytest.param(Ask((), (), np.zeros((4, 4), np.float32)), [-1], id="a mask alone"),
    ],
)
def test_without_a_box_there_is_a_last_point_that_is_none(ask, expected):
    """The nets were trained with one more point where there is no box."""
    places, labels = SEEN.marks(ask)
    assert expected == labels.tolist()
    assert (len(expected), 2) == places.shape
    assert (np.float32, np.float32) == (places.dtype.type, labels.dtype.type)


def test_asks_of_one_length_go_together():
    """Numbers tell which ask is which; nothing is filled up."""
    click, box = Ask(((1, 1),), (1,)), Ask(((1, 1), (9, 9), (3, 3)), (2, 3, 1))
    gathered = by_length(SEEN, [box, click, box, click])
    assert [[1, 3], [0, 2]] == [numbers for numbers, _, _ in gathered]
    assert [(2, 2, 2), (2, 3, 2)] == [places.shape for _, places, _ in gathered]
    assert [1, -1] == gathered[0][2][0].tolist()


def test_a_mask_comes_back_where_it_was():
    """The left half of what was seen is the left half of the picture."""
    logits = np.full((75, 100), -8, np.float32)
    logits[:, :50] = 8
    whole = SEEN.enlarged(logits)
    assert ((100, 200), np.float32) == (whole.shape, whole.dtype.type)
    expected = np.zeros((100, 200), bool)
    expected[:, :100] = True
    np.testing.assert_array_equal(expected, whole > 0)
