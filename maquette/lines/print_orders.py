"""Print orders: what is to be printed, of what it is made, how large and for which printer.

An order is one file. A mistake in it stops it: half an order would print the wrong thing; the
message names the line, the field and what to write. What does not belong here: file formats
(`order_files`), what a field may hold (`print_fields`), and making anything.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from maquette.errors import InputError
from maquette.lines.order_reading import read_told
from maquette.lines.print_fields import ORDER_FIELDS, Hollow, OrderedPrinter, Target, is_model_file
from maquette.lines.prompt_fields import name_of

SOURCES = ("prompt", "pictures", "concept", "model")
# fields that would do nothing without one of these
ONLY_WITH: dict[str, tuple[str, ...]] = {
    "style": ("prompt",),
    "count": ("prompt",),
    "seed": ("prompt", "pictures", "concept"),
    "form": ("prompt", "pictures", "concept"),
    "relief": ("prompt", "pictures", "concept"),
    "unit": ("file",),
    "up": ("file",),
}
CONCEPTS = 4  # drawn of a prompt, for someone to choose from
PICTURE_PX = 1024
LONG_SIDE_MM = 80.0  # of a print that nobody gave a size


@dataclass(frozen=True)
class PrintOrder:
    """A whole order; exactly one of prompt, pictures, concept and model is there.

    Attributes:
        pictures: relative paths, beside the order.
        concept: ``batch/item`` of a picture that was made before.
        model: a relative path beside the order, or ``batch/item`` of a delivered model.
        count: pictures of a prompt; None is one, or four where only concepts are wanted.
        said: fields that stood in the order; a delivered model keeps its own for the others.
    """

    name: str
    operation: str = "generate_model"
    prompt: str = ""
    pictures: tuple[str, ...] = ()
    concept: str = ""
    model: str = ""
    style: str = "cartoon"
    count: int | None = None
    seed: int | None = None
    form: str = "figure"
    relief: float = 0.4
    scale_factor: float | None = None
    target: Target | None = None
    proportions: str = "fit"
    confirm_stretch: bool = False
    unit: str = ""
    up: str = ""
    stand: str = "as-is"
    faces: int = 200_000
    hollow: Hollow | None = None
    base_mm: float = 0.0
    printer: OrderedPrinter = field(default_factory=OrderedPrinter)
    formats: tuple[str, ...] = ("stl", "3mf", "glb")
    commercial: bool = False
    project: str = ""
    client: str = ""
    priority: str = "normal"
    said: frozenset[str] = frozenset()

    @property
    def source(self) -> str:
        """What it is made of: prompt, pictures, concept, file or delivered."""
        if self.model:
            return "file" if is_model_file(self.model) else "delivered"
        return next(name for name in SOURCES if getattr(self, name))

    @property
    def beside(self) -> tuple[str, ...]:
        """The files that lie beside it."""
        return (*self.pictures, *([self.model] if self.source == "file" else []))


@dataclass(frozen=True)
class PrintItem:
    """One thing to print: its name in the batch and every parameter of its stages."""

    item: str
    params: dict[str, Any] = field(default_factory=dict)


def read_order(data: bytes, *, name: str) -> PrintOrder:
    """An order from an uploaded file; a mistake in it is an InputError.

    Args:
        data: the whole file.
        name: its file name: the ending tells the format, the stem names an order without a name.
    """
    told = read_told(data, name=name, known=ORDER_FIELDS)
    filled: dict[str, Any] = {"name": told.stem or "print", **told.values, "said": told.said}
    if "model" in told.said:
        filled.setdefault("operation", "rescale_model")
    return _agreed(PrintOrder(**filled), told.lines)


def _agreed(order: PrintOrder, lines: Mapping[str, str]) -> PrintOrder:
    """The order, if its fields go together."""
    given = [name for name in SOURCES if name in order.said]
    if len(given) != 1:
        between = " and ".join(given)
        raise InputError(
            "ORDER_SOURCE",
            f"{lines[given[1] if given else '']}: "
            + (f"{between} are given, and one is made of" if given else "it is made of nothing"),
            fix="give a prompt, pictures, a concept or a model, and one of them only",
        )
    source = order.source
    if (source in ("file", "delivered")) != (order.operation == "rescale_model") or (
        source == "concept" and order.operation == "concept"
    ):
        raise InputError(
            "ORDER_OPERATION",
            f"{lines.get('operation', lines[given[0]])}, field operation: {order.operation} "
            f"does not go with {given[0]}",
            fix="concept takes a prompt or pictures; generate_model these or a concept; "
            "rescale_model a model",
        )
    for label, wanted in ONLY_WITH.items():
        if label in order.said and source not in wanted:
            raise InputError(
                "ORDER_FIELD_IDLE",
                f"{lines[label]}, field {label}: does nothing for {_in_words(source)}",
                fix=f"leave it out; it goes with {' or '.join(map(_in_words, wanted))}",
            )
    return _sized(order, lines)


def _sized(order: PrintOrder, lines: Mapping[str, str]) -> PrintOrder:
    """The order, if its size is said once, and in full where every side is to be met."""
    if order.scale_factor is not None and order.target is not None:
        raise InputError(
            "ORDER_SIZE_TWICE",
            f"{lines['scale_factor']}: scale_factor and target_dimensions both say the size",
            fix="keep one of them",
        )
    for label in ("proportions", "confirm_stretch"):
        if label in order.said and order.target is None:
            raise InputError(
                "ORDER_FIELD_IDLE",
                f"{lines[label]}, field {label}: does nothing without target_dimensions",
                fix="leave it out, or give target_dimensions",
            )
    return order


def _in_words(source: str) -> str:
    words = {"file": "a model file", "delivered": "a delivered model", "pictures": "pictures"}
    return words.get(source, f"a {source}")


def items_of(order: PrintOrder) -> list[PrintItem]:
    """Every print of an order: pictures in order, copies of a prompt counted out."""
    plain = name_of(order.name, otherwise="print")
    common = _common(order)
    if order.source == "pictures":
        names = _apart([_stem(path) for path in order.pictures])
        return [
            PrintItem(item, {**common, "picture": path, "seed": order.seed or 0})
            for item, path in zip(names, order.pictures, strict=True)
        ]
    if order.source == "prompt":
        count = order.count or (CONCEPTS if order.operation == "concept" else 1)
        return [
            PrintItem(
                plain if copy == 0 else f"{plain}-{copy + 1}",
                {**common, "seed": _seed(order, copy), "copy": copy},
            )
            for copy in range(count)
        ]
    return [PrintItem(plain, {**common, "seed": order.seed or 0})]


def _common(order: PrintOrder) -> dict[str, Any]:
    """What is the same for all prints of an order, by the names of the stages' options."""
    about = ("operation", "source", "prompt", "style", "form", "relief", "proportions", "base_mm")
    facts = ("unit", "up", "stand", "commercial", "project", "client", "concept", "model")
    return {
        **{name: getattr(order, name) for name in (*about, *facts)},
        "title": order.name,
        "resolution": PICTURE_PX,
        "copy": 0,
        # a lithophane is the whole picture; what a picture itself leaves see-through stays so
        "background_removal": order.form != "lithophane",
        "long_side_mm": _long_side_mm(order),
        "model_name": order.model.rpartition("/")[2],
        "faces_at_most": order.faces,
        "scale_factor": order.scale_factor or 0.0,
        "target_mm": order.target.sides_mm if order.target else {},
        "stretch_confirmed": order.confirm_stretch,
        "hollow": asdict(order.hollow) if order.hollow else None,
        "printer": order.printer.said,
        "formats": list(order.formats),
        "said": sorted(order.said),
    }


def _long_side_mm(order: PrintOrder) -> float:
    """How large a pressed form is made: near the end, so that its walls keep their thickness."""
    sides = order.target.sides_mm if order.target else {}
    across = [side for name, side in sides.items() if name != "y"]
    return max(across, default=LONG_SIDE_MM)


def _stem(path: str) -> str:
    return name_of(path.rpartition("/")[2].rpartition(".")[0], otherwise="picture")


def _apart(names: list[str]) -> list[str]:
    """The same names, those that stand twice numbered."""
    found: list[str] = []
    for name in names:
        count, one = 1, name
        while one in found:
            count += 1
            one = f"{name}-{count}"
        found.append(one)
    return found


def _seed(order: PrintOrder, copy: int) -> int:
    """A seed from what is drawn and which copy it is; the order's own for the first."""
    if order.seed is not None and copy == 0:
        return order.seed
    basis = json.dumps([order.seed, order.prompt, order.style, copy]).encode()
    return int.from_bytes(hashlib.sha256(basis).digest()[:4], "big") >> 1
