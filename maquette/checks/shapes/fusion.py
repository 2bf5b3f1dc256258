"""Fusion's compositions and settings: chains of polygon masks, read from the background upstream.

What belongs here: tools, inputs and splines as Fusion names them. What does not: Lua.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from maquette.checks.shapes.lua_tables import KIND, Table, read_table
from maquette.checks.shapes.outlines import Spline, Splines, Unreadable, flipped, rate_of, spline


def read(data: bytes) -> Splines:
    """All shapes of a ``.comp`` or ``.setting`` file."""
    table = read_table(data.decode("ascii"))
    tools: Table = table["Tools"]
    backgrounds = {n: t for n, t in tools.items() if _kind(t) == "Background"}
    if not backgrounds:
        return _empty(table)
    held = next(iter(backgrounds.values()))["Inputs"]
    size_wh = int(_held(held, "Width")), int(_held(held, "Height"))
    aspect = Fraction(_held(held, "PixelAspect")[1]).limit_denominator(1000)
    splines = [one for name in backgrounds for one in _chain(tools, name, size_wh)]
    frames = int(_held(held, "GlobalIn")), int(_held(held, "GlobalOut"))
    rate = rate_of(_frame_format(table)["Rate"]) if table.get(KIND) else None
    return Splines(size_wh, tuple(splines), rate, frames, aspect)


def _empty(table: Table) -> Splines:
    told = _frame_format(table)
    return Splines((int(told["Width"]), int(told["Height"])), (), rate_of(told["Rate"]))


def _frame_format(table: Table) -> Table:
    return table["Prefs"]["Comp"]["FrameFormat"]


def _kind(tool: Any) -> str:
    return tool.get(KIND, "") if isinstance(tool, dict) else ""


def _held(inputs: Table, name: str) -> Any:
    return inputs[name]["Value"]


def _chain(tools: Table, name: str, size_wh: tuple[int, int]) -> list[Spline]:
    """An object's masks from below upwards: each names the one below as its own mask."""
    found: list[Spline] = []
    upstream: Table | None = tools[name]["Inputs"].get("EffectMask")
    owner = name.removeprefix("Matte_")
    while upstream:
        word = upstream["SourceOp"]
        inputs: Table = tools[word]["Inputs"]
        if _kind(tools[word]) != "PolylineMask" or len(found) > len(tools):
            raise Unreadable(f"{word} is no polygon mask, or the chain has no end")
        found.append(_mask(tools, word, owner, size_wh))
        upstream = inputs.get("EffectMask")
    return found[::-1]


def _mask(tools: Table, word: str, owner: str, size_wh: tuple[int, int]) -> Spline:
    inputs: Table = tools[word]["Inputs"]
    if (_held(inputs, "MaskWidth"), _held(inputs, "MaskHeight")) != size_wh:
        raise Unreadable(f"{word} is of another size")
    width, height = size_wh
    scale = [width, height] * 3
    keys: list[tuple[float, Any]] = []
    for frame, key in _keys(tools, inputs["Polyline"]):
        polyline: Table = key["Value"]
        if not polyline["Closed"]:
            raise Unreadable(f"{word} is open")
        rows = [[p[n] for n in ("X", "Y", "LX", "LY", "RX", "RY")] for p in _rows(polyline)]
        places = flipped(rows, 0) * scale
        places[:, :2] += (width / 2, height / 2)
        keys.append((frame, places))
    mode: str = _held(inputs, "PaintMode")[1]
    name = word.removeprefix("Mask_")
    return spline((name, owner), mode, keys, seen=_level(tools, inputs.get("Level")))


def _level(tools: Table, level: Table | None) -> list[tuple[float, bool]]:
    if level is None:
        return []
    if "Value" in level:
        return [(0.0, level["Value"] > 0)]
    return [(frame, key[1] > 0) for frame, key in _keys(tools, level)]


def _keys(tools: Table, source: Table) -> Iterator[tuple[float, Table]]:
    """The keys of the spline that an input follows, each joined to the next by a straight line."""
    for frame, key in tools[source["SourceOp"]]["KeyFrames"].items():
        if frame == KIND:
            continue
        if not key["Flags"].get("Linear"):
            raise Unreadable(f"the key at {frame} is not linear")
        yield float(frame), key


def _rows(polyline: Table) -> list[Table]:
    points: Table = polyline["Points"]
    return [points[n] for n in range(1, len(points) + 1)]
