"""Prompt sets: what someone orders a pack of stickers with, and the items it becomes.

A set is read row by row; a row that cannot be used is set aside with its error and the others
go on. What does not belong here: file formats (`prompt_files`), what a field may hold
(`prompt_fields`), and making anything.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from typing import Any, cast

from maquette.errors import InputError
from maquette.lines.prompt_fields import (
    PACK_FIELDS,
    ROW_FIELDS,
    Alignment,
    Anchor,
    Geometry,
    MotionName,
    Style,
    clean_name,
    field_name,
    name_of,
    short_hash,
)
from maquette.lines.prompt_files import read_raw

MOST_REMARKS = 20  # different unknown fields in one set


@dataclass(frozen=True)
class StickerOrder:
    """One row: a prompt or a photo, and how its stickers are wanted.

    Attributes:
        id: safe in file names and unique in its set, copies included.
        picture: relative path of an uploaded photo to cut out; the prompt is then its caption.
        seed: for the first copy, exactly; None derives one from the row's content.
        scale: size in the room, 1 is 20 cm along the long side.
    """

    id: str
    prompt: str = ""
    picture: str = ""
    style: Style = "cartoon"
    count: int = 1
    resolution: int = 512
    seed: int | None = None
    background_removal: bool = True
    confidence_threshold: float = 0.5
    smooth_edges: bool = True
    scale: float = 1.0
    anchor_type: Anchor = "plane"
    alignment: Alignment = "horizontal"
    geometry: Geometry = "die_cut"
    thickness_mm: float = 2.0
    motion: MotionName = "still"


@dataclass(frozen=True)
class BadRow:
    """A row that was set aside: its number (the first is 1), a name for it, and why."""

    row: int
    id: str
    error: InputError


@dataclass(frozen=True)
class PromptSet:
    """A whole order.

    Attributes:
        name: as people read it; never a path.
        seed: changes every derived seed of the set at once.
        notes: plain sentences for whoever uploaded it.
    """

    name: str
    theme: str = ""
    publisher: str = ""
    licence: str = ""
    project: str = ""
    client: str = ""
    seed: int = 0
    rows: tuple[StickerOrder, ...] = ()
    bad_rows: tuple[BadRow, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Item:
    """One sticker to make: its id in the batch and every parameter of its stages."""

    item: str
    params: dict[str, Any] = field(default_factory=dict)


def read_prompt_set(data: bytes, *, name: str) -> PromptSet:
    """A prompt set from an uploaded file; bad rows are in it, a bad file is an InputError.

    Args:
        data: the whole file.
        name: its file name: the ending tells the format, the stem names a pack without a name.
    """
    shown = clean_name(name)
    raw = read_raw(data, name=shown)
    stem = re.split(r"[\\/]", shown)[-1].rpartition(".")[0]
    pack, notes = _pack_fields(raw.pack, file=shown)
    reading = _Reading(file=shown)
    for number, row in enumerate(raw.rows, start=1):
        reading.take(row, number=number)
    about: dict[str, Any] = {"name": stem or "pack", **pack}
    return PromptSet(
        **about,
        rows=tuple(reading.rows),
        bad_rows=tuple(reading.bad_rows),
        notes=(*notes, *reading.notes.values()),
    )


def items_of(prompt_set: PromptSet) -> list[Item]:
    """Every sticker of the set: rows in order, copies counted out.

    A seed grows from the set's seed, what the row depicts and the copy, never from its position
    or from options that do not change the picture's content: inserting a row, raising a count or
    changing a scale leaves all other pictures as they are.
    """
    items: list[Item] = []
    for order in prompt_set.rows:
        shared = {
            key: value for key, value in vars(order).items() if key not in ("id", "count", "seed")
        }
        for copy in range(order.count):
            seed = _seed(order, set_seed=prompt_set.seed, copy=copy)
            items.append(Item(_item_id(order.id, copy), {**shared, "seed": seed, "copy": copy}))
    return items


def write_prompt_set(prompt_set: PromptSet) -> bytes:
    """The set as a YAML file that `read_prompt_set` reads back; defaults are left out."""
    import yaml

    plain = PromptSet(name="")
    pack = {
        f.name: getattr(prompt_set, f.name)
        for f in fields(PromptSet)
        if f.name not in ("rows", "bad_rows", "notes")
        and getattr(prompt_set, f.name) != getattr(plain, f.name)
    }
    rows = [_said(order) for order in prompt_set.rows]
    text = yaml.safe_dump({**pack, "stickers": rows}, sort_keys=False, allow_unicode=True)
    return text.encode()


class _Reading:
    """The rows of one file as they are judged, one after the other."""

    def __init__(self, *, file: str) -> None:
        self.file = file
        self.rows: list[StickerOrder] = []
        self.bad_rows: list[BadRow] = []
        self.notes: dict[str, str] = {}  # by what they are about: each is said once
        self._taken: dict[str, int] = {}  # item id -> row

    def take(self, row: Any, *, number: int) -> None:
        """One more row: an order, or a bad row."""
        where = f"{self.file} row {number}"
        try:
            if isinstance(row, InputError):
                raise row
            if isinstance(row, str):
                row = {"prompt": row}
            if not isinstance(row, dict):
                raise InputError(
                    "PROMPT_ROW_DAMAGED",
                    f"{where}: is {type(row).__name__}, not a mapping of fields",
                )
            order = self._order(cast("dict[Any, Any]", row), where=where)
            self._claim(order, number=number, where=where, named=_has_id(row))
            self.rows.append(order)
        except InputError as error:
            self.bad_rows.append(BadRow(number, self._bad_id(number), error))

    def _order(self, row: dict[Any, Any], *, where: str) -> StickerOrder:
        given: dict[str, Any] = {}
        for written, value in row.items():
            key = field_name(written)
            if key in ROW_FIELDS:
                if value is not None and not (isinstance(value, str) and not value.strip()):
                    given[key] = ROW_FIELDS[key](value, f"{where}, field {key}")
            elif value not in (None, ""):
                self._unknown(key, where=where)
        if not given.get("prompt") and not given.get("picture"):
            raise InputError(
                "PROMPT_EMPTY",
                f"{where}, field prompt: is empty and no picture is named",
                fix="say what to draw, or name a photo in the field picture",
            )
        filled: dict[str, Any] = {"id": "", **given}
        order = StickerOrder(**filled)
        return order if order.id else replace(order, id=_content_id(order))

    def _unknown(self, key: str, *, where: str) -> None:
        """A field nobody knows: a likely typing error stops the row, a remark column does not."""
        if key in self.notes:
            return
        meant = get_close_matches(key, ROW_FIELDS, n=1, cutoff=0.75)
        # The comparison costs; nobody's table has that many remark columns.
        if meant or len(self.notes) >= MOST_REMARKS:
            raise InputError(
                "PROMPT_FIELD_UNKNOWN",
                f"{where}: no field is called {key!r}",
                fix=f"did you mean {meant[0]}?" if meant else "leave it out",
            )
        self.notes[key] = f"{self.file}: field {key!r} is not known and was not used"

    def _claim(self, order: StickerOrder, *, number: int, where: str, named: bool) -> None:
        """Keep the order's item ids from every later row."""
        wanted = [_item_id(order.id, copy) for copy in range(order.count)]
        for item in wanted:
            if item in self._taken:
                raise InputError(
                    "ROW_ID_DUPLICATE" if named else "ROW_DUPLICATE",
                    f"{where}, field id: {item!r} is taken by row {self._taken[item]}",
                    fix="give each row its own id, or raise count to get more of one kind",
                )
        self._taken.update(dict.fromkeys(wanted, number))

    def _bad_id(self, number: int) -> str:
        name = f"bad-row-{number}"
        while name in self._taken:
            name += "-x"
        self._taken[name] = number
        return name


