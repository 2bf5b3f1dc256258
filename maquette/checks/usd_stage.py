"""The stage in a USDZ, held to what AR Quick Look shows: axes, units, anchors, sizes, materials.

Figures are Apple's advice (WWDC18, "still what we recommend"), names Apple's schemas. What belongs
here: rules about an open stage. What does not: opening it safely (`maquette.checks.usdz`).
"""

# usd-core has no stubs, and its modules fill themselves only when they are imported
# pyright: reportAttributeAccessIssue=false
from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.checks.usd_shapes import poses, shape_findings
from maquette.checks.verdicts import Finding, fault, found, warn

MOST_TRIANGLES = 100_000
SPAN_M = (0.005, 5.0)
GROUND_M = 0.002
MOST_SECONDS = 10.0
NOWHERE = np.full((2, 3), np.nan)
ANCHOR_TYPE = "preliminary:anchoring:type"
ALIGNMENT = "preliminary:planeAnchoring:alignment"
ANCHORS = ("plane", "image", "face", "none")  # "world" is not one of Apple's
ALIGNMENTS = ("horizontal", "vertical", "any")
SHOWN = frozenset(
    (
        *("Scope", "Xform", "Camera", "Shader", "Material", "GeomSubset", "SpatialAudio"),
        *("Mesh", "Sphere", "Cube", "Cylinder", "Cone", "Capsule", "Points", "PhysicsScene"),
        *("SkelRoot", "Skeleton", "SkelAnimation", "BlendShape"),
        *("Preliminary_ReferenceImage", "Preliminary_Text", "Preliminary_Trigger"),
    )
)
SHADERS = ("UsdPreviewSurface", "UsdUVTexture", "UsdTransform2d", "UsdPrimvarReader_", "ND_")


def stage_findings(path: str) -> list[Finding]:
    """Everything there is to say of a package on disk, parts named from its root."""
    from pxr import Tf, Usd

    try:
        stage = Usd.Stage.Open(path)
    except Tf.ErrorException as broken:
        return [fault("USD_UNREADABLE", "", str(broken).strip().splitlines()[-1][:160])]
    findings = [found("USD_UNREADABLE", "", True, "usd-core opens it")]
    prims = list(stage.TraverseAll())
    findings.extend(_metadata(stage))
    findings.extend(_prims(prims))
    findings.extend(_references(stage, path))
    meshes = [prim for prim in prims if prim.GetTypeName() == "Mesh"]
    triangles = 0
    for prim in meshes:
        count, of_mesh = _mesh(prim)
        triangles += count
        findings.extend(of_mesh)
    size = f"{triangles:,} of {MOST_TRIANGLES:,} triangles"
    findings.append(found("USD_TRIANGLES", "", triangles <= MOST_TRIANGLES, size))
    if not any(f.rule.startswith("MESH_") and f.grade == "fault" for f in findings):
        findings.extend(_bounds(stage, meshes))
    return findings


def _metadata(stage: Any) -> Iterator[Finding]:
    from pxr import UsdGeom

    axis = str(UsdGeom.GetStageUpAxis(stage)) if stage.HasAuthoredMetadata("upAxis") else "none"
    yield found("USD_UP_AXIS", "", axis == "Y", f"upAxis is {axis}, Y is needed")
    told = bool(UsdGeom.StageHasAuthoredMetersPerUnit(stage))
    metres = UsdGeom.GetStageMetersPerUnit(stage)
    yield found("USD_UNITS", "", told, f"metersPerUnit is {metres:g}, it must be written")
    root = stage.GetDefaultPrim()
    name = str(root.GetPath()) if root else "none"
    yield found("USD_DEFAULT_PRIM", "", bool(root), f"defaultPrim is {name}")
    if stage.HasAuthoredTimeCodeRange():
        rate = stage.GetTimeCodesPerSecond() or 24.0
        length_s = (stage.GetEndTimeCode() - stage.GetStartTimeCode()) / rate
        size = f"it moves for {length_s:.2f} of {MOST_SECONDS:g} s"
        fits = 0 <= length_s <= MOST_SECONDS
        yield found("USD_SECONDS", "", fits, size, otherwise="warn")


