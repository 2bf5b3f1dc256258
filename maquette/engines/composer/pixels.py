"""Pixels in float32: patches of a frame, laying one over another, distances, borders.

What belongs here: what every style needs. What does not: anything one style alone does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from maquette.types import Floats


@dataclass(frozen=True)
class Patch:
    """A rectangle of the frame: most layers cover little of it, and work costs by the pixel."""

    rgba: Floats  # (h, w, 4) straight
    x_px: int
    y_px: int
    role: str = "part"

    @property
    def alpha(self) -> Floats:
        """(h, w) view of the alpha."""
        return self.rgba[..., 3]

    def painted(self, rgba: Floats) -> Patch:
        """The same place with other pixels."""
        return replace(self, rgba=rgba.astype(np.float32, copy=False))


@dataclass(frozen=True)
class Scene:
    """What a style is handed: patches from bottom to top; constants are meant for 1024 px."""

    patches: Sequence[Patch]
    backdrop: Patch | None
    size_px: int
    rng: np.random.Generator

    @property
    def k(self) -> float:
        """Pixels per pixel of a 1024 px frame."""
        return self.size_px / 1024

    @property
    def all_patches(self) -> list[Patch]:
        """The backdrop, if any, and everything on it."""
        return [*([self.backdrop] if self.backdrop else []), *self.patches]


def blur(plane: Floats, sigma_px: float) -> Floats:
    """Gaussian blur; wide ones work on a smaller plane, which no eye can tell."""
    if sigma_px < 0.3:
        return plane
    if sigma_px > 7:
        factor = int(sigma_px // 3.5)
        h, w = plane.shape[:2]
        small = (max(w // factor, 1), max(h // factor, 1))
        out = cv2.resize(plane, small, interpolation=cv2.INTER_AREA)
        out = cv2.GaussianBlur(out, (0, 0), sigma_px / factor, borderType=cv2.BORDER_REPLICATE)
        return np.asarray(cv2.resize(out, (w, h), interpolation=cv2.INTER_LINEAR), np.float32)
    return np.asarray(
        cv2.GaussianBlur(plane, (0, 0), sigma_px, borderType=cv2.BORDER_REPLICATE), np.float32
    )


def distance_inside(alpha: Floats) -> Floats:
    """How far each pixel lies within the silhouette, in pixels, 0 outside."""
    solid = np.pad((alpha > 0.5).astype(np.uint8), 1)
    return np.asarray(cv2.distanceTransform(solid, cv2.DIST_L2, 5)[1:-1, 1:-1], np.float32)


def distance_outside(alpha: Floats) -> Floats:
    """How far each pixel lies from the silhouette, in pixels, 0 inside."""
    empty = (alpha <= 0.5).astype(np.uint8)
    if empty.all():
        return np.full(alpha.shape, 1e6, np.float32)
    return np.asarray(cv2.distanceTransform(empty, cv2.DIST_L2, 5), np.float32)


def shifted(plane: Floats, dx_px: float, dy_px: float) -> Floats:
    """The plane moved, with zeros coming in."""
    h, w = plane.shape[:2]
    matrix = np.array([[1, 0, dx_px], [0, 1, dy_px]], np.float64)
    return np.asarray(cv2.warpAffine(plane, matrix, (w, h)), np.float32)


def over(below: Floats, above: Floats) -> Floats:
    """One straight-alpha picture over another of the same size."""
    top = above[..., 3:]
    under = below[..., 3:] * (1 - top)
    alpha = top + under
    out = np.empty_like(above)
    out[..., :3] = (above[..., :3] * top + below[..., :3] * under) / np.maximum(alpha, 1e-4)
    out[..., 3:] = alpha
    return out


def lay(frame: Floats, patch: Patch) -> None:
    """Lay a patch over the frame, in the frame itself: frames are large."""
    h, w = patch.rgba.shape[:2]
    window = frame[patch.y_px : patch.y_px + h, patch.x_px : patch.x_px + w]
    window[...] = over(window, patch.rgba)


def ink(colour: Sequence[float], alpha: Floats) -> Floats:
    """One colour with that alpha."""
    out = np.empty((*alpha.shape, 4), np.float32)
    out[..., :3] = colour
    out[..., 3] = alpha
    return out


def empty_frame(size_px: int) -> Floats:
    """A clear frame."""
    return np.zeros((size_px, size_px, 4), np.float32)


def grown(alpha: Floats, *, border_px: float, close_px: float) -> Floats:
    """The silhouette grown by an even border, with gaps narrower than twice `close_px` closed."""
    far = distance_outside(alpha)
    closed = distance_inside((far < border_px + close_px).astype(np.float32)) - close_px
    soft = cv2.GaussianBlur(closed, (0, 0), max(border_px * 0.11, 0.6))
    return np.clip(np.maximum(soft, border_px - far) + 0.5, 0, 1).astype(np.float32)


def die_cut(frame: Floats, *, colour: Sequence[float], border_px: float, close_px: float) -> Floats:
    """The picture on a border of one colour that follows its outline, as stickers are cut.

    Stray specks beyond the largest outline are left where they are: only clear holes inside are
    filled, so that the sticker is one piece of paper.
    """
    edge = grown(frame[..., 3], border_px=border_px, close_px=close_px)
    paper = _filled(edge)
    out = over(ink(colour, paper), frame)
    out[..., 3] = paper  # a glow ends where the paper ends
    return out


def _filled(alpha: Floats) -> Floats:
    """Holes of the border filled: a sticker is paper all through."""
    solid = (alpha > 0.5).astype(np.uint8)
    outlines, _ = cv2.findContours(solid, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    whole = np.zeros_like(solid)
    cv2.drawContours(whole, outlines, -1, 1, cv2.FILLED)
    return np.where((whole > 0) & (solid == 0), np.float32(1), alpha)


def edges(rgba: Floats, lab: Floats, *, k: float, jump: float) -> Floats:
    """1 where flat colours meet inside a drawing; specks of fewer than 260 px (at 1024) drop out.

    Args:
        rgba: the layer.
        lab: its OKLab after a median filter, so that gradients and grain make no lines.
        k: pixels per pixel of a 1024 px frame.
        jump: how large a step in OKLab is an edge.
    """
    d = max(round(3 * k), 1)
    right = np.zeros(lab.shape[:2], np.float32)
    down = right.copy()
    right[:, d:] = cv2.magnitude(
        cv2.magnitude(*_steps(lab[:, d:] - lab[:, :-d])), np.abs(lab[:, d:, 0] - lab[:, :-d, 0])
    )
    down[d:] = cv2.magnitude(
        cv2.magnitude(*_steps(lab[d:] - lab[:-d])), np.abs(lab[d:, :, 0] - lab[:-d, :, 0])
    )
    found = shifted(np.maximum(right, down), -d / 2, -d / 2) > jump
    inner = cv2.erode(rgba[..., 3], np.ones((2 * d - 1, 2 * d - 1), np.uint8)) > 0.9
    _, labels, stats, _ = cv2.connectedComponentsWithStats(
        (found & inner).astype(np.uint8), connectivity=8
    )
    large = stats[:, cv2.CC_STAT_AREA] > 260 * k * max(k, 0.5)
    large[0] = False
    return np.take(large.astype(np.float32), np.asarray(labels, np.intp))


def _steps(difference: Floats) -> tuple[Floats, Floats]:
    return np.ascontiguousarray(difference[..., 1]), np.ascontiguousarray(difference[..., 2])


def even_line(edge: Floats, *, width_px: float) -> Floats:
    """Edges thickened to a soft line of even width."""
    far = cv2.GaussianBlur(np.minimum(distance_outside(edge), 64), (0, 0), 0.8)
    return np.clip(width_px / 2 - far + 0.5, 0, 1).astype(np.float32)


def smoothed_lab_source(rgba: Floats, *, k: float) -> Floats:
    """The layer's colours after a median filter of about 9 px (at 1024), in 0..1."""
    size = max(2 * round(4 * k) + 1, 3)
    colours = np.ascontiguousarray((rgba[..., :3] * 255).astype(np.uint8))
    return np.multiply(cv2.medianBlur(colours, size), np.float32(1 / 255), dtype=np.float32)
