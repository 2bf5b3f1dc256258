"""Lottie animations (Bodymovin ``.json``): one solid layer per object, its shapes as masks.

Lottie knows no pixel aspect and begins at frame 0: the plates' own numbers stand in ``meta``. What
belongs here: masks with linear keys. What does not: feather, which players do not draw.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from maquette.formats.baking import Baked, bake, by_object, length_of, rate_words
from maquette.formats.spline_names import line
from maquette.splines.model import ShotShapes

LINEAR: dict[str, Any] = {"i": {"x": [1], "y": [1]}, "o": {"x": [0], "y": [0]}}
STILL: dict[str, Any] = {
    "o": {"a": 0, "k": 100},
    "r": {"a": 0, "k": 0},
    "p": {"a": 0, "k": [0, 0, 0]},
    "a": {"a": 0, "k": [0, 0, 0]},
    "s": {"a": 0, "k": [100, 100, 100]},
}


def write(shot: ShotShapes) -> bytes:
    """The shot's shapes as a Lottie animation."""
    objects = list(by_object(bake(shot)).values())
    # players paint the last layer first
    layers = [_layer(len(objects) - n, shapes, shot) for n, shapes in enumerate(objects)]
    document = {
        "v": "5.7.0",
        "fr": round(float(shot.rate), 6),
        "ip": 0,
        "op": length_of(shot),
        "w": shot.size_wh[0],
        "h": shot.size_wh[1],
        "nm": line(shot.name) or "roto",
        "ddd": 0,
        "assets": [],
        "layers": layers[::-1],
        "meta": {
            "g": "maquette",
            "rate": rate_words(shot),
            "firstFrame": shot.frames[0],
            "pixelAspect": f"{shot.pixel_aspect.numerator}/{shot.pixel_aspect.denominator}",
        },
    }
    return json.dumps(document, separators=(",", ":"), allow_nan=False).encode("ascii")


def _layer(number: int, shapes: list[Baked], shot: ShotShapes) -> dict[str, Any]:
    colour = "#" + "".join(f"{round(part * 255):02x}" for part in shapes[0].rgb)
    return {
        "ddd": 0,
        "ind": number,
        "ty": 1,
        "nm": shapes[0].object,
        "sr": 1,
        "ks": STILL,
        "ao": 0,
        "sw": shot.size_wh[0],
        "sh": shot.size_wh[1],
        "sc": colour,
        "ip": 0,
        "op": length_of(shot),
        "st": 0,
        "bm": 0,
        "hasMask": True,
        "masksProperties": [_mask(shape, shot.frames[0]) for shape in shapes],
    }


def _mask(shape: Baked, first: int) -> dict[str, Any]:
    return {
        "inv": False,
        "mode": "s" if shape.mode == "subtract" else "a",
        "nm": shape.name,
        "pt": _path(shape, first),
        "o": _opacity(shape, first),
        "x": {"a": 0, "k": 0},
    }


def _path(shape: Baked, first: int) -> dict[str, Any]:
    before, after = (np.round(tangent, 3).tolist() for tangent in shape.tangents)
    points = np.round(shape.points, 3).tolist()
    drawn = [
        {"i": i, "o": o, "v": v, "c": True} for i, o, v in zip(before, after, points, strict=True)
    ]
    if len(drawn) == 1:
        return {"a": 0, "k": drawn[0]}
    keys = [
        {"t": frame - first, "s": [path], **LINEAR}
        for frame, path in zip(shape.keys, drawn, strict=True)
    ]
    for side in LINEAR:  # a last key that leads on makes rlottie draw nothing
        del keys[-1][side]
    return {"a": 1, "k": keys}


def _opacity(shape: Baked, first: int) -> dict[str, Any]:
    if len(shape.seen) == 1:
        return {"a": 0, "k": 100 if shape.seen[0][1] else 0}
    keys = [{"t": f - first, "s": [100 if there else 0], "h": 1} for f, there in shape.seen]
    return {"a": 1, "k": keys}
