"""Spotting: the subject of a clip that nobody pointed at, and the frame on which it is surest.

What belongs here: judging maps of the salient subject. What does not: making them (`engines`),
subjects that were pointed at (`keys`), and following what was found (`tracks`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maquette.batch.stages import Made, map_stage
from maquette.errors import InputError
from maquette.pictures.masks import EMPTY_SHARE, parts_of
from maquette.roles import Prompts, Segmenter
from maquette.types import Bools, Floats, Mask, Picture

CANDIDATES = 5  # frames that are looked at, spread over the clip
SURE = 0.5
# Of the picture; below it a net that sees 320 px across has too few pixels for an outline.
LARGE_SHARE = 0.05


@dataclass(frozen=True)
class Spotted:
    """The salient subject of one picture: its largest part.

    Attributes:
        sure: how far its pixels are from a doubt, 0..1.
        score: how good a beginning it is, 0..1.
    """

    inside: Bools
    sure: float
    score: float


def candidates(frames: int) -> tuple[int, ...]:
    """The frames of a clip worth looking at, the first and the last among them."""
    count = min(CANDIDATES, frames)
    return tuple(round(n * (frames - 1) / max(count - 1, 1)) for n in range(count))


def spotted_in(sureness: Floats) -> Spotted:
    """The subject that a map shows: clear, large, in one piece, and not cut by the border."""
    inside = sureness >= SURE
    parts = parts_of(inside)
    if not len(parts.areas_px):
        return Spotted(inside, 0.0, 0.0)
    label = 1 + int(parts.areas_px.argmax())
    area_px = int(parts.areas_px[label - 1])
    subject = parts.labels == label
    # doubt anywhere counts: a map that glows beside its subject could as well mean that
    doubt = float(np.minimum(sureness, 1 - sureness).sum()) / area_px
    clear = max(0.0, 1 - 2 * doubt)
    alone = area_px / float(parts.areas_px.sum())
    large = min(1.0, area_px / subject.size / LARGE_SHARE) ** 0.5
    score = clear * alone * large * _uncut(subject) ** 2
    sure = float(np.mean(np.abs(sureness[subject] - SURE)) / SURE)
    return Spotted(subject, sure, score)


def _uncut(subject: Bools) -> float:
    """1 where it keeps clear of the border, 0 where half the way around it is border."""
    rows, columns = np.flatnonzero(subject.any(axis=1)), np.flatnonzero(subject.any(axis=0))
    around_px = (rows[-1] - rows[0] + 1) + (columns[-1] - columns[0] + 1)
    sides = (subject[0], subject[-1], subject[:, 0], subject[:, -1])
    at_border_px = sum(int(side.sum()) for side in sides)
    return max(0.0, 1 - at_border_px / float(around_px))


@map_stage(version="1")
def spot(picture: Picture, *, segmenter: Segmenter) -> Made:
    """The salient subject of one frame as a key, and how good a beginning that is.

    The box around it is told too, for a segmenter that can be pointed at things.

    Raises InputError MASK_EMPTY where there is none.
    """
    (sureness,) = segmenter.segment([picture], [Prompts()])
    found = spotted_in(sureness)
    share = float(found.inside.mean())
    if share < EMPTY_SHARE:
        raise InputError(
            "MASK_EMPTY",
            f"the subject fills {share:.2%} of the frame, at least {EMPTY_SHARE:.1%} is needed",
            fix="point at the subject: words, clicks or a box",
        )
    return Made(
        {"key_mask": Mask(found.inside)},
        scores={"sure": found.sure, "spotted": found.score},
        params={"boxes": [_box(found.inside)]},
    )


def _box(inside: Bools) -> list[float]:
    """Left, top, right and bottom in pixels."""
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    return [float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)]
