"""Animated USDZ: a mesh that changes its shape, as blend shapes that take turns, one per frame.

Blend shapes, because RealityKit, which draws AR Quick Look, plays them since iOS 18, as do Blender
and usdview, while points with time samples move in Preview and Blender and stand still in AR;
older iPhones show the first frame. A skeleton of one joint that never moves carries the weights:
readers look for them nowhere else. Untried on a device. What belongs here: authoring such
packages. What does not: parts shared with cards (`usd_parts`), the zip (`usdz_archive`), judging
(`usd_rules`).
"""

# usd-core has no stubs, and its modules fill themselves only when they are imported
# pyright: reportAttributeAccessIssue=false
from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from maquette.batch.stages import Made, map_stage
from maquette.errors import FormatError
from maquette.formats.imprint import title_of
from maquette.formats.usd_parts import (
    TEXTURE,
    Anchoring,
    bind_material,
    fitted_texture,
    layer_bytes,
    put_surface,
    set_clock,
    stage_of,
)
from maquette.formats.usd_rules import MOST_LISTED, faults
from maquette.formats.usd_turns import USD_TURN, load_usd
from maquette.formats.usdz_archive import Entry, write_archive
from maquette.provenance import Provenance
from maquette.solids.animation_shading import ShadedFrames, shaded_frames
from maquette.solids.light import linear_from_srgb
from maquette.solids.surfaces import open_edges
from maquette.types import Animation, Bytes, File, Floats

LAYER = "animation.usdc"
ROOT, SKEL = "/Clip", "/Clip/Moving"
MESH, SKELETON, MOTION = f"{SKEL}/Mesh", f"{SKEL}/Skeleton", f"{SKEL}/Skeleton/Motion"
JOINT = "root"


@map_stage(version="1", prepare=load_usd)
def animate_usdz(animation: Animation, *, title: str, provenance: Provenance) -> Made:
    """Pack an animation for AR; what breaks an AR rule is not handed out, and the note says why.

    Args:
        animation: of at least two frames, standing on y = 0 where it is lowest.
        title: told in the layer.
        provenance: embedded in the layer's metadata.
    """
    data = write_animated_usdz(animation, provenance, title=title)
    found = faults(data)
    if found:
        told = "; ".join(f"{fault.code}: {fault.message}" for fault in found[:MOST_LISTED])
        return Made(notes=(f"There is no USDZ, phones would not show it: {told}.",))
    notes: tuple[str, ...] = ()
    if animation.mesh.colours is not None and animation.mesh.texture_png is not None:
        notes = ("The USDZ shows the texture, without the colours of the mesh's points.",)
    return Made({"usdz": File(data, "usdz")}, {"usdz_bytes": float(len(data))}, notes)


def write_animated_usdz(animation: Animation, provenance: Provenance, *, title: str) -> bytes:
    """An animation as USDZ bytes; same animation, provenance and title, same bytes.

    Raises FormatError USDZ_EMPTY without faces and USDZ_STILL with less than two frames.
    """
    if not len(animation.mesh.faces):
        raise FormatError("USDZ_EMPTY", "a mesh without faces cannot be written")
    if len(animation.points) < 2:
        raise FormatError("USDZ_STILL", "an animation of one frame does not move")
    shown = shaded_frames(animation)
    with USD_TURN:
        layer = layer_bytes(_stage(animation, shown, provenance, title=title))
    entries = [Entry(LAYER, layer)]
    if animation.mesh.texture_png is not None:
        entries.append(Entry(TEXTURE, fitted_texture(animation.mesh.texture_png)))
    return write_archive(entries)


def _stage(animation: Animation, shown: ShadedFrames, provenance: Provenance, *, title: str) -> Any:
    from pxr import UsdGeom, UsdSkel

    mesh = animation.mesh
    stage = stage_of(ROOT, provenance, anchoring=Anchoring("plane", "horizontal"))
    stage.GetDefaultPrim().SetDisplayName(title_of(title))
    set_clock(stage, start=0, end=len(shown.points) - 1, rate=animation.rate)
    _reach(UsdSkel.Root.Define(stage, SKEL), shown.points)
    solid = UsdGeom.Mesh.Define(stage, MESH)
    # what is open is seen from behind as well
    gaps = open_edges(shown.surface.points, shown.surface.faces) > 0
    put_surface(solid, shown.surface, double_sided=gaps)
    # the texture is the look where there is one: a preview surface cannot multiply it
    bind_material(stage, ROOT, solid.GetPrim(), mesh=replace(mesh, motion=None))
    if mesh.texture_png is None and shown.surface.colours is not None:
        _coloured(stage, solid, shown.surface.colours)
    names = [f"frame_{frame:03d}" for frame in range(1, len(shown.points))]
    _skeleton(stage, names)
    _shapes(stage, solid, names, shown)
    return stage


