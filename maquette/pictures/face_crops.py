"""Squares cut out of a photo around a face: turned level, scaled, and as large as is wanted.

What belongs here: similarity transforms and what they make of a picture. What does not: where a
face is, and how much room it wants (`portraits`, and the engines that look at faces). Places are
those of `Face.landmarks`: the middle of the first pixel is at 0.5.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from maquette.types import Floats, Picture

Transform = NDArray[np.float64]  # (2, 3): what is left of a square's pixels from the picture's


def around(centre_xy: tuple[float, float], *, tilt_deg: float, scale: float) -> Transform:
    """What puts a place at the origin and takes its tilt away."""
    turn = math.radians(tilt_deg)
    cos, sin = scale * math.cos(turn), scale * math.sin(turn)
    turned = np.array([[cos, sin], [-sin, cos]])
    return np.hstack([turned, -(turned @ centre_xy)[:, None]])


def moved(into: Transform, by_xy: tuple[float, float]) -> Transform:
    """The transform with its results shifted."""
    return into + np.array([[0, 0, by_xy[0]], [0, 0, by_xy[1]]], np.float64)


def fitted(here_xy: Floats, there_xy: Floats) -> Transform:
    """The similarity that brings points nearest to others, without mirroring (least squares)."""
    here, there = here_xy.mean(axis=0), there_xy.mean(axis=0)
    a, b = (here_xy - here).astype(np.float64), (there_xy - there).astype(np.float64)
    spread = float((a**2).sum())
    cos = float((a * b).sum()) / spread
    sin = float((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum()) / spread
    turned = np.array([[cos, -sin], [sin, cos]])
    return np.hstack([turned, (there - turned @ here)[:, None]])


def inverse(into: Transform) -> Transform:
    """The way back."""
    back = np.asarray(np.linalg.inv(into[:, :2]), np.float64)
    return np.hstack([back, -(back @ into[:, 2])[:, None]])


def placed(landmarks: Floats, into: Transform) -> Floats:
    """(N, 3) landmarks after a transform; depth grows with the rest."""
    xy = landmarks[:, :2] @ into[:, :2].T + into[:, 2]
    z = landmarks[:, 2:] * scale_of(into)
    return np.hstack([xy, z]).astype(np.float32)


def scale_of(into: Transform) -> float:
    """How much larger things become."""
    return math.hypot(into[0, 0], into[1, 0])


def cropped(picture: Picture, into: Transform, *, side_px: int) -> Picture:
    """The square that the transform leads to; what lies outside the picture is see-through.

    What becomes much smaller is averaged, and only the part of the picture that is needed is
    touched: a face in 40 megapixels costs no more than another.
    """
    import cv2

    left, top, right, bottom = _needed(picture, into, side_px)
    region = picture.rgba[top:bottom, left:right]
    if not region.size:
        return Picture(np.zeros((side_px, side_px, 4), np.uint8))
    weighted = _weighted(region)
    shrink = max(1.0, 0.7 / scale_of(into))
    size_wh = [max(1, round(length / shrink)) for length in (right - left, bottom - top)]
    small = cv2.resize(weighted, size_wh, interpolation=cv2.INTER_AREA)
    scale = np.array([(right - left) / size_wh[0], (bottom - top) / size_wh[1]])
    warp = np.hstack([into[:, :2] * scale, (into[:, :2] @ (left, top) + into[:, 2])[:, None]])
    warp[:, 2] += warp[:, :2] @ (0.5, 0.5) - 0.5  # a pixel's middle is a whole number in OpenCV
    art = cv2.warpAffine(
        small.astype(np.float32),
        warp,
        (side_px, side_px),
        flags=cv2.INTER_CUBIC if scale_of(into) > 1 else cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    inside = cv2.warpAffine(np.ones(small.shape[:2], np.float32), warp, (side_px, side_px))
    return _unweighted(np.asarray(art, np.float32), np.asarray(inside, np.float32))


def _needed(picture: Picture, into: Transform, side_px: int) -> tuple[int, int, int, int]:
    corners = np.array([[0, 0], [side_px, 0], [0, side_px], [side_px, side_px]], np.float64)
    back = inverse(into)
    places = corners @ back[:, :2].T + back[:, 2]
    margin_px = 2 + 2 / scale_of(into)
    left, top = (max(0, int(v)) for v in places.min(axis=0) - margin_px)
    right, bottom = (
        min(length, int(v) + 1)
        for v, length in zip(places.max(axis=0) + margin_px, picture.size_wh, strict=True)
    )
    return left, top, max(left, right), max(top, bottom)


def _weighted(rgba: NDArray[np.uint8]) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """Colours multiplied by alpha, which can be averaged; opaque ones as they are."""
    if rgba[..., 3].min() == 255:
        return np.ascontiguousarray(rgba)
    alpha = rgba[..., 3:].astype(np.uint16)
    return np.concatenate([rgba[..., :3] * alpha, alpha * 255], axis=2)


def _unweighted(art: Floats, inside: Floats) -> Picture:
    # opaque colours came as they are, others times 255
    peak = 255.0 if art[..., 3].max() <= 256 else 65025.0
    alpha = np.clip(art[..., 3:] / peak, 0, 1)
    rgb = np.clip(art[..., :3] / np.maximum(alpha, 1e-6) * (255 / peak), 0, 255)
    rgba = np.concatenate([rgb, alpha * inside[..., None] * 255], axis=2)
    rgba[rgba[..., 3] < 0.5] = 0
    return Picture((rgba + 0.5).astype(np.uint8))
