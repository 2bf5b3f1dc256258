"""A plan to layers: every part goes where the geometry of the subject's own drawing says.

The subject's larger side is 560 units about the origin; at the end the whole group is tilted,
mirrored and fitted into the frame. What does not belong here: reading a drawing (`looking`) and
drawing faces (`faces`). The rules stand as they do because something looked bad without them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from maquette.engines.composer.art import LOOK_PX, Drawing, Layer, Look, look_at
from maquette.engines.composer.looking import Eyes

SUBJECT_UNITS = 560.0


@dataclass(frozen=True)
class Spot:
    """Where a drawing's tight box goes: the point `anchor` of it lands on (x, y)."""

    x: float
    y: float
    size: float
    by: str = "max"  # what `size` measures: max, w, h
    turn_deg: float = 0.0
    anchor: tuple[float, float] = (0.5, 0.5)
    stretch_y: float = 1.0


@dataclass(frozen=True)
class Figure:
    """The subject as placed, in units about its middle, y down."""

    look: Look
    which: str
    eyes: Eyes | None  # found, or of the face drawn on it
    has_drawn_face: bool
    is_whole: bool  # faces us, or has no eye: the whole silhouette is the head

    @property
    def scale(self) -> float:
        """Units per pixel of the look."""
        x0, y0, x1, y1 = self.look.box_xyxy
        return SUBJECT_UNITS / max(x1 - x0, y1 - y0)

    @property
    def size_wh(self) -> tuple[float, float]:
        """Width and height in units."""
        x0, y0, x1, y1 = self.look.box_xyxy
        return (x1 - x0) * self.scale, (y1 - y0) * self.scale

    def at(self, x_px: float, y_px: float) -> tuple[float, float]:
        """A point of the look in units."""
        x0, y0, x1, y1 = self.look.box_xyxy
        return (x_px - (x0 + x1) / 2) * self.scale, (y_px - (y0 + y1) / 2) * self.scale

    @property
    def gaze_px(self) -> tuple[float, float]:
        """The point between the eyes, or a guess, in pixels of the look."""
        if self.eyes:
            return self.eyes.x_px, self.eyes.y_px
        x0, y0, x1, y1 = self.look.box_xyxy
        return (x0 + x1) / 2, y0 + (y1 - y0) * 0.4

    @property
    def top_px(self) -> float:
        """The top of the head: the silhouette above the eyes."""
        x0, y0, x1, _ = self.look.box_xyxy
        if self.eyes is None:
            return float(y0)
        column = int(np.clip(self.eyes.x_px, x0, x1 - 1))
        ys = np.nonzero(self.look.rgba[:, column, 3] > 0.5)[0]
        return float(ys.min()) if len(ys) else float(y0)

    def run_px(self, y_px: float) -> tuple[float, float]:
        """The stretch of silhouette at that height which belongs to the head."""
        x0, y0, x1, y1 = self.look.box_xyxy
        gaze_x, gaze_y = self.gaze_px
        row = self.look.rgba[int(np.clip(y_px, y0, y1 - 1)), :, 3] > 0.5
        xs = np.nonzero(row)[0]
        if not len(xs):
            return float(x0), float(x1)
        if self.is_whole:
            return float(xs.min()), float(xs.max())
        stretches = np.split(xs, np.nonzero(np.diff(xs) > 3)[0] + 1)
        head = min(stretches, key=lambda s: float(np.abs(s - gaze_x).min()))
        half = 1.5 * (gaze_y - self.top_px) + 6
        return max(float(head.min()), gaze_x - half), min(float(head.max()), gaze_x + half)


def place(look: Look, spot: Spot, *, role: str = "part", z: int = 0) -> Layer:
    """A drawing put at a spot."""
    k = look.drawing.units / LOOK_PX
    x0, y0, x1, y1 = (v * k for v in look.box_xyxy)
    measure = {"max": max(x1 - x0, y1 - y0), "w": x1 - x0, "h": y1 - y0}[spot.by]
    size = spot.size / max(measure, 1e-3)
    turn = np.deg2rad(spot.turn_deg)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) * size
    rotation = np.diag([1.0, spot.stretch_y]) @ rotation
    point = np.array([x0 + (x1 - x0) * spot.anchor[0], y0 + (y1 - y0) * spot.anchor[1]])
    shift = np.array([spot.x, spot.y]) - rotation @ point
    return Layer(look, np.column_stack([rotation, shift]), role, z)


