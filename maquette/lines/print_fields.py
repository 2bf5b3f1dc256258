"""The fields of a print order: what each may hold, and how it may be written.

Four tables, of the order, of its size, of its hollow and of the printer: they read values, make
the schema and are what the user's page must list. What does not belong here: kinds of fields that
other orders have too (`order_fields`), and which go together (`print_orders`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from maquette.errors import InputError
from maquette.lines.order_fields import (
    LONGEST_PATH,
    PRIORITIES,
    Field,
    choice,
    list_of,
    mapping_of,
    mapping_schema,
    measure,
    number_of,
    path_of,
    read_fields,
    several,
    shown,
    text_of,
    whole,
    words,
    yes_no,
)
from maquette.lines.prompt_fields import LONGEST_PROMPT, MOST_COPIES, STYLES
from maquette.solids.printers import DENSITIES_G_CM3, KINDS

OPERATIONS = ("concept", "generate_model", "rescale_model")
FORMS = ("figure", "relief", "lithophane", "cookie-cutter", "keychain")
PRINT_FORMATS = ("stl", "3mf", "glb", "obj")
MODEL_ENDINGS = ("glb", "stl", "obj", "ply", "3mf", "off")
PICTURE_ENDINGS = ("png", "jpg", "jpeg", "webp", "tif", "tiff")
MODEL_UNITS = ("mm", "cm", "m", "in")
UPS = ("y", "z")
STANDS = ("as-is", "stable")
MATERIALS = tuple(name.lower() for name in DENSITIES_G_CM3)
MM = {"mm": 1.0, "cm": 10.0, "in": 25.4}
PROPORTIONS = ("fit", "stretch")
MOST_PICTURES = 16
LARGEST_SEED = 2**31 - 1
LONGEST_SIDE = 10_000.0  # of a target, in its own unit
MADE = r"[a-z0-9][a-z0-9-]*/[A-Za-z0-9][A-Za-z0-9._-]*"  # batch/item
_MADE = re.compile(MADE)


@dataclass(frozen=True)
class Target:
    """How large the print is to be, in print axes: x right, y deep, z up; None follows."""

    x: float | None = None
    y: float | None = None
    z: float | None = None
    unit: str = "mm"

    @property
    def sides_mm(self) -> dict[str, float]:
        """The sides that were given, in millimetres."""
        given = {"x": self.x, "y": self.y, "z": self.z}
        return {side: value * MM[self.unit] for side, value in given.items() if value is not None}


@dataclass(frozen=True)
class Hollow:
    """A shell instead of a full body, with holes that let resin or powder out."""

    wall_mm: float = 2.0
    drain_mm: float = 4.0


@dataclass(frozen=True)
class OrderedPrinter:
    """What an order says of the printer; what it leaves out is as most people have it."""

    bed_mm: tuple[float, ...] = ()
    nozzle_mm: float | None = None
    kind: str = ""
    material: str = ""

    @property
    def said(self) -> dict[str, Any]:
        """What was said, as `maquette.solids.printers` takes it."""
        said = {name: value for name, value in vars(self).items() if value not in ((), None, "")}
        return said | ({"bed_mm": list(self.bed_mm)} if self.bed_mm else {})


def is_model_file(name: str) -> bool:
    """Whether a model is named as a file, and not as one that was delivered."""
    return name.rpartition(".")[2].lower() in MODEL_ENDINGS


def _made(value: Any, where: str) -> str:
    said = text_of(value, where, longest=LONGEST_PATH)
    if not _MADE.fullmatch(said):
        raise InputError(
            "ORDER_REFERENCE",
            f"{where}: {said[:80]!r} names nothing that was made",
            fix="write batch/item as `maquette list prints` shows them, such as "
            "dragon-1f3a9c02/dragon",
        )
    return said


def _model(value: Any, where: str) -> str:
    said = text_of(value, where, longest=LONGEST_PATH)
    if is_model_file(said):
        return path_of(said, where, endings=MODEL_ENDINGS)
    if "/" in said and "." not in said.rpartition("/")[2]:
        return _made(said, where)
    raise InputError(
        "ORDER_MODEL_TYPE",
        f"{where}: {said[:80]!r} is neither a model file nor batch/item",
        fix=f"name a file ending in {', '.join(MODEL_ENDINGS)} beside the order, or a model that "
        "was delivered, as batch/item",
    )


def _pictures(value: Any, where: str) -> tuple[str, ...]:
    written = [value] if isinstance(value, str) else value
    held = list_of(written, where, most=MOST_PICTURES, meant="a list such as [cat.png]")
    if not held:
        raise InputError("ORDER_CHOICE", f"{where}: names nothing", fix="name a picture")
    paths = [path_of(one, where, endings=PICTURE_ENDINGS) for one in held]
    twice = next((path for n, path in enumerate(paths) if path in paths[:n]), None)
    if twice is not None:
        raise InputError(
            "ORDER_PICTURE_TWICE", f"{where}: {twice[:80]!r} is named twice", fix="name it once"
        )
    return tuple(paths)


def _bed(value: Any, where: str) -> tuple[float, ...]:
    written = list_of(value, where, most=16, meant="three numbers such as [220, 220, 250]")
    numbers = [number_of(one, where) for one in written]
    if len(numbers) != 3:
        raise InputError(
            "ORDER_SHAPE",
            f"{where}: {len(numbers)} numbers are not x, y and z",
            fix="write [220, 220, 250]",
        )
    if not all(10 <= side <= 5000 for side in numbers):
        raise InputError(
            "ORDER_NUMBER_RANGE",
            f"{where}: {shown(str(numbers))} is not from 10 to 5000 mm each",
            fix="give the sides of your printer's bed",
        )
    return tuple(numbers)


def _nested(
    attribute: str, says: str, known: Mapping[str, Field], held: Callable[..., Any]
) -> Field:
    """A field that holds fields of its own."""

    def read(value: Any, where: str) -> Any:
        return held(**read_fields(mapping_of(value, where), known, where))

    assert isinstance(held, type)
    return Field(attribute, read, mapping_schema(known, held), says)


def _drain(value: Any, where: str) -> float:
    number = number_of(value, where)
    if number and not 1 <= number <= 50:
        raise InputError(
            "ORDER_NUMBER_RANGE",
            f"{where}: {shown(value)} is not from 1 to 50",
            fix="use a number within this range, or 0 for no holes",
        )
    return number


def _target(value: Any, where: str) -> Target:
    target = Target(**read_fields(mapping_of(value, where), TARGET_FIELDS, where))
    if not target.sides_mm:
        raise InputError(
            "ORDER_TARGET_EMPTY", f"{where}: names no side", fix="give x, y or z, as in {z: 80}"
        )
    return target


def _side(name: str, says: str) -> Field:
    return measure(name, says, low=0.01, high=LONGEST_SIDE)


TARGET_FIELDS: dict[str, Field] = {
    "x": _side("x", "width, from left to right"),
    "y": _side("y", "depth, from front to back"),
    "z": _side("z", "height"),
    "unit": choice("unit", "of the three", options=tuple(MM)),
}
HOLLOW_FIELDS: dict[str, Field] = {
    "wall_mm": measure("wall_mm", "thickness of the shell", low=0.4, high=50),
    "drain_mm": Field(
        "drain_mm",
        _drain,
        {"anyOf": [{"const": 0}, {"type": "number", "minimum": 1, "maximum": 50}]},
        "width of the holes in its underside; 0: none",
    ),
}
PRINTER_FIELDS: dict[str, Field] = {
    "bed_mm": Field(
        "bed_mm",
        _bed,
        {
            "type": "array",
            "items": {"type": "number", "minimum": 10, "maximum": 5000},
            "minItems": 3,
            "maxItems": 3,
        },
        "what fits: x, y, z",
    ),
    "nozzle_mm": measure("nozzle_mm", "width of a line, or of a pixel", low=0.02, high=5),
    "kind": choice("kind", "melts a thread, or cures resin", options=KINDS),
    "material": choice("material", "for the mass", options=MATERIALS),
}
_TARGET_SCHEMA = {
    **mapping_schema(TARGET_FIELDS, Target),
    "anyOf": [{"required": [side]} for side in ("x", "y", "z")],
}
_PICTURE = {
    "type": "string",
    "minLength": 1,
    "maxLength": LONGEST_PATH,
    "pattern": r"\.("
    + "|".join(PICTURE_ENDINGS + tuple(e.upper() for e in PICTURE_ENDINGS))
    + ")$",
}
_MODEL_SCHEMA = {
    "type": "string",
    "maxLength": LONGEST_PATH,
    "pattern": rf"^{MADE.replace('._', '_')}$|\.("
    + "|".join(MODEL_ENDINGS + tuple(e.upper() for e in MODEL_ENDINGS))
    + ")$",
}

ORDER_FIELDS: dict[str, Field] = {
    "name": words("name", "what it is called, in file names too"),
    "operation": choice("operation", "how far to go, and from what", options=OPERATIONS),
    "prompt": words("prompt", "what to make, in words", longest=LONGEST_PROMPT),
    "pictures": Field(
        "pictures",
        _pictures,
        {
            "anyOf": [
                _PICTURE,
                {
                    "type": "array",
                    "items": _PICTURE,
                    "minItems": 1,
                    "maxItems": MOST_PICTURES,
                    "uniqueItems": True,
                },
            ]
        },
        "pictures beside the order, a model of each",
    ),
    "concept": Field(
        "concept",
        _made,
        {"type": "string", "pattern": f"^{MADE}$", "maxLength": LONGEST_PATH},
        "a concept picture that was made before: batch/item",
    ),
    "model": Field(
        "model", _model, _MODEL_SCHEMA, "a file beside the order, or a delivered model: batch/item"
    ),
    "style": choice("style", "how the prompt is drawn", options=STYLES),
    "count": whole("count", "how many pictures are drawn of the prompt", low=1, high=MOST_COPIES),
    "seed": whole("seed", "another one draws and shapes differently", high=LARGEST_SEED),
    "form": choice("form", "what becomes of the picture", options=FORMS),
    "relief": measure("relief", "how far a figure follows light and dark", low=0, high=1),
    "scale_factor": measure("scale_factor", "times as large as the model is", low=0.001, high=1000),
    "target_dimensions": Field(
        "target", _target, _TARGET_SCHEMA, "how large it is to be: one, two or three sides"
    ),
    "proportions": choice(
        "proportions", "fit keeps them, stretch meets every side", options=PROPORTIONS
    ),
    "confirm_stretch": Field(
        "confirm_stretch", yes_no, {"type": "boolean"}, "more than 10 to 1 is meant"
    ),
    "unit": choice("unit", "of a model file that does not say", options=MODEL_UNITS),
    "up": choice("up", "which axis of a model file points up", options=UPS),
    "stand": choice("stand", "stable turns it onto its best side", options=STANDS),
    "faces": whole("faces", "triangles at most", low=1_000, high=1_000_000),
    "hollow": _nested("hollow", "makes a shell", HOLLOW_FIELDS, Hollow),
    "base_mm": measure(
        "base_mm", "what is cut off at its foot, so that it stands flat", low=0, high=50
    ),
    "printer": _nested("printer", "what it is checked for", PRINTER_FIELDS, OrderedPrinter),
    "formats": several("formats", "which files are handed over", options=PRINT_FORMATS),
    "commercial": Field("commercial", yes_no, {"type": "boolean"}, "refuses what may not be sold"),
    "project": words("project", "told in the catalogue"),
    "client": words("client", "told in the catalogue"),
    "priority": choice("priority", "what goes first when many wait", options=PRIORITIES),
}
