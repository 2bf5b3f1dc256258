"""What a foreign engine answers, as one of our meshes: checked, turned upright, faces outside.

What belongs here: from the bytes of an answer to a `Mesh`. What does not: how the engines came
to it (`worker`), and mending what they made, which is a mender's.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.engines.shapers.families import Family
from maquette.errors import EngineError, InputError
from maquette.solids.textures import encode_png
from maquette.types import Floats, Indices, Mesh

# name, numbers per row, what they are: the parts of an answer, in the order they are sent
PARTS = (
    ("points", 3, np.float32),
    ("faces", 3, np.int32),
    ("uv", 2, np.float32),
    ("colours", 4, np.uint8),
    ("texture", 3, np.uint8),
)


def mesh_of(family: Family, head: dict[str, Any], payload: bytes) -> Mesh:
    """The mesh that an answer holds, in our axes.

    Raises EngineError ENGINE_FAILED for an answer that contradicts itself, and InputError
    SHAPED_NOTHING where there is no face: the same picture and seed would give none again.
    """
    parts = _parts(family, head, payload)
    points, faces = parts["points"], parts["faces"]
    if not len(faces):
        raise InputError(
            "SHAPED_NOTHING",
            f"{family.name} made no solid of this picture",
            fix="use another seed, or a larger, clearer subject",
        )
    if faces.min() < 0 or faces.max() >= len(points) or not np.isfinite(points).all():
        raise _wrong(family, "faces without points, or values that are not numbers")
    if len(parts["colours"]) not in (0, len(points)):
        raise _wrong(family, f"{len(parts['colours'])} colours for {len(points)} points")
    upright = np.ascontiguousarray(points @ np.array(family.axes, np.float32).T)
    uv = parts["uv"] if len(parts["uv"]) else np.zeros((len(points), 2), np.float32)
    texture = parts["texture"]
    return Mesh(
        points=upright,
        faces=outward(upright, faces),
        uv=_from_the_top(family, uv, points=len(points)),
        texture_png=encode_png(texture.reshape(*head["texture_hw"], 3)) if len(texture) else None,
        colours=parts["colours"] if len(parts["colours"]) else None,
    )


def _parts(family: Family, head: dict[str, Any], payload: bytes) -> dict[str, NDArray[Any]]:
    found: dict[str, NDArray[Any]] = {}
    start = 0
    for name, wide, kind in PARTS:
        rows = int(head["rows"][name])
        size = rows * wide * np.dtype(kind).itemsize
        if rows < 0 or start + size > len(payload):
            raise _wrong(family, f"{len(payload)} bytes for {head['rows']}")
        flat = np.frombuffer(payload, kind, rows * wide, start)
        found[name] = flat.reshape(rows, wide).copy()
        start += size
    if start != len(payload):
        raise _wrong(family, f"{len(payload)} bytes for {head['rows']}")
    return found


def _from_the_top(family: Family, uv: Floats, *, points: int) -> Floats:
    """Texture coordinates from the top left: what trimesh holds counts from the bottom left."""
    if len(uv) != points or not np.isfinite(uv).all():
        raise _wrong(family, f"{len(uv)} texture coordinates for {points} points")
    return np.stack([uv[:, 0], 1 - uv[:, 1]], axis=1).astype(np.float32)


def outward(points: Floats, faces: Indices) -> Indices:
    """The faces, all turned over where they enclose less than nothing.

    Marching cubes of other makes wind their triangles either way.
    """
    corners = (points - points.mean(axis=0)).astype(np.float64)[faces]
    six_volumes = np.einsum("ij,ij->", np.cross(corners[:, 0], corners[:, 1]), corners[:, 2])
    return faces if six_volumes >= 0 else np.ascontiguousarray(faces[:, ::-1])


def _wrong(family: Family, what: str) -> EngineError:
    return EngineError("ENGINE_FAILED", f"{family.name} answered {what}")
