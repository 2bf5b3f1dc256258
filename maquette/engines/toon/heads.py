"""What the photo gives before anything is drawn: colours, smooth colours, and where things are.

What belongs here: the head and the filters that see it. What does not: telling skin from hair
(`skin`), and anything that a style decides. Colours are CIE Lab in float32, lightness 0..100.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from maquette.engines.toon.curves import cover, curve, floats, grown
from maquette.engines.toon.landmarks import CHIN, HAIRLINE, LIPS_OUTER, OVAL, SIDES
from maquette.types import Bools, Bytes, Floats

Places = NDArray[np.int64]

# passes of the smoothing filter: reach in distances from eye to eye, tolerance in Lab
_PASSES = ((0.012, 9.0), (0.02, 8.0), (0.03, 6.0))


@dataclass(frozen=True)
class Head:
    """A head as its photo shows it; the eyes already have the size they will be drawn in.

    Attributes:
        lab: (H, W, 3), with colours beyond the cut-out's edge too.
        inside: (H, W), where the cut-out is more than half opaque.
        landmarks: (478, 3).
    """

    lab: Floats
    inside: Bools
    landmarks: Floats

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.lab.shape[1], self.lab.shape[0]

    @cached_property
    def eyes_px(self) -> float:
        """From eye to eye, with the depth between them: most lengths are shares of it."""
        irises = self.landmarks[[side.iris[0] for side in SIDES]]
        return max(float(np.linalg.norm(irises[0] - irises[1])), 4.0)

    @cached_property
    def face_px(self) -> float:
        """From hairline to chin."""
        return max(float(np.linalg.norm(self.landmarks[HAIRLINE] - self.landmarks[CHIN])), 8.0)

    @cached_property
    def light(self) -> Floats:
        """Lightness, (H, W) 0..100."""
        return np.ascontiguousarray(self.lab[..., 0])

    @cached_property
    def smooth(self) -> Floats:
        """The colours with areas evened out and edges kept."""
        width, height = self.size_wh
        half_wh = (max(1, width // 2), max(1, height // 2))
        small = cv2.resize(self.lab, half_wh, interpolation=cv2.INTER_AREA)
        for reach, tolerance in _PASSES:
            small = cv2.bilateralFilter(small, 0, tolerance, max(0.8, reach * self.eyes_px))
        wide = cv2.resize(small, self.size_wh, interpolation=cv2.INTER_CUBIC)
        return floats(wide)

    @cached_property
    def rough(self) -> Floats:
        """How much lightness varies about each pixel, by what is usual on the face, (H, W)."""
        found = blur(np.abs(self.light - blur(self.light, self.px(0.03))), self.px(0.05))
        face = self.oval > 0.5
        usual = float(np.percentile(found[face], 35)) if face.any() else 0.0
        return floats(found / max(usual, 0.7))  # below that, of a blurred photo, all is smooth

    @cached_property
    def oval(self) -> Floats:
        """The face as its landmarks outline it, (H, W) 0..1."""
        return self.covered_by(curve(self.at(OVAL), closed=True))

    @cached_property
    def beside_features(self) -> Floats:
        """1 where neither an eye nor the mouth is near: what is dark there is hair."""
        features = self.covered_by(curve(self.at(LIPS_OUTER), closed=True))
        for side in SIDES:
            features = np.maximum(features, self.covered_by(grown(self.at(side.eye), (1.5, 2.4))))
        return 1 - features

    def at(self, numbers: tuple[int, ...]) -> Floats:
        """Places of landmarks, (N, 2)."""
        return self.landmarks[list(numbers), :2]

    def covered_by(self, outline: Floats) -> Floats:
        """How much of each pixel an outline covers, (H, W) 0..1."""
        return cover(outline, self.size_wh)

    def px(self, share: float) -> float:
        """A length given in distances from eye to eye."""
        return share * self.eyes_px

    def pixels_at(self, places: Floats) -> tuple[Places, Places]:
        """Row and column of places, those outside moved to the border."""
        width, height = self.size_wh
        x, y = np.rint(places).astype(np.int64).T
        return np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)


def to_lab(rgb: Bytes) -> Floats:
    """CIE Lab of display colours, (H, W, 3)."""
    scaled = rgb.astype(np.float32) / np.float32(255)
    return floats(cv2.cvtColor(scaled, cv2.COLOR_RGB2LAB))


def blur(plane: Floats, sigma_px: float) -> Floats:
    """Gaussian blur; a wide one is made on a smaller plane, which no eye can tell."""
    if sigma_px < 0.3:
        return plane
    shrink = int(sigma_px / 4)
    if shrink < 2:
        return floats(cv2.GaussianBlur(plane, (0, 0), sigma_px))
    height, width = plane.shape[:2]
    small_wh = (max(1, width // shrink), max(1, height // shrink))
    small = cv2.resize(plane, small_wh, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), sigma_px / shrink)
    return floats(cv2.resize(soft, (width, height), interpolation=cv2.INTER_CUBIC))


def without_crumbs(area: Bools, least_px: float) -> Bools:
    """An area without its smallest patches."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(area.astype(np.uint8), connectivity=4)
    small = stats[:, cv2.CC_STAT_AREA] < least_px
    return np.asarray(area & ~small[np.asarray(labels, np.int32)], np.bool_)


def tidied(area: Bools, least_px: float) -> Bools:
    """An area without its crumbs, and with its small holes closed."""
    return ~without_crumbs(~without_crumbs(area, least_px), least_px)
