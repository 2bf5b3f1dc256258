"""GLB: one mesh with one texture in one binary glTF 2.0 file, metres, y up; it may move.

Written by hand because the libraries neither give equal bytes nor keep our normals; passes the
Khronos validator without a remark. What belongs here: writing, and reading back what we wrote,
strictly: no addresses of other files, nothing outside its bounds. What does not: foreign models.
"""

from __future__ import annotations

import json
import struct
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from maquette.errors import FormatError, InputError
from maquette.formats.imprint import MAKER, chain, imprint
from maquette.provenance import Provenance
from maquette.solids.light import linear_from_srgb, srgb_from_linear
from maquette.solids.motions import middle_and_side
from maquette.solids.surfaces import shaded
from maquette.types import Bytes, Floats, Mesh, Motion

Json = dict[str, Any]

_MAGIC, _JSON, _BIN = 0x46546C67, 0x4E4F534A, 0x004E4942
_FLOAT, _UINT16, _UINT32 = 5126, 5123, 5125
_VERTICES, _TRIANGLES = 34962, 34963  # buffer view targets
_CLAMP, _LINEAR, _MIPMAPPED = 33071, 9729, 9987
_KINDS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
_MOVES = {"translation": "VEC3", "rotation": "VEC4", "scale": "VEC3"}
_DTYPES = {_FLOAT: "<f4", _UINT16: "<u2", _UINT32: "<u4"}
UNEVEN = 1e-4  # how far from one the length of a turn may be
ROUGHNESS = 0.45  # vinyl: a soft sheen


