"""SSD MobileNet v2, taught COCO's eighty everyday things: words to boxes, on the CPU, no torch.

What belongs here: this one network, and where in a picture it looks. What does not: what a word
means (`maquette.engines.coco_words`).

The network sees 300 x 300 pixels. Something small in a wide picture is lost in those, so it looks
at the whole and at overlapping squares of three quarters of the shorter side. That is what finds
small cars and runners (``bench/detection.py``), for nine looks of 0.07 s instead of one.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from itertools import product
from typing import Any

import cv2
import numpy as np

from maquette.engines import coco_words
from maquette.engines.shelf import shelf_file, shelf_sums
from maquette.pictures.colours import over
from maquette.roles import Detection, Detections, Detector, EngineInfo
from maquette.types import Bytes, Floats, Picture

Box = tuple[float, float, float, float]  # x0, y0, x1, y1 in pixels

WHITE = (255, 255, 255)
SIDE_PX = 300  # the network's one input size
TILE_SHARE = 0.75  # of the shorter side
TILE_STEP = 0.6  # of a tile: what lies across one's border lies within its neighbour
MOST_TILES = 6  # along one axis, however long a strip the picture is
CUT_SHARE = 0.02  # of a tile: what comes so close to an inner border goes on beyond it
# The words say what is wanted, so weak evidence counts: a mottled dog is 0.85 sheep and 0.23 dog.
SUREST_AT_LEAST = 0.2
# Beside something sure, though, weak evidence is mostly a part of it, or clutter.
SHARE_OF_SUREST = 0.5
SAME_IOU = 0.5  # two boxes that overlap more are one thing
PART_SHARE = 0.8  # so much of a box within a surer one makes it a part of that


def make() -> Detector:
    """The detector, its weights not yet read."""
    return SsdCoco()


class SsdCoco:
    """Boxes around what a text names, where that is among the eighty things."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: tuple[Any, coco_words.CocoWords] | None = None

    @property
    def info(self) -> EngineInfo:
        """Facts about the engine; asking loads nothing."""
        return EngineInfo(
            "ssd-coco",
            version="1",
            weights={**shelf_sums("ssd-coco"), **shelf_sums("minilm")},
            licences=("Apache-2.0",),
            config={"words": coco_words.identity()},
        )

    def detect(self, picture: Picture, text: str) -> Detections:
        """The things the text names, the surest first; nothing for a name it does not know.

        Several names may be given: ``a man and his dog``. The notes say how each was taken where
        that is not evident. See-through pixels are seen on white.
        """
        with self._lock:  # an OpenCV network keeps its last input: one picture at a time
            network, words = self._load()
            understood = words.understand(text)
            if not understood.sought:
                return Detections(notes=understood.notes)
            seen = _seen(network, over(picture, WHITE))
        found = [box for sought in understood.sought for box in strongest(seen, sought.things)]
        found.sort(key=lambda one: -one.score)
        return Detections(tuple(dict.fromkeys(found)), understood.notes)

    def close(self) -> None:
        """Free the network and the embedder; the next call loads them anew."""
        with self._lock:
            self._loaded = None

    def _load(self) -> tuple[Any, coco_words.CocoWords]:
        if self._loaded is None:
            from maquette.engines import minilm  # a second model: not for who only asks for facts

            graph = shelf_file("ssd-coco", "frozen_inference_graph.pb")
            layers = shelf_file("ssd-coco", "ssd_mobilenet_v2_coco_2018_03_29.pbtxt")
            network = cv2.dnn.readNetFromTensorflow(str(graph), str(layers))
            self._loaded = network, coco_words.CocoWords(minilm.make())
        return self._loaded


def _seen(network: Any, rgb: Bytes) -> list[Detection]:
    """Everything the network makes out in the picture, the same thing several times."""
    size_wh = rgb.shape[1], rgb.shape[0]
    return [
        Detection(box, score, label)
        for window in windows(size_wh)
        for label, score, box in _look(network, rgb, window)
        if not is_cut(box, window=window, size_wh=size_wh)
    ]


def windows(size_wh: tuple[int, int]) -> list[tuple[int, int, int, int]]:
    """Where to look: the whole picture, and tiles of it if they hold more than the network sees."""
    width_px, height_px = size_wh
    whole = (0, 0, width_px, height_px)
    tile_px = round(min(size_wh) * TILE_SHARE)
    if tile_px < SIDE_PX:
        return [whole]
    lefts, tops = _starts(width_px, tile_px), _starts(height_px, tile_px)
    return [whole, *((x, y, x + tile_px, y + tile_px) for y, x in product(tops, lefts))]


def _starts(length_px: int, tile_px: int) -> list[int]:
    room_px = length_px - tile_px
    count = min(math.ceil(room_px / (tile_px * TILE_STEP)) + 1, MOST_TILES)
    return [round(place) for place in np.linspace(0, room_px, count)]


def _look(
    network: Any, rgb: Bytes, window: tuple[int, int, int, int]
) -> list[tuple[str, float, Box]]:
    """Label, score and box in the picture's pixels of what is in one window."""
    x0, y0, x1, y1 = window
    # shrunk by area first: the blob's own resizing would skip most pixels of a large plate
    small = cv2.resize(rgb[y0:y1, x0:x1], (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
    network.setInput(cv2.dnn.blobFromImage(small))
    rows: Floats = network.forward()[0, 0]  # (100, 7): picture, number, score, box in 0..1
    scale, shift = np.array([x1 - x0, y1 - y0] * 2), np.array([x0, y0] * 2)
    found: list[tuple[str, float, Box]] = []
    for row in rows[rows[:, 2] >= SUREST_AT_LEAST]:
        label = coco_words.numbers().get(round(row[1]))
        left, top, right, bottom = (np.clip(row[3:], 0, 1) * scale + shift).tolist()
        if label and right - left >= 1 and bottom - top >= 1:
            found.append((label, min(float(row[2]), 1.0), (left, top, right, bottom)))
    return found


def is_cut(box: Box, *, window: tuple[int, int, int, int], size_wh: tuple[int, int]) -> bool:
    """Whether a box ends at a border of its window that is no border of the picture."""
    slack_px = CUT_SHARE * (window[2] - window[0])
    ends = (
        window[0] > 0 and box[0] - window[0] < slack_px,
        window[1] > 0 and box[1] - window[1] < slack_px,
        window[2] < size_wh[0] and window[2] - box[2] < slack_px,
        window[3] < size_wh[1] and window[3] - box[3] < slack_px,
    )
    return any(ends)


def strongest(seen: Sequence[Detection], labels: Sequence[str]) -> list[Detection]:
    """Each thing of these labels once, the surest first, without what is weak beside it."""
    wanted = sorted((one for one in seen if one.label in labels), key=lambda one: -one.score)
    kept: list[Detection] = []
    for one in wanted:
        if one.score < SHARE_OF_SUREST * wanted[0].score:
            break
        if not any(_is_same(one.box_xyxy, other.box_xyxy) for other in kept):
            kept.append(one)
    return kept


def _is_same(box: Box, surer: Box) -> bool:
    return overlap(box, surer) > SAME_IOU or _shared_px(box, surer) > PART_SHARE * _area_px(box)


def overlap(box: Box, other: Box) -> float:
    """Intersection over union of two boxes."""
    shared = _shared_px(box, other)
    return shared / (_area_px(box) + _area_px(other) - shared)


def _area_px(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _shared_px(box: Box, other: Box) -> float:
    wide = min(box[2], other[2]) - max(box[0], other[0])
    high = min(box[3], other[3]) - max(box[1], other[1])
    return max(wide, 0.0) * max(high, 0.0)
