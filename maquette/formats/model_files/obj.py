"""OBJ with nothing beside it: points, polygons, and colours that stand behind the points.

What belongs here: lines of one file. What does not: material libraries and pictures beside it,
which an upload of one file does not have; texture coordinates mean nothing without them.
"""

from __future__ import annotations

import re

import numpy as np

from maquette.formats.model_files.parts import (
    Model,
    Part,
    Whole,
    Wide,
    colour_bytes,
    damaged,
    expect_faces,
    expect_points,
    fans,
    numbers,
)
from maquette.types import Bytes

# the first line of our own files: they lie as the printer wants them
OURS = b"# maquette, millimetres, z up"
_POINT = re.compile(rb"^[ \t]*v[ \t]+([^\r\n]*)", re.MULTILINE)
_POLYGON = re.compile(rb"^[ \t]*f[ \t]+([^\r\n]*)", re.MULTILINE)
_BESIDE = re.compile(rb"/\S*")  # texture and normal numbers of a corner
_ANY = re.compile(rb"^[ \t]*(?:v|f)[ \t]+-?[0-9.]", re.MULTILINE)


def is_text(data: bytes) -> bool:
    """Whether its first lines hold a point or a face."""
    return b"\0" not in data[:4096] and bool(_ANY.search(data[: 2**20]))


def read(data: bytes) -> Model:
    """The polygons of an OBJ file as triangles."""
    expect_points(data.count(b"\nv "))
    expect_faces(data.count(b"\nf "))
    up, unit = ("z", "mm") if data.startswith(OURS) else ("", "")
    data = re.sub(rb"\\\r?\n", b" ", data)
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    points, colours = _points(_POINT.findall(data))
    faces = _faces(data, len(points))
    notes: tuple[str, ...] = ()
    if re.search(rb"^mtllib\b", data, re.MULTILINE):
        notes = ("an OBJ file brings no pictures with it: upload a GLB to keep its texture",)
    return Model((Part(points, faces, colours=colours),), unit=unit, up=up, notes=notes)


def _points(lines: list[bytes]) -> tuple[Wide, Bytes | None]:
    """Points, and colours where every point has three or four numbers more."""
    expect_points(len(lines))
    if not lines:
        return np.zeros((0, 3)), None
    words = b" ".join(lines).split()
    wide = len(lines[0].split())
    if wide < 3:
        raise damaged("a point has fewer than three numbers")
    if len(words) != wide * len(lines) or wide not in (3, 4, 6, 7):
        words = [word for line in lines for word in (line.split() + [b"nan"] * 3)[:3]]
        return numbers(words).reshape(-1, 3), None
    values = numbers(words).reshape(-1, wide)
    if wide < 6:
        return values[:, :3], None
    # the fourth of seven is a weight in some files; an alpha has no use in a print
    rgb = values[:, -3:] if wide == 7 else values[:, 3:]
    largest = np.nan_to_num(rgb).max(initial=0)
    return values[:, :3], colour_bytes(rgb, full=255.0 if largest > 1 else 1.0)


def _faces(data: bytes, points: int) -> Whole:
    lines = _POLYGON.findall(data)
    corners = [line.split() for line in (_BESIDE.sub(b"", line) for line in lines)]
    sizes = np.fromiter(map(len, corners), np.int64, len(corners))
    flat = np.fromiter((int(word) for words in corners for word in words), np.int64, sizes.sum())
    if (flat < 0).any():
        flat = _counted_back(data, flat, sizes)
    faces = fans(flat - 1, sizes)
    if len(faces) and (faces.min() < 0 or faces.max() >= points):
        raise damaged("a face names a point that does not exist")
    return faces


def _counted_back(data: bytes, flat: Whole, sizes: Whole) -> Whole:
    """Corner numbers with the negative ones, which count back from their own line, made plain."""
    kinds = re.findall(rb"^[ \t]*(v|f)[ \t]", data, re.MULTILINE)
    is_face = np.fromiter((kind == b"f" for kind in kinds), np.bool_, len(kinds))
    so_far = np.cumsum(~is_face)[is_face]
    return np.where(flat < 0, flat + 1 + np.repeat(so_far, sizes), flat)
