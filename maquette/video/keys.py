"""Keys: what a person pointed at on a plate, as a mask that holds there.

What belongs here: words to boxes, and clicks, boxes and painted masks to masks. What does not:
the frames between keys (`tracks`), and any model.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from maquette.batch.stages import Made, map_stage
from maquette.errors import InputError
from maquette.pictures.opening import open_picture
from maquette.roles import Detector, Prompts, Segmenter
from maquette.types import Bools, Bytes, File, Floats, Mask, Picture, Source
from maquette.video.runs import PlateRun, Views

LEAST_PX = 16  # of a mask: less is a slip of the pen
SURE = 0.5


@map_stage(version="1")
def locate(
    plate: Source, *, index: int, footage: dict[str, Any], text: str, detector: Detector
) -> Made:
    """Where words point on one plate: the surest box, as a parameter of the item.

    Raises InputError OBJECT_NOT_FOUND where the engine sees no such thing.
    """
    with PlateRun([plate], [index], footage) as run:
        answer = detector.detect(Views(run)[0], text)
    if not answer.found:
        why = f": {'; '.join(answer.notes)}" if answer.notes else ""
        raise InputError(
            "OBJECT_NOT_FOUND",
            f"nothing on this plate looks like {text[:60]!r}{why}",
            fix="use other words, name the frame on which it is seen, or click on it",
        )
    best = answer.found[0]
    return Made(
        scores={"found": best.score}, notes=answer.notes, params={"boxes": [list(best.box_xyxy)]}
    )


@map_stage(version="1", makes="key_mask")
def mark(
    plate: Source,
    painted: File | None,
    *,
    index: int,
    footage: dict[str, Any],
    pointed: dict[str, Any],
    segmenter: Segmenter,
) -> Made:
    """The mask of an object on one of its keys, the plate's own size.

    Args:
        plate: what it is seen on.
        painted: a mask somebody made; it is taken as it is.
        index: the plate's place in its footage.
        footage: the shot's own words on it.
        pointed: clicks and boxes: ``points``, ``labels``, ``boxes``.
        segmenter: can be told where to look.
    """
    with PlateRun([plate], [index], footage) as run:
        seen: Picture = Views(run)[0]
    if painted is not None:
        return Made({"key_mask": Mask(_painted(painted, size_wh=seen.size_wh))})
    prompts = Prompts(
        points_xy=tuple((float(x), float(y)) for x, y in pointed.get("points", ())),
        labels=tuple(int(label) for label in pointed.get("labels", ())),
        boxes_xyxy=tuple(
            (float(a), float(b), float(c), float(d)) for a, b, c, d in _boxes(pointed)
        ),
    )
    (sureness,) = segmenter.segment([seen], [prompts])
    inside = sureness >= SURE
    if inside.sum() < LEAST_PX:
        raise InputError(
            "MASK_EMPTY",
            "the segmenter finds nothing at what was pointed at",
            fix="click on the middle of the object, or draw a box around all of it",
        )
    return Made({"key_mask": Mask(inside)}, scores={"sure": _sure(sureness, inside)})


def _boxes(pointed: dict[str, Any]) -> list[list[float]]:
    return list(pointed.get("boxes", ()))


def _sure(sureness: Floats, inside: Bools) -> float:
    """How far from a doubt the mask's pixels are, 0..1."""
    return float(np.mean(np.abs(sureness[inside] - SURE)) / SURE)


def _painted(file: File, *, size_wh: tuple[int, int]) -> Bools:
    picture = open_picture(file.data, name="mask")
    if picture.size_wh != size_wh:
        raise InputError(
            "MASK_SIZE",
            f"the painted mask is {picture.size_wh}, the plate {size_wh}",
            fix="paint it at the plate's own size",
        )
    inside = cover_of(picture) > 127
    if inside.sum() < LEAST_PX:
        raise InputError("MASK_EMPTY", "the painted mask is black", fix="paint the object white")
    return inside


def cover_of(painted: Picture) -> Bytes:
    """(H, W) how much of each pixel a painted mask means: its alpha, or white on black."""
    if painted.is_opaque:  # as most programs write masks
        return np.asarray(painted.rgba[..., :3].max(axis=2), np.uint8)
    return painted.rgba[..., 3]
