"""Shapes as JSON, read by the words of its schema: points under a rigid motion of their own.

What belongs here: the motion, anew. What does not: judging against the schema itself.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from maquette.checks.shapes.outlines import Line, Reals, Spline, Splines, Unreadable, spline


@dataclass(frozen=True)
class Moved(Spline):
    """A shape with a rigid motion laid over its points."""

    moves: tuple[dict[str, Any], ...] = ()
    anchor: tuple[float, float] = (0.0, 0.0)

    def at(self, frame: float) -> Line:
        """The spline at a frame, turned and sized about its anchor, then moved."""
        line = super().at(frame)
        if not self.moves:
            return line
        frames = [move["frame"] for move in self.moves]
        x, y, turn, size = (
            float(np.interp(frame, frames, column))
            for column in zip(
                *([*m["offset"], m["turn"], m["size"]] for m in self.moves), strict=True
            )
        )
        spin = complex(np.cos(turn), np.sin(turn)) * size
        points = _turned(line.points_xy - self.anchor, spin) + self.anchor + (x, y)
        tangents = _turned(line.in_xy, spin), _turned(line.out_xy, spin)
        names = self.name, self.object, self.mode
        return Line(*names, line.is_seen, points, *tangents, line.feather_px)


def _turned(places: Reals, spin: complex) -> Reals:
    """With y down, a turn by a positive angle is clockwise as seen."""
    turned = (places[:, 0] + 1j * places[:, 1]) * spin
    return np.stack([turned.real, turned.imag], axis=-1)


def read(data: bytes) -> Splines:
    """All shapes of a ``.shapes.json`` file."""
    told = json.loads(data)
    if (told["format"], told["version"]) != ("maquette-roto-shapes", 1):
        raise Unreadable(f"it is {told['format']!r} {told['version']!r}")
    first, last = told["frames"]
    splines = tuple(_shape(shape, first, last) for shape in told["shapes"])
    rate, aspect = Fraction(told["rate"]), Fraction(told["pixel_aspect"])
    width, height = map(int, told["size"])
    return Splines((width, height), splines, rate, (first, last), aspect)


def _shape(shape: dict[str, Any], first: int, last: int) -> Spline:
    seen: list[tuple[float, bool]] = []
    if shape["seen"]:
        seen.append((min(first, shape["seen"][0][0]) - 1, False))
    for begin, end in shape["seen"]:
        seen += [(begin, True), (end + 1, False)]
    keys = [(key["frame"], key["points"]) for key in shape["keys"]]
    found = spline((shape["name"], shape["object"]), shape["mode"], keys, seen=_merged(seen))
    x, y = shape["moves"]["anchor"]
    return Moved(**vars(found), moves=tuple(shape["moves"]["keys"]), anchor=(x, y))


def _merged(steps: list[tuple[float, bool]]) -> list[tuple[float, bool]]:
    """Where one run begins as another ends, it stays."""
    return list(dict(sorted(steps)).items())
