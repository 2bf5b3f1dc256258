"""Inflation: a cut-out becomes a cushion, round at its rim, thick where it is wide.

What belongs here: the solid. What does not: its outline, its triangles, how high they rise and
its texture, which are the modules `inflation_*` beside this one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from maquette.solids.inflation_cutouts import fitted
from maquette.solids.inflation_filling import FULL_FACES, filled, two_sided
from maquette.solids.inflation_lights import light_at
from maquette.solids.inflation_outlines import Outline
from maquette.solids.inflation_sheets import Sheet
from maquette.solids.inflation_swelling import swelling
from maquette.solids.inflation_textures import Atlas, atlas_of
from maquette.types import Mesh, Picture

LONG_SIDE_M = 0.1  # until somebody says how large it is to be
MOST_FACES = FULL_FACES
ROUNDNESS = 0.62  # of a disc's depth, 1 would be a ball: art is drawn rather flat
EVEN_SHARE = 0.16  # of the long side: where half the width is more, it hardly grows thicker
RELIEF_SHARE = 0.06  # of the long side: from black to white at relief 1
RELIEF_RISE = 0.5  # of the height: how far relief may change it, so that it stays above the rim

Wide = NDArray[np.float64]
Whole = NDArray[np.int64]


def inflate(cutout: Picture, *, relief: float = 0.0) -> tuple[Mesh, tuple[str, ...]]:
    """Blow up a cut-out: the mesh, and sentences on its parts.

    Front and back are the same height above the plane of the picture and meet in the rim. It
    stands on y = 0, 10 cm long.

    Args:
        cutout: art with straight alpha; what is half opaque is inside.
        relief: 0 .. 1, how much light parts of the front stand out.

    Raises InputError CUTOUT_EMPTY where nothing is opaque.
    """
    cutout = fitted(cutout)
    outline, sheets = filled(cutout, faces_at_most=MOST_FACES)
    atlas = atlas_of(cutout, outline.bounds_xyxy)
    halves = [_lifted(sheet, cutout, long_px=outline.long_px, relief=relief) for sheet in sheets]
    return _joined(sheets, halves, atlas, outline), outline.notes


def _lifted(sheet: Sheet, cutout: Picture, *, long_px: float, relief: float) -> tuple[Wide, Wide]:
    """(N,) heights of the front and of the back over the sheet, 0 on the rim, in pixels."""
    height = ROUNDNESS * np.sqrt(swelling(sheet, even=EVEN_SHARE * long_px))
    if relief <= 0:
        return height, height
    light = light_at(cutout, sheet.points, blur_px=0.004 * long_px)
    wanted = relief * RELIEF_SHARE * long_px * (light - 0.5)
    # fades out towards the rim, and never cuts through the back
    room = RELIEF_RISE * height
    return height + room * np.tanh(wanted / np.maximum(room, 1e-9)), height


def _joined(
    sheets: list[Sheet], halves: list[tuple[Wide, Wide]], atlas: Atlas, outline: Outline
) -> Mesh:
    """Front and back of all parts as one mesh in metres; the rim is there twice, for its uv."""
    points: list[Wide] = []
    uv: list[NDArray[np.float32]] = []
    faces: list[Whole] = []
    start = 0
    for sheet, (front, back) in zip(sheets, halves, strict=True):
        points += [np.column_stack([sheet.points, front]), np.column_stack([sheet.points, -back])]
        uv += [atlas.front_uv(sheet.points), atlas.back_uv(sheet.points)]
        faces.append(two_sided(sheet) + start)
        start += 2 * len(sheet.points)
    x0, _, x1, y1 = outline.bounds_xyxy
    metres = np.vstack(points) - [(x0 + x1) / 2, y1, 0.0]
    metres *= np.array([1.0, -1.0, 1.0]) * LONG_SIDE_M / outline.long_px
    metres[:, 1] -= metres[:, 1].min()
    return Mesh(
        metres.astype(np.float32),
        np.vstack(faces).astype(np.int32),
        np.vstack(uv),
        atlas.png,
    )
