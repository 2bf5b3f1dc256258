"""What a host keeps warm between stages: decoded values, and clocks on its engines.

What belongs here: small holders without rules. What does not: running anything (`host`).
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from maquette.types import Mask, Picture

LOSSLESS = (Picture, Mask)  # what a blob gives back exactly, so that it may skip the decoding


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
                return call(*args, **kwargs)
            finally:
                self.seconds += time.perf_counter() - start

        return timed


class ValueCache:
    """The last few decoded values, by checksum, up to a number of bytes."""

    def __init__(self, bytes_at_most: int) -> None:
        self._bytes_at_most = bytes_at_most
        self._held: OrderedDict[tuple[str, type], tuple[Any, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: tuple[str, type]) -> Any:
        """The value, or None if it is not held any more."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key][0]
        return None

    def put(self, key: tuple[str, type], value: Any) -> None:
        """Hold a value if its blob would give it back exactly."""
        if not isinstance(value, LOSSLESS):
            return
        size = value.rgba.nbytes if isinstance(value, Picture) else value.inside.nbytes
        with self._lock:
            if key in self._held:
                return
            self._held[key] = (value, size)
            self._bytes += size
            while self._bytes > self._bytes_at_most:
                self._bytes -= self._held.popitem(last=False)[1][1]
