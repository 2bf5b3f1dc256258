"""Where published models lie and what identifies them: a local folder, or the Hugging Face hub.

What belongs here: finding, naming and refusing weights. What does not: loading them, which each
model family does with its own classes. Only safetensors are read; weights in pickles can run
code and are refused before anything opens them.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maquette.engines.devices import first_line, is_out_of_memory
from maquette.errors import EngineError, MaquetteError

PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
HEADER_BYTES = 100_000_000  # the format's own limit; more is a broken or hostile file
SAMPLE_BYTES = 1 << 16
HUB_ID = re.compile(r"(?P<id>[\w-][\w.-]*/[\w-][\w.-]*)(@(?P<revision>[\w.-]+))?")


@dataclass(frozen=True)
class Source:
    """Where one model lies.

    Attributes:
        place: a folder, a single file of weights, or the model's id on the hub.
        revision: branch, tag or commit on the hub; empty for a folder or file.
    """

    place: str
    revision: str = ""

    @property
    def path(self) -> Path | None:
        """The folder or file it lies in, None for the hub."""
        return None if self.revision else Path(self.place)

    @property
    def arguments(self) -> dict[str, Any]:
        """What every ``from_pretrained`` is told: safetensors only, no network for a folder."""
        offline = not self.revision or os.environ.get("HF_HUB_OFFLINE", "") not in ("", "0")
        told: dict[str, Any] = {"use_safetensors": True, "local_files_only": offline}
        return told | ({"revision": self.revision} if self.revision else {})

    @property
    def fix(self) -> str:
        """The command that fetches the model, or what to look at in a folder."""
        if self.revision:
            return f"hf download {self.place} --revision {self.revision}"
        return "save the model there again in the safetensors format"


def locate(model: str) -> Source:
    """The source a user means: a folder or file that exists, or ``organisation/name[@revision]``.

    A single ``.pt`` file is let through: whoever opens it must check its sum (`check_sum`).
    """
    path = Path(model).expanduser()
    if path.is_dir():
        _refuse_pickles(path)
    if path.exists():
        return Source(str(path))
    match = HUB_ID.fullmatch(model)
    if not match:
        raise EngineError(
            "MODEL_MISSING",
            f"there is no model {path.name!r} on this machine",
            fix="give an existing folder, or organisation/name[@revision] on the hub",
        )
    return Source(match["id"], match["revision"] or "main")


def _refuse_pickles(folder: Path) -> None:
    # Only the folders that are read: published ones also hold other runtimes' .bin files.
    index = folder / "model_index.json"
    parts = json.loads(index.read_text("utf-8")) if index.is_file() else {}
    for place in [folder, *(folder / name for name in parts if (folder / name).is_dir())]:
        suffixes = {path.suffix for path in place.iterdir()}
        if suffixes.intersection(PICKLES) and ".safetensors" not in suffixes:
            raise EngineError(
                "WEIGHTS_UNSAFE",
                f"{place.relative_to(folder.parent)} holds its weights as pickles, which can run "
                "code",
                fix="convert them to safetensors, or fetch the safetensors files",
            )


def identity(source: Source) -> str:
    """What tells this model from others, without reading gigabytes.

    A folder is named by a sha256 over its configuration files, the header of each safetensors
    file (tensor names, shapes, sizes) and 64 KiB from either end of its numbers: a fine-tune of
    the same shape differs there. It identifies, it does not prove that every byte is intact. On
    the hub the revision is the identity: pin ``@<commit>`` where results must stay the same.
    """
    if source.path is None:
        return f"hub:{source.place}@{source.revision}"
    digest = hashlib.sha256()
    root = source.path if source.path.is_dir() else source.path.parent
    for path in sorted(root.rglob("*")) if root == source.path else [source.path]:
        if path.suffix in (".json", ".txt", ".model", ".safetensors"):
            name = path.relative_to(root).as_posix()
            digest.update(f"{name}\0{path.stat().st_size}\0".encode())
            digest.update(_sample(path))
    return f"sha256:{digest.hexdigest()}"


def _sample(path: Path) -> bytes:
    if path.suffix != ".safetensors":
        return path.read_bytes()
    with path.open("rb") as file:
        length = file.read(8)
        header = file.read(min(int.from_bytes(length, "little"), HEADER_BYTES))
        head = file.read(SAMPLE_BYTES)
        file.seek(max(file.tell(), path.stat().st_size - SAMPLE_BYTES))
        return length + header + head + file.read(SAMPLE_BYTES)


def check_sum(file: Path, *, sha256: str) -> None:
    """Refuse a file whose sha256 is not the one expected; with none expected, refuse as well."""
    with file.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if found != sha256.lower():
        raise EngineError(
            "WEIGHTS_UNSAFE",
            f"the sha256 of {file.name} is {found}, expected {sha256 or 'one to be given'}",
            fix="compare it with the publisher's, then set sha256, or use safetensors",
        )


def hush(*libraries: str) -> None:
    """No progress bars on standard error: a run's log is read by people, and by machines."""
    for library in libraries:
        importlib.import_module(f"{library}.utils.logging").disable_progress_bar()


@contextmanager
def loading(source: Source) -> Iterator[None]:
    """Say in our words what a library says when a model cannot be loaded.

    The libraries raise OSError, ValueError, KeyError and classes of their own for one and the
    same thing, a file that is missing or not what its configuration says; all are told alike.
    """
    try:
        yield
    except MaquetteError:
        raise
    except Exception as error:
        name = source.place if source.revision else Path(source.place).name
        if is_out_of_memory(error):
            raise EngineError("OUT_OF_MEMORY", f"{name} does not fit into memory") from error
        code = "MODEL_MISSING" if source.revision else "MODEL_BROKEN"
        raise EngineError(
            code, f"{name} cannot be loaded: {first_line(error)}", fix=source.fix
        ) from error
