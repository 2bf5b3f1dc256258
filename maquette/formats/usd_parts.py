"""What every USDZ of ours is built from: the stage, its anchor, a surface, its material, the layer.

What belongs here: parts that cards and animations have in common. What does not: whole packages
(`usdz`, `animated_usdz`), and judging them (`usd_rules`).
"""

# usd-core has no stubs, and its modules fill themselves only when they are imported
# pyright: reportAttributeAccessIssue=false
from __future__ import annotations

import math
import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from maquette.errors import FormatError
from maquette.formats.glb_parts import ROUGHNESS
from maquette.formats.imprint import imprint
from maquette.formats.usd_mesh_rules import LARGEST_TEXTURE_PX
from maquette.provenance import Provenance
from maquette.solids.surfaces import Shaded
from maquette.solids.textures import decode_png, encode_png
from maquette.types import Mesh

TEXTURE = "albedo.png"
PNG_SIDES_AT = 16  # width and height in the first chunk


@dataclass(frozen=True)
class Anchoring:
    """Where a viewer puts the card: Apple's type, and the alignment that planes have."""

    kind: str
    alignment: str = ""


def stage_of(root: str, provenance: Provenance, *, anchoring: Anchoring) -> Any:
    """A stage in metres, y up, whose one root is anchored and says how it was made."""
    from pxr import Kind, Usd, UsdGeom

    stage = Usd.Stage.CreateInMemory("layer.usdc")
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.y)
    UsdGeom.SetStageMetersPerUnit(stage, 1.0)
    stage.GetRootLayer().customLayerData = dict(sorted(imprint(provenance).items()))
    prim = UsdGeom.Xform.Define(stage, root).GetPrim()
    stage.SetDefaultPrim(prim)
    Usd.ModelAPI(prim).SetKind(Kind.Tokens.component)
    _anchor(prim, anchoring)
    return stage


def _anchor(root: Any, anchoring: Anchoring) -> None:
    """Apple's anchoring schema, by hand: USD does not know it."""
    from pxr import Sdf

    def set_token(name: str, token: str) -> None:
        kind = Sdf.ValueTypeNames.Token
        root.CreateAttribute(name, kind, False, Sdf.VariabilityUniform).Set(token)

    schemas = Sdf.TokenListOp.Create(prependedItems=["Preliminary_AnchoringAPI"])
    root.SetMetadata("apiSchemas", schemas)
    set_token("preliminary:anchoring:type", anchoring.kind)
    if anchoring.kind == "plane":
        set_token("preliminary:planeAnchoring:alignment", anchoring.alignment)


def set_clock(stage: Any, *, start: float, end: float, rate: float) -> None:
    """When what moves begins and ends, in time codes, and how many there are in a second."""
    stage.SetTimeCodesPerSecond(rate)
    stage.SetFramesPerSecond(rate)
    stage.SetStartTimeCode(start)
    stage.SetEndTimeCode(end)


def put_surface(card: Any, surface: Shaded, *, double_sided: bool = False) -> None:
    """Points, triangles, normals and texture coordinates of a UsdGeom.Mesh."""
    from pxr import Sdf, UsdGeom, Vt

    card.CreatePointsAttr(Vt.Vec3fArray.FromNumpy(surface.points))
    counts = np.full(len(surface.faces), 3, np.int32)
    card.CreateFaceVertexCountsAttr(Vt.IntArray.FromNumpy(counts))
    corners = np.ascontiguousarray(surface.faces.ravel())
    card.CreateFaceVertexIndicesAttr(Vt.IntArray.FromNumpy(corners))
    card.CreateSubdivisionSchemeAttr(UsdGeom.Tokens.none)
    card.CreateDoubleSidedAttr(double_sided)
    extent = np.stack([surface.points.min(axis=0), surface.points.max(axis=0)])
    card.CreateExtentAttr(Vt.Vec3fArray.FromNumpy(extent))
    card.CreateNormalsAttr(Vt.Vec3fArray.FromNumpy(surface.normals))
    card.SetNormalsInterpolation(UsdGeom.Tokens.vertex)
    st = UsdGeom.PrimvarsAPI(card).CreatePrimvar(
        "st", Sdf.ValueTypeNames.TexCoord2fArray, UsdGeom.Tokens.vertex
    )
    # USD's texture origin is at the bottom left
    bottom_up = np.column_stack([surface.uv[:, 0], 1 - surface.uv[:, 1]])
    st.Set(Vt.Vec2fArray.FromNumpy(np.ascontiguousarray(bottom_up)))


