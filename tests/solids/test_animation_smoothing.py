"""Smoothing: jitter goes, steady ways and quick motions stay, nothing lags."""

import numpy as np
import pytest

from maquette.solids.animation_smoothing import calmed


def test_a_steady_way_stays_to_its_ends():
    """What moves evenly is not changed at all."""
    way = np.arange(24.0)[:, None] * [1.0, -2.0]
    assert pytest.approx(way) == calmed(way, frames=2.0)


def test_jitter_is_calmed_without_lag():
    """Alternating values come to rest at their mean, and a bump stays where it is."""
    jitter = np.where(np.arange(24) % 2, 1.0, -1.0)[:, None]
    assert np.abs(calmed(jitter, frames=1.5)[6:-6]).max() < 0.01
    bump = np.exp(-0.5 * ((np.arange(25.0) - 12) / 3) ** 2)[:, None]
    assert 12 == np.argmax(calmed(bump, frames=1.5))
    assert pytest.approx(bump[::-1]) == bump


def test_quick_motion_is_moved_no_further_than_allowed():
    """A jump stays a jump, but for the length that is allowed."""
    jump = np.repeat([[0.0, 0.0], [10.0, 0.0]], 12, axis=0)
    moved = calmed(jump, frames=1.5, most=0.2) - jump
    assert pytest.approx(0.2) == np.linalg.norm(moved, axis=1).max()


@pytest.mark.parametrize("count", [1, 2, 3])
def test_clips_of_few_frames_are_calmed_too(count):
    """The reach ends with the clip."""
    assert (count, 1) == calmed(np.ones((count, 1)), frames=4.0).shape
