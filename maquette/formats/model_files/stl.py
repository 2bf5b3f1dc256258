"""STL from anywhere: binary or text, whatever the header says.

Many binary files begin with ``solid`` as text files do, and many count their faces wrongly, so
the length of the file decides. What belongs here: points and faces. What does not: the colours
that two vendors hide in the attribute bytes.
"""

from __future__ import annotations

import re

import numpy as np

from maquette.formats.model_files.parts import (
    Model,
    Part,
    Wide,
    damaged,
    distinct,
    expect_faces,
    numbers,
)

HEAD_BYTES, FACE_BYTES = 84, 50
TEXT_AT_ONCE = 4 * 2**20
_FACE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
_TEXT = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*solid\b", re.IGNORECASE)
_CORNER = re.compile(rb"\bvertex[ \t]+([^\r\n]*)", re.IGNORECASE)


def is_exactly_binary(data: bytes) -> bool:
    """Whether the face count in the header fits the length of the file to the byte."""
    return len(data) >= HEAD_BYTES and len(data) == HEAD_BYTES + FACE_BYTES * _said(data)


def is_text(data: bytes) -> bool:
    """Whether it begins as text files do and speaks of corners or of its end."""
    return bool(_TEXT.match(data)) and bool(
        re.search(rb"\b(?:vertex|endsolid)\b", data[: 2**20], re.IGNORECASE)
    )


def _said(data: bytes) -> int:
    return int.from_bytes(data[80:84], "little")


def read(data: bytes) -> Model:
    """The triangles of an STL file, every corner a point of its own."""
    text = is_text(data) and not is_exactly_binary(data)
    corners, notes = _from_text(data) if text else _from_binary(data)
    first, number = distinct(corners)
    return Model((Part(corners[first], number.reshape(-1, 3)),), notes=notes)


def _from_binary(data: bytes) -> tuple[Wide, tuple[str, ...]]:
    if len(data) < HEAD_BYTES:
        raise damaged(f"{len(data)} bytes are too few for a binary STL file")
    said, held = _said(data), (len(data) - HEAD_BYTES) // FACE_BYTES
    expect_faces(max(said, held))
    if said > held:
        raise damaged(f"its header says {said:,} faces, the file ends after {held:,}")
    count = said or held  # exporters that stream leave 0 there
    notes = () if said else (f"its header says no faces, {count:,} are in the file",)
    corners = np.frombuffer(data, _FACE, count, HEAD_BYTES)["corners"].reshape(-1, 3)
    with np.errstate(invalid="ignore"):  # not a number stays so; faces on it are dropped later
        return corners.astype(np.float64), notes if count else ()


def _from_text(data: bytes) -> tuple[Wide, tuple[str, ...]]:
    rows: list[Wide] = []
    start = 0
    count = 0
    while start < len(data):
        # a whole number of lines at a time: two million faces would not fit at once
        end = data.find(b"\n", start + TEXT_AT_ONCE)
        end = len(data) if end < 0 else end + 1
        words = b" ".join(_CORNER.findall(data, start, end)).split()
        rows.append(numbers(words))
        count += len(words)
        expect_faces(count // 9)
        start = end
    flat = np.concatenate(rows) if rows else np.zeros(0)
    if len(flat) % 9:
        raise damaged("its corners do not make whole triangles")
    return flat.reshape(-1, 3), ()
