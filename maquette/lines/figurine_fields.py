"""The fields of a figurine order: what each may hold, and how it may be written.

One table reads values, makes the schema and is what the user's page must list. What does not
belong here: kinds of fields that other orders have too (`order_fields`), the printer's own fields
(`print_fields`), and whether an order as a whole may be made (`figurine_orders`).
"""

from __future__ import annotations

from typing import Any

from maquette.errors import InputError
from maquette.lines.order_fields import (
    PRIORITIES,
    Field,
    choice,
    file_beside,
    mapping_of,
    mapping_schema,
    measure,
    number_of,
    read_fields,
    several,
    shown,
    text_of,
    whole,
    words,
    yes_no,
)
from maquette.lines.print_fields import PRINTER_FIELDS, OrderedPrinter
from maquette.solids.bodies.lettering import MOST_LETTERS, plain_line
from maquette.solids.bodies.templates import EVERY_TEMPLATE, HEAD_SHARES

PHOTO_ENDINGS = ("jpg", "jpeg", "png", "webp")
FIGURINE_FORMATS = ("stl", "3mf", "glb", "usdz")
HEIGHT_MM = (40.0, 300.0)
LONGEST_TITLE = 200  # what print files tell of a title
LONGEST_STYLE = 40
LARGEST_SEED = 2**31 - 1
MOST_DAYS = 3_650


def _text(value: Any, where: str) -> str:
    """What the lettering of bases can set; a mistake is told where it stands."""
    said = text_of(value, where, longest=4 * MOST_LETTERS)
    try:
        return plain_line(said)
    except InputError as trouble:
        raise InputError(
            trouble.code, f"{where}: {trouble.reason}", fix=trouble.fix, details=trouble.details
        ) from trouble


def _head_share(value: Any, where: str) -> float:
    low, high = HEAD_SHARES
    number = number_of(value, where)
    if number and not low <= number <= high:
        raise InputError(
            "ORDER_NUMBER_RANGE",
            f"{where}: {shown(value)} is not from {low:g} to {high:g}",
            fix="use a number within this range, or 0 for what suits the template",
        )
    return number


def _printer(value: Any, where: str) -> OrderedPrinter:
    return OrderedPrinter(**read_fields(mapping_of(value, where), PRINTER_FIELDS, where))


def _switch(name: str, says: str) -> Field:
    return Field(name, yes_no, {"type": "boolean"}, says)


ORDER_FIELDS: dict[str, Field] = {
    "name": words("name", "what it is called, in file names too", longest=LONGEST_TITLE),
    "photo": file_beside("photo", "of one person, beside the order", endings=PHOTO_ENDINGS),
    "consent": Field(
        "consent",
        yes_no,
        {"const": True},
        "yes: the person in the photo agrees that a figurine is made of it",
    ),
    "template": choice("template", "the body and its pose", options=EVERY_TEMPLATE),
    "height_mm": measure(
        "height_mm", "of the whole, base included", low=HEIGHT_MM[0], high=HEIGHT_MM[1]
    ),
    "style": words(
        "style",
        "how the face is drawn; the stylist's first where none is named",
        longest=LONGEST_STYLE,
    ),
    "head_share": Field(
        "head_share",
        _head_share,
        {
            "anyOf": [
                {"const": 0},
                {"type": "number", "minimum": HEAD_SHARES[0], "maximum": HEAD_SHARES[1]},
            ]
        },
        "how much of the height is head; 0: what suits the template",
    ),
    "text": Field(
        "text",
        _text,
        {"type": "string", "minLength": 1, "maxLength": MOST_LETTERS},
        "on the front of the base",
    ),
    "seed": whole(
        "seed", "another one draws differently, where the stylist guesses", high=LARGEST_SEED
    ),
    "quality": measure("quality", "the least overall score that is handed over", low=0, high=1),
    "show_face": _switch("show_face", "whether contact sheets and previews may show the face"),
    "keep_days": whole(
        "keep_days", "after so many days all of it is deleted", low=1, high=MOST_DAYS
    ),
    "printer": Field(
        "printer",
        _printer,
        mapping_schema(PRINTER_FIELDS, OrderedPrinter),
        "what it is checked for",
    ),
    "formats": several("formats", "which files are handed over", options=FIGURINE_FORMATS),
    "commercial": _switch("commercial", "refuses what may not be sold"),
    "project": words("project", "told in the catalogue"),
    "client": words("client", "told in the catalogue"),
    "priority": choice("priority", "what goes first when many wait", options=PRIORITIES),
}
