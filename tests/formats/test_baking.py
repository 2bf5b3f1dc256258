"""Baking: keys stay, more come only where they are needed."""

from dataclasses import replace

import numpy as np
import pytest

from maquette.formats.baking import bake, outwards, ramps
from maquette.splines.model import Moves, outline_at
from tests.splined import PLAIN, SHOTS, TURNING, blade, ellipse, shot, spline


def moved(turns=(0, 0), sizes=(1, 1), offsets=((0, 0), (0, 0)), *, keys=(1001, 1011)):
    """The ball with a rigid motion between two plates."""
    columns = (np.array(column, np.float32) for column in (offsets, turns, sizes))
    return replace(PLAIN, moves=Moves(keys, *columns, anchor_xy=(50, 40)))


@pytest.mark.parametrize("every_frame", [False, True], ids=["sparse", "dense"])
@pytest.mark.parametrize("shape", [PLAIN, TURNING], ids=lambda shape: shape.name)
def test_keys_are_the_outline_at_them(shape, every_frame):
    """At its keys a baked shape is what the model says."""
    (baked,) = bake(shot(shape), every_frame=every_frame)
    for n, frame in enumerate(baked.keys):
        expected = outline_at(shape, frame)
        before, after = (tangent[n] for tangent in baked.tangents)
        assert np.allclose(expected.points_xy, baked.points[n], atol=1e-4)
        assert np.allclose((expected.in_xy, expected.out_xy), (before, after), atol=1e-4)


def test_between_keys_nothing_leaves_the_truth():
    """Straight lines between baked keys stay within a tenth of a pixel of the true outline."""
    (baked,) = bake(shot(TURNING))
    for frame in range(1001, 1014):
        place = np.interp(frame, baked.keys, range(len(baked.keys)))
        low, high = int(place), min(int(place) + 1, len(baked.keys) - 1)
        line = baked.points[low] * (1 - place + low) + baked.points[high] * (place - low)
        off = np.linalg.norm(line - outline_at(TURNING, frame).points_xy, axis=-1).max()
        assert off <= 0.1


@pytest.mark.parametrize(
    ("shape", "keys"),
    [
        (PLAIN, (1001, 1011)),
        (moved(offsets=((0, 0), (90, 0))), (1001, 1011)),
        (moved(offsets=((0, 0), (90, 0)), keys=(1004, 1013)), (1001, 1004, 1011, 1013)),
        (moved(turns=(0.7, 0.7), sizes=(2, 2)), (1001, 1011)),
    ],
    ids=["still", "moved", "moved-at-other-keys", "turned-once"],
)
def test_no_key_is_added_without_need(shape, keys):
    """Motion that straight lines can follow needs no further keys."""
    assert keys == bake(shot(shape))[0].keys


@pytest.mark.parametrize("turn", [0.05, 0.4, 3.0])
def test_faster_turns_take_more_keys(turn):
    """Keys follow the turn's speed, and there are never more than plates."""
    slow, fast = (len(bake(shot(moved(turns=(0, t))))[0].keys) for t in (turn / 2, turn))
    assert 2 <= slow <= fast <= 11


def test_normals_point_out_whichever_way_the_spline_runs():
    """A shape drawn the other way round has the same feather."""
    points, before, after = blade(0, 0, 10)
    controls = np.stack([points + before, points, points + after], axis=1)[None]
    reversed_controls = controls[:, ::-1, ::-1]
    normals = outwards(controls)
    assert np.allclose(1, np.linalg.norm(normals, axis=-1))
    assert np.allclose(normals, outwards(reversed_controls)[:, ::-1])
    assert ((points - points.mean(axis=0)) * normals[0]).sum(axis=-1).min() > 0


@pytest.mark.parametrize(
    ("seen", "steps", "keys"),
    [
        ((), ((1001, True),), [(1001, True)]),
        (((1001, 1013),), ((1001, True),), [(1001, True)]),
        (((1050, 1060),), ((1001, False),), [(1001, False)]),
        (
            ((1003, 1003),),
            ((1001, False), (1003, True), (1004, False)),
            [(1001, False), (1002, False), (1003, True), (1004, False)],
        ),
        (
            ((990, 1002), (1012, 1020)),
            ((1001, True), (1003, False), (1012, True)),
            [(1001, True), (1002, True), (1003, False), (1011, False), (1012, True)],
        ),
    ],
    ids=["always", "all-of-it", "never", "one-plate", "over-the-ends"],
)
def test_runs_become_steps_and_ramps(seen, steps, keys):
    """Runs of plates, as plates on which something changes, and as keys a line may join."""
    (baked,) = bake(shot(replace(PLAIN, seen=seen)))
    assert steps == baked.seen
    assert keys == ramps(baked)


def test_keys_outside_the_shot_are_held_by_its_ends():
    """A shape keyed before and after the shot is keyed on its first and last plate."""
    assert (1004, 1008) == bake(SHOTS["keys-outside"])[0].keys


def test_two_points_are_a_shape():
    """The least that encloses anything."""
    lens = spline("lens", {1: [part[:2] for part in ellipse(50, 40, 9, 9)]})
    assert 2 == bake(shot(lens, frames=(1, 1)))[0].points.shape[1]
