"""A cut-out as solids are made from it: the art alone with air around it, of a workable size.

What belongs here: trimming and shrinking. What does not: outlines and textures, which count in
the pixels of what is made here.
"""

from __future__ import annotations

import numpy as np

from maquette.errors import InputError
from maquette.types import Picture

HALF_OPAQUE = 128
SOFT_PX = 2  # beyond what is half opaque: the other half of soft edges
AIR_PX = 8  # around the art: outlines close there, and colours are carried on
MOST_PX = 1016  # of the art's long side: with its margins a texture of 1024 px
FIX = "check the mask of this item, or word the prompt so that it names one subject"


def empty(what: str) -> InputError:
    """The refusal of a cut-out that no solid can be made from."""
    return InputError("CUTOUT_EMPTY", f"the cut-out {what}", fix=FIX)


def fitted(cutout: Picture) -> Picture:
    """The art of a cut-out, a margin of air around it, its long side at most MOST_PX.

    Raises InputError CUTOUT_EMPTY where nothing is half opaque.
    """
    import cv2

    alpha = cutout.rgba[..., 3]
    rows, columns = (np.flatnonzero((alpha >= HALF_OPAQUE).any(axis=k)) for k in (1, 0))
    if not len(rows):
        raise empty("has nothing opaque in it")
    top, left = max(0, rows[0] - SOFT_PX), max(0, columns[0] - SOFT_PX)
    art = cutout.rgba[top : rows[-1] + 1 + SOFT_PX, left : columns[-1] + 1 + SOFT_PX]
    shrink = MOST_PX / max(art.shape)
    if shrink < 1:
        wide, high = (max(1, round(side * shrink)) for side in art.shape[1::-1])
        # averaging straight colours would mix in those that are hidden
        cover = art[..., 3:].astype(np.float32)
        inked = np.dstack([art[..., :3] * (cover / 255), cover])
        small = np.asarray(cv2.resize(inked, (wide, high), interpolation=cv2.INTER_AREA))
        small[..., :3] *= 255 / np.maximum(small[..., 3:], 1)
        art = np.clip(np.rint(small), 0, 255).astype(np.uint8)
    return Picture(np.pad(art, ((AIR_PX, AIR_PX), (AIR_PX, AIR_PX), (0, 0))))
