"""Drawings: from words, or from a photo that was uploaded instead, to a picture.

What belongs here: the stage. What does not: how an engine draws.
"""

from __future__ import annotations

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
    answers: list[Made | Exception | None] = [
        _opened(p, size_px=size) if p is not None else None
        for p, size in zip(photo, resolution, strict=True)
    ]
    asked = [n for n, answer in enumerate(answers) if answer is None]
    if asked:
        requests = [
            ImageRequest(prompt[n], style[n], resolution[n], seed[n], copy[n]) for n in asked
        ]
        for n, made in zip(asked, generator.generate(requests), strict=True):
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
