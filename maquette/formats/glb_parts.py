"""What every GLB of ours is built from: the frame, the buffer, the surface, its material.

What belongs here: parts that still, moving and changing meshes have in common, and finding them
again in bytes. What does not: whole files (`glb`, `animated_glb`).
"""

from __future__ import annotations

import json
import struct
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from maquette.errors import FormatError
from maquette.formats.imprint import MAKER, chain, imprint
from maquette.provenance import Provenance
from maquette.solids.light import linear_from_srgb, srgb_from_linear
from maquette.solids.surfaces import Shaded
from maquette.types import Bytes, Mesh

Json = dict[str, Any]

MAGIC, JSON, BIN = 0x46546C67, 0x4E4F534A, 0x004E4942
FLOAT, UINT16, UINT32 = 5126, 5123, 5125
VERTICES, TRIANGLES = 34962, 34963  # buffer view targets
CLAMP, LINEAR, MIPMAPPED = 33071, 9729, 9987
KINDS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
DTYPES = {FLOAT: "<f4", UINT16: "<u2", UINT32: "<u4"}
ROUGHNESS = 0.45  # vinyl: a soft sheen


class Buffer:
    """The binary chunk as it grows, with the views and accessors that point into it."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.views: list[Json] = []
        self.accessors: list[Json] = []

    def view(self, data: bytes, *, target: int | None = None) -> int:
        """Add bytes, aligned to four; the number of their view."""
        self.data += b"\0" * (-len(self.data) % 4)
        view: Json = {"buffer": 0, "byteOffset": len(self.data), "byteLength": len(data)}
        self.views.append(view if target is None else {**view, "target": target})
        self.data += data
        return len(self.views) - 1

    def accessor(self, values: NDArray[Any], *, kind: str, target: int | None = None) -> int:
        """Add an array; `kind` is its glTF type, keys of a motion have no target."""
        component = {v: k for k, v in DTYPES.items()}[values.dtype.str]
        accessor: Json = {
            "bufferView": self.view(values.tobytes(), target=target),
            "componentType": component,
            "count": values.size // KINDS[kind],
            "type": kind,
        }
        # glTF 2.0 asks for the bounds of points and of times
        if values.dtype.kind == "f" and kind in ("VEC3", "SCALAR") and len(values):
            accessor["min"] = np.atleast_1d(values.min(axis=0)).tolist()
            accessor["max"] = np.atleast_1d(values.max(axis=0)).tolist()
        if component == UINT16 and kind == "VEC4":
            accessor["normalized"] = True
        self.accessors.append(accessor)
        return len(self.accessors) - 1


def primitive_of(surface: Shaded, buffer: Buffer, *, textured: bool) -> Json:
    """A surface's corners and triangles in the buffer, and the primitive that names them."""
    small = len(surface.points) < 65_535  # the last index is reserved for restarts
    faces = surface.faces.ravel().astype("<u2" if small else "<u4")
    attributes = {
        "POSITION": buffer.accessor(surface.points.astype("<f4"), kind="VEC3", target=VERTICES),
        "NORMAL": buffer.accessor(surface.normals.astype("<f4"), kind="VEC3", target=VERTICES),
    }
    if textured:
        uv = surface.uv.astype("<f4")
        attributes["TEXCOORD_0"] = buffer.accessor(uv, kind="VEC2", target=VERTICES)
    if surface.colours is not None:
        colours = light(surface.colours)
        attributes["COLOR_0"] = buffer.accessor(colours, kind="VEC4", target=VERTICES)
    indices = buffer.accessor(faces, kind="SCALAR", target=TRIANGLES)
    return {"attributes": attributes, "indices": indices, "material": 0}


def light(colours: Bytes) -> NDArray[np.uint16]:
    """Display colours as the light that glTF asks for, fine enough to come back exactly."""
    shares = colours / 255.0
    shares[:, :3] = linear_from_srgb(shares[:, :3])
    return np.rint(shares * 65_535).astype("<u2")


def display(light: NDArray[Any]) -> Bytes:
    """What `light` was made from."""
    shares = light / 65_535.0
    shares[:, :3] = srgb_from_linear(shares[:, :3])
    return np.rint(shares * 255).astype(np.uint8)


def asset_of(provenance: Provenance) -> Json:
    """What the file says of its own making."""
    said = imprint(provenance)
    said.pop("Software", "")
    said.pop("Provenance", "")
    extras = {keyword[0].lower() + keyword[1:]: text for keyword, text in said.items()}
    asset = {"version": "2.0", "generator": MAKER}
    return {**asset, "extras": {**extras, "provenance": chain(provenance)}}


def material_of(mesh: Mesh) -> Json:
    """A matte material with the mesh's texture and cut-out."""
    look: Json = {"metallicFactor": 0, "roughnessFactor": ROUGHNESS}
    if mesh.texture_png is not None:
        look["baseColorTexture"] = {"index": 0}
    material: Json = {"name": "Print", "pbrMetallicRoughness": look}
    if mesh.alpha_cutoff is not None:
        material |= {"alphaMode": "MASK", "alphaCutoff": mesh.alpha_cutoff}
    return material


