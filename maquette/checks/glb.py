"""GLB files: binary glTF 2.0 read by hand, every array within its bounds.

From the glTF 2.0 specification and Google's advice for Scene Viewer. What belongs here: frame,
arrays, pictures, counts. What does not: how it looks.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.checks.trees import as_list, as_object, as_text, read_json
from maquette.checks.usdz import texture_findings
from maquette.checks.verdicts import Finding, fault, found, warn

MAGIC, JSON, BIN = b"glTF", 0x4E4F534A, 0x004E4942
COMPONENTS = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
PARTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
TRIANGLES = 4  # the mode of a primitive that is not told

# Scene Viewer's advice: 30,000 vertices, 10 materials, 10 MB, one set of texture coordinates
ADVISED_VERTICES, ADVISED_MATERIALS, ADVISED_BYTES = 30_000, 10, 10_000_000
MOST_TRIANGLES = 100_000
SPAN_M = (0.005, 5.0)
KNOWN_EXTENSIONS = ("KHR_materials_unlit", "KHR_texture_transform", "KHR_mesh_quantization")


class _Broken(Exception):  # noqa: N818 - told as a finding, never leaves this module
    """Something points nowhere."""


@dataclass(frozen=True)
class _Model:
    """The two chunks, and arrays out of them."""

    told: dict[str, Any]
    binary: bytes

    def row(self, table: str, number: Any) -> dict[str, Any]:
        rows = as_list(self.told.get(table))
        if type(number) is not int or not 0 <= number < len(rows):
            raise _Broken(f"{table} has no number {number!r}")
        return as_object(rows[number])

    def view(self, number: Any) -> bytes:
        row = self.row("bufferViews", number)
        start, length = _natural(row.get("byteOffset", 0)), _natural(row.get("byteLength"))
        if row.get("buffer") != 0 or start + length > len(self.binary):
            raise _Broken(f"buffer view {number} reaches outside the file")
        return self.binary[start : start + length]

    def values(self, number: Any) -> NDArray[Any]:
        """An accessor's array, (count, parts)."""
        row = self.row("accessors", number)
        component, kind = row.get("componentType"), row.get("type")
        if component not in COMPONENTS or kind not in PARTS:
            raise _Broken(f"accessor {number} is of no known type")
        if "sparse" in row or "bufferView" not in row:
            raise _Broken(
                f"accessor {number} is sparse or has no data, which viewers read as zeros"
            )
        dtype, parts = np.dtype(COMPONENTS[component]), PARTS[kind]
        count, start = _natural(row.get("count")), _natural(row.get("byteOffset", 0))
        view = self.view(row["bufferView"])
        width = dtype.itemsize * parts
        view_row = self.row("bufferViews", row["bufferView"])
        stride = _natural(view_row.get("byteStride", width)) or width
        if not count or stride < width or start + stride * (count - 1) + width > len(view):
            raise _Broken(f"accessor {number} reaches outside its buffer view")
        if (start + _natural(view_row.get("byteOffset", 0))) % dtype.itemsize:
            raise _Broken(f"accessor {number} is not aligned")
        strides = (stride, dtype.itemsize)
        return np.ndarray((count, parts), dtype, view, offset=start, strides=strides)


