"""Our own AR Quick Look rules for USDZ packages, and the stage that holds every sticker to them.

The stock checkers let through what crashes or hides in viewers: faces that name missing points,
anchor types Apple does not know, lights, wrong axes. So every rule is checked here, and USD's
own validators run as a second judge. What belongs here: rules about the stage, its prims, its
materials. What does not: the container (`usdz_archive`), meshes and textures (`usd_mesh_rules`),
what moves (`usd_motion_rules`) and what changes its shape (`usd_shape_rules`).

USD's reader is native code that is not hardened: the container is judged first, and a package
that fails there is never handed to it.
"""

# usd-core has no stubs, and its modules fill themselves only when they are imported
# pyright: reportAttributeAccessIssue=false
from __future__ import annotations

import posixpath
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from maquette.batch.stages import Made, map_stage
from maquette.errors import FormatError
from maquette.formats.usd_mesh_rules import mesh_faults, texture_faults
from maquette.formats.usd_motion_rules import moves
from maquette.formats.usd_shape_rules import shape_faults
from maquette.formats.usd_turns import USD_TURN, load_usd
from maquette.formats.usdz_archive import TEXTURE_SUFFIXES, Entry, Fault, read_archive
from maquette.types import File

MOST_TRIANGLES = 100_000
SMALLEST_M, LARGEST_M = 0.005, 5.0  # longest side of something that stands in a room
OFF_GROUND_M = 0.002
MOST_LISTED = 8  # faults named in one error message

ANCHOR_TYPES = ("plane", "image", "face", "none")
ALIGNMENTS = ("horizontal", "vertical", "any")

# prims that Quick Look shows or ignores without harm; RealityKit* are Apple's own
PRIM_TYPES = frozenset(
    (
        *("", "Scope", "Xform", "Camera", "Shader", "Material", "GeomSubset", "SpatialAudio"),
        *("Mesh", "Sphere", "Cube", "Cylinder", "Cone", "Capsule", "Points", "PhysicsScene"),
        *("SkelRoot", "Skeleton", "SkelAnimation", "BlendShape"),
        *("Preliminary_ReferenceImage", "Preliminary_Text", "Preliminary_Trigger"),
    )
)

_SURFACE = {
    **dict.fromkeys(("diffuseColor", "emissiveColor", "specularColor"), "color3f"),
    **dict.fromkeys(
        (
            *("metallic", "roughness", "clearcoat", "clearcoatRoughness", "occlusion"),
            *("opacity", "opacityThreshold", "ior", "displacement"),
        ),
        "float",
    ),
    **{"useSpecularWorkflow": "int", "normal": "normal3f", "opacityMode": "token"},
}
_TEXTURE = {
    **{"file": "asset", "st": "float2", "wrapS": "token", "wrapT": "token"},
    **{"fallback": "float4", "scale": "float4", "bias": "float4", "sourceColorSpace": "token"},
}
_TRANSFORM = {"in": "float2", "rotation": "float", "scale": "float2", "translation": "float2"}
_READERS = ("string", "int", "float", "float2", "float3", "float4", "point", "normal", "vector")
SHADER_INPUTS = {
    "UsdPreviewSurface": _SURFACE,
    "UsdUVTexture": _TEXTURE,
    "UsdTransform2d": _TRANSFORM,
    **{f"UsdPrimvarReader_{kind}": {"varname": "string"} for kind in (*_READERS, "matrix")},
}


@map_stage(version="1", prepare=load_usd)
def inspect(usdz: File) -> Made:
    """Hold a package to every rule.

    Raises FormatError USDZ_INVALID, naming the rules it breaks.
    """
    found = faults(usdz.data)
    if found:
        listed = "; ".join(f"{f.code} at {f.where}: {f.message}" for f in found[:MOST_LISTED])
        more = f"; and {len(found) - MOST_LISTED} more" if len(found) > MOST_LISTED else ""
        raise FormatError("USDZ_INVALID", listed + more, fix="see the AR rules in the documents")
    return Made(scores={"faults": 0.0})


def faults(data: bytes) -> tuple[Fault, ...]:
    """Every rule that a USDZ package breaks, container first; empty is good."""
    entries, found = read_archive(data)
    found = [*found]
    for entry in entries:
        if entry.name.lower().endswith(TEXTURE_SUFFIXES):
            found.extend(texture_faults(entry))
    # broken containers and pictures of other kinds never reach native code
    if any(fault.code.startswith(("ARCHIVE", "ENTRY", "ROOT")) for fault in found):
        return tuple(found)
    with tempfile.TemporaryDirectory(prefix="maquette_usdz_") as folder:
        path = Path(folder, "package.usdz")
        path.write_bytes(data)
        with USD_TURN:
            found.extend(_package_faults(path, entries))
    return tuple(found)


