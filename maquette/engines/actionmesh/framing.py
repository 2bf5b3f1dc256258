"""The clip as ActionMesh is given it: cut to where the subject is, a subject on every frame.

Where a frame's alpha tells it too little, ActionMesh would find the subject once more, by a model
that is not for commercial use. That never happens, because no such frame is sent. What belongs
here: pixels. What does not: finding the subject, and sending.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from maquette.engines.actionmesh.settings import NAME
from maquette.errors import InputError
from maquette.types import Bools, Bytes, Picture

FRAMES_AT_LEAST, FRAMES_AT_MOST = 16, 31  # what it was trained for; it drops what is beyond
SOLID_ALPHA = 128  # from here on it counts a pixel as the subject's
SHARE_AT_LEAST = 0.01  # of the pixels sent, both inside and outside of the subject
AIR = 0.05  # see-through pixels around the subject, as a share of its longer side


@dataclass(frozen=True)
class Clip:
    """What is sent.

    Attributes:
        frames: (T, H, W, 4), straight alpha.
        notes: which frames stand in for others.
    """

    frames: Bytes
    notes: tuple[str, ...]


def framed(frames: Sequence[Picture]) -> Clip:
    """The frames cut to where the subject is on any of them.

    A frame that shows too little of it becomes a copy of the nearest one that shows enough.

    Raises InputError CLIP_TOO_SHORT, CLIP_TOO_LONG or CLIP_SUBJECT_MISSING.
    """
    _check_count(len(frames))
    pictures = [frame.rgba for frame in frames]
    solid = [rgba[..., 3] >= SOLID_ALPHA for rgba in pictures]
    left, top, right, bottom = _bounds(np.logical_or.reduce(solid))
    air_px = max(2, round(AIR * max(right - left, bottom - top)))
    size_hw = (bottom - top + 2 * air_px, right - left + 2 * air_px)
    least_px = SHARE_AT_LEAST * size_hw[0] * size_hw[1]
    telling = [n for n, inside in enumerate(solid) if np.count_nonzero(inside) >= least_px]
    if not telling:
        raise _nothing(f"on no frame the subject is {SHARE_AT_LEAST:.0%} of where it goes")
    nearest = [min(telling, key=lambda m: (abs(m - n), m)) for n in range(len(frames))]
    sent = np.zeros((len(frames), *size_hw, 4), np.uint8)
    for n, stand_in in enumerate(nearest):
        inner = sent[n, air_px:-air_px, air_px:-air_px]
        inner[:] = pictures[stand_in][top:bottom, left:right]
    return Clip(sent, _stand_ins(nearest))


def _check_count(count: int) -> None:
    bounds = f"{NAME} takes {FRAMES_AT_LEAST} to {FRAMES_AT_MOST} frames, not {count}"
    if count < FRAMES_AT_LEAST:
        raise InputError("CLIP_TOO_SHORT", bounds, fix="use a longer clip or a smaller stride")
    if count > FRAMES_AT_MOST:
        raise InputError("CLIP_TOO_LONG", bounds, fix="give a range, or a larger stride")


def _bounds(solid: Bools) -> tuple[int, int, int, int]:
    columns, rows = (np.flatnonzero(solid.any(axis=axis)) for axis in (0, 1))
    if not len(rows):
        raise _nothing("nothing in the clip is opaque")
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _nothing(reason: str) -> InputError:
    return InputError(
        "CLIP_SUBJECT_MISSING", reason, fix="check the clip's masks, or say which subject is meant"
    )


def _stand_ins(nearest: Sequence[int]) -> tuple[str, ...]:
    """One sentence for each frame that stands in for others."""
    hidden: dict[int, list[str]] = {}
    for n, stand_in in enumerate(nearest):
        if n != stand_in:
            hidden.setdefault(stand_in, []).append(str(n))
    return tuple(
        f"too little of the subject is seen on frame{'s' * (len(names) > 1)} {', '.join(names)}: "
        f"frame {stand_in} stands in"
        for stand_in, names in sorted(hidden.items())
    )
