"""USDZ: a card as Apple's AR Quick Look wants it, metres, y up, one package without outside parts.

usd-core writes the layer, we write the zip around it. A card that moves has its keys as time
samples of one Xform's translate, orient and scale: what Quick Look plays by itself, over and over.
The vertical and face anchorings and the looping follow Apple's documents; they are untried on a
device. What belongs here: authoring, and where a card is anchored. What does not: the zip
(`usdz_archive`) and judging packages (`usd_rules`).
"""

# usd-core has no stubs, and its modules fill themselves only when they are imported
# pyright: reportAttributeAccessIssue=false
from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from maquette.batch.stages import Made, map_stage
from maquette.errors import InputError
from maquette.formats.usd_parts import (
    TEXTURE,
    Anchoring,
    bind_material,
    layer_bytes,
    put_surface,
    set_clock,
    stage_of,
)
from maquette.formats.usd_turns import USD_TURN, load_usd
from maquette.formats.usdz_archive import Entry, write_archive
from maquette.provenance import Provenance
from maquette.solids.motions import KEYS_PER_S, middle_and_side, reach
from maquette.solids.surfaces import shaded
from maquette.types import File, Floats, Mesh, Motion

# what users ask for -> Apple's token; Apple knows plane, image, face and none, but not "world"
ANCHORINGS = {"plane": "plane", "face": "face", "world": "none"}
ALIGNMENTS = ("horizontal", "vertical", "any")

ROOT, LAYER = "/Sticker", "sticker.usdc"
FACE_SHARE = 0.75  # a card of 20 cm becomes one of 15 cm, the size of a face
FACE_FORWARD_M = 0.10  # clear of the nose


@map_stage(version="1", makes="usdz", prepare=load_usd)
def package(
    card: Mesh, *, provenance: Provenance, anchor_type: str = "plane", alignment: str = "horizontal"
) -> Made:
    """Pack a card for AR.

    Args:
        card: standing on y = 0 and facing +z.
        provenance: embedded in the layer's metadata.
        anchor_type: ``plane`` (a floor, a table, a wall), ``face`` or ``world`` (free).
        alignment: of the plane: ``horizontal`` stands the card up, ``vertical`` hangs it flat
            on a wall, ``any`` stands it up on whatever is found first.
    """
    if anchor_type not in ANCHORINGS:
        raise InputError(
            "ANCHOR_UNKNOWN",
            f"anchor_type {anchor_type!r} is unknown",
            fix=f"use one of {', '.join(ANCHORINGS)}",
        )
    if alignment not in ALIGNMENTS:
        raise InputError(
            "ANCHOR_UNKNOWN",
            f"alignment {alignment!r} is unknown",
            fix=f"use one of {', '.join(ALIGNMENTS)}",
        )
    anchoring = Anchoring(ANCHORINGS[anchor_type], alignment if anchor_type == "plane" else "")
    data = write_usdz(card, provenance, anchoring=anchoring)
    return Made(outputs={"usdz": File(data, "usdz")}, scores={"usdz_bytes": float(len(data))})


def write_usdz(mesh: Mesh, provenance: Provenance, *, anchoring: Anchoring) -> bytes:
    """A mesh as USDZ bytes; same mesh, provenance and anchoring, same bytes."""
    placed = replace(mesh, points=_placed(mesh.points, anchoring))
    if mesh.motion is not None and anchoring.alignment == "vertical":
        placed = replace(placed, motion=_laid(mesh.motion, placed.points))
    with USD_TURN:
        layer = layer_bytes(_stage(placed, provenance, anchoring=anchoring))
    entries = [Entry(LAYER, layer)]
    if mesh.texture_png is not None:
        entries.append(Entry(TEXTURE, mesh.texture_png))
    return write_archive(entries)


def _placed(points: Floats, anchoring: Anchoring) -> Floats:
    """Points of a standing card, moved to where the anchor's +y, its surface normal, wants them."""
    x, y, z = points.T
    if anchoring.kind == "face":
        middle_m = (y.min() + y.max()) / 2
        x, y, z = x * FACE_SHARE, (y - middle_m) * FACE_SHARE, z * FACE_SHARE + FACE_FORWARD_M
    elif anchoring.alignment == "vertical":
        # lies on the wall with its back, its picture looking along the wall's normal
        middle_m = (y.min() + y.max()) / 2
        y, z = z - z.min(), middle_m - y
    return np.column_stack([x, y, z]).astype(np.float32)


def _laid(motion: Motion, points: Floats) -> Motion:
    """The motion of a card that lies on a wall, so far from it that nothing moves into the wall."""
    tipped = np.array([1, 1, -1], np.float32)
    x_z_y = [0, 2, 1]
    laid = replace(
        motion,
        offsets=motion.offsets[:, x_z_y] * tipped,
        turns_xyzw=motion.turns_xyzw[:, [*x_z_y, 3]] * np.array([*tipped, 1], np.float32),
        sizes=np.ascontiguousarray(motion.sizes[:, x_z_y]),
    )
    _, side_m = middle_and_side(points)
    clearance = max(0.0, -float(reach(points, laid)[0, 1]) / side_m)
    return replace(laid, offsets=laid.offsets + np.array([0, clearance, 0], np.float32))


def _stage(mesh: Mesh, provenance: Provenance, *, anchoring: Anchoring) -> Any:
    stage = stage_of(ROOT, provenance, anchoring=anchoring)
    card = _geometry(stage, mesh, path=_moving(stage, mesh))
    bind_material(stage, ROOT, card.GetPrim(), mesh=mesh)
    return stage


def _moving(stage: Any, mesh: Mesh) -> str:
    """Where the card goes: below the root, or below an Xform that moves about its middle."""
    from pxr import Gf, UsdGeom

    motion = mesh.motion
    if motion is None:
        return "/Sticker/Card"
    codes = [round(float(time_s) * KEYS_PER_S, 4) for time_s in motion.times_s]
    set_clock(stage, start=codes[0], end=codes[-1], rate=KEYS_PER_S)
    middle, side_m = middle_and_side(mesh.points)
    places = (motion.offsets.astype(np.float64) * side_m + middle).tolist()
    moving = UsdGeom.Xform.Define(stage, "/Sticker/Moving")
    single = UsdGeom.XformOp.PrecisionFloat
    translate, orient = moving.AddTranslateOp(single), moving.AddOrientOp(single)
    scale = moving.AddScaleOp(single)
    turns, sizes = motion.turns_xyzw.tolist(), motion.sizes.tolist()
    for code, place, (x, y, z, w), size in zip(codes, places, turns, sizes, strict=True):
        translate.Set(Gf.Vec3f(place), code)
        orient.Set(Gf.Quatf(w, x, y, z), code)
        scale.Set(Gf.Vec3f(size), code)
    return "/Sticker/Moving/Card"


def _geometry(stage: Any, mesh: Mesh, *, path: str) -> Any:
    from pxr import Gf, UsdGeom

    card = UsdGeom.Mesh.Define(stage, path)
    if mesh.motion is not None:
        middle, _ = middle_and_side(mesh.points)
        hung = card.AddTranslateOp(UsdGeom.XformOp.PrecisionFloat)
        hung.Set(Gf.Vec3f((-middle).tolist()))
    put_surface(card, shaded(mesh))
    return card
