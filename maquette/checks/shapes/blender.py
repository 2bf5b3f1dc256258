"""Scripts for Blender read by what they would do to masks: points set, then keyed by an operator.

What belongs here: masks, layers, splines, shape keys. What does not: following a script.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from maquette.checks.shapes.outlines import Spline, Splines, Unreadable, relative, spline
from maquette.checks.shapes.scripts import Event, Thing, follow

BLENDS = {"MERGE_ADD": "add", "MERGE_SUBTRACT": "subtract"}
FIELDS = ("handle_left", "co", "handle_right")


@dataclass(eq=False)
class _Layer:
    """A mask's layer: its spline, and its points and their weights at each key."""

    name: str
    mask: str
    blend: str = "MERGE_ADD"
    spline: Thing | None = None
    count: int = 1
    keys: list[tuple[float, Any, Any]] = field(default_factory=list[tuple[float, Any, Any]])
    alpha: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])


class _Build:
    """The scene, the layers, and what is under the hand."""

    def __init__(self) -> None:
        self.scene = Thing(None, "scene")
        self.masks: dict[Thing, str] = {}
        self.layers: dict[Thing, _Layer] = {}
        self.active: _Layer | None = None
        self.frame = 0.0
        self.held: dict[Thing, dict[str, Any]] = defaultdict(dict)

    def take(self, event: Event) -> None:
        """One event of the script; what is set stands until it is set anew."""
        if event.kind == "set":
            self.held[event.target][event.name] = event.result
        table = _CALLS if event.kind == "call" else _SETS
        if event.name in table:
            table[event.name](self, event)
        elif event.name not in _WITHOUT_EFFECT:
            raise Unreadable(f"{event.kind} {event.name} is nothing that builds a mask")

    def layer_of(self, thing: Thing | None) -> _Layer:
        """The layer that something belongs to."""
        while thing is not None:
            if thing in self.layers:
                return self.layers[thing]
            thing = thing.owner
        raise Unreadable("a spline of no layer")


def read(data: bytes) -> Splines:
    """All masks that a script for Blender builds."""
    events, _ = follow(data.decode("ascii"))
    build = _Build()
    for event in events:
        build.take(event)
    scene, render = build.held[build.scene], build.held[build.scene.part("render")]
    size_wh = int(render["resolution_x"]), int(render["resolution_y"])
    aspect = Fraction(render["pixel_aspect_x"] / render["pixel_aspect_y"])
    rate = Fraction(render["fps"] / render["fps_base"]).limit_denominator(1001)
    frames = scene["frame_start"], scene["frame_end"]
    splines = tuple(_spline(layer, size_wh) for layer in build.layers.values())
    return Splines(size_wh, splines, rate, frames, aspect.limit_denominator(1000))


def _spline(layer: _Layer, size_wh: tuple[int, int]) -> Spline:
    width, height = size_wh
    side = max(size_wh)
    keys: list[tuple[float, Any]] = []
    for frame, points, weights in layer.keys:
        places = (np.array(points) - 0.5) * (side, -side) + (width / 2, height / 2)
        soft = np.array(weights)[:, None] * side
        keys.append((frame, np.concatenate([relative(places), soft], axis=-1)))
    names = layer.name, layer.mask
    return spline(names, BLENDS[layer.blend], keys, seen=layer.alpha)


def _new(build: _Build, event: Event) -> None:
    kind = event.target.name
    if kind == "scenes":
        build.scene = event.result
    elif kind == "masks":
        build.masks[event.result] = event.given[0]
    elif kind == "layers" and event.target.owner in build.masks:
        mask = build.masks[event.target.owner]
        build.layers[event.result] = _Layer(event.named["name"], mask)
    elif kind == "splines":
        build.layer_of(event.target).spline = event.result
    else:
        raise Unreadable(f"new {kind}")


def _add(build: _Build, event: Event) -> None:
    build.layer_of(event.target).count += event.given[0]


def _frame(build: _Build, event: Event) -> None:
    (build.frame,) = event.given


def _key(build: _Build, event: Event) -> None:
    """The operator keys the points of the active layer as they stand, if they are selected."""
    del event
    layer = build.active
    if layer is None or layer.spline is None or not build.held[layer.spline].get("use_cyclic"):
        raise Unreadable("a key without an active layer, or of an open spline")
    row = layer.spline.part("points")
    points = [build.held[row.part(n)] for n in range(layer.count)]
    for point in points:
        kinds = point["handle_left_type"], point["handle_right_type"]
        if kinds != ("FREE", "FREE") or not point["select"]:
            raise Unreadable(f"{layer.name}: a point that is not free, or not selected")
    places = [[point[name] for name in FIELDS] for point in points]
    layer.keys.append((build.frame, places, [point["weight"] for point in points]))


def _alpha(build: _Build, event: Event) -> None:
    layer = build.layer_of(event.target)
    if event.given != ("alpha",):
        raise Unreadable(f"{layer.name}: a key of {event.given}")
    layer.alpha.append((event.named["frame"], build.held[event.target]["alpha"]))


def _blend(build: _Build, event: Event) -> None:
    build.layer_of(event.target).blend = event.result


def _active(build: _Build, event: Event) -> None:
    build.active = build.layer_of(event.result)


_CALLS = {
    "new": _new,
    "add": _add,
    "frame_set": _frame,
    "shape_key_insert": _key,
    "keyframe_insert": _alpha,
}
_SETS = {"blend": _blend, "active": _active}
_WITHOUT_EFFECT = (  # by itself: it is held until a key is set, or is the editor's
    "temp_override", "resolution_x", "resolution_y", "resolution_percentage", "pixel_aspect_x",
    "pixel_aspect_y", "fps", "fps_base", "frame_start", "frame_end", "scene", "type", "ui_mode",
    "mask", "use_cyclic", "handle_left_type", "handle_right_type", "select", "co", "handle_left",
    "handle_right", "weight", "alpha",
)  # fmt: skip
