"""Baking: a shot's shapes as every application can hold them, keys only, no transform track.

Few applications give a single shape a transform of its own, and those that do disagree on its
order. So rigid motion is laid into the points: every key stays where it is, and further ones are
added only where straight lines between keys would leave the true outline. What belongs here: the
checks that all writers share, keys, visibility, names. What does not: any file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile, groupby, pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from maquette.errors import InputError
from maquette.formats.spline_names import line, lines, words
from maquette.splines.model import Shape, ShotShapes, rgb_of

Reals = NDArray[np.float64]
Mode = Literal["add", "subtract"]

# How far an outline may leave the true one between keys: a tenth of a pixel, and less for shapes
# so small that this would cost them a thousandth of their area.
MOST_OFF_PX, LEAST_OFF_PX, SHARE_OF_AREA = 0.1, 0.01, 0.0005
BEFORE, AT, AFTER = 0, 1, 2  # handle, point, handle


@dataclass(frozen=True)
class Names:
    """What a shape and its object are called in files; no two shapes, and no two objects, alike.

    Attributes:
        name: one line of text, as people know it.
        word: letters, digits and underscores.
    """

    name: str
    word: str
    object: str
    object_word: str


@dataclass(frozen=True)
class Baked(Names):
    """One shape in keys alone: straight in time between them, still outside of them.

    Attributes:
        keys: plate numbers within the shot, rising.
        controls: absolute pixels: the handle before each point, the point, the handle after it.
        seen: (plate, whether it is there from this plate on), rising from the first plate.
        rgb: 0..1.
    """

    mode: Mode
    rgb: tuple[float, float, float]
    keys: tuple[int, ...]
    controls: Reals  # (K, P, 3, 2)
    feather_px: Reals  # (K, P)
    seen: tuple[tuple[int, bool], ...]

    @property
    def points(self) -> Reals:
        """Where the spline passes, (K, P, 2)."""
        return self.controls[:, :, AT]

    @property
    def tangents(self) -> tuple[Reals, Reals]:
        """The handles before and after each point, relative to it, each (K, P, 2)."""
        return (
            self.controls[:, :, BEFORE] - self.points,
            self.controls[:, :, AFTER] - self.points,
        )

    @property
    def is_feathered(self) -> bool:
        """Whether any edge is soft."""
        return bool(self.feather_px.any())

    @property
    def is_always_seen(self) -> bool:
        """Whether it is there on every plate."""
        return self.seen[1:] == () and self.seen[0][1]


def bake(shot: ShotShapes, *, every_frame: bool = False) -> list[Baked]:
    """All shapes of a shot, the lowest first.

    Args:
        shot: refused where its resolution is not known.
        every_frame: for applications whose way between keys is not known: a key on each plate
            between a shape's first and last.
    """
    _check(shot)
    return [
        _baked(shape, names, shot.frames, every_frame)
        for shape, names in zip(shot.shapes, named(shot.shapes), strict=True)
    ]


def named(shapes: Sequence[Shape]) -> list[Names]:
    """What every shape and its object is called in files."""
    objects = list(dict.fromkeys(shape.object for shape in shapes))
    titles = lines(objects, otherwise="object"), words(objects, otherwise="object")
    owners = dict(zip(objects, zip(*titles, strict=True), strict=True))
    own = [shape.name for shape in shapes]
    return [
        Names(name, word, *owners[shape.object])
        for name, word, shape in zip(
            lines(own, otherwise="shape"), words(own, otherwise="shape"), shapes, strict=True
        )
    ]


def by_object(shapes: Iterable[Baked]) -> dict[str, list[Baked]]:
    """Shapes of each object by its word, objects in the order of their lowest shapes."""
    found: dict[str, list[Baked]] = {}
    for shape in shapes:
        found.setdefault(shape.object_word, []).append(shape)
    return found


def runs(shapes: Iterable[Baked]) -> Iterator[tuple[Mode, list[Baked]]]:
    """Neighbours of one mode, for applications in which whole nodes add or subtract.

    What would cut first is left out: there is nothing below it.
    """
    members = dropwhile(lambda shape: shape.mode == "subtract", shapes)
    for _, neighbours in groupby(members, key=lambda shape: shape.mode):
        found = list(neighbours)
        yield found[0].mode, found


def nodes(
    shapes: Iterable[Baked], told: Callable[[Baked], dict[str, object]]
) -> list[dict[str, object]]:
    """Runs as scripts build them: a node each, its operation, and what is told of its shapes."""
    return [
        {
            "operation": "stencil" if mode == "subtract" else "max",
            "shapes": [told(shape) for shape in members],
        }
        for mode, members in runs(shapes)
    ]


def ramps(shape: Baked) -> list[tuple[int, bool]]:
    """Visibility as keys that may be joined by straight lines: exact on every whole plate."""
    first, before = shape.seen[0]
    keys = [(first, before)]
    for frame, there in shape.seen[1:]:
        if keys[-1][0] < frame - 1:
            keys.append((frame - 1, before))
        keys.append((frame, there))
        before = there
    return keys


def outwards(controls: Reals) -> Reals:
    """Unit normals that point out of each outline, (K, P, 2) of (K, P, 3, 2)."""
    along = controls[:, :, AFTER] - controls[:, :, BEFORE]
    points = controls[:, :, AT]
    chord = np.roll(points, -1, axis=1) - np.roll(points, 1, axis=1)
    flat = np.hypot(along[..., 0], along[..., 1]) < 1e-6  # a corner without handles
    along = np.where(flat[..., None], chord, along)
    length = np.maximum(np.hypot(along[..., 0], along[..., 1]), 1e-9)[..., None]
    left = np.stack([along[..., 1], -along[..., 0]], axis=-1) / length
    return left * np.where(_areas(controls) < 0, -1.0, 1.0)[:, None, None]


def rate_words(shot: ShotShapes) -> str:
    """The rate as an exact fraction: ``24000/1001``."""
    return f"{shot.rate.numerator}/{shot.rate.denominator}"


def length_of(shot: ShotShapes) -> int:
    """How many plates the shot has."""
    return shot.frames[1] - shot.frames[0] + 1


def _check(shot: ShotShapes) -> None:
    """Refuse what no writer can make good."""
    if min(shot.size_wh) < 1:
        raise InputError(
            "SHOT_SIZE_UNKNOWN",
            f"{line(shot.name)}: its plates are {shot.size_wh[0]} x {shot.size_wh[1]} pixels",
            fix="splines cannot be placed without the plates' resolution: give the plates along",
        )
    if shot.rate <= 0 or shot.pixel_aspect <= 0 or shot.frames[1] < shot.frames[0]:
        told = f"rate {shot.rate}, pixel aspect {shot.pixel_aspect}, frames {shot.frames}"
        raise InputError("SHOT_TIMING", f"{line(shot.name)}: {told}", fix="both must be above 0")
    for shape in shot.shapes:
        _check_shape(shape)


def _check_shape(shape: Shape) -> None:
    values = (shape.points_xy, shape.in_xy, shape.out_xy, shape.feather_px)
    moved = (shape.moves.offsets_xy, shape.moves.turns, shape.moves.sizes)
    if not all(np.isfinite(one).all() for one in (*values, *moved)):
        raise InputError("SHAPE_NOT_FINITE", f"{line(shape.name)} holds what is not a number")
    if shape.points_xy.shape[1] < 2:
        raise InputError(
            "SHAPE_POINTS",
            f"{line(shape.name)} has {shape.points_xy.shape[1]} points",
            fix="applications refuse shapes of one point: leave it out",
        )
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", shape.colour):
        raise InputError(
            "SHAPE_COLOUR", f"{line(shape.name)}: colour {shape.colour!r}", fix="write #rrggbb"
        )


def _baked(shape: Shape, names: Names, frames: tuple[int, int], every_frame: bool) -> Baked:
    keys = _dense_keys(shape, frames) if every_frame else _sparse_keys(shape, frames)
    controls, feather_px = _controls_at(shape, keys)
    red, green, blue = (value / 255 for value in rgb_of(shape.colour))
    return Baked(
        **vars(names),
        mode=shape.mode,
        rgb=(red, green, blue),
        keys=tuple(keys),
        controls=controls,
        feather_px=feather_px,
        seen=_steps(shape.seen, frames),
    )


def _own_keys(shape: Shape, frames: tuple[int, int]) -> list[int]:
    """Keys of points and moves; what lies outside the shot is held by its first and last plate."""
    first, last = frames
    return sorted({min(max(key, first), last) for key in (*shape.keys, *shape.moves.frames)})


def _dense_keys(shape: Shape, frames: tuple[int, int]) -> list[int]:
    own = _own_keys(shape, frames)
    return list(range(own[0], own[-1] + 1))


def _sparse_keys(shape: Shape, frames: tuple[int, int]) -> list[int]:
    own = _own_keys(shape, frames)
    turned = [np.ptp(values) for values in (shape.moves.turns, shape.moves.sizes) if len(values)]
    if len(own) < 2 or not any(turned):
        return own  # offsets only add to points: straight lines stay straight
    dense = list(range(own[0], own[-1] + 1))
    controls, _ = _controls_at(shape, dense)
    limit_px = _limit_px(controls)
    spans = [(low - own[0], high - own[0]) for low, high in pairwise(own)]
    kept = set(own)
    while spans:
        low, high = spans.pop()
        worst, off_px = _worst(controls, low, high)
        if off_px > limit_px:
            kept.add(dense[worst])
            spans += [(low, worst), (worst, high)]
    return sorted(kept)


def _worst(controls: Reals, low: int, high: int) -> tuple[int, float]:
    """Where between two rows a straight line leaves the truth most, and how far in pixels."""
    if high - low < 2:
        return low, 0.0
    share = (np.arange(low + 1, high) - low)[:, None, None, None] / (high - low)
    straight = controls[low] * (1 - share) + controls[high] * share
    off = np.linalg.norm(controls[low + 1 : high] - straight, axis=-1).max(axis=(1, 2))
    return low + 1 + int(off.argmax()), float(off.max())


def _limit_px(controls: Reals) -> float:
    points = controls[:1, :, AT]
    around = np.linalg.norm(points - np.roll(points, 1, axis=1), axis=-1).sum()
    share = SHARE_OF_AREA * abs(float(_areas(controls[:1])[0])) / max(float(around), 1e-9)
    return min(MOST_OFF_PX, max(LEAST_OFF_PX, share))


def _areas(controls: Reals) -> Reals:
    """Signed areas of the outlines' control polygons, (K,)."""
    ring = np.stack(
        [
            controls[:, :, AT],
            controls[:, :, AFTER],
            np.roll(controls[:, :, BEFORE], -1, axis=1),
        ],
        axis=2,
    ).reshape(len(controls), -1, 2)
    after = np.roll(ring, -1, axis=1)
    return (ring[..., 0] * after[..., 1] - ring[..., 1] * after[..., 0]).sum(axis=1) / 2