def _natural(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**32:
        raise _Broken(f"{value!r:.40} is no length or offset")
    return value


def check_glb(data: bytes, where: str) -> Iterator[Finding]:
    """A binary glTF held to its specification, and to Scene Viewer's advice."""
    framed = _unframed(data)
    if isinstance(framed, str):
        yield fault("GLB_FRAME", where, framed)
        return
    model = framed
    yield found("GLB_FRAME", where, True, f"header and chunks add up to {len(data):,} bytes")
    version = as_text(as_object(model.told.get("asset")).get("version"))
    yield found("GLB_VERSION", where, version.startswith("2."), f"glTF {version!r}, 2.0 is shown")
    yield from _self_contained(model, where)
    try:
        yield from _geometry(model, where)
        yield from _pictures(model, where)
        yield from _animations(model, where)
    except _Broken as broken:
        yield fault("GLB_BOUNDS", where, str(broken))
    materials = len(as_list(model.told.get("materials")))
    advised = f"{materials} of {ADVISED_MATERIALS} materials"
    yield found("GLB_MATERIALS", where, materials <= ADVISED_MATERIALS, advised, otherwise="warn")
    size = f"{len(data):,} of {ADVISED_BYTES:,} bytes"
    yield found("GLB_BYTES", where, len(data) <= ADVISED_BYTES, size, otherwise="warn")


def _unframed(data: bytes) -> _Model | str:
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
    return _Model(as_object(told), binary)


def _self_contained(model: _Model, where: str) -> Iterator[Finding]:
    parts = [*as_list(model.told.get("buffers")), *as_list(model.told.get("images"))]
    outside = [as_text(as_object(part).get("uri")) for part in parts if "uri" in as_object(part)]
    message = f"it points to {outside[0][:60]!r}" if outside else "it points to no other file"
    yield found("GLB_OUTSIDE", where, not outside, message)
    needed = as_list(model.told.get("extensionsRequired"))
    unknown = [str(name) for name in needed if name not in KNOWN_EXTENSIONS]
    if unknown:
        yield warn("GLB_EXTENSIONS", where, f"it needs {', '.join(unknown)[:80]}")


def _geometry(model: _Model, where: str) -> Iterator[Finding]:
    primitives = [
        as_object(primitive)
        for mesh in as_list(model.told.get("meshes"))
        for primitive in as_list(as_object(mesh).get("primitives"))
    ]
    if not primitives or not as_list(model.told.get("scenes")):
        yield fault("GLB_EMPTY", where, "there is nothing to see")
        return
    vertices = triangles = 0
    spans: list[NDArray[Any]] = []
    for primitive in primitives:
        points, count = yield from _primitive(model, primitive, where)
        vertices, triangles = vertices + len(points), triangles + count
        spans.append(np.stack([points.min(axis=0), points.max(axis=0)]))
    size = f"{triangles:,} of {MOST_TRIANGLES:,} triangles"
    yield found("GLB_TRIANGLES", where, 0 < triangles <= MOST_TRIANGLES, size)
    advised = f"{vertices:,} of {ADVISED_VERTICES:,} vertices"
    yield found("GLB_VERTICES", where, vertices <= ADVISED_VERTICES, advised, otherwise="warn")
    longest_m = float((np.max(spans, axis=0)[1] - np.min(spans, axis=0)[0]).max())
    low, high = SPAN_M
    real = f"{longest_m * 100:.1f} cm long; {low * 100:g} cm to {high:g} m is real"
    yield found("GLB_SIZE", where, low <= longest_m <= high, real, otherwise="warn")


def _primitive(model: _Model, primitive: dict[str, Any], where: str) -> Any:
    """Findings of one primitive; returns its points and how many triangles it has."""
    attributes = as_object(primitive.get("attributes"))
    points = model.values(attributes.get("POSITION")).astype(np.float64)
    if points.shape[1] != 3:
        raise _Broken("positions must have three parts")
    finite = bool(np.isfinite(points).all())
    yield found("GLB_POINTS", where, finite, f"{len(points):,} points, all numbers")
    for name, number in attributes.items():
        if len(model.values(number)) != len(points):
            yield fault("GLB_ATTRIBUTES", where, f"{name} does not have one value per point")
    if "TEXCOORD_1" in attributes:
        yield warn("GLB_UV_SETS", where, "more than one set of texture coordinates")
    told = model.row("accessors", attributes["POSITION"])
    limits = [_three(told.get("min")), _three(told.get("max"))]
    fits = bool(np.allclose(limits, [points.min(axis=0), points.max(axis=0)], atol=1e-5))
    yield found("GLB_EXTENT", where, fits, "min and max are those of its points")
    if "indices" not in primitive:
        return points, len(points) // 3
    indices = model.values(primitive["indices"])
    if indices.dtype.kind != "u" or indices.shape[1] != 1:
        raise _Broken("indices must be whole numbers")
    inside = int(indices.max()) < len(points)
    yield found("GLB_INDICES", where, inside, f"its highest index is {int(indices.max()):,}")
    is_triangles = primitive.get("mode", TRIANGLES) == TRIANGLES
    whole = is_triangles and len(indices) % 3 == 0
    yield found("GLB_FACES", where, whole, f"{len(indices):,} corners make whole triangles")
    return points, len(indices) // 3


def _three(value: Any) -> list[float]:
    numbers = [float(v) for v in as_list(value) if isinstance(v, int | float)]
    return numbers if len(numbers) == 3 else [float("nan")] * 3


def _pictures(model: _Model, where: str) -> Iterator[Finding]:
    for number, picture in enumerate(as_list(model.told.get("images"))):
        if "bufferView" in as_object(picture):
            data = model.view(as_object(picture)["bufferView"])
            yield from texture_findings(data, f"{where} image {number}")


def _animations(model: _Model, where: str) -> Iterator[Finding]:
    for animation in map(as_object, as_list(model.told.get("animations"))):
        samplers = [as_object(row) for row in as_list(animation.get("samplers"))]
        longest_s = 0.0
        for sampler in samplers:
            times_s = model.values(sampler.get("input"))[:, 0]
            values = model.values(sampler.get("output"))
            rising = bool(np.isfinite(times_s).all() and (np.diff(times_s) > 0).all())
            cubic = sampler.get("interpolation") == "CUBICSPLINE"
            fit = rising and times_s[0] >= 0 and len(values) == len(times_s) * (3 if cubic else 1)
            yield found("GLB_KEYS", where, fit, f"{len(times_s)} keys, one value each, times rise")
            longest_s = max(longest_s, float(times_s[-1]))
        for channel in map(as_object, as_list(animation.get("channels"))):
            number = channel.get("sampler")
            model.row("nodes", as_object(channel.get("target")).get("node"))
            if type(number) is not int or not 0 <= number < len(samplers):
                raise _Broken(f"an animation has no sampler {number!r}")
        yield found("GLB_SECONDS", where, longest_s > 0, f"it moves for {longest_s:.2f} s")
