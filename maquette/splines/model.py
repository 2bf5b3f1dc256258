"""Roto shapes as artists keep them: closed cubic splines with the same points on sparse keys.

Pixels, y down, the corner of the first pixel at (0, 0); frames are plate numbers. Between keys
everything is linear in time; before the first key and after the last it stands still. What
belongs here: the values, and what they are at a frame. What does not: fitting and writing them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

import numpy as np

from maquette.errors import InputError
from maquette.types import Floats, expect


@dataclass(frozen=True)
class Moves:
    """Rigid motion of a whole shape: turned and sized about an anchor, then moved.

    Attributes:
        frames: plate numbers of its keys, rising; empty means that it does not move.
        offsets_xy: pixels.
        turns: radians, clockwise as y is down; never jumping by whole turns.
        sizes: 1 is as it is.
        anchor_xy: what it turns about, in the shape's own pixels.
    """

    frames: tuple[int, ...] = ()
    offsets_xy: Floats = field(default_factory=lambda: np.zeros((0, 2), np.float32))  # (T, 2)
    turns: Floats = field(default_factory=lambda: np.zeros(0, np.float32))  # (T,)
    sizes: Floats = field(default_factory=lambda: np.zeros(0, np.float32))  # (T,)
    anchor_xy: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Shape:
    """One closed spline.

    Attributes:
        name: for people; unique in its shot.
        object: the object it is a part of.
        colour: ``#rrggbb``.
        mode: whether it adds to its object or cuts a hole into what lies below.
        keys: plate numbers, rising; at least one.
        points_xy: where the spline passes, before `moves`.
        in_xy: the tangent towards the point before, relative to the point.
        out_xy: the tangent towards the next point, relative to the point.
        feather_px: how far the edge is soft, outwards.
        seen: runs of plates (first, last) on which it is there; empty means always.
        confidence: one per key, 0..1.
    """

    name: str
    object: str
    keys: tuple[int, ...]
    points_xy: Floats  # (K, P, 2) float32
    in_xy: Floats  # (K, P, 2) float32
    out_xy: Floats  # (K, P, 2) float32
    feather_px: Floats  # (K, P) float32
    colour: str = "#ff8800"
    mode: Literal["add", "subtract"] = "add"
    moves: Moves = field(default_factory=Moves)
    seen: tuple[tuple[int, int], ...] = ()
    confidence: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        for name in ("points_xy", "in_xy", "out_xy"):
            values: Floats = getattr(self, name)
            expect(f"Shape.{name}", values, shape="(K, P, 2)", dtype=np.float32, ndim=3)
            if values.shape != (len(self.keys), self.points_xy.shape[1], 2):
                raise InputError("ARRAY_SHAPE", f"Shape.{name} is {values.shape}")
        if not self.keys or list(self.keys) != sorted(set(self.keys)):
            raise InputError("SHAPE_KEYS", f"{self.name}: keys must rise: {self.keys[:5]}")

    def is_seen(self, frame: int) -> bool:
        """Whether it is there on a plate."""
        return not self.seen or any(first <= frame <= last for first, last in self.seen)


@dataclass(frozen=True)
class ShotShapes:
    """All shapes of a shot, the lowest first, and what an application must know of its plates.

    Attributes:
        frames: the first and last plate number.
    """

    name: str
    size_wh: tuple[int, int]
    rate: Fraction
    frames: tuple[int, int]
    shapes: tuple[Shape, ...]
    pixel_aspect: Fraction = Fraction(1)


@dataclass(frozen=True)
class Outline:
    """A shape at one frame, `moves` done: absolute points, relative tangents."""

    points_xy: Floats  # (P, 2) float32
    in_xy: Floats  # (P, 2) float32
    out_xy: Floats  # (P, 2) float32
    feather_px: Floats  # (P,) float32


def outline_at(shape: Shape, frame: float) -> Outline:
    """The shape as it is at a frame, or between two."""
    own = [
        _between(values, shape.keys, frame)
        for values in (shape.points_xy, shape.in_xy, shape.out_xy, shape.feather_px)
    ]
    points, before, after, feather = own
    moves = shape.moves
    if not moves.frames:
        return Outline(points, before, after, feather)
    offset = _between(moves.offsets_xy, moves.frames, frame)
    turn = float(_between(moves.turns, moves.frames, frame))
    size = float(_between(moves.sizes, moves.frames, frame))
    anchor = np.array(moves.anchor_xy, np.float32)
    cosine, sine = np.cos(turn) * size, np.sin(turn) * size
    turned = np.array([[cosine, sine], [-sine, cosine]], np.float32)  # for rows of (x, y)
    moved = (points - anchor) @ turned + anchor + offset
    return Outline(
        moved.astype(np.float32),
        (before @ turned).astype(np.float32),
        (after @ turned).astype(np.float32),
        feather,
    )


def rgb_of(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of ``#rrggbb``, 0..255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _between(values: Floats, frames: tuple[int, ...], frame: float) -> Floats:
    """Values at a frame: linear between keys, still outside of them."""
    place = float(np.interp(frame, frames, range(len(frames))))
    low = int(place)
    share = np.float32(place - low)
    high = min(low + 1, len(frames) - 1)
    return np.asarray(values[low] * (1 - share) + values[high] * share, np.float32)
