"""The shelf: where models and art lie on this machine, what they must be, how they get there.

What belongs here: finding, fetching and checking what ``shelf.toml`` lists. What does not: how a
registry is talked to (`maquette.engines.registries`), and loading a model, which its engine does.

A file lies under the name of its own sum, so a newer list never finds an older file, and what is
there was whole when it was put there.
"""

from __future__ import annotations

import importlib
import os
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from maquette.engines.exports import Exported, folder_of, make_files, states, sum_of
from maquette.engines.registries import Expected, Packages, Source, unreachable
from maquette.errors import EngineError, InputError

LIST = Path(__file__).with_name("shelf.toml")
AT_ONCE = 6  # downloads; more does not help on an ordinary line

Report = Callable[[str], None]
# part name -> its file, and the path to write what is made of them
Cut = Callable[[dict[str, Path], Path], None]


@dataclass(frozen=True)
class File:
    """One file: its name, what it must be, and where it can be had."""

    name: str
    expected: Expected
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One thing on the shelf.

    Attributes:
        licence: of the weights or art, SPDX where there is one.
        files: what lies on the shelf when it is there.
        parts: what is fetched and given to `cut`, where the files are made here.
        cut: ``module:function`` that makes the one file out of the parts.
        exported: what else is made of the parts here, whose bytes no list can know.
        hub: a repository the hub's own client fetches and keeps; nothing of it is pinned by us.
        hub_files: patterns of what is taken from it: published models lie there in many forms.
        hub_bytes: what that is, about.
        default: fetched for the demo.
    """

    name: str
    about: str
    licence: str
    home: str
    files: tuple[File, ...] = ()
    parts: tuple[File, ...] = ()
    cut: str = ""
    exported: Exported | None = None
    hub: str = ""
    hub_files: tuple[str, ...] = ()
    hub_bytes: int = 0
    default: bool = False

    @property
    def size_bytes(self) -> int:
        """What it takes on the disk."""
        made = self.exported.size if self.exported else 0
        return self.hub_bytes or made or sum(file.expected.size for file in self.files)


@dataclass(frozen=True)
class Row:
    """One line of ``maquette shelf list``."""

    name: str
    about: str
    licence: str
    size_mb: float
    here: bool
    default: bool


def read_entries(text: str) -> dict[str, Entry]:
    """The entries of a shelf list, by name."""
    table: dict[str, dict[str, Any]] = tomllib.loads(text)
    return {name: _entry(name, fields) for name, fields in table.items()}


def _entry(name: str, fields: dict[str, Any]) -> Entry:
    files = tuple(_file(row) for row in fields.pop("files", ()))
    parts = tuple(_file(row) for row in fields.pop("parts", ()))
    patterns = tuple(fields.pop("hub_files", ()))
    made = fields.pop("exported", None)
    exported = Exported(**made | {"files": tuple(made["files"])}) if made else None
    return Entry(name, files=files, parts=parts, exported=exported, hub_files=patterns, **fields)


def _file(row: dict[str, Any]) -> File:
    expected = Expected(row["size"], row["sha256"])
    return File(row["name"], expected, tuple(_source(s) for s in row.get("sources", ())))


def _source(row: dict[str, str]) -> Source:
    (kind,) = row.keys() - {"member"}
    return Source(kind, row[kind], row.get("member", ""))  # type: ignore[arg-type]


@cache
def entries() -> dict[str, Entry]:
    """Everything the shelf knows of, by name."""
    return read_entries(LIST.read_text(encoding="utf-8"))


def entry(name: str) -> Entry:
    """The entry of that name; raises InputError MODEL_UNKNOWN."""
    found = entries().get(name)
    if found is None:
        raise InputError(
            "MODEL_UNKNOWN",
            f"the shelf knows no {name!r}",
            fix=f"use one of {', '.join(sorted(entries()))}",
        )
    return found


def defaults() -> list[str]:
    """Names of what the demo needs."""
    return [name for name, found in entries().items() if found.default]


def shelf_folder() -> Path:
    """Where files are kept: MAQUETTE_SHELF, or the user's cache."""
    named = os.environ.get("MAQUETTE_SHELF")
    return Path(named) if named else Path.home() / ".cache" / "maquette" / "shelf"


