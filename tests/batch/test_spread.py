"""At once, but not too much: how work is spread over threads."""

import threading
import time

import pytest

from maquette.batch.runner import spread
from maquette.errors import ToolError


def test_no_more_than_twice_the_slots_are_in_flight():
    """Work is taken from the source only as fast as it is done."""
    taken, done, most = 0, 0, 0
    lock = threading.Lock()

    class Source(list):
        def __iter__(self):
            nonlocal taken, most
            for item in super().__iter__():
                with lock:
                    taken += 1
                    most = max(most, taken - done)
                yield item

    def work(item):
        nonlocal done
        time.sleep(0.001)
        with lock:
            done += 1
        return item

    results = list(spread(work, Source(range(100)), slots=3))
    assert sorted(results) == list(range(100))
    assert most <= 2 * 3 + 1  # the one being taken while all places are filled


def test_no_more_than_the_slots_run_at_once():
    """Never more threads than asked for, and all of them used."""
    running, most = 0, 0
    lock = threading.Lock()

    def work(item):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.005)
        with lock:
            running -= 1
        return item

    list(spread(work, range(20), slots=4))
    assert most == 4


@pytest.mark.parametrize("slots", [1, 3])
def test_the_first_trouble_ends_the_work(slots):
    """What was not begun is not begun any more."""
    begun = []

    def work(item):
        begun.append(item)
        if item == 2:
            raise ToolError("STORE_FULL", "no space left")
        time.sleep(0.005)
        return item

    with pytest.raises(ToolError):
        list(spread(work, range(1_000), slots=slots))
    assert len(begun) <= 3 + 2 * slots


@pytest.mark.parametrize("items", [[], [1]], ids=["nothing", "one"])
def test_little_work_needs_no_threads(items):
    """One item runs in the thread that asked."""
    assert [threading.get_ident()] * len(items) == list(
        spread(lambda _: threading.get_ident(), items, slots=4)
    )
