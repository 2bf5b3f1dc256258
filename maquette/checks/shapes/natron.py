"""Scripts for Natron read by what their calls would build: Beziers in Roto nodes, and merges.

What belongs here: the calls that Natron's own exporter writes. What does not: following a script.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from maquette.checks.shapes.outlines import (
    Spline,
    Splines,
    Unreadable,
    flipped,
    rate_of,
    relative,
    spline,
    with_feather,
)
from maquette.checks.shapes.scripts import Event, Thing, follow

ROTO, MERGE = "fr.inria.built-in.Roto", "net.sf.openfx.MergePlugin"


@dataclass(eq=False)
class _Bezier:
    """One curve: its points and feather points, by frame and index."""

    name: str = ""
    count: int = 1
    is_closed: bool = False
    points: dict[float, dict[int, tuple[float, ...]]] = field(
        default_factory=dict[float, dict[int, tuple[float, ...]]]
    )
    feather: dict[float, dict[int, tuple[float, ...]]] = field(
        default_factory=dict[float, dict[int, tuple[float, ...]]]
    )
    seen: list[tuple[float, Any]] = field(default_factory=list[tuple[float, Any]])


class _Build:
    """Nodes and curves as a script makes them."""

    def __init__(self) -> None:
        self.project: dict[str, tuple[Any, ...]] = {}
        self.rotos: dict[Thing, list[_Bezier]] = {}
        self.merges: dict[Thing, dict[Any, Any]] = {}
        self.beziers: dict[Thing, _Bezier] = {}
        self.names: dict[Thing, str] = {}

    def take(self, event: Event) -> None:
        """One event of the script."""
        if event.kind != "call" or event.name not in _CALLS:
            raise Unreadable(f"{event.kind} {event.name} is nothing that builds a shape")
        _CALLS[event.name](self, event)


def read(data: bytes) -> Splines:
    """All shapes that a script for Natron builds."""
    events, _ = follow(data.decode("ascii"), known=["app1"])
    build = _Build()
    for event in events:
        build.take(event)
    _, size, aspect = build.project["format"][0].split()
    width, height = (int(side) for side in size.split("x"))
    splines = [
        _spline(bezier, (bezier.name, name), mode, height)
        for node, name in build.names.items()
        for mode, bezier in _stacked(build, node, "add")
    ]
    first, last = build.project["frameRange"]
    rate = rate_of(build.project["frameRate"][0])
    shape = Fraction(aspect).limit_denominator(1000)
    return Splines((width, height), tuple(splines), rate, (first, last), shape)


def _stacked(build: _Build, node: Thing, mode: str) -> list[tuple[str, _Bezier]]:
    """An object's curves from below upwards; a merge's first input lies below."""
    if node in build.rotos:
        return [(mode, bezier) for bezier in build.rotos[node]]
    merge = build.merges[node]
    kind = {"stencil": "subtract", "max": "add"}[merge["operation"]]
    return _stacked(build, merge[0], mode) + _stacked(build, merge[1], kind)


def _spline(bezier: _Bezier, names: tuple[str, str], mode: str, height: int) -> Spline:
    if not bezier.is_closed:
        raise Unreadable(f"{bezier.name} is open")
    keys: list[tuple[float, Any]] = []
    for frame, points in bezier.points.items():
        inner, outer = (
            np.array([rows[n] for n in range(bezier.count)]).reshape(-1, 3, 2)
            for rows in (points, bezier.feather[frame])
        )
        values = flipped(relative(inner[:, (1, 0, 2)]), height)
        keys.append((frame, with_feather(values, outer[:, 0] - inner[:, 0])))
    return spline(names, mode, keys, seen=bezier.seen)


def _node(build: _Build, event: Event) -> None:
    (kind,) = event.given
    if kind == ROTO:
        build.rotos[event.result] = []
    elif kind == MERGE:
        build.merges[event.result] = {}
    else:
        raise Unreadable(f"a node {kind}")


def _new_bezier(build: _Build, event: Event) -> None:
    context = event.target
    if context.name != "getRotoContext" or context.owner not in build.rotos:
        raise Unreadable("a curve of no Roto node")
    bezier = build.beziers[event.result] = _Bezier()
    build.rotos[context.owner].append(bezier)


def _point(build: _Build, event: Event) -> None:
    build.beziers[event.target].count += 1


def _place(build: _Build, event: Event) -> None:
    bezier = build.beziers[event.target]
    table = bezier.points if event.name == "setPointAtIndex" else bezier.feather
    index, frame, *place = event.given
    table.setdefault(frame, {})[index] = tuple(place)


def _close(build: _Build, event: Event) -> None:
    build.beziers[event.target].is_closed = event.given == (True,)


def _activate(build: _Build, event: Event) -> None:
    build.beziers[event.target].seen.append(event.given)  # type: ignore[arg-type]


def _script_name(build: _Build, event: Event) -> None:
    (name,) = event.given
    if event.target in build.beziers:
        build.beziers[event.target].name = name
    else:
        build.names[event.target] = name


def _set(build: _Build, event: Event) -> None:
    (name,) = event.target.given
    if event.target.name == "getProjectParam":
        build.project[name] = event.given
    elif event.target.owner in build.merges:
        build.merges[event.target.owner][name] = event.given[0]


def _connect(build: _Build, event: Event) -> None:
    place, node = event.given
    build.merges[event.target][place] = node


def _format(build: _Build, event: Event) -> None:
    build.project["format"] = event.given


def _nothing(build: _Build, event: Event) -> None:
    del build, event


_CALLS = {
    "addFormat": _format,
    "createNode": _node,
    "createBezier": _new_bezier,
    "addControlPoint": _point,
    "setPointAtIndex": _place,
    "setFeatherPointAtIndex": _place,
    "setCurveFinished": _close,
    "setActivated": _activate,
    "setScriptName": _script_name,
    "set": _set,
    "connectInput": _connect,
    **dict.fromkeys(("getProjectParam", "getRotoContext", "getParam"), _nothing),
}
