"""Model files that are damaged, odd or meant to harm, made from nothing.

What belongs here: bytes and the name they come under. What does not: what the line says to them.
"""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Iterator

import numpy as np

from maquette.types import Mesh
from tests import damage

CORE = "http://schemas.microsoft.com/3dmanufacturing/core/2015/02"
MODEL_PART = "3D/3dmodel.model"
FIXED = (2020, 1, 1, 0, 0, 0)
LATIN_HEADER = "Gehäuse Ø 12,5 mm – Entwurf".encode("cp1252")
FACE_RECORD = np.dtype([("normal", "<f4", 3), ("points", "<f4", (3, 3)), ("attribute", "<u2")])


def stl(mesh: Mesh, *, header: bytes = b"", declared: int | None = None) -> bytes:
    """A binary STL in millimetres, z up; it may claim another number of faces."""
    corners = print_mm(mesh)[mesh.faces].astype("<f4")
    records = np.zeros(len(corners), FACE_RECORD)
    records["points"] = corners
    count = len(corners) if declared is None else declared
    return header[:80].ljust(80, b"\0") + struct.pack("<I", count) + records.tobytes()


def text_stl(mesh: Mesh, *, name: bytes = b"solid", newline: bytes = b"\n") -> bytes:
    """A text STL whose name may be in any script."""
    lines = [b"solid " + name]
    for face in print_mm(mesh)[mesh.faces]:
        lines += [b"facet normal 0 0 0", b"outer loop"]
        lines += [b"vertex %.9g %.9g %.9g" % tuple(corner) for corner in face]
        lines += [b"endloop", b"endfacet"]
    return newline.join([*lines, b"endsolid " + name, b""])


def obj(mesh: Mesh) -> bytes:
    """Points and faces, millimetres, y up."""
    lines = [b"v %.9g %.9g %.9g" % tuple(p) for p in mesh.points.astype(np.float64) * 1000]
    lines += [b"f %d %d %d" % tuple(f) for f in mesh.faces + 1]
    return b"\n".join([*lines, b""])


def ply(mesh: Mesh) -> bytes:
    """A text PLY in millimetres."""
    points = b"\n".join(b"%.9g %.9g %.9g" % tuple(p) for p in mesh.points * np.float64(1000))
    faces = b"\n".join(b"3 %d %d %d" % tuple(f) for f in mesh.faces)
    return ply_head(len(mesh.points), len(mesh.faces)) + points + b"\n" + faces + b"\n"


def ply_head(points: int, faces: int) -> bytes:
    """A PLY's promise."""
    return (
        b"ply\nformat ascii 1.0\n"
        b"element vertex %d\nproperty float x\nproperty float y\nproperty float z\n"
        b"element face %d\nproperty list uchar int vertex_indices\nend_header\n" % (points, faces)
    )


def off(mesh: Mesh) -> bytes:
    """An OFF in millimetres."""
    lines = [b"OFF", b"%d %d 0" % (len(mesh.points), len(mesh.faces))]
    lines += [b"%.9g %.9g %.9g" % tuple(p) for p in mesh.points.astype(np.float64) * 1000]
    lines += [b"3 %d %d %d" % tuple(f) for f in mesh.faces]
    return b"\n".join([*lines, b""])


def glb(mesh: Mesh, **changed: object) -> bytes:
    """A GLB in metres; top-level entries of its JSON may be replaced."""
    points, faces = mesh.points.astype("<f4"), mesh.faces.astype("<u4")
    held = points.tobytes() + faces.tobytes()
    tree: dict[str, object] = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
        "accessors": [
            {
                "bufferView": 0, "componentType": 5126, "count": len(points), "type": "VEC3",
                "min": points.min(axis=0).tolist(), "max": points.max(axis=0).tolist(),
            },
            {"bufferView": 1, "componentType": 5125, "count": faces.size, "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteLength": points.nbytes},
            {"buffer": 0, "byteOffset": points.nbytes, "byteLength": faces.nbytes},
        ],
        "buffers": [{"byteLength": len(held)}],
    }  # fmt: skip
    text = json.dumps(tree | changed).encode()
    text += b" " * (-len(text) % 4)
    head = struct.pack("<4sIII4s", b"glTF", 2, 28 + len(text) + len(held), len(text), b"JSON")
    return head + text + struct.pack("<I4s", len(held), b"BIN\0") + held


