"""GLB files that move: shapes that fit their mesh, keys that fit what they change, packed arrays.

From the glTF 2.0 specification. What belongs here: morph targets, animations, and what can be said
of arrays that only a decoder could read. What does not: the surface at rest
(`maquette.checks.glb`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from maquette.checks.glb_arrays import Broken, Model, natural
from maquette.checks.trees import as_list, as_object
from maquette.checks.verdicts import Finding, found, warn


def shape_findings(model: Model, where: str) -> Iterator[Finding]:
    """Every mesh that has morph targets: as many per part, per weight and per name."""
    for mesh in map(as_object, as_list(model.told.get("meshes"))):
        parts = [as_object(part) for part in as_list(mesh.get("primitives"))]
        counts = {len(as_list(part.get("targets"))) for part in parts}
        if not counts - {0}:
            continue
        shapes = max(counts)
        names = as_object(mesh.get("extras")).get("targetNames")
        told = [len(as_list(v)) for v in (mesh.get("weights"), names) if v is not None]
        fit = counts == {shapes} and all(length == shapes for length in told)
        message = f"{shapes} shapes in each part, and a weight and a name for each that is told"
        yield found("GLB_SHAPES", where, fit, message)
        lengths = [_lengths_fit(model, part) for part in parts]
        yield found("GLB_OFFSETS", where, all(lengths), "each shape moves every point, by numbers")


def _lengths_fit(model: Model, part: dict[str, Any]) -> bool:
    """Whether each target has one finite offset of three parts for each point."""
    points = model.length(as_object(part.get("attributes")).get("POSITION"))
    for target in map(as_object, as_list(part.get("targets"))):
        for name, number in target.items():
            if model.length(number) != points:
                return False
            row = model.row("accessors", number)
            if name in ("POSITION", "NORMAL") and row.get("type") != "VEC3":
                return False
            # exporters leave out offsets of points that stand still
            whole = "bufferView" in row and "sparse" not in row and not model.packing
            if whole and not model.is_finite(number):
                return False
    return True


def animation_findings(model: Model, where: str) -> Iterator[Finding]:
    """Keys of every animation, and how long it lasts."""
    for animation in map(as_object, as_list(model.told.get("animations"))):
        samplers = [as_object(row) for row in as_list(animation.get("samplers"))]
        wide = _widths(model, animation, len(samplers))
        longest_s = 0.0
        for number, sampler in enumerate(samplers):
            finding, last_s = _keys(model, sampler, where, width=wide.get(number, 1))
            yield finding
            longest_s = max(longest_s, last_s)
        yield found("GLB_SECONDS", where, longest_s > 0, f"it moves for {longest_s:.2f} s")


def _widths(model: Model, animation: dict[str, Any], samplers: int) -> dict[int, int]:
    """How many values each sampler has per key: one, or one per shape of the mesh it weighs."""
    wide: dict[int, int] = {}
    for channel in map(as_object, as_list(animation.get("channels"))):
        number, target = channel.get("sampler"), as_object(channel.get("target"))
        node = model.row("nodes", target.get("node"))
        if type(number) is not int or not 0 <= number < samplers:
            raise Broken(f"an animation has no sampler {number!r}")
        if target.get("path") == "weights":
            parts = as_list(model.row("meshes", node.get("mesh")).get("primitives"))
            shapes = [len(as_list(as_object(part).get("targets"))) for part in parts]
            wide[number] = max(shapes, default=0)
    return wide


def _keys(
    model: Model, sampler: dict[str, Any], where: str, *, width: int
) -> tuple[Finding, float]:
    """Whether a sampler's keys can be played, and the time of the last one."""
    cubic = sampler.get("interpolation") == "CUBICSPLINE"
    times, values = sampler.get("input"), sampler.get("output")
    count = model.length(times)
    fit = width > 0 and model.length(values) == count * width * (3 if cubic else 1)
    last_s = 0.0
    if model.packing:
        told = as_list(model.row("accessors", times).get("max"))
        last_s = float(told[0]) if told and isinstance(told[0], int | float) else 0.0
    else:
        fit = fit and model.is_rising(times) and model.is_finite(times) and model.is_finite(values)
        last_s = float(model.values(times)[-1, 0])
    message = f"{count} keys of {width}, finite, times rise"
    return found("GLB_KEYS", where, fit, message), last_s


def packed_findings(model: Model, where: str) -> Iterator[Finding]:
    """Arrays that only a decoder can read: where they lie, and how much they say they hold."""
    for number, view in enumerate(as_list(model.told.get("bufferViews"))):
        packed = as_object(as_object(as_object(view).get("extensions")).get(model.packing))
        if not packed:
            continue
        end = natural(packed.get("byteOffset", 0)) + natural(packed.get("byteLength"))
        if packed.get("buffer") != 0 or end > len(model.binary):
            raise Broken(f"buffer view {number} is packed outside the file")
        holds = natural(packed.get("count")) * natural(packed.get("byteStride"))
        if holds != natural(as_object(view).get("byteLength")):
            raise Broken(f"buffer view {number} unpacks to {holds:,} bytes")
    message = "its arrays are packed: it is told where they lie, not what is in them"
    yield warn("GLB_PACKED", where, message)
