"""Scripts for Nuke read by what their calls of ``nuke.rotopaint`` would build.

What belongs here: Roto nodes, control points, curves and the types of their keys. What does not:
following a script.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from maquette.checks.shapes.outlines import (
    Spline,
    Splines,
    Unreadable,
    flipped,
    spline,
    with_feather,
)
from maquette.checks.shapes.scripts import Event, Thing, follow

STEP, LINEAR = 1, 2  # eStep and eLinear of Nuke's enumeration, plus one, as keys hold them
MEMBERS = ("center", "leftTangent", "rightTangent", "featherCenter")


@dataclass(eq=False)
class _Shape:
    """What was done to one shape: keys of each point's members, and how they are joined."""

    name: str = ""
    count: int = 0
    keys: dict[tuple[int, str], dict[float, tuple[float, ...]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    opacity: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    types: set[tuple[Any, ...]] = field(default_factory=set[tuple[Any, ...]])


class _Build:
    """Nodes and shapes as a script makes them."""

    def __init__(self) -> None:
        self.format = ""
        self.label = ""
        self.rotos: dict[Thing, list[Thing]] = {}
        self.merges: dict[Thing, tuple[str, list[Thing]]] = {}
        self.shapes: dict[Thing, _Shape] = {}
        self.tops: list[tuple[str, Thing]] = []

    def take(self, event: Event) -> None:
        """One event of the script."""
        known = _CALLS.get(event.name) if event.kind == "call" else _SETS.get(event.name)
        if not known:
            raise Unreadable(f"{event.kind} {event.name} is nothing that builds a shape")
        known(self, event)

    def shape_of(self, thing: Thing | None) -> _Shape:
        """The shape that a part, a curve or a key belongs to."""
        while thing is not None:
            if thing in self.shapes:
                return self.shapes[thing]
            thing = thing.owner
        raise Unreadable("a key of no shape")


def read(data: bytes) -> Splines:
    """All shapes that a script for Nuke builds."""
    events, _ = follow(data.decode("ascii"))
    build = _Build()
    for event in events:
        build.take(event)
    width, height, *_, aspect, _name = build.format.split()
    splines = [
        one
        for name, top in build.tops
        for mode, shape in _stacked(build, top, "add")
        for one in [_spline(shape, (shape.name, name), mode, int(height))]
    ]
    shape = Fraction(aspect).limit_denominator(1000)
    size_wh = int(width), int(height)
    if not build.label:
        return Splines(size_wh, tuple(splines), pixel_aspect=shape)
    rate, _fps, frames = build.label.split()
    first, last = frames.rsplit("-", 1)
    return Splines(size_wh, tuple(splines), Fraction(rate), (int(first), int(last)), shape)


def _stacked(build: _Build, node: Thing, mode: str) -> list[tuple[str, _Shape]]:
    """An object's shapes from below upwards."""
    if node in build.rotos:
        return [(mode, build.shapes[shape]) for shape in build.rotos[node]]
    operation, (below, above) = build.merges[node]
    kind = {"stencil": "subtract", "max": "add"}[operation]
    return _stacked(build, below, mode) + _stacked(build, above, kind)


def _spline(shape: _Shape, names: tuple[str, str], mode: str, height: int) -> Spline:
    frames = list(shape.keys[0, "center"])
    columns = [
        [[shape.keys[n, member][frame][:2] for n in range(shape.count)] for frame in frames]
        for member in MEMBERS
    ]
    wanted = {
        (n, member, axis, k, LINEAR)
        for n in range(shape.count)
        for member in MEMBERS
        for axis in (0, 1)
        for k in range(len(frames))
    } | {("opc", k, STEP) for k in range(len(shape.opacity))}
    if shape.types != wanted:
        raise Unreadable(f"{shape.name}: a key's way to the next is not told")
    values = flipped(np.concatenate(columns[:3], axis=-1), height)
    keys = list(zip(frames, with_feather(values, columns[3]), strict=True))
    return spline(names, mode, keys, seen=shape.opacity)


def _new_shape(build: _Build, event: Event) -> None:
    curves: Thing = event.given[0]
    roto = curves.owner
    if curves.name != "curves" or roto not in build.rotos:
        raise Unreadable("a shape of no Roto node")
    build.rotos[roto].append(event.result)
    build.shapes[event.result] = _Shape()


def _append(build: _Build, event: Event) -> None:
    if event.target in build.shapes:
        build.shapes[event.target].count += 1


def _position(build: _Build, event: Event) -> None:
    member = event.target
    point = member.owner
    frame, place = event.given
    weight = 1.0 if member.name == "center" else 0.0
    if point is None or place.name != "CVec3" or place.given[2] != weight:
        raise Unreadable(f"a key of {member.name} that is no place")
    build.shape_of(point).keys[point.name, member.name][frame] = place.given


def _key_type(build: _Build, event: Event) -> None:
    """How a key of the opacity, or of one axis of a point's member, goes on to the next."""
    key = event.target
    curve = key.owner
    if key.name != "getKey" or curve is None or curve.owner is None:
        raise Unreadable("an interpolation of no key")
    (place,) = key.given
    types = build.shape_of(curve).types
    if curve.name == "getCurve":
        types.add((curve.given[0], place, event.result))
        return
    member = curve.owner
    point = member.owner
    types.add((point.name if point else None, member.name, curve.given[0], place, event.result))


def _opacity(build: _Build, event: Event) -> None:
    if event.target.name != "getCurve" or event.target.given != ("opc",):
        raise Unreadable("a key of no opacity")
    frame, value = event.given
    build.shape_of(event.target).opacity.append((frame, value))


def _roto(build: _Build, event: Event) -> None:
    build.rotos[event.result] = []


def _merge(build: _Build, event: Event) -> None:
    build.merges[event.result] = (event.named["operation"], event.named["inputs"])


def _format(build: _Build, event: Event) -> None:
    build.format = event.given[0]


def _knob(build: _Build, event: Event) -> None:
    if event.target.name == "label":
        build.label = event.given[0]
    elif event.target.name != "format" or not build.format.endswith(event.given[0]):
        raise Unreadable(f"the knob {event.target.name}")


def _shape_name(build: _Build, event: Event) -> None:
    build.shape_of(event.target).name = event.result


def _top(build: _Build, event: Event) -> None:
    build.tops.append((event.given[0], event.target))


def _nothing(build: _Build, event: Event) -> None:
    del build, event


_CALLS = {
    "addFormat": _format,
    "Roto": _roto,
    "Merge2": _merge,
    "Shape": _new_shape,
    "append": _append,
    "addPositionKey": _position,
    "addKey": _opacity,
    "setValue": _knob,
    "setName": _top,
    **dict.fromkeys(
        ("ShapeControlPoint", "CVec3", "getPositionAnimCurve", "getKey", "getAttributes",
         "getCurve", "removeAllKeys", "changed"),
        _nothing,
    ),
}  # fmt: skip
_SETS = {"name": _shape_name, "interpolationType": _key_type}