def _place(found: Entry, file: File) -> Path:
    return shelf_folder() / found.name / f"{file.expected.sha256[:12]}-{file.name}"


def shelf_file(name: str, file: str = "") -> Path:
    """The path of an entry's file, or of its only one; raises EngineError MODEL_MISSING."""
    places = _places(entry(name))
    chosen = file or next(iter(places), "")
    if chosen not in places:
        raise InputError("MODEL_UNKNOWN", f"the shelf's {name!r} has no file {file!r}")
    if not places[chosen].is_file():
        raise EngineError(
            "MODEL_MISSING",
            f"{chosen} of {name!r} is not on the shelf ({shelf_folder()})",
            fix=f"run: maquette shelf fetch {name}",
        )
    return places[chosen]


def _places(found: Entry) -> dict[str, Path]:
    """File name -> where it lies once it is on the shelf."""
    places = {file.name: _place(found, file) for file in found.files}
    if found.exported:
        places |= {name: _made_in(found, found.exported) / name for name in found.exported.files}
    return places


def _made_in(found: Entry, exported: Exported) -> Path:
    sums = [part.expected.sha256 for part in found.parts]
    return folder_of(shelf_folder() / found.name, exported, sums=sums)


def shelf_sums(name: str) -> dict[str, str]:
    """File -> sha256 as the list has it, without looking at the disk; for a hub its revision.

    What is exported here is known by what it is made of.
    """
    found = entry(name)
    if found.hub:
        return {found.hub: "main"}
    known = found.parts if found.exported else found.files
    return {file.name: file.expected.sha256 for file in known}


def list_rows() -> list[Row]:
    """The shelf as a table: what is known, and what is here."""
    return [
        Row(
            name=found.name,
            about=found.about,
            licence=found.licence,
            size_mb=round(found.size_bytes / 1e6, 1),
            here=_is_here(found),
            default=found.default,
        )
        for found in entries().values()
    ]


def _is_here(found: Entry) -> bool:
    if found.hub:
        home = Path(os.environ.get("HF_HOME", Path.home() / ".cache" / "huggingface"))
        kept = Path(os.environ.get("HF_HUB_CACHE", home / "hub"))
        return (kept / f"models--{found.hub.replace('/', '--')}" / "snapshots").is_dir()
    return all(path.is_file() for path in _places(found).values())


def verify(names: Sequence[str]) -> dict[str, str]:
    """``name/file`` -> ``sound``, ``missing`` or ``damaged``, by reading every byte.

    What the hub's client keeps is its own to check and is left out.
    """
    return verify_entries([entry(name) for name in names])


def verify_entries(chosen: Sequence[Entry]) -> dict[str, str]:
    """Check entries, listed or not; see `verify`."""
    return {
        f"{found.name}/{name}": state for found in chosen for name, state in _states(found).items()
    }


def _states(found: Entry) -> dict[str, str]:
    told = {file.name: _state(_place(found, file), file.expected) for file in found.files}
    if found.exported:
        told |= states(_made_in(found, found.exported), found.exported)
    return told


def _state(path: Path, expected: Expected) -> str:
    if not path.is_file():
        return "missing"
    return "sound" if sum_of(path) == expected.sha256 else "damaged"


def fetch(names: Sequence[str], *, report: Report) -> None:
    """Put these entries on the shelf; what is there and sound is left alone.

    Downloads run side by side, several processes may fetch at once, and what arrived before an
    error stays. Raises EngineError MODEL_SOURCE_UNREACHABLE or MODEL_CHECKSUM for the first
    file that no source could give.
    """
    chosen = [entry(name) for name in names]  # an unknown name stops before any download
    fetch_entries(chosen, report=report)


def fetch_entries(chosen: Sequence[Entry], *, report: Report) -> None:
    """Put entries on the shelf, listed or not; see `fetch`."""
    _prepare_folder()
    with tempfile.TemporaryDirectory(prefix="maquette-shelf-") as scratch:
        packages = Packages(Path(scratch))
        jobs = [
            (file, target)
            for found in chosen
            if _lacks(found)
            for file, target in _downloads(found, Path(scratch) / "parts" / found.name)
        ]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            results = [pool.submit(_bring, packages, *job, report=report) for job in jobs]
        for result in results:
            result.result()
        for found in chosen:
            if found.parts and _lacks(found):
                _make(found, Path(scratch) / "parts" / found.name, report=report)
    for found in chosen:  # last: they are the largest by far
        if found.hub:
            _fetch_hub(found, report=report)


