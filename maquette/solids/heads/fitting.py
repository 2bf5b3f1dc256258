"""Fitting: how a portrait is laid on the front of a head.

What belongs here: the similarity between pictures and heads, and the anchors it leads to. What
does not: anything's shape.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from maquette.solids.heads.landmarks import GROUPS, places
from maquette.types import Face, Floats

# the bound is on eyes and mouths, and chins differ most
WEIGHTS = dict.fromkeys(GROUPS, 1.0) | {"chin": 0.3}
OWN_LIMIT = 0.07  # of the head's width: how far an anchor follows a person's own proportions


@dataclass(frozen=True)
class Fit:
    """A similarity from a picture's pixels to the front plane of a head, never a mirror.

    Attributes:
        scale: figure heights per pixel.
        turn: radians; positive turns the picture's right upwards.
        shift: (2,) where the first pixel's corner comes to lie.
        landed: (6, 2) the groups of landmarks after it.
        anchors: (6, 2) where they should be.
        residual: (6,) how far apart these are, in figure heights.
        own: (6,) how far the anchors are from where most people's are.
    """

    scale: float
    turn: float
    shift: Floats
    landed: Floats
    anchors: Floats
    residual: Floats
    own: Floats

    def forth(self, px: Floats) -> Floats:
        """(N, 2) places in the front plane of pixels."""
        return (px @ self._matrix().T + self.shift).astype(np.float32)

    def back(self, xy: Floats) -> Floats:
        """(N, 2) pixels of places in the front plane."""
        return ((xy - self.shift) @ np.linalg.inv(self._matrix()).T).astype(np.float32)

    def _matrix(self) -> Floats:
        cos, sin = self.scale * np.cos(self.turn), self.scale * np.sin(self.turn)
        # pictures count downwards
        return np.array([[cos, sin], [sin, -cos]], np.float32)


def fitted(face: Face, plain: Mapping[str, Floats], *, head_width: float, grown: float) -> Fit:
    """Lay a face on a plain head's anchors as well as a similarity can.

    The anchors are the plain head's, moved towards the person's own proportions: each by at most
    `OWN_LIMIT` of the head's width. What is left then is the residual.

    Args:
        face: landmarks in the portrait's pixels.
        plain: places on the plain head by the names of `landmarks.GROUPS`, and more.
        head_width: of the plain head.
        grown: how much larger than average the face is to be, about its middle.
    """
    there = np.stack([plain[name][:2] for name in GROUPS]).astype(np.float64)
    weights = np.array(list(WEIGHTS.values()))[:, None] / sum(WEIGHTS.values())
    middle = (weights * there).sum(axis=0)
    there = middle + grown * (there - middle)
    here = places(face.landmarks)[:, :2].astype(np.float64) * [1, -1]
    here_middle = (weights * here).sum(axis=0)
    a, b = (here - here_middle) * weights, there - middle
    # in the plane the best turn has a closed form that cannot mirror
    along = float((a * b).sum())
    across = float((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum())
    spread = float((a * (here - here_middle)).sum())
    turn, scale = float(np.arctan2(across, along)), float(np.hypot(along, across)) / spread
    cos, sin = scale * np.cos(turn), scale * np.sin(turn)
    turned = np.array([[cos, -sin], [sin, cos]])
    shift = middle - turned @ here_middle
    landed = here @ turned.T + shift
    off = landed - there
    length = np.maximum(np.linalg.norm(off, axis=1, keepdims=True), 1e-12)
    moved = off * np.minimum(1, OWN_LIMIT * head_width / length)
    left = np.linalg.norm(off - moved, axis=1)
    found = (shift, landed, there + moved, left, np.linalg.norm(moved, axis=1))
    parts = (value.astype(np.float32) for value in found)
    return Fit(scale, turn, *parts)
