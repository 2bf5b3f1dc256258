"""Progress: figures a person can read, at a pace a person can read."""

import pytest

from maquette.batch import progress as progress_module
from maquette.batch.progress import Pace, Progress, peak_memory_mb


def test_rate_and_remaining_time():
    """A quarter done in ten seconds: thirty to go."""
    part = Progress("draw", 25, 100, 10.0)
    assert (2.5, 30.0) == (part.rate, part.remaining_s)
    assert str(part) == "draw: 25 of 100, 2.5/s, 30 s to go"


@pytest.mark.parametrize(("done", "seconds"), [(0, 10.0), (0, 0.0), (5, 0.0)])
def test_nothing_is_divided_by_nothing(done, seconds):
    """At the very beginning there is no rate and no forecast."""
    assert Progress("draw", done, 100, seconds).remaining_s == 0


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set by hand."""
    times = [0.0]
    monkeypatch.setattr(progress_module.time, "monotonic", lambda: times[0])
    return times


def test_it_is_told_every_few_seconds_and_at_the_end(clock):
    """A hundred steps in twelve seconds are told twice on the way, and once when all is done."""
    told = []
    pace = Pace(told.append, "draw", 100, every_s=5.0)
    for _ in range(100):
        clock[0] += 0.125
        pace.step()
    assert [40, 80, 100] == [p.done for p in told]
    assert told[-1].seconds == 12.5


def test_nobody_listens_nobody_is_told(clock):
    """Without a listener, steps only count."""
    Pace(None, "draw", 1, every_s=0.0).step()


def test_peak_memory_is_that_of_this_process():
    """More than an empty interpreter, less than the machine."""
    assert 10 < peak_memory_mb() < 1_000_000