def _prims(prims: Sequence[Any]) -> Iterator[Finding]:
    anchored = 0
    for prim in prims:
        where, kind = str(prim.GetPath()), str(prim.GetTypeName())
        if kind and kind not in SHOWN and not kind.startswith("RealityKit"):
            yield fault("USD_PRIM", where, f"Quick Look does not show a {kind}")
        if prim.HasAttribute(ANCHOR_TYPE):
            anchored += 1
            yield from _anchor(prim, where)
        if kind == "Shader":
            name = str(prim.GetAttribute("info:id").Get() or "")
            if not name.startswith(SHADERS):
                yield fault("USD_SHADER", where, f"Quick Look knows no shader {name!r}")
            if prim.GetAttribute("inputs:useSpecularWorkflow").Get():
                yield fault("USD_SPECULAR", where, "only the metallic workflow is shown")
    if not anchored:
        yield warn("USD_ANCHOR", "", "no anchor is named: it will stand on a floor or table")


def _anchor(prim: Any, where: str) -> Iterator[Finding]:
    kind = str(prim.GetAttribute(ANCHOR_TYPE).Get())
    yield found("USD_ANCHOR", where, kind in ANCHORS, f"anchored to {kind!r}; {', '.join(ANCHORS)}")
    attribute = prim.GetAttribute(ALIGNMENT)
    alignment = str(attribute.Get()) if attribute and attribute.HasAuthoredValue() else ""
    if kind == "plane":
        fits = alignment in ALIGNMENTS
        yield found("USD_ALIGNMENT", where, fits, f"aligned {alignment!r}; {', '.join(ALIGNMENTS)}")
    elif alignment:
        yield warn("USD_ALIGNMENT", where, f"alignment {alignment!r} only counts for planes")


def _references(stage: Any, path: str) -> Iterator[Finding]:
    """Nothing may lie outside the package, and what is named must be in it."""
    from pxr import Sdf, UsdUtils

    layers, assets, missing = UsdUtils.ComputeAllDependencies(Sdf.AssetPath(path))
    outside = [str(layer.identifier) for layer in layers if path not in layer.identifier]
    outside += [str(asset) for asset in assets if path not in str(asset)]
    for name in outside:
        yield fault("USD_OUTSIDE", "", f"it needs {name[-80:]!r} from outside")
    for name in missing:
        yield fault("USD_MISSING", "", f"it names {str(name)[-80:]!r}, which is not there")
    for prim in stage.TraverseAll():
        name = prim.GetAttribute("inputs:file").Get() if prim.GetTypeName() == "Shader" else None
        if name is not None and not name.resolvedPath and not missing:
            yield fault("USD_MISSING", str(prim.GetPath()), f"there is no texture {name.path!r}")


def _mesh(prim: Any) -> tuple[int, list[Finding]]:
    """How many triangles a mesh has, and what is wrong with it; USD's checkers do not look."""
    where = str(prim.GetPath())
    points = _values(prim, "points", np.float64).reshape(-1, 3)
    counts = _values(prim, "faceVertexCounts", np.int64)
    corners = _values(prim, "faceVertexIndices", np.int64)
    fit = len(counts) > 0 and bool((counts >= 3).all()) and int(counts.sum()) == len(corners)
    inside = fit and int(corners.min()) >= 0 and int(corners.max()) < len(points)
    size = f"{len(counts):,} faces over {len(points):,} points"
    findings = [found("MESH_FACES", where, inside, f"{size}; each corner names a point")]
    if not inside:
        return 0, findings
    finite = bool(np.isfinite(points).all())
    findings.append(found("MESH_POINTS", where, finite, "all points are numbers"))
    findings.extend(_extent(prim, points, where))
    findings.extend(shape_findings(prim, points))
    findings.extend(_material(prim, where))
    open_edges = _open_edges(points, counts, corners)
    closed = f"{open_edges} open edges; a solid has none"
    findings.append(found("MESH_CLOSED", where, not open_edges, closed, otherwise="warn"))
    return int((counts - 2).sum()), findings


def _values(prim: Any, name: str, dtype: type) -> NDArray[Any]:
    from pxr import Usd

    value = prim.GetAttribute(name).Get(Usd.TimeCode.EarliestTime())
    return np.asarray(() if value is None else value, dtype)


