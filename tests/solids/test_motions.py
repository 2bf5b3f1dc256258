"""Motions: loops without a seam, that begin at rest and never sink into the table."""

import numpy as np
import pytest

from maquette.errors import InputError
from maquette.solids.motions import (
    KEYS_PER_S,
    MOTIONS,
    matrices,
    middle_and_side,
    motion_of,
    reach,
    sampled,
)
from maquette.types import Motion

SHAPES = {"square": (1.0, 1.0), "wide": (0.2, 0.05), "tall": (0.03, 0.2), "line": (1.0, 0.001)}

each_motion = pytest.mark.parametrize("name", MOTIONS)
each_shape = pytest.mark.parametrize("shape_wh", SHAPES.values(), ids=SHAPES)


def standing(shape_wh, thickness_m=0.002):
    """The corners of a box of this width and height on y = 0."""
    (width, height), half = shape_wh, thickness_m / 2
    xs, ys, zs = np.meshgrid([-width / 2, width / 2], [0, height], [-half, half])
    return np.column_stack([xs.ravel(), ys.ravel(), zs.ravel()]).astype(np.float32)


@each_motion
def test_a_loop_begins_and_ends_at_rest(name):
    """The first pose is the thing as it stands, and so is the last."""
    motion = MOTIONS[name]
    for row in (0, -1):
        assert np.allclose(np.eye(3), matrices(motion)[row], atol=1e-6)
        assert [0, 0, 0] == motion.offsets[row].tolist()


@each_motion
def test_keys_are_whole_frames_of_film(name):
    """Times rise from 0 in even steps of a 24th of a second."""
    codes = MOTIONS[name].times_s * KEYS_PER_S
    assert np.allclose(np.arange(len(codes)), codes, atol=1e-4)


@each_motion
def test_nothing_jumps(name):
    """Between neighbouring keys, and across the seam, no point goes further than a seventh."""
    motion = MOTIONS[name]
    corner = np.array([0.5, 0.5, 0.0])
    path = matrices(motion) @ corner + motion.offsets
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    assert 0 < steps.max() < 1 / 7
    turns = motion.turns_xyzw
    assert (turns[1:] * turns[:-1]).sum(axis=1).min() > 0.9  # signs run on


@each_motion
@each_shape
def test_no_pose_sinks(name, shape_wh):
    """Whatever its shape, the box of a standing thing touches y = 0 and stays above it."""
    motion = motion_of(name, shape_wh=shape_wh)
    low, high = reach(standing(shape_wh), motion)
    assert pytest.approx(0, abs=1e-6) == low[1]
    assert high[1] <= 1.4 * max(shape_wh)


@each_shape
def test_pop_and_bob_press_against_their_base(shape_wh):
    """While it is squashed or small a thing still stands on the table."""
    points = standing(shape_wh)
    for name in ("pop", "bob"):
        motion = motion_of(name, shape_wh=shape_wh)
        smallest = int(motion.sizes[:, 1].argmin())
        pose = Motion(*(values[[smallest]] for values in vars(motion).values()))
        low, high = reach(points, pose)
        assert motion.sizes[smallest, 1] < 0.96
        assert pytest.approx([0, motion.sizes[smallest, 1] * shape_wh[1]], abs=1e-6) == [
            low[1],
            high[1],
        ]


def test_spin_goes_once_around():
    """At half time its back is in front, at a quarter it is seen edge-on."""
    half, quarter = sampled(MOTIONS["spin"], np.array([1.0, 0.5])).turns_xyzw
    assert np.allclose([0, 1, 0, 0], np.abs(half), atol=1e-6)
    assert np.allclose([0, np.sqrt(0.5), 0, np.sqrt(0.5)], quarter, atol=1e-6)


def test_wiggle_rocks_both_ways():
    """It leans to the left as far as to the right."""
    lean = MOTIONS["wiggle"].turns_xyzw[:, 2]
    assert pytest.approx(-lean.min(), rel=1e-5) == lean.max()
    assert lean.max() > np.sin(np.deg2rad(3))


@each_motion
def test_poses_between_keys(name):
    """A pose at a key is the key, loops later too, and between two lies between them."""
    motion = MOTIONS[name]
    loop_s = float(motion.times_s[-1])
    again = sampled(motion, motion.times_s[:-1].astype(float) + 1e-9 + 3 * loop_s)
    assert np.allclose(matrices(motion)[:-1], matrices(again), atol=1e-5)
    between = sampled(motion, np.array([1.5, 7.5]) / KEYS_PER_S)
    assert np.allclose((motion.offsets[[1, 7]] + motion.offsets[[2, 8]]) / 2, between.offsets)
    assert np.allclose(1, np.linalg.norm(between.turns_xyzw, axis=1))


def test_reach_of_what_stands_still():
    """A thing at rest reaches as far as its box."""
    points = standing((0.2, 0.1))
    rest = Motion(*(values[:1] for values in vars(MOTIONS["spin"]).values()))
    assert np.allclose([points.min(axis=0), points.max(axis=0)], reach(points, rest))
    middle, side = middle_and_side(points)
    assert pytest.approx([0, 0.05, 0, 0.2]) == [*middle, side]


def test_still_is_no_motion():
    """What is still has no keys."""
    assert motion_of("still") is None


def test_unknown_motions_are_refused():
    """The refusal names the motions there are."""
    with pytest.raises(InputError) as refused:
        motion_of("levitate")
    expected = ("MOTION_UNKNOWN", "use one of still, bob, spin, wiggle, pop")
    assert expected == (refused.value.code, refused.value.fix)
