"""Shots: where cuts lie in a movie."""

from dataclasses import replace
from fractions import Fraction

import pytest

from maquette.errors import InputError
from maquette.video.edits import Cut
from maquette.video.facts import Facts
from maquette.video.shots import shots_in, shots_of

MOVIE = Facts(
    size_wh=(1920, 1080),
    rate=Fraction(24),
    frames=240,
    bits=8,
    codec="h264",
    colour="display",
    colour_note="",
    pixel_aspect=Fraction(1),
    timecode="01:00:00:00",
    has_alpha=False,
)
HOUR = 86_400
CUTS = (
    Cut("A", 500, 600, HOUR, reel="TAPE1"),
    Cut("B", 900, 1000, HOUR + 120, reel="TAPE2", notes=("a frozen frame",)),
)


def runs(shots):
    """Names and frames, without notes."""
    return [(shot.name, shot.frames) for shot in shots]


@pytest.mark.parametrize(
    "timecode",
    [
        pytest.param("01:00:00:00", id="the-same-time-code"),
        pytest.param("", id="no-time-code"),
        pytest.param("10:00:00:00", id="another-time-code"),
    ],
)
def test_the_edit_itself_is_cut_by_record(timecode):
    """A movie of the edit is cut where the list records, gaps left out."""
    shots = shots_in(CUTS, stem="reel one", facts=replace(MOVIE, timecode=timecode))
    assert [("a", range(100)), ("b", range(120, 220))] == runs(shots)


def test_guessed_place_is_told():
    """Only where no time code is shared is the first cut taken for the first frame, and told."""
    sure = shots_in(CUTS, stem="x", facts=MOVIE)
    guessed = shots_in(CUTS, stem="x", facts=replace(MOVIE, timecode=""))
    assert [(), ("a frozen frame",)] == [shot.notes for shot in sure]
    assert [1, 2] == [len(shot.notes) for shot in guessed]
    assert "first cut" in guessed[0].notes[0]


def test_leader_before_the_edit_is_skipped():
    """A movie that begins before the list's first cut keeps its distance from it."""
    facts = replace(MOVIE, timecode="00:59:59:00", frames=264)
    assert [("a", range(24, 124)), ("b", range(144, 244))] == runs(
        shots_in(CUTS, stem="x", facts=facts)
    )


@pytest.mark.parametrize(
    "start", [pytest.param(HOUR, id="its-time-code"), pytest.param(0, id="counted-from-nothing")]
)
def test_source_is_cut_by_source(start):
    """A movie that every cut names as its source is cut by source time code."""
    cuts = (
        Cut("pick 1", start + 10, start + 30, 0, reel="A001_C003.mov"),
        Cut("pick 1", start + 200, start + 240, 20, reel="a001 c003"),
    )
    shots = shots_in(cuts, stem="A001_C003", facts=MOVIE)
    assert [("pick-1", range(10, 30)), ("pick-1-2", range(200, 240))] == runs(shots)


def test_edit_longer_than_the_movie_is_refused():
    """A list that does not fit its movie is of another movie, or of another rate."""
    with pytest.raises(InputError) as refused:
        shots_in(CUTS, stem="x", facts=replace(MOVIE, frames=219))
    assert "EDIT_LENGTH" == refused.value.code
    assert "220" in refused.value.reason
    assert "219" in refused.value.reason


def test_drop_frame_time_code_is_counted():
    """A movie of 29.97 whose time code drops frames begins where the list says."""
    facts = replace(MOVIE, rate=Fraction(30000, 1001), timecode="01:00:00;00")
    cuts = (Cut("A", 0, 50, 107_892 + 7),)
    assert [("a", range(7, 57))] == runs(shots_in(cuts, stem="x", facts=facts))


def test_scenes_are_numbered():
    """Scenes become shots in order."""
    expected = [("scene-001", range(12)), ("scene-002", range(12, 40))]
    assert expected == runs(shots_of([range(12), range(12, 40)]))
