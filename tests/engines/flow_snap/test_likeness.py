"""The linear model that tells cells of the object from others."""

import numpy as np
import pytest

from maquette.engines.flow_snap.likeness import Lesson, Likeness

CELLS, CHANNELS = 400, 6


def lesson(seed, *, direction, inside_share=0.2, grain=0.3):
    """Cells whose features lie on either side of a plane, the last feature a constant."""
    dice = np.random.default_rng(seed)
    inside = (dice.random(CELLS) < inside_share).astype(np.float32)
    cells = dice.normal(0, grain, (CELLS, CHANNELS)).astype(np.float32)
    cells += np.where(inside[:, None] > 0, 1, -1) * direction
    cells[:, -1] = 1
    return Lesson(cells, inside, np.ones(CELLS, np.bool_))


def one_hot(n):
    """A direction among the features."""
    return np.eye(CHANNELS, dtype=np.float32)[n]


def right(likeness, told):
    """The share of cells told rightly."""
    return float(np.mean((likeness.of(told.cells) > 0) == (told.inside > 0.5)))


@pytest.mark.parametrize("inside_share", [0.02, 0.5], ids=["small", "half of the window"])
def test_what_keys_teach_holds_on_other_cells(inside_share):
    """However small the object is, neither side is favoured."""
    taught = lesson(1, direction=one_hot(0), inside_share=inside_share)
    likeness = Likeness([taught], ridge=1e-3)
    assert right(likeness, lesson(2, direction=one_hot(0), inside_share=inside_share)) > 0.99


def test_cells_that_are_not_sure_teach_nothing():
    """A wrong answer that is not believed changes no weight."""
    taught = lesson(1, direction=one_hot(0))
    doubted = Lesson(taught.cells, taught.inside.copy(), taught.sure.copy())
    doubted.inside[:100] = 1 - doubted.inside[:100]
    doubted.sure[:100] = False
    without = Lesson(*(part[100:] for part in taught))
    expected = Likeness([without], ridge=1e-3).of(taught.cells)
    np.testing.assert_allclose(expected, Likeness([doubted], ridge=1e-3).of(taught.cells), 1e-3)


def test_a_body_that_turns_is_learnt_and_the_key_not_forgotten():
    """After many frames of another look both are told; what the keys taught is still known."""
    front, back = (lesson(n, direction=one_hot(n)) for n in (0, 1))
    likeness = Likeness([front], ridge=1e-3)
    before = right(likeness, back)
    for _ in range(20):
        likeness.learn(back)
    assert before < 0.9
    assert min(right(likeness, told) for told in (front, back)) > 0.95
    known = Likeness([front], ridge=1e-3).of(back.cells)
    assert np.array_equal(known, likeness.as_on_keys(back.cells))
