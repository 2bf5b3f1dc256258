"""Flat areas: skin in a few tones of its own colour, all else in a few colours of the photo.

What belongs here: choosing tones and laying them on the canvas. What does not: lines, eyes,
brows and mouth.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from maquette.engines.toon.curves import FINER, above_half, floats
from maquette.engines.toon.heads import Head, blur, tidied
from maquette.engines.toon.landmarks import NOSTRILS
from maquette.engines.toon.lines import averaged_along, flow
from maquette.engines.toon.palettes import Palette
from maquette.types import Bools, Bytes, Floats

OTHERS = 6  # colours for hair, hats, glasses and clothes, before those alike are joined
ALIKE = 9.0  # distance in Lab
SAMPLE = 12_000  # pixels they are learned from
EVEN = 0.65  # how much of the light's slow change across a face is taken out
USUAL_SPREAD = 6.0  # of the skin's lightness; in harder light tones begin further apart
HAIR_BELOW = -26.0  # lightness beside the skin's, below which nothing in a face is skin
COMB, LOCK = 0.08, 0.012  # how far hair is combed, and how round its locks are
BEARD_GREY = 0.62  # of the skin's colour, below which a beard is grey
COLOURED_ABOVE = 6.0  # of skin; less is a grey photo
EDGE, SOFT = 0.012, 0.018  # how round borders are, of areas and of tones
CRUMB = 0.11  # the side of the smallest patch of a tone
TUFT = 0.28  # and of hair in a face: a moustache is larger, what lies about eyes is not
SHADES = (
    (-3.5, 0.0),
    (-8.0, 0.5),
    (-13.0, 1.0),
)  # lightness below the skin's, and from shade to deep shade
GLINT_ABOVE = 8.0  # lightness above the skin's


def lay_areas(head: Head, skin: Floats, lit: Floats, palette: Palette) -> Bytes:
    """The canvas with all flat areas on it, `FINER` times the picture's size.

    Args:
        head: as the photo shows it.
        skin: how much of each pixel is skin.
        lit: where that is certain, however dark it is.
        palette: the colours.
    """
    canvas = _hair_and_clothes(head, skin, palette)
    even = _evened(head.smooth[..., 0], skin)
    sure = skin > 0.9
    middle = float(np.median(even[sure])) if sure.any() else float(palette.base[0])
    dark = np.clip((middle + HAIR_BELOW - even) / 12 + 0.5, 0, 1) * (1 - lit)
    beard = _beard(head, even - middle, palette)
    _lay_beard(canvas, head, beard, palette)
    hair = _hair_in_face(head, np.maximum(dark, beard))
    where = above_half(np.minimum(skin, 1 - hair), canvas)
    spread = float(np.percentile(np.abs(even[sure] - middle), 70)) if sure.any() else USUAL_SPREAD
    off = (even - middle) / np.clip(spread / USUAL_SPREAD, 0.55, 1.5)
    tones = _toned(blur(floats(off), head.px(SOFT)), where, head, palette)
    canvas[where] = tones[where]
    return canvas


def _hair_in_face(head: Head, likely: Floats) -> Floats:
    """Beards, moustaches and fringes, (H, W) 0..1, in whole tufts."""
    found = blur(floats(likely) * head.oval * head.beside_features, head.px(EDGE))
    tufts = tidied(found > 0.5, head.px(TUFT) ** 2)
    return blur(tufts.astype(np.float32), head.px(EDGE))


def _beard(head: Head, off: Floats, palette: Palette) -> Floats:
    """What is greyer than skin, and no lighter, below the nose; none in a grey photo."""
    usual = float(np.hypot(*palette.base[1:]))
    if usual < COLOURED_ABOVE:
        return np.zeros_like(off)
    colour = np.hypot(head.smooth[..., 1], head.smooth[..., 2]) / usual
    below = np.arange(head.size_wh[1])[:, None] > head.at(NOSTRILS[0] + NOSTRILS[1])[:, 1].mean()
    grey = np.clip((BEARD_GREY - colour) / 0.15 + 0.5, 0, 1)
    return floats(grey * np.clip((-1 - off) / 4 + 0.5, 0, 1) * below)


def _lay_beard(canvas: Bytes, head: Head, beard: Floats, palette: Palette) -> None:
    """One tone for all of a grey beard, darker than the skin about it."""
    tufts = _hair_in_face(head, beard)
    if (tufts > 0.5).any():
        tone = np.median(head.smooth[tufts > 0.5], axis=0)
        tone[0] = min(float(tone[0]), float(palette.deep[0]))
        canvas[above_half(tufts, canvas)] = palette.shown(floats(tone))


def _toned(off: Floats, where: Bools, head: Head, palette: Palette) -> Bytes:
    """Skin tones by lightness beside the middle; each begins where the photo is that dark."""
    shape = where.shape
    fine = cv2.resize(off, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    least_px = (head.px(CRUMB) * FINER) ** 2
    tones = np.empty((*shape, 3), np.uint8)
    tones[:] = palette.shown(palette.base)
    tones[tidied(fine > GLINT_ABOVE, least_px)] = palette.shown(palette.glint)
    for below, share in SHADES:
        tone = floats(palette.shade + share * (palette.deep - palette.shade))
        tones[tidied((fine < below) & where, least_px)] = palette.shown(tone)
    return tones


def _evened(light: Floats, skin: Floats) -> Floats:
    """Lightness without most of its slow change over the skin: less side light, fewer blots."""
    height, width = light.shape
    down, across = np.mgrid[:height, :width].astype(np.float32)
    x, y = across / width - 0.5, down / height - 0.5
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)
    coarse = np.s_[::4, ::4]
    sure = skin[coarse] > 0.9
    if sure.sum() < 60:
        return light
    rows, values = terms[coarse][sure], light[coarse][sure]
    middle = float(np.median(values))
    weights = np.zeros(terms.shape[-1], np.float32)
    for _ in range(3):  # shadows and glints must not pull the surface along
        weights = np.linalg.lstsq(rows, values, rcond=None)[0].astype(np.float32)
        off = np.abs(values - rows @ weights)
        near = off <= max(1.5 * float(np.median(off)), 1.0)
        rows, values = rows[near], values[near]
    slow = np.clip(terms @ weights - middle, -25, 25)
    return floats(light - EVEN * slow)


def _hair_and_clothes(head: Head, skin: Floats, palette: Palette) -> Bytes:
    """The canvas in flat colours of what is not skin, as if nothing were skin."""
    width, height = (length * FINER for length in head.size_wh)
    combed = _combed(head)
    coarse = np.s_[::2, ::2]
    where = (head.inside & (skin < 0.5))[coarse]
    where = where if where.sum() > 50 else np.ones_like(where)
    # a moustache is small beside a head of hair, and counts for more
    beard = combed[where & (head.oval[coarse] > 0.5)]
    centres = _few_colours(np.concatenate([combed[where], beard, beard]))
    off = np.stack([(combed - centre) ** 2 @ floats([1, 1.5, 1.5]) for centre in centres])
    nearest = off.argmin(axis=0)
    best = np.full((height, width), -1, np.float32)
    canvas = np.zeros((height, width, 3), np.uint8)
    for number, centre in enumerate(centres):
        share = blur((nearest == number).astype(np.float32), head.px(LOCK))
        share = cv2.resize(share, (width, height), interpolation=cv2.INTER_CUBIC)
        wins = share > best
        best[wins] = share[wins]
        canvas[wins] = palette.shown(centre)
    return canvas


def _combed(head: Head) -> Floats:
    """The colours at half the size, smoothed along their flow: hair in locks, not in blots."""
    width, height = head.size_wh
    half_wh = (-(-width // 2), -(-height // 2))
    small = floats(cv2.resize(head.smooth, half_wh, interpolation=cv2.INTER_AREA))
    along = flow(small[..., 0], sigma_px=head.px(0.03))
    for _ in range(3):
        small = averaged_along(small, along, reach_px=head.px(COMB))
    return small


def _few_colours(pixels: Floats) -> Floats:
    """A few colours that stand for many, those nearly alike joined by weight, (K, 3)."""
    sample = np.ascontiguousarray(pixels[:: max(1, len(pixels) // SAMPLE)])
    count = min(OTHERS, len(sample))
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.3)
    none: Any = None
    cv2.setRNGSeed(0)  # it starts at colours drawn by lot
    _, labels, centres = cv2.kmeans(sample, count, none, stop, 2, cv2.KMEANS_PP_CENTERS)
    sizes = np.bincount(labels.ravel(), minlength=count).astype(np.float32)
    kept: list[tuple[Floats, float]] = []
    for number in np.argsort(-sizes, kind="stable"):
        centre, size = floats(centres[number]), float(sizes[number])
        apart = [float(np.linalg.norm(other - centre)) for other, _ in kept]
        if not apart or min(apart) >= ALIKE:
            kept.append((centre, size))
            continue
        nearest = int(np.argmin(apart))
        other, weight = kept[nearest]
        joined = floats((other * weight + centre * size) / (weight + size))
        kept[nearest] = joined, weight + size
    return np.array([centre for centre, _ in kept], np.float32)
