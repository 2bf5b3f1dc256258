"""The fields of a motion order: what each may hold, and how it may be written.

Two tables, of the order and of its subject: they read values, make the schema and are what the
user's page must list. What does not belong here: kinds of fields that other orders have too
(`order_fields`, `order_places`), and which go together (`motion_orders`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from maquette.errors import InputError
from maquette.lines.order_fields import (
    LONGEST_PATH,
    PRIORITIES,
    Field,
    choice,
    file_beside,
    list_of,
    mapping_of,
    mapping_schema,
    path_of,
    read_fields,
    text_of,
    whole,
    words,
    yes_no,
)
from maquette.lines.order_places import (
    BOX_SCHEMA,
    LARGEST_FRAME,
    POINTS_SCHEMA,
    RANGE_SCHEMA,
    Box,
    Point,
    box_of,
    frame_of,
    points_of,
    range_of,
)

MODES = ("default", "fast", "low_ram", "fast_low_ram")
CLIP_ENDINGS = ("mp4", "mov", "m4v", "webm", "mkv", "mxf", "gif")
MOST_CLIPS = 32
LARGEST_SEED = 2**31 - 1
LONGEST_TEXT = 400


@dataclass(frozen=True)
class Subject:
    """What of a clip is to move: named, or pointed at on one of its frames.

    Attributes:
        text: in English; empty where it is pointed at.
        points: on the subject, in pixels of the clip.
        box: around it: left, top, right, bottom.
        frame: of the clip, counted from 0; None is the first that is used, or, for words, the
            one on which they are found best.
    """

    text: str = ""
    points: tuple[Point, ...] = ()
    box: Box | None = None
    frame: int | None = None


def _clip(value: Any, where: str) -> str:
    """A movie, or a folder of frames: what has no ending, or a slash at its end."""
    said = text_of(value, where, longest=LONGEST_PATH)
    is_folder = said.endswith("/") or "." not in said.rpartition("/")[2]
    path = said.removesuffix("/") if is_folder else said
    return path_of(path, where, endings=() if is_folder else CLIP_ENDINGS)


def _one_clip(value: Any, where: str) -> tuple[str, ...]:
    return (_clip(value, where),)


def _clips(value: Any, where: str) -> tuple[str, ...]:
    held = list_of(value, where, most=MOST_CLIPS, meant="a list such as [walk.mp4, run.mp4]")
    if not held:
        raise InputError("ORDER_CHOICE", f"{where}: names nothing", fix="name a clip")
    paths = tuple(_clip(one, where) for one in held)
    twice = next((path for n, path in enumerate(paths) if path in paths[:n]), None)
    if twice is not None:
        raise InputError(
            "ORDER_CLIP_TWICE", f"{where}: {twice[:80]!r} is named twice", fix="name it once"
        )
    return paths


def _subject(value: Any, where: str) -> Subject:
    if not isinstance(value, dict):
        return Subject(text=text_of(value, where, longest=LONGEST_TEXT))
    subject = Subject(**read_fields(mapping_of(value, where), SUBJECT_FIELDS, where))
    pointed = bool(subject.points or subject.box)
    if bool(subject.text) == pointed:
        raise InputError(
            "ORDER_PROMPT",
            f"{where}: it {'names and points at once' if pointed else 'points at nothing'}",
            fix="write words, or points, or a box, as in {points: [[120, 80]]}",
        )
    return subject


SUBJECT_FIELDS: dict[str, Field] = {
    "text": words("text", "what it is, in English", longest=LONGEST_TEXT),
    "points": Field("points", points_of, POINTS_SCHEMA, "places on it, in pixels of the clip"),
    "box": Field("box", box_of, BOX_SCHEMA, "around it: left, top, right, bottom"),
    "frame": Field(
        "frame",
        frame_of,
        {"type": "integer", "minimum": 0, "maximum": LARGEST_FRAME},
        "the frame on which that holds, counted from 0",
    ),
}
# schemas have no sign for "either case"
_EITHER = ("".join(f"[{c}{c.upper()}]" if c.isalpha() else c for c in e) for e in CLIP_ENDINGS)
_ENDINGS = "|".join(_EITHER)
_CLIP_SCHEMA = {
    "type": "string",
    "minLength": 1,
    "maxLength": LONGEST_PATH,
    "pattern": rf"(\.({_ENDINGS})|(^|/)[^./]+|/)$",
}
_SUBJECT_SCHEMA = {
    "anyOf": [
        {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT},
        {
            **mapping_schema(SUBJECT_FIELDS, Subject),
            "oneOf": [
                {"required": ["text"]},
                {"anyOf": [{"required": ["points"]}, {"required": ["box"]}]},
            ],
        },
    ]
}

ORDER_FIELDS: dict[str, Field] = {
    "name": words("name", "what it is called, in file names too"),
    "clip": Field(
        "clips", _one_clip, _CLIP_SCHEMA, "a movie, or a folder of frames, beside the order"
    ),
    "clips": Field(
        "clips",
        _clips,
        {
            "type": "array",
            "items": _CLIP_SCHEMA,
            "minItems": 1,
            "maxItems": MOST_CLIPS,
            "uniqueItems": True,
        },
        "several of them, an animation of each",
    ),
    "model": file_beside(
        "model", "a model beside the order, to be moved as the clip does", endings=("glb",)
    ),
    "subject": Field("subject", _subject, _SUBJECT_SCHEMA, "what of the clip is to move"),
    "mode": choice("mode", "how much time and memory the engine may take", options=MODES),
    "seed": whole("seed", "another one shapes differently", high=LARGEST_SEED),
    "steps": whole("steps", "of an engine that works in steps; 0: its mode's", low=0, high=1_000),
    "faces": whole("faces", "triangles at most", low=500, high=200_000),
    "stride": whole("stride", "every so many-th frame; 0 spreads them", low=0, high=1_000),
    "range": Field("frames", range_of, RANGE_SCHEMA, "the first and the last frame, from 0"),
    "commercial": Field("commercial", yes_no, {"type": "boolean"}, "refuses what may not be sold"),
    "project": words("project", "told in the catalogue"),
    "client": words("client", "told in the catalogue"),
    "priority": choice("priority", "what goes first when many wait", options=PRIORITIES),
}
