"""Light and dark of a cut-out, as heights are made from it.

What belongs here: how light a picture is at places between its pixels. What does not: what a
height is for.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from maquette.solids.inflation_cutouts import HALF_OPAQUE
from maquette.solids.inflation_textures import carried_on
from maquette.types import Bytes, Floats, Picture

CLIPPED_PERCENT = 1.0  # of the art may be black, and as much white
LEAST_RANGE = 0.08  # art of one colour has no light and dark: its noise is not stretched

Wide = NDArray[np.float64]


def light_at(cutout: Picture, px: Wide, *, blur_px: float) -> Wide:
    """(N,) 0 at the art's darkest .. 1 at its lightest, at points of the picture.

    Outside of the art the light of its edge goes on. Art of one colour is 0.5 everywhere.
    """
    light = lightness(carried_on(cutout), blur_px=blur_px)
    own = light[cutout.rgba[..., 3] >= HALF_OPAQUE]
    dark, bright = np.percentile(own, [CLIPPED_PERCENT, 100 - CLIPPED_PERCENT])
    middle, reach = (dark + bright) / 2, max(bright - dark, LEAST_RANGE)
    return np.clip(0.5 + (between(light, px) - middle) / reach, 0, 1)


def lightness(rgba: Bytes, *, blur_px: float) -> Floats:
    """(H, W) luma 0 .. 1 of display colours, softened."""
    import cv2

    luma = np.asarray(cv2.cvtColor(rgba, cv2.COLOR_RGBA2GRAY)).astype(np.float32) / np.float32(255)
    if blur_px < 0.3:
        return luma
    return np.asarray(cv2.GaussianBlur(luma, (0, 0), blur_px), np.float32)


def between(values: Floats, px: Wide) -> Wide:
    """(N,) values at places between pixels, whose centres are at halves."""
    height, width = values.shape
    x = np.clip(px[:, 0] - 0.5, 0, width - 1)
    y = np.clip(px[:, 1] - 0.5, 0, height - 1)
    left = np.minimum(x.astype(np.int64), max(width - 2, 0))
    top = np.minimum(y.astype(np.int64), max(height - 2, 0))
    right, below = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    x, y = x - left, y - top
    upper = values[top, left] * (1 - x) + values[top, right] * x
    lower = values[below, left] * (1 - x) + values[below, right] * x
    return upper * (1 - y) + lower * y