class _Buffer:
    """The binary chunk as it grows, with the views and accessors that point into it."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.views: list[Json] = []
        self.accessors: list[Json] = []

    def view(self, data: bytes, *, target: int | None = None) -> int:
        self.data += b"\0" * (-len(self.data) % 4)
        view: Json = {"buffer": 0, "byteOffset": len(self.data), "byteLength": len(data)}
        self.views.append(view if target is None else {**view, "target": target})
        self.data += data
        return len(self.views) - 1

    def accessor(self, values: NDArray[Any], *, kind: str, target: int | None = None) -> int:
        """Add an array; `kind` is its glTF type, keys of a motion have no target."""
        component = {v: k for k, v in _DTYPES.items()}[values.dtype.str]
        accessor: Json = {
            "bufferView": self.view(values.tobytes(), target=target),
            "componentType": component,
            "count": values.size // _KINDS[kind],
            "type": kind,
        }
        # glTF 2.0 asks for the bounds of points and of times
        if values.dtype.kind == "f" and kind in ("VEC3", "SCALAR") and len(values):
            accessor["min"] = np.atleast_1d(values.min(axis=0)).tolist()
            accessor["max"] = np.atleast_1d(values.max(axis=0)).tolist()
        if component == _UINT16 and kind == "VEC4":
            accessor["normalized"] = True
        self.accessors.append(accessor)
        return len(self.accessors) - 1


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
    surface = shaded(mesh)
    small = len(surface.points) < 65_535  # the last index is reserved for restarts
    faces = surface.faces.ravel().astype("<u2" if small else "<u4")
    buffer = _Buffer()
    attributes = {
        "POSITION": buffer.accessor(surface.points.astype("<f4"), kind="VEC3", target=_VERTICES),
        "NORMAL": buffer.accessor(surface.normals.astype("<f4"), kind="VEC3", target=_VERTICES),
    }
    if mesh.texture_png is not None:
        uv = surface.uv.astype("<f4")
        attributes["TEXCOORD_0"] = buffer.accessor(uv, kind="VEC2", target=_VERTICES)
    if surface.colours is not None:
        light = _light(surface.colours)
        attributes["COLOR_0"] = buffer.accessor(light, kind="VEC4", target=_VERTICES)
    indices = buffer.accessor(faces, kind="SCALAR", target=_TRIANGLES)
    primitive = {"attributes": attributes, "indices": indices, "material": 0}
    gltf: Json = {
        "asset": _asset(provenance),
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": names[0]}],
        "meshes": [{"name": names[1], "primitives": [primitive]}],
        "materials": [_material(mesh)],
        **_picture(mesh, buffer),
        **_moving(mesh.motion, surface.points, buffer),
    }
    buffer.data += b"\0" * (-len(buffer.data) % 4)
    gltf["accessors"] = buffer.accessors
    gltf["bufferViews"] = buffer.views
    gltf["buffers"] = [{"byteLength": len(buffer.data)}]
    return _framed(gltf, bytes(buffer.data))


def _light(colours: Bytes) -> NDArray[np.uint16]:
    """Display colours as the light that glTF asks for, fine enough to come back exactly."""
    shares = colours / 255.0
    shares[:, :3] = linear_from_srgb(shares[:, :3])
    return np.rint(shares * 65_535).astype("<u2")


def _display(light: NDArray[Any]) -> Bytes:
    """What `_light` was made from."""
    shares = light / 65_535.0
    shares[:, :3] = srgb_from_linear(shares[:, :3])
    return np.rint(shares * 255).astype(np.uint8)


def _asset(provenance: Provenance) -> Json:
    said = imprint(provenance)
    said.pop("Software", "")
    said.pop("Provenance", "")
    extras = {keyword[0].lower() + keyword[1:]: text for keyword, text in said.items()}
    asset = {"version": "2.0", "generator": MAKER}
    return {**asset, "extras": {**extras, "provenance": chain(provenance)}}


def _material(mesh: Mesh) -> Json:
    look: Json = {"metallicFactor": 0, "roughnessFactor": ROUGHNESS}
    if mesh.texture_png is not None:
        look["baseColorTexture"] = {"index": 0}
    material: Json = {"name": "Print", "pbrMetallicRoughness": look}
    if mesh.alpha_cutoff is not None:
        material |= {"alphaMode": "MASK", "alphaCutoff": mesh.alpha_cutoff}
    return material


def _picture(mesh: Mesh, buffer: _Buffer) -> Json:
    if mesh.texture_png is None:
        return {}
    image = {"bufferView": buffer.view(mesh.texture_png), "mimeType": "image/png"}
    sampler = {
        "magFilter": _LINEAR,
        "minFilter": _MIPMAPPED,
        "wrapS": _CLAMP,
        "wrapT": _CLAMP,
    }
    return {
        "textures": [{"source": 0, "sampler": 0}],
        "samplers": [sampler],
        "images": [image],
    }


def _moving(motion: Motion | None, points: Floats, buffer: _Buffer) -> Json:
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


def _framed(gltf: Json, binary: bytes) -> bytes:
    text = json.dumps(gltf, separators=(",", ":"), sort_keys=True).encode()
    text += b" " * (-len(text) % 4)
    length = 12 + 8 + len(text) + 8 + len(binary)
    return b"".join(
        [
            struct.pack("<III", _MAGIC, 2, length),
            struct.pack("<II", len(text), _JSON),
            text,
            struct.pack("<II", len(binary), _BIN),
            binary,
        ]
    )


def read_glb(data: bytes) -> Mesh:
    """The mesh in GLB bytes that we wrote.

    Raises FormatError GLB_HEADER, GLB_JSON, GLB_EXTERNAL, GLB_CONTENT or GLB_BOUNDS.
    """
    gltf, binary = _unframed(data)
    try:
        _expect_self_contained(gltf)
        (primitive,) = gltf["meshes"][0]["primitives"]
        names = primitive["attributes"]
        points = _values(gltf, binary, names["POSITION"], kind="VEC3")
        uv = np.zeros((len(points), 2), np.float32)
        if "TEXCOORD_0" in names:
            uv = _values(gltf, binary, names["TEXCOORD_0"], kind="VEC2")
        colours = None
        if "COLOR_0" in names:
            colours = _display(_values(gltf, binary, names["COLOR_0"], kind="VEC4", real=False))
        faces = _values(gltf, binary, primitive["indices"], kind="SCALAR", real=False)
        cutoff = gltf["materials"][primitive["material"]].get("alphaCutoff")
        texture = _texture(gltf, binary)
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


def _unframed(data: bytes) -> tuple[Json, bytes]:
    if len(data) < 20 or struct.unpack_from("<III", data) != (_MAGIC, 2, len(data)):
        raise FormatError("GLB_HEADER", f"{len(data)} bytes are not one whole GLB 2 file")
    text_length, text_kind = struct.unpack_from("<II", data, 12)
    start = 20 + text_length
    if text_kind != _JSON or start + 8 > len(data):
        raise FormatError("GLB_HEADER", "the JSON chunk is missing or longer than the file")
    length, kind = struct.unpack_from("<II", data, start)
    if kind != _BIN or start + 8 + length != len(data):
        raise FormatError("GLB_HEADER", "the binary chunk does not end where the file ends")
    try:
        gltf = json.loads(data[20:start])
    except (ValueError, RecursionError) as broken:
        raise FormatError("GLB_JSON", f"the JSON chunk cannot be read: {broken}") from broken
    if not isinstance(gltf, dict):
        raise FormatError("GLB_JSON", "the JSON chunk is not an object")
    return cast(Json, gltf), data[start + 8 :]


def _expect_self_contained(gltf: Json) -> None:
    parts = [*gltf.get("buffers", []), *gltf.get("images", [])]
    if any("uri" in part for part in parts):
        raise FormatError("GLB_EXTERNAL", "it points to another file", fix="pack it into the GLB")
    if gltf.get("extensionsRequired"):
        raise FormatError("GLB_EXTERNAL", f"it needs extensions: {gltf['extensionsRequired']}")


def _values(
    gltf: Json, binary: bytes, number: int, *, kind: str, real: bool = True
) -> NDArray[Any]:
    accessor = gltf["accessors"][number]
    if accessor["type"] != kind or "sparse" in accessor or accessor.get("byteOffset"):
        raise ValueError(f"accessor {number} is not plain {kind}")
    dtype = np.dtype(_DTYPES[accessor["componentType"]])
    if real != (dtype.kind == "f"):
        raise ValueError(f"accessor {number} has the wrong component type")
    length = int(accessor["count"]) * _KINDS[kind] * dtype.itemsize
    flat = np.frombuffer(_slice(gltf, binary, accessor["bufferView"], length), dtype)
    return flat if kind == "SCALAR" else flat.reshape(-1, _KINDS[kind])


def _slice(gltf: Json, binary: bytes, number: int, length: int | None = None) -> bytes:
    view = gltf["bufferViews"][number]
    start, held = int(view.get("byteOffset", 0)), int(view["byteLength"])
    length = held if length is None else length
    if start < 0 or not 0 <= length <= held or start + held > len(binary):
        raise FormatError("GLB_BOUNDS", f"buffer view {number} reaches outside the file")
    return binary[start : start + length]


def _texture(gltf: Json, binary: bytes) -> bytes | None:
    if "images" not in gltf:
        return None
    (image,) = gltf["images"]
    return _slice(gltf, binary, image["bufferView"])


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
        keys[path] = _values(gltf, binary, sampler["output"], kind=_MOVES[path])
        times.add(sampler["input"])
    (number,) = times
    middle, side_m = middle_and_side(points)
    times_s = _values(gltf, binary, number, kind="SCALAR")
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
