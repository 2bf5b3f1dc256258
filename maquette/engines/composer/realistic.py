"""The realistic style: soft drawings inflated and lit like vinyl toys, with contact shadows.

What belongs here: light. It is convincing plastic, not a photograph, and says so.
"""

from __future__ import annotations

import cv2
import numpy as np

from maquette.engines.composer.colour import oklab
from maquette.engines.composer.pixels import (
    Patch,
    Scene,
    blur,
    distance_inside,
    empty_frame,
    lay,
    shifted,
)
from maquette.types import Floats

SETS = ("soft", "noto")
_LIGHT = np.array([-0.45, -0.62, 0.64])
_HALF_WAY = np.array([-0.27, -0.37, 0.89])  # between the light and the eye: the highlight


def paint(scene: Scene) -> Floats:
    """The scene as small toys in front of each other."""
    frame = empty_frame(scene.size_px)
    for index, patch in enumerate(scene.all_patches):
        if index:
            _contact_shadow(frame, patch, k=scene.k)
        lay(frame, _lit(patch, scene))
    return frame


def _lit(patch: Patch, scene: Scene) -> Patch:
    """Glass and drawn faces stay unlit: they have no body."""
    if patch.role in ("glass", "face", "lens"):
        return patch
    round_px = {"main": 54.0, "back": 40.0}.get(patch.role, 34.0) * scene.k
    amount = 0.6 if patch.role == "back" else 1.0
    depth = np.clip(distance_inside(patch.alpha) / np.float32(round_px), 0, 1)
    height = blur(np.sqrt(1 - (1 - depth) ** 2) * np.float32(round_px), 7 * scene.k)
    # what is painted lighter stands a little higher: eyes, beaks and buttons get an edge
    height += blur(oklab(patch.rgba[..., :3])[..., 0] * 26 * scene.k, 5 * scene.k)
    if patch.role != "back":
        noise = scene.rng.standard_normal(height.shape, dtype=np.float32)
        height += blur(noise, max(2.2 * scene.k, 0.8)) * 0.32 * scene.k
    return patch.painted(_shaded(patch.rgba, height, depth, amount=amount))


def _shaded(rgba: Floats, height: Floats, depth: Floats, *, amount: float) -> Floats:
    gx = cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=1 / 8)
    gy = cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=1 / 8)
    length = np.sqrt(gx * gx + gy * gy + 1)

    def towards(direction: np.ndarray) -> Floats:
        x, y, z = (float(v) for v in direction)
        return np.asarray((z - gx * x - gy * y) / length, np.float32)

    diffuse = 1 + amount * 0.62 * (towards(_LIGHT) - 0.64)
    shine = np.clip(towards(_HALF_WAY), 0, 1) ** 42 * 0.42 * amount * depth
    bounce = np.clip(-gy / length - 0.35, 0, 1) * 0.25 * amount
    out = rgba.copy()
    colour = np.clip(out[..., :3] * diffuse[..., None], 0, 1)
    sky = np.array([0.5, 0.55, 1.0], np.float32)
    colour += (shine[..., None] + bounce[..., None] * sky) * (1 - colour)
    out[..., :3] = np.clip(colour, 0, 1)
    return out


def _contact_shadow(frame: Floats, patch: Patch, *, k: float) -> None:
    """Darken what lies below, a little down and right: this makes it real more than the light."""
    if patch.role in ("face", "glass"):
        return
    h, w = patch.alpha.shape
    window = frame[patch.y_px : patch.y_px + h, patch.x_px : patch.x_px + w]
    shadow = blur(shifted(patch.alpha, 10 * k, 16 * k), 13 * k) * (1 - patch.alpha)
    window[..., :3] *= (1 - 0.42 * shadow)[..., None]
