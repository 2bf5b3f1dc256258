"""The pen: smooth curves through landmarks, strokes, and areas filled on a finer canvas.

What belongs here: geometry and filling. What does not: what is drawn, and in which colour.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from maquette.types import Bools, Bytes, Floats

FINER = 2  # the canvas has so many pixels per pixel of the picture, and is averaged down
_SHIFT = 4  # OpenCV fills outlines on a grid of 1/16 px
_FAINTEST_PX = 0.2  # OpenCV gives even an outline without area a hair line
_STEPS = 8  # points from one landmark to the next

Colour = tuple[float, float, float]


def floats(values: Any) -> Floats:
    """An array, a list or a number as float32: OpenCV and numpy return all kinds."""
    return np.asarray(values, np.float32)


def curve(points: Floats, *, closed: bool = False) -> Floats:
    """A smooth line through points, (N, 2) to (M, 2): Catmull and Rom's spline."""
    if closed:
        padded = np.concatenate([points[-1:], points, points[:2]])
    else:
        before, after = 2 * points[:1] - points[1:2], 2 * points[-1:] - points[-2:-1]
        padded = np.concatenate([before, points, after])
    t = (np.arange(_STEPS) / _STEPS)[:, None, None]
    p0, p1, p2, p3 = (padded[None, n : len(padded) - 3 + n] for n in range(4))
    bend = (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * (p1 - p2) + p3 - p0) * t**3
    line = (p1 + ((p2 - p0) * t + bend) / 2).transpose(1, 0, 2).reshape(-1, 2)
    return floats(line if closed else np.concatenate([line, points[-1:]]))


def stroke(line: Floats, widths_px: Floats) -> Floats:
    """The outline of a stroke along a line, (N, 2), that has a width at each point, (N,)."""
    along = np.gradient(line, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-6)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1) * widths_px[:, None] / 2
    return floats(np.concatenate([line + across, (line - across)[::-1]]))


def draw(canvas: Bytes, line: Floats, widths_px: Floats, colour: Colour) -> None:
    """Draw a stroke, in pieces where its width goes to nothing in between."""
    shows = np.flatnonzero(widths_px > _FAINTEST_PX)
    for run in np.split(shows, np.flatnonzero(np.diff(shows) > 1) + 1):
        if len(run) > 1:
            fill(canvas, stroke(line[run], widths_px[run]), colour)


def taper(count: int, *, thickest: float = 0.5, ends: float = 0.15) -> Floats:
    """Widths along a stroke, 0..1: thin ends, the most at a share of its length."""
    at = np.linspace(0, 1, count)
    rise = np.where(at < thickest, at / thickest, (1 - at) / (1 - thickest))
    return (ends + (1 - ends) * np.sin(np.clip(rise, 0, 1) * np.pi / 2)).astype(np.float32)


def disc(centre_xy: Floats, radius_px: float, *, flat: float = 1.0) -> Floats:
    """The outline of a circle; `flat` below one makes it lower than wide."""
    turns = np.linspace(0, 2 * np.pi, 49)[:-1]
    ring = np.stack([np.cos(turns), np.sin(turns) * flat], axis=1)
    return floats(centre_xy + radius_px * ring)


def grown(outline: Floats, factor: float | tuple[float, float]) -> Floats:
    """An outline larger by a factor, or one across and one down, about its middle."""
    middle = outline.mean(axis=0)
    return floats(middle + (outline - middle) * floats(factor))


def fill(canvas: Bytes, outline: Floats, colour: Colour) -> None:
    """Fill an outline given in pixels of the picture."""
    _fill(canvas, (outline + 0.5) * FINER - 0.5, colour)


def cover(outline: Floats, size_wh: tuple[int, int]) -> Floats:
    """How much of each pixel of the picture an outline covers, (H, W) 0..1."""
    mask = np.zeros((size_wh[1], size_wh[0]), np.uint8)
    _fill(mask, outline, (255.0, 255.0, 255.0))
    return mask.astype(np.float32) / np.float32(255)


def _fill(canvas: Bytes, outline: Floats, colour: Colour) -> None:
    fixed = np.rint(outline * (1 << _SHIFT)).astype(np.int32)
    cv2.fillPoly(canvas, [fixed], colour, lineType=cv2.LINE_AA, shift=_SHIFT)


def above_half(field: Floats, canvas: Bytes) -> Bools:
    """Where on the canvas a smooth field of the picture's size is above one half."""
    size_wh = (canvas.shape[1], canvas.shape[0])
    return np.asarray(cv2.resize(field, size_wh, interpolation=cv2.INTER_CUBIC) > 0.5, np.bool_)


def mix(below: Bytes, above: Bytes | Floats, share: Floats) -> None:
    """Lay one over another where the share is 1, in place."""
    mixed = above * share + below * (1 - share)
    below[:] = (mixed + 0.5).astype(np.uint8)