def picture_of(mesh: Mesh, buffer: Buffer) -> Json:
    """The texture in the buffer and the tables that name it; nothing without one."""
    if mesh.texture_png is None:
        return {}
    image = {"bufferView": buffer.view(mesh.texture_png), "mimeType": "image/png"}
    sampler = {
        "magFilter": LINEAR,
        "minFilter": MIPMAPPED,
        "wrapS": CLAMP,
        "wrapT": CLAMP,
    }
    return {
        "textures": [{"source": 0, "sampler": 0}],
        "samplers": [sampler],
        "images": [image],
    }


def finished(gltf: Json, buffer: Buffer) -> bytes:
    """A whole file: what the JSON says, with the tables of the buffer, and the buffer."""
    buffer.data += b"\0" * (-len(buffer.data) % 4)
    tables = {"accessors": buffer.accessors, "bufferViews": buffer.views}
    return framed(
        {**gltf, **tables, "buffers": [{"byteLength": len(buffer.data)}]}, bytes(buffer.data)
    )


def framed(gltf: Json, binary: bytes) -> bytes:
    """Header and chunks around a JSON text and a buffer."""
    text = json.dumps(gltf, separators=(",", ":"), sort_keys=True).encode()
    text += b" " * (-len(text) % 4)
    length = 12 + 8 + len(text) + 8 + len(binary)
    return b"".join(
        [
            struct.pack("<III", MAGIC, 2, length),
            struct.pack("<II", len(text), JSON),
            text,
            struct.pack("<II", len(binary), BIN),
            binary,
        ]
    )


def unframed(data: bytes) -> tuple[Json, bytes]:
    """The JSON and the buffer of a whole GLB; FormatError GLB_HEADER or GLB_JSON."""
    if len(data) < 20 or struct.unpack_from("<III", data) != (MAGIC, 2, len(data)):
        raise FormatError("GLB_HEADER", f"{len(data)} bytes are not one whole GLB 2 file")
    text_length, text_kind = struct.unpack_from("<II", data, 12)
    start = 20 + text_length
    if text_kind != JSON or start + 8 > len(data):
        raise FormatError("GLB_HEADER", "the JSON chunk is missing or longer than the file")
    length, kind = struct.unpack_from("<II", data, start)
    if kind != BIN or start + 8 + length != len(data):
        raise FormatError("GLB_HEADER", "the binary chunk does not end where the file ends")
    try:
        gltf = json.loads(data[20:start])
    except (ValueError, RecursionError) as broken:
        raise FormatError("GLB_JSON", f"the JSON chunk cannot be read: {broken}") from broken
    if not isinstance(gltf, dict):
        raise FormatError("GLB_JSON", "the JSON chunk is not an object")
    return cast(Json, gltf), data[start + 8 :]


def expect_self_contained(gltf: Json) -> None:
    """FormatError GLB_EXTERNAL for what needs other files or extensions."""
    parts = [*gltf.get("buffers", []), *gltf.get("images", [])]
    if any("uri" in part for part in parts):
        raise FormatError("GLB_EXTERNAL", "it points to another file", fix="pack it into the GLB")
    if gltf.get("extensionsRequired"):
        raise FormatError("GLB_EXTERNAL", f"it needs extensions: {gltf['extensionsRequired']}")


def values_of(
    gltf: Json, binary: bytes, number: int, *, kind: str, real: bool = True
) -> NDArray[Any]:
    """The array of an accessor of this glTF type; `real` tells fractions from whole numbers."""
    accessor = gltf["accessors"][number]
    if accessor["type"] != kind or "sparse" in accessor or accessor.get("byteOffset"):
        raise ValueError(f"accessor {number} is not plain {kind}")
    dtype = np.dtype(DTYPES[accessor["componentType"]])
    if real != (dtype.kind == "f"):
        raise ValueError(f"accessor {number} has the wrong component type")
    length = int(accessor["count"]) * KINDS[kind] * dtype.itemsize
    flat = np.frombuffer(slice_of(gltf, binary, accessor["bufferView"], length), dtype)
    return flat if kind == "SCALAR" else flat.reshape(-1, KINDS[kind])


def slice_of(gltf: Json, binary: bytes, number: int, length: int | None = None) -> bytes:
    """Bytes of a buffer view; FormatError GLB_BOUNDS where they are not in the file."""
    view = gltf["bufferViews"][number]
    start, held = int(view.get("byteOffset", 0)), int(view["byteLength"])
    length = held if length is None else length
    if start < 0 or not 0 <= length <= held or start + held > len(binary):
        raise FormatError("GLB_BOUNDS", f"buffer view {number} reaches outside the file")
    return binary[start : start + length]


def texture_of(gltf: Json, binary: bytes) -> bytes | None:
    """The one picture's bytes, if there is one."""
    if "images" not in gltf:
        return None
    (image,) = gltf["images"]
    return slice_of(gltf, binary, image["bufferView"])
