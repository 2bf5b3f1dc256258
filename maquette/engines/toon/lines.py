"""Lines where the photo has dark ones: differences of Gaussians that follow the flow.

After Kang, Lee and Chui, "Coherent line drawing" (2007): light is compared across an edge and
the answer averaged along it, so that lines come out whole and smooth. What belongs here: finding
and cleaning lines, and laying them on the canvas. What does not: lines drawn from landmarks.
"""

from __future__ import annotations

import cv2
import numpy as np

from maquette.engines.toon.curves import FINER, above_half, curve, floats, grown, mix
from maquette.engines.toon.heads import Head, blur
from maquette.engines.toon.landmarks import LIPS_OUTER, Side
from maquette.engines.toon.palettes import Palette
from maquette.engines.toon.styles import Style
from maquette.types import Bools, Bytes, Floats

_ALONG, _ACROSS = 7, 5  # samples to either side of a pixel
_BROADER = 1.6  # of the two Gaussians, as good as the second derivative
_RISE = 0.25  # of strength, from no line to a full one
BORDER = 0.016  # how wide the line around skin is, in distances from eye to eye
STRANDS = 0.5  # by how much more a line counts in hair
SHORTEST = 0.1  # in distances from eye to eye


def found_lines(head: Head, style: Style, sides: tuple[Side, ...], skin: Floats) -> Floats:
    """Strength of the lines worth drawing, (H, W); none where features will be drawn."""
    light = blur(head.light, 1.0)
    along = flow(light, sigma_px=head.px(0.03))
    mixed = floats((light + head.smooth[..., 0]) / 2)
    strength = _darkness(mixed, along, width_px=head.px(style.line_width))
    edge = cv2.erode(head.inside.astype(np.uint8), np.ones((7, 7), np.uint8))
    strength = strength * edge * (1 - _features(head, sides))
    strength *= 1 + STRANDS * (1 - skin)
    return _long_enough(strength, style, least_px=head.px(SHORTEST))


def lay_lines(canvas: Bytes, strength: Floats, palette: Palette) -> None:
    """Draw lines in ink, with soft edges."""
    size_wh = (canvas.shape[1], canvas.shape[0])
    fine = cv2.resize(strength, size_wh, interpolation=cv2.INTER_CUBIC)
    style = palette.style
    share = np.clip((fine - style.line_low) / _RISE, 0, 1) * np.float32(style.line_dark)
    inked = share > 0
    rows = canvas[inked]
    mix(rows, floats(palette.shown(palette.ink)), share[inked][:, None])
    canvas[inked] = rows


def lay_border(canvas: Bytes, head: Head, skin: Floats, palette: Palette) -> None:
    """Draw a thin line between skin and what is not: hair, hats, clothes; none at the outside."""
    inner_px = int(head.px(0.14)) | 1
    inner = cv2.erode(head.inside.astype(np.uint8), np.ones((inner_px, inner_px), np.uint8))
    size_wh = (canvas.shape[1], canvas.shape[0])
    area = above_half(skin, canvas).astype(np.uint8)
    away = cv2.distanceTransform(area, cv2.DIST_L2, 3)
    away = away + cv2.distanceTransform(1 - area, cv2.DIST_L2, 3)
    half_px = head.px(BORDER) * FINER / 2
    share = np.clip(half_px + 1 - away, 0, 1) * np.float32(palette.style.line_dark)
    seen = floats(_contrast(head) * blur(inner.astype(np.float32), head.px(0.03)))
    share *= cv2.resize(seen, size_wh)
    inked = share > 0.01
    rows = canvas[inked]
    mix(rows, floats(palette.shown(palette.ink)), floats(share[inked])[:, None])
    canvas[inked] = rows


def _contrast(head: Head) -> Floats:
    """0 where colours hardly change, 1 where they change as from skin to hair."""
    soft = blur(head.smooth, head.px(0.03))
    across, down = (cv2.Sobel(soft, cv2.CV_32F, *way) / 8 for way in ((1, 0), (0, 1)))
    change = np.sqrt(np.sum(across**2 + down**2, axis=-1)) * head.px(0.1)
    return floats(np.clip((change - 7) / 7, 0, 1))


