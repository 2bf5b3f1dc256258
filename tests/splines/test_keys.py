"""Few keys, and every frame between them holds."""

from __future__ import annotations

import numpy as np
import pytest

from maquette.splines.contours import contours_of
from maquette.splines.curves import samples_of
from maquette.splines.keys import keyed, moved
from maquette.splines.refits import Refitter, Run
from maquette.splines.spans import spans_of
from maquette.types import Floats
from tests.splines.masks import boxes, sliding


def run_of(masks: list[Floats], *, points: int = 8) -> Run:
    """What is followed through masks of one object."""
    contours = [contours_of(mask)[0] for mask in masks]
    samples = [samples_of(contour.points_xy, points=points) for contour in contours]
    (span,) = spans_of(samples, points=points)
    return Run(span.curves, span.samples, tuple(contour.area_px for contour in contours))


def nodding(frames: int, *, turn: int) -> list[Floats]:
    """A box whose lower edge goes down evenly until a frame, and then up again."""
    depths = [40 - abs(frame - turn) * 2 for frame in range(frames)]
    return [boxes((20, 10, 90, 25 + depth)) for depth in depths]


def test_even_motion_is_two_keys() -> None:
    """Linear motion needs its ends only."""
    found = keyed(run_of(list(sliding(10))), least_iou=0.95, keyed_most=0.5)
    assert found.keys == (0, 9)
    assert min(found.ious) > 0.95


def test_the_key_lies_where_the_motion_turns() -> None:
    """Down and up again needs one key between the ends, at the turn."""
    found = keyed(run_of(nodding(13, turn=6)), least_iou=0.97, keyed_most=0.5)
    assert len(found.keys) == 3
    assert abs(found.keys[1] - 6) <= 1


@pytest.mark.parametrize("most", [0.25, 0.5])
def test_no_more_keys_than_allowed(most: float) -> None:
    """Where the goal cannot be met, keys are not piled up."""
    masks = [boxes((20, 10, 60 + 5 * (frame % 2), 70)) for frame in range(12)]
    found = keyed(run_of(masks), least_iou=0.99, keyed_most=most)
    assert len(found.keys) <= 12 * most


def test_one_frame_is_one_key() -> None:
    """A shape that is there for one frame has one key."""
    found = keyed(run_of([boxes((20, 10, 60, 70))]), least_iou=0.95, keyed_most=0.5)
    assert found.keys == (0,)


def test_a_held_first_curve_stays() -> None:
    """A run that goes on with another begins exactly where that one ended."""
    run = run_of(nodding(9, turn=4))
    held = run.curves[0] + 0.8
    found = keyed(Run(run.curves, run.samples, run.areas_px, held), least_iou=0.9, keyed_most=0.5)
    assert found.curves[0] == pytest.approx(held, abs=1e-3)


def test_a_key_is_moved_to_where_it_does_more() -> None:
    """A key beside the turn goes to the turn, and there are no more than before."""
    fitter = Refitter(run_of(nodding(13, turn=6)))
    before = fitter.fitted((0, 3, 12), np.ones(13))
    found = moved(fitter, before, [0.99] * 13, most=3)
    assert len(found.keys) == 3
    assert abs(found.keys[1] - 6) <= 1
