"""The stylist: from a photo of a head to a cartoon of it in the same place.

What belongs here: the order of work, and what is refused. What does not: any of the steps.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import cv2
import numpy as np

from maquette.engines.toon import eyes, features
from maquette.engines.toon.heads import Head, to_lab
from maquette.engines.toon.landmarks import SIDES
from maquette.engines.toon.lines import found_lines, lay_border, lay_lines
from maquette.engines.toon.palettes import palette_of
from maquette.engines.toon.skin import in_other_light, skin_share
from maquette.engines.toon.styles import STYLES, Style
from maquette.engines.toon.tones import lay_areas
from maquette.engines.toon.warping import with_larger_eyes
from maquette.errors import InputError, MaquetteError
from maquette.pictures.colours import bled
from maquette.provenance import COMPOSED
from maquette.roles import EngineInfo, StyleRequest
from maquette.types import Bytes, Picture

SOLID = 200  # alpha, from which on a pixel's colour is the head's own


class Toon:
    """Flat colours and clean lines, led by landmarks; it holds nothing."""

    @property
    def info(self) -> EngineInfo:
        """What it is; any number of threads may call it."""
        return EngineInfo(
            "toon",
            version="1",
            licences=("Apache-2.0",),
            parallel=os.cpu_count() or 1,
            source_type=COMPOSED,
        )

    @property
    def styles(self) -> tuple[str, ...]:
        """What it can draw; the first is the default."""
        return tuple(STYLES)

    def stylise(self, requests: Sequence[StyleRequest]) -> list[Picture | Exception]:
        """A drawing per request, with the cut-out's size and alpha; the seed changes nothing.

        In its place: InputError STYLE_UNKNOWN, or CUTOUT_EMPTY where no face can be seen.
        """
        return [_answer(request) for request in requests]

    def close(self) -> None:
        """Nothing is held."""


def _answer(request: StyleRequest) -> Picture | Exception:
    try:
        return _drawn(request)
    except MaquetteError as error:
        return error


def _drawn(request: StyleRequest) -> Picture:
    style = STYLES.get(request.style)
    if style is None:
        raise InputError(
            "STYLE_UNKNOWN", f"style {request.style!r} is unknown", fix=f"use one of {list(STYLES)}"
        )
    rgba = request.cutout.rgba
    rgb, landmarks = with_larger_eyes(
        _with_whole_colours(rgba), request.face.landmarks, growth=style.eye_growth
    )
    head = Head(to_lab(rgb), rgba[..., 3] > 127, landmarks)
    if not (head.inside & (head.oval > 0.5)).any():
        raise InputError(
            "CUTOUT_EMPTY", "nothing of the face can be seen", fix="check the cut-out's alpha"
        )
    drawing = cv2.resize(_canvas(head, style), head.size_wh, interpolation=cv2.INTER_AREA)
    return Picture(np.dstack([np.asarray(drawing, np.uint8), rgba[..., 3]]))


def _with_whole_colours(rgba: Bytes) -> Bytes:
    """Colours everywhere: those of a soft edge are half background, and are replaced."""
    solid = (rgba[..., 3] >= SOLID).astype(np.uint8) * 255
    alpha = np.asarray(cv2.erode(solid, np.ones((5, 5), np.uint8)), np.uint8)
    return np.ascontiguousarray(bled(np.dstack([rgba[..., :3], alpha]))[..., :3])


def _canvas(head: Head, style: Style) -> Bytes:
    """Everything drawn, from what lies below to what lies above."""
    lit = in_other_light(head)
    skin = skin_share(head, lit)
    palette = palette_of(head, skin, style)
    sides = tuple(side for side in SIDES if not eyes.is_covered(head, side))
    lines = found_lines(head, style, sides, skin)
    canvas = lay_areas(head, skin, lit, palette)
    lay_border(canvas, head, skin, palette)
    lay_lines(canvas, lines, palette)
    features.draw_jaw(canvas, head, palette, skin=skin, lines=lines)
    features.draw_nose(canvas, head, palette)
    for side in sides:
        features.draw_brow(canvas, head, side, palette)
        eyes.draw_eye(canvas, head, side, palette)
    features.draw_mouth(canvas, head, palette)
    return canvas