def _prepare_folder() -> None:
    try:
        shelf_folder().mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EngineError(
            "SHELF_UNWRITABLE",
            f"{shelf_folder()} cannot be made: {error.strerror}",
            fix="name another folder in MAQUETTE_SHELF",
        ) from error


def _lacks(found: Entry) -> bool:
    return any(state != "sound" for state in _states(found).values())


def _downloads(found: Entry, parts: Path) -> list[tuple[File, Path]]:
    if found.parts:
        return [(part, parts / part.name) for part in found.parts]
    places = [(file, _place(found, file)) for file in found.files]
    return [(file, path) for file, path in places if _state(path, file.expected) != "sound"]


def _bring(packages: Packages, file: File, target: Path, *, report: Report) -> None:
    """Fetch one file from the first source that has it, and put it in place whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    refusals: list[EngineError] = []
    for source in file.sources:
        began_s = time.monotonic()
        try:
            with _beside(target) as part:
                packages.copy(source, part, expected=file.expected)
                part.replace(target)
        except EngineError as error:
            refusals.append(error)
            report(f"{file.name}: not from {source}")
            continue
        taken_s = time.monotonic() - began_s
        report(f"{file.name}: {file.expected.size / 1e6:.1f} MB from {source}, {taken_s:.1f} s")
        return
    raise _refused(file, refusals)


def _refused(file: File, refusals: list[EngineError]) -> EngineError:
    wrong = [error for error in refusals if error.code == "MODEL_CHECKSUM"]
    reasons = "; ".join(error.reason for error in refusals)
    if wrong:
        fix = "a source now hands out another file: update maquette, or report it"
        return EngineError("MODEL_CHECKSUM", f"{file.name}: {reasons}", fix=fix)
    fix = "check the network, or name a mirror with pip's, npm's or HF_ENDPOINT's settings"
    return EngineError("MODEL_SOURCE_UNREACHABLE", f"{file.name}: {reasons}", fix=fix)


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A file of our own next to the target, gone afterwards unless it was moved away."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
    os.fchmod(handle, 0o644)  # a shelf may be shared by users
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _make(found: Entry, folder: Path, *, report: Report) -> None:
    """Make an entry's files out of its parts, each of which was checked when it came."""
    parts = {piece.name: folder / piece.name for piece in found.parts}
    began_s = time.monotonic()
    if found.exported:
        place = _made_in(found, found.exported)
        make_files(place, found.exported, parts=parts, report=report)
    else:
        _cut(found, parts)
    names = ", ".join(_places(found))
    report(f"{names}: made in {time.monotonic() - began_s:.1f} s")


def _cut(found: Entry, parts: dict[str, Path]) -> None:
    (file,) = found.files
    target = _place(found, file)
    target.parent.mkdir(parents=True, exist_ok=True)
    module, _, function = found.cut.partition(":")
    cut: Cut = getattr(importlib.import_module(module), function)
    with _beside(target) as part:
        cut(parts, part)
        if sum_of(part) != file.expected.sha256:
            raise EngineError(
                "MODEL_CHECKSUM",
                f"{file.name}: {found.cut} made sha256 {sum_of(part)}, where shelf.toml expects "
                f"{file.expected.sha256[:12]}",
                fix="maquette and its shelf.toml are of different versions: install it again",
            )
        part.replace(target)


def _fetch_hub(found: Entry, *, report: Report) -> None:
    from huggingface_hub import snapshot_download  # heavy, and needed for these alone

    report(f"{found.name}: {found.size_bytes / 1e9:.1f} GB from hub {found.hub}")
    try:
        snapshot_download(found.hub, allow_patterns=list(found.hub_files))
    except Exception as error:  # the client's errors have no common base
        raise unreachable(Source("hub", found.hub), str(error).partition("\n")[0]) from error
