"""GLB from anywhere: every mesh of the scene where its node puts it, with its base colour.

What belongs here: the scene, primitives and materials as far as a print can show them. What does
not: raw arrays (`gltf_arrays`), motion, skins, lights, compressed geometry, and the strict reading
of what we wrote (`maquette.formats.glb`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np

from maquette.errors import InputError
from maquette.formats.model_files.gltf_arrays import Arrays, Json, unframed
from maquette.formats.model_files.parts import (
    PARTS_AT_MOST,
    TEXTURES_AT_MOST,
    Model,
    Part,
    Whole,
    Wide,
    colour_bytes,
    damaged,
    expect_faces,
    moved,
)
from maquette.solids.light import srgb_from_linear
from maquette.types import Bytes

MAGIC = b"glTF"
DEEPEST = 200  # nodes below one another
_CLAMP = 33071
_STRIP, _FAN, _TRIANGLES = 5, 6, 4
# what changes looks or sizes in a way we understand, or that a print cannot show
_KNOWN = ("KHR_mesh_quantization", "KHR_texture_transform", "KHR_materials_", "KHR_lights_")


@dataclass
class _Reading:
    """What has been gathered so far, and what limits it."""

    arrays: Arrays
    parts: list[Part] = field(default_factory=list)
    textures: dict[int, int] = field(default_factory=dict)  # image -> number in the model
    seen: set[int] = field(default_factory=set)
    faces: int = 0
    skinned: bool = False


def read(data: bytes) -> Model:
    """All triangles of the scene that is shown, in metres, y up.

    Raises InputError MESH_FILE_EXTERNAL where it points to other files, MESH_FILE_NEEDS where it
    asks for extensions that we do not read, or what the limits say.
    """
    gltf, binary = unframed(data)
    _expect_readable(gltf)
    reading = _Reading(Arrays(gltf, binary))
    for number in _roots(gltf):
        _visit(reading, int(number), np.eye(4), depth=0)
    notes = ("its skin was left out: it stands in its rest pose",) if reading.skinned else ()
    textures = tuple(reading.arrays.image(image) for image in reading.textures)
    return Model(tuple(reading.parts), textures, unit="m", up="y", notes=notes)


def _expect_readable(gltf: Json) -> None:
    for part in [*gltf.get("buffers", []), *gltf.get("images", [])]:
        uri = part.get("uri", "")
        if uri and not str(uri).startswith("data:"):
            raise InputError(
                "MESH_FILE_EXTERNAL",
                "it points to another file, which was not uploaded",
                fix="pack buffers and pictures into the GLB when you export it",
            )
    needed = [str(name)[:80] for name in gltf.get("extensionsRequired", [])]
    unknown = [name for name in needed if not name.startswith(_KNOWN)]
    if unknown:
        raise InputError(
            "MESH_FILE_NEEDS",
            f"it needs {', '.join(unknown[:4])}",
            fix="export it as a plain GLB, without compression",
        )


def _roots(gltf: Json) -> list[Any]:
    if "scenes" in gltf:
        return gltf["scenes"][gltf.get("scene", 0)].get("nodes", [])
    children = {child for node in gltf.get("nodes", []) for child in node.get("children", [])}
    return [n for n in range(len(gltf.get("nodes", []))) if n not in children]


def _visit(reading: _Reading, number: int, above: Wide, *, depth: int) -> None:
    """Add a node's mesh and those below it."""
    if number in reading.seen or depth > DEEPEST or number < 0:
        raise damaged("its nodes do not form a tree")
    reading.seen.add(number)
    node: Json = reading.arrays.gltf["nodes"][number]
    here = above @ _placing(node)
    if "mesh" in node:
        reading.skinned |= "skin" in node
        # a skin's joints place it, not its node
        _add_mesh(reading, node["mesh"], np.eye(4) if "skin" in node else here)
    for child in node.get("children", []):
        _visit(reading, int(child), here, depth=depth + 1)


def _placing(node: Json) -> Wide:
    """A node's own 4 x 4 matrix, for columns of points."""
    if "matrix" in node:
        return np.array(node["matrix"], np.float64).reshape(4, 4).T
    x, y, z, w = (float(value) for value in node.get("rotation", (0, 0, 0, 1)))
    turn = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    placing = np.eye(4)
    placing[:3, :3] = turn * np.array(node.get("scale", (1, 1, 1)), np.float64)
    placing[:3, 3] = node.get("translation", (0, 0, 0))
    return placing


def _add_mesh(reading: _Reading, number: int, placing: Wide) -> None:
    for primitive in reading.arrays.gltf["meshes"][number]["primitives"]:
        if len(reading.parts) >= PARTS_AT_MOST:
            raise damaged(f"it has more than {PARTS_AT_MOST:,} parts")
        faces = _faces(reading, primitive)
        if len(faces):
            part = _part(reading, primitive, faces)
            reading.parts.append(moved(part, placing[:3, :3].T, placing[:3, 3]))