def centred(drawing: Drawing, x: float, y: float, *, reach: float) -> Layer:
    """One of our own face drawings: its canvas reaches `reach` units from (x, y)."""
    k = 2 * reach / drawing.units
    matrix = np.array([[k, 0, x - reach], [0, k, y - reach]], np.float64)
    return Layer(look_at(drawing), matrix, "face", 1)


# --- where each slot goes -----------------------------------------------------------------------
Placer = Callable[[Figure, Look, str, np.random.Generator], Layer]


def _hat(figure: Figure, part: Look, name: str, rng: np.random.Generator) -> Layer:
    """Brim between the top of the head and the eyes, never low enough to hide the brows."""
    gaze_x, gaze_y = figure.gaze_px
    _, y0, _, y1 = figure.look.box_xyxy
    top = figure.top_px
    brim = top + (gaze_y - top) * (0.3 if figure.is_whole else 0.2)
    if figure.is_whole:
        brim = min(brim, gaze_y - 0.16 * (y1 - y0))
    left, right = figure.run_px(brim)
    x, y = figure.at((left + right) / 2 if figure.is_whole else gaze_x, brim + 6)
    widest = 0.92 if figure.eyes else 0.55  # on a faceless body a hat is small, or it hides it
    w = figure.size_wh[0]
    width = float(np.clip((right - left) * figure.scale * 1.04, w * 0.34, w * widest))
    width *= {"chef-hat": 0.74, "party-hat": 0.62, "devil-horns": 1.0, "beanie": 0.95}.get(name, 1)
    turn = 0.0 if name in ("devil-horns", "flower-crown") else float(rng.uniform(-8, 8))
    anchor = (0.5, 0.72 if name in ("flower-crown", "devil-horns") else 0.9)
    if figure.eyes:
        bx0, by0, bx1, by1 = part.box_xyxy
        below = (1 - anchor[1]) * width * (by1 - by0) / (bx1 - bx0)
        above_eyes = figure.at(0, gaze_y - figure.eyes.radius_px)[1] - 0.03 * (y1 - y0)
        y = min(y, above_eyes - below)
    return place(part, Spot(x, y, width, "w", turn, anchor), z=3)


def _halo(figure: Figure, part: Look, name: str, rng: np.random.Generator) -> Layer:
    left, right = figure.run_px(figure.gaze_px[1])
    y0 = figure.look.box_xyxy[1]
    x, y = figure.at((left + right) / 2, y0 if figure.is_whole else figure.top_px)
    width = min((right - left) * figure.scale, figure.size_wh[0]) * 0.66
    return place(part, Spot(x, y - width * 0.14, width, "w", -4), z=3)


def _brow(figure: Figure, part: Look, name: str, rng: np.random.Generator) -> Layer:
    gaze_y, top = figure.gaze_px[1], figure.top_px
    height = top + (gaze_y - top) * 0.5
    left, right = figure.run_px(height)
    x, y = figure.at((left + right) / 2, height)
    return place(part, Spot(x, y, (right - left) * figure.scale * 1.06, "w"), z=3)


