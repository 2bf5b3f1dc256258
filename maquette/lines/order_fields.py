"""Fields of orders: what a value may be, how the schema says it, and mappings of fields.

Every line's order is made of these. Values come as text (YAML) or typed (JSON). What does not
belong here: which fields an order has, and which of them go together.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from difflib import get_close_matches
from typing import Any, cast

from maquette.errors import InputError
from maquette.lines.prompt_fields import clean_name

PRIORITIES = ("interactive", "normal", "background")
LONGEST_NAME = 120
LONGEST_PATH = 240
LARGEST_WHOLE = 99_999_999

_NUMBER = re.compile(r"[+-]?\d{1,12}(\.\d{1,12})?")
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


def shown(value: Any) -> str:
    """A value as a message quotes it: short, and never a whole list."""
    said = repr(value) if isinstance(value, (str, int, float, bool)) else type(value).__name__
    return said if len(said) <= 60 else f"{said[:57]}…"


def text_of(value: Any, where: str, *, longest: int) -> str:
    """Words on one line, without what pasting leaves behind."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise InputError(
            "ORDER_NOT_TEXT", f"{where}: {shown(value)} is not text", fix="write words"
        )
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
            raise InputError(
                "ORDER_NUMBER_RANGE",
                f"{where}: the number is far too large",
                fix="use a smaller one",
            )
        if math.isfinite(written):
            return float(written)
    raise InputError(
        "ORDER_NOT_A_NUMBER",
        f"{where}: {shown(value)} is not a number",
        fix="write one, as in 12.5",
    )


def whole_number(value: Any, where: str, *, low: int, high: int) -> int:
    """A whole number within its range, both ends included."""
    number = number_of(value, where)
    if number != int(number) or not low <= number <= high:
        raise InputError(
            "ORDER_NUMBER_RANGE",
            f"{where}: {shown(value)} is not a whole number from {low:,} to {high:,}",
            fix="use one within this range",
        )
    return int(number)


def yes_no(value: Any, where: str) -> bool:
    """Yes or no, in the words people use."""
    found = _YES_NO.get(str(value).strip().lower()) if isinstance(value, (str, bool)) else None
    if found is None:
        raise InputError(
            "ORDER_NOT_YES_OR_NO",
            f"{where}: {shown(value)} is neither yes nor no",
            fix="write yes or no",
        )
    return found


def chosen(value: Any, where: str, options: tuple[str, ...]) -> str:
    """One of a few words, in any case."""
    said = text_of(value, where, longest=LONGEST_NAME).lower()
    if said not in options:
        raise InputError(
            "ORDER_CHOICE",
            f"{where}: {said[:60]!r} is unknown",
            fix=f"use one of {', '.join(options)}",
        )
    return said


def list_of(value: Any, where: str, *, most: int, meant: str) -> list[Any]:
    """A list of not too much; `meant` says what it should have been."""
    if not isinstance(value, list):
        raise InputError(
            "ORDER_SHAPE", f"{where}: {shown(value)} is not {meant}", fix=f"write {meant}"
        )
    held = cast("list[Any]", value)
    if len(held) > most:
        raise InputError(
            "ORDER_TOO_MANY",
            f"{where}: has {len(held):,}, at most {most:,} are read",
            fix="split the order",
        )
    return held


def path_of(value: Any, where: str, *, endings: tuple[str, ...] = ()) -> str:
    """A path beside the order: downwards only, whatever system wrote it."""
    path = text_of(value, where, longest=LONGEST_PATH)
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
            fix="convert it, or name another file",
        )
    return path


def words(attribute: str, says: str, *, longest: int = LONGEST_NAME) -> Field:
    """A field of free text."""
    schema = {"type": "string", "minLength": 1, "maxLength": longest}
    return Field(attribute, lambda v, where: text_of(v, where, longest=longest), schema, says)


def choice(attribute: str, says: str, *, options: tuple[str, ...]) -> Field:
    """A field of one of a few words."""
    return Field(
        attribute, lambda v, where: chosen(v, where, options), {"enum": list(options)}, says
    )


