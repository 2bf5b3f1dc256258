"""USDZ packages with their layer edited by USD itself, for tests that spoil them.

What belongs here: opening and packing again. What does not: any edit.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pxr import Usd

from maquette.formats.usdz_archive import Entry, read_archive, write_archive


def edited(package: bytes, edit: Callable[[Any], object], folder: Path) -> bytes:
    """The package after an edit of its stage; the folder is used on the way."""
    (layer, *others), _ = read_archive(package)
    path = folder / layer.name
    path.write_bytes(layer.data)
    stage = Usd.Stage.Open(str(path))
    edit(stage)
    stage.GetRootLayer().Save()
    del stage
    return write_archive([Entry(layer.name, path.read_bytes()), *others])