def _eyewear(figure: Figure, part: Look, name: str, rng: np.random.Generator) -> Layer:
    w = figure.size_wh[0]
    role = "lens" if name in ("glasses", "goggles") else "part"
    if figure.eyes and figure.eyes.gap_px:
        x, y = figure.at(figure.eyes.x_px, figure.eyes.y_px)
        width = min(figure.eyes.gap_px * figure.scale * 2.15, w * 0.85)
        return place(part, Spot(x, y, width, "w"), role=role, z=2)
    _, y0, _, y1 = figure.look.box_xyxy
    # an animal without eyes to be found has its head where it is tallest
    top = figure.look.rgba[y0 : y0 + max((y1 - y0) // 4, 1), :, 3] > 0.5
    x, y = figure.at(float(np.nonzero(top)[1].mean()), y0 + (y1 - y0) * 0.17)
    return place(part, Spot(x, y, max(w * 0.3, 90), "w"), role=role, z=2)


def _one_eye(figure: Figure, part: Look, name: str, rng: np.random.Generator) -> Layer:
    x, y = figure.at(*figure.gaze_px)
    gap = (figure.eyes.gap_px if figure.eyes else 0) * figure.scale
    width = gap * 1.3 if gap else figure.size_wh[0] * 0.24
    if name == "monocle":
        return place(
            part, Spot(x + gap / 2, y, width * 0.85, "w", 0, (0.46, 0.43)), role="lens", z=2
        )
    return place(part, Spot(x + gap / 2, y, width, "w", 0, (0.5, 0.55)), z=2)


def _lip(figure: Figure, part: Look, name: str, rng: np.random.Generator) -> Layer:
    x, y = figure.at(*figure.gaze_px)
    gap = (figure.eyes.gap_px if figure.eyes else 0) * figure.scale
    width = gap * 1.25 if gap else figure.size_wh[0] * 0.4
    drop = 0.42 if figure.has_drawn_face else 0.74
    return place(part, Spot(x, y + (gap or width) * drop, width, "w"), z=2)


def _ears(figure: Figure, part: Look, name: str, rng: np.random.Generator) -> Layer:
    """Cups beside the cheeks, band over the head: the drawing is stretched to fit."""
    gaze_y = figure.gaze_px[1]
    left, right = figure.run_px(gaze_y + 4)
    width = (right - left) * 1.14
    low = gaze_y + 0.2 * (right - left)
    x, y = figure.at((left + right) / 2, low)
    stretch = float(np.clip((low - figure.top_px + 8) / (width * 0.86), 0.5, 1.25))
    spot = Spot(x, y, width * figure.scale, "w", 0, (0.5, 1), stretch_y=stretch)
    return place(part, spot, z=3)


def _neck(figure: Figure, part: Look, name: str, rng: np.random.Generator) -> Layer:
    w, h = figure.size_wh
    gaze_y = figure.gaze_px[1]
    gap = figure.eyes.gap_px if figure.eyes else 0
    left, right = figure.run_px(gaze_y + 0.8 * max(gap, 24))
    _, y0, _, y1 = figure.look.box_xyxy
    low = y1 - 14 if h < 1.15 * w else gaze_y + 0.2 * (y1 - y0)
    x, y = figure.at((left + right) / 2, low)
    share = 0.56 if name == "bow-tie" else 0.62
    spot = Spot(x, y, (right - left) * figure.scale * share, "w", 0, (0.5, 0.3))
    return place(part, spot, z=3)


def _body(figure: Figure, part: Look, name: str, rng: np.random.Generator) -> Layer:
    """An apron hangs below the face; on a head alone it is the body."""
    w, h = figure.size_wh
    left, right = figure.run_px(figure.gaze_px[1] + 20)
    x, _ = figure.at((left + right) / 2, 0)
    width = min((right - left) * figure.scale * 0.72, w * 0.7)
    return place(part, Spot(x, h * 0.36, width, "w", 0, (0.5, 0.22)), z=-1 if h < 1.3 * w else 2)


def _back(figure: Figure, part: Look, name: str, rng: np.random.Generator) -> Layer:
    w, h = figure.size_wh
    if name == "wings":
        return place(part, Spot(0, h * 0.04, w * 1.55, "w"), z=-2)
    return place(part, Spot(0, -h * 0.02, min(w * 1.22, h * 1.3), "w", 0, (0.5, 0.18)), z=-2)


def _helmet(figure: Figure, part: Look, name: str, rng: np.random.Generator) -> Layer:
    spot = Spot(0, 0, max(figure.size_wh) * 1.3, anchor=(0.5, 0.47))
    return place(part, spot, role="glass", z=6)


def _ride(figure: Figure, part: Look, name: str, rng: np.random.Generator) -> Layer:
    """Under the feet, levelled: emoji skateboards stand at an angle."""
    w, h = figure.size_wh
    turn = 37.0 if name == "skateboard" else -45.0 if name == "rocket" else 0.0
    sink = 0.5 if name in ("flying-saucer", "sled", "automobile", "racing-car") else 0.42
    z = 4 if name in ("automobile", "racing-car", "flying-saucer", "sled") else -1
    spot = Spot(0, h / 2 + 6, w * 1.05, "max", turn, (0.5, 0.9 - sink))
    return place(part, spot, z=z)


SLOT_PLACERS: dict[str, Placer] = {
    "hat": _hat,
    "halo": _halo,
    "brow": _brow,
    "eyes": _eyewear,
    "one_eye": _one_eye,
    "lip": _lip,
    "ears": _ears,
    "neck": _neck,
    "body": _body,
    "back": _back,
    "helmet": _helmet,
    "ride": _ride,
}
