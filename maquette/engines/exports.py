"""Files made on this machine out of what was fetched: their place, their making, their record.

A model exported by torch differs by a byte from one torch to the next, so no list can name its
sum. What goes in is pinned instead; what comes out is compared with what the original answers, by
whoever makes it, and kept in one folder with a record of its own sums. What belongs here: that
folder. What does not: making any model (its engine does), and what is fetched
(`maquette.engines.shelf`).
"""

from __future__ import annotations

import hashlib
import importlib
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

RECORD = "made.json"

Report = Callable[[str], None]
# part name -> its file, the folder to write to, and whom to tell what happens
Maker = Callable[[Mapping[str, Path], Path, Report], None]


@dataclass(frozen=True)
class Exported:
    """What is made of an entry's parts.

    Attributes:
        by: ``module:function``, a `Maker`.
        files: names of what it writes.
        size: bytes of them all, about.
        edition: raise it when the maker writes other models: older ones are then not found.
    """

    by: str
    files: tuple[str, ...]
    size: int
    edition: int


def folder_of(home: Path, exported: Exported, *, sums: Sequence[str]) -> Path:
    """Where the files lie: named by all they are made of, so that nothing older is ever found."""
    told = json.dumps([exported.by, exported.edition, *sums])
    return home / hashlib.sha256(told.encode()).hexdigest()[:12]


def states(folder: Path, exported: Exported) -> dict[str, str]:
    """File -> ``sound``, ``missing`` or ``damaged``, by reading every byte."""
    sums = _record(folder)
    return {name: _state(folder / name, sums.get(name, "")) for name in exported.files}


def _record(folder: Path) -> dict[str, str]:
    try:
        return json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _state(path: Path, sha256: str) -> str:
    if not path.is_file():
        return "missing"
    return "sound" if sum_of(path) == sha256 else "damaged"


def sum_of(path: Path) -> str:
    """The sha256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def make_files(
    folder: Path, exported: Exported, *, parts: Mapping[str, Path], report: Report
) -> None:
    """Make the files beside their folder, and put them there whole; whoever is first wins."""
    module, _, function = exported.by.partition(":")
    maker: Maker = getattr(importlib.import_module(module), function)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".") as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        maker(parts, made, report)
        sums = {name: sum_of(made / name) for name in exported.files}
        (made / RECORD).write_text(json.dumps(sums, indent=1, sort_keys=True), encoding="utf-8")
        for other in set(made.iterdir()) - {made / name for name in (RECORD, *sums)}:
            other.unlink()
        _put(made, folder, exported)


def _put(made: Path, folder: Path, exported: Exported) -> None:
    if _is_sound(folder, exported):
        return  # another process made them meanwhile
    shutil.rmtree(folder, ignore_errors=True)
    try:
        made.replace(folder)
    except OSError:  # another process put its own there in this very moment
        if not _is_sound(folder, exported):
            raise


def _is_sound(folder: Path, exported: Exported) -> bool:
    return set(states(folder, exported).values()) == {"sound"}
