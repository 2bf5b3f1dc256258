"""Eyes, drawn along their lids: white, iris, pupil, glints, lashes and the fold above.

What belongs here: eyes. What does not: brows (`features`), and how large eyes are (`warping`).
"""

from __future__ import annotations

import numpy as np

from maquette.engines.toon.curves import FINER, curve, disc, draw, fill, floats, grown, mix, taper
from maquette.engines.toon.heads import Head
from maquette.engines.toon.landmarks import Side
from maquette.engines.toon.palettes import BLACK, WHITE, Palette, lab
from maquette.types import Bytes, Floats

CLOSED_BELOW = 0.11  # height of an eye by its width
COVERED_BELOW = 0.36  # lightness below an eye, by its cheek's
LASH, LOWER_LASH, FOLD = 0.036, 0.016, 0.017  # widths, in distances from eye to eye
UNSEEN_IRIS = lab(28, 8, 12)


def is_covered(head: Head, side: Side) -> bool:
    """Whether the skin below the eye is much darker than its cheek: glasses hide it, not shade."""
    outline = head.at(side.eye)
    ring = head.covered_by(grown(outline, 1.7)) - head.covered_by(grown(outline, 1.25))
    below = np.arange(head.size_wh[1])[:, None] > outline[:, 1].mean()
    seen = head.smooth[..., 0][(ring > 0.5) & below]
    cheek = float(np.median(head.smooth[..., 0][head.pixels_at(head.at(side.cheek))]))
    return len(seen) == 0 or float(np.median(seen)) < COVERED_BELOW * cheek


def draw_eye(canvas: Bytes, head: Head, side: Side, palette: Palette) -> None:
    """The whole eye; of a closed one its lashes alone."""
    upper, lower = (curve(head.at(lid)) for lid in (side.upper_lid, side.lower_lid))
    outer = 0.28 if side.outer_first else 0.72  # lashes are thickest towards the temple
    if openness(head, side) > CLOSED_BELOW:
        _draw_ball(canvas, head, side, palette)
        widths = head.px(LOWER_LASH) * taper(len(lower), thickest=outer, ends=0.1)
        draw(canvas, lower, widths, palette.shown(palette.deep * (0.6, 0.9, 0.9)))
        fold = curve(head.at(side.crease))
        widths = head.px(FOLD) * taper(len(fold), ends=0.0)
        draw(canvas, fold, widths, palette.shown(palette.deep * (0.85, 1, 1)))
    widths = head.px(LASH) * taper(len(upper), thickest=outer, ends=0.3)
    raised = upper - np.stack([np.zeros_like(widths), 0.3 * widths], axis=1)
    draw(canvas, floats(raised), widths, palette.shown(palette.ink))


def openness(head: Head, side: Side) -> float:
    """Height of an eye by its width."""
    upper, lower = head.at(side.upper_lid), head.at(side.lower_lid)
    middle = len(upper) // 2
    wide = max(float(np.linalg.norm(upper[0] - upper[-1])), 1.0)
    return float(np.linalg.norm(upper[middle] - lower[middle])) / wide


def _draw_ball(canvas: Bytes, head: Head, side: Side, palette: Palette) -> None:
    """White and iris, drawn on a patch of their own and seen through the lids' opening."""
    outline = np.concatenate(
        [curve(head.at(side.upper_lid)), curve(head.at(side.lower_lid))[-2:0:-1]]
    )
    top_left = np.maximum(np.floor(outline.min(axis=0)).astype(int) - 2, 0)
    bottom_right = np.minimum(np.ceil(outline.max(axis=0)).astype(int) + 3, head.size_wh)
    (left, top), (right, bottom) = top_left * FINER, bottom_right * FINER
    patch = canvas[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    if 0 in patch.shape:
        return  # the landmarks put it beyond the picture
    opening, ball = np.zeros_like(patch), np.empty_like(patch)
    here = floats(outline - top_left)
    fill(opening, here, (255.0, 255.0, 255.0))
    _paint_white(ball, here, palette)
    _paint_iris(ball, head, side, palette, top_left)
    mix(patch, ball, floats(opening) / np.float32(255))


def _paint_white(ball: Bytes, outline: Floats, palette: Palette) -> None:
    """White with a tint of the skin, and the upper lid's shadow on it."""
    light, a, b = (float(value) for value in palette.base)
    white = lab(min(97, 84 + 0.16 * light), 0.06 * a, 0.08 * b)
    ball[:] = palette.shown(white - lab(13, 0, 0))
    high = float(np.ptp(outline[:, 1]))
    fill(ball, outline + floats([0, 0.18 * high]), palette.shown(white))


def _paint_iris(ball: Bytes, head: Head, side: Side, palette: Palette, top_left: Floats) -> None:
    """Rim, iris, its light lower half, pupil and two glints."""
    iris = head.at(side.iris)
    radius_px = float(np.linalg.norm(iris[1:] - iris[0], axis=1).mean()) * 1.04
    colour = _iris_colour(head, side, radius_px)
    middle = iris[0] - top_left

    def dot(x: float, y: float, size: float, painted: Floats, flat: float = 1.0) -> None:
        place = middle + radius_px * floats([x, y])
        fill(ball, disc(place, radius_px * size, flat=flat), palette.shown(painted))

    dot(0, 0, 1.0, colour * (0.45, 0.8, 0.8))
    dot(0, 0, 0.84, colour)
    dot(0, 0.3, 0.46, colour + lab(12, 0, 4), flat=0.8)
    dot(0, 0, 0.46, BLACK + lab(6))
    dot(-0.36, -0.38, 0.25, WHITE)
    dot(0.34, 0.4, 0.12, WHITE)


def _iris_colour(head: Head, side: Side, radius_px: float) -> Floats:
    """The photo's own, between pupil and rim, without glints; livelier."""
    middle = head.at(side.iris)[0]
    ring = head.covered_by(disc(middle, radius_px * 0.92))
    ring = ring - head.covered_by(disc(middle, radius_px * 0.45))
    ring *= head.covered_by(grown(head.at(side.eye), 0.92))
    seen = head.lab[ring > 0.6]
    if len(seen) < 6:
        return UNSEEN_IRIS
    without_glints = seen[seen[:, 0] <= np.percentile(seen[:, 0], 80)]
    light, a, b = (float(value) for value in np.median(without_glints, axis=0))
    return lab(float(np.clip(light * 1.1 + 6, 20, 58)), a * 1.35, b * 1.35)
