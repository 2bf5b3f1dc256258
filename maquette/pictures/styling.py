"""Styling: the photo of a head becomes a cartoon of it, by whatever engine plays the part.

What belongs here: the stage, and what it tells of the outcome. What does not: any way to draw
(`maquette.engines`), and whether the person is still known (`face_scores`).
"""

from __future__ import annotations

import numpy as np

from maquette.batch.stages import Made, map_stage
from maquette.errors import EngineError, InputError
from maquette.roles import StyleRequest, Stylist
from maquette.types import Face, Picture

COUNTED = 0.95  # of the pixels: the few colours along soft edges are left out


@map_stage(version="1")
def stylise(cutout: Picture, face: Face, *, style: str, seed: int, stylist: Stylist) -> Made:
    """Draw a head anew in its place: same size, the cut-out's alpha.

    Args:
        cutout: a head with straight alpha.
        face: whose landmarks are pixels of the cut-out.
        style: one of those that the stylist offers.
        seed: of engines that guess.
        stylist: how.

    Raises InputError STYLE_UNKNOWN, or whatever the engine says of this cut-out.
    """
    if style not in stylist.styles:
        raise InputError(
            "STYLE_UNKNOWN",
            f"{stylist.info.name} has no style {style!r}",
            fix=f"use one of {list(stylist.styles)}",
        )
    (drawn,) = stylist.stylise([StyleRequest(cutout, face, style, seed)])
    if isinstance(drawn, Exception):
        raise drawn
    if drawn.size_wh != cutout.size_wh:
        raise EngineError(
            "ENGINE_FAILED",
            f"{stylist.info.name} drew {drawn.size_wh} for a cut-out of {cutout.size_wh}",
        )
    before, after = colours_left(cutout), colours_left(drawn)
    styled = Picture(np.dstack([drawn.rgba[..., :3], cutout.rgba[..., 3]]))
    return Made(
        {"styled": styled},
        scores={"photo_colours": float(before), "styled_colours": float(after)},
        notes=(f"drawn as {style} in {after} colours where the photo has {before}",),
    )


def colours_left(picture: Picture) -> int:
    """How many colours, of 5 bits a channel, make up nearly all of what is opaque."""
    rgb = picture.rgba[picture.rgba[..., 3] == 255][:, :3].astype(np.int32) >> 3
    codes = (rgb[:, 0] << 10) | (rgb[:, 1] << 5) | rgb[:, 2]
    sizes = np.sort(np.bincount(codes, minlength=1))[::-1]
    return int(np.searchsorted(np.cumsum(sizes), COUNTED * len(codes)) + 1) if len(codes) else 0
