"""Prompt files to raw rows: csv, yaml, json, jsonl, parquet; nothing is judged yet but the file.

Each reader is handed untrusted bytes and ends in `RawSet` or an `InputError`. Values stay as
they were written: a YAML ``on`` or ``1:30`` remains text, so one set of rules (`prompt_sets`)
holds for all five. What does not belong here: what a field means.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from maquette.errors import InputError
from maquette.lines.yaml_trees import TreeTooLargeError, read_yaml_tree

MOST_BYTES = 16 * 2**20  # 10,000 rows of 1,000 characters are 10 MB
MOST_ROWS = 10_000
MOST_EVENTS = 400_000  # of a YAML parser: 10,000 rows with every field are 280,000
MOST_DEPTH = 8  # a pack with rows is 3 deep
ROW_KEYS = ("stickers", "rows", "prompts", "items")

SUFFIXES = ("csv", "yaml", "yml", "json", "jsonl", "parquet")


@dataclass(frozen=True)
class RawSet:
    """What a file holds, unjudged.

    Attributes:
        pack: facts about the whole set, where the format has room for them.
        rows: one per sticker: a mapping, a bare prompt, or the error of a row that is no row.
    """

    pack: dict[str, Any] = field(default_factory=dict)
    rows: list[Any] = field(default_factory=list)


def read_raw(data: bytes, *, name: str) -> RawSet:
    """The rows of a prompt file; the kind is told by the name's ending.

    Args:
        data: the whole file.
        name: what the user calls it; only its ending is used, and it is shown in messages.
    """
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    read = _READERS.get(suffix)
    if read is None:
        raise InputError(
            "PROMPT_SET_TYPE",
            f"{name}: files ending in {suffix!r} are not prompt sets",
            fix=f"use one of {', '.join(SUFFIXES)}",
        )
    if len(data) > MOST_BYTES:
        raise InputError(
            "PROMPT_SET_TOO_LARGE",
            f"{name} has {len(data):,} bytes, at most {MOST_BYTES:,} are read",
            fix="split it into several sets",
        )
    if not data.strip():
        raise _empty(name)
    raw = read(data, name)
    if not raw.rows:
        raise _empty(name)
    if len(raw.rows) > MOST_ROWS:
        raise _too_many(name)
    return raw


def _read_csv(data: bytes, name: str) -> RawSet:
    """Comma, semicolon or tab; lines ``# theme: space`` on top speak of the whole pack."""
    lines = io.StringIO(_text(data, name, fallback="cp1252"), newline="")
    pack: dict[str, Any] = {}
    head = lines.readline()
    while head.startswith("#") or (head and not head.strip(" ,;\t\r\n")):
        key, colon, value = head.lstrip("# ").rstrip(" ,;\t\r\n").partition(":")
        if colon:
            pack[key.strip()] = value.strip()
        head = lines.readline()
    delimiter = max(",;\t", key=head.count)
    columns = [column.strip() for column in next(csv.reader([head], delimiter=delimiter), [])]
    if len(set(columns)) != len(columns):
        twice = sorted({c for c in columns if columns.count(c) > 1})
        raise InputError(
            "PROMPT_COLUMN_TWICE", f"{name}: column {twice[0]!r} stands twice in the first line"
        )
    return RawSet(pack, list(_csv_rows(lines, columns, delimiter=delimiter, name=name)))


def _csv_rows(
    lines: Iterable[str], columns: list[str], *, delimiter: str, name: str
) -> Iterator[Any]:
    # strict: an open or half-closed quote is an error of its row, not the rest of the file eaten
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    count = 0
    while count <= MOST_ROWS:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as trouble:
            count += 1
            open_quote = "unexpected end" in str(trouble)
            why = "a quote is opened here and never closed" if open_quote else str(trouble)
            yield _row_damaged(name, count, why)
            continue
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
            why = f"it has {len(cells)} cells under {len(columns)} columns"
            yield _row_damaged(name, count, f"{why}; is a comma in the prompt not quoted?")
        else:
            yield dict(zip(columns, cells, strict=False))


