"""PLY, text or binary in either byte order: points, polygons, point colours.

What belongs here: the header's promise, checked against the length of the file before anything
is made, and the two elements we use. What does not: strips, scans without faces, cameras.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.formats.model_files.parts import (
    Model,
    Part,
    Whole,
    colour_bytes,
    damaged,
    expect_faces,
    expect_points,
    fans,
    numbers,
)
from maquette.types import Bytes

HEAD_AT_MOST = 64 * 2**10
_END = re.compile(rb"\bend_header[ \t]*(\r\n|\n|\r|$)")
_TYPES = {
    **{"char": "i1", "uchar": "u1", "short": "i2", "ushort": "u2", "int": "i4", "uint": "u4"},
    **{"int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2", "int32": "i4", "uint32": "u4"},
    **{"float": "f4", "double": "f8", "float32": "f4", "float64": "f8"},
}
_CORNERS = ("vertex_indices", "vertex_index")


@dataclass(frozen=True)
class _Field:
    """One property; a list has the type of its length too."""

    name: str
    kind: str
    length_kind: str = ""


@dataclass(frozen=True)
class _Element:
    """One kind of row, and how many there are."""

    name: str
    count: int
    fields: tuple[_Field, ...]

    @property
    def lists(self) -> tuple[_Field, ...]:
        return tuple(field for field in self.fields if field.length_kind)


Columns = dict[str, Any]  # a list's column is (corners in one row, length of each)


def is_ply(data: bytes) -> bool:
    """Whether it begins as PLY files do."""
    return bool(re.match(rb"ply[ \t]*[\r\n]", data[:16]))


def read(data: bytes) -> Model:
    """The polygons of a PLY file as triangles."""
    end = _END.search(data[:HEAD_AT_MOST])
    if end is None:
        raise damaged("its header does not end")
    order, elements = _header(data[: end.start()].decode("latin-1"))
    body = data[end.end() :]
    columns = _text(body, elements) if order == "" else _binary(body, elements, order)
    points = columns.get("vertex", {})
    if not {"x", "y", "z"} <= set(points):
        return Model((Part(np.zeros((0, 3)), np.zeros((0, 3), np.int64)),))
    xyz = np.stack([points[axis].astype(np.float64) for axis in "xyz"], axis=1)
    faces = np.zeros((0, 3), np.int64)
    for name in _CORNERS:
        if name in columns.get("face", {}):
            faces = fans(*columns["face"][name])
    if len(faces) and not 0 <= faces.min() <= faces.max() < len(xyz):
        raise damaged("a face names a point that does not exist")
    return Model((Part(xyz, faces, colours=_colours(points)),))


def _header(text: str) -> tuple[str, list[_Element]]:
    """Byte order (empty for text) and elements."""
    order = ""
    elements: list[_Element] = []
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["format"]:
            order = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}[words[1]]
        elif words[:1] == ["element"]:
            elements.append(_Element(words[1], int(words[2]), ()))
        elif words[:1] == ["property"] and elements:
            last = elements[-1]
            elements[-1] = _Element(last.name, last.count, (*last.fields, _field(words)))
    for element in elements:
        if element.count < 0:
            raise damaged(f"it says {element.count} of {element.name}")
        (expect_points if element.name == "vertex" else expect_faces)(element.count)
    return order, elements


def _field(words: list[str]) -> _Field:
    if words[1] == "list":
        return _Field(words[4], _TYPES[words[3]], _TYPES[words[2]])
    return _Field(words[2], _TYPES[words[1]])


def _text(body: bytes, elements: list[_Element]) -> dict[str, Columns]:
    lines = [line for line in body.splitlines() if line.strip()]
    if len(lines) < sum(element.count for element in elements):
        raise damaged("it has fewer lines than its header says")
    columns: dict[str, Columns] = {}
    start = 0
    for element in elements:
        rows = lines[start : start + element.count]
        start += element.count
        if not element.lists:
            flat = numbers(b" ".join(rows).split())
            table = flat.reshape(len(rows), len(element.fields))
            columns[element.name] = {f.name: table[:, k] for k, f in enumerate(element.fields)}
        elif element.name == "face":
            columns[element.name] = _text_lists(rows, element)
    return columns


def _text_lists(rows: list[bytes], element: _Element) -> Columns:
    """The lists of an element's rows; what stands between them is skipped."""
    corners: dict[str, list[float]] = {field.name: [] for field in element.lists}
    sizes: dict[str, list[int]] = {field.name: [] for field in element.lists}
    for row in rows:
        words = row.split()
        place = 0
        for field in element.fields:
            if not field.length_kind:
                place += 1
                continue
            length = int(words[place])
            held = words[place + 1 : place + 1 + length]
            if length < 0 or len(held) != length:
                raise damaged("a list is shorter than it says")
            corners[field.name].extend(map(float, held))
            sizes[field.name].append(length)
            place += 1 + length
    return {
        name: (np.array(corners[name]).astype(np.int64), np.array(sizes[name], np.int64))
        for name in corners
    }