def _reach(root: Any, points: Floats) -> None:
    """The box around every pose: viewers place and light by it."""
    from pxr import Vt

    extent = root.CreateExtentAttr()
    for frame, pose in enumerate(points):
        box = np.stack([pose.min(axis=0), pose.max(axis=0)])
        extent.Set(Vt.Vec3fArray.FromNumpy(box), frame)


def _skeleton(stage: Any, names: list[str]) -> None:
    """One joint at rest, and the weights of the shapes: each whole on its own frame."""
    from pxr import Gf, UsdSkel, Vt

    skeleton = UsdSkel.Skeleton.Define(stage, SKELETON)
    skeleton.CreateJointsAttr([JOINT])
    at_rest = Vt.Matrix4dArray([Gf.Matrix4d(1)])
    skeleton.CreateBindTransformsAttr(at_rest)
    skeleton.CreateRestTransformsAttr(at_rest)
    motion = UsdSkel.Animation.Define(stage, MOTION)
    motion.CreateJointsAttr([JOINT])
    motion.CreateTranslationsAttr([Gf.Vec3f(0)])
    motion.CreateRotationsAttr([Gf.Quatf(1)])
    motion.CreateScalesAttr([Gf.Vec3h(1)])
    motion.CreateBlendShapesAttr(names)
    weights = motion.CreateBlendShapeWeightsAttr()
    for frame, row in enumerate(np.eye(len(names) + 1, dtype=np.float32)[:, 1:]):
        weights.Set(Vt.FloatArray.FromNumpy(np.ascontiguousarray(row)), frame)
    binding = UsdSkel.BindingAPI.Apply(skeleton.GetPrim())
    binding.CreateAnimationSourceRel().SetTargets([motion.GetPath()])


def _shapes(stage: Any, solid: Any, names: list[str], shown: ShadedFrames) -> None:
    """Offsets of points and normals from the first frame's, and the mesh that takes them."""
    from pxr import UsdSkel, Vt

    binding = UsdSkel.BindingAPI.Apply(solid.GetPrim())
    binding.CreateSkeletonRel().SetTargets([SKELETON])
    count = len(shown.surface.points)
    joints = binding.CreateJointIndicesPrimvar(constant=False, elementSize=1)
    joints.Set(Vt.IntArray.FromNumpy(np.zeros(count, np.int32)))
    binding.CreateJointWeightsPrimvar(constant=False, elementSize=1).Set(
        Vt.FloatArray.FromNumpy(np.ones(count, np.float32))
    )
    binding.CreateBlendShapesAttr(names)
    targets = [f"{MESH}/{name}" for name in names]
    binding.CreateBlendShapeTargetsRel().SetTargets(targets)
    for frame, path in enumerate(targets, 1):
        shape = UsdSkel.BlendShape.Define(stage, path)
        moved = shown.points[frame] - shown.points[0]
        shape.CreateOffsetsAttr(Vt.Vec3fArray.FromNumpy(moved))
        turned = shown.normals[frame] - shown.normals[0]
        shape.CreateNormalOffsetsAttr(Vt.Vec3fArray.FromNumpy(turned))


def _coloured(stage: Any, solid: Any, colours: Bytes) -> None:
    """A mesh without texture wears the colours of its points, as light."""
    from pxr import Sdf, UsdGeom, UsdShade, Vt

    light = linear_from_srgb(colours[:, :3] / 255.0).astype(np.float32)
    shown = solid.CreateDisplayColorPrimvar(UsdGeom.Tokens.vertex)
    shown.Set(Vt.Vec3fArray.FromNumpy(np.ascontiguousarray(light)))
    reader = UsdShade.Shader.Define(stage, f"{ROOT}/Looks/Print/Colours")
    reader.CreateIdAttr("UsdPrimvarReader_float3")
    reader.CreateInput("varname", Sdf.ValueTypeNames.String).Set("displayColor")
    rgb = reader.CreateOutput("result", Sdf.ValueTypeNames.Float3)
    surface = UsdShade.Shader(stage.GetPrimAtPath(f"{ROOT}/Looks/Print/Surface"))
    surface.CreateInput("diffuseColor", Sdf.ValueTypeNames.Color3f).ConnectToSource(rgb)