def _read_json(data: bytes, name: str) -> RawSet:
    try:
        held = json.loads(_text(data, name), parse_constant=_no_number)
    except (ValueError, RecursionError) as trouble:
        raise _not_parsed(name, "JSON", trouble) from trouble
    return _from_tree(held, name)


def _read_jsonl(data: bytes, name: str) -> RawSet:
    """One object per line; a line ``{"pack": {...}}`` speaks of the whole set."""
    pack: dict[str, Any] = {}
    rows: list[Any] = []
    for line in _text(data, name).split("\n"):
        if not line.strip():
            continue
        if len(rows) > MOST_ROWS:
            break
        try:
            held = json.loads(line, parse_constant=_no_number)
        except (ValueError, RecursionError) as trouble:
            rows.append(_row_damaged(name, len(rows) + 1, str(trouble)))
            continue
        if isinstance(held, dict) and set(cast("dict[str, Any]", held)) == {"pack"}:
            about = cast("dict[str, Any]", held)["pack"]
            pack = cast("dict[str, Any]", about) if isinstance(about, dict) else pack
        else:
            rows.append(held)
    return RawSet(pack, rows)


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is not a number")


def _read_yaml(data: bytes, name: str) -> RawSet:
    try:
        tree = read_yaml_tree(_text(data, name), most_values=MOST_EVENTS, most_depth=MOST_DEPTH)
    except TreeTooLargeError as trouble:
        raise InputError(
            "PROMPT_SET_BOMB",
            f"{name}: {trouble}",
            fix="a prompt set is a list of rows with plain values",
        ) from trouble
    except ValueError as trouble:
        raise _not_parsed(name, "YAML", trouble) from trouble
    return _from_tree(tree, name)


def _read_parquet(data: bytes, name: str) -> RawSet:
    from maquette.lines.parquet_rows import rows_apart

    return RawSet({}, rows_apart(data, name=name, most_rows=MOST_ROWS))


_READERS: dict[str, Callable[[bytes, str], RawSet]] = {
    "csv": _read_csv,
    "yaml": _read_yaml,
    "yml": _read_yaml,
    "json": _read_json,
    "jsonl": _read_jsonl,
    "parquet": _read_parquet,
}


def _from_tree(held: Any, name: str) -> RawSet:
    """A list of rows, or a mapping of pack facts with the rows under one of `ROW_KEYS`."""
    if isinstance(held, list):
        return RawSet({}, cast("list[Any]", held))
    if isinstance(held, dict):
        pack = dict(cast("dict[str, Any]", held))
        found = [key for key in ROW_KEYS if isinstance(pack.get(key), list)]
        if len(found) == 1:
            return RawSet(pack, pack.pop(found[0]))
    raise InputError(
        "PROMPT_SET_SHAPE",
        f"{name} is neither a list of rows nor a mapping with one list named stickers",
        fix="write stickers: and under it one '- prompt: …' per sticker",
    )


def _text(data: bytes, name: str, *, fallback: str = "") -> str:
    """The file as text: UTF-8, UTF-16 with its mark, or what old spreadsheets write."""
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as trouble:
        if fallback and b"\x00" not in data:
            try:
                return data.decode(fallback)
            except UnicodeDecodeError:
                pass
        raise InputError(
            "PROMPT_SET_ENCODING",
            f"{name} is not text: byte {trouble.start:,} is not valid {trouble.encoding}",
            fix="save it as UTF-8",
        ) from trouble


def _row_damaged(name: str, row: int, why: str) -> InputError:
    return InputError("PROMPT_ROW_DAMAGED", f"{name} row {row}: cannot be read: {why[:160]}")


def _not_parsed(name: str, kind: str, trouble: Exception) -> InputError:
    why = " ".join(str(trouble).split())[:200]
    return InputError("PROMPT_SET_DAMAGED", f"{name} is not {kind}: {why}")


def _empty(name: str) -> InputError:
    return InputError(
        "PROMPT_SET_EMPTY", f"{name} holds no rows", fix="add at least one row with a prompt"
    )


def _too_many(name: str) -> InputError:
    return InputError(
        "PROMPT_SET_TOO_MANY_ROWS",
        f"{name} has more than {MOST_ROWS:,} rows",
        fix="split it into several sets",
    )
