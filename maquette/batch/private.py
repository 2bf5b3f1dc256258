"""A store as one private batch sees it: what it makes lies apart, and is seen by no other batch.

Blobs and records are shared between batches by their checksums. Of a person's photo nothing may
be: here they lie below ``private/<batch>/``, so that two orders with one photo share no object
and a whole order can be erased by its folder. All other keys name their batch already and stay
where they are. What belongs here: where a key lies. What does not: which lines are private, and
forgetting an order (`maquette.lines.figurine_forgetting`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from maquette.batch.objects import Entry, Store, StoreSpec, checked
from maquette.errors import InputError

PRIVATE = "private/"
MOVED = ("blobs/", "records/")


def private_store(store: Store, batch: str) -> PrivateStore:
    """That store with the batch's own blobs and records; of a private one, the store below it."""
    shared = store.shared if isinstance(store, PrivateStore) else store
    return PrivateStore(shared, batch)


def place_of(batch: str) -> str:
    """Where the blobs and records of a private batch lie."""
    if "/" in batch:
        raise InputError("KEY_INVALID", f"{batch[:80]!r} is not a batch")
    return f"{checked(PRIVATE + batch)}/"


class PrivateStore:
    """Object storage in which the blobs and records of one batch lie in its own folder."""

    def __init__(self, shared: Store, batch: str) -> None:
        self.shared = shared
        self.batch = batch
        self._place = place_of(batch)

    @property
    def spec(self) -> StoreSpec:
        """How another process opens the same store, private as well."""
        return replace(self.shared.spec, private=self.batch)

    def _at(self, key: str) -> str:
        if key.startswith(PRIVATE):
            raise InputError("KEY_INVALID", f"{key[:80]!r} may be another batch's")
        return self._place + key if key.startswith(MOVED) else key

    def get(self, key: str) -> bytes:
        """The whole object; raises ObjectMissing."""
        return self.shared.get(self._at(key))

    def put(self, key: str, data: bytes) -> None:
        """Write or replace the object, atomically."""
        self.shared.put(self._at(key), data)

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """Write the object unless the key exists; says whether it wrote."""
        return self.shared.put_if_absent(self._at(key), data)

    def put_file(self, key: str, path: Path) -> None:
        """Write or replace the object from a file, without holding it in memory."""
        self.shared.put_file(self._at(key), path)

    def opened(self, key: str) -> contextlib.AbstractContextManager[Path]:
        """A file of the object's bytes to read from, for as long as the context lasts."""
        return self.shared.opened(self._at(key))

    def copy(self, source: str, target: str) -> None:
        """Copy an object; from here to what is handed over, too."""
        self.shared.copy(self._at(source), self._at(target))

    def exists(self, key: str) -> bool:
        """Whether the key exists."""
        return self.shared.exists(self._at(key))

    def entry(self, key: str) -> Entry:
        """Facts about one object without its bytes; raises ObjectMissing."""
        return replace(self.shared.entry(self._at(key)), key=key)

    def list(self, prefix: str) -> Iterator[Entry]:
        """All objects below a prefix: the batch's own and those of no private batch."""
        if prefix.startswith(MOVED):
            yield from self._own(self.shared.list(self._place + prefix))
        elif not any(f.startswith(prefix) or prefix.startswith(f) for f in (PRIVATE, *MOVED)):
            yield from self.shared.list(prefix)
        else:  # so short a prefix that it holds folders of both
            apart = (PRIVATE, *MOVED)
            others = (e for e in self.shared.list(prefix) if not e.key.startswith(apart))
            own = self._own(self.shared.list(self._place + prefix))
            yield from sorted([*others, *own], key=lambda entry: entry.key)

    def delete(self, key: str) -> None:
        """Remove the object; no error if it is gone already."""
        self.shared.delete(self._at(key))

    def erase(self, place: str) -> list[Entry]:
        """Remove for good a key, or all below one that ends with a slash."""
        gone = self.shared.erase(self._at(place))
        return [replace(e, key=e.key.removeprefix(self._place)) for e in gone]

    def _own(self, found: Iterator[Entry]) -> Iterator[Entry]:
        return (replace(entry, key=entry.key.removeprefix(self._place)) for entry in found)
