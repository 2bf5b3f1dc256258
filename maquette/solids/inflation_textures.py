"""Textures of solids that are made from one picture: the front beside the back on one atlas.

The art's colours are carried on past the rim, so that the sides of a solid show the colour of
its edge. The back is the art without its detail, a little darker: a thing seen from behind has
no second face. What belongs here: pixels and where they go. What does not: geometry.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maquette.solids.inflation_cutouts import HALF_OPAQUE
from maquette.solids.textures import Layout, bled, encode_png, lay_out
from maquette.types import Bools, Bytes, Floats, Picture

SOLID_ALPHA = 250  # below, a pixel of the edge may hold some of the old background
BACK_PLAIN_SHARE = 0.27  # of the texture's side: what is smaller, eyes and mouths, goes
BACK_BLUR_SHARE = 0.03  # of the texture's side
BACK_FADE_SHARE = 0.06  # of the texture's side: from the rim, where front and back agree
BACK_LIGHT = 0.94
SHRUNK = 4  # blurring at a quarter of the size looks the same
PLAINED = 8  # so does looking for the plain colour at an eighth

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Atlas:
    """One texture: the front in its left half, the back in its right half, both upright.

    Attributes:
        png: twice as wide as high.
        layout: where the picture lies in either half.
    """

    png: bytes
    layout: Layout

    def front_uv(self, px: Points) -> Floats:
        """(N, 2) texture coordinates of the front at points of the picture."""
        side_px = self.layout.side_px
        texels = px * self.layout.shrink + self.layout.offset_xy
        texels = np.clip(texels, 0.5, side_px - 0.5)
        return (texels / [2 * side_px, side_px]).astype(np.float32)

    def back_uv(self, px: Points) -> Floats:
        """(N, 2) texture coordinates of the back; seen from behind the art is mirrored."""
        return self.front_uv(px) + np.array([0.5, 0.0], np.float32)


def atlas_of(cutout: Picture, bounds_xyxy: tuple[float, float, float, float]) -> Atlas:
    """The front and the back of a cut-out, its colours carried on past its rim."""
    layout = lay_out(bounds_xyxy)
    rgba = carried_on(cutout)
    rgba[..., 3] = cutout.rgba[..., 3]
    laid = bled(Picture(rgba), layout)
    front = np.ascontiguousarray(laid[..., :3])
    back = _back(front, laid[..., 3] >= HALF_OPAQUE)
    return Atlas(encode_png(np.hstack([front, back])), layout)


def carried_on(cutout: Picture) -> Bytes:
    """(H, W, 4) the art, opaque, with the colours of its edge carried on outwards.

    Pixels of the edge itself are painted over, but for hairs, where nothing else is near.
    """
    import cv2

    rgba, alpha = cutout.rgba.copy(), cutout.rgba[..., 3]
    square = np.ones((3, 3), np.uint8)
    kept = cv2.erode((alpha >= SOLID_ALPHA).astype(np.uint8), square)
    for least in (SOLID_ALPHA, HALF_OPAQUE):
        near = cv2.dilate(kept, square, iterations=3)
        kept = kept | ((alpha >= least) & (near == 0)).astype(np.uint8)
    rgba[..., 3] = 255 * kept
    height, width = alpha.shape
    rgba = bled(Picture(rgba), Layout(max(height, width), 1.0, (0, 0)))[:height, :width]
    rgba[..., 3] = 255
    return rgba


def _back(front: Bytes, inside: Bools) -> Bytes:
    """The front, its detail fading away from the rim."""
    import cv2

    side_px = len(front)
    colours = front.astype(np.float32)
    weights = inside.astype(np.float32)[..., None]
    small_wh = (side_px // SHRUNK, side_px // SHRUNK)
    # averaged over the art alone
    stacked = np.concatenate([_plain(front) * weights, weights], axis=2)
    small = cv2.resize(stacked, small_wh, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), BACK_BLUR_SHARE * side_px / SHRUNK)
    plain = BACK_LIGHT * small[..., :3] / np.maximum(small[..., 3:], 1e-3)
    plain = np.asarray(cv2.resize(plain, (side_px, side_px), interpolation=cv2.INTER_LINEAR))
    depth_px = np.asarray(cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5))
    share = np.clip(depth_px / (BACK_FADE_SHARE * side_px), 0, 1)[..., None]
    share = share * share * (3 - 2 * share)
    return np.clip(np.rint(colours + share * (plain - colours)), 0, 255).astype(np.uint8)


def _plain(front: Bytes) -> Floats:
    """The colour that most of each neighbourhood has."""
    import cv2

    side_px = len(front)
    small_wh = (side_px // PLAINED, side_px // PLAINED)
    small = cv2.resize(front, small_wh, interpolation=cv2.INTER_AREA)
    around_px = int(BACK_PLAIN_SHARE * small_wh[0]) | 1
    plain = cv2.medianBlur(small, around_px)
    whole = cv2.resize(plain, (side_px, side_px), interpolation=cv2.INTER_LINEAR)
    return np.asarray(whole, np.float32)
