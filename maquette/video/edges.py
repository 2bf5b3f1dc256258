"""Edges: hard masks of a run of plates as mattes, steady from plate to plate.

What belongs here: the stage. What does not: finding soft edges, which is the matter's, and
steadying them (`steadying`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from maquette.batch.stages import span_stage
from maquette.roles import Matter
from maquette.types import Alpha, Mask, Matte, Picture, Source
from maquette.video.runs import PlateRun, Views
from maquette.video.steadying import steady


@span_stage(version="1", makes="alpha")
def soften_frames(
    plate: Sequence[Source],
    mask: Sequence[Mask],
    *,
    indices: list[int],
    footage: dict[str, Any],
    softness: dict[str, Any],
    matter: Matter,
) -> Iterator[Alpha]:
    """A matte per plate; a hard object keeps its mask.

    Args:
        plate: in order.
        mask: one per plate.
        indices: the place of each plate in its footage.
        footage: the shot's own words on it.
        softness: of the object: ``matte`` is soft or none, ``edge_px`` how far from the mask's
            edge it may reach.
        matter: finds soft edges.
    """
    if softness["matte"] == "none":
        for n in range(len(mask)):
            yield Alpha(mask[n].inside.astype(np.float32))
        return
    edge_px = int(softness["edge_px"])

    def pairs() -> Iterator[tuple[Picture, Matte]]:
        for n in range(len(mask)):
            seen, held = views[n], mask[n]
            empty = not held.inside.any()
            yield seen, _nothing(held) if empty else matter.refine(seen, held, edge_px=edge_px)

    with PlateRun(plate, indices, footage) as run:
        views = Views(run)
        for matte in steady(pairs()):
            yield Alpha(matte.alpha)


def _nothing(mask: Mask) -> Matte:
    return Matte(np.zeros(mask.inside.shape, np.float32))
