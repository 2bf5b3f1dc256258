"""Silhouette shape files read by their own rules: shares of the height, absolute handles.

What belongs here: layers, shapes and keys as Silhouette's grammar has them. What does not: XML.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from maquette.checks.shapes.outlines import Spline, Splines, Unreadable, numbers, relative, spline
from maquette.checks.shapes.xml_trees import Element, read_xml


def read(data: bytes) -> Splines:
    """All shapes of a ``.fxs`` file."""
    root = read_xml(data)
    if root.tag != "Silhouette":
        raise Unreadable(f"the root is {root.tag}")
    told = root.attributes
    first = int(told["sessionStartFrame"])
    aspect = Fraction(told.get("pixelAspect", "1")).limit_denominator(1000)
    size_wh = int(told["width"]), int(told["height"])
    frames = first + int(told["workRangeStart"]), first + int(told["workRangeEnd"])
    splines = tuple(_shapes(root, "", _Frame(size_wh, float(aspect), first)))
    return Splines(size_wh, splines, None, frames, aspect)


class _Frame:
    """How numbers of the file become pixels and plates."""

    def __init__(self, size_wh: tuple[int, int], aspect: float, first: int) -> None:
        self.scale = np.array([size_wh[1] / aspect, size_wh[1]])
        self.middle = np.array([size_wh[0] / 2, size_wh[1] / 2])
        self.first = first

    def values(self, path: Element) -> list[list[float]]:
        """A path's points: place, handle before, handle after."""
        rows = [
            numbers(point.text.replace("(", " ").replace(")", " "), 6)
            for point in path.all("Point")
        ]
        places = np.reshape(rows, (-1, 3, 2)) * self.scale + self.middle
        return relative(places[:, (1, 0, 2)]).tolist()


def _shapes(holder: Element, layer: str, frame: _Frame) -> Iterator[Spline]:
    """Shapes in the order of the file, which is from below upwards; layers may hold layers."""
    for element in holder.children:
        kind = element.attributes.get("type")
        if element.tag not in ("Layer", "Shape", "Object"):
            continue
        properties = {
            one.attributes["id"]: one for one in element.first("Properties").all("Property")
        }
        name = element.attributes["label"]
        if kind == "Layer":
            _expect(properties, "mode", "Add")
            yield from _shapes(properties["objects"], name, frame)
        elif element.attributes.get("hidden") != "True":
            yield _shape((name, layer), element.attributes["shape_type"], properties, frame)


def _shape(
    names: tuple[str, str], kind: str, properties: dict[str, Element], frame: _Frame
) -> Spline:
    if kind != "Bezier":
        raise Unreadable(f"{names[0]} is a {kind}, not a Bezier")
    _expect(properties, "invert", "false")
    keys: list[tuple[float, object]] = []
    for key in properties["path"].all("Key"):
        path = key.first("Path")
        if (key.attributes["interp"], path.attributes["closed"]) != ("linear", "True"):
            raise Unreadable(f"{names[0]}: its keys are not linear, or it is open")
        keys.append((frame.first + int(key.attributes["frame"]), frame.values(path)))
    mode = properties["mode"].first("Value").text
    return spline(names, mode, keys, seen=_opacity(properties["opacity"], frame.first))


def _opacity(element: Element, first: int) -> list[tuple[float, bool]]:
    found = [(float(first), float(value.text) > 0) for value in element.all("Value")]
    for key in element.all("Key"):
        if key.attributes["interp"] != "hold":
            raise Unreadable("opacity that fades")
        found.append((first + int(key.attributes["frame"]), float(key.text) > 0))
    return found


def _expect(properties: dict[str, Element], name: str, value: str) -> None:
    said = properties[name].first("Value").text
    if said != value:
        raise Unreadable(f"{name} is {said}, not {value}")
