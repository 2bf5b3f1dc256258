"""Front views of a mesh, drawn here anew: no light, no perspective, the clip's own frame.

Nothing of the line's renderer is used, so that two programs agree by more than a shared mistake.
What belongs here: drawing and comparing. What does not: what other programs draw.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from maquette.types import Animation, Camera, Mesh

Pixels = NDArray[Any]

FINER = 3  # drawn so many times larger, then averaged
SUBPIXEL_BITS = 6


@dataclass(frozen=True)
class Window:
    """What of the plane x, y is seen, metres: a square."""

    left: float
    bottom: float
    side: float

    @classmethod
    def of(cls, camera: Camera, size_wh: tuple[int, int]) -> Window:
        """The clip's picture, made a square to the right and below."""
        x, y = camera.origin_xy
        side = max(size_wh) / camera.px_per_m
        return cls(-x / camera.px_per_m, y / camera.px_per_m - side, side)

    @classmethod
    def around(cls, animation: Animation) -> Window:
        """All that is ever seen of a moving mesh, with a little air."""
        flat = animation.points[..., :2].reshape(-1, 2).astype(float)
        low, high = flat.min(axis=0), flat.max(axis=0)
        side = 1.08 * float((high - low).max())
        left, bottom = (low + high - side) / 2
        return cls(float(left), float(bottom), side)


def drawn(mesh: Mesh, window: Window, *, side_px: int) -> Pixels:
    """(S, S, 4) RGBA of a textured mesh from +z; faces are seen from outside only."""
    assert mesh.texture_png is not None
    side = side_px * FINER
    scale = side / window.side
    flat = (mesh.points[:, :2] - (window.left, window.bottom)).astype(float) * scale
    flat[:, 1] = side - flat[:, 1]
    corners = flat[mesh.faces]
    turned = _cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    depth = mesh.points[:, 2][mesh.faces].mean(axis=1)
    # nearer faces over farther ones: they are small, so whole faces may be told apart by depth
    order = np.argsort(depth, kind="stable")
    seen = order[turned[order] < 0]
    owner = _owners(corners, seen, side)
    is_covered = owner >= 0
    rows, columns = np.nonzero(is_covered)
    middles = np.column_stack([columns, rows]) + 0.5
    uv = np.zeros((side, side, 2))
    uv[is_covered] = _at(middles, corners, mesh.uv[mesh.faces], owner[is_covered])
    rgba = np.zeros((side, side, 4), np.float32)
    rgba[is_covered, :3] = _picked(mesh.texture_png, uv)[is_covered]
    rgba[is_covered, 3] = 255
    small = cv2.resize(rgba, (side_px, side_px), interpolation=cv2.INTER_AREA)
    cover = np.maximum(small[..., 3:] / 255, 1e-6)
    return np.rint(np.dstack([small[..., :3] / cover, small[..., 3]])).astype(np.uint8)


def _owners(corners: Pixels, seen: Pixels, side: int) -> Pixels:
    """(S, S) the number of the face that is seen in each pixel, -1 for none."""
    owner = np.full((side, side), -1, np.int32)
    fixed = np.rint((corners - 0.5) * (1 << SUBPIXEL_BITS)).astype(np.int32)
    for face in seen:
        cv2.fillConvexPoly(owner, fixed[face], int(face), shift=SUBPIXEL_BITS)
    return owner


def _at(places: Pixels, corners: Pixels, values: Pixels, owner: Pixels) -> Pixels:
    """Values given at the corners of faces, at places within them."""
    a, b, c = corners[owner].transpose(1, 0, 2)
    whole = _cross(b - a, c - a)
    second = _cross(places - a, c - a) / whole
    third = _cross(b - a, places - a) / whole
    shares = np.column_stack([1 - second - third, second, third]).clip(0, 1)
    shares /= shares.sum(axis=1, keepdims=True)
    return np.einsum("nk,nkc->nc", shares, values[owner])


def _cross(one: Pixels, other: Pixels) -> Pixels:
    """Twice the area between directions on the screen."""
    return one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0]


def _picked(png: bytes, uv: Pixels) -> Pixels:
    """(S, S, 3) colours of a texture, between its pixels."""
    texture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR_RGB)
    x, y = (uv * texture.shape[1::-1] - 0.5).astype(np.float32).transpose(2, 0, 1)
    edge = cv2.BORDER_REPLICATE
    return cv2.remap(texture.astype(np.float32), x, y, cv2.INTER_LINEAR, borderMode=edge)


@dataclass(frozen=True)
class Likeness:
    """How alike two pictures of one thing are."""

    overlap: float  # of the silhouettes, intersection over union
    error: float  # mean difference of colours well inside both, of 255

    def is_within(self, *, least_overlap: float, largest_error: float) -> bool:
        """Whether both measures hold."""
        return self.overlap >= least_overlap and self.error <= largest_error


def likeness(one: Pixels, other: Pixels) -> Likeness:
    """Compare two RGBA pictures."""
    a, b = one[..., 3] > 127, other[..., 3] > 127
    overlap = float((a & b).sum() / max((a | b).sum(), 1))
    both = cv2.erode((a & b).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    if not both.any():
        return Likeness(overlap, 255.0)
    error = np.abs(one[..., :3][both].astype(float) - other[..., :3][both]).mean()
    return Likeness(overlap, float(error))
