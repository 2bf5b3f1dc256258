"""Patches: faces that a texture cannot serve get a place of their own below it.

Each such face becomes a right-angled triangle on the texture, two to a box with room between
them, boxes in rows, all in an order that depends on nothing but their sizes. The room is baked
as well, by going on in the plane of the face, so that no filter meets a seam. What belongs here:
places on textures and their pixels. What does not: which faces those are (`rebaking`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.types import Bytes, Floats

Wide = NDArray[np.float64]
Rows = NDArray[np.int64]
# places in space and their faces -> coordinates on the old texture
ArtAt = Callable[[Wide, Rows], Wide]

LARGEST_PX = 2048  # the side of a texture that every viewer takes
MOST_TEXELS = 600_000  # to be baked: about three seconds
PAD_PX, GAP_PX = 2, 3  # around a box's two triangles, and between them
SMALL_PX = 1.5  # a face smaller than this on the texture is one colour
NARROW_PX = 256  # small textures are widened to this
SHRINK = 0.85


@dataclass(frozen=True)
class Spots:
    """Faces that need a place.

    Attributes:
        corners: in metres.
        px_per_m: how fine the texture is there.
        middle_uv: where the faces' middles are on the old texture.
    """

    corners: Wide  # (F, 3, 3)
    px_per_m: Wide  # (F,)
    middle_uv: Wide  # (F, 2)


@dataclass(frozen=True)
class Patched:
    """A texture with patches below, and how to find one's way on it.

    Attributes:
        uv: of the corners of the faces that needed a place.
        share: of the new texture that the old one takes, across and down.
    """

    texture: Bytes  # (H, W, 4)
    uv: Wide  # (F, 3, 2)
    share: Wide  # (2,)

    def moved(self, uv: Wide) -> Wide:
        """Coordinates on the old texture as coordinates on the new one."""
        return np.clip(uv, 0, 1) * self.share


def patched(texture: Bytes, spots: Spots, art_at: ArtAt) -> Patched:
    """The texture with a place for every spot; all of it shrinks where it would be too large."""
    old_wh = np.array(texture.shape[1::-1], np.float64)
    shrink = min(1.0, LARGEST_PX / old_wh.max())
    while True:
        art_wh = np.maximum(1, np.floor(old_wh * shrink)).astype(int)
        width = max(int(art_wh[0]), NARROW_PX)
        packed = _packed(spots, shrink, width)
        height = int(art_wh[1]) + PAD_PX + packed.height
        if height <= LARGEST_PX and packed.texels <= MOST_TEXELS:
            break
        shrink *= SHRINK
    top = int(art_wh[1]) + PAD_PX
    canvas = np.empty((height, width, 4), np.uint8)
    canvas[:] = np.rint(texture.mean(axis=(0, 1)))  # what shrinking mixes in is no stranger
    _paste(canvas, texture, art_wh)
    share = art_wh / np.array([width, height])
    uv = np.repeat(np.clip(spots.middle_uv, 0, 1)[:, None] * share, 3, axis=1)
    if len(packed.faces):
        _bake(canvas[top:], packed, spots, lambda p, f: _sampled(texture, art_at(p, f)))
        uv[packed.faces] = (packed.corners_px() + np.array([0, top])) / [width, height]
    return Patched(canvas, uv, share)


@dataclass(frozen=True)
class _Packed:
    """Where the triangles lie, in pixels below the art; entry k of each array is one face."""

    faces: Rows  # which spots: the small ones are left out
    turned: Rows  # (N, 3) their corners, that at the right angle first
    box_xy: Rows  # (N, 2) of the box each shares with its neighbour
    legs: Rows  # (N, 2) across and down
    second: NDArray[np.bool_]  # whether it lies turned about in its box
    height: int
    texels: int

    def corners_px(self) -> Wide:
        """(N, 3, 2) in the order of the face's own corners."""
        zero = np.zeros((len(self.faces), 1), np.int64)
        across = np.concatenate([zero, self.legs[:, :1], zero], axis=1)
        down = np.concatenate([zero, zero, self.legs[:, 1:]], axis=1)
        local = np.stack([across, down], axis=2) + PAD_PX
        box = self.legs + 2 * PAD_PX + GAP_PX
        local = np.where(self.second[:, None, None], box[:, None] - local, local)
        placed = np.empty((len(self.faces), 3, 2))
        row = np.arange(len(self.faces))[:, None]
        placed[row, self.turned] = local + self.box_xy[:, None]
        return placed


