"""What the object looks like: a linear model of features, learnt from keys, kept up while tracking.

Ridge regression from a cell's features to -1 (other) and 1 (object), solved in closed form: the
first frame is learnt at once, every later frame is one more sum, and the keys are never forgotten.
Written by hand because it is ten lines of algebra on sums that only a tracker keeps. What belongs
here: learning and telling. What does not: which cells to believe (`passes`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from typing import NamedTuple

import numpy as np

from maquette.types import Bools, Floats

# Of everything learnt, this share stays with the keys: enough to pull back a model that has begun
# to follow something else, and little enough to follow a body that turns.
KEYS_SHARE = 0.6
NEWS_SHARE = 0.15  # of what was learnt from tracking, how much the newest frame replaces


class Lesson(NamedTuple):
    """Cells with their answers."""

    cells: Floats  # (N, C) float32
    inside: Floats  # (N,) float32, how much of each cell is object
    sure: Bools  # (N,) bool, the cells to learn from


class _Sums(NamedTuple):
    """All that ridge regression needs to know of any number of cells."""

    products: Floats  # (C, C) float32
    answers: Floats  # (C,) float32

    def mixed(self, other: _Sums, *, share: float) -> _Sums:
        """A share of the other and the rest of these."""
        return _Sums(
            _mixed(self.products, other.products, share=share),
            _mixed(self.answers, other.answers, share=share),
        )


class Likeness:
    """Tells cells of the object from others around it."""

    def __init__(self, keys: Iterable[Lesson], *, ridge: float) -> None:
        self._ridge = ridge
        sums = [_sums(lesson) for lesson in keys]
        self._keys = _Sums(_mean([s.products for s in sums]), _mean([s.answers for s in sums]))
        self._key_weights = self._solved(self._keys)
        self._forget()

    def anew(self) -> Likeness:
        """What the keys taught and nothing else: looking at keys again would take far longer."""
        other = copy(self)
        other._forget()
        return other

    def _forget(self) -> None:
        self._later: _Sums | None = None
        self._weights = self._key_weights

    def as_on_keys(self, cells: Floats) -> Floats:
        """(N,) float32 as `of`, by what the keys alone taught."""
        return cells @ self._key_weights

    def of(self, cells: Floats) -> Floats:
        """(N,) float32, from about -1 (other) to about 1 (the object)."""
        return cells @ self._weights

    def learn(self, lesson: Lesson) -> None:
        """Take in a frame on which the object was found."""
        news = _sums(lesson)
        self._later = self._later.mixed(news, share=NEWS_SHARE) if self._later else news
        self._weights = self._solved(self._keys.mixed(self._later, share=1 - KEYS_SHARE))

    def _solved(self, sums: _Sums) -> Floats:
        size = len(sums.answers)
        ridge = self._ridge * float(np.trace(sums.products)) / size
        held_back = sums.products + np.eye(size, dtype=np.float32) * np.float32(ridge)
        return np.linalg.solve(held_back, sums.answers).astype(np.float32)


def _mixed(one: Floats, other: Floats, *, share: float) -> Floats:
    return np.asarray((1 - share) * one + share * other, np.float32)


def _mean(values: Sequence[Floats]) -> Floats:
    return np.asarray(np.mean(values, axis=0), np.float32)


def _sums(lesson: Lesson) -> _Sums:
    """Object and surroundings weigh the same, however many cells either has."""
    inside = lesson.inside[lesson.sure]
    outside = 1 - inside
    weights = inside / (2 * max(float(inside.sum()), 1)) + outside / (
        2 * max(float(outside.sum()), 1)
    )
    # Weights go in by their roots: a matrix times its own transpose takes half the work.
    roots = np.sqrt(weights).astype(np.float32)
    weighted = lesson.cells[lesson.sure] * roots[:, None]
    answers = np.asarray(roots * (2 * inside - 1), np.float32)
    return _Sums(
        np.asarray(weighted.T @ weighted, np.float32), np.asarray(weighted.T @ answers, np.float32)
    )
