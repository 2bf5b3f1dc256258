"""Notes: what was seen in a clip, in plain words, and nothing that was not."""

import numpy as np
import pytest

from maquette.solids.animation_clips import Clip
from maquette.solids.animation_notes import KIND, notes_on
from maquette.solids.sheet_following import Seen

GREY = np.zeros((40, 60), np.uint8)


def clip(*places: int | None, others: int = 0, still: bool = False) -> Clip:
    """A square 20 px wide that begins at these columns; it may hang over the edge or be gone."""
    frames = []
    for place in places:
        inside = np.zeros(GREY.shape, bool)
        if place is not None:
            inside[10:30, max(place, 0) : place + 20] = True
        frames.append(Seen(inside if place is not None else None, GREY))
    return Clip(tuple(frames), (60, 40), others, still)


def test_it_is_called_what_it_is():
    """A clip without trouble has one note: 2.5D, no reconstruction."""
    assert (KIND,) == notes_on(clip(10, 12, 14, 16))
    assert "2.5D" in KIND
    assert "not a reconstruction" in KIND


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (clip(10, None, 14, 16), "no subject is seen on frame 1: there the mesh is interpolated"),
        (clip(10, None, None, 16, None, 18), "no subject is seen on frames 1-2, 4: there"),
        (clip(10, 20, 30, 41, 50, None), "the subject leaves the picture from frame 3 on"),
        (clip(10, 20, 30, None, None), "no subject is seen on frames 3-4: there"),
        (clip(10, 12, others=2), "on 2 of 2 frames the cut-outs show parts that do not touch"),
        (clip(10, 10, still=True), "nothing moves"),
    ],
    ids=["hidden", "hidden-twice", "leaves", "hidden-to-the-end", "two-parts", "still"],
)
def test_trouble_is_told(told, words):
    """One sentence each, with the frames it is about."""
    kind, note = notes_on(told)
    assert KIND == kind
    assert note.startswith(words)


@pytest.mark.parametrize(
    "places", [(-5, -5, -5, -5), (-5, 0, 5, 10)], ids=["always-cut", "comes-in"]
)
def test_what_is_cut_from_the_start_does_not_leave(places):
    """Neither a subject that is never whole nor one that comes in is said to leave."""
    assert (KIND,) == notes_on(clip(*places))
