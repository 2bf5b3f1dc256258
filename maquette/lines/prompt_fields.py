"""The fields of a prompt set: what each may hold, and how it may be written.

Each reader takes one value as it stood in a file, whatever its type, and gives the clean one or
an InputError that says where it stood. Text such as ``yes``, ``0,5`` or ``1024px`` is understood
here and nowhere else. What does not belong here: rows and sets (`prompt_sets`).
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections.abc import Callable
from typing import Any, Literal

from maquette.batch.uploads import slug
from maquette.errors import InputError

Style = Literal["art_style", "realistic", "cartoon", "cyberpunk"]
Anchor = Literal["plane", "face", "world"]
Alignment = Literal["horizontal", "vertical", "any"]
Geometry = Literal["die_cut", "plane"]
MotionName = Literal["still", "bob", "spin", "wiggle", "pop"]
STYLES: tuple[Style, ...] = ("art_style", "realistic", "cartoon", "cyberpunk")
ANCHORS: tuple[Anchor, ...] = ("plane", "face", "world")
ALIGNMENTS: tuple[Alignment, ...] = ("horizontal", "vertical", "any")
GEOMETRIES: tuple[Geometry, ...] = ("die_cut", "plane")
MOTION_NAMES: tuple[MotionName, ...] = ("still", "bob", "spin", "wiggle", "pop")
RESOLUTIONS_PX = (512, 768, 1024)
MOST_COPIES = 8
LONGEST_PROMPT = 1000
LONGEST_NAME = 120
LONGEST_ID = 48
NAMELESS = slug("")
LARGEST_SEED = 2**63 - 1


def name_of(text: str, *, otherwise: str, chars_at_most: int = LONGEST_ID) -> str:
    """A text as a file name; one without Latin letters or digits is called by its hash."""
    found = slug(text.casefold(), chars_at_most=chars_at_most)
    return found if found != NAMELESS else f"{otherwise}-{short_hash(text)}"


def clean_name(text: str) -> str:
    """A name on one line without control characters, at most 120 long, its ending kept."""
    kept = "".join(" " if unicodedata.category(c)[0] == "C" else c for c in text)
    line = " ".join(kept.split())
    return line if len(line) <= LONGEST_NAME else f"{line[: LONGEST_NAME - 21]}…{line[-20:]}"


def short_hash(text: str) -> str:
    """Eight hexadecimal digits, the same for the same text for ever."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


Read = Callable[[Any, str], Any]


def _word(value: Any, where: str, *, longest: int) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise InputError("PROMPT_NOT_TEXT", f"{where}: {_kind(value)} is not text")
    text = unicodedata.normalize("NFC", str(value))
    if len(text) > longest * 4 or len(" ".join(text.split())) > longest:
        raise InputError(
            "PROMPT_TOO_LONG",
            f"{where}: has {len(text):,} characters, at most {longest:,} are read",
            fix="say it shorter",
        )
    return " ".join(_printable(text, where).split())


def _printable(text: str, where: str) -> str:
    """Without what pasting leaves behind invisibly; real control characters are refused."""
    if text.isprintable():
        return text
    kept: list[str] = []
    for character in text:
        kind = unicodedata.category(character)
        if character in "\t\r\n" or kind in ("Zl", "Zp"):
            kept.append(" ")
        elif kind in ("Cc", "Cs"):
            raise InputError(
                "PROMPT_CONTROL_CHARACTERS",
                f"{where}: holds the control character U+{ord(character):04X}",
                fix="type the text anew; it was damaged on its way",
            )
        elif kind[0] != "C" or character == "\u200d":  # the joiner inside emoji is meant
            kept.append(character)
    return "".join(kept)


def _words(longest: int) -> Read:
    return lambda value, where: _word(value, where, longest=longest)


def _choice(code: str, options: tuple[str, ...]) -> Read:
    def read(value: Any, where: str) -> str:
        said = _word(value, where, longest=LONGEST_NAME)
        wanted = re.sub(r"[\s-]+", "_", said.lower())
        if wanted not in options:
            fix = f"use one of {', '.join(options)}"
            raise InputError(code, f"{where}: {said[:60]!r} is unknown", fix=fix)
        return wanted

    return read


_NUMBER = re.compile(r"([+-]?\d{1,20}(?:[.,]\d{1,20})?(?:[eE][+-]?\d{1,3})?)\s*(?:px|x|×)?")


