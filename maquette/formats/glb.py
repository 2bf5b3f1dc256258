"""GLB: one mesh with one texture in one binary glTF 2.0 file, metres, y up; it may move.

Written by hand because the libraries neither give equal bytes nor keep our normals; passes the
Khronos validator without a remark. What belongs here: writing, and reading back what we wrote,
strictly: no addresses of other files, nothing outside its bounds. What does not: foreign models,
and meshes that change their shape (`animated_glb`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.errors import FormatError, InputError
from maquette.formats.glb_parts import (
    Buffer,
    Json,
    asset_of,
    display,
    expect_self_contained,
    finished,
    material_of,
    picture_of,
    primitive_of,
    texture_of,
    unframed,
    values_of,
)
from maquette.provenance import Provenance
from maquette.solids.motions import middle_and_side
from maquette.solids.surfaces import Shaded, shaded
from maquette.types import Floats, Mesh, Motion

_MOVES = {"translation": "VEC3", "rotation": "VEC4", "scale": "VEC3"}
UNEVEN = 1e-4  # how far from one the length of a turn may be


def write_glb(
    mesh: Mesh, provenance: Provenance, *, names: tuple[str, str] = ("Sticker", "Card")
) -> bytes:
    """A mesh as GLB bytes, its normals split only along creases; same mesh, same bytes.

    Args:
        mesh: with at least one face.
        provenance: of what it shows.
        names: of the thing and of its mesh, as programs list them.
    """
    if not len(mesh.faces):
        raise FormatError("GLB_EMPTY", "a mesh without faces cannot be written")
    return write_shaded_glb(mesh, shaded(mesh), provenance, names=names)


def write_shaded_glb(
    mesh: Mesh, surface: Shaded, provenance: Provenance, *, names: tuple[str, str]
) -> bytes:
    """The same of a mesh whose corners were split before: its points are the surface's."""
    buffer = Buffer()
    primitive = primitive_of(surface, buffer, textured=mesh.texture_png is not None)
    gltf: Json = {
        "asset": asset_of(provenance),
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": names[0]}],
        "meshes": [{"name": names[1], "primitives": [primitive]}],
        "materials": [material_of(mesh)],
        **picture_of(mesh, buffer),
        **_moving(mesh.motion, surface.points, buffer),
    }
    return finished(gltf, buffer)


def _moving(motion: Motion | None, points: Floats, buffer: Buffer) -> Json:
    """The nodes of a mesh that moves, and its animation; nothing where it stands still.

    A node in the middle of the mesh moves, the mesh hangs below it: turns and sizes are then
    about the middle between keys too.
    """
    if motion is None:
        return {}
    middle, side_m = middle_and_side(points)
    keys = {
        "translation": motion.offsets.astype(np.float64) * side_m + middle,
        "rotation": motion.turns_xyzw,
        "scale": motion.sizes,
    }
    times = buffer.accessor(motion.times_s.astype("<f4"), kind="SCALAR")
    samplers = [
        {
            "input": times,
            "output": buffer.accessor(keys[path].astype("<f4"), kind=kind),
            "interpolation": "LINEAR",
        }
        for path, kind in _MOVES.items()
    ]
    channels = [{"sampler": i, "target": {"node": 0, "path": p}} for i, p in enumerate(_MOVES)]
    first = {path: keys[path][0].astype(np.float32).tolist() for path in _MOVES}
    return {
        "nodes": [
            {"name": "Sticker", "children": [1], **first},
            {"name": "Card", "mesh": 0, "translation": (-middle).tolist()},
        ],
        "animations": [{"name": "Motion", "channels": channels, "samplers": samplers}],
    }


def read_glb(data: bytes) -> Mesh:
    """The mesh in GLB bytes that we wrote.

    Raises FormatError GLB_HEADER, GLB_JSON, GLB_EXTERNAL, GLB_CONTENT or GLB_BOUNDS.
    """
    gltf, binary = unframed(data)
    try:
        expect_self_contained(gltf)
        (primitive,) = gltf["meshes"][0]["primitives"]
        names = primitive["attributes"]
        points = values_of(gltf, binary, names["POSITION"], kind="VEC3")
        uv = np.zeros((len(points), 2), np.float32)
        if "TEXCOORD_0" in names:
            uv = values_of(gltf, binary, names["TEXCOORD_0"], kind="VEC2")
        colours = None
        if "COLOR_0" in names:
            colours = display(values_of(gltf, binary, names["COLOR_0"], kind="VEC4", real=False))
        faces = values_of(gltf, binary, primitive["indices"], kind="SCALAR", real=False)
        cutoff = gltf["materials"][primitive["material"]].get("alphaCutoff")
        texture = texture_of(gltf, binary)
        motion = _motion(gltf, binary, points)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, InputError) as missing:
        raise FormatError(
            "GLB_CONTENT", f"not one textured mesh as we write it: {missing!r}"
        ) from (missing)
    if len(faces) % 3 or (len(faces) and int(faces.max()) >= len(points)):
        raise FormatError("GLB_BOUNDS", "a face names a point that does not exist")
    same = len(uv) == len(points) and (colours is None or len(colours) == len(points))
    if not same or not np.isfinite(points).all():
        raise FormatError("GLB_CONTENT", "points, coordinates and colours do not match")
    triangles = faces.reshape(-1, 3).astype(np.int32)
    uv = uv.astype(np.float32)
    return Mesh(points.astype(np.float32), triangles, uv, texture, cutoff, motion, colours)


def _motion(gltf: Json, binary: bytes, points: NDArray[Any]) -> Motion | None:
    """The motion of node 0, in shares of what it moves."""
    if "animations" not in gltf:
        return None
    (animation,) = gltf["animations"]
    keys: dict[str, NDArray[Any]] = {}
    times: set[int] = set()
    for channel in animation["channels"]:
        path, sampler = channel["target"]["path"], animation["samplers"][channel["sampler"]]
        if channel["target"]["node"] != 0 or sampler["interpolation"] != "LINEAR":
            raise ValueError(f"the {path} is not a line between keys of node 0")
        keys[path] = values_of(gltf, binary, sampler["output"], kind=_MOVES[path])
        times.add(sampler["input"])
    (number,) = times
    middle, side_m = middle_and_side(points)
    times_s = values_of(gltf, binary, number, kind="SCALAR")
    motion = Motion(
        times_s.astype(np.float32),
        ((keys["translation"] - middle) / side_m).astype(np.float32),
        keys["rotation"].astype(np.float32),
        keys["scale"].astype(np.float32),
    )
    _expect_playable(motion)
    return motion


def _expect_playable(motion: Motion) -> None:
    poses = (motion.times_s, motion.offsets, motion.turns_xyzw, motion.sizes)
    if not all(np.isfinite(values).all() for values in poses):
        raise ValueError("some keys are not numbers")
    if len(motion.times_s) < 2 or motion.times_s[0] != 0 or (np.diff(motion.times_s) <= 0).any():
        raise ValueError("times do not rise from 0")
    if np.abs(np.linalg.norm(motion.turns_xyzw, axis=1) - 1).max() > UNEVEN:
        raise ValueError("some turns are not of length one")
