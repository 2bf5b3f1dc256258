"""Bytes of small models in every format, written plainly so that reading is what is tested."""

import json
import struct

import numpy as np

from maquette.solids.textures import decode_png, encode_png
from maquette.types import Mesh
from tests import damaged_files, zoo

CORE = "http://schemas.microsoft.com/3dmanufacturing/core/2015/02"
MATERIALS = "http://schemas.microsoft.com/3dmanufacturing/material/2015/02"


def stl_bytes(mesh):
    return damaged_files.stl(mesh)


def _words(values):
    return b" ".join(b"%.12g" % value for value in values)


def obj_bytes(mesh, *, shift=0.0):
    """Millimetres, y up, with colours where the mesh has them."""
    points = mesh.points.astype(np.float64) * 1000 + shift
    rows = points if mesh.colours is None else np.hstack([points, mesh.colours[:, :3] / 255])
    lines = [b"# a model"] + [b"v " + _words(row) for row in rows]
    return b"\n".join([*lines, *(b"f %d %d %d" % tuple(face) for face in mesh.faces + 1), b""])


def off_bytes(mesh):
    rows = np.hstack([mesh.points.astype(np.float64) * 1000, mesh.colours])
    lines = [b"COFF", b"%d %d 0" % (len(rows), len(mesh.faces))] + [_words(row) for row in rows]
    return b"\n".join([*lines, *(b"3 %d %d %d" % tuple(face) for face in mesh.faces), b""])


def ply_bytes(mesh):
    """Binary, little endian, with colours."""
    head = [
        "ply",
        "format binary_little_endian 1.0",
        f"element vertex {len(mesh.points)}",
        *(f"property float {axis}" for axis in "xyz"),
        *(f"property uchar {name}" for name in ("red", "green", "blue")),
        f"element face {len(mesh.faces)}",
        "property list uchar int vertex_indices",
        "end_header\n",
    ]
    points = np.zeros(len(mesh.points), [("xyz", "<f4", 3), ("rgb", "u1", 3)])
    points["xyz"], points["rgb"] = mesh.points * 1000, mesh.colours[:, :3]
    faces = np.zeros(len(mesh.faces), [("n", "u1"), ("corners", "<i4", 3)])
    faces["n"], faces["corners"] = 3, mesh.faces
    return "\n".join(head).encode() + points.tobytes() + faces.tobytes()


def pyramid_ply(order):
    """A square and four triangles around an apex, in this byte order."""
    name = {"<": "little", ">": "big"}[order]
    head = (
        f"ply\nformat binary_{name}_endian 1.0\ncomment a pyramid\nelement vertex 5\n"
        "property double x\nproperty double y\nproperty double z\nelement face 5\n"
        "property uchar flags\nproperty list uchar uint vertex_index\nend_header\n"
    ).encode()
    points = [(0, 0, 0), (9, 0, 0), (9, 9, 0), (0, 9, 0), (4, 4, 9)]
    polygons = [(3, 2, 1, 0), (0, 1, 4), (1, 2, 4), (2, 3, 4), (3, 0, 4)]
    body = b"".join(struct.pack(order + "3d", *point) for point in points)
    for polygon in polygons:
        body += struct.pack(f"{order}BB{len(polygon)}I", 0, len(polygon), *polygon)
    return head + body


def _glb(gltf, chunks):
    """A GLB whose buffer views are these chunks, each padded to four bytes."""
    binary, views = b"", []
    for chunk in chunks:
        views.append({"buffer": 0, "byteOffset": len(binary), "byteLength": len(chunk)})
        binary += chunk + b"\0" * (-len(chunk) % 4)
    gltf = {
        "asset": {"version": "2.0"},
        "bufferViews": views,
        "buffers": [{"byteLength": len(binary)}],
        **gltf,
    }
    text = json.dumps(gltf).encode()
    text += b" " * (-len(text) % 4)
    head = struct.pack("<5I", 0x46546C67, 2, 28 + len(text) + len(binary), len(text), 0x4E4F534A)
    return head + text + struct.pack("<II", len(binary), 0x004E4942) + binary


def _plain_png(colour):
    return encode_png(np.full((16, 16, 3), colour, np.uint8))


