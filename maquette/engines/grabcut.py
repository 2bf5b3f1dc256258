"""GrabCut: a box or a few clicks to a mask by colours alone; the last resort, without weights.

It knows colours, not things: a subject in the colours of its background is lost. What belongs
here: this one method. What does not: anything learnt.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from maquette.engines.mobile_sam.asks import BOTTOM_RIGHT, KEEP, LEAVE_OUT, TOP_LEFT
from maquette.engines.sam2.engine import objects_in
from maquette.engines.sam2.views import over_white
from maquette.roles import EngineInfo, Prompts, Segmenter
from maquette.types import Bytes, Floats, Picture

ROUNDS = 2  # more change little
SMALL_PX, LARGE_PX = 240, 480  # a region is seen at half its size, but within these
MARGIN = 0.25  # of the box, seen around it to learn the background
REACH = 0.25  # of the picture's longer side, around clicks without a box
DOT = 0.02  # of the region's longer side: how far around a click its label is taken for certain
RIM = 0.05  # of either side
SEED = 1  # OpenCV starts its colour models from random samples


def make() -> Segmenter:
    """The segmenter; there is nothing to load."""
    return GrabCut()


class _Region(NamedTuple):
    """A part of the picture, cut out and made small."""

    rgb: Bytes  # (h, w, 3)
    corner_xy: tuple[int, int]  # of its upper left, in the picture
    size_wh: tuple[int, int]  # of what it was cut from

    def shrunk(self, x: float, y: float) -> tuple[float, float]:
        """A place in the picture, in pixels of the region."""
        scale = self.rgb.shape[1] / self.size_wh[0], self.rgb.shape[0] / self.size_wh[1]
        return (x - self.corner_xy[0]) * scale[0], (y - self.corner_xy[1]) * scale[1]


class GrabCut:
    """A Segmenter that starts from nothing but the picture's own colours."""

    @property
    def info(self) -> EngineInfo:
        """Facts about the engine."""
        return EngineInfo("grabcut", version="1", parallel=os.cpu_count() or 1)

    def segment(self, pictures: Sequence[Picture], prompts: Sequence[Prompts]) -> list[Floats]:
        """One (H, W) float32 map in 0..1 per picture; see-through pixels are seen on white.

        A box and the keep-points inside it are one object; keep-points without a box are searched
        around, a quarter of the picture far; the map is the union of the objects. Without any
        prompt the whole picture is the box.
        """
        return [self._map(over_white(p), q) for p, q in zip(pictures, prompts, strict=True)]

    def close(self) -> None:
        """Nothing is held."""

    def _map(self, rgb: Bytes, prompts: Prompts) -> Floats:
        high, wide = rgb.shape[:2]
        found = np.zeros((high, wide), np.float32)
        for pointed in objects_in(prompts):
            marks = list(zip(pointed.points_xy, pointed.labels, strict=True))
            found = np.maximum(found, _object(rgb, marks))
        if prompts == Prompts():
            found = _object(rgb, [((0, 0), TOP_LEFT), ((wide, high), BOTTOM_RIGHT)])
        return found


Marks = Sequence[tuple[tuple[float, float], int]]


def _object(rgb: Bytes, marks: Marks) -> Floats:
    """(H, W) float32 of one object."""
    box_xyxy = _box(marks, size_wh=(rgb.shape[1], rgb.shape[0]))
    region = _cut_out(rgb, box_xyxy)
    labels = _started(region, box_xyxy, marks)
    whole = np.zeros(rgb.shape[:2], np.float32)
    if len(np.unique(labels & 1)) == 2:  # colours of either side are needed to tell them apart
        cv2.setRNGSeed(SEED)
        colours = np.zeros((2, 1, 65))
        whole_xywh = (0, 0, 0, 0)  # not looked at: the labels say more than a box could
        how = cv2.GC_INIT_WITH_MASK
        cv2.grabCut(region.rgb, labels, whole_xywh, colours[0], colours[1], ROUNDS, how)
    inside = (labels & 1).astype(np.float32)  # certain or probable, foreground is odd
    grown = cv2.resize(inside, region.size_wh, interpolation=cv2.INTER_LINEAR)
    x0, y0 = region.corner_xy
    whole[y0 : y0 + region.size_wh[1], x0 : x0 + region.size_wh[0]] = grown
    return whole


def _box(marks: Marks, *, size_wh: tuple[int, int]) -> tuple[float, float, float, float]:
    """The box that was drawn, or one around the clicks, within the picture."""
    corners = [xy for xy, label in marks if label in (TOP_LEFT, BOTTOM_RIGHT)]
    reach_px = 0.0 if corners else REACH * max(size_wh)
    places = np.array(corners or [xy for xy, label in marks if label == KEEP], np.float64)
    low = np.clip(places.min(axis=0) - reach_px, 0, np.array(size_wh) - 1)
    high = np.clip(places.max(axis=0) + reach_px, low + 1, size_wh)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _cut_out(rgb: Bytes, box_xyxy: tuple[float, float, float, float]) -> _Region:
    x0, y0, x1, y1 = box_xyxy
    margin_px = MARGIN * max(x1 - x0, y1 - y0)
    left, top = int(max(0, x0 - margin_px)), int(max(0, y0 - margin_px))
    right = int(min(rgb.shape[1], np.ceil(x1 + margin_px)))
    bottom = int(min(rgb.shape[0], np.ceil(y1 + margin_px)))
    part = np.ascontiguousarray(rgb[top:bottom, left:right])
    size_wh = (right - left, bottom - top)
    scale = min(1.0, max(0.5, SMALL_PX / max(size_wh)), LARGE_PX / max(size_wh))
    small_wh = (max(1, round(size_wh[0] * scale)), max(1, round(size_wh[1] * scale)))
    small = cv2.resize(part, small_wh, interpolation=cv2.INTER_AREA)
    return _Region(small.astype(np.uint8, copy=False), (left, top), size_wh)


def _started(region: _Region, box_xyxy: tuple[float, float, float, float], marks: Marks) -> Bytes:
    """(h, w) OpenCV's labels to start from: outside the box certain, inside it probable."""
    high, wide = region.rgb.shape[:2]
    labels = np.full((high, wide), cv2.GC_BGD, np.uint8)
    x0, y0 = region.shrunk(*box_xyxy[:2])
    x1, y1 = region.shrunk(*box_xyxy[2:])
    labels[int(y0) : int(np.ceil(y1)), int(x0) : int(np.ceil(x1))] = cv2.GC_PR_FGD
    if not (labels == cv2.GC_BGD).any():  # a box around everything: its rim shows what is not it
        rim_px = round(RIM * min(high, wide))
        cv2.rectangle(labels, (0, 0), (wide - 1, high - 1), cv2.GC_PR_BGD, 2 * rim_px + 1)
    radius_px = max(1, round(DOT * max(high, wide)))
    for (x, y), label in marks:
        if label in (KEEP, LEAVE_OUT):
            certain = cv2.GC_FGD if label == KEEP else cv2.GC_BGD
            near_x, near_y = region.shrunk(x, y)
            cv2.circle(labels, (int(near_x), int(near_y)), radius_px, certain, -1)
    return labels
