"""The store in a local folder, safe for several processes on one machine.

Objects appear whole or not at all, whoever is killed when: a temporary file is written, synced and
renamed. The folder it is renamed into is not synced, which would cost every put a tenth and more:
a power cut may take back the last seconds' names, never half an object, and the next run makes
what no record names. What belongs here: the only file operations on a store.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from uuid import uuid4

from maquette.batch.objects import Entry, ObjectMissing, StoreSpec, checked
from maquette.errors import ToolError

HALF_MADE = ".half-made"  # in the store's own folder: on one file system renames are atomic
FLAT_BYTES = 200  # of a key in the name of a half-made file; most file systems allow 255
LEFTOVER_S = 86_400  # what is older was left by a writer that was killed


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
        with _coded(f"writing {key}"), self._temporary(key, lambda out: out.write(data)) as half:
            self._move(half, key, by=os.replace)  # one system call, which is all or nothing

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """Write the object unless the key exists; says whether it wrote."""
        if self.exists(key):
            return False
        with _coded(f"writing {key}"), self._temporary(key, lambda out: out.write(data)) as half:
            try:
                self._move(half, key, by=os.link)  # fails if it exists, unlike rename
            except FileExistsError:
                return False
            return True

    def put_file(self, key: str, path: Path) -> None:
        """Write or replace the object from a file, without holding it in memory."""
        with (
            _coded(f"writing {key}"),
            path.open("rb") as source,
            self._temporary(key, lambda out: shutil.copyfileobj(source, out, 1 << 20)) as half,
        ):
            self._move(half, key, by=os.replace)

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

    def erase(self, place: str) -> list[Entry]:
        """Remove a key for good, or all below one that ends with a slash, with its folders."""
        path = self._path(place.removesuffix("/"))
        if place.endswith("/"):
            gone = list(self.list(place))
        else:
            gone = [self.entry(place)] if self.exists(place) else []
        for entry in gone:
            self.delete(entry.key)
        for half in _files_below(self._half_made):
            if _becomes(half.name, place):
                half.unlink(missing_ok=True)
        if place.endswith("/"):
            _remove_folders(path)
        return gone

    def _move(self, half: str, key: str, *, by: Callable[[str, str], object]) -> None:
        """Put a finished file in its place, whose folder is made if it is the first there."""
        target = self._name(key)
        try:
            by(half, target)
        except FileNotFoundError:
            Path(target).parent.mkdir(parents=True, exist_ok=True)
            by(half, target)

    @contextlib.contextmanager
    def _temporary(self, key: str, fill: Callable[[IO[bytes]], object]) -> Iterator[str]:
        """A synced file of what is filled in, gone at the end; others may read it, as usual."""
        half = f"{self._half_made}/{_flat(checked(key))}.{uuid4().hex}"
        try:
            with self._created(half) as out:
                fill(out)
                out.flush()
                os.fsync(out.fileno())
            yield half
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(half)  # noqa: PTH108 - thousands of times a run

    def _created(self, half: str) -> IO[bytes]:
        try:
            return open(half, "xb")  # noqa: PTH123 - as often; its user closes it
        except FileNotFoundError:  # the first write ever, or somebody tidied up
            self._half_made.mkdir(parents=True, exist_ok=True)
            return open(half, "xb")  # noqa: PTH123


def _sweep(half_made: Path) -> None:
    """Free what writers left that were killed long ago."""
    for path in _files_below(half_made):
        with contextlib.suppress(OSError):  # another process sweeps too
            if path.stat().st_mtime < time.time() - LEFTOVER_S:
                path.unlink()


def _flat(key: str) -> str:
    """A key as the beginning of a file name, so that what a killed writer left says whose it is."""
    return key.replace("/", "%").encode()[:FLAT_BYTES].decode(errors="ignore")


def _becomes(name: str, place: str) -> bool:
    """Whether a half-made file was to become that key, or one below that folder."""
    flat = name.rpartition(".")[0]
    return flat.startswith(_flat(place)) if place.endswith("/") else flat == _flat(place)


def _remove_folders(folder: Path) -> None:
    """Remove folders in which nothing is left: their names may tell of somebody, too."""
    for inner, _, _ in os.walk(folder, topdown=False):
        with contextlib.suppress(OSError):  # somebody writes into it again
            Path(inner).rmdir()


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
