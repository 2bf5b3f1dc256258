"""Shapes as JSON: all that is known of them, for programs of one's own, and the schema of it.

The only file with feather, confidence and rigid motion as they are kept. What belongs here: the
writer and the schema it is published with. What does not: baking, which this needs only to refuse
what no file can hold.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from maquette.formats.baking import Names, bake, named, rate_words
from maquette.formats.spline_names import line
from maquette.splines.model import Moves, Shape, ShotShapes

FORMAT, VERSION = "maquette-roto-shapes", 1


def write(shot: ShotShapes) -> bytes:
    """The shot's shapes as JSON."""
    bake(shot)  # refuses what must be refused
    document = {
        "format": FORMAT,
        "version": VERSION,
        "name": line(shot.name),
        "size": list(shot.size_wh),
        "pixel_aspect": f"{shot.pixel_aspect.numerator}/{shot.pixel_aspect.denominator}",
        "rate": rate_words(shot),
        "frames": list(shot.frames),
        "shapes": [
            _shape(shape, names)
            for shape, names in zip(shot.shapes, named(shot.shapes), strict=True)
        ],
    }
    text = json.dumps(document, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return (text + "\n").encode("ascii")


def _shape(shape: Shape, names: Names) -> dict[str, Any]:
    rows = np.concatenate(
        [shape.points_xy, shape.in_xy, shape.out_xy, shape.feather_px[..., None]], axis=-1
    )
    keys: list[dict[str, Any]] = [
        {"frame": frame, "points": points}
        for frame, points in zip(
            shape.keys, np.round(rows.astype(np.float64), 4).tolist(), strict=True
        )
    ]
    for key, confidence in zip(keys, shape.confidence, strict=False):
        key["confidence"] = round(confidence, 4)
    return {
        "name": names.name,
        "object": names.object,
        "colour": shape.colour,
        "mode": shape.mode,
        "seen": [list(run) for run in shape.seen],
        "keys": keys,
        "moves": _moves(shape.moves),
    }


def _moves(moves: Moves) -> dict[str, Any]:
    columns = (moves.offsets_xy, moves.turns, moves.sizes)
    offsets, turns, sizes = (np.round(one.astype(np.float64), 7).tolist() for one in columns)
    return {
        "anchor": [round(float(one), 4) for one in moves.anchor_xy],
        "keys": [
            {"frame": frame, "offset": offset, "turn": turn, "size": size}
            for frame, offset, turn, size in zip(moves.frames, offsets, turns, sizes, strict=True)
        ],
    }


def shapes_schema() -> dict[str, Any]:
    """A JSON schema, draft 2020-12, of what `write` makes."""
    fields = {
        "format": {"const": FORMAT},
        "version": {"const": VERSION},
        "name": _text("the shot's"),
        "size": _pair("width and height in pixels", {"type": "integer", "minimum": 1}),
        "pixel_aspect": _fraction("a pixel's width to its height"),
        "rate": _fraction("plates a second"),
        "frames": _pair("the first and the last plate", {"type": "integer"}),
        "shapes": _list("the lowest first", _shape_schema()),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Roto shapes",
        "description": "Closed cubic splines. Pixels, y down, the corner of the first pixel at 0,"
        " 0; frames are plate numbers. Between keys everything is linear in time, before the first"
        " and after the last it stands still.",
        **_mapping("", fields),
    }


def schema_text() -> str:
    """The schema as it stands in ``docs/schemas/roto-shapes.schema.json``."""
    return json.dumps(shapes_schema(), indent=2, ensure_ascii=False) + "\n"


def _shape_schema() -> dict[str, Any]:
    number = {"type": "number"}
    point = {"type": "array", "items": number, "minItems": 7, "maxItems": 7}
    says = "x, y; the tangents before and after, relative; feather outwards in pixels"
    key = {
        "frame": {"type": "integer"},
        "points": {"description": says, "type": "array", "items": point, "minItems": 2},
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
    }
    move = {
        "frame": {"type": "integer"},
        "offset": _pair("pixels", number),
        "turn": {"description": "radians, clockwise as seen", "type": "number"},
        "size": {"description": "1 is as it is", "type": "number"},
    }
    moves = {
        "anchor": _pair("what it turns about, in the shape's own pixels", number),
        "keys": _list("empty where it does not move", _mapping("", move)),
    }
    fields = {
        "name": _text("unique in the shot"),
        "object": _text("the object it is a part of"),
        "colour": {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"},
        "mode": {"description": "add, or cut into what lies below", "enum": ["add", "subtract"]},
        "seen": _list(
            "runs of plates on which it is there; none means always",
            _pair("the first and the last", {"type": "integer"}),
        ),
        "keys": {**_list("in order", _mapping("", key, optional=("confidence",))), "minItems": 1},
        "moves": _mapping("rigid motion, laid over the points", moves),
    }
    return _mapping("one closed spline", fields)


def _mapping(
    says: str, fields: dict[str, Any], *, optional: tuple[str, ...] = ()
) -> dict[str, Any]:
    return {
        **({"description": says} if says else {}),
        "type": "object",
        "additionalProperties": False,
        "properties": fields,
        "required": [name for name in fields if name not in optional],
    }


def _list(says: str, items: dict[str, Any]) -> dict[str, Any]:
    return {"description": says, "type": "array", "items": items}


def _pair(says: str, items: dict[str, Any]) -> dict[str, Any]:
    return {**_list(says, items), "minItems": 2, "maxItems": 2}


def _text(says: str) -> dict[str, Any]:
    return {"description": says, "type": "string"}


def _fraction(says: str) -> dict[str, Any]:
    return {"description": says, "type": "string", "pattern": "^[0-9]+/[1-9][0-9]*$"}
