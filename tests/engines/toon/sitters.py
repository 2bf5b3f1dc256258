"""People who sit for the cartoonist: drawn heads with every landmark that a drawing follows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from maquette.engines.toon import landmarks as marks
from maquette.engines.toon.heads import Head, to_lab
from maquette.engines.toon.skin import in_other_light, skin_share
from maquette.types import Face, Floats, Picture

SIDE_PX = 256
MIDDLE, HALF_WH = np.array([128.0, 132.0]), np.array([48.0, 60.0])  # of the face
EYES_X, EYES_Y = 0.5, -0.17  # in halves of the face
SKIN, HAIR, LIPS, BROWN, WHITE = (
    *((224, 172, 138), (92, 58, 36), (176, 72, 70)),
    *((96, 60, 36), (245, 245, 240)),
)


@dataclass(frozen=True)
class Looks:
    """What one sitter looks like."""

    skin: tuple[int, int, int] = SKIN
    hair: tuple[int, int, int] | None = HAIR
    iris: tuple[int, int, int] = BROWN
    eye_height: float = 0.09  # half of it, in halves of the face
    mouth_gap: float = 0.0  # half of it
    teeth: bool = True
    sunglasses: bool = False
    neck: bool = True


def sitter(looks: Looks | None = None, *, side_px: int = SIDE_PX) -> tuple[Picture, Face]:
    """A drawn head on a square, and its landmarks."""
    looks = looks or Looks()
    rgba = np.zeros((SIDE_PX, SIDE_PX, 4), np.uint8)
    _paint_head(rgba, looks)
    _paint_features(rgba, looks)
    scale = side_px / SIDE_PX
    points = landmarks(looks)
    if side_px != SIDE_PX:
        rgba = cv2.resize(rgba, (side_px, side_px), interpolation=cv2.INTER_AREA)
        points = points * np.float32(scale)
    return Picture(rgba), Face(points, 1.0)


def head_of(looks: Looks | None = None) -> Head:
    """The same as the filters see it, with eyes as they are."""
    picture, face = sitter(looks)
    return Head(to_lab(picture.rgba[..., :3]), picture.rgba[..., 3] > 127, face.landmarks)


def skin_of(head: Head) -> Floats:
    """How much of each of its pixels is skin."""
    return skin_share(head, in_other_light(head))


def but(**changes: object) -> Looks:
    """The usual looks with some changed."""
    return replace(Looks(), **changes)  # type: ignore[arg-type]


def landmarks(looks: Looks) -> Floats:
    """(478, 3): those that nothing is drawn along lie in the middle of the face."""
    at = np.zeros((478, 2))
    turns = np.arange(len(marks.OVAL)) * (2 * np.pi / len(marks.OVAL))
    at[list(marks.OVAL)] = np.stack([np.sin(turns), -np.cos(turns)], axis=1)
    for side, x in zip(marks.SIDES, (-EYES_X, EYES_X), strict=True):
        _place_eye(at, side, x, looks.eye_height)
    for lips, gap in ((marks.LIPS_OUTER, 0.06), (marks.LIPS_INNER, 0.0)):
        turns = np.pi - np.arange(len(lips)) * (2 * np.pi / len(lips))
        high = np.sin(turns) * (gap + looks.mouth_gap)
        at[list(lips)] = np.stack([np.cos(turns) * 0.36, 0.5 - high], axis=1)
    at[[98, 97, 326, 327]] = (-0.16, 0.28), (-0.06, 0.3), (0.06, 0.3), (0.16, 0.28)
    skin = np.array([(-0.5, 0.12), (-0.4, 0.1), (-0.45, 0.02), (-0.45, 0.3), (-0.3, 0.2)])
    at[list(marks.SKIN[:5])], at[list(marks.SKIN[5:10])] = skin, skin * [-1, 1]
    at[list(marks.SKIN[10:14])] = (0, -0.34), (0, -0.62), (-0.2, -0.6), (0.2, -0.6)
    at[list(marks.SKIN[14:])] = (0, 0.2), (0, 0.16), (0, 0.04), (0, 0.1)
    depth = np.zeros((478, 1))
    return np.hstack([MIDDLE + at * HALF_WH, depth]).astype(np.float32)


def _place_eye(at: Floats, side: marks.Side, x: float, high: float) -> None:
    across = np.linspace(-0.18, 0.18, len(side.upper_lid))
    arch = np.sqrt(np.maximum(1 - (across / 0.18) ** 2, 0)) * high
    at[list(side.upper_lid)] = np.stack([x + across, EYES_Y - arch], axis=1)
    at[list(side.lower_lid)] = np.stack([x + across, EYES_Y + arch], axis=1)
    fold = np.linspace(-0.17, 0.17, len(side.crease))
    at[list(side.crease)] = np.stack([x + fold, np.full_like(fold, EYES_Y - 0.13)], axis=1)
    top = np.linspace(-0.2, 0.2, 5)
    rim = np.concatenate([top, top[::-1]])
    at[list(side.brow)] = np.stack([x + rim, np.repeat([-0.39, -0.33], 5)], axis=1)
    at[list(side.iris)] = (x, EYES_Y)
    at[list(side.iris[1:])] += [(0.08, 0), (0, -0.064), (-0.08, 0), (0, 0.064)]


class _Brush:
    """Fills ovals given in halves of the face."""

    def __init__(self, rgba: np.ndarray) -> None:
        self.rgba = rgba
        y, x = np.mgrid[:SIDE_PX, :SIDE_PX] + 0.0
        self.x, self.y = (x - MIDDLE[0]) / HALF_WH[0], (y - MIDDLE[1]) / HALF_WH[1]

    def oval(self, x: float, y: float, wide: float, high: float) -> np.ndarray:
        return ((self.x - x) / wide) ** 2 + ((self.y - y) / max(high, 1e-6)) ** 2 < 1

    def fill(self, inside: np.ndarray, colour: tuple[int, int, int]) -> None:
        self.rgba[inside] = (*colour, 255)


def _paint_head(rgba: np.ndarray, looks: Looks) -> None:
    brush = _Brush(rgba)
    if looks.hair:
        brush.fill(brush.oval(0, -0.35, 1.3, 1.2) & (brush.y < 0.1), looks.hair)
        # locks: hair is rougher than skin
        lock = (np.arange(SIDE_PX) % 8 < 3)[None, :] & (rgba[..., 3] > 0)
        rgba[lock, :3] = (rgba[lock, :3] * 0.6).astype(np.uint8)
    if looks.neck:
        brush.fill((np.abs(brush.x) < 0.5) & (brush.y > 0.5) & (brush.y < 1.4), looks.skin)
    brush.fill(brush.oval(0, 0, 1, 1), looks.skin)
    if not looks.hair:
        brush.fill(brush.oval(0, -0.4, 1, 1), looks.skin)


def _paint_features(rgba: np.ndarray, looks: Looks) -> None:
    brush = _Brush(rgba)
    for x in (-EYES_X, EYES_X):
        opening = brush.oval(x, EYES_Y, 0.18, looks.eye_height)
        brush.fill(opening, WHITE)
        brush.fill(opening & brush.oval(x, EYES_Y, 0.08, 0.064), looks.iris)
        if looks.hair:
            brush.fill(brush.oval(x, -0.36, 0.2, 0.035), looks.hair)
    brush.fill(brush.oval(0, 0.5, 0.36, 0.06 + looks.mouth_gap), LIPS)
    inside = brush.oval(0, 0.5, 0.36, looks.mouth_gap)
    brush.fill(inside, WHITE if looks.teeth else (40, 16, 16))
    if looks.sunglasses:
        for x in (-EYES_X, EYES_X):
            brush.fill(brush.oval(x, EYES_Y + 0.05, 0.4, 0.3), (20, 20, 24))
