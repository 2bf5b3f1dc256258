"""Figurines for AR: a textured solid at rest as Apple's AR Quick Look wants it, at its real size.

What belongs here: the stage, and authoring such a package. What does not: parts shared with cards
and animations (`usd_parts`), the zip (`usdz_archive`), and judging packages (`usd_rules`). Untried
on a device.
"""

# usd-core has no stubs, and its modules fill themselves only when they are imported
# pyright: reportAttributeAccessIssue=false
from __future__ import annotations

from typing import Any

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
    stage_of,
)
from maquette.formats.usd_rules import MOST_LISTED, faults
from maquette.formats.usd_turns import USD_TURN, load_usd
from maquette.formats.usdz_archive import Entry, write_archive
from maquette.provenance import Provenance
from maquette.solids.surfaces import shaded
from maquette.types import File, Mesh

LAYER = "figurine.usdc"
ROOT, SOLID = "/Figurine", "/Figurine/Solid"


@map_stage(version="1", prepare=load_usd)
def pack_for_ar(
    print: Mesh,  # noqa: A002 - the object's name
    *,
    title: str,
    ar: bool = True,
    provenance: Provenance,
) -> Made:
    """Pack a figurine for AR, where it stands on a table as large as it is printed.

    Args:
        print: at its final size, in metres, standing on y = 0 and facing +z.
        title: told in the layer.
        ar: whether it was asked for; nothing is made where it was not.
        provenance: embedded in the layer's metadata.

    Raises FormatError USDZ_RULES where what was written breaks a rule of AR: it is not handed out.
    """
    if not ar:
        return Made()
    data = write_figurine_usdz(print, provenance, title=title)
    found = faults(data)
    if found:
        told = "; ".join(f"{fault.code}: {fault.message}" for fault in found[:MOST_LISTED])
        broken = {"rules": sorted({fault.code for fault in found})}
        raise FormatError("USDZ_RULES", f"phones would not show the USDZ: {told}", details=broken)
    return Made({"file/usdz": File(data, "usdz")}, {"usdz_bytes": float(len(data))})


def write_figurine_usdz(figure: Mesh, provenance: Provenance, *, title: str) -> bytes:
    """A solid as USDZ bytes; same solid, provenance and title, same bytes.

    Raises FormatError USDZ_EMPTY without faces.
    """
    if not len(figure.faces):
        raise FormatError("USDZ_EMPTY", "a mesh without faces cannot be written")
    with USD_TURN:
        layer = layer_bytes(_stage(figure, provenance, title))
    entries = [Entry(LAYER, layer)]
    if figure.texture_png is not None:
        entries.append(Entry(TEXTURE, fitted_texture(figure.texture_png)))
    return write_archive(entries)


def _stage(figure: Mesh, provenance: Provenance, title: str) -> Any:
    from pxr import UsdGeom

    stage = stage_of(ROOT, provenance, anchoring=Anchoring("plane", "horizontal"))
    stage.GetDefaultPrim().SetDisplayName(title_of(title))
    solid = UsdGeom.Mesh.Define(stage, SOLID)
    put_surface(solid, shaded(figure))
    bind_material(stage, ROOT, solid.GetPrim(), mesh=figure)
    return stage
