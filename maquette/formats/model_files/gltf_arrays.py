"""The arrays inside a foreign GLB: accessors, views and packed pictures, none outside its bounds.

What belongs here: bytes to arrays, as glTF 2.0 lays them out. What does not: what they mean
(`gltf`).
"""

from __future__ import annotations

import base64
import json
import struct
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from maquette.formats.model_files.parts import POINTS_AT_MOST, damaged

Json = dict[str, Any]

VALUES_AT_MOST = 8 * POINTS_AT_MOST
_JSON, _BIN = 0x4E4F534A, 0x004E4942
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
_TYPES = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}


def unframed(data: bytes) -> tuple[Json, bytes]:
    """The JSON and the binary chunk of a GLB file; further chunks are skipped."""
    if struct.unpack_from("<I", data, 4)[0] != 2:
        raise damaged("it is not glTF version 2")
    chunks: dict[int, bytes] = {}
    start, end = 12, min(len(data), struct.unpack_from("<I", data, 8)[0])
    while start + 8 <= end:
        length, kind = struct.unpack_from("<II", data, start)
        if start + 8 + length > len(data):
            raise damaged("it ends within a chunk")
        chunks.setdefault(kind, data[start + 8 : start + 8 + length])
        start += 8 + length + -length % 4
    gltf = json.loads(chunks.get(_JSON, b""))
    if not isinstance(gltf, dict):
        raise damaged("its JSON chunk is not an object")
    return cast(Json, gltf), chunks.get(_BIN, b"")


class Arrays:
    """The accessors of one file, each made once.

    Accessors may overlap, so a small file could ask for any amount of memory: there is one budget
    for all of them.
    """

    def __init__(self, gltf: Json, binary: bytes) -> None:
        self.gltf = gltf
        self._binary = binary
        self._made: dict[tuple[int, bool], NDArray[Any]] = {}
        self._unpacked: dict[int, bytes] = {}  # buffers that stand in the JSON text
        self._values_left = VALUES_AT_MOST

    def count(self, number: int) -> int:
        """How many values an accessor says it has."""
        count = int(self.gltf["accessors"][number]["count"])
        if not 0 <= count <= POINTS_AT_MOST:
            raise damaged(f"an array says that it holds {count:,} values")
        return count

    def values(self, number: int, *, kinds: tuple[str, ...], shares: bool = False) -> NDArray[Any]:
        """(N, width) values of an accessor.

        Args:
            number: of the accessor.
            kinds: which of glTF's types will do.
            shares: whole numbers stand for shares of the largest, whether it says so or not.
        """
        if self.gltf["accessors"][number]["type"] not in kinds:
            raise damaged(f"an array is not {' or '.join(kinds)}")
        if (number, shares) not in self._made:
            self._values_left -= self.count(number)
            if self._values_left < 0:
                raise damaged("its arrays overlap and unpack to far too much")
            self._made[number, shares] = self._values(number, shares=shares)
        return self._made[number, shares]

    def _values(self, number: int, *, shares: bool) -> NDArray[Any]:
        accessor: Json = self.gltf["accessors"][number]
        count, width = self.count(number), _WIDTHS[accessor["type"]]
        dtype = np.dtype(_TYPES[accessor["componentType"]])
        values = np.zeros((count, width), dtype)
        if "bufferView" in accessor and count:
            values = self._strided(accessor, (count, width), dtype)
        if "sparse" in accessor:
            values = self._replaced(values, accessor["sparse"])
        if dtype.kind != "f" and (shares or accessor.get("normalized")):
            return np.maximum(values / np.iinfo(dtype).max, -1.0)
        return values

    def _strided(
        self, accessor: Json, shape: tuple[int, int], dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        view = self._view(accessor["bufferView"])
        start, row_bytes = int(accessor.get("byteOffset", 0)), shape[1] * dtype.itemsize
        stride = int(self.gltf["bufferViews"][accessor["bufferView"]].get("byteStride", row_bytes))
        if (
            start < 0
            or stride < row_bytes
            or start + stride * (shape[0] - 1) + row_bytes > len(view)
        ):
            raise damaged("an array reaches outside the file")
        return np.ndarray(shape, dtype, view, start, (stride, dtype.itemsize))

    def _replaced(self, values: NDArray[Any], sparse: Json) -> NDArray[Any]:
        """Values with those that a sparse accessor gives anew."""
        count = int(sparse["count"])
        places, news = sparse["indices"], sparse["values"]
        kind = np.dtype(_TYPES[places["componentType"]])
        view, start = self._view(places["bufferView"]), int(places.get("byteOffset", 0))
        at = np.frombuffer(view, kind, count, start)
        view, start = self._view(news["bufferView"]), int(news.get("byteOffset", 0))
        new = np.frombuffer(view, values.dtype, count * values.shape[1], start)
        values = values.copy()
        values[at.astype(np.int64)] = new.reshape(count, -1)
        return values

    def image(self, number: int) -> bytes:
        """A packed picture as it is."""
        image: Json = self.gltf["images"][number]
        return _unpacked(image["uri"]) if "uri" in image else bytes(self._view(image["bufferView"]))

    def _view(self, number: int) -> memoryview:
        view: Json = self.gltf["bufferViews"][number]
        data = memoryview(self._buffer(view["buffer"]))
        start, length = int(view.get("byteOffset", 0)), int(view["byteLength"])
        if start < 0 or length < 0 or start + length > len(data):
            raise damaged("a part of its buffer reaches outside the file")
        return data[start : start + length]

    def _buffer(self, number: int) -> bytes:
        buffer: Json = self.gltf["buffers"][number]
        if "uri" not in buffer:
            return self._binary
        if number not in self._unpacked:
            self._unpacked[number] = _unpacked(buffer["uri"])
        return self._unpacked[number]


def _unpacked(uri: str) -> bytes:
    """The bytes of an address that holds its own data."""
    return base64.b64decode(uri.partition(",")[2], validate=True)
