"""Order files to one mapping: YAML or JSON; nothing is judged yet but the file.

What does not belong here: what a field means (`order_fields`) and what a line's order is
(`roto_orders`, `print_orders`).
"""

from __future__ import annotations

import json
from typing import Any, cast

from maquette.errors import InputError
from maquette.lines.yaml_trees import TreeTooLargeError, read_yaml_tree

MOST_BYTES = 2**20  # a thousand prompts with a dozen clicks each are 300 KB
MOST_VALUES = 400_000
MOST_DEPTH = 10  # order, objects, object, prompts, prompt, clicks, click are 7
SUFFIXES = ("yaml", "yml", "json")


def read_tree(data: bytes, *, name: str) -> dict[Any, Any]:
    """The order as it was written, a mapping; the kind is told by the name's ending."""
    suffix = name.rpartition(".")[2].lower()
    if suffix not in SUFFIXES:
        raise InputError(
            "ORDER_TYPE",
            f"{name}: files ending in {suffix[:20]!r} are not orders",
            fix=f"use one of {', '.join(SUFFIXES)}",
        )
    if len(data) > MOST_BYTES:
        raise InputError(
            "ORDER_TOO_LARGE",
            f"{name} has {len(data):,} bytes, at most {MOST_BYTES:,} are read",
            fix="put pictures and models beside the order, or split it",
        )
    tree = _parsed(_text(data, name), name, is_json=suffix == "json")
    if not tree:
        raise InputError(
            "ORDER_EMPTY",
            f"{name} says nothing",
            fix="write its fields, one per line, as in name: hero",
        )
    if not isinstance(tree, dict):
        raise InputError(
            "ORDER_SHAPE",
            f"{name}: a {type(tree).__name__} is not an order",
            fix="write its fields, one per line, as in name: hero",
        )
    return cast("dict[Any, Any]", tree)


def _parsed(text: str, name: str, *, is_json: bool) -> Any:
    try:
        if is_json:
            return json.loads(text, object_pairs_hook=_once)
        return read_yaml_tree(text, most_values=MOST_VALUES, most_depth=MOST_DEPTH)
    except TreeTooLargeError as trouble:
        raise InputError("ORDER_BOMB", f"{name}: {trouble}", fix="write plain values") from trouble
    except (ValueError, RecursionError) as trouble:
        why = " ".join(str(trouble).split())[:200]
        kind = "JSON" if is_json else "YAML"
        fix = "mend it; indent with spaces and quote what holds a colon"
        raise InputError("ORDER_DAMAGED", f"{name} is not {kind}: {why}", fix=fix) from trouble


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field stands twice in one mapping")
    return found


def _text(data: bytes, name: str) -> str:
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as trouble:
        raise InputError(
            "ORDER_ENCODING",
            f"{name} is not text: byte {trouble.start:,} is not valid {trouble.encoding}",
            fix="save it as UTF-8",
        ) from trouble
