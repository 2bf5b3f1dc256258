"""Lua tables as plain dictionaries: names, numbers, text and further tables, nothing that runs.

What belongs here: the little of Lua that Fusion's files use. What does not: what tools mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from maquette.checks.shapes.outlines import Unreadable

Table = dict[Any, Any]  # positions count from 1; a constructor's name stands under KIND
KIND = "__kind"
MOST_DEPTH = 64
_TOKEN = re.compile(
    r'\s+|(?P<text>"[^"\\\n]*")|(?P<number>-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)'
    r"|(?P<name>[A-Za-z_]\w*)|(?P<sign>[{}\[\]=,()])"
)
_WORDS = {"true": True, "false": False, "nil": None}


def read_table(text: str) -> Table:
    """The one table that a file consists of."""
    tokens = _Tokens(text)
    _, value = _entry(tokens, 0)
    if tokens.kind or not isinstance(value, dict):
        raise Unreadable("it is not one Lua table")
    return value


class _Tokens:
    """The token at hand; `kind` is empty at the end."""

    def __init__(self, text: str) -> None:
        self.rest = _tokens(text)
        self.kind, self.word = "", ""
        self.step()

    def step(self) -> None:
        """On to the next."""
        self.kind, self.word = next(self.rest, ("", ""))

    def pass_over(self, sign: str) -> bool:
        """Whether this sign is at hand; if so it is passed."""
        found = (self.kind, self.word) == ("sign", sign)
        if found:
            self.step()
        return found

    def take(self, sign: str) -> None:
        """This sign and no other."""
        if not self.pass_over(sign):
            raise Unreadable(f"{self.word!r} where {sign!r} should be")


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if not found:
            raise Unreadable(f"{text[place : place + 20]!r} is no part of a table")
        place = found.end()
        if found.lastgroup:
            yield found.lastgroup, found[0]


def _table(tokens: _Tokens, depth: int) -> Table:
    if depth > MOST_DEPTH:
        raise Unreadable("tables are too deep")
    tokens.take("{")
    found: Table = {}
    count = 0
    while not tokens.pass_over("}"):
        key, value = _entry(tokens, depth + 1)
        if key is None:
            count += 1
            key = count
        if key in found:
            raise Unreadable(f"{key!r} stands twice")
        found[key] = value
        tokens.pass_over(",")
    return found


def _entry(tokens: _Tokens, depth: int) -> tuple[Any, Any]:
    """``[key] = value``, ``name = value``, or a value by itself, which has no key."""
    if tokens.pass_over("["):
        key = _value(tokens, depth)
        tokens.take("]")
        tokens.take("=")
        return key, _value(tokens, depth)
    if tokens.kind != "name" or tokens.word in _WORDS:
        return None, _value(tokens, depth)
    name = tokens.word
    tokens.step()
    if tokens.pass_over("="):
        return name, _value(tokens, depth)
    return None, _built(tokens, name, depth)


def _value(tokens: _Tokens, depth: int) -> Any:
    kind, word = tokens.kind, tokens.word
    if kind == "sign":
        return _table(tokens, depth)
    tokens.step()
    if kind == "number":
        return float(word)
    if kind == "text":
        return word[1:-1]
    return _WORDS[word] if word in _WORDS else _built(tokens, word, depth)


def _built(tokens: _Tokens, name: str, depth: int) -> Table:
    """A table behind a constructor's name: ``Input { ... }``, ``ordered() { ... }``."""
    if tokens.pass_over("("):
        tokens.take(")")
    return {KIND: name, **_table(tokens, depth)}
