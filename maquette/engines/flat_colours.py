"""Flat colours: how far a drawing has gone from its photo to few colours with sharp borders.

What belongs here: one simple, named measure on the CPU, without weights. What does not: any other
idea of a style, which has an engine of its own. It suits drawings in flat colours; a modelled one
with soft shading gets a low figure from it, and is for an engine that knows words.

Measured on ten photos of 768 px. Photos have 230 to 700 colours, up to 3 % of flat area and
52 % of all change in their sharpest fifth; smoothed ones 0.6 to 0.9 times the colours, up to 8 %
and 68 %; drawings by `toon` 16 to 49 colours, 53 to 74 % and 90 to 100 %.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from maquette.pictures.styling import colours_left
from maquette.roles import EngineInfo, StyleJudge
from maquette.types import Bools, Bytes, Floats, Picture

FLAT_PX, FLAT_LEVELS = 5, 1  # a square of this side is flat if it spans no more than that
SHARPEST = 0.2  # of the pixels
EDGE_PX = 3
# what makes a full mark
FEWER_TIMES, FLATTER = 10.0, 0.5
SOFT, SHARP = 0.5, 0.9  # share of all change in the sharpest pixels: none, and a full mark


def make() -> StyleJudge:
    """The judge; it loads nothing."""
    return FlatColours()


@dataclass(frozen=True)
class Flatness:
    """What is measured of one picture's opaque part.

    Attributes:
        colours: how many make up nearly all of it.
        flat: share of its area without any change.
        sharpness: share of all change between neighbours that lies in the sharpest fifth.
    """

    colours: int
    flat: float
    sharpness: float


class FlatColours:
    """Colours left, flat area and sharp edges, against the photo."""

    @property
    def info(self) -> EngineInfo:
        """Facts about the engine."""
        return EngineInfo("flat-colours", version="1", licences=("none",), parallel=16)

    @property
    def measure(self) -> str:
        """What its figure measures."""
        return "fewer colours, more flat area and sharper edges than the photo"

    def judge(self, photo: Picture, drawn: Picture, *, style: str) -> float:
        """0 for the photo itself, 1 for a drawing in flat colours; the style's name is not read.

        The geometric mean of three marks, so that a picture that fails in one is not saved by the
        others: a posterised photo has few colours, but neither flat areas nor sharp edges.
        """
        del style
        before, after = flatness_of(photo), flatness_of(drawn)
        if not before.colours or not after.colours:
            return 0.0
        fewer = np.log(before.colours / after.colours) / np.log(FEWER_TIMES)
        flatter = (after.flat - before.flat) / FLATTER
        # a photo may have sharp edges by itself: only what is gained counts
        soft = max(SOFT, min(before.sharpness, SHARP - 0.1))
        sharper = (after.sharpness - soft) / (SHARP - soft)
        marks = np.clip([fewer, flatter, sharper], 0, 1)
        return float(np.prod(marks) ** (1 / len(marks)))

    def close(self) -> None:
        """There is nothing to free."""


def flatness_of(picture: Picture) -> Flatness:
    """What is measured of a picture; see-through pixels and those beside them are left out."""
    rgb = np.ascontiguousarray(picture.rgba[..., :3])
    inside = _inside(picture)
    if not inside.any():
        return Flatness(0, 0.0, 0.0)
    flat = float((_spans(rgb, FLAT_PX)[inside] <= FLAT_LEVELS).mean())
    change = np.sort(_spans(rgb, EDGE_PX)[inside].astype(np.float64))[::-1]
    sharpest = change[: max(1, round(SHARPEST * len(change)))].sum()
    return Flatness(colours_left(picture), flat, float(sharpest / max(change.sum(), 1.0)))


def _inside(picture: Picture) -> Bools:
    square = np.ones((FLAT_PX, FLAT_PX), np.uint8)
    opaque = (picture.rgba[..., 3] == 255).astype(np.uint8)
    # beyond the picture nothing is known, and nothing is cut off there
    return np.asarray(cv2.erode(opaque, square) > 0)


def _spans(rgb: Bytes, side_px: int) -> Floats:
    """(H, W) how far the brightest and the darkest value around each pixel lie apart."""
    square = np.ones((side_px, side_px), np.uint8)
    high, low = cv2.dilate(rgb, square), cv2.erode(rgb, square)
    return cv2.subtract(high, low).max(axis=2).astype(np.float32)