def _packed(spots: Spots, shrink: float, width: int) -> _Packed:
    edges = np.linalg.norm(np.roll(spots.corners, -1, axis=1) - spots.corners, axis=2)
    base = edges.argmax(axis=1)
    longest_px = edges.max(axis=1) * spots.px_per_m * shrink
    faces = np.flatnonzero(longest_px > SMALL_PX)
    turned = (base[faces, None] + np.arange(3)) % 3
    a, b, c = (spots.corners[faces, turned[:, k]] for k in range(3))
    double = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    px = spots.px_per_m[faces] * shrink
    legs = np.stack([longest_px[faces], double / edges.max(axis=1)[faces] * px], axis=1)
    widest = width - 2 * PAD_PX - GAP_PX
    legs = np.clip(np.ceil(legs), 1, widest).astype(np.int64)
    order = np.lexsort((faces, -legs[:, 0], -legs[:, 1]))
    faces, turned, legs = faces[order], turned[order], legs[order]
    starts = np.arange(0, len(faces), 2)
    shared = np.maximum.reduceat(legs, starts, axis=0) if len(faces) else legs
    boxes = shared + 2 * PAD_PX + GAP_PX
    box_xy, height = _rows(boxes, width)
    pair = np.arange(len(faces)) // 2
    second = np.arange(len(faces)) % 2 == 1
    texels = int(boxes.prod(axis=1).sum())
    return _Packed(faces, turned, box_xy[pair], shared[pair], second, height, texels)


def _rows(boxes: Rows, width: int) -> tuple[Rows, int]:
    """Boxes, the tallest first, in rows from the top: their places, and the height of all."""
    places = np.zeros((len(boxes), 2), np.int64)
    x = y = tall = 0
    for k, (across, down) in enumerate(boxes.tolist()):
        if x + across > width:
            x, y, tall = 0, y + tall, 0
        places[k] = x, y
        x, tall = x + across, max(tall, down)
    return places, y + tall


def _bake(
    canvas: Bytes, packed: _Packed, spots: Spots, colour_at: Callable[[Wide, Rows], Floats]
) -> None:
    """Fill every box: a pixel belongs to the triangle on its side of the middle line."""
    first = np.flatnonzero(~packed.second)
    boxes = packed.legs[first] + 2 * PAD_PX + GAP_PX
    count = boxes.prod(axis=1)
    owner = np.repeat(np.arange(len(first)), count)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    local = np.stack([within % boxes[owner, 0], within // boxes[owner, 0]], axis=1)
    legs = packed.legs[first][owner]
    at = local + 0.5
    middle = 1 + ((PAD_PX + GAP_PX / 2) / legs).sum(axis=1)
    entry = first[owner]
    beyond = ((at / legs).sum(axis=1) > middle) & (entry + 1 < len(packed.faces))
    entry = entry + beyond
    at = np.where(beyond[:, None], boxes[owner] - at, at)
    u, v = ((at - PAD_PX) / legs).T
    face = packed.faces[entry]
    a, b, c = (spots.corners[face, packed.turned[entry, k]] for k in range(3))
    places = a + u[:, None] * (b - a) + v[:, None] * (c - a)
    x, y = (local + packed.box_xy[entry]).T
    canvas[y, x] = np.rint(colour_at(places, face)).astype(np.uint8)


def _paste(canvas: Bytes, texture: Bytes, art_wh: NDArray[Any]) -> None:
    """Lay the old texture top left and carry its rim on, so that filters meet nothing else."""
    import cv2

    width, height = int(art_wh[0]), int(art_wh[1])
    art = texture
    if (width, height) != texture.shape[1::-1]:
        art = np.asarray(cv2.resize(texture, (width, height), interpolation=cv2.INTER_AREA))
    canvas[:height, :width] = art
    canvas[:height, width:] = art[:, -1:]
    canvas[height : height + PAD_PX, :] = canvas[height - 1 : height, :]


def _sampled(texture: Bytes, uv: Wide) -> Floats:
    """(N, 4) colours between the four nearest pixels; the texture repeats."""
    height, width = texture.shape[:2]
    x, y = uv[:, 0] * width - 0.5, uv[:, 1] * height - 0.5
    left, top = np.floor(x), np.floor(y)
    across, down = (x - left)[:, None], (y - top)[:, None]
    columns = [(left.astype(np.int64) + k) % width for k in (0, 1)]
    rows = [(top.astype(np.int64) + k) % height for k in (0, 1)]
    upper, lower = (
        texture[row, columns[0]] * (1 - across) + texture[row, columns[1]] * across for row in rows
    )
    return (upper * (1 - down) + lower * down).astype(np.float32)
