"""What a text asks for, in the eighty words of a network that was taught COCO's things.

What belongs here: finding the names in a text, and what each of them means, by the sense of a
sentence embedder. What does not: the words themselves (``coco_words.toml``), and looking for
things in a picture (`maquette.engines.ssd_coco`).

A word means what it lies nearest to. Measured against the eighty alone, a camel would be an
elephant, and a swan no nearer to a bird than that; so each thing has a few of its kinds beside
it, and there are strangers, which the network does not know: what lies nearest to one of those is
not understood, and the answer says so. English only, as the embedder is.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from maquette.roles import Embedder
from maquette.types import Floats

LIST = Path(__file__).with_name("coco_words.toml")
LONGEST_TEXT = 500  # characters; what comes after is not read, and a note says so
LONGEST_QUOTE = 40  # characters of a name in a note
LONGEST_NAME = 3  # words, counted from the last: "hot dog" is a thing of its own
NEAR = 0.55  # cosine; below it lie words that have nothing to do with their nearest neighbour

# Between two names, or after one: what follows belongs to no name, or to the next.
APART = re.compile(r"[^\w\s'’-]+|\b(?:and|or|of|plus)\b")
# A name ends where a description of it begins: "man in a red jacket" asks for no jacket.
DESCRIBING = re.compile(
    r"\b(?:in|on|with|without|at|by|from|to|under|over|behind|before|beside|near|through|against|"
    r"that|who|which|while|wearing|holding|carrying|riding|driving|pulling|pushing|chasing|"
    r"sitting|standing|lying|walking|running|jumping|flying|playing|eating|looking)\b"
)
ARTICLES = frozenset(("a", "an", "the", "some", "this", "his", "her", "its", "my", "their"))


@dataclass(frozen=True)
class Sought:
    """One name in a text, and the things known by it: several for a word as wide as ``animal``."""

    name: str
    things: tuple[str, ...]


@dataclass(frozen=True)
class Understood:
    """What of a text could be understood; the notes say what else it meant, and what was not."""

    sought: tuple[Sought, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Landmark:
    """A word whose meaning is known; a stranger's things are none."""

    word: str
    things: tuple[str, ...] = ()


@cache
def _list() -> dict[str, Any]:
    return tomllib.loads(LIST.read_text("utf-8"))


@cache
def numbers() -> dict[int, str]:
    """COCO's number of each thing the network was taught, and its name."""
    return {known["number"]: thing for thing, known in _list()["known"].items()}


@cache
def landmarks() -> tuple[Landmark, ...]:
    """Every word of the list."""
    listed = _list()
    known = [
        Landmark(word, (thing,))
        for thing, about in listed["known"].items()
        for word in (thing, *about["kinds"])
    ]
    wider = [Landmark(word, tuple(things)) for word, things in listed["wider"].items()]
    strangers = [Landmark(word) for words in listed["strangers"].values() for word in words]
    return (*known, *wider, *strangers)


def identity() -> str:
    """What tells this list of words from another: answers depend on it."""
    return hashlib.sha256(LIST.read_bytes()).hexdigest()[:12]


def names_in(text: str) -> list[str]:
    """The names of things in a text, each once, in order and in lower case."""
    parts = APART.split(text.lower().replace("_", " "))
    heads = (DESCRIBING.split(part, maxsplit=1)[0].split() for part in parts)
    bare = (words[1:] if words[0] in ARTICLES else words for words in heads if words)
    return list(dict.fromkeys(" ".join(words) for words in bare if words))


class CocoWords:
    """The list of words, embedded once: about a second, on first use."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._vectors: Floats = embedder.embed([mark.word for mark in landmarks()])  # (N, D)

    def understand(self, text: str) -> Understood:
        """What the text asks for, each thing once."""
        sought: dict[tuple[str, ...], Sought] = {}
        notes: list[str] = []
        if len(text) > LONGEST_TEXT:
            notes.append(f"only the first {LONGEST_TEXT} characters of the text are read")
        names = names_in(text[:LONGEST_TEXT])
        if not names:
            notes.append("the text names nothing")
        for name in names:
            found, note = self._meaning(name)
            notes += [note] if note else []
            if found.things:
                sought.setdefault(found.things, found)
        return Understood(tuple(sought.values()), tuple(notes))

    def _meaning(self, name: str) -> tuple[Sought, str]:
        """The name with its things, none if it is not known, and what there is to say about it."""
        words = name.split()[-LONGEST_NAME:]
        endings = [" ".join(words[start:]) for start in range(len(words))]
        near = self._embedder.embed(endings) @ self._vectors.T  # (endings, N)
        # in doubt the longer ending, which comes first: a hot dog is no dog
        ending, place = divmod(int(np.argmax(np.round(near, 4))), near.shape[1])
        mark = landmarks()[place]
        if mark.things and near[ending, place] >= NEAR:
            told = endings[ending] not in mark.things
            note = f"{_quoted(name)} is taken as {', '.join(mark.things)}" if told else ""
            return Sought(name, mark.things), note
        return Sought(name, ()), self._unknown(name, near.max(axis=0))

    def _unknown(self, name: str, near: Floats) -> str:
        known = np.array([len(mark.things) == 1 for mark in landmarks()])
        place = int(np.argmax(np.where(known, near, -1)))
        (thing,) = landmarks()[place].things
        return (
            f"{_quoted(name)} is not among the {len(numbers())} things this engine knows; "
            f"the nearest is {thing} ({near[place]:.2f})"
        )


def _quoted(name: str) -> str:
    return repr(name if len(name) <= LONGEST_QUOTE else f"{name[: LONGEST_QUOTE - 1]}…")
