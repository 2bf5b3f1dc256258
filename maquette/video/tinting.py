"""Mattes shown on the picture: tinted, as grey, as an outline with a name.

What belongs here: pixels of one tile. What does not: the board around the tiles (qc).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from maquette.types import Bytes, Floats
from maquette.video.lettering import Colour, fitted, lay, plate, width_of, write

TINT = 0.45  # strong enough to read on grass and sky, weak enough to see the edge beneath
LINE_PX = 2.0
TAG_TEXT_PX, TAG_PX = 13, 20
DARK, LIGHT = (16, 16, 18), (250, 250, 250)


def fit(pixels: Bytes, size_wh: tuple[int, int]) -> Bytes:
    """A picture at the size of its tile."""
    import cv2

    how = cv2.INTER_AREA if size_wh[0] < pixels.shape[1] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, size_wh, interpolation=how), np.uint8)


def fit_matte(alpha: Floats, size_wh: tuple[int, int]) -> Floats:
    """A matte at the size of its tile."""
    import cv2

    how = cv2.INTER_AREA if size_wh[0] < alpha.shape[1] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(alpha, size_wh, interpolation=how), np.float32)


def overlay(picture: Bytes, mattes: Sequence[Floats], colours: Sequence[Colour]) -> Bytes:
    """The picture with every object tinted in its colour and finely edged."""
    shown = picture.copy()
    for alpha, colour in zip(mattes, colours, strict=True):
        lay(shown, alpha, at_xy=(0, 0), colour=colour, strength=TINT)
        lay(shown, _contour(alpha, width_px=1.2), at_xy=(0, 0), colour=colour)
    return shown


def grey(mattes: Sequence[Floats]) -> Bytes:
    """All mattes in one, white on black: (H, W, 3) uint8."""
    whole = np.clip(np.sum(list(mattes), axis=0), 0, 1)
    return np.repeat((whole * 255 + 0.5).astype(np.uint8)[..., None], 3, axis=2)


def outline(
    picture: Bytes, mattes: Sequence[Floats], colours: Sequence[Colour], names: Sequence[str]
) -> Bytes:
    """The picture with every object's edge drawn at half coverage, and its name beside it."""
    shown = picture.copy()
    for alpha, colour in zip(mattes, colours, strict=True):
        # a dark rim keeps a light line readable on light ground
        lay(shown, _contour(alpha, width_px=LINE_PX + 2), at_xy=(0, 0), colour=DARK, strength=0.4)
        lay(shown, _contour(alpha, width_px=LINE_PX), at_xy=(0, 0), colour=colour)
    taken: list[tuple[int, int, int]] = []
    for alpha, colour, name in zip(mattes, colours, names, strict=True):
        _tag(shown, alpha, colour=colour, name=name, taken=taken)
    return shown


def _contour(alpha: Floats, *, width_px: float) -> Floats:
    """A line of even width along alpha one half; only as exact as a line on a screen needs."""
    import cv2

    if not (alpha > 0.5).any():
        return np.zeros_like(alpha)
    # a hard mask gets a slope, so that the distance to its edge can be read off it
    soft = cv2.GaussianBlur(alpha, (0, 0), 1.2)
    slope = np.hypot(cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)) / 8
    away_px = np.abs(soft - 0.5) / np.maximum(slope, 1e-3)
    return np.clip(width_px / 2 + 0.5 - away_px, 0, 1).astype(np.float32)


def _tag(
    shown: Bytes, alpha: Floats, *, colour: Colour, name: str, taken: list[tuple[int, int, int]]
) -> None:
    """The name on its colour, above the object; further down where another one stands."""
    rows = np.flatnonzero((alpha > 0.5).any(1))
    if not rows.size:
        return
    columns = np.flatnonzero((alpha > 0.5).any(0))
    height, width = alpha.shape
    text = fitted(name, size_px=TAG_TEXT_PX, most_px=width / 3)
    wide = width_of(text, size_px=TAG_TEXT_PX) + 12
    left = int(np.clip((columns[0] + columns[-1] - wide) // 2, 2, max(2, width - wide - 2)))
    top = int(np.clip(rows[0] - TAG_PX - 4, 2, height - TAG_PX - 2))
    while any(left < r and other < left + wide and abs(top - t) < TAG_PX for other, r, t in taken):
        top += TAG_PX + 1
    taken.append((left, left + wide, top))
    lay(shown, plate(wide, TAG_PX, corner_px=4), at_xy=(left, top), colour=colour, strength=0.92)
    bright = float(np.dot(colour, (0.299, 0.587, 0.114))) > 130
    look = (TAG_TEXT_PX, DARK if bright else LIGHT)
    write(shown, text, at_xy=(left + 6, top + TAG_PX - 6), look=look)
