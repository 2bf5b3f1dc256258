"""Local copies of large objects from a bucket, so that a movie is brought here once.

What belongs here: which copies are kept and for how long. What does not: how an object is brought.
"""

from __future__ import annotations

import contextlib
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path

from maquette.batch.objects import sha256_of

KEPT_BYTES = 8 << 30  # of copies nobody reads at the moment


class LocalCopies:
    """The copies read last, within a number of bytes; safe for several threads."""

    def __init__(self, bring: Callable[[str, Path], None], *, kept_bytes: int = KEPT_BYTES) -> None:
        self._bring = bring
        self._kept_bytes = kept_bytes
        self._lock = threading.Lock()
        self._bringing: dict[str, threading.Lock] = {}
        self._readers: dict[str, int] = {}
        self._held: OrderedDict[str, Path] = OrderedDict()  # the latest read last
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @contextlib.contextmanager
    def opened(self, key: str) -> Iterator[Path]:
        """The copy of an object, brought here if it is not."""
        with self._lock:
            turn = self._bringing.setdefault(key, threading.Lock())
            self._readers[key] = self._readers.get(key, 0) + 1
        try:
            with turn:  # one thread brings it, the others wait for that
                path = self._path(key)
            yield path
        finally:
            with self._lock:
                self._readers[key] -= 1
                self._tidy()

    def _path(self, key: str) -> Path:
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
            if self._folder is None:
                self._folder = tempfile.TemporaryDirectory(prefix="maquette_copies_")
            path = Path(self._folder.name, f"{sha256_of(key.encode())}{Path(key).suffix}")
        self._bring(key, path)
        with self._lock:
            self._held[key] = path
        return path

    def _tidy(self) -> None:
        total = sum(path.stat().st_size for path in self._held.values())
        for key, path in list(self._held.items()):
            if total <= self._kept_bytes:
                return
            if not self._readers[key]:
                total -= path.stat().st_size
                path.unlink()
                del self._held[key]