def painted_boxes_glb():
    """Three boxes side by side: a red texture, a green one, and a plain blue material."""
    box = zoo.box(0.02)
    uv = np.random.default_rng(2).uniform(0, 1, (8, 2)).astype("<f4")
    chunks = [
        box.points.astype("<f4").tobytes(),
        box.faces.astype("<u2").tobytes(),
        uv.tobytes(),
        _plain_png((255, 0, 0)),
        _plain_png((0, 255, 0)),
    ]
    textured = [{"pbrMetallicRoughness": {"baseColorTexture": {"index": n}}} for n in (0, 1)]
    blue = {"pbrMetallicRoughness": {"baseColorFactor": [0, 0, 1, 1]}}
    places = {"POSITION": 0, "TEXCOORD_0": 2}
    gltf = {
        "scenes": [{"nodes": [0, 1, 2]}],
        "nodes": [{"mesh": n, "translation": [n, 0, 0]} for n in range(3)],
        "meshes": [
            {"primitives": [{"attributes": places, "indices": 1, "material": n}]} for n in range(3)
        ],
        "materials": [*textured, blue],
        "textures": [{"source": 0}, {"source": 1}],
        "images": [{"bufferView": n, "mimeType": "image/png"} for n in (3, 4)],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 8, "type": "VEC3"},
            {"bufferView": 1, "componentType": 5123, "count": 36, "type": "SCALAR"},
            {"bufferView": 2, "componentType": 5126, "count": 8, "type": "VEC2"},
        ],
    }
    return _glb(gltf, chunks)


def repeated_glb():
    """One box whose texture coordinates run from 0 to 2."""
    box = zoo.box(0.02)
    uv = (box.points[:, :2] / 0.02 + [0.5, 0]) * 2
    gltf = {
        "nodes": [{"mesh": 0}],
        "meshes": [
            {
                "primitives": [
                    {"attributes": {"POSITION": 0, "TEXCOORD_0": 2}, "indices": 1, "material": 0}
                ]
            }
        ],
        "materials": [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}],
        "textures": [{"source": 0}],
        "images": [{"bufferView": 3, "mimeType": "image/png"}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 8, "type": "VEC3"},
            {"bufferView": 1, "componentType": 5123, "count": 36, "type": "SCALAR"},
            {"bufferView": 2, "componentType": 5126, "count": 8, "type": "VEC2"},
        ],
    }
    chunks = [
        box.points.astype("<f4").tobytes(),
        box.faces.astype("<u2").tobytes(),
        uv.astype("<f4").tobytes(),
        _plain_png((9, 9, 9)),
    ]
    return _glb(gltf, chunks)


def colours_by_x(mesh: Mesh):
    """The one colour that the texture has for each whole metre along x."""
    texture = decode_png(mesh.texture_png)
    height, width = texture.shape[:2]
    column, row = (mesh.uv * [width, height]).astype(int).clip(0, [width - 1, height - 1]).T
    rgb = texture[row, column, :3].astype(float)
    place = np.rint(mesh.points[:, 0]).astype(int)
    seen = [np.unique(np.rint(rgb[place == n]).astype(int), axis=0).tolist() for n in range(3)]
    return [tuple(colour) for (colour,) in seen]


def components_3mf(*, required=""):
    """A red cube of 20 mm placed twice by components: as it is, and turned about z at x = 40."""
    box = zoo.box(0.02)
    x, y, z = box.points.T * 1000
    points = np.column_stack([x, -z, y])
    vertices = "".join(f'<vertex x="{a:.6g}" y="{b:.6g}" z="{c:.6g}"/>' for a, b, c in points)
    faces = "".join(
        f'<triangle v1="{a}" v2="{b}" v3="{c}" pid="5" p1="1"/>' for a, b, c in box.faces
    )
    needs = f' requiredextensions="b" xmlns:b="{required}"' if required else ""
    model = (
        f'<?xml version="1.0"?><model unit="millimeter" xmlns="{CORE}" xmlns:m="{MATERIALS}"'
        f'{needs}><resources><m:colorgroup id="5"><m:color color="#00FF00"/>'
        '<m:color color="#FF0000FF"/></m:colorgroup>'
        f'<object id="1"><mesh><vertices>{vertices}</vertices><triangles>{faces}</triangles>'
        '</mesh></object><object id="2"><components><component objectid="1"/>'
        '<component objectid="1" transform="0 1 0 -1 0 0 0 0 1 40 0 0"/></components></object>'
        '</resources><build><item objectid="2"/></build></model>'
    )
    return damaged_files.threemf(model.encode())
