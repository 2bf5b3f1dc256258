"""Motions: the rigid part of how a followed curve moves, kept as a sparse track of its own.

An artist moves the layer first and the points after. What belongs here: similarities, and the few
keys that hold a run of them. What does not: what is left for the points (`keys`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maquette.splines.contours import Reals
from maquette.splines.model import Moves

NEAR = 0.012  # how far the track may be off, as a share of the shape's size
NEAR_BENDING = 0.04  # the same for a shape whose points are keyed often anyway
FARTHEST = 96  # frames between two keys of the track
LOOSE_SHAPE = 0.08  # a shape that changes more than this share of its size is not turned or sized


@dataclass(frozen=True)
class Pose:
    """A similarity of the plane: turned and sized about the origin, then moved."""

    matrix: Reals  # (2, 2), for rows of (x, y)
    offset: Reals  # (2,)

    def moved(self, points_xy: Reals) -> Reals:
        """Points as they are after it."""
        return points_xy @ self.matrix + self.offset

    def moved_curve(self, curve: Reals) -> Reals:
        """A curve as it is after it; tangents are only turned and sized."""
        turned = curve @ self.matrix
        turned[:, 0] += self.offset
        return turned

    def undone(self) -> Pose:
        """The similarity that takes everything back."""
        back = np.asarray(np.linalg.inv(self.matrix), np.float64)
        return Pose(back, -self.offset @ back)


STILL_VALUES = np.array([0.0, 0.0, 0.0, 1.0])  # offset, turn, size
STILL = Pose(np.eye(2), np.zeros(2))


def pose_between(before: Reals, after: Reals) -> Pose:
    """The similarity that takes points to others, those that fit worst left out."""
    pose = _similarity(before, after)
    for share in (0.8, 0.6):
        miss = np.linalg.norm(pose.moved(before) - after, axis=1)
        keep = miss <= np.quantile(miss, share)
        pose = _similarity(before[keep], after[keep])
    return pose


def bends(reference: Reals, lines: Sequence[Reals]) -> bool:
    """Whether a shape changes so much that it has no turn or size worth naming."""
    misses = [
        float(
            np.median(np.linalg.norm(pose_between(reference, line).moved(reference) - line, axis=1))
        )
        for line in lines
    ]
    return max(misses, default=0.0) > LOOSE_SHAPE * size_px(reference)


def poses_of(reference: Reals, lines: Sequence[Reals], *, moved_only: bool) -> list[Pose]:
    """How a line lies in each frame against its reference, sample by sample."""
    if not moved_only:
        return [pose_between(reference, line) for line in lines]
    middle = reference.mean(axis=0)
    return [Pose(np.eye(2), line.mean(axis=0) - middle) for line in lines]


def moves_of(
    poses: Sequence[Pose], first_frame: int, *, reference: Reals, moved_only: bool
) -> Moves:
    """The track that holds poses, keyed where it must be."""
    anchor = reference.mean(axis=0).astype(np.float32).astype(np.float64)
    values = _values(poses, anchor)
    size = size_px(reference)
    near = (NEAR_BENDING if moved_only else NEAR) * size
    if np.abs((values - STILL_VALUES) * (1.0, 1.0, size / 2, size / 2)).max() <= near:
        values = np.tile(STILL_VALUES, (len(values), 1))
    kept = _few(values * (1.0, 1.0, size / 2, size / 2), near)
    held = values[kept].astype(np.float32)
    return Moves(
        tuple(first_frame + place for place in kept),
        held[:, :2].copy(),
        held[:, 2].copy(),
        held[:, 3].copy(),
        (float(anchor[0]), float(anchor[1])),
    )


def joined(tracks: Sequence[Moves]) -> Moves:
    """Tracks of one shape, each beginning on the frame on which the one before it ends."""
    if all(_is_still(track) for track in tracks):
        return Moves()
    frames: list[int] = []
    rows: list[Reals] = []
    for track in tracks:
        skip = 1 if frames else 0
        columns = np.column_stack([track.offsets_xy, track.turns, track.sizes])
        if frames:  # the arctangent of another stretch may lie whole turns away
            columns[:, 2] += np.round((rows[-1][2] - columns[0, 2]) / (2 * np.pi)) * 2 * np.pi
        frames += track.frames[skip:]
        rows += list(columns[skip:])
    held = np.array(rows, np.float32)
    return Moves(
        tuple(frames), held[:, :2].copy(), held[:, 2].copy(), held[:, 3].copy(), tracks[0].anchor_xy
    )


def pose_at(moves: Moves, frame: float) -> Pose:
    """What a track does at a frame, exactly as the model reads it."""
    if not moves.frames:
        return STILL
    columns = [moves.offsets_xy[:, 0], moves.offsets_xy[:, 1], moves.turns, moves.sizes]
    x, y, turn, size = (float(np.interp(frame, moves.frames, column)) for column in columns)
    matrix = size * np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    anchor = np.array(moves.anchor_xy)
    return Pose(matrix, anchor + np.array([x, y]) - anchor @ matrix)


def size_px(line: NDArray[np.float64]) -> float:
    """How large a line is: the side of the square with its box's area."""
    return float(np.sqrt(max(float(np.prod(np.ptp(line, axis=0))), 1.0)))


