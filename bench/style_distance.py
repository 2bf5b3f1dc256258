"""How far a drawing is from its photo: colours left, edges, and features at several scales.

What belongs here: the measure and its three parts, each 0 for the same picture and at most 1, and
the smoothing filter that a drawing has to beat. What does not: faces, stylists and bounds
(`figurine_styles`). Nothing here is learned: the features are derivatives of Lab colours, laid
against each other as LPIPS does it, by direction at every place and on every scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import cv2
import numpy as np

from maquette.pictures.styling import colours_left
from maquette.types import Bools, Floats, Picture

FLAT = 0.3  # steps of lightness from pixel to pixel, below which no eye sees a change
SCALES = 5  # 768 px down to 48
FAINT = 1.0  # a feature weaker than that many steps of Lab counts for little
# a strong bilateral filter: reach in pixels, tolerance of colour and of place as OpenCV counts
BILATERAL = (15, 80.0, 80.0)
MEAN_SHIFT = (12, 24.0)  # reach in pixels and in colour


@dataclass(frozen=True)
class StyleDistance:
    """From a photo to another picture of the same head, part by part.

    Attributes:
        colours: how much of the photo's choice of colours is gone, by its logarithm.
        edges: how much more of what changes in it changes at edges: areas are flat, edges sharp.
        features: how unlike the two look on five scales.
    """

    colours: float
    edges: float
    features: float

    @property
    def whole(self) -> float:
        """The mean of the parts."""
        return (self.colours + self.edges + self.features) / 3


def style_distance(photo: Picture, other: Picture) -> StyleDistance:
    """How far a picture is from the photo that it shows, within the photo's opaque part."""
    opaque = photo.rgba[..., 3] == 255
    before, after = colours_left(photo), colours_left(other)
    seen = _lab(photo), _lab(other)
    gone = 1 - log(after + 1) / log(before + 1)
    return StyleDistance(
        colours=float(np.clip(gone, 0, 1)),
        edges=float(np.clip(_at_edges(seen[1], opaque) - _at_edges(seen[0], opaque), 0, 1)),
        features=_unlike(*seen, opaque),
    )


def smoothed(photo: Picture) -> Picture:
    """What a strong bilateral filter makes of it: colours evened out, edges kept."""
    return _with_colours(photo, cv2.bilateralFilter(_rgb(photo), *BILATERAL))


def shifted(photo: Picture) -> Picture:
    """What a mean shift makes of it: areas nearly as flat as drawn ones."""
    return _with_colours(photo, cv2.pyrMeanShiftFiltering(_rgb(photo), *MEAN_SHIFT))


def _rgb(picture: Picture) -> np.ndarray:
    return np.ascontiguousarray(picture.rgba[..., :3])


def _with_colours(picture: Picture, rgb: np.ndarray) -> Picture:
    return Picture(np.dstack([rgb.astype(np.uint8), picture.rgba[..., 3]]))


def _lab(picture: Picture) -> Floats:
    scaled = _rgb(picture).astype(np.float32) / 255
    return np.asarray(cv2.cvtColor(scaled, cv2.COLOR_RGB2LAB), np.float32)


def _at_edges(lab: Floats, opaque: Bools) -> float:
    """What share of all change is found in the steepest twentieth, by that of flat places."""
    x, y = (cv2.Scharr(lab[..., 0], cv2.CV_32F, *way) / 32 for way in ((1, 0), (0, 1)))
    inner = cv2.erode(opaque.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    steps = np.sort(np.hypot(x, y)[inner])
    if not len(steps):
        return 0.0
    steepest = float(steps[-max(1, len(steps) // 20) :].sum() / max(float(steps.sum()), 1e-6))
    return steepest * float((steps < FLAT).mean())


def _unlike(one: Floats, other: Floats, opaque: Bools) -> float:
    """Half the squared distance of unit feature vectors, averaged over places, then scales."""
    shares = opaque.astype(np.float32)
    found: list[float] = []
    for _ in range(SCALES):
        apart = np.sum((_features(one) - _features(other)) ** 2, axis=-1) / 2
        found.append(float((apart * shares).sum() / max(float(shares.sum()), 1e-6)))
        one, other, shares = (_halved(plane) for plane in (one, other, shares))
    return float(np.mean(found))


def _halved(plane: Floats) -> Floats:
    half = cv2.resize(plane, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return np.asarray(half, np.float32)


def _features(lab: Floats) -> Floats:
    """(H, W, 15): first and second derivatives of each channel, to unit length where strong."""
    ways = ((1, 0, 2), (0, 1, 2), (2, 0, 4), (0, 2, 4), (1, 1, 4))
    planes = [cv2.Sobel(lab, cv2.CV_32F, x, y) / part for x, y, part in ways]
    stacked = np.concatenate(planes, axis=-1)
    length = np.linalg.norm(stacked, axis=-1, keepdims=True)
    return np.asarray(stacked / (length + FAINT), np.float32)
