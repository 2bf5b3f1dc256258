"""How far a stage is, told at a pace a person can read.

What belongs here: the figures and their pace. What does not: where they are shown.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Progress:
    """A stage part of the way."""

    stage: str
    done: int
    total: int
    seconds: float

    @property
    def rate(self) -> float:
        """Items a second so far."""
        return self.done / self.seconds if self.seconds > 0 else 0.0

    @property
    def remaining_s(self) -> float:
        """Seconds to go at this rate."""
        return (self.total - self.done) / self.rate if self.rate else 0.0

    def __str__(self) -> str:
        return (
            f"{self.stage}: {self.done} of {self.total}, {self.rate:.1f}/s, "
            f"{self.remaining_s:.0f} s to go"
        )


Listener = Callable[[Progress], None]


@dataclass
class Tally:
    """What a run of a stage did, for metadata that plots over time."""

    made: int = 0
    reused: int = 0
    quarantined: int = 0
    seconds: float = 0.0
    engine_seconds: float = 0.0
    codes: dict[str, int] = field(default_factory=dict)

    def metadata(self) -> dict[str, float]:
        """The figures under the names the UI shows."""
        return {
            "items_made": self.made,
            "items_reused": self.reused,
            "items_quarantined": self.quarantined,
            "seconds": round(self.seconds, 3),
            "engine_seconds": round(self.engine_seconds, 3),
            "peak_memory_mb": round(peak_memory_mb(), 1),
        }


class Pace:
    """Calls a listener at most every few seconds, and at the end."""

    def __init__(
        self, listener: Listener | None, stage: str, total: int, *, every_s: float
    ) -> None:
        self._listener = listener
        self._stage = stage
        self._total = total
        self._every_s = every_s
        self._start = self._last = time.monotonic()
        self._done = 0

    def step(self, items: int = 1) -> None:
        """So many more items are done."""
        self._done += items
        now = time.monotonic()
        if self._listener and (now - self._last >= self._every_s or self._done == self._total):
            self._last = now
            self._listener(Progress(self._stage, self._done, self._total, now - self._start))


def peak_memory_mb() -> float:
    """The most memory this process has held so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20) if sys.platform == "darwin" else peak / 1024
