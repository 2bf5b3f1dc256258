"""GLB files: binary glTF 2.0 read by hand, every array within its bounds.

From the glTF 2.0 specification and Google's advice for Scene Viewer. What belongs here: the
surface, pictures, counts. What does not: arrays as such (`glb_arrays`), and what moves
(`glb_shapes`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.checks.glb_arrays import Broken, Model, unframed
from maquette.checks.glb_shapes import animation_findings, packed_findings, shape_findings
from maquette.checks.trees import as_list, as_object, as_text
from maquette.checks.usdz import texture_findings
from maquette.checks.verdicts import Finding, fault, found, warn

TRIANGLES = 4  # the mode of a primitive that is not told

# Scene Viewer's advice: 30,000 vertices, 10 materials, 10 MB, one set of texture coordinates
ADVISED_VERTICES, ADVISED_MATERIALS, ADVISED_BYTES = 30_000, 10, 10_000_000
MOST_TRIANGLES = 100_000
SPAN_M = (0.005, 5.0)
KNOWN_EXTENSIONS = ("KHR_materials_unlit", "KHR_texture_transform", "KHR_mesh_quantization")


def check_glb(data: bytes, where: str) -> Iterator[Finding]:
    """A binary glTF held to its specification, and to Scene Viewer's advice."""
    framed = unframed(data)
    if isinstance(framed, str):
        yield fault("GLB_FRAME", where, framed)
        return
    model = framed
    yield found("GLB_FRAME", where, True, f"header and chunks add up to {len(data):,} bytes")
    version = as_text(as_object(model.told.get("asset")).get("version"))
    yield found("GLB_VERSION", where, version.startswith("2."), f"glTF {version!r}, 2.0 is shown")
    yield from _self_contained(model, where)
    try:
        if model.packing:
            yield from packed_findings(model, where)
        else:
            yield from _geometry(model, where)
        yield from shape_findings(model, where)
        yield from _pictures(model, where)
        yield from animation_findings(model, where)
    except Broken as broken:
        yield fault("GLB_BOUNDS", where, str(broken))
    materials = len(as_list(model.told.get("materials")))
    advised = f"{materials} of {ADVISED_MATERIALS} materials"
    yield found("GLB_MATERIALS", where, materials <= ADVISED_MATERIALS, advised, otherwise="warn")
    size = f"{len(data):,} of {ADVISED_BYTES:,} bytes"
    yield found("GLB_BYTES", where, len(data) <= ADVISED_BYTES, size, otherwise="warn")


def _self_contained(model: Model, where: str) -> Iterator[Finding]:
    parts = [*as_list(model.told.get("buffers")), *as_list(model.told.get("images"))]
    outside = [as_text(as_object(part).get("uri")) for part in parts if "uri" in as_object(part)]
    message = f"it points to {outside[0][:60]!r}" if outside else "it points to no other file"
    yield found("GLB_OUTSIDE", where, not outside, message)
    needed = as_list(model.told.get("extensionsRequired"))
    unknown = [str(name) for name in needed if name not in KNOWN_EXTENSIONS]
    if unknown:
        yield warn("GLB_EXTENSIONS", where, f"it needs {', '.join(unknown)[:80]}")


def _geometry(model: Model, where: str) -> Iterator[Finding]:
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


def _primitive(model: Model, primitive: dict[str, Any], where: str) -> Any:
    """Findings of one primitive; returns its points and how many triangles it has."""
    attributes = as_object(primitive.get("attributes"))
    points = model.values(attributes.get("POSITION")).astype(np.float64)
    if points.shape[1] != 3:
        raise Broken("positions must have three parts")
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
        raise Broken("indices must be whole numbers")
    inside = int(indices.max()) < len(points)
    yield found("GLB_INDICES", where, inside, f"its highest index is {int(indices.max()):,}")
    is_triangles = primitive.get("mode", TRIANGLES) == TRIANGLES
    whole = is_triangles and len(indices) % 3 == 0
    yield found("GLB_FACES", where, whole, f"{len(indices):,} corners make whole triangles")
    return points, len(indices) // 3


def _three(value: Any) -> list[float]:
    numbers = [float(v) for v in as_list(value) if isinstance(v, int | float)]
    return numbers if len(numbers) == 3 else [float("nan")] * 3


def _pictures(model: Model, where: str) -> Iterator[Finding]:
    for number, picture in enumerate(as_list(model.told.get("images"))):
        if "bufferView" in as_object(picture):
            data = model.view(as_object(picture)["bufferView"])
            yield from texture_findings(data, f"{where} image {number}")
