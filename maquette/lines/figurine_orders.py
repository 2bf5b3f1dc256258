"""Figurine orders: whose photo, which body, how large, and that the person agrees.

An order is one file beside one photo. A mistake in it stops it, and the message names the line,
the field and what to write. A photo alone is no order: nobody has agreed to anything. What does not
belong here: file formats (`order_files`), what a field may hold (`figurine_fields`), and making
anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from maquette.errors import InputError
from maquette.lines.figurine_fields import FIGURINE_FORMATS, ORDER_FIELDS
from maquette.lines.order_reading import Told, read_told
from maquette.lines.print_fields import OrderedPrinter
from maquette.lines.prompt_fields import name_of


@dataclass(frozen=True)
class FigurineOrder:
    """A whole order, and that the person agreed to it.

    Attributes:
        photo: a relative path beside the order.
        style: empty for the stylist's first.
        head_share: 0 for what suits the template.
        text: on the base; empty for none.
        quality: the least overall score that is handed over; None is what the line has.
        keep_days: None is what the installation has.
    """

    name: str
    photo: str
    consent: bool
    template: str = "standing"
    height_mm: float = 100.0
    style: str = ""
    head_share: float = 0.0
    text: str = ""
    seed: int = 0
    quality: float | None = None
    show_face: bool = False
    keep_days: int | None = None
    printer: OrderedPrinter = field(default_factory=OrderedPrinter)
    formats: tuple[str, ...] = FIGURINE_FORMATS
    commercial: bool = False
    project: str = ""
    client: str = ""
    priority: str = "normal"

    @property
    def item(self) -> str:
        """Its name in the batch and in file names: short, of plain letters and digits."""
        return name_of(self.name, otherwise="figurine")


def read_order(data: bytes, *, name: str) -> FigurineOrder:
    """An order from an uploaded file; a mistake in it is an InputError.

    Args:
        data: the whole file.
        name: its file name: the ending tells the format, the stem names an order without a name.
    """
    told = read_told(data, name=name, known=ORDER_FIELDS)
    _agreed(told)
    if "photo" not in told.said:
        raise InputError(
            "ORDER_SOURCE",
            f"{told.lines['']}: it names no photo",
            fix="write photo: anna.jpg, and put the photo beside the order",
            details={"field": "photo"},
        )
    filled: dict[str, Any] = {"name": told.stem or "figurine", **told.values}
    return FigurineOrder(**filled)


def _agreed(told: Told) -> None:
    """Nothing else of an order matters before this one field."""
    if told.values.get("consent") is not True:
        said = "says no" if "consent" in told.said else "is missing"
        raise InputError(
            "CONSENT_MISSING",
            f"{told.lines.get('consent', told.lines[''])}: the consent of the person {said}",
            fix="ask the person in the photo, then write consent: yes",
            details={"field": "consent"},
        )
