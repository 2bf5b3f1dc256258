"""Few keys, and every frame between them holds."""

from __future__ import annotations

import numpy as np
import pytest

from maquette.splines.contours import contours_of
from maquette.splines.fitting import samples_of
from maquette.splines.keys import Run, between, chain_solved, keyed
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


def test_between_keys_all_is_linear() -> None:
    """Halfway in time is halfway in place; outside of the keys it stands."""
    curves = np.stack([np.zeros((3, 3, 2)), np.ones((3, 3, 2))])
    values = [float(between(curves, (10, 20), frame)[0, 0, 0]) for frame in (5, 10, 15, 20, 30)]
    assert values == [0, 0, 0.5, 1, 1]


def test_the_chain_is_solved_as_the_whole() -> None:
    """Block by block gives what one large system gives."""
    chance = np.random.default_rng(1)
    own = np.array([m @ m.T + 9 * np.eye(4) for m in chance.normal(size=(3, 4, 4))])
    joint = np.array([m + m.T for m in chance.normal(size=(2, 4, 4))])
    vectors = chance.normal(size=(3, 4))
    whole = np.zeros((12, 12))
    for place in range(3):
        whole[4 * place : 4 * place + 4, 4 * place : 4 * place + 4] = own[place]
    for place in range(2):
        rows, columns = slice(4 * place, 4 * place + 4), slice(4 * place + 4, 4 * place + 8)
        whole[rows, columns] = whole[columns, rows] = joint[place]
    expected = np.linalg.solve(whole, vectors.ravel())
    assert chain_solved(own, joint, vectors).ravel() == pytest.approx(expected)