def _extent(prim: Any, points: NDArray[Any], where: str) -> Iterator[Finding]:
    told = _values(prim, "extent", np.float64).reshape(-1, 3)
    true = np.stack([points.min(axis=0), points.max(axis=0)])
    slack = 1e-3 * float(np.ptp(true, axis=0).max()) + 1e-9
    fits = told.shape == true.shape and bool(np.allclose(told, true, rtol=0, atol=slack))
    yield found("MESH_EXTENT", where, fits, "its extent is that of its points", otherwise="warn")


def _material(prim: Any, where: str) -> Iterator[Finding]:
    from pxr import UsdShade

    applied = prim.HasAPI(UsdShade.MaterialBindingAPI)
    material = UsdShade.MaterialBindingAPI(prim).ComputeBoundMaterial()[0]
    if not material:
        yield warn("MESH_MATERIAL", where, "no material: it will look grey")
    elif prim.GetRelationship("material:binding").HasAuthoredTargets():
        yield found("MESH_BINDING", where, applied, "the binding schema is applied")


def _open_edges(points: NDArray[Any], counts: NDArray[Any], corners: NDArray[Any]) -> int:
    """Edges that only one face has; points in the same place count as one."""
    _, merged = np.unique(np.round(points, 7), axis=0, return_inverse=True)
    ends = np.cumsum(counts)
    following = np.arange(1, len(corners) + 1)
    following[ends - 1] = ends - counts
    edges = np.sort(np.column_stack([merged[corners], merged[corners[following]]]), axis=1)
    edges = edges[edges[:, 0] != edges[:, 1]]
    _, times = np.unique(edges, axis=0, return_counts=True)
    return int((times % 2).sum())


def _bounds(stage: Any, meshes: Sequence[Any]) -> Iterator[Finding]:
    """How large it is in a room, and whether it stands on the ground."""
    from pxr import UsdGeom

    box = _box(stage, meshes)
    if not np.isfinite(box).all():
        yield fault("USD_EMPTY", "", "there is nothing to see")
        return
    sides_m = np.ptp(box, axis=0) * UsdGeom.GetStageMetersPerUnit(stage)
    size = " x ".join(f"{side_m * 100:.1f}" for side_m in sides_m)
    low, high = SPAN_M
    fits = low <= sides_m.max() <= high
    yield found("USD_SIZE", "", bool(fits), f"{size} cm; {low * 100:g} cm to {high:g} m is real")
    anchors = {str(p.GetAttribute(ANCHOR_TYPE).Get()) for p in stage.TraverseAll()}
    if "face" not in anchors:
        base_m = float(box[0, 1]) * UsdGeom.GetStageMetersPerUnit(stage)
        base = f"its base is at {base_m * 1000:.1f} mm"
        yield found("USD_GROUND", "", abs(base_m) <= GROUND_M, base, otherwise="warn")


def _box(stage: Any, meshes: Sequence[Any]) -> NDArray[Any]:
    """Lowest and highest corner at the start, and of all shapes that a mesh takes.

    Meshes are measured by their points, since extents may lie.
    """
    from pxr import Usd, UsdGeom

    start = Usd.TimeCode(stage.GetStartTimeCode())
    boxes: list[NDArray[Any]] = []
    for prim in meshes:
        points = _values(prim, "points", np.float64).reshape(-1, 3)
        matrix = np.array(UsdGeom.Xformable(prim).ComputeLocalToWorldTransform(start))
        for pose in poses(prim, points):
            placed = pose @ matrix[:3, :3] + matrix[3, :3]
            boxes.append(np.stack([placed.min(axis=0), placed.max(axis=0)]))
    if not boxes:
        cache = UsdGeom.BBoxCache(start, [UsdGeom.Tokens.default_, UsdGeom.Tokens.render])
        box = cache.ComputeWorldBound(stage.GetPseudoRoot()).ComputeAlignedRange()
        boxes.append(np.array([box.GetMin(), box.GetMax()]) if not box.IsEmpty() else NOWHERE)
    return np.stack([np.min(boxes, axis=0)[0], np.max(boxes, axis=0)[1]])