PACKAGE = {
    "[Content_Types].xml": b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/'
    b'package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.'
    b'openxmlformats-package.relationships+xml"/><Default Extension="model" ContentType='
    b'"application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/></Types>',
    "_rels/.rels": b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/'
    b'package/2006/relationships"><Relationship Target="/3D/3dmodel.model" Id="r0" Type='
    b'"http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"/></Relationships>',
}


def threemf(model: bytes, *, blanks_mb: int = 0) -> bytes:
    """A 3MF archive around this model part, which may be swollen by blanks."""
    head, start, tail = model.partition(b"<resources>")
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, data in PACKAGE.items():
            archive.writestr(zipfile.ZipInfo(name, FIXED), data)
        part = zipfile.ZipInfo(MODEL_PART, FIXED)
        part.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(part, "w") as opened:
            opened.write(head)
            for _ in range(blanks_mb):
                opened.write(b" " * 1_000_000)
            opened.write(start + tail)
    return held.getvalue()


def model_xml(mesh: Mesh, *, unit: str = "millimeter", before: str = "") -> bytes:
    """A 3MF's model part."""
    points = "".join(f'<vertex x="{x:.9g}" y="{y:.9g}" z="{z:.9g}"/>' for x, y, z in print_mm(mesh))
    faces = "".join(f'<triangle v1="{a}" v2="{b}" v3="{c}"/>' for a, b, c in mesh.faces)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<model unit="{unit}" xmlns="{CORE}">'
        f'<resources><object id="1" type="model"><mesh><vertices>{points}</vertices>'
        f"<triangles>{faces}</triangles></mesh></object></resources>"
        '<build><item objectid="1"/></build></model>'
    ).encode()


def print_mm(mesh: Mesh) -> np.ndarray:
    """Points as printers have them: millimetres, z up."""
    x, y, z = mesh.points.astype(np.float64).T * 1000
    return np.stack([x, -z, y], axis=1)


# -- what comes in at the door


def sound_files() -> Iterator[tuple[str, bytes]]:
    """A cube of 80 mm in every way that people write one; odd, but sound."""
    cube = damage.cube(cells=2)
    yield "text with a Latin-1 name.stl", text_stl(cube, name=LATIN_HEADER)
    yield "text with Windows lines.stl", text_stl(cube, newline=b"\r\n")
    yield "text without a name.stl", text_stl(cube, name=b"")
    yield "text in capitals.stl", text_stl(cube).upper()
    yield "binary that begins with solid.stl", stl(cube, header=b"solid made by a CAD")
    yield "binary with a Latin-1 header.stl", stl(cube, header=LATIN_HEADER)
    yield "binary with a tail.stl", stl(cube) + b"\0" * 7
    yield "CAPITALS.STL", stl(cube)
    yield "plain.obj", obj(cube)
    yield "names from the end.obj", obj_from_the_end(cube)
    yield "a missing material.obj", b"mtllib nothing.mtl\nusemtl red\n" + obj(cube)
    yield "plain.ply", ply(cube)
    yield "plain.off", off(cube)
    yield "plain.glb", glb(cube)
    yield "plain.3mf", threemf(model_xml(cube))
    yield "in inches.3mf", threemf(model_xml(scaled(cube, 1 / 25.4), unit="inch"))


def unusable_files() -> Iterator[tuple[str, bytes]]:
    """Nothing in them can be printed: each must be refused with a code, and soon."""
    cube = damage.cube(cells=2)
    for ending in ("stl", "obj", "ply", "off", "glb", "3mf"):
        yield f"no bytes.{ending}", b""
        yield f"zeros.{ending}", bytes(4096)
        yield f"noise.{ending}", np.random.default_rng(damage.SEED).bytes(4096)
        yield f"a web page.{ending}", b"<!DOCTYPE html><html><body>Not found</body></html>"
    for ending, write in (("stl", stl), ("obj", obj), ("ply", ply), ("off", off), ("glb", glb)):
        yield f"cut in half.{ending}", cut(write(cube))
    yield "cut in half.3mf", cut(threemf(model_xml(cube)))
    yield "no faces.stl", stl(damage.kept(cube, np.zeros(len(cube.faces), bool)))
    yield "header claims four billion faces.stl", stl(cube, declared=2**32 - 1)
    yield "header claims nine million faces.ply", ply_head(9, 9_000_000) + b"0 0 0\n" * 9
    yield "header claims a trillion points.ply", ply_head(10**12, 1)
    yield "header claims nine million faces.off", b"OFF\n9 9000000 0\n" + b"0 0 0\n" * 9
    yield from not_numbers(cube)
    yield from reaching_out(cube)
    yield from bombs(cube)