def several(attribute: str, says: str, *, options: tuple[str, ...]) -> Field:
    """A field of some of a few words, kept in their own order."""

    def read(value: Any, where: str) -> tuple[str, ...]:
        written = value.split(",") if isinstance(value, str) else value
        meant = f"a list such as [{', '.join(options[:2])}]"
        kinds = [
            chosen(one, where, options) for one in list_of(written, where, most=32, meant=meant)
        ]
        if not kinds:
            raise InputError(
                "ORDER_CHOICE",
                f"{where}: names nothing",
                fix=f"name some of {', '.join(options)}",
            )
        return tuple(kind for kind in options if kind in kinds)

    schema = {"type": "array", "items": {"enum": list(options)}, "minItems": 1}
    return Field(attribute, read, schema, says)


def whole(attribute: str, says: str, *, low: int = 0, high: int = LARGEST_WHOLE) -> Field:
    """A field of a whole number."""
    schema = {"type": "integer", "minimum": low, "maximum": high}
    return Field(
        attribute, lambda v, where: whole_number(v, where, low=low, high=high), schema, says
    )


def measure(attribute: str, says: str, *, low: float, high: float) -> Field:
    """A field of a number within a range, both ends included."""

    def read(value: Any, where: str) -> float:
        number = number_of(value, where)
        if not low <= number <= high:
            raise InputError(
                "ORDER_NUMBER_RANGE",
                f"{where}: {shown(value)} is not from {low:g} to {high:g}",
                fix="use a number within this range",
            )
        return number

    return Field(attribute, read, {"type": "number", "minimum": low, "maximum": high}, says)


def share(attribute: str, says: str, *, most: float) -> Field:
    """A field of a number above nothing."""

    def read(value: Any, where: str) -> float:
        number = number_of(value, where)
        if not 0 < number <= most:
            raise InputError(
                "ORDER_NUMBER_RANGE",
                f"{where}: {shown(value)} is not a share above 0 and up to {most:g}",
                fix="use a number within this range",
            )
        return float(number)

    return Field(attribute, read, {"type": "number", "exclusiveMinimum": 0, "maximum": most}, says)


def file_beside(attribute: str, says: str, *, endings: tuple[str, ...] = ()) -> Field:
    """A field that names a file beside the order."""
    schema: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": LONGEST_PATH}
    if endings:
        # Schemas have no sign for "either case".
        either = [
            "".join(f"[{c}{c.upper()}]" if c.isalpha() else c for c in ending) for ending in endings
        ]
        schema["pattern"] = rf"\.({'|'.join(either)})$"
    return Field(attribute, lambda v, where: path_of(v, where, endings=endings), schema, says)


def read_fields(
    written: Mapping[Any, Any],
    known: Mapping[str, Field],
    where: str,
    *,
    more: tuple[str, ...] = (),
) -> dict[str, Any]:
    """What was said, by the names of the dataclass; a field nobody knows is an error."""
    found: dict[str, Any] = {}
    for label, value in written.items():
        key = str(label).strip().lower()
        if key not in known:
            raise InputError(
                "ORDER_FIELD_UNKNOWN",
                f"{where}: no field is called {clean_name(str(label)[:60])!r}",
                fix=_meant(key[:60], (*known, *more)),
            )
        if value is not None and value != "":
            found[known[key].attribute] = known[key].read(value, f"{where}, field {key}")
    return found


def _meant(key: str, known: Sequence[str]) -> str:
    """The field that is a part of it, begins alike or is spelled alike; else all of them."""
    alike = [name for name in known if name.startswith(key) or (name in key and len(name) > 2)]
    alike = alike or get_close_matches(key, known, n=1, cutoff=0.7)
    return f"did you mean {alike[0]}?" if alike else f"use one of {', '.join(known)}"


def mapping_of(written: Any, where: str) -> dict[Any, Any]:
    """What was written, if it is a mapping."""
    if not isinstance(written, dict):
        raise InputError(
            "ORDER_SHAPE",
            f"{where}: {shown(written)} is no list of named fields",
            fix="write one field per line below it, as in name: hero, or {name: hero}",
        )
    return dict(cast("dict[Any, Any]", written))


def mapping_schema(known: Mapping[str, Field], held: type[Any]) -> dict[str, Any]:
    """The schema of a mapping of these fields, with the defaults of the class that holds them."""
    defaults = {f.name: f.default for f in fields(held)}
    properties: dict[str, Any] = {}
    for label, one in known.items():
        properties[label] = {"description": one.says, **one.schema}
        default = defaults[one.attribute]
        if default is not MISSING and default not in ("", None, ()):
            properties[label]["default"] = list(default) if isinstance(default, tuple) else default
    return {"type": "object", "additionalProperties": False, "properties": properties}
