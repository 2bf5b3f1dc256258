"""Sheets over time: jitter goes, paces stay, gaps are filled."""

import numpy as np
import pytest

from maquette.solids.sheet_times import filled_in, steadied

WAY = 3.0 + 1j


def jerks(runs):
    """Mean change of pace."""
    return np.abs(runs[2:] - 2 * runs[1:-1] + runs[:-2]).mean()


def test_jitter_is_taken_out():
    """Noise around an even way loses at least a third of its jerks, and the anchor stays."""
    noise = np.random.default_rng(0).normal(0, 0.5, (20, 30, 2)) @ [1, 1j]
    runs = np.arange(20)[:, None] * WAY + noise
    calm = steadied(runs, range(20), held=7)
    assert 0.66 * jerks(runs) > jerks(calm)
    assert 1e-3 > np.abs(calm[7] - runs[7]).max()


def test_an_even_pace_is_kept():
    """What goes straight on does not lag, even where frames are missing."""
    times = [0, 1, 2, 5, 6, 9]
    runs = np.array(times)[:, None] * WAY + np.zeros((1, 4))
    assert 1e-6 > np.abs(steadied(runs, times, held=2) - runs).max()


@pytest.mark.parametrize("count", [1, 2], ids=["one", "two"])
def test_few_frames_are_left_alone(count):
    """There is no pace to change between fewer than three frames."""
    runs = np.arange(count)[:, None] * WAY + np.zeros((1, 4))
    assert 1e-12 > np.abs(steadied(runs, range(count), held=0) - runs).max()


def test_gaps_are_filled_and_ends_held():
    """A missing frame lies between its neighbours; those before and after all stand still."""
    runs = np.array([[0.0 + 0j], [4 + 2j]])
    filled = filled_in(runs, [1, 3], 5)
    expected = [[0j], [0j], [2 + 1j], [4 + 2j], [4 + 2j]]
    assert np.allclose(expected, filled)


def test_one_frame_stands_for_all():
    """Where one frame is known, all are like it."""
    assert np.allclose([[1 + 1j]] * 3, filled_in(np.array([[1 + 1j]]), [2], 3))
