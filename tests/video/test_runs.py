"""Runs of plates: movies and frame files look alike to a stage, and little is held."""

from contextlib import contextmanager

import numpy as np
import pytest

from maquette.types import Source
from maquette.video import runs
from maquette.video.runs import PlateRun, Views
from tests import shots

MOVIE = {"movie": True, "colour": "display"}
STILLS = {"movie": False, "colour": "display"}


def source(path, opened=None):
    """A file as the store hands it out; `opened` counts who opens it."""

    @contextmanager
    def at():
        if opened is not None:
            opened.append(path.name)
        yield path

    return Source(path.name, at)


@pytest.fixture
def movie(tmp_path):
    """One movie."""
    return shots.write_movie(tmp_path / "shot.mkv")


@pytest.fixture
def stills(tmp_path):
    """The same as frame files."""
    return sorted(shots.write_frames(tmp_path / "shot").iterdir())


def test_a_movie_and_its_frames_are_the_same_plates(movie, stills):
    """A stage cannot tell how a shot was delivered."""
    with (
        PlateRun([source(movie)] * 3, [2, 5, 7], MOVIE) as run,
        PlateRun([source(stills[n]) for n in (2, 5, 7)], [2, 5, 7], STILLS) as other,
    ):
        for n, index in enumerate((2, 5, 7)):
            assert np.array_equal(shots.frame(index), run[n].pixels[..., :3])
            assert np.array_equal(run[n].pixels[..., :3], other[n].pixels[..., :3])


def test_a_movie_is_opened_once_and_only_when_asked(movie):
    """However many plates are looked at, in any order."""
    opened = []
    with PlateRun([source(movie, opened)] * 8, list(range(8)), MOVIE) as run:
        assert [] == opened
        for n in (0, 3, 1, 7, -1):
            run[n]
    assert ["shot.mkv"] == opened


def test_frame_files_are_opened_when_asked_and_a_few_are_kept(stills):
    """Neighbours are looked at again and again; the whole shot is never held."""
    opened = []
    with PlateRun([source(p, opened) for p in stills], list(range(8)), STILLS) as run:
        for n in (0, 1, 0, 1, 2, 3, 4, 0):
            run[n]
    names = [stills[n].name for n in (0, 1, 2, 3, 4, 0)]
    assert names == opened


def test_large_frame_files_are_held_by_size(stills, monkeypatch):
    """One plate is always held, others only as bytes allow."""
    opened = []
    monkeypatch.setattr(runs, "MOST_HELD_BYTES", 1)
    with PlateRun([source(p, opened) for p in stills], list(range(8)), STILLS) as run:
        for n in (0, 0, 1, 1, 0):
            run[n]
    assert [stills[n].name for n in (0, 1, 0)] == opened


def test_views_are_what_networks_see(movie):
    """Eight bits with an opaque alpha, one per plate."""
    with PlateRun([source(movie)] * 8, list(range(8)), MOVIE) as run:
        seen = Views(run)
        assert 8 == len(seen)
        assert np.array_equal(shots.frame(4), seen[4].rgba[..., :3])
        assert [p.size_wh for p in seen[2:4]] == [shots.SIZE_WH] * 2


def test_a_place_that_is_not_there_is_refused(movie):
    """As with any sequence."""
    with PlateRun([source(movie)] * 8, list(range(8)), MOVIE) as run, pytest.raises(IndexError):
        run[8]