def _package_faults(path: Path, entries: Sequence[Entry]) -> Iterator[Fault]:
    from pxr import Tf, Usd

    try:
        stage = Usd.Stage.Open(str(path))
    except Tf.ErrorException as broken:
        yield Fault("STAGE_UNREADABLE", entries[0].name, str(broken).splitlines()[-1][:200])
        return
    yield from _stage_faults(stage)
    yield from _dependency_faults(stage, entries)
    triangles = 0
    for prim in stage.TraverseAll():
        yield from _prim_faults(prim)
        if prim.GetTypeName() == "Mesh":
            triangles += sum(n - 2 for n in prim.GetAttribute("faceVertexCounts").Get() or ())
    if not 0 < triangles <= MOST_TRIANGLES:
        code = "TRIANGLES" if triangles else "NOTHING_SHOWN"
        yield Fault(code, "stage", f"{triangles} triangles; 1 to {MOST_TRIANGLES} can be shown")
    yield from _second_judge(stage)


def _stage_faults(stage: Any) -> Iterator[Fault]:
    """Axis, unit, default prim; then moves, size and place, which follow from them."""
    from pxr import UsdGeom

    if not stage.HasAuthoredMetadata("upAxis") or UsdGeom.GetStageUpAxis(stage) != "Y":
        yield Fault("UP_AXIS", "stage", "upAxis must be written and be Y")
    if not UsdGeom.StageHasAuthoredMetersPerUnit(stage):
        yield Fault("METERS_PER_UNIT", "stage", "metersPerUnit must be written")
    root = stage.GetDefaultPrim()
    if not root:
        yield Fault("DEFAULT_PRIM", "stage", "defaultPrim must name a prim that exists")
        return
    times, found = moves(stage)
    yield from found
    yield from shape_faults(stage)
    yield from _place_faults(stage, root, times)


def _place_faults(stage: Any, root: Any, times: Sequence[float]) -> Iterator[Fault]:
    """Size and place of what is seen; of what moves, the lowest pose touches the ground."""
    from pxr import Usd, UsdGeom

    purposes = [UsdGeom.Tokens.default_, UsdGeom.Tokens.render]
    boxes = UsdGeom.BBoxCache(Usd.TimeCode.EarliestTime(), purposes)
    seen = boxes.ComputeWorldBound(root).ComputeAlignedRange()
    if seen.IsEmpty():
        yield Fault("NOTHING_SHOWN", str(root.GetPath()), "it has nothing to see")
        return
    unit_m = UsdGeom.GetStageMetersPerUnit(stage)
    low, high = ([float(v) * unit_m for v in corner] for corner in (seen.GetMin(), seen.GetMax()))
    long_m = max(b - a for a, b in zip(low, high, strict=True))
    if not SMALLEST_M <= long_m <= LARGEST_M:
        limits = f"{SMALLEST_M:g} to {LARGEST_M:g} m"
        yield Fault("SIZE_UNREAL", str(root.GetPath()), f"{long_m:g} m long; {limits} is sensible")
    lowest_m = low[1]
    for time in times:
        boxes.SetTime(time)
        pose = boxes.ComputeWorldBound(root).ComputeAlignedRange()
        lowest_m = min(lowest_m, float(pose.GetMin()[1]) * unit_m)
    stands = root.GetAttribute("preliminary:anchoring:type").Get() in (None, "plane", "none")
    if stands and not abs(lowest_m) <= OFF_GROUND_M:
        yield Fault("OFF_GROUND", str(root.GetPath()), f"its base is at y = {lowest_m:g} m, not 0")


def _dependency_faults(stage: Any, entries: Sequence[Entry]) -> Iterator[Fault]:
    """Layers and textures must be in the package, by plain relative names."""
    packed = {entry.name for entry in entries}
    layer = stage.GetRootLayer()
    folder = posixpath.dirname(entries[0].name)
    for name in layer.GetCompositionAssetDependencies():
        if posixpath.normpath(posixpath.join(folder, name)) not in packed:
            yield Fault("EXTERNAL_REFERENCE", entries[0].name, f"it needs {name[:200]!r}")
    for prim in stage.TraverseAll():
        for attribute in prim.GetAuthoredAttributes():
            if str(attribute.GetTypeName()) == "asset":
                value = attribute.Get()
                name = value.path if value else ""
                yield from _asset_faults(name, str(attribute.GetPath()), packed, folder=folder)


