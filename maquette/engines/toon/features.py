"""Brows, nose, mouth and jaw, drawn along the landmarks in the photo's own colours.

What belongs here: what makes a face a face, but for its eyes (`eyes`). What does not: areas
(`tones`) and lines that are found in the photo (`lines`).
"""

from __future__ import annotations

import cv2
import numpy as np

from maquette.engines.toon.curves import above_half, curve, draw, fill, floats, grown, taper
from maquette.engines.toon.heads import Head, blur
from maquette.engines.toon.landmarks import (
    JAW,
    LIP_CORNER,
    LIPS_INNER,
    LIPS_OUTER,
    NOSTRILS,
    Side,
)
from maquette.engines.toon.palettes import Palette, lab
from maquette.types import Bytes, Floats

OPEN_ABOVE = 0.075  # gap between the lips by the mouth's width
INSIDE_MOUTH = lab(20, 16, 8)
TEETH = lab(94, 0, 4)
TEETH_PALER = 8.0  # than lips, by how much less red they are: teeth in shade are no lighter
SMILE_FROM = 0.45  # of an open mouth is teeth: then all of it is, but for its corners
SMILE = (0.9, 0.98)
SMILE_FLAT = 0.42  # height by width: a mouth open wider shows both rows and a gap
LIP_LINE, NOSTRIL, JAW_LINE = 0.026, 0.045, 0.024  # widths, in distances from eye to eye
LEAST_LIP = 10.0  # distance in Lab between lips and skin


def draw_brow(canvas: Bytes, head: Head, side: Side, palette: Palette) -> None:
    """Where the photo is dark about the brow's landmarks, drawn towards their shape."""
    shape = head.covered_by(curve(head.at(side.brow), closed=True))
    inside = shape > 0.5
    if not inside.any():
        return
    light = blur(head.light, head.px(0.012))
    usual = float(palette.base[0])
    depth = max(usual - float(np.percentile(light[inside], 15)), 14.0)
    dark = np.clip((usual - 0.25 * depth - light) / (0.6 * depth), 0, 1)
    near = np.clip(blur(shape, head.px(0.05)) * 2.2, 0, 1)
    field = 0.72 * dark * near + 0.36 * blur(shape, head.px(0.02))
    hairs = head.lab[inside & (light <= np.percentile(light[inside], 40))]
    colour = floats(np.median(hairs, axis=0))
    colour[0] = min(float(colour[0]) * 0.85, usual - 16)
    where = above_half(blur(floats(field), head.px(0.012)), canvas)
    canvas[where] = palette.shown(colour)


def draw_nose(canvas: Bytes, head: Head, palette: Palette) -> None:
    """The nostrils; the nose's other lines are in the photo."""
    for numbers in NOSTRILS:
        wing, middle = head.at(numbers)
        crest = (wing + middle) / 2 - floats([0, head.px(0.012)])
        line = curve(np.stack([wing, crest, middle]))
        widths = head.px(NOSTRIL) * taper(len(line), thickest=0.45, ends=0.2)
        draw(canvas, line, widths, palette.shown(palette.deep * (0.5, 0.9, 0.9)))