def not_numbers(cube: Mesh) -> Iterator[tuple[str, bytes]]:
    """Points that are nowhere."""
    for word, number in (("nan", np.nan), ("infinite", np.inf), ("huge", 1e38)):
        lost = struct.pack("<f", number)
        bent = bytearray(stl(cube))
        for face in range(len(cube.faces)):
            at = 84 + FACE_RECORD.itemsize * face + 12
            bent[at : at + 4] = lost
        yield f"a {word} corner in every face.stl", bytes(bent)
        text = obj(cube).splitlines()
        yield (
            f"all points {word}.obj",
            b"\n".join(b"v %f 0 0" % number if line.startswith(b"v ") else line for line in text),
        )


def reaching_out(cube: Mesh) -> Iterator[tuple[str, bytes]]:
    """Files that name other files."""
    count = cube.points.nbytes + cube.faces.nbytes
    for name, uri in (
        ("a neighbour", "cube.bin"),
        ("a path upwards", "../../../../etc/passwd"),
        ("the machine", "file:///etc/passwd"),
        ("the network", "http://127.0.0.1:9/cube.bin"),
    ):
        yield f"buffer is {name}.glb", glb(cube, buffers=[{"byteLength": count, "uri": uri}])
    yield (
        "names points beyond its buffer.glb",
        glb(cube, bufferViews=[{"buffer": 0, "byteLength": 10**9}] * 2),
    )
    yield (
        "nodes that hold each other.glb",
        glb(cube, nodes=[{"mesh": 0, "children": [1]}, {"children": [0]}]),
    )
    entity = '<!DOCTYPE model [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    yield "an entity of the machine.3mf", threemf(model_xml(cube, before=entity))


def bombs(cube: Mesh) -> Iterator[tuple[str, bytes]]:
    """Small files that open into large ones."""
    model = model_xml(cube)
    bomb = threemf(model, blanks_mb=600)
    yield "a zip bomb.3mf", bomb
    yield "a zip bomb that lies.3mf", lying(bomb)
    laughs = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha" * 10}">' for n in range(12)
    )
    laughing = model_xml(cube, before=f"<!DOCTYPE model [{laughs}]>")
    yield "a billion laughs.3mf", threemf(laughing.replace(b'id="1"', b'id="1" name="&l11;"'))
    links = "".join(
        f'<object id="{n}"><components>{f"""<component objectid="{n - 1}"/>""" * 10}'
        "</components></object>"
        for n in range(2, 12)
    )
    nested = model.replace(b"</resources>", links.encode() + b"</resources>")
    yield "parts of parts of parts.3mf", threemf(nested.replace(b'"1"/></b', b'"11"/></b'))


def lying(archive: bytes) -> bytes:
    """The archive whose list says that its largest part is small."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        truth = struct.pack("<I", opened.getinfo(MODEL_PART).file_size)
    return archive.replace(truth, struct.pack("<I", 1000))


def obj_from_the_end(mesh: Mesh) -> bytes:
    """Faces that count points backwards, as the format allows."""
    lines = [b"v %.9g %.9g %.9g" % tuple(p) for p in mesh.points.astype(np.float64) * 1000]
    lines += [b"f %d %d %d" % tuple(f) for f in mesh.faces - len(mesh.points)]
    return b"\n".join([*lines, b""])


def scaled(mesh: Mesh, factor: float) -> Mesh:
    """The mesh in another size."""
    return damage.whole((mesh.points * factor).astype(np.float32), mesh.faces)


def cut(data: bytes) -> bytes:
    """Its first half."""
    return data[: len(data) // 2]
