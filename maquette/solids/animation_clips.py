"""Clips as a mesh is made from them: masks and greys of a workable size, one subject on each.

What belongs here: reading cut-outs one by one, and which of several parts is the subject. What
does not: how a subject moves (`sheet_following`), and sentences on what was seen
(`animation_notes`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from maquette.errors import InputError
from maquette.solids.inflation_cutouts import AIR_PX, HALF_OPAQUE
from maquette.solids.sheet_following import Seen
from maquette.types import Bools, Picture

FEWEST_SEEN = 8  # frames with a subject
LEAST_SHARE = 0.02  # of the usual area: what is smaller is a remnant at the picture's edge
LEAST_PX2 = 24  # of one frame
OTHER_SHARE = 0.04  # of the largest part's area: a smaller one is not a second subject
REACH_PX = 5  # that a part may have moved beside itself from one frame to the next

Wide = NDArray[np.float64]


@dataclass(frozen=True)
class Clip:
    """What is known of a clip, at working size.

    Attributes:
        frames: with the followed part alone; None inside where there is none of it.
        size_wh: of the pictures, not of these frames.
        others: how many frames show another part of a size that counts.
        still: all frames are the same picture.
    """

    frames: tuple[Seen, ...]
    size_wh: tuple[int, int]
    others: int
    still: bool

    @property
    def shrink_xy(self) -> Wide:
        """Working pixels per pixel of the pictures."""
        return np.array(self.frames[0].grey.shape[::-1]) / np.array(self.size_wh)


def clip_of(cutouts: Sequence[Picture], *, longest_px: int) -> Clip:
    """Read the cut-outs, one at a time, and keep of each what is followed.

    Raises InputError CLIP_SUBJECT_MISSING where fewer than 8 frames have a subject.
    """
    size_wh = cutouts[0].size_wh
    frames = [_seen(cutouts[n], longest_px) for n in range(len(cutouts))]
    still = all(_alike(frames[0], seen) for seen in frames[1:])
    followed, others = _followed([seen.inside for seen in frames])
    count = sum(inside is not None for inside in followed)
    if count < FEWEST_SEEN:
        told = "no frame shows a subject" if not count else f"only {count} frames show a subject"
        raise InputError(
            "CLIP_SUBJECT_MISSING",
            f"{told} of {len(frames)}; {FEWEST_SEEN} are needed",
            fix="name the subject in the order (words, a point or a box), or choose a range in "
            "which it is seen",
        )
    kept = tuple(replace(s, inside=inside) for s, inside in zip(frames, followed, strict=True))
    return Clip(kept, size_wh, others, still)


def alone(cutout: Picture, seen: Seen) -> Picture:
    """The followed part of a cut-out, with air around it on all sides: AIR_PX."""
    import cv2

    rgba = cutout.rgba.copy()
    if seen.inside is not None:
        near = cv2.dilate(seen.inside.astype(np.uint8), np.ones((3, 3), np.uint8))
        kept = cv2.resize(near, cutout.size_wh, interpolation=cv2.INTER_NEAREST)
        rgba[kept == 0] = 0
    return Picture(np.pad(rgba, ((AIR_PX, AIR_PX), (AIR_PX, AIR_PX), (0, 0))))


def _seen(cutout: Picture, longest_px: int) -> Seen:
    """Mask and grey of one cut-out."""
    import cv2

    shrink = min(1.0, longest_px / max(cutout.size_wh))
    wide, high = (max(1, round(side * shrink)) for side in cutout.size_wh)
    small = cv2.resize(cutout.rgba, (wide, high), interpolation=cv2.INTER_AREA)
    inside = np.asarray(small[..., 3] >= HALF_OPAQUE, np.bool_)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGBA2GRAY), np.uint8)
    return Seen(inside if inside.sum() >= LEAST_PX2 else None, grey)


def _alike(one: Seen, other: Seen) -> bool:
    """Whether two frames are the same picture."""
    if one.inside is None or other.inside is None:
        return one.inside is other.inside
    same = np.array_equal(one.inside, other.inside)
    return same and np.array_equal(one.grey[one.inside], other.grey[one.inside])


def _followed(masks: Sequence[Bools | None]) -> tuple[list[Bools | None], int]:
    """The part that is largest on any frame, followed from there both ways; and others seen."""
    parts = [[] if mask is None else _parts(mask) for mask in masks]
    largest = [max((int(part.sum()) for part in found), default=0) for found in parts]
    start = int(np.argmax(largest))
    kept: list[Bools | None] = [None] * len(masks)
    for way in (range(start, len(masks)), range(start - 1, -1, -1)):
        near = kept[start]
        for n in way:
            kept[n] = _mine(parts[n], near)
            near = near if kept[n] is None else kept[n]
    others = sum(_counts(found, mine) for found, mine in zip(parts, kept, strict=True))
    return _without_remnants(kept), others


def _parts(mask: Bools) -> list[Bools]:
    """The pieces of a mask that do not touch."""
    import cv2

    count, labels = cv2.connectedComponents(mask.astype(np.uint8))
    return [np.asarray(labels == n, np.bool_) for n in range(1, count)]


def _mine(parts: Sequence[Bools], near: Bools | None) -> Bools | None:
    """The parts that touch where the subject was; the largest where nothing does."""
    import cv2

    if not parts:
        return None
    largest = max(parts, key=lambda part: int(part.sum()))
    if near is None:
        return largest
    square = np.ones((2 * REACH_PX + 1, 2 * REACH_PX + 1), np.uint8)
    reach = cv2.dilate(near.astype(np.uint8), square) > 0
    touching = [part for part in parts if bool((part & reach).any())]
    return np.logical_or.reduce(touching) if touching else largest


def _counts(parts: Sequence[Bools], mine: Bools | None) -> bool:
    """Whether a part of some size is not followed."""
    if mine is None:
        return False
    least = OTHER_SHARE * float(mine.sum())
    return any(not bool((part & mine).any()) and float(part.sum()) >= least for part in parts)


def _without_remnants(masks: list[Bools | None]) -> list[Bools | None]:
    areas = np.array([0 if mask is None else int(mask.sum()) for mask in masks])
    seen = areas[areas > 0]
    least = LEAST_SHARE * float(np.median(seen)) if len(seen) else 0.0
    return [m if a >= max(least, 1) else None for m, a in zip(masks, areas, strict=True)]
