"""Models that people upload: which kind of file it is, and what its numbers mean.

Whatever the bytes are, `read_model` ends in a `Mesh` or in an `InputError` with a code. The kind
is told by the content, the name only breaks ties. What belongs here: kinds, units and the way up.
What does not: any one format (`maquette.formats.model_files`) and mending what was read.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Callable

import numpy as np

from maquette.batch.stages import Made, map_stage
from maquette.errors import InputError
from maquette.formats.model_files import gltf, obj, off, ply, stl, threemf
from maquette.formats.model_files.joining import Joined, joined
from maquette.formats.model_files.parts import BYTES_AT_MOST, Model, Wide, damaged
from maquette.pictures.opening import shown
from maquette.types import File, Mesh

UNITS_M = {"mm": 0.001, "cm": 0.01, "m": 1.0, "in": 0.0254, "ft": 0.3048, "micron": 1e-6}
UNITS = ("mm", "cm", "m", "in")  # those that an order may name
UPS = ("y", "z")
SMALL_M, LARGE_M = 0.001, 5.0  # outside of these the unit is probably wrong
LARGEST_M = 1e5
FAR = 1000  # times its own size from the origin, where float32 loses its shape

_READERS: dict[str, Callable[[bytes], Model]] = {
    "glb": gltf.read,
    "3mf": threemf.read,
    "ply": ply.read,
    "off": off.read,
    "stl": stl.read,
    "obj": obj.read,
}
_UPS = {"stl": "z", "3mf": "z"}  # by custom; y for all others
# what people upload by mistake, so that the message can say it
_OTHERS = (
    (rb"Kaydara FBX", "an FBX file"),
    (rb"BLENDER|\x1f\x8b|\x28\xb5\x2f\xfd", "a Blender or packed file"),
    (rb"ISO-10303", "a STEP file"),
    (rb"PXR-USDC|#usda", "a USD file"),
    (rb"\s*\{", "a JSON file (glTF with its parts beside it, perhaps)"),
    (rb"\s*<", "an XML or HTML file"),
    (rb"PK\x03\x04", "a zip archive without a 3MF model"),
    (rb"\x89PNG|\xff\xd8\xff", "a picture"),
    (rb"%PDF", "a PDF"),
)
# what readers raise on bytes that lie; anything else is a mistake of ours
_BROKEN = (
    *(ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError),
    *(EOFError, RecursionError, MemoryError, NotImplementedError, ZeroDivisionError),
    *(struct.error, zlib.error, zipfile.BadZipFile),
)


@map_stage(version="1")
def read_model(model_file: File, *, model_name: str, unit: str = "", up: str = "") -> Made:
    """Read a GLB, STL, OBJ, PLY, 3MF or OFF file as one mesh.

    Args:
        model_file: the whole file.
        model_name: what the user calls it, for messages.
        unit: ``mm``, ``cm``, ``m`` or ``in``; empty for what the file says, or its format's custom.
        up: ``y`` or ``z``; empty likewise.
    """
    where = shown(model_name)
    _expect_known("unit", unit, UNITS)
    _expect_known("up", up, UPS)
    kind = kind_of(model_file.data, where=where)
    try:
        model = _READERS[kind](model_file.data)
        whole = joined(model)
    except InputError as refused:
        raise InputError(
            refused.code, f"{where} ({kind.upper()}): {refused.reason}", fix=refused.fix
        ) from refused
    except _BROKEN as broken:
        words = " ".join(str(broken).split())[:160]
        trouble = damaged(f"{where} ({kind.upper()}) cannot be read: {words or repr(broken)[:160]}")
        raise trouble from broken
    own = unit or model.unit or "mm"
    upward = up or model.up or _UPS.get(kind, "y")
    notes = [*whole.notes, *_assumed(kind, model, own, upward, asked=(unit, up))]
    mesh, more = _placed(whole, unit_m=UNITS_M[own], up=upward, where=where)
    return Made(
        outputs={"model": mesh}, scores={"faces_read": float(len(mesh.faces))},
        notes=(*notes, *more),
    )  # fmt: skip


def _expect_known(name: str, said: str, known: tuple[str, ...]) -> None:
    if said and said not in known:
        raise InputError(
            "MESH_OPTION_UNKNOWN", f"{name} {said!r} is unknown", fix=f"use {', '.join(known)}"
        )


def kind_of(data: bytes, *, where: str) -> str:
    """Which format these bytes are: glb, 3mf, ply, off, stl or obj.

    Raises InputError MESH_FILE_EMPTY, MESH_FILE_TOO_LARGE or MESH_FILE_KIND.
    """
    if not data.strip(b" \t\r\n\0"):
        raise InputError("MESH_FILE_EMPTY", f"{where} holds nothing", fix="upload it again")
    if len(data) > BYTES_AT_MOST:
        raise InputError(
            "MESH_FILE_TOO_LARGE",
            f"{where} has {len(data):,} bytes, at most {BYTES_AT_MOST:,} are read",
            fix="reduce it, or save it as a binary format",
        )
    for kind, fits in _SIGNS:
        if fits(data, where):
            return kind
    looks = [what for sign, what in _OTHERS if re.match(sign, data[:64])]
    raise InputError(
        "MESH_FILE_KIND",
        f"{where} is {looks[0] if looks else 'no model that we know'}",
        fix="save it as GLB, STL, OBJ, PLY, 3MF or OFF",
    )


def _is_threemf(data: bytes, where: str) -> bool:
    del where
    try:
        return data.startswith(b"PK\x03\x04") and threemf.is_model(data)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error):
        return True  # the reader will say what is wrong with it


def _is_loose_stl(data: bytes, where: str) -> bool:
    """Binary STL with a wrong count has no sign at all: the name must do."""
    return where.lower().endswith(".stl") and len(data) >= stl.HEAD_BYTES


_SIGNS: tuple[tuple[str, Callable[[bytes, str], bool]], ...] = (
    ("glb", lambda data, where: data.startswith(gltf.MAGIC)),
    ("3mf", _is_threemf),
    ("ply", lambda data, where: ply.is_ply(data)),
    ("stl", lambda data, where: stl.is_exactly_binary(data) or stl.is_text(data)),
    ("off", lambda data, where: off.is_text(data)),
    ("obj", lambda data, where: obj.is_text(data)),
    ("stl", _is_loose_stl),
)


def _assumed(kind: str, model: Model, unit: str, up: str, *, asked: tuple[str, str]) -> list[str]:
    """What was taken for granted, said once."""
    notes: list[str] = []
    if not asked[0] and not model.unit:
        notes.append(f"{kind.upper()} has no unit: its numbers are taken as millimetres")
    elif asked[0] and model.unit and asked[0] != model.unit:
        notes.append(f"the file says {model.unit}, the order says {unit}: the order was followed")
    if not asked[1] and not model.up and kind != "3mf":
        notes.append(f"{up} is taken as up, as is the custom for {kind.upper()}")
    return notes


def _placed(whole: Joined, *, unit_m: float, up: str, where: str) -> tuple[Mesh, tuple[str, ...]]:
    """The mesh in metres, y up, and notes on its size and place."""
    used = whole.points[np.unique(whole.faces)]
    low, high = used.min(axis=0), used.max(axis=0)
    longest = float((high - low).max())
    longest_m = longest * unit_m
    if not 0 < longest_m < LARGEST_M:
        raise InputError(
            "MESH_SIZE",
            f"{where} would be {longest_m:g} m long",
            fix="check the unit of the order, and for points that lie far off",
        )
    points, notes = whole.points, ()
    if float(np.abs(low + high).max()) / 2 > FAR * longest:
        points = points - (low + high) / 2
        notes = ("it was moved to the origin, which was too far away",)
    if not SMALL_M <= longest_m <= LARGE_M:
        notes = (
            *notes,
            f"it is {longest_m * 1000:g} mm long: if that is wrong, name its unit in the order",
        )
    points_m = _y_up(points * unit_m, up)
    # what no face uses may lie anywhere
    points_m = np.clip(points_m, -LARGEST_M * FAR, LARGEST_M * FAR)
    mesh = Mesh(
        points_m.astype(np.float32),
        whole.faces,
        whole.uv.astype(np.float32),
        whole.texture_png,
        colours=whole.colours,
    )
    return mesh, notes


def _y_up(points: Wide, up: str) -> Wide:
    if up == "y":
        return points
    x, y, z = points.T
    return np.column_stack([x, z, -y])
