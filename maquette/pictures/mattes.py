"""Hard mask to finished cut-out: soft alpha, clean colours along the edge, trimmed, centred.

What belongs here: the steps after the mask. What does not: finding alpha along an edge, which
is a `Matter`'s work (`engines`).
"""

from __future__ import annotations

import numpy as np

from maquette.batch.stages import Made, map_stage
from maquette.errors import InputError
from maquette.pictures import colours
from maquette.pictures.masks import carries_alpha
from maquette.roles import Matter
from maquette.types import Bytes, Floats, Mask, Picture

SIZES_PX = (128, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096)
FILL = 0.92  # of the canvas, by the subject's long side: room for a die-cut border
# A matter leaves a haze of 1 % in flat areas and 99 % inside; neither is meant.
CLEAR_BELOW, SOLID_ABOVE = 0.02, 0.98
LEAST_PX = 8  # along the long side


@map_stage(version="1", makes="cutout")
def soften(
    picture: Picture, mask: Mask, *, matter: Matter, native_alpha: bool = False, edge_px: int = 12
) -> Made | Picture:
    """The subject alone: anti-aliased alpha, no halo, centred on a square canvas.

    Alpha that the picture brought along is kept exactly; a whole picture stays whole.

    Args:
        picture: the picture.
        mask: which of its pixels are subject.
        matter: finds alpha along the mask's edge.
        native_alpha: the picture's alpha is exact, whatever it looks like.
        edge_px: how far from the mask's edge alpha may be soft: 12 suits 512 to 1024 px, hair
            wants 20.
    """
    exact = native_alpha or carries_alpha(picture) or bool(mask.inside.all())
    if exact:
        rgba = picture.rgba
    else:
        alpha = _tidied(matter.refine(picture, mask, edge_px=edge_px).alpha)
        rgba = _cut(picture, alpha)
    cutout = centred(Picture(rgba), may_shrink=not exact)
    cutout = Picture(colours.bled(cutout.rgba))
    soft = (cutout.rgba[..., 3] > 0) & (cutout.rgba[..., 3] < 255)
    return Made(
        outputs={"cutout": cutout},
        scores={
            "subject_share": round(float((cutout.rgba[..., 3] >= 128).mean()), 4),
            "soft_share": round(float(soft.mean()), 4),
        },
    )


def _tidied(alpha: Floats) -> Floats:
    """Alpha with haze taken to clear and near-solid to solid."""
    tidied = np.where(alpha < CLEAR_BELOW, 0, np.where(alpha > SOLID_ABOVE, 1, alpha))
    return tidied.astype(np.float32)


def _cut(picture: Picture, alpha: Floats) -> Bytes:
    own = picture.rgba[..., 3].astype(np.float32) / 255
    rgb = colours.without_background(picture.rgba[..., :3], alpha)
    return np.dstack([rgb, (alpha * own * 255 + 0.5).astype(np.uint8)])


def centred(cutout: Picture, *, may_shrink: bool = True) -> Picture:
    """What is visible, in the middle of a square canvas of one of `SIZES_PX`.

    The canvas is the smallest that leaves the subject some air, never larger than the picture's
    own long side. Nothing is enlarged; what would touch the canvas' edge shrinks to `FILL`, or
    keeps its pixels where `may_shrink` is False.
    """
    visible = cutout.rgba[..., 3] > 0
    rows, columns = np.flatnonzero(visible.any(axis=1)), np.flatnonzero(visible.any(axis=0))
    if not len(rows):
        raise InputError("MATTE_EMPTY", "nothing of the subject is left after matting", fix=_FIX)
    trimmed = Picture(
        np.ascontiguousarray(cutout.rgba[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    )
    long_px = max(trimmed.size_wh)
    if long_px < LEAST_PX:
        raise InputError("MATTE_EMPTY", f"the subject is only {long_px} px long", fix=_FIX)
    most_px = max(cutout.size_wh)
    side_px = min([s for s in SIZES_PX if s * FILL >= long_px and s < most_px], default=most_px)
    if may_shrink and long_px > side_px * FILL:
        trimmed = colours.shrunk(trimmed, longest_px=round(side_px * FILL))
    width, height = trimmed.size_wh
    canvas = np.zeros((side_px, side_px, 4), np.uint8)
    left, top = (side_px - width) // 2, (side_px - height) // 2
    canvas[top : top + height, left : left + width] = trimmed.rgba
    return Picture(canvas)


_FIX = "use a picture with a larger, clearer subject"
