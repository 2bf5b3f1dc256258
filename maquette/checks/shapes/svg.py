"""SVG pictures with moving masks, read by SVG's and SMIL's rules.

What belongs here: groups, masks, paths and their animations. What does not: XML, and drawing.
"""

from __future__ import annotations

import re
from fractions import Fraction

import numpy as np

from maquette.checks.shapes.outlines import Spline, Splines, Unreadable, spline
from maquette.checks.shapes.xml_trees import Element, read_xml

MODES = {"#ffffff": "add", "#000000": "subtract"}
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")


def read(data: bytes) -> Splines:
    """All shapes of a ``.svg`` picture."""
    root = read_xml(data)
    told = root.attributes
    first, last = int(told["data-first"]), int(told["data-last"])
    _, _, width, height = (int(one) for one in told["viewBox"].split())
    clock = _Clock(first, last - first + 1)
    splines = [
        _path(path, group.first("title").text, clock)
        for group in root.all("g")
        for path in group.first("mask").all("path")
    ]
    aspect = Fraction(told["data-pixel-aspect"])
    if abs(float(told["width"]) - width * float(aspect)) > 0.01 * width:
        raise Unreadable("its width is not that of its pixels")
    return Splines(
        (width, height), tuple(splines), Fraction(told["data-rate"]), (first, last), aspect
    )


class _Clock:
    """How shares of the whole time become plates."""

    def __init__(self, first: int, count: int) -> None:
        self.first = first
        self.count = count

    def keys(self, animation: Element) -> list[tuple[float, str]]:
        """An animation's (plate, value) pairs."""
        told = animation.attributes
        times = [float(one) for one in told["keyTimes"].split(";")]
        values = told["values"].split(";")
        return [
            (round(self.first + time * self.count, 4), value)
            for time, value in zip(times, values, strict=True)
        ]


def _path(path: Element, owner: str, clock: _Clock) -> Spline:
    moving = {one.attributes["attributeName"]: one for one in path.all("animate")}
    keys = [(float(clock.first), _values(path.attributes["d"]))]
    seen = [(float(clock.first), path.attributes["visibility"])]
    if "d" in moving:
        drawn = clock.keys(_with_mode(moving["d"], "linear"))
        keys = [(frame, _values(one)) for frame, one in drawn]
    if "visibility" in moving:
        seen = clock.keys(_with_mode(moving["visibility"], "discrete"))
    return spline(
        (path.first("title").text, owner),
        MODES[path.attributes["fill"]],
        keys,
        seen=[(frame, value == "visible") for frame, value in seen],
    )


def _with_mode(animation: Element, mode: str) -> Element:
    if animation.attributes["calcMode"] != mode:
        raise Unreadable(f"an animation is not {mode}")
    return animation


def _values(drawn: str) -> list[list[float]]:
    """A closed path of cubics, the last of which ends where the first begins."""
    if re.sub(r"[-\d.e,\s]+", "", drawn).rstrip("Z") not in ("MC", "M" + "C" * drawn.count("C")):
        raise Unreadable("a path that is not all cubics")
    found = np.array([float(one) for one in _NUMBER.findall(drawn)]).reshape(-1, 2)
    points = np.concatenate([found[:1], found[3::3]])
    if not np.allclose(points[0], points[-1], atol=2e-3) or not drawn.endswith("Z"):
        raise Unreadable("a path that does not close")
    points = points[:-1]
    after = found[1::3] - points
    before = np.roll(found[2::3], 1, axis=0) - points
    return np.concatenate([points, before, after], axis=1).tolist()
