"""Pictures and plain values at another size; cut-outs without colours hidden under their alpha.

What belongs here: resampling a whole. What does not: cropping, and textures, whose hidden
colours are wanted (`maquette.solids.textures`).
"""

from __future__ import annotations

from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from maquette.types import Bytes, Floats, Picture

Array = TypeVar("Array", Floats, Bytes)


def resized(values: Array, size_wh: tuple[int, int]) -> Array:
    """(H, W) or (H, W, C) averaged where it shrinks, drawn between neighbours where it grows."""
    import cv2

    if (values.shape[1], values.shape[0]) == size_wh:
        return values
    how = cv2.INTER_AREA if size_wh[0] < values.shape[1] else cv2.INTER_LINEAR
    return cast(Array, np.asarray(cv2.resize(values, size_wh, interpolation=how)))


def scaled(picture: Picture, size_wh: tuple[int, int]) -> Picture:
    """The picture at that size: averaged down, or blended up."""
    import cv2

    if picture.size_wh == size_wh:
        return picture
    width, height = picture.size_wh
    way = cv2.INTER_AREA if size_wh[0] * size_wh[1] < width * height else cv2.INTER_LINEAR
    # averaging straight colours would mix in those of hidden pixels
    art = picture.rgba.astype(np.float32)
    art[..., :3] *= art[..., 3:] / 255
    art = np.asarray(cv2.resize(art, size_wh, interpolation=way), np.float32)
    art[..., :3] *= 255 / np.maximum(art[..., 3:], 1)
    return Picture(_rounded(art))


def over_grey(picture: Picture, level: int) -> Picture:
    """The picture laid on plain grey, opaque."""
    alpha = picture.rgba[..., 3:].astype(np.float32) / 255
    rgb = picture.rgba[..., :3] * alpha + level * (1 - alpha)
    return Picture(_rounded(np.concatenate([rgb, np.full_like(alpha, 255)], axis=2)))


def _rounded(values: NDArray[np.floating]) -> Bytes:
    return np.rint(values).clip(0, 255).astype(np.uint8)
