"""Drawings: from words, or from a photo that was uploaded instead, to a picture.

What belongs here: the stage. What does not: how an engine draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from maquette.batch.stages import Batch, Made, map_stage
from maquette.errors import MaquetteError
from maquette.pictures.colours import shrunk
from maquette.pictures.masks import carries_alpha
from maquette.pictures.opening import open_picture
from maquette.provenance import PHOTOGRAPH
from maquette.roles import ImageGenerator, ImageRequest, MadePicture
from maquette.types import File

OWN_EDGE_BORDER = 0.006  # of the longer side


@map_stage(version="1", batched=True)
def draw(
    photo: Batch[File | None],
    *,
    generator: ImageGenerator,
    prompt: Batch[str],
    style: Batch[str],
    resolution: Batch[int],
    seed: Batch[int],
    copy: Batch[int],
) -> Batch[Made | Exception]:
    """One picture per item: what the engine makes of the prompt, or the photo, opened safely."""
    asked = list(map(ImageRequest, prompt, style, resolution, seed, copy))
    return _pictures(photo, asked, generator)


@map_stage(version="1", batched=True)
def draw_alone(
    photo: Batch[File | None],
    *,
    generator: ImageGenerator,
    prompt: Batch[str],
    style: Batch[str],
    resolution: Batch[int],
    seed: Batch[int],
    copy: Batch[int],
) -> Batch[Made | Exception]:
    """As `draw`, but the subject upright and nothing around it: what a solid can be made of."""
    asked = [
        ImageRequest(*each, alone=True)
        for each in zip(prompt, style, resolution, seed, copy, strict=True)
    ]
    return _pictures(photo, asked, generator)


def _pictures(
    photos: Sequence[File | None], asked: Sequence[ImageRequest], generator: ImageGenerator
) -> list[Made | Exception]:
    """Photos opened, all else drawn, in order."""
    answers: list[Made | Exception | None] = [
        None if photo is None else _opened(photo, size_px=request.size_px)
        for photo, request in zip(photos, asked, strict=True)
    ]
    drawn = [n for n, answer in enumerate(answers) if answer is None]
    if drawn:
        made_of = generator.generate([asked[n] for n in drawn])
        for n, made in zip(drawn, made_of, strict=True):
            answers[n] = made if isinstance(made, Exception) else _drawn(made)
    return [answer for answer in answers if answer is not None]


def _drawn(made: MadePicture) -> Made:
    params: dict[str, Any] = {
        "native_alpha": made.native_alpha,
        "approximate": made.approximate,
        "emoji": made.emoji,
    }
    if made.native_alpha:  # drawn as a sticker, with an edge of its own: a card adds a hairline
        params["border"] = OWN_EDGE_BORDER
    return Made({"picture": made.picture}, scores=made.scores, notes=made.notes, params=params)


def _opened(photo: File, *, size_px: int) -> Made | Exception:
    try:
        picture = open_picture(photo.data, name=f"photo.{photo.suffix}")
    except MaquetteError as trouble:
        return trouble
    return Made(
        {"picture": shrunk(picture, longest_px=size_px)},
        params={"native_alpha": carries_alpha(picture), "approximate": False, "emoji": ""},
        source_type=PHOTOGRAPH,
    )
