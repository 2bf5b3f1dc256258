"""Tiny shared pictures, mattes and meshes, drawn here so that no test needs files."""

from __future__ import annotations

import numpy as np

from maquette.provenance import COMPOSED, Provenance, Step
from maquette.types import Floats, Mask, Matte, Mesh, Picture

ORANGE, TEAL = (240, 140, 60), (40, 160, 170)


def disc_alpha(size_px: int, *, centre_xy: tuple[float, float], radius_px: float) -> Floats:
    """(S, S) float32, an anti-aliased disc; centre and radius in pixels."""
    y, x = np.mgrid[:size_px, :size_px] + 0.5
    distance_px = np.hypot(x - centre_xy[0], y - centre_xy[1])
    return np.clip(radius_px - distance_px + 0.5, 0, 1).astype(np.float32)


def painted(alpha: Floats) -> Picture:
    """A two-coloured picture with this alpha; black where nothing shows, as engines leave it."""
    rgba = np.zeros((*alpha.shape, 4), np.uint8)
    rgba[..., :3] = np.where(np.arange(alpha.shape[0])[:, None, None] % 16 < 8, ORANGE, TEAL)
    rgba[..., 3] = np.rint(alpha * 255)
    rgba[rgba[..., 3] == 0] = 0
    return Picture(rgba)


def ball(size_px: int = 128) -> Picture:
    """One round sticker in the middle."""
    middle = size_px / 2
    return painted(disc_alpha(size_px, centre_xy=(middle, middle), radius_px=0.4 * size_px))


def ring(size_px: int = 128, *, hole_px: float = 24) -> Picture:
    """A ball with a round hole of this radius."""
    middle = (size_px / 2, size_px / 2)
    outer = disc_alpha(size_px, centre_xy=middle, radius_px=0.4 * size_px)
    return painted(outer - disc_alpha(size_px, centre_xy=middle, radius_px=hole_px))


def islands(size_px: int = 192) -> Picture:
    """Three balls of different sizes, far apart."""
    places = ((0.2, 0.25, 0.15), (0.8, 0.3, 0.12), (0.5, 0.85, 0.1))
    alphas = [
        disc_alpha(size_px, centre_xy=(x * size_px, y * size_px), radius_px=r * size_px)
        for x, y, r in places
    ]
    return painted(np.maximum.reduce(alphas))


def whiskered(size_px: int = 128) -> Picture:
    """A ball with a hair one pixel wide that sticks out to the right."""
    alpha = disc_alpha(size_px, centre_xy=(48, 64), radius_px=30)
    alpha[64, 48 : size_px - 8] = 1
    return painted(alpha)


def specks(size_px: int = 128) -> Picture:
    """Nothing but single pixels."""
    alpha = np.zeros((size_px, size_px), np.float32)
    alpha[::40, ::40] = 1
    return painted(alpha)


def blots(seed: int, size_px: int = 160) -> Picture:
    """Random blots, many parts and holes: the worst that a mask can be."""
    import cv2

    rng = np.random.default_rng(seed)
    noise = cv2.GaussianBlur(rng.normal(size=(size_px, size_px)), (0, 0), rng.uniform(1, 16))
    return painted((noise > np.quantile(noise, rng.uniform(0.3, 0.9))).astype(np.float32))


def empty(size_px: int = 64) -> Picture:
    """Wholly see-through."""
    return painted(np.zeros((size_px, size_px), np.float32))


def sheet(width_px: int = 96, height_px: int = 64) -> Picture:
    """Wholly opaque: no cut-out was made."""
    return painted(np.ones((height_px, width_px), np.float32))


def mask() -> Mask:
    """A ball's inside."""
    return Mask(ball().rgba[..., 3] > 127)


def matte() -> Matte:
    """A ball's soft alpha, in steps of 1/255."""
    return Matte(ball().rgba[..., 3].astype(np.float32) / np.float32(255))


def box(side_m: float = 0.1) -> Mesh:
    """A closed cube on the floor, eight points, no texture."""
    corners = np.array([(x, y, z) for x in (-1, 1) for y in (0, 2) for z in (-1, 1)])
    squares = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
    faces = [(a, b, c) for a, b, c, _ in squares] + [(a, c, d) for a, _, c, d in squares]
    points = (corners * side_m / 2).astype(np.float32)
    return Mesh(points, np.array(faces, np.int32), np.zeros((8, 2), np.float32))


def provenance(prompt: str = "a round cat") -> Provenance:
    """A short chain: composed by an engine, then cut out."""
    drawn = Step("draw", "1", "ab" * 32, "composer", {"art": "cd" * 32}, ("MIT",), {"style": "art"})
    cut = Step("cut", "2", "ef" * 32, licences=("Apache-2.0", "MIT"))
    return Provenance(prompt, 7, COMPOSED, steps=(drawn, cut))
