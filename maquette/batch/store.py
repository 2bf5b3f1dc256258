"""Object storage behind one small interface: a local folder or a bucket.

Objects appear whole or not at all, whoever is killed when: a folder writes a temporary file,
syncs it and renames it; a bucket's put is atomic by itself. Keys are ours except under
``inbox/``. What belongs here: bytes in and out. What does not: what the bytes mean.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from maquette.errors import InputError, ToolError

STORE, S3_SETTINGS = "MAQUETTE_STORE", "MAQUETTE_S3_SETTINGS"
DEFAULT_URL = "./var/store"
KEY_CHARS_AT_MOST = 900  # S3 allows 1024 bytes; leaves room for a bucket prefix
UNSAFE = re.compile(r"[\x00-\x1f\\\x7f\ud800-\udfff]")  # control characters, halves of pairs
HALF_MADE = ".half-made"  # in the store's own folder: on one file system renames are atomic
LEFTOVER_S = 86_400  # what is older was left by a writer that was killed


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


@dataclass(frozen=True)
class StoreSpec:
    """How a store is opened: ``./var/store`` or ``s3://bucket/prefix``; never holds secrets.

    Attributes:
        put_options: passed to every S3 write, for example ``{"ServerSideEncryption": "aws:kms"}``.
        client_options: passed to ``boto3.client``: endpoint_url, region_name.
    """

    url: str
    put_options: dict[str, str] = field(default_factory=dict)
    client_options: dict[str, str] = field(default_factory=dict)


def told_store(url: str = "") -> StoreSpec:
    """The store of a URL or of the environment, with the S3 write settings of the environment."""
    settings = os.environ.get(S3_SETTINGS, "") or "{}"
    try:
        options = {str(name): str(value) for name, value in json.loads(settings).items()}
    except (ValueError, AttributeError):
        raise InputError(
            "STORE_SETTINGS",
            f"{S3_SETTINGS} is not a JSON object: {settings[:80]!r}",
            fix='such as {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "alias/media"}',
        ) from None
    return StoreSpec(url or os.environ.get(STORE, "") or DEFAULT_URL, put_options=options)


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


@contextlib.contextmanager
def _coded(doing: str) -> Iterator[None]:
    """Turn the operating system's refusals into errors that say what to do."""
    try:
        yield
    except OSError as trouble:
        if trouble.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ToolError(
                "STORE_FULL", f"no space left while {doing}", fix="free space, then run again"
            ) from trouble
        raise ToolError(
            "STORE_FAILED", f"{trouble.strerror or trouble} while {doing}", fix="run again"
        ) from trouble


class FolderStore:
    """Object storage in a local folder; safe for several processes on one machine."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self._half_made = self.root / HALF_MADE
        _sweep(self._half_made)

    @property
    def spec(self) -> StoreSpec:
        """How another process opens the same store."""
        return StoreSpec(str(self.root))

    def _path(self, key: str) -> Path:
        return Path(self._name(key))

    def _name(self, key: str) -> str:
        return f"{self.root}/{checked(key)}"

    def get(self, key: str) -> bytes:
        """The whole object; raises ObjectMissing."""
        with _coded(f"reading {key}"):
            try:
                with open(self._name(key), "rb") as file:  # noqa: PTH123 - thousands of times a run
                    return file.read()
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
                raise ObjectMissing(key) from None

    def put(self, key: str, data: bytes) -> None:
        """Write or replace the object, atomically."""
        with _coded(f"writing {key}"), self._temporary(data) as half:
            target = self._ready(key)
            os.replace(half, target)  # noqa: PTH105 - one system call, named for what it promises

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """Write the object unless the key exists; says whether it wrote."""
        if self.exists(key):
            return False
        with _coded(f"writing {key}"), self._temporary(data) as half:
            target = self._ready(key)
            try:
                os.link(half, target)  # fails if it exists, unlike rename
            except FileExistsError:
                return False
            return True

    def put_file(self, key: str, path: Path) -> None:
        """Write or replace the object from a file, without holding it in memory."""
        with _coded(f"writing {key}"), self._temporary(b"") as half:
            with half.open("wb") as out, path.open("rb") as source:
                shutil.copyfileobj(source, out, 1 << 20)
                out.flush()
                os.fsync(out.fileno())
            os.replace(half, self._ready(key))  # noqa: PTH105

    @contextlib.contextmanager
    def opened(self, key: str) -> Iterator[Path]:
        """The object's own file: to be read only."""
        path = self._path(key)
        if not path.is_file():
            raise ObjectMissing(key)
        yield path

    def copy(self, source: str, target: str) -> None:
        """Copy an object within the store, not by a link: people edit what is delivered."""
        if not self.exists(source):
            raise ObjectMissing(source)
        self.put_file(target, self._path(source))

    def exists(self, key: str) -> bool:
        """Whether the key exists."""
        with _coded(f"looking for {key}"):
            try:
                return stat.S_ISREG(os.stat(self._name(key)).st_mode)  # noqa: PTH116 - as often
            except (FileNotFoundError, NotADirectoryError):
                return False

    def entry(self, key: str) -> Entry:
        """Facts about one object without its bytes; raises ObjectMissing."""
        path = self._path(key)
        if path.is_symlink() or not path.is_file():
            raise ObjectMissing(key)
        return _entry(key, path.stat())

    def list(self, prefix: str) -> Iterator[Entry]:
        """All objects below a prefix, in key order within each folder; links are not followed."""
        folder = prefix.rpartition("/")[0]
        with _coded(f"listing {prefix}"):
            for path in _files_below(self._path(folder) if prefix.count("/") else self.root):
                key = path.relative_to(self.root).as_posix()
                if key.startswith(prefix) and not key.startswith(f"{HALF_MADE}/"):
                    with contextlib.suppress(FileNotFoundError):  # deleted while we list
                        yield _entry(key, path.stat())

    def delete(self, key: str) -> None:
        """Remove the object; no error if it is gone already."""
        with _coded(f"deleting {key}"):
            self._path(key).unlink(missing_ok=True)

    def _ready(self, key: str) -> Path:
        target = self._path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    @contextlib.contextmanager
    def _temporary(self, data: bytes) -> Iterator[Path]:
        """A synced file of these bytes, gone at the end."""
        self._half_made.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._half_made)
        half = Path(name)
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            yield half
        finally:
            half.unlink(missing_ok=True)


def _sweep(half_made: Path) -> None:
    """Free what writers left that were killed long ago."""
    for path in _files_below(half_made):
        with contextlib.suppress(OSError):  # another process sweeps too
            if path.stat().st_mtime < time.time() - LEFTOVER_S:
                path.unlink()


def _files_below(folder: Path) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda e: e.name)
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _files_below(Path(entry.path))
        elif entry.is_file(follow_symlinks=False):
            yield Path(entry.path)


def _entry(key: str, found: os.stat_result) -> Entry:
    whole, part = divmod(found.st_mtime_ns, 10**9)
    modified = datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{part:09d}Z"
    return Entry(key, found.st_size, f"{found.st_ino:x}-{found.st_size:x}", modified)


def open_store(spec: StoreSpec | str, *, client: Any = None) -> Store:
    """The store of a spec or URL; a bucket's credentials come from the environment as usual."""
    spec = StoreSpec(spec) if isinstance(spec, str) else spec
    if not spec.url.startswith("s3://"):
        return FolderStore(Path(spec.url.removeprefix("file://")).expanduser())
    from maquette.batch.bucket import BucketStore

    return BucketStore(spec, client=client)
