"""Parts are told apart, go on, end, begin and share an object's points."""

from __future__ import annotations

from maquette.splines.contours import contours_of
from maquette.splines.parts import Parts, continued, worth_drawing
from tests.splines.masks import boxes

BODY = (10, 10, 70, 70)


def test_specks_are_not_drawn() -> None:
    """A speck beside a body is left out; alone, it is all there is."""
    speck = (90, 10, 92, 12)
    assert len(worth_drawing(contours_of(boxes(BODY, speck)))) == 1
    assert len(worth_drawing(contours_of(boxes(speck)))) == 1


def test_parts_are_continued_by_place_and_size() -> None:
    """Two parts that move together keep apart, whichever is listed first."""
    before = contours_of(boxes((10, 10, 40, 40), (60, 10, 85, 40)))
    after = contours_of(boxes((30, 10, 60, 40), (80, 10, 105, 40)))
    assert continued(before, after) == {0: 0, 1: 1}


def test_a_hole_does_not_continue_a_part() -> None:
    """What was a part and is now a hole is something else."""
    ring = boxes(BODY)
    ring[30:50, 30:50] = 0
    found = continued(contours_of(boxes((30, 30, 50, 50))), contours_of(ring)[1:])
    assert found == {}


def test_parts_end_and_begin() -> None:
    """Behind an occluder a part ends; after it another begins."""
    parts = Parts(16)
    parts.see(1, contours_of(boxes(BODY)))
    ended = parts.see(2, ())
    parts.see(3, contours_of(boxes(BODY)))
    assert [part.number for part in ended] == [0]
    assert [(part.number, part.first_frame) for part in parts.live] == [(1, 3)]


def test_points_alive_never_exceed_what_was_asked_for() -> None:
    """When a body is cut in two, both begin anew and share the points."""
    parts = Parts(20)
    parts.see(1, contours_of(boxes(BODY)))
    parts.see(2, contours_of(boxes((10, 10, 35, 70), (45, 10, 70, 70))))
    assert [part.points for part in parts.live] == [10, 10]