def _is_still(track: Moves) -> bool:
    """Whether a track says nothing: within a hundredth of a pixel or a ten-thousandth."""
    return not (
        np.abs(track.offsets_xy).max() > 1e-2
        or np.abs(track.turns).max() > 1e-4
        or np.abs(track.sizes - 1).max() > 1e-4
    )


def _values(poses: Sequence[Pose], anchor: Reals) -> Reals:
    """Offset, turn and size of each pose about an anchor; turns never jump; (T, 4)."""
    offsets = np.array([pose.moved(anchor[None])[0] - anchor for pose in poses])
    sizes = np.array([np.sqrt(abs(np.linalg.det(pose.matrix))) for pose in poses])
    turns = np.unwrap([np.arctan2(pose.matrix[0, 1], pose.matrix[0, 0]) for pose in poses])
    return np.column_stack([offsets, turns, sizes])


def _few(values: Reals, near: float) -> list[int]:
    """As few rows as hold all others between them, linearly, within a distance."""
    count = len(values)
    steps = np.full(count, count + 1)
    misses = np.full(count, np.inf)
    came = np.zeros(count, np.int64)
    steps[0], misses[0] = 0, 0.0
    for last in range(1, count):
        for first in range(last - 1, max(last - FARTHEST, 0) - 1, -1):
            off = _off(values, first, last)
            if off > near and first < last - 1:
                continue
            way = (int(steps[first]) + 1, float(misses[first]) + off)
            if way < (int(steps[last]), float(misses[last])):
                steps[last], misses[last] = way
                came[last] = first
    kept = [count - 1]
    while kept[-1] > 0:
        kept.append(int(came[kept[-1]]))
    return kept[::-1]


def _off(values: Reals, first: int, last: int) -> float:
    """How far the rows between two lie off the straight way."""
    share = (np.arange(first, last + 1) - first)[:, None] / (last - first)
    straight = values[first] * (1 - share) + values[last] * share
    return float(np.linalg.norm(values[first : last + 1] - straight, axis=1).max())


def _similarity(before: Reals, after: Reals) -> Pose:
    """The least squares similarity."""
    middle, target = before.mean(axis=0), after.mean(axis=0)
    one = (before - middle) @ np.array([1, 1j])
    other = (after - target) @ np.array([1, 1j])
    spread = float((np.abs(one) ** 2).sum())
    turn = complex((np.conj(one) * other).sum()) / spread if spread > 1e-9 else 1 + 0j
    if abs(turn) < 1e-3:
        turn = 1 + 0j
    matrix = np.array([[turn.real, turn.imag], [-turn.imag, turn.real]])
    return Pose(matrix, target - middle @ matrix)
