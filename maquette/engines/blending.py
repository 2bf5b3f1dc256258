"""Two passes over a span, one from either key, made one: the nearer key wins without a jump.

What belongs here: the rules that every tracker shares, whatever it looks for in a frame: where
keys may lie, which pass counts how much, when an object is back. What does not: a pass itself,
which is each tracker's own.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import repeat
from typing import Any, NamedTuple

import cv2
import numpy as np

from maquette.errors import InputError
from maquette.roles import Tracked
from maquette.types import Bools, Floats, Mask, Picture

NOTHING_KNOWN = 0.5  # the confidence where no key shows the object
# Frames in the order of travel, and the keys on them, the first frame among them; one answer a
# frame, each made when it is asked for.
Pass = Callable[[Sequence[Picture], Mapping[int, Mask]], Iterator[Tracked]]


def blended(forward: Mask, backward: Mask, *, weight: float) -> Mask:
    """The shape between two masks: at weight 0 the forward one, at 1 the backward one.

    The distances of a pixel from either edge are mixed, so an edge wanders evenly from one place
    to the other. Masks that nowhere meet have no shape between them: the heavier is the answer.
    """
    one, other = forward.inside, backward.inside
    if weight <= 0 or weight >= 1 or not (one & other).any():
        return backward if weight > 0.5 else forward
    around = _around(one | other)
    mixed = (1 - weight) * _depth_px(one[around]) + weight * _depth_px(other[around])
    inside = np.zeros_like(one)
    inside[around] = mixed > 0
    return Mask(inside)


def _around(inside: Bools) -> tuple[slice, slice]:
    """The box of a mask and a pixel more: no edge outside it is nearer than one inside."""
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    return (
        slice(max(int(rows[0]) - 1, 0), int(rows[-1]) + 2),
        slice(max(int(columns[0]) - 1, 0), int(columns[-1]) + 2),
    )


def _depth_px(inside: Bools) -> Floats:
    """(H, W) float32: how far inside the mask, negative outside; the picture's rim is no edge."""
    to_outside = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    to_inside = cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    # A mask without an edge is given a number past all bounds, which no mixing would move.
    bound_px = np.float32(inside.shape[0] + inside.shape[1])
    return (np.minimum(to_outside, bound_px) - to_inside).astype(np.float32)


def check_keys(frames: Sequence[Picture], keys: Mapping[int, Mask]) -> None:
    """Refuse keys that no pass can start from; opens at most the first frame.

    Raises InputError TRACK_KEYS or MASK_SIZE.
    """
    ends = {0, len(frames) - 1} if len(frames) else set[int]()
    if not keys or not ends.issuperset(keys):
        raise InputError(
            "TRACK_KEYS",
            f"a span of {len(frames)} frames has keys on {sorted(keys)}",
            fix="give a mask for its first frame, its last, or both",
        )
    expected = frames[0].rgba.shape[:2]
    for n, key in sorted(keys.items()):
        if key.inside.shape != expected:
            raise InputError(
                "MASK_SIZE", f"the mask on frame {n} is {key.inside.shape}, frames are {expected}"
            )


def both_ways(
    frames: Sequence[Picture], keys: Mapping[int, Mask], *, along: Pass
) -> Iterator[Tracked]:
    """One answer per frame: a pass from the only key, or one from either end made one.

    A pass that runs against time is finished before the first answer; its masks wait packed, some
    kilobytes each. Keys are answered as they are, and `returned` is set here. An object is hidden
    where its mask is empty; from a key where it is, no pass starts: there is nothing to follow.
    """
    check_keys(frames, keys)
    end = len(frames) - 1
    seen = {n: key for n, key in keys.items() if key.inside.any()}
    back: list[_Packed] = []
    if end in seen and end > 0:
        turned = {end - n: key for n, key in seen.items()}
        back = [_packed(answer) for answer in along(_Turned(frames), turned)]
    if not seen:
        answers = repeat(Tracked(next(iter(keys.values())), NOTHING_KNOWN), len(frames))
    elif not back:
        answers = along(frames, seen)
    elif 0 in seen:
        answers = _joined(along(frames, seen), back)
    else:
        answers = (_unpacked(answer) for answer in reversed(back))
    yield from _flagged(answers, keys=keys)


def _joined(ahead: Iterator[Tracked], back: Sequence[_Packed]) -> Iterator[Tracked]:
    """The two passes mixed; the second is given in its own order, last frame first."""
    end = len(back) - 1
    for n, answer in enumerate(ahead):
        yield _mixed(answer, _unpacked(back[end - n]), share=n / end)


def _mixed(ahead: Tracked, back: Tracked, *, share: float) -> Tracked:
    """Two passes' answers for one frame that lies `share` of the way to the second key."""
    for_ahead, for_back = (1 - share) * ahead.confidence, share * back.confidence
    # A pass that has lost its object says so, and then counts less than its place would give it.
    weight = for_back / (for_ahead + for_back) if for_ahead + for_back else share
    mask = blended(ahead.mask, back.mask, weight=weight)
    # Midway both passes should say the same; beside a key, what the far one says matters little.
    doubt = min(share, 1 - share) * (1 - _overlap(ahead.mask, back.mask))
    return Tracked(mask, (for_ahead + for_back) * (1 - doubt))


def _overlap(one: Mask, other: Mask) -> float:
    """Intersection over union; two empty masks agree."""
    union = np.count_nonzero(one.inside | other.inside)
    return np.count_nonzero(one.inside & other.inside) / union if union else 1.0


def _flagged(answers: Iterable[Tracked], *, keys: Mapping[int, Mask]) -> Iterator[Tracked]:
    """The answers with keys in their places, saying where the object is hidden and back again."""
    was_hidden = False
    for n, found in enumerate(answers):
        answer = Tracked(keys[n], 1.0) if n in keys else found
        hidden = not answer.mask.inside.any()
        yield replace(answer, hidden=hidden, returned=was_hidden and not hidden)
        was_hidden = hidden


class _Turned(Sequence[Picture]):
    """Frames against time, each opened when it is asked for."""

    def __init__(self, frames: Sequence[Picture]) -> None:
        self._frames = frames

    def __len__(self) -> int:
        return len(self._frames)

    def __getitem__(self, n: Any) -> Any:
        if not 0 <= n < len(self._frames):
            raise IndexError(n)
        return self._frames[len(self._frames) - 1 - n]


class _Packed(NamedTuple):
    """An answer that waits: a 4K mask of 8 MB takes some 20 kB."""

    bits: bytes
    shape: tuple[int, ...]
    confidence: float


def _packed(answer: Tracked) -> _Packed:
    inside = answer.mask.inside
    bits = zlib.compress(np.packbits(inside).tobytes(), level=1)
    return _Packed(bits, inside.shape, answer.confidence)


def _unpacked(packed: _Packed) -> Tracked:
    bits = np.frombuffer(zlib.decompress(packed.bits), np.uint8)
    count = packed.shape[0] * packed.shape[1]
    inside = np.unpackbits(bits, count=count).reshape(packed.shape).astype(np.bool_)
    return Tracked(Mask(inside), packed.confidence)
