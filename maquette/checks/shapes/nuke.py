"""Nuke scripts read as Tcl lists: Roto nodes, the merges behind them, curves keyed on every frame.

What belongs here: braces, the stack of nodes, and Nuke's way of writing numbers. What does not:
anything else that a script may hold; a file with a bracket or a variable in it is refused.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from maquette.checks.shapes.outlines import (
    Reals,
    Spline,
    Splines,
    Unreadable,
    flipped,
    rate_of,
    spline,
    with_feather,
)

Tree = list[Any]  # words and trees
MOST_DEPTH = 64
OPEN_FLAG = 32
_TOKEN = re.compile(r'[{}]|"[^"]*"|[^\s{}"]+')
_ALIVE = re.compile(r"[\[\]$\\;]")  # what Tcl would carry out


def read(data: bytes) -> Splines:
    """All shapes of the Roto nodes of a ``.nk`` script."""
    text = data.decode("ascii")
    if found := _ALIVE.search(text):
        raise Unreadable(f"it holds {found[0]!r}, which Tcl carries out")
    nodes = _nodes(_tree(text))
    root = next(knobs for kind, knobs in nodes if kind == "Root")
    width, height, *_, aspect, _name = _text(root["format"]).split()
    size_wh = int(width), int(height)
    splines = [one for top in _stacked(nodes, size_wh[1]) for one in top]
    frames = int(root["first_frame"]), int(root["last_frame"])
    shape = Fraction(aspect).limit_denominator(1000)
    return Splines(size_wh, tuple(splines), rate_of(float(root["fps"])), frames, shape)


def _tree(text: str) -> Tree:
    stack: list[Tree] = [[]]
    for word in _TOKEN.findall(text):
        if word == "{":
            stack.append([])
        elif word == "}":
            closed = stack.pop()
            stack[-1].append(closed)
        else:
            stack[-1].append(word)
        if len(stack) > MOST_DEPTH:
            raise Unreadable("braces are too deep")
    if len(stack) != 1:
        raise Unreadable("a brace is open")
    return stack[0]


def _nodes(tree: Tree) -> list[tuple[str, dict[str, Any]]]:
    """Classes and knobs in the order of the script."""
    if tree[:1] != ["version"]:
        raise Unreadable("it does not begin with a version")
    rest = tree[3:]
    return [
        (kind, dict(zip(knobs[::2], knobs[1::2], strict=True)))
        for kind, knobs in zip(rest[::2], rest[1::2], strict=True)
    ]


def _stacked(nodes: Sequence[tuple[str, dict[str, Any]]], height: int) -> list[list[Spline]]:
    """What lies on the stack at the end: for each object its shapes from below upwards."""
    stack: list[tuple[str, list[Spline]]] = []
    for kind, knobs in nodes:
        name = knobs.get("name", "")
        if kind == "Roto":
            stack.append((name, _roto(knobs["curves"], height)))
        elif kind == "Merge2":
            _, below = stack.pop()  # the first input, B
            _, above = stack.pop()
            mode = {"stencil": "subtract", "max": "add"}[knobs["operation"]]
            stack.append((name, below + [_renamed(one, one.object, mode) for one in above]))
        elif kind != "Root":
            raise Unreadable(f"a node of class {kind}")
    return [[_renamed(one, name, one.mode) for one in shapes] for name, shapes in stack]


def _renamed(one: Spline, owner: str, mode: str) -> Spline:
    keys = zip(one.keys, one.values, strict=True)
    return spline((one.name, owner), mode, keys, seen=one.seen)


def _roto(curves: Tree, height: int) -> list[Spline]:
    ((_version, _flags, content),) = curves
    (layer,) = content[1:]
    groups = [part for part in layer[2:] if part[0] == "curvegroup"]
    return [_curve(group, height) for group in groups]


def _curve(group: Tree, height: int) -> Spline:
    _, name, _flags, kind, (outline, feather), _transform, attributes = group
    if kind != "bezier":
        raise Unreadable(f"{name} is a {kind}")
    keys, values = _cc(outline)
    found = flipped(values[:, :, (2, 3, 0, 1, 4, 5)], height)
    if feather != "idem":
        feather_keys, offsets = _cc(feather)
        if feather_keys != keys:
            raise Unreadable(f"{name}: its feather has other keys")
        found = with_feather(found, offsets[:, :, 2:4])
    _expect_no_gaps(name, keys)
    told = dict(zip(attributes[1::2], attributes[2::2], strict=True))
    seen = [(_number(frame), _number(value) > 0) for frame, value in told.get("opc", [])]
    _expect_no_gaps(name, [frame for frame, _ in seen])
    return spline((name, ""), "add", list(zip(keys, found, strict=True)), seen=seen)


def _expect_no_gaps(name: str, keys: list[float]) -> None:
    """How Nuke goes from key to key is not written: every frame must be one."""
    if any(later - earlier != 1 for earlier, later in pairwise(keys)):
        raise Unreadable(f"{name}: not every frame is a key")


def _cc(curve: Tree) -> tuple[list[float], Reals]:
    """A curve's keys and its (K, P, 6) numbers: tangent before, place, tangent after."""
    word, (_f, flags), (kind, *points) = curve
    if (word, kind) != ("cc", "p") or int(flags) & OPEN_FLAG or len(points) % 3:
        raise Unreadable("a curve that is open, or is not of threes")
    frames = [_number(frame) for frame, _ in points[0][0]]
    columns: list[list[float]] = []
    for coordinate in (one for point in points for one in point):
        if [_number(frame) for frame, _ in coordinate] != frames:
            raise Unreadable("coordinates with different keys")
        columns.append([_number(value) for _, value in coordinate])
    return frames, np.array(columns).T.reshape(len(frames), -1, 6)


def _number(word: str) -> float:
    if word.startswith("x"):
        return struct.unpack(">f", int(word[1:], 16).to_bytes(4, "big"))[0]
    return float(word)


def _text(word: str) -> str:
    return word.strip('"')
