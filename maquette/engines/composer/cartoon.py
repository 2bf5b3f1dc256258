"""The cartoon style: even ink lines, full colours, one hard shade.

The ink is found in the pixels, not stroked in the SVG: it comes out evener that way.
"""

from __future__ import annotations

import numpy as np

from maquette.engines.composer.colour import oklab, srgb
from maquette.engines.composer.pixels import (
    Patch,
    Scene,
    distance_outside,
    edges,
    empty_frame,
    even_line,
    ink,
    lay,
    over,
    shifted,
    smoothed_lab_source,
)
from maquette.types import Floats

SETS = ("noto", "flat")
INK = (0.13, 0.07, 0.2)
EDGE_JUMP = 0.13


def paint(scene: Scene) -> Floats:
    """The scene as a comic draws it, each part with its own outline."""
    frame = empty_frame(scene.size_px)
    for patch in scene.all_patches:
        lay(frame, _inked(patch, k=scene.k))
    return frame


def _inked(patch: Patch, *, k: float) -> Patch:
    alpha = patch.alpha
    lab = oklab(patch.rgba[..., :3])
    lab[..., 1:] *= 1.12
    if patch.role in ("main", "part", "limb"):
        lab[..., 0] -= 0.10 * np.clip(alpha - shifted(alpha, -20 * k, -26 * k), 0, 1)
    rgba = np.concatenate([srgb(lab), alpha[..., None]], -1)
    if patch.role in ("face", "glass", "back"):
        return patch.painted(rgba)
    if patch.role != "limb":
        found = edges(patch.rgba, oklab(smoothed_lab_source(patch.rgba, k=k)), k=k, jump=EDGE_JUMP)
        rgba = over(rgba, ink(INK, even_line(found, width_px=6 * k) * alpha))
    width = 9 if patch.role == "prop" else 11
    outline = np.clip(width * k - distance_outside(alpha) + 0.5, 0, 1)
    return patch.painted(over(ink(INK, outline), rgba))