def _faces(reading: _Reading, primitive: Json) -> Whole:
    """Triangles of a primitive; none for points and lines."""
    mode = primitive.get("mode", _TRIANGLES)
    if mode not in (_TRIANGLES, _STRIP, _FAN) or "POSITION" not in primitive["attributes"]:
        return np.zeros((0, 3), np.int64)
    arrays = reading.arrays
    points = arrays.count(primitive["attributes"]["POSITION"])
    count = arrays.count(primitive["indices"]) if "indices" in primitive else points
    reading.faces += count // 3 if mode == _TRIANGLES else max(count - 2, 0)
    expect_faces(reading.faces)
    if "indices" in primitive:
        corners = arrays.values(primitive["indices"], kinds=("SCALAR",)).astype(np.int64).ravel()
    else:
        corners = np.arange(points)
    if len(corners) and int(corners.max()) >= points:
        raise damaged("a face names a point that does not exist")
    return _triangles(corners, mode)


def _triangles(corners: Whole, mode: int) -> Whole:
    if mode == _TRIANGLES:
        return corners[: len(corners) // 3 * 3].reshape(-1, 3)
    if len(corners) < 3:
        return np.zeros((0, 3), np.int64)
    if mode == _FAN:
        hub = np.full(len(corners) - 2, corners[0])
        return np.stack([hub, corners[1:-1], corners[2:]], axis=1)
    strip = np.stack([corners[:-2], corners[1:-1], corners[2:]], axis=1)
    strip[1::2] = strip[1::2, ::-1]  # every other triangle of a strip runs backwards
    return strip


def _part(reading: _Reading, primitive: Json, faces: Whole) -> Part:
    """A primitive with the points that its faces use: many share one large array."""
    arrays, names = reading.arrays, primitive["attributes"]
    used, corners = np.unique(faces, return_inverse=True)
    points = arrays.values(names["POSITION"], kinds=("VEC3",))[used].astype(np.float64)
    material: Json = {}
    if "material" in primitive:
        material = arrays.gltf["materials"][primitive["material"]]
    look: Json = material.get("pbrMetallicRoughness", {})
    colours = _colours(arrays, names, look, used)
    part = Part(points, corners.reshape(-1, 3).astype(np.int64), colours=colours)
    return _textured(reading, part, names, look.get("baseColorTexture"), used)


def _colours(arrays: Arrays, names: Json, look: Json, used: Whole) -> Bytes | None:
    """Point colours times the material's own, from linear light to sRGB; None where all white."""
    linear = np.ones((len(used), 3))
    if "COLOR_0" in names:
        held = arrays.values(names["COLOR_0"], kinds=("VEC3", "VEC4"), shares=True)
        linear = held[used, :3].astype(np.float64)
    # plastic is not see-through: alpha is left behind
    linear = linear * np.array(look.get("baseColorFactor", (1, 1, 1, 1)), np.float64)[:3]
    linear = np.clip(np.nan_to_num(linear, nan=1.0), 0, 1)
    return None if (linear == 1).all() else colour_bytes(srgb_from_linear(linear), full=1.0)


def _textured(reading: _Reading, part: Part, names: Json, said: Json | None, used: Whole) -> Part:
    """The part with its texture, where the material names one and the mesh has coordinates."""
    if said is None:
        return part
    gltf = reading.arrays.gltf
    texture: Json = gltf["textures"][said["index"]]
    transform = cast(Json, said.get("extensions", {}).get("KHR_texture_transform", {}))
    place = f"TEXCOORD_{int(transform.get('texCoord', said.get('texCoord', 0)))}"
    if place not in names or "source" not in texture:
        return part
    uv = reading.arrays.values(names[place], kinds=("VEC2",), shares=True)[used]
    if len(reading.textures) >= TEXTURES_AT_MOST and texture["source"] not in reading.textures:
        raise damaged(f"it has more than {TEXTURES_AT_MOST} textures")
    number = reading.textures.setdefault(int(texture["source"]), len(reading.textures))
    sampler: Json = gltf["samplers"][texture["sampler"]] if "sampler" in texture else {}
    clamped = sampler.get("wrapS") == sampler.get("wrapT") == _CLAMP
    return replace(
        part, uv=_transformed(uv.astype(np.float64), transform), texture=number, clamped=clamped
    )


def _transformed(uv: Wide, transform: Json) -> Wide:
    if not transform:
        return uv
    angle = float(transform.get("rotation", 0))
    scaled = uv * np.array(transform.get("scale", (1, 1)), np.float64)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return scaled @ turn + np.array(transform.get("offset", (0, 0)), np.float64)