def _controls_at(shape: Shape, frames: Sequence[int]) -> tuple[Reals, Reals]:
    """`outline_at` for many frames at once: (F, P, 3, 2) and the feather (F, P)."""
    at = np.asarray(frames, np.float64)
    points, before, after, feather = (
        _between(values, shape.keys, at)
        for values in (shape.points_xy, shape.in_xy, shape.out_xy, shape.feather_px)
    )
    moves = shape.moves
    if moves.frames:
        anchor = np.asarray(moves.anchor_xy, np.float64)
        turn, size = (_between(v, moves.frames, at) for v in (moves.turns, moves.sizes))
        cosine, sine = np.cos(turn) * size, np.sin(turn) * size
        rows = np.stack([np.stack([cosine, sine], -1), np.stack([-sine, cosine], -1)], axis=-2)
        offset = _between(moves.offsets_xy, moves.frames, at)[:, None]
        points = (points - anchor) @ rows + anchor + offset
        before, after = before @ rows, after @ rows
    return np.stack([points + before, points, points + after], axis=2), feather


def _between(values: NDArray[np.float32], keys: Sequence[int], at: Reals) -> Reals:
    """Values at frames: straight between keys, still outside of them."""
    place = np.interp(at, keys, np.arange(len(keys)))
    low = place.astype(np.int64)
    high = np.minimum(low + 1, len(keys) - 1)
    share = (place - low).reshape(-1, *[1] * (values.ndim - 1))
    return values[low].astype(np.float64) * (1 - share) + values[high] * share


def _steps(
    seen: tuple[tuple[int, int], ...], frames: tuple[int, int]
) -> tuple[tuple[int, bool], ...]:
    """Runs of plates as the plates on which it appears or vanishes."""
    first, last = frames
    if not seen:
        return ((first, True),)
    there = np.zeros(last - first + 1, bool)
    for begin, end in seen:
        there[max(begin - first, 0) : max(end - first + 1, 0)] = True
    turns = np.flatnonzero(np.diff(there)) + 1
    return ((first, bool(there[0])), *((int(n) + first, bool(there[n])) for n in turns))
