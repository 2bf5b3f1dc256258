"""Objects and what may be asked of a store of them: the contract that every kind of store keeps.

Keys are ours except under ``inbox/``. What belongs here: the words that stores and their users
share. What does not: any kind of store (`folder`, `bucket`), and choosing one (`store`).
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from maquette.errors import InputError, ToolError

KEY_CHARS_AT_MOST = 900  # S3 allows 1024 bytes; leaves room for a bucket prefix
UNSAFE = re.compile(r"[\x00-\x1f\\\x7f\ud800-\udfff]")  # control characters, halves of pairs


@dataclass(frozen=True)
class Entry:
    """One listed object. `etag` changes whenever the content does, `modified` at every upload."""

    key: str
    size: int
    etag: str
    modified: str  # ISO 8601, UTC, with all the digits the store knows

    @property
    def time(self) -> datetime:
        """`modified` as a moment, to the microsecond."""
        whole, _, part = self.modified.removesuffix("Z").removesuffix("+00:00").partition(".")
        return datetime.fromisoformat(f"{whole}.{part[:6]:0<6}").replace(tzinfo=UTC)


class ObjectMissing(ToolError):  # noqa: N818 - a missing object is an answer, not only an error
    """There is no object of that key."""

    def __init__(self, key: str) -> None:
        super().__init__("OBJECT_MISSING", f"the store holds no object {key!r}")
        self.key = key

    def __reduce__(self) -> tuple[object, ...]:
        return (ObjectMissing, (self.key,))


class Store(Protocol):
    """What stages and assets may ask of object storage."""

    @property
    def spec(self) -> StoreSpec:
        """How another process opens the same store."""
        ...

    def get(self, key: str) -> bytes:
        """The whole object; raises ObjectMissing."""
        ...

    def put(self, key: str, data: bytes) -> None:
        """Write or replace the object, atomically."""
        ...

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """Write the object unless the key exists; says whether it wrote."""
        ...

    def put_file(self, key: str, path: Path) -> None:
        """Write or replace the object from a file, without holding it in memory."""
        ...

    def opened(self, key: str) -> contextlib.AbstractContextManager[Path]:
        """A file of the object's bytes to read from, for as long as the context lasts."""
        ...

    def copy(self, source: str, target: str) -> None:
        """Copy an object within the store; may share bytes on disk."""
        ...

    def exists(self, key: str) -> bool:
        """Whether the key exists."""
        ...

    def entry(self, key: str) -> Entry:
        """Facts about one object without its bytes; raises ObjectMissing."""
        ...

    def list(self, prefix: str) -> Iterator[Entry]:
        """All objects below a prefix, in key order, page by page."""
        ...

    def delete(self, key: str) -> None:
        """Remove the object; no error if it is gone already."""
        ...

    def erase(self, place: str) -> list[Entry]:
        """Remove for good, with older versions and half-written ones; says what was there.

        Args:
            place: a key, or all below one where it ends with a slash.
        """
        ...


@dataclass(frozen=True)
class StoreSpec:
    """How a store is opened: ``./var/store`` or ``s3://bucket/prefix``; never holds secrets.

    Attributes:
        put_options: passed to every S3 write, for example ``{"ServerSideEncryption": "aws:kms"}``.
        client_options: passed to ``boto3.client``: endpoint_url, region_name.
        private: the batch whose objects lie apart from all others (`maquette.batch.private`).
    """

    url: str
    put_options: dict[str, str] = field(default_factory=dict)
    client_options: dict[str, str] = field(default_factory=dict)
    private: str = ""


def checked(key: str) -> str:
    """The key itself, if it is one: relative, no climbing, no control characters."""
    parts = key.split("/")
    bad = (
        not key
        or len(key.encode("utf-8", "surrogatepass")) > KEY_CHARS_AT_MOST
        or any(part in ("", ".", "..") for part in parts)
        or UNSAFE.search(key)
    )
    if bad:
        raise InputError("KEY_INVALID", f"{key[:80]!r} is not an object key")
    return key


def sha256_of(data: bytes) -> str:
    """Hex sha256."""
    return hashlib.sha256(data).hexdigest()
