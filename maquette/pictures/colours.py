"""Colours beside and under alpha: taking the background out of an edge, bleeding, scaling.

What belongs here: RGB arithmetic that knows of alpha. What does not: finding alpha (masks,
mattes).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.pictures.scaling import resized
from maquette.types import Bools, Bytes, Floats, Picture


def without_background(rgb: Bytes, alpha: Floats) -> Bytes:
    """Foreground colours of a matted picture: what the subject looks like without its backdrop.

    A pixel at alpha 0.3 shows 70 % background; pasted elsewhere it makes a halo. Two passes of
    blur fusion (Forte, "Approximate fast foreground colour estimation", 2021): broad blurs guess
    foreground and background, narrow ones sharpen the guess. Opaque pixels stay as they are.

    Args:
        rgb: (H, W, 3) uint8.
        alpha: (H, W) float32 in 0..1.
    """
    edge = (alpha > 0) & (alpha < 1)
    window = _bounds(edge, margin_px=_BROAD_PX)
    if window is None:
        return rgb
    seen = rgb[window].astype(np.float32) / np.float32(255)
    cover = alpha[window]
    # the broad guess is blurred far beyond a quarter of the resolution, so it is made there
    size_wh = (cover.shape[1], cover.shape[0])
    small_wh = (-(-size_wh[0] // 4), -(-size_wh[1] // 4))
    small = resized(seen, small_wh)
    guesses = _fused(small, small, small, resized(cover, small_wh), radius_px=_BROAD_PX // 4)
    foreground, background = (resized(guess, size_wh) for guess in guesses)
    foreground, _ = _fused(seen, foreground, background, cover, radius_px=_NARROW_PX)
    cleaned = rgb.copy()
    inside_edge = edge[window]
    cleaned[window][inside_edge] = _to_bytes(foreground[inside_edge])
    return cleaned


_BROAD_PX, _NARROW_PX = 45, 3


def _fused(
    seen: Floats, foreground: Floats, background: Floats, alpha: Floats, *, radius_px: int
) -> tuple[Floats, Floats]:
    """One pass: blurred guesses of both sides, the foreground corrected to explain the picture."""
    import cv2

    def mean(values: Floats) -> Floats:
        blurred = cv2.blur(values, (2 * radius_px + 1, 2 * radius_px + 1))
        return np.asarray(blurred, np.float32)

    tiny, cover, rest = np.float32(1e-5), alpha[..., None], 1 - alpha[..., None]
    fore = mean(foreground * cover) / (mean(alpha) + tiny)[..., None]
    back = mean(background * rest) / (mean(1 - alpha) + tiny)[..., None]
    explained = cover * fore + rest * back
    corrected = np.clip(fore + cover * (seen - explained), 0, 1)
    return np.asarray(corrected, np.float32), np.asarray(back, np.float32)


def bled(rgba: Bytes) -> Bytes:
    """The same picture with colours carried out under its transparent pixels.

    Scaling, mip-mapping and 3D viewers mix neighbours whatever their alpha; black or old
    background there would show as a dark rim. Alpha and visible pixels stay exactly as they are.
    """
    hidden = rgba[..., 3] == 0
    if not hidden.any() or hidden.all():
        return rgba
    size_wh = (rgba.shape[1], rgba.shape[0])
    # Push: halve until one pixel is left, colours weighted by how visible they are.
    levels = [_halved(_weighted(rgba))]
    while max(levels[-1].shape[:2]) > 1:
        levels.append(_halved(levels[-1]))
    # Pull: back up, gaps filled from the coarser level. Weights are raised to one on the way, so
    # that a faint far colour counts as a colour.
    filled = levels.pop()
    while levels:
        finer = levels.pop()
        wide = resized(filled, (finer.shape[1], finer.shape[0]))
        wide /= np.maximum(wide[..., 3:], 1e-6)
        filled = finer + wide * (1 - np.minimum(finer[..., 3:] * 64, 1))
    colours = _to_bytes(_unweighted(filled)[..., :3])
    out = rgba.copy()
    out[hidden, :3] = resized(colours, size_wh)[hidden]
    return out


def shrunk(picture: Picture, *, longest_px: int) -> Picture:
    """The picture with its long side at most `longest_px`; smaller ones come back as they are.

    Colours are averaged by how visible they are, so transparent neighbours leave no rim.
    """
    width, height = picture.size_wh
    factor = longest_px / max(width, height)
    if factor >= 1:
        return picture
    small_wh = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = resized(_weighted(picture.rgba), small_wh)
    return Picture(_to_bytes(_unweighted(small)))


def over(picture: Picture, backdrop: tuple[int, int, int]) -> Bytes:
    """The picture laid on a plain colour: (H, W, 3) uint8."""
    cover = picture.rgba[..., 3:].astype(np.float32) / np.float32(255)
    laid = picture.rgba[..., :3] * cover + np.array(backdrop, np.float32) * (1 - cover)
    return (laid + 0.5).astype(np.uint8)


def _to_bytes(values: NDArray[Any]) -> Bytes:
    return (np.clip(values, 0, 1) * 255 + 0.5).astype(np.uint8)


def _weighted(rgba: Bytes) -> Floats:
    """(H, W, 4) float32 in 0..1, colours multiplied by alpha: these can be averaged."""
    values = rgba.astype(np.float32) * np.float32(1 / 255)
    values[..., :3] *= values[..., 3:]
    return values


def _unweighted(values: Floats) -> Floats:
    """Straight alpha again."""
    straight = values.copy()
    straight[..., :3] /= np.maximum(values[..., 3:], 1e-6)
    return straight


def _halved(values: Floats) -> Floats:
    height, width = values.shape[:2]
    return resized(values, (max(1, (width + 1) // 2), max(1, (height + 1) // 2)))


def _bounds(marked: Bools, *, margin_px: int) -> tuple[slice, slice] | None:
    """The rectangle around what is marked, grown by a margin; None if nothing is."""
    rows, columns = np.flatnonzero(marked.any(axis=1)), np.flatnonzero(marked.any(axis=0))
    if not len(rows):
        return None
    return (
        slice(max(0, int(rows[0]) - margin_px), int(rows[-1]) + margin_px + 1),
        slice(max(0, int(columns[0]) - margin_px), int(columns[-1]) + margin_px + 1),
    )
