"""Orders that are one flat list of fields, read field by field, each with the line it stands in.

What does not belong here: file formats (`order_files`), kinds of fields (`order_fields`), and what
a line's order is (`print_orders`, `motion_orders`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from maquette.lines.order_fields import Field, read_fields
from maquette.lines.order_files import read_tree
from maquette.lines.prompt_fields import clean_name


@dataclass(frozen=True)
class Told:
    """What an order says.

    Attributes:
        values: by the names of the class that holds them.
        said: the fields that stood in it with a value.
        lines: field -> the file and the line it stands in; the empty name is the file alone.
        stem: the file's name without its ending, for an order that gives itself no name.
    """

    values: dict[str, Any]
    said: frozenset[str]
    lines: dict[str, str]
    stem: str


def read_told(data: bytes, *, name: str, known: Mapping[str, Field]) -> Told:
    """The fields of an order file; a mistake in one of them is an InputError that names its line.

    Args:
        data: the whole file.
        name: its file name: the ending tells the format.
        known: the fields that may stand in it.
    """
    shown = clean_name(name)
    tree = read_tree(data, name=shown)
    text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    found: dict[str, Any] = {}
    said: set[str] = set()
    lines = {"": shown}
    for label, value in tree.items():
        where = f"{shown}{_line_of(text, str(label))}"
        held = read_fields({label: value}, known, where)
        key = str(label).strip().lower()
        lines[key] = where
        found |= held
        said |= {key} if held else set()
    stem = re.split(r"[\\/]", shown)[-1].rpartition(".")[0]
    return Told(found, frozenset(said), lines, stem)


def _line_of(text: str, label: str) -> str:
    """`` line 4``: where a field stands; nothing where it cannot be found again."""
    quoted = rf"[\"']?{re.escape(label)}[\"']?\s*:"
    found = re.search(rf"^{quoted}", text, re.MULTILINE) or re.search(rf"(?<!\w){quoted}", text)
    return f" line {text[: found.start()].count(chr(10)) + 1}" if found else ""
