"""Frames: a motion as flat pictures, for platforms that play pictures and not solids.

The same keys that move a card in a room move its picture here, seen from straight ahead; where
they turn it round, its back shows the art mirrored, as a card's does. What belongs here:
bending pictures. What does not: the motions (`maquette.solids.motions`), and files that play.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maquette.errors import InputError
from maquette.solids.motions import matrices, motion_of, sampled
from maquette.types import Bytes, Floats, Motion, Picture

AIR_SHARE = 1 / 32  # of the canvas, kept free on every side
OVERSAMPLED = 2
EDGE_SHARE = 0.02  # how wide a card is that is seen edge-on: never nothing
SQUEEZED = 0.8  # narrower art is averaged down before it is bent

Wide = NDArray[np.float64]


def frames_of(cutout: Picture, *, motion: str, size_px: int, frames: int) -> list[Picture]:
    """One loop of a moving cut-out, evenly spaced in time, without the last that is the first.

    Args:
        cutout: the art; empty margins around it are left away.
        motion: a name; ``still`` gives the same picture in every frame.
        size_px: of the square canvas, which the motion fills as far as it reaches.
        frames: how many.
    """
    art = _cropped(cutout)
    height, width = art.shape[:2]
    keys = motion_of(motion, shape_wh=(width, height))
    if keys is None:
        at_rest = _Canvas.around(art, _rest(), size_px=size_px).drawn(_rest(), 0)
        return [at_rest] * frames
    canvas = _Canvas.around(art, keys, size_px=size_px)
    poses = sampled(keys, np.arange(frames) * (float(keys.times_s[-1]) / frames))
    return [canvas.drawn(poses, row) for row in range(frames)]


def _cropped(cutout: Picture) -> Floats:
    """The art within its bounds, premultiplied; bytes would lose the colours of faint edges."""
    alpha = cutout.rgba[..., 3]
    rows, columns = (np.flatnonzero(alpha.max(axis=k)) for k in (1, 0))
    if not len(rows):
        raise InputError(
            "CUTOUT_EMPTY",
            "nothing in the cut-out is opaque",
            fix="check the mask of this item, or word the prompt so that it names one subject",
        )
    kept = cutout.rgba[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    art = kept.astype(np.float32)
    art[..., :3] *= art[..., 3:] / 255
    return art


def _rest() -> Motion:
    """One pose: as it is."""
    zero, one = np.zeros((1, 3), np.float32), np.ones((1, 3), np.float32)
    return Motion(np.zeros(1, np.float32), zero, np.array([[0, 0, 0, 1]], np.float32), one)


def _flat(motion: Motion) -> tuple[Wide, Wide]:
    """(K, 2, 2) and (K, 2): poses as seen from straight ahead, y down."""
    down = np.array([1.0, -1.0])
    bends = matrices(motion)[:, :2, :2] * down[:, None] * down
    return bends, motion.offsets[:, :2].astype(np.float64) * down


@dataclass(frozen=True)
class _Canvas:
    """Premultiplied art on a square that its whole motion fits into."""

    art: Floats  # (H, W, 4) 0 .. 255, as large as it is on the oversampled canvas, to whole pixels
    art_wh: Wide  # (2,) how large it is there exactly
    rest_xy: Wide  # (2,) where its middle is at rest, likewise
    size_px: int

    @classmethod
    def around(cls, art: Floats, motion: Motion, *, size_px: int) -> _Canvas:
        """As large as fits, whatever the motion does."""
        import cv2

        shape_wh = np.array([art.shape[1], art.shape[0]]) / max(art.shape[:2])
        bends, shifts = _flat(motion)
        corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) / 2 * shape_wh
        places = np.einsum("kij,cj->kci", bends, corners) + shifts[:, None]
        low, high = places.min(axis=(0, 1)), places.max(axis=(0, 1))
        side_px = size_px * OVERSAMPLED
        longer_px = side_px * (1 - 2 * AIR_SHARE) / float((high - low).max())
        art_wh = shape_wh * longer_px
        width, height = np.maximum(np.rint(art_wh), 1).astype(int).tolist()
        finer = longer_px < max(art.shape[:2])
        way = cv2.INTER_AREA if finer else cv2.INTER_LINEAR
        art = np.asarray(cv2.resize(art, (width, height), interpolation=way), np.float32)
        return cls(art, art_wh, side_px / 2 - (low + high) / 2 * longer_px, size_px)

    def drawn(self, poses: Motion, row: int) -> Picture:
        """The art in one pose."""
        import cv2

        bends, shifts = _flat(poses)
        bend = bends[row]
        # a card has edges, a picture has none: two fine pixels are one that is seen
        thinnest = min(1.0, max(EDGE_SHARE, OVERSAMPLED / float(self.art_wh[0])))
        bend[0, 0] = np.copysign(max(abs(bend[0, 0]), thinnest), bend[0, 0])
        art = _squeezed(self.art, abs(float(bend[0, 0])))
        bend *= self.art_wh / [art.shape[1], art.shape[0]]  # canvas pixels per pixel of the art
        middle = self.rest_xy + shifts[row] * self.art_wh.max()
        # pixels count from their middles
        start = middle - bend @ (np.array([art.shape[1], art.shape[0]]) / 2 - 0.5) - 0.5
        side_px = self.size_px * OVERSAMPLED
        place = np.column_stack([bend, start])
        fine = cv2.warpAffine(art, place, (side_px, side_px), flags=cv2.INTER_LINEAR)
        shrunk = cv2.resize(fine, (self.size_px, self.size_px), interpolation=cv2.INTER_AREA)
        return Picture(_straight(np.asarray(shrunk, np.float32)))


def _squeezed(art: Floats, share: float) -> Floats:
    """The art made so much narrower, where sampling it would skip pixels."""
    import cv2

    if share > SQUEEZED:
        return art
    size_wh = (max(1, round(art.shape[1] * share)), art.shape[0])
    return np.asarray(cv2.resize(art, size_wh, interpolation=cv2.INTER_AREA), np.float32)


def _straight(premultiplied: Floats) -> Bytes:
    """The same in bytes with straight alpha; premultiplied colours are 0 where nothing shows."""
    import cv2

    straight = np.asarray(cv2.convertScaleAbs(premultiplied), np.uint8)
    alpha = straight[..., 3].ravel()
    soft = np.flatnonzero((alpha > 0) & (alpha < 255))
    kept = premultiplied.reshape(-1, 4)[soft]
    colour = np.rint(kept[:, :3] * (255 / kept[:, 3:]))
    straight.reshape(-1, 4)[soft, :3] = np.minimum(colour, 255).astype(np.uint8)
    return straight
