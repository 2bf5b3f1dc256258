"""Tracks: the masks of one object on every plate between two keys.

What belongs here: the stage, and what is said of each frame. What does not: how an object is
followed, which is the tracker's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from maquette.batch.stages import Made, span_stage
from maquette.roles import Tracker
from maquette.types import Mask, Source
from maquette.video.runs import PlateRun, Views


@span_stage(version="1", makes="mask")
def track(
    plate: Sequence[Source],
    key_mask: Sequence[Mask | None],
    *,
    indices: list[int],
    keys: list[bool],
    footage: dict[str, Any],
    tracker: Tracker,
) -> Iterator[Made]:
    """A mask per plate; nothing is remembered beyond the run, so a new key redoes only its own.

    Args:
        plate: in order.
        key_mask: on keys.
        indices: the place of each plate in its footage.
        keys: which plates are keys: the first, the last, or both.
        footage: the shot's own words on it.
        tracker: follows the object.
    """
    held = {n: mask for n, is_key in enumerate(keys) if is_key and (mask := key_mask[n])}
    with PlateRun(plate, indices, footage) as run:
        for found in tracker.track(Views(run), held):
            yield Made(
                {"mask": found.mask},
                scores={"confidence": found.confidence},
                params={"hidden": found.hidden, "returned": found.returned},
            )
