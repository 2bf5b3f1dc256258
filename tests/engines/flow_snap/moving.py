"""Clips drawn for trackers: a disc before a grained slope, and the true masks."""

from collections.abc import Sequence

import cv2
import numpy as np

from maquette.types import Mask, Picture

WIDE_PX, HIGH_PX = 240, 160
DISC_RGB, FIELD_RGB = (220, 90, 40), (70, 110, 90)


def disc(x, y, *, radius_px=26, size_wh=(WIDE_PX, HIGH_PX)):
    """Which pixels a disc has; none where it lies outside."""
    rows, columns = np.mgrid[: size_wh[1], : size_wh[0]] + 0.5
    return Mask(np.hypot(columns - x, rows - y) < radius_px)


def frame(mask, *, number=0, post_px: Sequence[int] = ()):
    """A frame on which the mask is seen before a field, and a post before both if one is asked."""
    high, wide = mask.inside.shape
    grain = np.random.default_rng(5).normal(0, 1, (high, wide))
    field = cv2.GaussianBlur(grain, (0, 0), 3)[..., None] * 120 + FIELD_RGB
    rgb = np.where(mask.inside[..., None], DISC_RGB, field)
    if post_px:
        rgb[:, post_px[0] : post_px[1]] = (40, 60, 200)
    rgb += np.random.default_rng(number).normal(0, 3, rgb.shape)  # what a sensor adds
    rgb = np.clip(rgb, 0, 255).astype(np.uint8)
    return Picture(np.dstack([rgb, np.full((high, wide), 255, np.uint8)]))


def passing(count=10, *, step_px=8.0, size_wh=(WIDE_PX, HIGH_PX)):
    """Frames and masks of a disc that crosses from the left, a step a frame."""
    masks = [disc(50 + step_px * n, 80 + n, size_wh=size_wh) for n in range(count)]
    return [frame(mask, number=n) for n, mask in enumerate(masks)], masks


def behind_a_post(count=16):
    """A small disc that goes behind a post wider than itself and comes out; what is seen of it."""
    post_px = (110, 150)
    whole = [disc(62 + 9 * n, 80, radius_px=16) for n in range(count)]
    frames = [frame(mask, number=n, post_px=post_px) for n, mask in enumerate(whole)]
    seen = [mask.inside.copy() for mask in whole]
    for inside in seen:
        inside[:, post_px[0] : post_px[1]] = False
    return frames, [Mask(inside) for inside in seen]


def overlap(one, other):
    """J of two masks."""
    union = (one.inside | other.inside).sum()
    return float((one.inside & other.inside).sum() / union) if union else 1.0
