"""Whether a rendered sticker looks as its cut-out promises.

The promise is worked out here anew, from the cut-out's pixels alone: nothing of the die line's or
the card's own code is used. What belongs here: the promise and the comparison. What does not:
rendering.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from maquette.types import Picture

Pixels = NDArray[Any]

AIR = 1.04  # booth.mjs frames a model with so much air
DARKEST_RIM = 235  # of 255, 1 % of the rim may be darker
DIMMEST = 0.75  # a sunlit face against its own colour; one turned away keeps 0.3


@dataclass(frozen=True)
class Limits:
    """How far a picture may be from its promise."""

    least_overlap: float = 0.97  # of the silhouettes, intersection over union
    largest_error: float = 1.5  # mean over the art, of 255: filtering at edges costs 0.9


@dataclass(frozen=True)
class Promise:
    """What the front must look like, in the booth's frame."""

    rgb: Pixels  # (S, S, 3) float
    inside: Pixels  # (S, S) bool

    @property
    def art(self) -> Pixels:
        """Where colours are compared: two pixels away from any edge of the silhouette."""
        return _worn(self.inside, 2.0)


def promise(cutout: Picture, *, border: float | None, side_px: int) -> Promise:
    """What the front of a card of this cut-out must look like.

    Args:
        cutout: the art.
        border: of a die-cut card, as a share of its long side; None for a see-through plane.
        side_px: of the booth's pictures.
    """
    alpha = cutout.rgba[..., 3]
    ys, xs = np.nonzero(alpha >= 128)
    long_px = max(np.ptp(xs), np.ptp(ys)) + 1
    # a plane keeps one pixel of air; the die line thickens hairs by two before it measures
    margin_px = 1.0 if border is None else border * (long_px + 4) + 0.5
    pad = int(3 * margin_px) + 3
    padding = ((pad, pad), (pad, pad), (0, 0))
    art = cutout.rgba[..., :3].astype(float) if border is None else _laid(cutout.rgba, ground=255)
    shown = np.pad(art, padding, constant_values=255)
    inside = np.pad(alpha >= 128, pad)
    if border is not None:
        inside = _die_cut(inside, border_px=margin_px, gap_px=max(0.5 * margin_px, 0.006 * long_px))
    middle = np.array([xs.min() + xs.max() + 1, ys.min() + ys.max() + 1]) / 2 + pad
    scale = side_px / ((long_px + 2 * margin_px) * AIR)
    return Promise(
        _framed(shown, middle=middle, scale=scale, side_px=side_px),
        _framed(inside.astype(np.float32), middle=middle, scale=scale, side_px=side_px) >= 0.5,
    )


def _laid(rgba: Pixels, *, ground: float) -> Pixels:
    """(H, W, 3) float: straight alpha resolved on an even ground."""
    weight = rgba[..., 3:] / 255
    return rgba[..., :3] * weight + ground * (1 - weight)


def _framed(picture: Pixels, *, middle: Pixels, scale: float, side_px: int) -> Pixels:
    """The picture enlarged about its middle, as the booth's camera sees it."""
    # both pictures count from the corner of a pixel, OpenCV from its middle
    x, y = side_px / 2 - 0.5 - (middle - 0.5) * scale
    place = np.array([[scale, 0, x], [0, scale, y]])
    ground = (255, 255, 255) if picture.ndim == 3 else 0
    if scale < 0.7:  # as the viewer's mip-maps do
        picture = cv2.GaussianBlur(picture, (0, 0), 0.35 / scale)
    return cv2.warpAffine(picture, place, (side_px, side_px), borderValue=ground)


def _die_cut(inside: Pixels, *, border_px: float, gap_px: float) -> Pixels:
    """The art with its border, gaps closed that a knife cannot follow."""
    return _worn(_grown(inside, border_px + gap_px), gap_px)


def _grown(inside: Pixels, by_px: float) -> Pixels:
    outside = (~inside).astype(np.uint8)
    return cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) <= by_px


def _worn(inside: Pixels, by_px: float) -> Pixels:
    return ~_grown(~inside, by_px)


def complaints(
    front: Pixels, lit: Pixels, *, promised: Promise, limits: Limits
) -> dict[str, float]:
    """What is wrong with a sticker's front, with the measure that says so; empty is good.

    Args:
        front: (S, S, 4) RGBA as drawn without shading.
        lit: (S, S, 4) the same with a sun behind the viewer.
        promised: what it should be.
        limits: how exactly.
    """
    found: dict[str, float] = {}
    seen = front[..., 3] >= 128
    overlap = (seen & promised.inside).sum() / (seen | promised.inside).sum()
    if overlap < limits.least_overlap:
        found["silhouette"] = float(overlap)
    both = promised.art & _worn(seen, 2.0)
    if not both.any():
        return {**found, "nothing in common": 0.0}
    error = np.abs(front[..., :3][both] - promised.rgb[both]).mean()
    if error > limits.largest_error:
        found["colours"] = float(error)
    brightness = lit[..., :3][both].mean() / max(front[..., :3][both].mean(), 1.0)
    if brightness < DIMMEST:
        found["shading"] = float(brightness)
    rim = _rim(front, promised)
    if rim is not None and rim < DARKEST_RIM:
        found["dark rim"] = rim
    return found


def _rim(front: Pixels, promised: Promise) -> float | None:
    """How dark the white edge gets, its darkest hundredth left out; None where there is no edge."""
    seen = front[..., 3] >= 128
    edge = ~_worn(seen, 3.0) & (front[..., 3] == 255) & (promised.rgb.min(axis=2) > 250)
    return float(np.percentile(front[edge][:, :3].min(axis=1), 1)) if edge.sum() > 100 else None


def difference(one: Pixels, other: Pixels) -> float:
    """Mean difference of two pictures on a grey ground, 0 .. 255."""
    return float(np.abs(_laid(one, ground=128) - _laid(other, ground=128)).mean())
