"""Values of stages as blobs of the store, and back.

What belongs here: reading and keeping values, and the few decoded ones that are held. What does
not: how a type is written (`maquette.formats`) and who asks for it (`host`).
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from maquette.batch.records import ObjectRef, blob_key, checked_blob
from maquette.batch.store import Store, sha256_of
from maquette.errors import EngineError
from maquette.provenance import Provenance
from maquette.types import File, LargeFile, Mask, Picture, Source

LOSSLESS = (Picture, Mask)  # what a blob gives back exactly, so that it may skip the decoding
CACHE_BYTES = 256 << 20


class Codec(Protocol):
    """How values become blobs and back (`maquette.formats.CODECS`)."""

    suffix: str

    def encode(self, value: Any, provenance: Provenance) -> bytes: ...  # noqa: D102

    def decode(self, data: bytes) -> Any: ...  # noqa: D102


class Values:
    """The store as stages see it: values in and out."""

    def __init__(self, store: Store, codecs: Callable[[], Mapping[type, Codec]]) -> None:
        self._store = store
        self._make_codecs = codecs
        self._cache = ValueCache(CACHE_BYTES)

    @property
    def _codecs(self) -> Mapping[type, Codec]:
        return self._make_codecs()

    def value(self, ref: ObjectRef, kind: type) -> Any:
        """The object as a value of that kind."""
        if kind is Source:
            return Source(ref.key.rpartition("/")[2], lambda: self._store.opened(ref.key))
        value = self._cache.get((ref.sha256, kind))
        if value is None:
            data = checked_blob(self._store, ref)
            if kind is File:
                return File(data, ref.key.rpartition(".")[2])
            value = self._codecs[kind].decode(data)
            self._cache.put((ref.sha256, kind), value)
        return value

    def keep(self, name: str, value: Any, provenance: Provenance) -> ObjectRef:
        """Put a value into the store under its own checksum."""
        if isinstance(value, ObjectRef):  # a frame of a span is kept already
            return replace(value, name=name)
        if isinstance(value, LargeFile):
            return self._keep_large(name, value)
        codec: Codec | None = self._codecs.get(type(value))
        if isinstance(value, File):
            data, suffix = value.data, value.suffix
        elif codec is not None:
            data, suffix = codec.encode(value, provenance), codec.suffix
        else:
            raise EngineError("STAGE_OUTPUT", f"{name} is a {type(value).__name__}, not a value")
        sha256 = sha256_of(data)
        key = blob_key(sha256, suffix)
        self._store.put_if_absent(key, data)
        self._cache.put((sha256, type(value)), value)
        return ObjectRef(name, key, sha256, len(data))

    def _keep_large(self, name: str, file: LargeFile) -> ObjectRef:
        with file.path.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        key = blob_key(sha256, file.suffix)
        size = file.path.stat().st_size
        if not self._store.exists(key):
            self._store.put_file(key, file.path)
        file.path.unlink()
        return ObjectRef(name, key, sha256, size)


class OnDemand(Sequence[Any]):
    """A span's values of one name, decoded when they are asked for and not held."""

    def __init__(self, value: Callable[[ObjectRef], Any], refs: Sequence[ObjectRef | None]) -> None:
        self._value = value
        self._refs = refs

    def __len__(self) -> int:
        return len(self._refs)

    def __getitem__(self, n: Any) -> Any:
        if isinstance(n, slice):
            return OnDemand(self._value, self._refs[n])
        ref = self._refs[n]
        return None if ref is None else self._value(ref)


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
