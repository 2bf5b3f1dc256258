"""Clocks on a host's engines.

What belongs here: what time an engine took. What does not: running anything (`host`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any


class Clocked:
    """An engine as a stage sees it, with a clock on its calls."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self.seconds = 0.0
        self.calls = 0

    @property
    def info(self) -> Any:
        """What the engine says of itself; not counted as a call."""
        return self._engine.info

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._engine, name)
        return self._timed(found) if callable(found) else found

    def _timed(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **kwargs: Any) -> Any:
            start = time.perf_counter()
            self.calls += 1
            try:
                answer = call(*args, **kwargs)
            finally:
                self.seconds += time.perf_counter() - start
            return self._each(answer) if isinstance(answer, Iterator) else answer

        return timed

    def _each(self, answers: Iterator[Any]) -> Iterator[Any]:
        """Answers that come one by one: only the engine's share of the time counts."""
        while True:
            start = time.perf_counter()
            try:
                answer = next(answers)
            except StopIteration:
                return
            finally:
                self.seconds += time.perf_counter() - start
            yield answer
