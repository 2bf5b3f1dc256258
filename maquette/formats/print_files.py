"""Print files: what is handed out was read again and found whole and of the right size.

What belongs here: the stage, the table of formats, and the judgement of what was written. What
does not: any one format.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.batch.stages import Made, map_stage
from maquette.errors import FormatError, InputError
from maquette.formats.glb import read_glb, write_glb
from maquette.formats.looks import Dressed, dressed
from maquette.formats.model_files import obj as obj_files
from maquette.formats.model_files import stl as stl_files
from maquette.formats.model_files import threemf as threemf_files
from maquette.formats.model_files.parts import Model
from maquette.formats.obj import write_obj
from maquette.formats.stl import write_stl
from maquette.formats.threemf import write_3mf
from maquette.provenance import Provenance
from maquette.solids.soundness import soundness_of
from maquette.types import File, Mesh

MOST_OFF_MM = 0.01
TITLE_AT_MOST = 200
Surface = tuple[NDArray[Any], NDArray[Any]]  # points, faces


@dataclass(frozen=True)
class _Title:
    """What is said of a print beside its shape."""

    text: str
    provenance: Provenance


@dataclass(frozen=True)
class _Format:
    """One kind of file: how it is written, and how many mm its numbers are when read again."""

    write: Callable[[Mesh, Dressed, _Title], bytes]
    read: Callable[[bytes], Surface]
    unit_mm: float = 1.0


def _one_part(model: Model) -> Surface:
    (part, *rest) = model.parts
    # a texture and its colours make one part here: anything else is not what we wrote
    if rest:
        raise FormatError("PRINT_FILE_WRONG", f"{len(model.parts)} parts were read instead of one")
    return part.points, part.faces


def _glb_surface(data: bytes) -> Surface:
    mesh = read_glb(data)
    return mesh.points, mesh.faces


FORMATS: dict[str, _Format] = {
    "stl": _Format(
        lambda mesh, print_mm, said: write_stl(print_mm, title=said.text),
        lambda data: _one_part(stl_files.read(data)),
    ),
    "3mf": _Format(
        lambda mesh, print_mm, said: write_3mf(print_mm, said.provenance, title=said.text),
        lambda data: _one_part(threemf_files.read(data)),
    ),
    "glb": _Format(
        lambda mesh, print_mm, said: write_glb(
            mesh, said.provenance, names=(said.text or "Print", "Solid")
        ),
        _glb_surface,
        unit_mm=1000.0,
    ),
    "obj": _Format(
        lambda mesh, print_mm, said: write_obj(print_mm, title=said.text),
        lambda data: _one_part(obj_files.read(data)),
    ),
}


@map_stage(version="1")
def write_print(
    print: Mesh,  # noqa: A002 (the object's name)
    *,
    formats: list[str],
    title: str,
    provenance: Provenance | None = None,
) -> Made:
    """Write a print in every format that was asked for.

    Args:
        print: at its final size.
        formats: any of ``stl``, ``3mf``, ``glb`` and ``obj``.
        title: told in the files.
        provenance: embedded where a format has a place for it.

    Raises FormatError PRINT_FILE_NOT_SOLID or PRINT_FILE_SIZE where a file, read again, is not
    what it should be: it is not handed out.
    """
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown or not formats:
        raise InputError(
            "PRINT_FORMAT_UNKNOWN",
            f"format {unknown[0]!r} is unknown" if unknown else "no format was asked for",
            fix=f"use any of {', '.join(FORMATS)}",
        )
    said = _Title(" ".join(title.split())[:TITLE_AT_MOST], provenance or Provenance())
    print_mm = dressed(print)
    size_mm = np.sort(np.ptp(print.points.astype(np.float64) * 1000, axis=0))
    outputs: dict[str, File] = {}
    scores: dict[str, float] = {}
    for ending in dict.fromkeys(formats):
        data = FORMATS[ending].write(print, print_mm, said)
        scores[f"{ending}_off_mm"] = _judged(data, ending, size_mm)
        outputs[f"file/{ending}"] = File(data, ending)
    notes: tuple[str, ...] = ()
    if "3mf" in formats and print.texture_png is not None and print.colours is not None:
        notes = ("the 3MF keeps the texture; colours on top of it are in GLB and OBJ only",)
    return Made(outputs, scores, notes)


def _judged(data: bytes, ending: str, size_mm: NDArray[np.float64]) -> float:
    """How far off the largest side of a file is when it is read again, in mm."""
    kind = FORMATS[ending]
    points, faces = kind.read(data)
    found = soundness_of(points, faces)
    if not found.sound:
        wrong = {name: count for name, count in found.troubles.items() if count}
        raise FormatError(
            "PRINT_FILE_NOT_SOLID",
            f"the {ending.upper()} file is no closed solid when read again: {wrong}",
            fix="mend the model first, or make it larger",
        )
    read_mm = np.sort(np.ptp(points[np.unique(faces)].astype(np.float64), axis=0) * kind.unit_mm)
    off_mm = float(np.abs(read_mm - size_mm).max())
    if not off_mm <= MOST_OFF_MM:
        raise FormatError(
            "PRINT_FILE_SIZE", f"the {ending.upper()} file is {off_mm:.4f} mm off when read again"
        )
    return round(off_mm, 6)