def _binary(body: bytes, elements: list[_Element], order: str) -> dict[str, Columns]:
    columns: dict[str, Columns] = {}
    start = 0
    for element in elements:
        dtype = _row_type(element, body, start, order)
        rows = _rows(body, dtype, element, start)
        if rows is None:
            columns[element.name], start = _uneven(body, element, start, order)
            continue
        start += rows.nbytes
        columns[element.name] = {
            field.name: _column(rows, field, element.count) for field in element.fields
        }
    return columns


def _row_type(element: _Element, body: bytes, start: int, order: str) -> np.dtype[Any]:
    """The layout of a row, if all lists were as long as those of the first row."""
    kinds: list[tuple[Any, ...]] = []
    place = start
    for field in element.fields:
        if not field.length_kind:
            kinds.append((field.name, order + field.kind))
            place += np.dtype(field.kind).itemsize
            continue
        length_type, kind = np.dtype(order + field.length_kind), np.dtype(order + field.kind)
        head = body[place : place + length_type.itemsize]
        length = int(np.frombuffer(head, length_type)[0]) if element.count and head else 0
        if length < 0 or length * kind.itemsize > len(body):
            raise damaged("a list is longer than the file")
        kinds += [(f"{field.name} length", length_type), (field.name, kind, (length,))]
        place += length_type.itemsize + length * kind.itemsize
    return np.dtype(kinds)


def _rows(body: bytes, dtype: np.dtype[Any], element: _Element, start: int) -> NDArray[Any] | None:
    """The rows in one piece, or None where lists differ in length."""
    if start + dtype.itemsize * element.count > len(body):
        if element.lists:
            return None
        raise damaged(f"it ends before its {element.count:,} of {element.name}")
    rows = np.frombuffer(body, dtype, element.count, start)
    even = all(
        (rows[f"{field.name} length"] == dtype[field.name].shape[0]).all()
        for field in element.lists
    )
    return rows if even else None


def _column(rows: NDArray[Any], field: _Field, count: int) -> Any:
    values = rows[field.name]
    if not field.length_kind:
        return values
    return values.astype(np.int64).ravel(), np.full(count, values.shape[1], np.int64)


def _uneven(body: bytes, element: _Element, start: int, order: str) -> tuple[Columns, int]:
    """Rows one by one, and where they end."""
    corners: dict[str, list[Whole]] = {field.name: [] for field in element.lists}
    types = [
        (f, np.dtype(order + f.kind), np.dtype(order + (f.length_kind or "u1")))
        for f in element.fields
    ]
    for _ in range(element.count):
        for field, kind, length_type in types:
            length = 1
            if field.length_kind:
                length = int(np.frombuffer(body, length_type, 1, start)[0])
                start += length_type.itemsize
            if length < 0 or start + length * kind.itemsize > len(body):
                raise damaged(f"it ends within its {element.name}s")
            if field.length_kind:
                held = np.frombuffer(body, kind, length, start)
                corners[field.name].append(held.astype(np.int64))
            start += length * kind.itemsize
    return {name: (_row(lists), _lengths(lists)) for name, lists in corners.items()}, start


def _row(lists: list[Whole]) -> Whole:
    return np.concatenate(lists) if lists else np.zeros(0, np.int64)


def _lengths(lists: list[Whole]) -> Whole:
    return np.fromiter(map(len, lists), np.int64, len(lists))


def _colours(points: Columns) -> Bytes | None:
    for prefix in ("", "diffuse_"):
        names = [prefix + name for name in ("red", "green", "blue")]
        if all(name in points for name in names):
            rgb = np.stack([points[name] for name in names], axis=1)
            whole = rgb.dtype.kind in "iu" or float(np.nan_to_num(rgb).max(initial=0)) > 1
            return colour_bytes(rgb, full=255.0 if whole else 1.0)
    return None