def bind_material(stage: Any, root: str, card: Any, *, mesh: Mesh) -> None:
    """The look of a mesh, below the root, and the mesh that has it."""
    from pxr import Sdf, UsdGeom, UsdShade

    UsdGeom.Scope.Define(stage, f"{root}/Looks")
    material = UsdShade.Material.Define(stage, f"{root}/Looks/Print")
    surface = UsdShade.Shader.Define(stage, f"{root}/Looks/Print/Surface")
    surface.CreateIdAttr("UsdPreviewSurface")
    surface.CreateInput("roughness", Sdf.ValueTypeNames.Float).Set(ROUGHNESS)
    surface.CreateInput("metallic", Sdf.ValueTypeNames.Float).Set(0.0)
    if mesh.texture_png is not None:
        texture = _texture(stage, root)
        rgb = texture.CreateOutput("rgb", Sdf.ValueTypeNames.Float3)
        surface.CreateInput("diffuseColor", Sdf.ValueTypeNames.Color3f).ConnectToSource(rgb)
        if mesh.alpha_cutoff is not None:
            alpha = texture.CreateOutput("a", Sdf.ValueTypeNames.Float)
            surface.CreateInput("opacity", Sdf.ValueTypeNames.Float).ConnectToSource(alpha)
            threshold = surface.CreateInput("opacityThreshold", Sdf.ValueTypeNames.Float)
            threshold.Set(mesh.alpha_cutoff)
    shown = surface.CreateOutput("surface", Sdf.ValueTypeNames.Token)
    material.CreateSurfaceOutput().ConnectToSource(shown)
    UsdShade.MaterialBindingAPI.Apply(card).Bind(material)


def _texture(stage: Any, root: str) -> Any:
    from pxr import Sdf, UsdShade

    reader = UsdShade.Shader.Define(stage, f"{root}/Looks/Print/Coordinates")
    reader.CreateIdAttr("UsdPrimvarReader_float2")
    reader.CreateInput("varname", Sdf.ValueTypeNames.String).Set("st")
    texture = UsdShade.Shader.Define(stage, f"{root}/Looks/Print/Albedo")
    texture.CreateIdAttr("UsdUVTexture")
    texture.CreateInput("file", Sdf.ValueTypeNames.Asset).Set(TEXTURE)
    texture.CreateInput("sourceColorSpace", Sdf.ValueTypeNames.Token).Set("sRGB")
    for wrap in ("wrapS", "wrapT"):
        texture.CreateInput(wrap, Sdf.ValueTypeNames.Token).Set("clamp")
    place = reader.CreateOutput("result", Sdf.ValueTypeNames.Float2)
    texture.CreateInput("st", Sdf.ValueTypeNames.Float2).ConnectToSource(place)
    return texture


def fitted_texture(texture_png: bytes) -> bytes:
    """A texture with sides that phones can hold: powers of two, and not too many pixels."""
    sides = struct.unpack_from(">II", texture_png, PNG_SIDES_AT)
    fit = tuple(min(LARGEST_TEXTURE_PX, 2 ** round(math.log2(side))) for side in sides)
    if fit == sides:
        return texture_png
    import cv2

    pixels = cv2.resize(decode_png(texture_png), fit, interpolation=cv2.INTER_AREA)
    return encode_png(np.asarray(pixels, np.uint8))


def layer_bytes(stage: Any) -> bytes:
    """The stage's root layer in USD's binary form, which it can write to files only."""
    with tempfile.TemporaryDirectory(prefix="maquette_usd_") as folder:
        path = Path(folder, "layer.usdc")
        if not stage.GetRootLayer().Export(str(path)):
            raise FormatError("USDZ_WRITE", "usd-core could not write the layer")
        return path.read_bytes()
