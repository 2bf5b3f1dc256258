"""Which drawing a phrase means: exact name, hand table, keyword, then nearness in meaning.

What belongs here: one phrase at a time. What does not: which phrases a prompt holds (`parsing`).
The vectors of all names are computed once and kept beside the art file where that can be
written; they are not inside it, since 8-bit embeddings differ in the last digits between
processors and the art file has one checksum everywhere.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from maquette.engines.composer.lexicon import KIN, SAME
from maquette.engines.composer.wardrobe import OWN_PARTS
from maquette.roles import Embedder
from maquette.types import Floats

PEOPLE = ("Smileys & Emotion", "People & Body")
KEYWORDS_EMBEDDED = 5
NAMED = 0.1  # for a phrase that is a word of the drawing's own name

How = Literal["name", "same", "kin", "keyword", "near"]


@dataclass(frozen=True)
class Match:
    """A drawing for a phrase: how sure, 0..1, and by which road it was found."""

    phrase: str
    name: str
    score: float
    how: How

    @property
    def is_exact(self) -> bool:
        """Found in a list, not by nearness."""
        return self.how in ("name", "same", "kin")


class Words:
    """Nearest drawing for a phrase; the embedder is asked only when no list knows it."""

    def __init__(
        self, index: dict[str, dict[str, Any]], *, embedder: Callable[[], Embedder], beside: Path
    ) -> None:
        own: dict[str, dict[str, Any]] = {
            name: {"emoji": "", "group": "Parts", "keywords": []} for name in OWN_PARTS
        }
        for phrase, name in SAME.items():
            if name in own:
                own[name]["keywords"].append(phrase)
        self.index = {**index, **own}
        self.names = list(self.index)
        self._row = {name: row for row, name in enumerate(self.names)}
        self._emoji = {f["emoji"]: n for n, f in self.index.items() if f["emoji"]}
        self._keywords: dict[str, list[str]] = {}
        for name in self.names:
            for keyword in self.index[name]["keywords"]:
                self._keywords.setdefault(keyword, []).append(name)
        self._people = np.array(
            [self.index[name]["group"] in PEOPLE for name in self.names], np.bool_
        )
        self._embedder = embedder
        self._beside = beside
        self._lock = threading.Lock()
        self._vectors: Floats | None = None

    def group(self, name: str) -> str:
        """The Unicode group of a drawing; "Parts" for our own."""
        return str(self.index[name]["group"]) if name in self.index else ""

    def emoji(self, name: str) -> str:
        """The emoji of a drawing, empty for our own parts."""
        return str(self.index[name]["emoji"]) if name in self.index else ""

    def named_by_emoji(self, character: str) -> str:
        """The drawing an emoji stands for, or an empty string."""
        return self._emoji.get(character, "") or self._emoji.get(character + "\ufe0f", "")

    def listed(self, phrase: str) -> Match | None:
        """The drawing a list gives for a phrase, in the singular or the plural."""
        for form in _forms(phrase):
            # a table's stand-in wins over an exact name: "cat" is drawn by its face
            if form in SAME and SAME[form] in self.index:
                return Match(phrase, SAME[form], 1.0, "same")
            name = form.replace(" ", "-")
            if name in self.index:
                return Match(phrase, name, 1.0, "name")
            if form in KIN and KIN[form] in self.index:
                return Match(phrase, KIN[form], 0.8, "kin")
        return None

    def near(self, phrases: Sequence[str]) -> list[Match]:
        """The drawing nearest in meaning for each phrase; a shared keyword lifts the score."""
        if not phrases:
            return []
        vectors = self._index_vectors()
        asked = self._embedder().embed(phrases)
        likeness = np.maximum(vectors[0] @ asked.T, vectors[1] @ asked.T * 0.97)  # (names, N)
        likeness[self._people] -= 0.12
        return [self._best(phrase, likeness[:, i]) for i, phrase in enumerate(phrases)]

    def _best(self, phrase: str, likeness: Floats) -> Match:
        listed = {
            self._row[name] for form in _forms(phrase) for name in self._keywords.get(form, ())
        }
        score = likeness.copy()
        for row in listed:
            score[row] = max(score[row], 0.5 + 0.45 * score[row])
        for row in listed:  # "cheese" is rather the cheese wedge than the pizza
            score[row] += NAMED * (phrase in self.names[row].split("-"))
        best = int(score.argmax())
        how: How = "keyword" if best in listed else "near"
        return Match(phrase, self.names[best], float(min(score[best], 1.0)), how)

    def prepare(self) -> None:
        """Compute or load the vectors of all names; 4 s once per art file, then 5 ms."""
        self._index_vectors()

    def _index_vectors(self) -> Floats:
        with self._lock:
            if self._vectors is None:
                self._vectors = self._load_vectors()
            return self._vectors

    def _load_vectors(self) -> Floats:
        embedder = self._embedder()
        names = [name.replace("-", " ") for name in self.names]
        described = [
            ", ".join([name, *self.index[key]["keywords"][1 : KEYWORDS_EMBEDDED + 1]])
            for name, key in zip(names, self.names, strict=True)
        ]
        told = "\n".join([*described, *sorted(embedder.info.weights.values()), embedder.info.name])
        path = self._beside.with_name(
            f"{self._beside.stem}-words-{hashlib.sha256(told.encode()).hexdigest()[:12]}.npy"
        )
        with suppress(OSError, ValueError):
            kept = np.load(path, allow_pickle=False)
            if kept.ndim == 3 and kept.shape[:2] == (2, len(names)):
                return kept.astype(np.float32)
        vectors = np.stack([embedder.embed(names), embedder.embed(described)])
        with suppress(OSError):  # a shelf that cannot be written costs time, not the sticker
            _keep(path, vectors.astype(np.float16))
        return vectors.astype(np.float16).astype(np.float32)  # as it will be read next time


def _keep(path: Path, vectors: np.ndarray) -> None:
    """Write whole or not at all: several processes may do so at once."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.save(file, vectors, allow_pickle=False)
        Path(name).chmod(0o644)  # a shelf may be shared
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def _forms(phrase: str) -> list[str]:
    """The phrase, and what it may be the plural of."""
    forms = [phrase]
    if phrase.endswith("ies"):
        forms.append(phrase[:-3] + "y")
    if phrase.endswith("es"):
        forms.append(phrase[:-2])
    if phrase.endswith("s") and not phrase.endswith("ss"):
        forms.append(phrase[:-1])
    return forms
