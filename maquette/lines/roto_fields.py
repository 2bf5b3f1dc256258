"""The fields of a roto order: what each may hold, and how it may be written.

Three tables, of the order, of an object and of a prompt: they read values, make the schema and are
what the user's page must list. Values come as text (YAML) or typed (JSON). What does not belong
here: which fields go together (`roto_orders`).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

from maquette.errors import InputError
from maquette.video.facts import COLOURS

PRIORITIES = ("interactive", "normal", "background")
DELIVERIES = ("png", "exr", "prores", "ffv1", "cryptomatte", "shapes", "qc")
MATTES = ("soft", "none")
EDIT_SUFFIXES = ("edl", "xml", "fcpxml", "aaf")
LARGEST_FRAME = 99_999_999  # eight digits of a file's number
MOST_HANDLES = 1_000
WIDEST_EDGE_PX = 256
MOST_CLICKS = 200  # in one prompt
LARGEST_PX = 65_536.0
LONGEST_NAME = 120
LONGEST_TEXT = 400
LONGEST_PATH = 240

Point = tuple[float, float]
_NUMBER = re.compile(r"[+-]?\d{1,12}(\.\d{1,12})?")
_NTSC = (24, 30, 48, 60, 120)  # run at 1000/1001 of their names
_YES_NO = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}


@dataclass(frozen=True)
class Field:
    """One field: how a value is read, how the schema says it, what it does.

    Attributes:
        attribute: of the dataclass that holds the value.
        read: takes the value as it was written and where it stood.
    """

    attribute: str
    read: Callable[[Any, str], Any]
    schema: dict[str, Any]
    says: str


def _shown(value: Any) -> str:
    shown = repr(value) if isinstance(value, (str, int, float, bool)) else type(value).__name__
    return shown if len(shown) <= 60 else f"{shown[:57]}…"


def _text(value: Any, where: str, *, longest: int) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise InputError("ORDER_NOT_TEXT", f"{where}: {_shown(value)} is not text")
    if len(str(value)) > longest * 4:
        raise _too_long(where, len(str(value)), longest)
    # Pasting leaves invisible characters behind; the joiner inside emoji is meant.
    plain = (
        c if c == "\u200d" or unicodedata.category(c)[0] != "C" else " "
        for c in unicodedata.normalize("NFC", str(value))
    )
    text = " ".join("".join(plain).split())
    if len(text) > longest:
        raise _too_long(where, len(text), longest)
    return text


def _too_long(where: str, length: int, longest: int) -> InputError:
    return InputError(
        "ORDER_TOO_LONG",
        f"{where}: has {length:,} characters, at most {longest:,} are read",
        fix="say it shorter",
    )


def number_of(value: Any, where: str) -> float:
    """A number, written as one or as text."""
    written = value.strip() if isinstance(value, str) else value
    if isinstance(written, str) and _NUMBER.fullmatch(written):
        return float(written)
    if isinstance(written, (int, float)) and not isinstance(written, bool):
        # Compared before it is converted: an integer may be longer than any float.
        if isinstance(written, int) and abs(written) > 10**15:
            raise InputError("ORDER_NUMBER_RANGE", f"{where}: the number is far too large")
        if math.isfinite(written):
            return float(written)
    raise InputError("ORDER_NOT_A_NUMBER", f"{where}: {_shown(value)} is not a number")


def _whole_number(value: Any, where: str, *, low: int, high: int) -> int:
    number = number_of(value, where)
    if number != int(number) or not low <= number <= high:
        raise InputError(
            "ORDER_NUMBER_RANGE",
            f"{where}: {_shown(value)} is not a whole number from {low:,} to {high:,}",
        )
    return int(number)


def _frame(value: Any, where: str) -> int:
    return _whole_number(value, where, low=0, high=LARGEST_FRAME)


def _yes_no(value: Any, where: str) -> bool:
    found = _YES_NO.get(str(value).strip().lower()) if isinstance(value, (str, bool)) else None
    if found is None:
        raise InputError("ORDER_NOT_YES_OR_NO", f"{where}: {_shown(value)} is neither yes nor no")
    return found


def _chosen(value: Any, where: str, options: tuple[str, ...]) -> str:
    said = _text(value, where, longest=LONGEST_NAME).lower()
    if said not in options:
        raise InputError(
            "ORDER_CHOICE",
            f"{where}: {said[:60]!r} is unknown",
            fix=f"use one of {', '.join(options)}",
        )
    return said


def _colour(value: Any, where: str) -> str:
    said = _text(value, where, longest=LONGEST_NAME).lower()
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
    for whole in _NTSC:
        if rate != whole and abs(rate - Fraction(whole * 1000, 1001)) < Fraction(1, 100):
            return Fraction(whole * 1000, 1001)
    if not 1 <= rate <= 240:
        raise InputError(
            "ORDER_RATE",
            f"{where}: {_shown(value)} is no frame rate from 1 to 240",
            fix="write 24, 23.976 or 24000/1001",
        )
    return rate


def _list_of(value: Any, where: str, *, most: int, meant: str) -> list[Any]:
    if not isinstance(value, list):
        raise InputError("ORDER_SHAPE", f"{where}: {_shown(value)} is not {meant}")
    held = cast("list[Any]", value)
    if len(held) > most:
        raise InputError("ORDER_TOO_MANY", f"{where}: has {len(held):,}, at most {most:,} are read")
    return held


def _range(value: Any, where: str) -> tuple[int, int]:
    ends = _list_of(value, where, most=16, meant="[first, last]")
    frames = [_frame(end, where) for end in ends]
    if len(frames) != 2 or frames[0] > frames[1]:
        raise InputError(
            "ORDER_RANGE",
            f"{where}: {frames} is not a range of frames",
            fix="write the first and the last frame: [1001, 1100]",
        )
    return frames[0], frames[1]


def _numbers(value: Any, where: str, *, meant: str, count: int) -> list[float]:
    written = _list_of(value, where, most=16, meant=meant)
    numbers = [number_of(one, where) for one in written]
    if len(numbers) != count:
        raise InputError("ORDER_SHAPE", f"{where}: {len(numbers)} numbers are not {meant}")
    if any(abs(one) > LARGEST_PX for one in numbers):
        raise InputError("ORDER_NUMBER_RANGE", f"{where}: a position is far outside any picture")
    return numbers


def _points(value: Any, where: str) -> tuple[Point, ...]:
    held = _list_of(value, where, most=MOST_CLICKS, meant="a list of points [[x, y], …]")
    if len(held) == 2 and not any(isinstance(one, list) for one in held):
        held = [held]  # one point, its outer brackets forgotten
    pairs = [_numbers(one, where, meant="a point [x, y]", count=2) for one in held]
    return tuple((x, y) for x, y in pairs)


def _box(value: Any, where: str) -> tuple[float, float, float, float]:
    left, top, right, bottom = _numbers(value, where, meant="a box [x0, y0, x1, y1]", count=4)
    if left >= right or top >= bottom:
        raise InputError(
            "ORDER_BOX",
            f"{where}: the box is empty",
            fix="write left, top, right, bottom in pixels, the right and bottom edge larger",
        )
    return left, top, right, bottom


def _path(value: Any, where: str, *, endings: tuple[str, ...] = ()) -> str:
    """A path beside the order: downwards only, whatever system wrote it."""
    path = _text(value, where, longest=LONGEST_PATH)
    parts = path.split("/")
    if "\\" in path or ":" in path or any(part.strip(". ") == "" for part in parts):
        raise InputError(
            "ORDER_PATH",
            f"{where}: {path[:80]!r} does not name a file beside the order",
            fix="use a relative path such as masks/hero_1001.png",
        )
    if endings and path.rpartition(".")[2].lower() not in endings:
        raise InputError(
            "ORDER_PATH",
            f"{where}: {path[:80]!r} does not end in .{' or .'.join(endings)}",
        )
    return path


def _deliveries(value: Any, where: str) -> tuple[str, ...]:
    written = value.split(",") if isinstance(value, str) else value
    held = _list_of(written, where, most=32, meant="a list such as [png, exr, qc]")
    chosen = [_chosen(one, where, DELIVERIES) for one in held]
    if not chosen:
        raise InputError(
            "ORDER_CHOICE",
            f"{where}: nothing is to be delivered",
            fix=f"name some of {', '.join(DELIVERIES)}",
        )
    return tuple(kind for kind in DELIVERIES if kind in chosen)


def _words(attribute: str, says: str, *, longest: int = LONGEST_NAME) -> Field:
    schema = {"type": "string", "minLength": 1, "maxLength": longest}
    return Field(attribute, lambda v, where: _text(v, where, longest=longest), schema, says)


def _choice(attribute: str, says: str, *, options: tuple[str, ...]) -> Field:
    return Field(
        attribute, lambda v, where: _chosen(v, where, options), {"enum": list(options)}, says
    )


def _whole(attribute: str, says: str, *, low: int = 0, high: int = LARGEST_FRAME) -> Field:
    schema = {"type": "integer", "minimum": low, "maximum": high}
    return Field(
        attribute, lambda v, where: _whole_number(v, where, low=low, high=high), schema, says
    )


def _share(attribute: str, says: str, *, most: float) -> Field:
    def read(value: Any, where: str) -> float:
        number = number_of(value, where)
        if not 0 < number <= most:
            raise InputError(
                "ORDER_NUMBER_RANGE",
                f"{where}: {_shown(value)} is not a share above 0 and up to {most:g}",
            )
        return float(number)

    return Field(attribute, read, {"type": "number", "exclusiveMinimum": 0, "maximum": most}, says)


def _file(attribute: str, says: str, *, endings: tuple[str, ...] = ()) -> Field:
    schema: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": LONGEST_PATH}
    if endings:
        # Schemas have no sign for "either case".
        either = [
            "".join(f"[{c}{c.upper()}]" if c.isalpha() else c for c in ending) for ending in endings
        ]
        schema["pattern"] = rf"\.({'|'.join(either)})$"
    return Field(attribute, lambda v, where: _path(v, where, endings=endings), schema, says)


_POINT_SCHEMA = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
_POINTS_SCHEMA = {"type": "array", "items": _POINT_SCHEMA, "minItems": 1, "maxItems": MOST_CLICKS}
_BOX_SCHEMA = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4}
_RANGE_SCHEMA = {
    "type": "array",
    "items": {"type": "integer", "minimum": 0, "maximum": LARGEST_FRAME},
    "minItems": 2,
    "maxItems": 2,
}
_RATE_SCHEMA = {
    "anyOf": [
        {"type": "number", "minimum": 1, "maximum": 240},
        {"type": "string", "pattern": r"^[0-9.]+(/[0-9]+)?$"},
    ]
}

ORDER_FIELDS: dict[str, Field] = {
    "name": _words("name", "what the shot is called"),
    "footage": _file("footage", "the movie, or the folder of frames, beside the order"),
    "first_frame": _whole("first_frame", "the plate number of the first frame of the footage"),
    "range": Field("frames", _range, _RANGE_SCHEMA, "the first and the last plate to deliver"),
    "handles": _whole("handles", "frames worked on before and after the range", high=MOST_HANDLES),
    "rate": Field("rate", _rate, _RATE_SCHEMA, "frames a second, where the footage cannot say"),
    "colour": _choice("colour", "what the footage's numbers mean", options=COLOURS),
    "priority": _choice("priority", "what goes first when many wait", options=PRIORITIES),
    "project": _words("project", "told in the catalogue"),
    "client": _words("client", "told in the catalogue"),
    "edit": _file("edit", "the edit list that cuts a long movie into shots", endings=EDIT_SUFFIXES),
    "scenes": Field("scenes", _yes_no, {"type": "boolean"}, "finds the cuts of a long movie"),
    "deliver": Field(
        "deliver",
        _deliveries,
        {"type": "array", "items": {"enum": list(DELIVERIES)}, "minItems": 1},
        "what is handed over",
    ),
    "points": _whole("points", "points of an object's splines on any frame", low=4, high=400),
    "closeness": _share(
        "closeness", "overlap with the matte that every frame should keep", most=0.999
    ),
    "keyed": _share("keyed", "share of a spline's frames that may be keys, at most", most=1.0),
}
OBJECT_FIELDS: dict[str, Field] = {
    "name": _words("name", "what the object is called; no other object has this name"),
    "label": _words("label", "a free word: person, car"),
    "colour": Field(
        "colour",
        _colour,
        {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"},
        "of its overlay in the QC movie",
    ),
    "matte": _choice("matte", "none keeps the hard mask", options=MATTES),
    "edge_px": _whole(
        "edge_px",
        "how far from the mask's edge the matte may be soft",
        low=1,
        high=WIDEST_EDGE_PX,
    ),
}
PROMPT_FIELDS: dict[str, Field] = {
    "frame": Field("frame", _frame, {"type": "integer", "minimum": 0}, "the plate it holds on"),
    "clicks": Field("clicks_xy", _points, _POINTS_SCHEMA, "points on the object"),
    "not": Field("clicks_off_xy", _points, _POINTS_SCHEMA, "points that are not the object"),
    "box": Field("box_xyxy", _box, _BOX_SCHEMA, "around the object: left, top, right, bottom"),
    "mask": _file("mask", "a PNG as large as the plate, white on the object", endings=("png",)),
    "text": _words("text", "what the object is, in English", longest=LONGEST_TEXT),
}
