"""Reading a drawing: does it face us, where are its eyes, where would a face fit.

Works on the 256 px look and answers in its pixels. What does not belong here: what is then put
there (`placing`, `faces`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np

from maquette.engines.composer.art import LOOK_PX, Look
from maquette.types import Floats

FRONTAL = 0.86  # mirror overlap of a silhouette that faces us
WIDEST_FRONTAL, WIDEST_ASIDE = 0.6, 0.3  # gap of a pair of eyes, as a share of the width


@dataclass(frozen=True)
class Eyes:
    """A pair of eyes, or one in profile (gap 0); in pixels of the look."""

    x_px: float
    y_px: float
    gap_px: float
    radius_px: float


@dataclass(frozen=True)
class _Blob:
    x: float
    y: float
    area: float


def is_frontal(look: Look) -> bool:
    """Whether the silhouette is nearly its own mirror image."""
    x0, y0, x1, y1 = look.box_xyxy
    solid = look.rgba[y0:y1, x0:x1, 3] > 0.5
    mirrored = solid[:, ::-1]
    return bool((solid & mirrored).sum() > FRONTAL * (solid | mirrored).sum())


def grey(look: Look) -> Floats:
    """(256, 256) brightness."""
    return np.asarray(cv2.cvtColor(look.rgba[..., :3], cv2.COLOR_RGB2GRAY), np.float32)


def find_eyes(look: Look) -> Eyes | None:
    """Two dark blobs of like area, level, about the middle; else the one eye of a profile."""
    x0, y0, x1, y1 = look.box_xyxy
    area = float((x1 - x0) * (y1 - y0))
    brightness = grey(look) * 255
    # what lies further apart is suckers, stripes or hooves
    widest = (WIDEST_FRONTAL if is_frontal(look) else WIDEST_ASIDE) * (x1 - x0)
    blobs: list[_Blob] = []
    for limit in (60, 90, 120):
        blobs = _dark_blobs((brightness < limit) & (look.rgba[..., 3] > 0.9), area)
        pairs = [
            (_pair_cost(p, q, look.box_xyxy), p, q)
            for p, q in combinations(blobs, 2)
            if abs(p.x - q.x) < widest
        ]
        cost, p, q = min(pairs, key=lambda pair: pair[0], default=(9.0, None, None))
        if cost < 0.9 and p is not None and q is not None:
            radius = float(np.sqrt(max(p.area, q.area) / np.pi))
            return Eyes((p.x + q.x) / 2, (p.y + q.y) / 2, abs(p.x - q.x), radius)
    return None if is_frontal(look) else _profile_eye(blobs, look)


def _dark_blobs(dark: np.ndarray, area: float) -> list[_Blob]:
    count, _, stats, centres = cv2.connectedComponentsWithStats(dark.astype(np.uint8))
    sizes = [float(stats[i, cv2.CC_STAT_AREA]) for i in range(count)]
    return [
        _Blob(float(centres[i, 0]), float(centres[i, 1]), sizes[i])
        for i in range(1, count)
        if area * 8e-4 < sizes[i] < area * 0.04
    ][:40]


def _pair_cost(p: _Blob, q: _Blob, box_xyxy: tuple[int, int, int, int]) -> float:
    x0, y0, x1, y1 = box_xyxy
    gap = abs(p.x - q.x)
    if gap < 0.12 * (x1 - x0):
        return 9.0
    tilt = abs(p.y - q.y) / gap * 4
    unlike = abs(float(np.log(p.area / q.area)))
    aside = abs((p.x + q.x) / 2 - (x0 + x1) / 2) / (x1 - x0) * 4
    height = ((p.y + q.y) / 2 - y0) / (y1 - y0)
    elsewhere = 0.0 if 0.2 < height < 0.68 else 2.0  # dark ear tips, feet
    return tilt + unlike + aside + elsewhere


def _profile_eye(blobs: list[_Blob], look: Look) -> Eyes | None:
    x0, y0, x1, y1 = look.box_xyxy
    area = (x1 - x0) * (y1 - y0)

    def is_within(blob: _Blob) -> bool:
        x, y = int(blob.x), int(blob.y)
        around = look.rgba[max(y - 5, 0) : y + 6, max(x - 5, 0) : x + 6, 3]
        return float(around.mean()) > 0.97

    eyes = [
        b for b in blobs if b.area < area * 0.012 and b.y < y0 + 0.62 * (y1 - y0) and is_within(b)
    ]
    top = min(eyes, key=lambda b: b.y, default=None)
    return None if top is None else Eyes(top.x, top.y, 0.0, float(np.sqrt(top.area / np.pi)))


def face_spot(look: Look) -> tuple[float, float, float]:
    """Where a face fits: wide, of one colour, not too dark, about the middle (x, y, radius)."""
    alpha, brightness = look.rgba[..., 3], grey(look)
    solid = np.pad((alpha > 0.5).astype(np.uint8), 1)
    depth = cv2.distanceTransform(solid, cv2.DIST_L2, 5)[1:-1, 1:-1]
    window = (61, 41)
    mean = cv2.blur(brightness, window)
    spread = np.sqrt(np.maximum(cv2.blur(brightness * brightness, window) - mean * mean, 0))
    x0, _, x1, _ = look.box_xyxy
    columns = np.nonzero(alpha.max(0) > 0.5)[0]
    middle = float(columns.mean()) if len(columns) else LOOK_PX / 2
    aside = (np.arange(LOOK_PX) - middle) / max(x1 - x0, 1) * 1.7
    score = np.minimum(depth, 48) * (1 - 2.2 * spread) * np.clip(mean * 2, 0.3, 1)
    score = score * np.exp(-(aside**2))[None, :]
    y, x = np.unravel_index(int(score.argmax()), score.shape)
    return float(x), float(y), float(np.clip(depth[y, x], 28, 60))


def is_dark_at(look: Look, x_px: float, y_px: float) -> bool:
    """Whether a face drawn there in dark ink would be lost."""
    x, y = int(x_px), int(y_px)
    around = grey(look)[max(y - 9, 0) : y + 10, max(x - 20, 0) : x + 21]
    return bool(around.size) and float(around.mean()) < 0.5


def skin_at_eyes(look: Look, eyes: Eyes) -> tuple[float, float, float] | None:
    """The even colour around both eyes, or None where eyes have whites or rims of their own."""
    ys, xs = np.mgrid[0:LOOK_PX, 0:LOOK_PX]
    ring = np.zeros((LOOK_PX, LOOK_PX), np.bool_)
    for side in (-0.5, 0.5):
        far = np.hypot(xs - (eyes.x_px + side * eyes.gap_px), ys - eyes.y_px)
        ring |= (far > 1.5 * eyes.radius_px) & (far < 2.0 * eyes.radius_px + 2)
    ring &= look.rgba[..., 3] > 0.9
    if ring.sum() < 12:
        return None
    colours = look.rgba[ring][:, :3]
    middle = np.median(colours, 0)
    if (np.abs(colours - middle).max(1) < 0.12).mean() < 0.75:
        return None
    red, green, blue = middle
    return float(red), float(green), float(blue)
