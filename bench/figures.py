"""Figures: what a bench measured, the bound it is held to, and the line that says so.

What belongs here: printing and judging numbers. What does not: measuring any.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Literal

Sense = Literal["at most", "at least", "exactly", "shown"]


@dataclass(frozen=True)
class Figure:
    """One measured number. A figure without a bound is only shown; a skipped one is never met."""

    figure: str
    value: float | None
    unit: str
    bound: float | None = None
    sense: Sense = "at most"
    note: str = ""

    @property
    def ok(self) -> bool | None:
        """Whether the bound holds; None where there is none or nothing was measured."""
        if self.value is None or self.bound is None:
            return None
        if self.sense == "at most":
            return self.value <= self.bound
        if self.sense == "at least":
            return self.value >= self.bound
        return self.value == self.bound

    @property
    def line(self) -> str:
        """The figure as one line of JSON."""
        told = asdict(self) | {"ok": self.ok}
        if self.value is None:
            told["skipped"] = told.pop("note")
        return json.dumps({name: value for name, value in told.items() if value != ""})


def shown(figure: str, value: float, unit: str, *, note: str = "") -> Figure:
    """A figure that nobody is held to."""
    return Figure(figure, value, unit, sense="shown", note=note)


def skipped(figure: str, unit: str, *, bound: float, why: str) -> Figure:
    """A figure that could not be taken here."""
    return Figure(figure, None, unit, bound, note=why)


def median(values: Sequence[float], *, digits: int = 3) -> float:
    """The middle one, rounded."""
    return round(statistics.median(values), digits)


def spread_of(values: Sequence[float], *, digits: int = 2) -> str:
    """All values in the order they were taken: on a busy machine the median alone says little."""
    return "taken: " + ", ".join(f"{value:.{digits}f}" for value in values)


@contextmanager
def stopwatch() -> Iterator[list[float]]:
    """A list that holds, afterwards, the seconds that passed."""
    held: list[float] = []
    start = perf_counter()
    yield held
    held.append(perf_counter() - start)
