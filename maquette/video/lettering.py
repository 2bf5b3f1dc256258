"""Lettering and small signs for pictures that people judge by: captions, dots, plates.

Everything is a coverage map laid over pixels in place, anti-aliased by its own geometry, so that
a frame costs milliseconds and looks the same everywhere. What belongs here: signs and how they
are laid. What does not: where they stand (qc, qc_strip).
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from maquette.types import Bytes, Floats

Colour = tuple[int, int, int]
WEIGHT = 400  # regular


class Lettered(NamedTuple):
    """A line of text as coverage; its baseline runs `rise_px` below the map's top."""

    cover: Floats
    rise_px: int


def write(
    canvas: Bytes,
    text: str,
    *,
    at_xy: tuple[float, float],
    look: tuple[int, Colour],
    align: str = "left",
) -> None:
    """Write one line onto (H, W, 3) uint8 pixels, in place.

    Args:
        canvas: is written on.
        text: one line, in any script; see `fitted`.
        at_xy: on the baseline, at the end that `align` names.
        look: size in pixels, and colour.
        align: ``left``, ``middle`` or ``right``.
    """
    size_px, colour = look
    line = _line(text, size_px)
    width = line.cover.shape[1]
    left = at_xy[0] - {"left": 0, "middle": width / 2, "right": width}[align]
    lay(canvas, line.cover, at_xy=(round(left), round(at_xy[1]) - line.rise_px), colour=colour)


@lru_cache(maxsize=256)
def fitted(text: str, *, size_px: int, most_px: float) -> str:
    """The text on one line, its end given up for an ellipsis where it is too long."""
    line = _plain(text)
    if width_of(line, size_px=size_px) <= most_px:
        return line
    while line and width_of(line + "…", size_px=size_px) > most_px:
        line = line[:-1]
    return line.rstrip() + "…"


@lru_cache(maxsize=1024)
def width_of(text: str, *, size_px: int) -> int:
    """How wide a line of text is, in pixels."""
    import cv2

    _, _, wide, _ = cv2.getTextSize((0, 0), text, (0, 0), _font(), size_px, WEIGHT)
    return int(wide)


def lay(
    canvas: Bytes, cover: Floats, *, at_xy: tuple[int, int], colour: Colour, strength: float = 1
) -> None:
    """Lay a plain colour through a coverage map whose top left corner is at `at_xy`."""
    height, width = cover.shape
    left, top = at_xy
    rows = slice(max(0, top), max(0, min(canvas.shape[0], top + height)))
    columns = slice(max(0, left), max(0, min(canvas.shape[1], left + width)))
    part = cover[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    if part.size:
        under = canvas[rows, columns].astype(np.float32)
        share = part[..., None] * np.float32(strength)
        mixed = under + (np.array(colour, np.float32) - under) * share
        canvas[rows, columns] = (mixed + 0.5).astype(np.uint8)


@lru_cache(maxsize=64)
def plate(width_px: int, height_px: int, *, corner_px: float) -> Floats:
    """A rectangle with round corners."""
    y, x = np.mgrid[:height_px, :width_px] + 0.5
    beyond_x = np.maximum(np.abs(x - width_px / 2) - (width_px / 2 - corner_px), 0)
    beyond_y = np.maximum(np.abs(y - height_px / 2) - (height_px / 2 - corner_px), 0)
    return _edge(corner_px - np.hypot(beyond_x, beyond_y))


@lru_cache(maxsize=16)
def dot(radius_px: float) -> Floats:
    """A disc in the middle of an odd square."""
    return _edge(radius_px - np.hypot(*_offsets(radius_px)))


@lru_cache(maxsize=16)
def diamond(radius_px: float) -> Floats:
    """A square on its corner, in the middle of an odd square."""
    return _edge((radius_px - np.abs(_offsets(radius_px)).sum(0)) / 2**0.5)


def _offsets(radius_px: float) -> Floats:
    reach = int(np.ceil(radius_px)) + 1
    return np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)


def _edge(inward_px: Floats) -> Floats:
    return np.clip(inward_px + 0.5, 0, 1).astype(np.float32)


@lru_cache(maxsize=512)
def _line(text: str, size_px: int) -> Lettered:
    import cv2

    rise, fall = size_px * 5 // 4, size_px // 2
    sheet = np.zeros((rise + fall, max(1, width_of(text, size_px=size_px))), np.uint8)
    cv2.putText(sheet, text, (0, rise), (255,), _font(), size_px, WEIGHT)
    return Lettered(sheet.astype(np.float32) / np.float32(255), rise)


@lru_cache(maxsize=1)
def _font() -> Any:
    import cv2

    # OpenCV's own: it knows all scripts, needs no file and is the same on every machine
    return cv2.FontFace("sans")


def _plain(text: str) -> str:
    """One line without signs that cannot be seen, in one spelling of every letter."""
    seen = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(unicodedata.normalize("NFC", seen).split())[:200]