def _number(value: Any, where: str) -> float | int:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number = value
    else:
        match = _NUMBER.fullmatch(value.strip()) if isinstance(value, str) else None
        if match is None:
            raise InputError("PROMPT_NOT_A_NUMBER", f"{where}: {_kind(value)} is not a number")
        digits = match[1].replace(",", ".")
        number = int(digits) if digits.lstrip("+-").isdigit() else float(digits)
    if isinstance(number, float) and not math.isfinite(number):
        raise InputError("PROMPT_NOT_A_NUMBER", f"{where}: {number} is not a number")
    return number


def _between(code: str, low: float, high: float) -> Read:
    def read(value: Any, where: str) -> float:
        number = _number(value, where)
        if not low <= number <= high:
            raise InputError(code, f"{where}: {_kind(number)} is outside {low} to {high}")
        return float(number)

    return read


def _whole(code: str, low: int, high: int) -> Read:
    def read(value: Any, where: str) -> int:
        number = _number(value, where)
        if number != int(number) or not low <= number <= high:
            wanted = f"a whole number from {low} to {high}"
            raise InputError(code, f"{where}: {_kind(number)} is not {wanted}")
        return int(number)

    return read


def _resolution(value: Any, where: str) -> int:
    number = _number(value, where)
    if number not in RESOLUTIONS_PX:
        fix = f"use one of {', '.join(map(str, RESOLUTIONS_PX))}"
        raise InputError(
            "PROMPT_RESOLUTION_UNKNOWN", f"{where}: {_kind(number)} px is not made", fix=fix
        )
    return int(number)


_YES = frozenset({"yes", "y", "true", "t", "1", "on", "1.0"})
_NO = frozenset({"no", "n", "false", "f", "0", "off", "0.0"})


def _yes_no(value: Any, where: str) -> bool:
    said = str(value).strip().lower()[:20] if isinstance(value, (str, bool, int, float)) else ""
    if said not in _YES | _NO:
        raise InputError("PROMPT_NOT_YES_OR_NO", f"{where}: {_kind(value)} is neither yes nor no")
    return said in _YES


def _row_id(value: Any, where: str) -> str:
    said = _word(value, where, longest=LONGEST_NAME)
    return name_of(said, otherwise="sticker")


def _picture_path(value: Any, where: str) -> str:
    """A path beside the prompt file: downwards only, whatever system wrote it."""
    path = _word(value, where, longest=240)
    parts = path.split("/")
    unsafe = "\\" in path or ":" in path or "" in parts or any(p.strip(". ") == "" for p in parts)
    if unsafe:
        raise InputError(
            "PICTURE_PATH",
            f"{where}: {path[:80]!r} does not name a file beside the prompt set",
            fix="use a relative path such as photos/cat.jpg",
        )
    return path


def _kind(value: Any) -> str:
    shown = repr(value) if isinstance(value, (str, int, float, bool)) else type(value).__name__
    return shown if len(shown) <= 60 else f"{shown[:57]}…"


ROW_FIELDS: dict[str, Read] = {
    "id": _row_id,
    "prompt": _words(LONGEST_PROMPT),
    "picture": _picture_path,
    "style": _choice("PROMPT_STYLE_UNKNOWN", STYLES),
    "count": _whole("PROMPT_COUNT_RANGE", 1, MOST_COPIES),
    "resolution": _resolution,
    "seed": _whole("PROMPT_SEED_RANGE", 0, LARGEST_SEED),
    "background_removal": _yes_no,
    "confidence_threshold": _between("PROMPT_CONFIDENCE_RANGE", 0.5, 0.95),
    "smooth_edges": _yes_no,
    "scale": _between("PROMPT_SCALE_RANGE", 0.1, 2.0),
    "anchor_type": _choice("PROMPT_ANCHOR_UNKNOWN", ANCHORS),
    "alignment": _choice("PROMPT_ANCHOR_UNKNOWN", ALIGNMENTS),
    "geometry": _choice("PROMPT_GEOMETRY_UNKNOWN", GEOMETRIES),
    "thickness_mm": _between("PROMPT_THICKNESS_RANGE", 1.0, 3.0),
    "motion": _choice("PROMPT_MOTION_UNKNOWN", MOTION_NAMES),
}

PACK_FIELDS: dict[str, Read] = {
    **dict.fromkeys(
        ("name", "theme", "publisher", "licence", "project", "client"), _words(LONGEST_NAME)
    ),
    "seed": _whole("PROMPT_SEED_RANGE", 0, LARGEST_SEED),
}


def field_name(written: Any) -> str:
    """A column's heading as the field it means: ``Anchor type`` is ``anchor_type``."""
    name = re.sub(r"[\s-]+", "_", str(written)[:LONGEST_NAME].strip().lower())
    return "licence" if name == "license" else name
