"""Splines drawn on their plates, for the movie an artist judges them by.

What belongs here: one frame. What does not: encoding (`encoding`), and fitting
(`maquette.splines`).
"""

from __future__ import annotations

import numpy as np

from maquette.splines.model import Outline, Shape, ShotShapes, outline_at, rgb_of
from maquette.splines.rasters import flattened
from maquette.types import Bytes
from maquette.video.lettering import Colour, write
from maquette.video.tinting import fit

LONGEST_PX = 1920
LEAST_WIDE_PX = 960
HEADER_PX = 44
GROUND: Colour = (18, 18, 20)
INK: Colour = (235, 235, 238)
KEY_INK: Colour = (255, 210, 60)
SHIFT = 4  # OpenCV draws at 1/16 pixel


def size_of(shot: ShotShapes) -> tuple[int, int]:
    """Of a drawn frame: even, wide enough for its words, squeezed pixels made square."""
    wide, high = _picture_wh(shot)
    return wide, high + HEADER_PX


def _picture_wh(shot: ShotShapes) -> tuple[int, int]:
    width, height = shot.size_wh[0] * float(shot.pixel_aspect), float(shot.size_wh[1])
    scale = min(LONGEST_PX / max(width, height), max(1.0, LEAST_WIDE_PX / width))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def drawn(shot: ShotShapes, frame: int, view: Bytes) -> Bytes:
    """A plate with every shape that is seen on it: curve and points, filled on its keys.

    Args:
        shot: the shapes.
        frame: plate number.
        view: (H, W, 3) uint8, the plate as a screen shows it.
    """
    wide, high = _picture_wh(shot)
    canvas = np.full((high + HEADER_PX, wide, 3), GROUND, np.uint8)
    picture = np.ascontiguousarray(fit(view, (wide, high)))
    scale = np.array([wide / shot.size_wh[0], high / shot.size_wh[1]])
    seen = [shape for shape in shot.shapes if shape.is_seen(frame)]
    for shape in seen:
        _curve(picture, shape, outline_at(shape, frame), scale, is_key=frame in shape.keys)
    canvas[HEADER_PX:] = picture
    points = sum(shape.points_xy.shape[1] for shape in seen)
    keyed = sum(frame in shape.keys for shape in seen)
    base = HEADER_PX - 15
    write(canvas, shot.name, at_xy=(14, base), look=(20, INK))
    said = f"{len(seen)} shapes   {points} points   {keyed} keyed   {frame}"
    write(
        canvas, said, at_xy=(wide - 14, base), look=(20, KEY_INK if keyed else INK), align="right"
    )
    return canvas


def _curve(picture: Bytes, shape: Shape, line: Outline, scale: np.ndarray, *, is_key: bool) -> None:
    """One spline in its colour over a dark edge, so that it stands out on anything."""
    import cv2

    colour = rgb_of(shape.colour)
    path = np.round((flattened(line) * scale - 0.5) * (1 << SHIFT)).astype(np.int32)
    for thick, ink in ((4, (0, 0, 0)), (2, colour)):
        cv2.polylines(picture, [path], True, ink, thick, cv2.LINE_AA, SHIFT)
    for x, y in np.round(line.points_xy * scale - 0.5).astype(int).tolist():
        cv2.rectangle(picture, (x - 4, y - 4), (x + 4, y + 4), (0, 0, 0), -1)
        inside = KEY_INK if is_key else colour
        cv2.rectangle(picture, (x - 3, y - 3), (x + 3, y + 3), inside, -1 if is_key else 1)