def _asset_faults(name: str, where: str, packed: set[str], *, folder: str) -> Iterator[Fault]:
    place = posixpath.normpath(posixpath.join(folder, name))
    if name.startswith("/") or "://" in name or place.startswith(".."):
        yield Fault("EXTERNAL_REFERENCE", where, f"it points outside: {name[:200]!r}")
    elif place not in packed:
        yield Fault("TEXTURE_MISSING", where, f"{name[:200]!r} is not in the package")


def _prim_faults(prim: Any) -> Iterator[Fault]:
    """Rules that each prim keeps by itself."""
    from pxr import UsdGeom, UsdShade

    where, kind = str(prim.GetPath()), str(prim.GetTypeName())
    if kind not in PRIM_TYPES and not kind.startswith("RealityKit"):
        yield Fault("PRIM_TYPE", where, f"Quick Look does not show a {kind}")
    yield from _anchoring_faults(prim, where)
    yield from _binding_faults(prim, where)
    if kind == "Shader":
        yield from _shader_faults(UsdShade.Shader(prim), where)
    if prim.IsA(UsdGeom.Gprim):
        above = prim.GetParent()
        while above and not above.IsA(UsdGeom.Gprim):
            above = above.GetParent()
        if above:
            yield Fault("NESTED_GEOMETRY", where, f"geometry below geometry: {above.GetPath()}")
    if kind == "Mesh":
        yield from mesh_faults(UsdGeom.Mesh(prim), opaque=_is_opaque(prim))


def _anchoring_faults(prim: Any, where: str) -> Iterator[Fault]:
    applied = "Preliminary_AnchoringAPI" in prim.GetPrimTypeInfo().GetAppliedAPISchemas()
    listed = prim.GetMetadata("apiSchemas")
    applied |= listed is not None and "Preliminary_AnchoringAPI" in listed.GetAppliedItems()
    anchor = prim.GetAttribute("preliminary:anchoring:type").Get()
    alignment = prim.GetAttribute("preliminary:planeAnchoring:alignment").Get()
    if (applied or anchor is not None) and anchor not in ANCHOR_TYPES:
        yield Fault("ANCHOR_TYPE", where, f"{anchor!r} is not one of {', '.join(ANCHOR_TYPES)}")
    if anchor is not None and not applied:
        yield Fault("ANCHOR_SCHEMA", where, "Preliminary_AnchoringAPI is not applied")
    if alignment is not None and (alignment not in ALIGNMENTS or anchor != "plane"):
        yield Fault("ANCHOR_ALIGNMENT", where, f"{alignment!r} does not fit a {anchor} anchor")


def _binding_faults(prim: Any, where: str) -> Iterator[Fault]:
    from pxr import UsdShade

    relationship = prim.GetRelationship("material:binding")
    if not relationship:
        return
    if not prim.HasAPI(UsdShade.MaterialBindingAPI):
        yield Fault("BINDING_API", where, "MaterialBindingAPI is not applied")
    for target in relationship.GetTargets():
        if not prim.GetStage().GetPrimAtPath(target).IsA(UsdShade.Material):
            yield Fault("BINDING_TARGET", where, f"{target} is not a material")


def _shader_faults(shader: Any, where: str) -> Iterator[Fault]:
    name = shader.GetIdAttr().Get() or ""
    if name not in SHADER_INPUTS and not name.startswith("ND_"):
        yield Fault("SHADER_ID", where, f"{name!r} is not a preview shader")
    kinds = SHADER_INPUTS.get(name, {})
    for given in shader.GetInputs():
        wanted, kind = kinds.get(given.GetBaseName()), str(given.GetTypeName())
        if wanted is not None and kind != wanted:
            yield Fault("SHADER_INPUT", where, f"{given.GetBaseName()} is {kind}, not {wanted}")
        if len(given.GetAttr().GetConnections()) > 1:
            yield Fault("SHADER_INPUT", where, f"{given.GetBaseName()} has several sources")
    specular = shader.GetInput("useSpecularWorkflow")
    if specular and specular.Get():
        yield Fault("SPECULAR_WORKFLOW", where, "RealityKit knows the metallic workflow only")


def _is_opaque(prim: Any) -> bool:
    """Whether the bound material leaves opacity alone."""
    from pxr import UsdShade

    material = UsdShade.MaterialBindingAPI(prim).ComputeBoundMaterial()[0]
    source = material.ComputeSurfaceSource()[0] if material else None
    opacity = source.GetInput("opacity") if source else None
    return not opacity or (not opacity.HasConnectedSource() and opacity.Get() in (None, 1.0))


def _second_judge(stage: Any) -> Iterator[Fault]:
    """Whatever USD's own validators say, under their names."""
    from pxr import UsdValidation

    validators = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
    for error in UsdValidation.ValidationContext(validators).Validate(stage):
        yield Fault("USD_VALIDATION", error.GetName(), error.GetMessage()[:300])
