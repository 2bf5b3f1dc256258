"""Local copies of a bucket's objects: brought once, dropped by age, never under a reader."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from maquette.batch.copies import LocalCopies


@pytest.fixture
def brought():
    """Keys in the order in which they were brought."""
    return []


@pytest.fixture
def copies(brought):
    """Copies of ten bytes each, three of which may be kept."""

    def bring(key, path):
        brought.append(key)
        path.write_bytes(key.encode().ljust(10))

    return LocalCopies(bring, kept_bytes=30)


def read(copies, key):
    """An object's bytes through its copy."""
    with copies.opened(key) as path:
        return path.read_bytes().strip().decode()


def test_a_copy_is_brought_once(copies, brought):
    """However often it is opened; its ending is the object's."""
    assert ["a.mov", "a.mov"] == [read(copies, "a.mov"), read(copies, "a.mov")]
    assert ["a.mov"] == brought
    with copies.opened("a.mov") as path:
        assert ".mov" == path.suffix


def test_the_oldest_copies_go(copies, brought):
    """What was read last stays."""
    for key in ("a", "b", "c", "a", "d"):
        read(copies, key)
    assert ["a", "b", "c", "d"] == brought
    read(copies, "a")
    read(copies, "b")
    assert ["a", "b", "c", "d", "b"] == brought


def test_a_copy_stays_while_it_is_read(copies):
    """Even if there are too many."""
    with copies.opened("a") as path:
        for key in ("b", "c", "d", "e"):
            read(copies, key)
        assert b"a" == path.read_bytes().strip()


def test_many_threads_bring_it_once(copies, brought):
    """The first brings it, the others wait."""
    gate = threading.Barrier(8)

    def ask(_):
        gate.wait()
        return read(copies, "a")

    with ThreadPoolExecutor(8) as pool:
        assert ["a"] * 8 == list(pool.map(ask, range(8)))
    assert ["a"] == brought


def test_a_copy_that_could_not_be_brought_is_tried_again(brought):
    """A bucket that was away is asked again."""

    def bring(key, path):
        brought.append(key)
        if len(brought) == 1:
            raise OSError("away")
        path.write_bytes(b"here")

    copies = LocalCopies(bring)
    with pytest.raises(OSError, match="away"):
        read(copies, "a")
    assert "here" == read(copies, "a")