def flow(light: Floats, *, sigma_px: float) -> Floats:
    """(H, W, 2) unit vectors along edges, from the smoothed structure tensor."""
    x = cv2.Scharr(light, cv2.CV_32F, 1, 0)
    y = cv2.Scharr(light, cv2.CV_32F, 0, 1)
    xx, yy, xy = (cv2.GaussianBlur(p, (0, 0), max(sigma_px, 0.5)) for p in (x * x, y * y, x * y))
    # the tensor's larger eigenvector points across; a quarter turn from it runs along
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2
    return floats(np.stack([np.cos(angle), np.sin(angle)], axis=-1))


def averaged_along(plane: Floats, along: Floats, *, reach_px: float) -> Floats:
    """A plane smoothed along the flow alone: strokes, not blots."""
    total, weights = plane.copy(), 1.0
    step_px = 2 * reach_px / _ALONG
    for sign in (-1, 1):
        place, heading = _grid(plane), floats(sign * along)
        for n in range(1, _ALONG + 1):
            place = floats(place + step_px * heading)
            weight = float(np.exp(-0.5 * (n * step_px / reach_px) ** 2))
            total += np.float32(weight) * _seen_at(plane, place)
            weights += weight
            if n % 2:  # every other step: the flow turns slowly
                heading = _onwards(_seen_at(along, place), heading)
    return floats(total / weights)


def _onwards(turned: Floats, heading: Floats) -> Floats:
    """The flow has no front and back: the one that goes on as before."""
    same = np.sum(turned * heading, axis=-1, keepdims=True) >= 0
    return np.where(same, turned, -turned)


def _darkness(light: Floats, along: Floats, *, width_px: float) -> Floats:
    """How much darker a pixel is than what lies beside it across the flow; 0 and more."""
    across = np.stack([-along[..., 1], along[..., 0]], axis=-1)
    broad_px = _BROADER * width_px
    steps = np.arange(-_ACROSS, _ACROSS + 1) * (2.2 * broad_px / _ACROSS)
    narrow, broad = (np.exp(-0.5 * (steps / sigma) ** 2) for sigma in (width_px, broad_px))
    # a little less of the broad one: an even grey is no line
    kernel = 0.985 * broad / broad.sum() - narrow / narrow.sum()
    grid, total = _grid(light), np.zeros_like(light)
    for step, weight in zip(steps, kernel, strict=True):
        total += np.float32(weight) * _seen_at(light, floats(grid + step * across))
    return averaged_along(np.maximum(total, 0), along, reach_px=3 * width_px)


def _long_enough(strength: Floats, style: Style, *, least_px: float) -> Floats:
    """The strength of lines that are long and somewhere strong, zero elsewhere."""
    weak = (strength > style.line_low).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(weak, connectivity=8)
    peaks = np.zeros(count, np.float32)
    np.maximum.at(peaks, np.asarray(labels, np.int32).ravel(), strength.ravel())
    spans = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    good: Bools = (peaks > style.line_high) & (spans > least_px)
    good[0] = False
    # the flanks of a line are below the limit and belong to it
    near = cv2.dilate(
        good[np.asarray(labels, np.int32)].astype(np.uint8), np.ones((5, 5), np.uint8)
    )
    return np.where(near > 0, strength, 0).astype(np.float32)


def _features(head: Head, sides: tuple[Side, ...]) -> Floats:
    """Where eyes, brows and mouth will be, (H, W) 0..1."""
    hidden = head.covered_by(curve(head.at(LIPS_OUTER), closed=True))
    for side in sides:
        for numbers, factor in ((side.eye, 1.12), (side.brow, 1.05)):
            outline = grown(curve(head.at(numbers), closed=True), factor)
            hidden = np.maximum(hidden, head.covered_by(outline))
    return hidden


def _grid(plane: Floats) -> Floats:
    height, width = plane.shape[:2]
    return floats(np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1))


def _seen_at(plane: Floats, places: Floats) -> Floats:
    x, y = places[..., 0], places[..., 1]
    seen = cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return floats(seen)
