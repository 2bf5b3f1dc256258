"""The rigid part of a motion is found, kept on few keys, and taken out again."""

from __future__ import annotations

import numpy as np
import pytest

from maquette.splines.contours import contours_of, evenly
from maquette.splines.motions import (
    Pose,
    bends,
    joined,
    moves_of,
    pose_at,
    pose_between,
    poses_of,
)
from tests.splines.masks import lobed

LINE = evenly(contours_of(lobed((60, 60), size_wh=(120, 120), radius=40))[0].points_xy, 80)


def turned(angle: float, size: float, offset_xy: tuple[float, float]) -> Pose:
    """A similarity by its numbers."""
    cosine, sine = size * np.cos(angle), size * np.sin(angle)
    return Pose(np.array([[cosine, sine], [-sine, cosine]]), np.array(offset_xy))


def test_a_similarity_is_found_among_outliers() -> None:
    """A tenth of the points gone astray does not change what the others say."""
    pose = turned(0.3, 1.2, (5, -7))
    after = pose.moved(LINE)
    after[::10] += 40
    assert pose_between(LINE, after).moved(LINE) == pytest.approx(pose.moved(LINE), abs=1e-6)


def test_a_similarity_can_be_undone() -> None:
    """There and back again."""
    pose = turned(-0.7, 0.5, (3, 4))
    assert pose.undone().moved(pose.moved(LINE)) == pytest.approx(LINE)


def test_even_motion_needs_two_keys() -> None:
    """What moves evenly is held by its first and last frame."""
    lines = [LINE + np.array([4.0 * frame, frame]) for frame in range(20)]
    poses = poses_of(LINE, lines, moved_only=False)
    moves = moves_of(poses, 1001, reference=LINE, moved_only=False)
    assert moves.frames == (1001, 1020)
    assert pose_at(moves, 1011).moved(LINE) == pytest.approx(lines[10], abs=1e-3)


def test_turning_past_half_a_circle_does_not_jump() -> None:
    """Turns rise on and on, although an arctangent does not."""
    lines = [turned(0.2 * frame, 1, (0, 0)).moved(LINE) for frame in range(40)]
    moves = moves_of(poses_of(LINE, lines, moved_only=False), 1, reference=LINE, moved_only=False)
    assert moves.turns[-1] == pytest.approx(0.2 * 39, abs=1e-4)


def test_what_hardly_moves_has_no_track() -> None:
    """A share of a pixel is left to the points."""
    lines = [LINE + 0.1 * (frame % 2) for frame in range(10)]
    moves = moves_of(poses_of(LINE, lines, moved_only=False), 1, reference=LINE, moved_only=False)
    assert joined([moves]).frames == ()


def test_only_what_keeps_its_shape_is_turned() -> None:
    """A line squeezed to half its height bends; the same line turned does not."""
    squeezed = LINE * (1, 0.3)
    assert [
        bends(LINE, [LINE, squeezed]),
        bends(LINE, [LINE, turned(1, 2, (0, 0)).moved(LINE)]),
    ] == [
        True,
        False,
    ]


def test_stretches_of_one_track_are_joined() -> None:
    """The frame that two stretches share is kept once, and turns go on from one to the other."""
    lines = [turned(0.5 * frame, 1, (3.0 * frame, 0)).moved(LINE) for frame in range(21)]
    poses = poses_of(LINE, lines, moved_only=False)
    whole = moves_of(poses, 1, reference=LINE, moved_only=False)
    halves = joined(
        [
            moves_of(poses[:11], 1, reference=LINE, moved_only=False),
            moves_of(poses[10:], 11, reference=LINE, moved_only=False),
        ]
    )
    assert len(set(halves.frames)) == len(halves.frames)
    assert pose_at(halves, 18).moved(LINE) == pytest.approx(pose_at(whole, 18).moved(LINE), abs=1)
