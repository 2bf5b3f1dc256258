"""Arrays in GLB files: the frame around the chunks, and every array within its bounds.

What belongs here: finding things. What does not: what they should be (`maquette.checks.glb`).
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.checks.trees import as_list, as_object, read_json

MAGIC, JSON, BIN = b"glTF", 0x4E4F534A, 0x004E4942
COMPONENTS = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
PARTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
PACKINGS = ("EXT_meshopt_compression", "KHR_meshopt_compression")


class Broken(Exception):  # noqa: N818 - told as a finding, never leaves this module
    """Something points nowhere."""


@dataclass(frozen=True)
class Model:
    """The two chunks, and arrays out of them."""

    told: dict[str, Any]
    binary: bytes
    known: dict[tuple[str, int], bool] = field(default_factory=dict)

    @property
    def packing(self) -> str:
        """The extension without which its arrays cannot be read, if there is one."""
        needed = as_list(self.told.get("extensionsRequired"))
        return next((name for name in PACKINGS if name in needed), "")

    def row(self, table: str, number: Any) -> dict[str, Any]:
        """One row of a table of the JSON."""
        rows = as_list(self.told.get(table))
        if type(number) is not int or not 0 <= number < len(rows):
            raise Broken(f"{table} has no number {number!r}")
        return as_object(rows[number])

    def view(self, number: Any) -> bytes:
        """The bytes of a buffer view."""
        return bytes(self._span(number))

    def _span(self, number: Any) -> memoryview:
        """Where a buffer view lies, without a copy: many rows may name one large view."""
        row = self.row("bufferViews", number)
        start, length = natural(row.get("byteOffset", 0)), natural(row.get("byteLength"))
        if row.get("buffer") != 0 or start + length > len(self.binary):
            raise Broken(f"buffer view {number} reaches outside the file")
        return memoryview(self.binary)[start : start + length]

    def length(self, number: Any) -> int:
        """How many values an accessor has, also where they are packed."""
        return natural(self.row("accessors", number).get("count"))

    def values(self, number: Any) -> NDArray[Any]:
        """An accessor's array, (count, parts)."""
        row = self.row("accessors", number)
        component, kind = row.get("componentType"), row.get("type")
        if component not in COMPONENTS or kind not in PARTS:
            raise Broken(f"accessor {number} is of no known type")
        if "sparse" in row or "bufferView" not in row:
            raise Broken(f"accessor {number} is sparse or has no data, which viewers read as zeros")
        dtype, parts = np.dtype(COMPONENTS[component]), PARTS[kind]
        count, start = natural(row.get("count")), natural(row.get("byteOffset", 0))
        view = self._span(row["bufferView"])
        width = dtype.itemsize * parts
        view_row = self.row("bufferViews", row["bufferView"])
        stride = natural(view_row.get("byteStride", width)) or width
        if not count or stride < width or start + stride * (count - 1) + width > len(view):
            raise Broken(f"accessor {number} reaches outside its buffer view")
        if (start + natural(view_row.get("byteOffset", 0))) % dtype.itemsize:
            raise Broken(f"accessor {number} is not aligned")
        strides = (stride, dtype.itemsize)
        return np.ndarray((count, parts), dtype, view, offset=start, strides=strides)

    def is_finite(self, number: Any) -> bool:
        """Whether all of an accessor's values are numbers."""
        return self._known("finite", number, lambda values: bool(np.isfinite(values).all()))

    def is_rising(self, number: Any) -> bool:
        """Whether an accessor's values rise from zero or more."""
        return self._known(
            "rising", number, lambda v: bool(v[0, 0] >= 0 and (np.diff(v[:, 0]) > 0).all())
        )

    def _known(self, what: str, number: Any, judge: Callable[[NDArray[Any]], bool]) -> bool:
        """A judgement, once per accessor: a thousand rows may name the same large one."""
        values = self.values(number)
        if (what, number) not in self.known:
            self.known[what, number] = judge(values)
        return self.known[what, number]


def natural(value: Any) -> int:
    """A length or an offset."""
    if type(value) is not int or not 0 <= value < 2**32:
        raise Broken(f"{value!r:.40} is no length or offset")
    return value


def unframed(data: bytes) -> Model | str:
    """The chunks of a GLB, or what is wrong with its frame."""
    if len(data) < 20 or data[:4] != MAGIC:
        return "it is no whole GLB"
    version, total = struct.unpack_from("<II", data, 4)
    if version != 2 or total != len(data):
        return f"version {version}; {total:,} bytes are told, {len(data):,} are there"
    chunks: list[tuple[int, bytes]] = []
    place = 12
    while place + 8 <= len(data):
        length, kind = struct.unpack_from("<II", data, place)
        if length % 4 or place + 8 + length > len(data):
            return f"a chunk of {length:,} bytes reaches outside the file"
        chunks.append((kind, data[place + 8 : place + 8 + length]))
        place += 8 + length
    if place != len(data) or not chunks or chunks[0][0] != JSON:
        return "its first chunk must be JSON, and the last one end the file"
    told = read_json(chunks[0][1])
    if not isinstance(told, dict):
        return "its JSON cannot be read"
    binary = chunks[1][1] if len(chunks) > 1 and chunks[1][0] == BIN else b""
    return Model(as_object(told), binary)
