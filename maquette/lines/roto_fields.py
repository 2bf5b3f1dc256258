"""The fields of a roto order: what each may hold, and how it may be written.

Three tables, of the order, of an object and of a prompt: they read values, make the schema and are
what the user's page must list. Values come as text (YAML) or typed (JSON). What does not belong
here: kinds of fields that other orders have too (`order_fields`, `order_places`), and which go
together (`roto_orders`).
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from maquette.errors import InputError
from maquette.lines.order_fields import (
    LONGEST_NAME,
    PRIORITIES,
    Field,
    choice,
    file_beside,
    number_of,
    several,
    share,
    shown,
    text_of,
    whole,
    words,
    yes_no,
)
from maquette.lines.order_places import (
    BOX_SCHEMA,
    POINTS_SCHEMA,
    RANGE_SCHEMA,
    box_of,
    frame_of,
    points_of,
    range_of,
)
from maquette.video.facts import COLOURS

DELIVERIES = ("png", "exr", "prores", "ffv1", "cryptomatte", "shapes", "qc")
MATTES = ("soft", "none")
LONGEST_TEXT = 400
EDIT_SUFFIXES = ("edl", "xml", "fcpxml", "aaf")
MOST_HANDLES = 1_000
WIDEST_EDGE_PX = 256

_NTSC = (24, 30, 48, 60, 120)  # run at 1000/1001 of their names


def _colour(value: Any, where: str) -> str:
    said = text_of(value, where, longest=LONGEST_NAME).lower()
    if not re.fullmatch(r"#[0-9a-f]{6}", said):
        raise InputError(
            "ORDER_COLOUR",
            f"{where}: {said[:60]!r} is not a colour",
            fix='write red, green and blue as "#ff8800", in quotes: # begins a comment',
        )
    return said


def _rate(value: Any, where: str) -> Fraction:
    """Frames a second, exactly: 23.976 and its kin mean 24000/1001."""
    parts = value.split("/") if isinstance(value, str) else [value]
    numbers = [number_of(part, where) for part in parts]
    if len(numbers) == 2 and all(n == int(n) and n > 0 for n in numbers):
        rate = Fraction(int(numbers[0]), int(numbers[1]))
    else:
        rate = Fraction(str(numbers[0])) if len(numbers) == 1 else Fraction(0)
    for named in _NTSC:
        if rate != named and abs(rate - Fraction(named * 1000, 1001)) < Fraction(1, 100):
            return Fraction(named * 1000, 1001)
    if not 1 <= rate <= 240:
        raise InputError(
            "ORDER_RATE",
            f"{where}: {shown(value)} is no frame rate from 1 to 240",
            fix="write 24, 23.976 or 24000/1001",
        )
    return rate


_RATE_SCHEMA = {
    "anyOf": [
        {"type": "number", "minimum": 1, "maximum": 240},
        {"type": "string", "pattern": r"^[0-9.]+(/[0-9]+)?$"},
    ]
}

ORDER_FIELDS: dict[str, Field] = {
    "name": words("name", "what the shot is called"),
    "footage": file_beside("footage", "the movie, or the folder of frames, beside the order"),
    "first_frame": whole("first_frame", "the plate number of the first frame of the footage"),
    "range": Field("frames", range_of, RANGE_SCHEMA, "the first and the last plate to deliver"),
    "handles": whole("handles", "frames worked on before and after the range", high=MOST_HANDLES),
    "rate": Field("rate", _rate, _RATE_SCHEMA, "frames a second, where the footage cannot say"),
    "colour": choice("colour", "what the footage's numbers mean", options=COLOURS),
    "priority": choice("priority", "what goes first when many wait", options=PRIORITIES),
    "project": words("project", "told in the catalogue"),
    "client": words("client", "told in the catalogue"),
    "edit": file_beside(
        "edit", "the edit list that cuts a long movie into shots", endings=EDIT_SUFFIXES
    ),
    "scenes": Field("scenes", yes_no, {"type": "boolean"}, "finds the cuts of a long movie"),
    "deliver": several("deliver", "what is handed over", options=DELIVERIES),
    "points": whole("points", "points of an object's splines on any frame", low=4, high=400),
    "closeness": share(
        "closeness", "overlap with the matte that every frame should keep", most=0.999
    ),
    "keyed": share("keyed", "share of a spline's frames that may be keys, at most", most=1.0),
}
OBJECT_FIELDS: dict[str, Field] = {
    "name": words("name", "what the object is called; no other object has this name"),
    "label": words("label", "a free word: person, car"),
    "colour": Field(
        "colour",
        _colour,
        {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"},
        "of its overlay in the QC movie",
    ),
    "matte": choice("matte", "none keeps the hard mask", options=MATTES),
    "edge_px": whole(
        "edge_px",
        "how far from the mask's edge the matte may be soft",
        low=1,
        high=WIDEST_EDGE_PX,
    ),
}
PROMPT_FIELDS: dict[str, Field] = {
    "frame": Field("frame", frame_of, {"type": "integer", "minimum": 0}, "the plate it holds on"),
    "clicks": Field("clicks_xy", points_of, POINTS_SCHEMA, "points on the object"),
    "not": Field("clicks_off_xy", points_of, POINTS_SCHEMA, "points that are not the object"),
    "box": Field("box_xyxy", box_of, BOX_SCHEMA, "around the object: left, top, right, bottom"),
    "mask": file_beside(
        "mask", "a PNG as large as the plate, white on the object", endings=("png",)
    ),
    "text": words("text", "what the object is, in English", longest=LONGEST_TEXT),
}
