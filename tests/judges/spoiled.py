"""A good package made bad in one way at a time, so that judges can show that they judge.

What belongs here: the spoiling. What does not: who must notice.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pxr import Sdf, Usd, UsdGeom, UsdLux, UsdShade

from maquette.formats.usdz import LAYER, TEXTURE
from maquette.formats.usdz_archive import Entry, read_archive, write_archive

CARD, SURFACE, ALBEDO = (
    "/Sticker/Card",
    "/Sticker/Looks/Print/Surface",
    "/Sticker/Looks/Print/Albedo",
)


def up_axis(stage: Any) -> None:
    """Lies on its back."""
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.z)


def no_unit(stage: Any) -> None:
    """As large as anyone cares to guess."""
    stage.ClearMetadata("metersPerUnit")


def no_default_prim(stage: Any) -> None:
    """Nothing named to be shown."""
    stage.ClearDefaultPrim()


def texture_missing(stage: Any) -> None:
    """Asks for a picture that was not packed."""
    stage.GetPrimAtPath(ALBEDO).GetAttribute("inputs:file").Set("nowhere.png")


def light(stage: Any) -> None:
    """Brings a light of its own."""
    UsdLux.DistantLight.Define(stage, "/Sticker/Sun")


def instancer(stage: Any) -> None:
    """Scatters copies."""
    UsdGeom.PointInstancer.Define(stage, "/Sticker/Swarm")


def binding_not_applied(stage: Any) -> None:
    """Binds a material without saying that it does."""
    stage.GetPrimAtPath(CARD).RemoveAPI(UsdShade.MaterialBindingAPI)


def nested(stage: Any) -> None:
    """Geometry inside geometry."""
    UsdGeom.Mesh.Define(stage, CARD + "/Inner")


def shader_unknown(stage: Any) -> None:
    """A shader that only its maker knows."""
    stage.GetPrimAtPath(SURFACE).GetAttribute("info:id").Set("OurShader")


def input_type(stage: Any) -> None:
    """A colour where a number belongs."""
    surface = stage.GetPrimAtPath(SURFACE)
    surface.RemoveProperty("inputs:roughness")
    surface.CreateAttribute("inputs:roughness", Sdf.ValueTypeNames.Color3f).Set((1, 1, 1))


def face_index(stage: Any) -> None:
    """A face names a point that does not exist."""
    attribute = stage.GetPrimAtPath(CARD).GetAttribute("faceVertexIndices")
    attribute.Set([1_000_000, *list(attribute.Get())[1:]])


def anchor_unknown(stage: Any) -> None:
    """An anchor that Apple does not know."""
    stage.GetPrimAtPath("/Sticker").GetAttribute("preliminary:anchoring:type").Set("world")


def compressed(package: bytes) -> bytes:
    """A zip that must be unpacked before it can be read."""
    return _zipped(package, zipfile.ZIP_DEFLATED)


def misaligned(package: bytes) -> bytes:
    """Data that begin anywhere."""
    return _zipped(package, zipfile.ZIP_STORED)


def picture_first(package: bytes) -> bytes:
    """The layer where nobody looks for it."""
    return write_archive(read_archive(package)[0][::-1])


def webp(package: bytes) -> bytes:
    """A texture of a kind that Quick Look does not read."""
    as_webp = TEXTURE.replace(".png", ".webp")

    def point_to_webp(stage: Any) -> None:
        stage.GetPrimAtPath(ALBEDO).GetAttribute("inputs:file").Set(as_webp)

    layer, texture = read_archive(edited(package, point_to_webp))[0]
    return write_archive([layer, Entry(as_webp, texture.data)])


def truncated(package: bytes) -> bytes:
    """The end is gone, and the directory with it."""
    return package[: len(package) * 2 // 3]


def _zipped(package: bytes, method: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as target:
        for entry in read_archive(package)[0]:
            target.writestr(zipfile.ZipInfo(entry.name), entry.data, method)
    return out.getvalue()


def edited(package: bytes, edit: Callable[[Any], None]) -> bytes:
    """The package with its layer changed, the container as good as before."""
    layer, *others = read_archive(package)[0]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, LAYER)
        path.write_bytes(layer.data)
        for other in others:
            Path(folder, other.name).write_bytes(other.data)
        stage = Usd.Stage.Open(str(path))
        edit(stage)
        stage.Save()
        return write_archive([Entry(LAYER, path.read_bytes()), *others])


LAYER_FAULTS = (
    *(up_axis, no_unit, no_default_prim, texture_missing, light, instancer),
    *(binding_not_applied, nested, shader_unknown, input_type, face_index, anchor_unknown),
)
PACKAGE_FAULTS = (compressed, misaligned, picture_first, webp, truncated)


def spoilt(package: bytes) -> dict[str, bytes]:
    """The package with each fault, by the fault's name."""
    by_layer = {fault.__name__: edited(package, fault) for fault in LAYER_FAULTS}
    return by_layer | {fault.__name__: fault(package) for fault in PACKAGE_FAULTS}
