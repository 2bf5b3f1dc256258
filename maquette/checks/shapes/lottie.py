"""Lottie animations read by the format's rules: solid layers, masks, linear keys.

What belongs here: layers and masks. What does not: players, which are asked by the judges.
"""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import numpy as np

from maquette.checks.shapes.outlines import Spline, Splines, Unreadable, rate_of, spline

MODES = {"a": "add", "s": "subtract"}


def read(data: bytes) -> Splines:
    """All masks of an animation's layers."""
    told = json.loads(data)
    meta = told.get("meta", {})
    first = int(meta.get("firstFrame", 0)) - int(told["ip"])
    splines = [
        _mask(mask, layer["nm"], first)
        for layer in reversed(told["layers"])  # the first layer lies on top
        for mask in layer["masksProperties"]
    ]
    rate = Fraction(meta["rate"]) if "rate" in meta else rate_of(told["fr"])
    frames = first + int(told["ip"]), first + int(told["op"]) - 1
    aspect = Fraction(meta.get("pixelAspect", "1"))
    return Splines((int(told["w"]), int(told["h"])), tuple(splines), rate, frames, aspect)


def _mask(mask: dict[str, Any], owner: str, first: int) -> Spline:
    if mask["inv"] or mask["x"]["k"]:
        raise Unreadable(f"{mask['nm']} is turned over or grown")
    path = mask["pt"]
    if path["a"]:
        *leading, last = path["k"]  # the last leads nowhere and says nothing of it
        told = [*map(_linear, leading), last]
        keys = [(first + key["t"], _values(key["s"][0])) for key in told]
    else:
        keys = [(0.0, _values(path["k"]))]
    names = mask["nm"], owner
    return spline(names, MODES[mask["mode"]], keys, seen=_opacity(mask["o"], first))


def _linear(key: dict[str, Any]) -> dict[str, Any]:
    eases = [np.ravel([key[side]["x"], key[side]["y"]]).tolist() for side in "io"]
    if key.get("h") or eases != [[1, 1], [0, 0]]:
        raise Unreadable(f"the key at {key['t']} is not linear")
    return key


def _values(path: dict[str, Any]) -> list[list[float]]:
    if not path["c"]:
        raise Unreadable("an open path")
    rows = zip(path["v"], path["i"], path["o"], strict=True)
    return [[*at, *before, *after] for at, before, after in rows]


def _opacity(opacity: dict[str, Any], first: int) -> list[tuple[float, bool]]:
    if not opacity["a"]:
        return [(0.0, opacity["k"] > 0)]
    if not all(key.get("h") for key in opacity["k"]):
        raise Unreadable("opacity that fades")
    return [(first + key["t"], key["s"][0] > 0) for key in opacity["k"]]