def _has_id(row: dict[Any, Any]) -> bool:
    return any(field_name(key) == "id" and value for key, value in row.items())


def _item_id(row_id: str, copy: int) -> str:
    return row_id if copy == 0 else f"{row_id}-{copy + 1}"


def _content_id(order: StickerOrder) -> str:
    """An id from what the row says, so that it stays when other rows come and go."""
    content = _said(replace(order, id="", count=1))
    words = name_of(order.prompt or order.picture, otherwise="sticker", chars_at_most=32)
    return f"{words}-{short_hash(json.dumps(content, sort_keys=True))}"


def _said(order: StickerOrder) -> dict[str, Any]:
    """What a row says beyond the defaults."""
    default = vars(StickerOrder(id=""))
    return {key: value for key, value in vars(order).items() if value != default[key]}


def _seed(order: StickerOrder, *, set_seed: int, copy: int) -> int:
    if order.seed is not None and copy == 0:
        return order.seed
    # an id made from content moves with options that do not change the picture: not counted
    name = "" if order.id == _content_id(order) else order.id
    basis = [set_seed, order.seed, name, order.prompt, order.picture, order.style, copy]
    digest = hashlib.sha256(json.dumps(basis).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def _pack_fields(written: dict[str, Any], *, file: str) -> tuple[dict[str, Any], list[str]]:
    pack: dict[str, Any] = {}
    notes: list[str] = []
    for label, value in written.items():
        key = field_name(label)
        if key not in PACK_FIELDS:
            notes.append(f"{file}: pack field {clean_name(key)!r} is not known and was not used")
        elif value is not None and value != "":
            pack[key] = PACK_FIELDS[key](value, f"{file}, pack field {key}")
    name = pack.get("name", "")
    if re.search(r"[\\/]|^\.+$", name):
        pack["name"] = name_of(name, otherwise="pack")
        notes.append(f"{file}: the pack name looked like a path and became {pack['name']!r}")
    return pack, notes[:MOST_REMARKS]
