"""OFF text files, with or without colours behind their points.

What belongs here: points, faces, point colours. What does not: binary OFF, face colours, and
points of more than three dimensions.
"""

from __future__ import annotations

import re

import numpy as np

from maquette.formats.model_files.parts import (
    Model,
    Part,
    colour_bytes,
    damaged,
    expect_faces,
    expect_points,
    fans,
    numbers,
)

_HEAD = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*((?:ST)?C?N?OFF)\b(?![ \t]+BINARY)")


def is_text(data: bytes) -> bool:
    """Whether it begins with one of the words for text OFF files."""
    return bool(_HEAD.match(data[:200]))


def read(data: bytes) -> Model:
    """The polygons of an OFF file as triangles."""
    head = _HEAD.match(data[:200])
    if head is None:
        raise damaged("it does not begin as a text OFF file does")
    body = re.sub(rb"#[^\r\n]*", b"", data[head.end() :])
    lines = [line for line in body.splitlines() if line.strip()]
    if not lines:
        raise damaged("it ends after its first word")
    point_count, face_count = (int(word) for word in lines[0].split()[:2])
    expect_points(point_count)
    expect_faces(face_count)
    rows = lines[1 : 1 + point_count]
    faces = lines[1 + point_count : 1 + point_count + face_count]
    if min(point_count, face_count) < 0 or (len(rows), len(faces)) != (point_count, face_count):
        raise damaged(f"{point_count:,} points and {face_count:,} faces are said, fewer are there")
    if not rows:
        return Model((Part(np.zeros((0, 3)), np.zeros((0, 3), np.int64)),))
    return Model((_part(rows, faces, coloured=b"C" in head.group(1)),))


def _part(rows: list[bytes], faces: list[bytes], *, coloured: bool) -> Part:
    wide = len(rows[0].split())
    values = numbers(b" ".join(rows).split()).reshape(len(rows), wide)
    corners = [line.split() for line in faces]
    sizes = np.array([int(words[0]) for words in corners], np.int64)
    flat = np.array(
        [int(word) for words in corners for word in words[1 : 1 + int(words[0])]], np.int64
    )
    if len(flat) != sizes.sum() or (len(flat) and not 0 <= flat.min() <= flat.max() < len(rows)):
        raise damaged("a face names a point that does not exist")
    colours = None
    if coloured and wide >= 6:
        rgb = values[:, -4:-1] if wide in (7, 10) else values[:, -3:]
        colours = colour_bytes(rgb, full=255.0 if np.nan_to_num(rgb).max() > 1 else 1.0)
    return Part(values[:, :3], fans(flat, sizes), colours=colours)