def draw_mouth(canvas: Bytes, head: Head, palette: Palette) -> None:
    """Lips in their own colour, the line between them or what is seen through them."""
    (top, bottom), (upper, lower) = (_halves(head.at(m)) for m in (LIPS_OUTER, LIPS_INNER))
    for outer, inner, lift in ((top, upper, -3.0), (bottom, lower, 2.0)):
        lip = np.concatenate([outer, inner[::-1]])
        fill(canvas, lip, palette.shown(_lip_colour(head, lip, palette) + lab(lift)))
    wide = float(np.linalg.norm(upper[0] - upper[-1]))
    gap = float(np.linalg.norm(upper[len(upper) // 2] - lower[len(lower) // 2]))
    is_open = gap > OPEN_ABOVE * wide
    if is_open:
        _draw_inside(canvas, head, palette)
    line = upper if is_open else (upper + lower) / 2
    widths = head.px(LIP_LINE) * taper(len(line), ends=0.35)
    draw(canvas, floats(line), widths, palette.shown(palette.ink + lab(6, 8, 3)))


def _halves(ring: Floats) -> tuple[Floats, Floats]:
    """The upper and the lower edge of a ring of lips, both from left to right."""
    upper = ring[: LIP_CORNER + 1]
    lower = np.concatenate([ring[LIP_CORNER:], ring[:1]])[::-1]
    return curve(upper), curve(lower)


def _lip_colour(head: Head, lip: Floats, palette: Palette) -> Floats:
    """The photo's own, or a blush where it cannot be told from skin."""
    where = head.covered_by(lip) > 0.6
    if where.sum() > 10:
        own = np.median(head.lab[where], axis=0)
        if np.linalg.norm(own - palette.base) > LEAST_LIP:
            return np.asarray(own, np.float32)
    has_colour = float(palette.base[1]) > 4
    return palette.base + lab(-9, 7 if has_colour else 0, 0)


def _draw_inside(canvas: Bytes, head: Head, palette: Palette) -> None:
    """An open mouth: dark, with teeth where the photo is as light as teeth are."""
    inner = curve(head.at(LIPS_INNER), closed=True)
    fill(canvas, inner, palette.shown(INSIDE_MOUTH))
    where = head.covered_by(inner)
    ring = head.covered_by(curve(head.at(LIPS_OUTER), closed=True)) - where
    seen, lips = (head.lab[area > 0.6] for area in (where, ring))
    if len(seen) < 12 or len(lips) < 12:
        return
    usual = float(palette.base[0])
    low, light = (float(value) for value in np.percentile(seen[:, 0], (8, 88)))
    bright = seen[seen[:, 0] >= light]
    paler = float(np.median(lips[:, 1]) - np.median(bright[:, 1])) > TEETH_PALER
    lighter = light > float(np.percentile(lips[:, 0], 85)) + 6
    if light < 0.55 * usual or not (lighter or paler):
        return
    edge = max(low + 0.36 * (light - low), 0.42 * usual)
    pale = floats(np.clip((head.light - edge) / 16 + 0.5, 0, 1)) * where
    wide, high = (float(length) for length in np.ptp(inner, axis=0))
    if high < SMILE_FLAT * wide and float(pale.sum()) > SMILE_FROM * float(where.sum()):
        row = head.covered_by(grown(inner, SMILE)) * where
    else:
        row = _rows(blur(pale, head.px(0.03)) * where) * where
    canvas[above_half(row, canvas)] = palette.shown(TEETH)


def _rows(light: Floats) -> Floats:
    """Teeth as whole rows: what is light, without dents."""
    outlines, _ = cv2.findContours(
        (light > 0.5).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    rows = np.zeros_like(light)
    for outline in outlines:
        cv2.fillConvexPoly(rows, cv2.convexHull(outline), 1.0)
    return rows


def draw_jaw(canvas: Bytes, head: Head, palette: Palette, *, skin: Floats, lines: Floats) -> None:
    """From ear to chin to ear, where a neck is behind it and the photo has no line of its own."""
    line = curve(head.at(JAW))
    outward = line - head.landmarks[:, :2].mean(axis=0)
    outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-6)
    side_px = int(head.px(0.16)) | 1
    drawn = cv2.dilate((lines > 0).astype(np.uint8), np.ones((side_px, side_px), np.uint8))
    shows = drawn[head.pixels_at(line)] == 0
    for away in (0.1, -0.06):
        place = head.pixels_at(line + outward * head.px(away))
        shows &= (skin[place] > 0.5) & head.inside[place]
    fading = np.convolve(
        np.pad(shows.astype(np.float32), 9, mode="edge"), np.ones(19) / 19, "valid"
    )
    widths = floats(head.px(JAW_LINE) * taper(len(line), ends=0.0) * fading)
    draw(canvas, line, widths, palette.shown(palette.deep * (0.8, 1, 1)))
