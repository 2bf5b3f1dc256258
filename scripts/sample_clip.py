"""A sample clip: a drawn bear that waves and steps from foot to foot, one second and 24 frames.

What belongs here: drawing it, and writing the movie. What does not: making anything of it
(`demo_motion`).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import cos, pi, sin
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from maquette.types import Bytes
from maquette.video.encoding import MoviePlan, MovieWriter
from maquette.video.slates import Slate

SIDE_PX, FRAMES, RATE = 512, 24, Fraction(24)
FINE = 3  # drawn so many times larger, and averaged down
FUR, DARK, MUZZLE = (199, 121, 58), (158, 88, 40), (246, 214, 165)
INK, SCARF, STRIPE = (52, 34, 28), (42, 128, 150), (236, 240, 232)
WALL, FLOOR = ((214, 226, 232), (190, 208, 216)), ((176, 166, 150), (146, 134, 118))
HORIZON_PX = 404
GRAIN = 1.6

Spot = tuple[float, float]


@dataclass(frozen=True)
class Pose:
    """Where the bear's parts are, in pixels of the clip; y down."""

    hip: Spot
    lean: float
    arms: tuple[float, float]  # degrees, from hanging down to above the head
    feet: tuple[Spot, Spot]


def write_clip(folder: Path) -> Path:
    """Draw the clip into a folder; the same bytes each time."""
    folder.mkdir(parents=True, exist_ok=True)
    movie = folder / "bear.mp4"
    plan = MoviePlan("h264", (SIDE_PX, SIDE_PX), Slate(RATE), {"title": "bear"})
    rng = np.random.default_rng(7)
    with MovieWriter(movie, plan) as writer:
        for n in range(FRAMES):
            writer.write(_picture(n, rng))
    return movie


def pose_of(n: int) -> Pose:
    """The bear on frame n: one arm waves twice while it steps from foot to foot once."""
    turn = 2 * pi * n / FRAMES
    sway, bounce = 15 * sin(turn), 7 * abs(sin(turn))
    left = (212 - 6 * sin(turn), 442 - 30 * max(0.0, sin(turn)))
    right = (300 - 6 * sin(turn), 442 - 30 * max(0.0, -sin(turn)))
    arms = (56 + 16 * sin(turn), 106 + 20 * sin(2 * turn))
    return Pose((256 + sway, 352 - bounce), 0.10 * sin(turn), arms, (left, right))


def _picture(n: int, rng: np.random.Generator) -> Bytes:
    """(S, S, 3) the bear before a wall, with its shadow and some grain."""
    pose = pose_of(n)
    canvas = _room()
    canvas.alpha_composite(_shadow(pose))
    canvas.alpha_composite(_lit(_drawn(pose)))
    grain = rng.normal(0, GRAIN, (SIDE_PX, SIDE_PX, 1))
    picture = np.asarray(canvas.convert("RGB"), np.float64) + grain
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def _drawn(pose: Pose) -> Image.Image:
    """The bear in flat colours, far parts first."""
    brush = _Brush()
    neck = _from(pose.hip, pose.lean, (0, -118))
    head = _from(pose.hip, pose.lean, (0, -180))
    for foot, side in zip(pose.feet, (-1, 1), strict=True):
        hip = _from(pose.hip, pose.lean, (34 * side, 22))
        brush.limb(hip, foot, 25, FUR)
        brush.disc((foot[0] + 5 * side, foot[1] + 8), (31, 19), DARK)
    for angle, side in zip(pose.arms, (-1, 1), strict=True):
        shoulder = _from(pose.hip, pose.lean, (52 * side, -92))
        away = angle * pi / 180
        hand = (shoulder[0] + side * 92 * sin(away), shoulder[1] + 92 * cos(away))
        brush.limb(shoulder, hand, 20, FUR)
        brush.disc(hand, (24, 24), DARK)
    brush.disc(_from(pose.hip, pose.lean, (0, -44)), (74, 88), FUR)
    brush.disc(_from(pose.hip, pose.lean, (0, -30)), (46, 58), MUZZLE)
    for side in (-1, 1):
        brush.disc(_from(head, pose.lean, (54 * side, -54)), (27, 27), FUR)
        brush.disc(_from(head, pose.lean, (54 * side, -54)), (15, 15), MUZZLE)
    brush.disc(head, (80, 72), FUR)
    _scarf(brush, neck, pose.lean)
    _face(brush, head, pose.lean)
    return brush.picture


def _face(brush: _Brush, head: Spot, lean: float) -> None:
    brush.disc(_from(head, lean, (0, 24)), (36, 28), MUZZLE)
    brush.disc(_from(head, lean, (0, 12)), (13, 9), INK)
    brush.limb(_from(head, lean, (0, 20)), _from(head, lean, (0, 36)), 2.5, INK)
    brush.limb(_from(head, lean, (-14, 31)), _from(head, lean, (0, 37)), 2.5, INK)
    brush.limb(_from(head, lean, (14, 31)), _from(head, lean, (0, 37)), 2.5, INK)
    for side in (-1, 1):
        brush.disc(_from(head, lean, (30 * side, -10)), (9, 11), INK)
        brush.disc(_from(head, lean, (30 * side + 3, -14)), (3, 3), STRIPE)


def _scarf(brush: _Brush, neck: Spot, lean: float) -> None:
    brush.limb(_from(neck, lean, (-48, 6)), _from(neck, lean, (48, 6)), 15, SCARF)
    for x in (-36, -12, 12, 36):
        brush.limb(_from(neck, lean, (x, -6)), _from(neck, lean, (x, 18)), 4, STRIPE)
    brush.limb(_from(neck, lean, (34, 12)), _from(neck, 2.2 * lean, (48, 66)), 13, SCARF)
    brush.limb(_from(neck, 2.2 * lean, (38, 58)), _from(neck, 2.2 * lean, (57, 54)), 4, STRIPE)


class _Brush:
    """Draws round shapes on a large see-through canvas."""

    def __init__(self) -> None:
        self.picture = Image.new("RGBA", (SIDE_PX * FINE, SIDE_PX * FINE))
        self._draw = ImageDraw.Draw(self.picture)

    def disc(self, at: Spot, radii: Spot, colour: tuple[int, int, int]) -> None:
        """An ellipse."""
        (x, y), (across, down) = at, radii
        box = (x - across, y - down, x + across, y + down)
        self._draw.ellipse([side * FINE for side in box], fill=colour)

    def limb(self, start: Spot, end: Spot, half: float, colour: tuple[int, int, int]) -> None:
        """A thick line with round ends."""
        ends = [(x * FINE, y * FINE) for x, y in (start, end)]
        self._draw.line(ends, fill=colour, width=round(2 * half * FINE))
        for at in (start, end):
            self.disc(at, (half, half), colour)


def _from(base: Spot, lean: float, step: Spot) -> Spot:
    """A place beside another, in a body that leans."""
    x, y = step
    return base[0] + x * cos(lean) - y * sin(lean), base[1] + x * sin(lean) + y * cos(lean)


def _lit(flat: Image.Image) -> Image.Image:
    """The same, darker towards its edges and brighter where light falls from the upper left."""
    small = flat.resize((SIDE_PX, SIDE_PX), Image.Resampling.BOX)
    cover = small.getchannel("A")
    inner = np.asarray(cover.filter(ImageFilter.GaussianBlur(9)), np.float32) / 255
    towards = np.roll(inner, (9, 9), axis=(0, 1)) - np.roll(inner, (-9, -9), axis=(0, 1))
    shade = 0.62 + 0.42 * inner - 0.22 * towards
    rgb = np.asarray(small.convert("RGB"), np.float32) * shade[..., None]
    lit = Image.fromarray(np.clip(rgb, 0, 255).astype(np.uint8)).convert("RGBA")
    lit.putalpha(cover)
    return lit


def _shadow(pose: Pose) -> Image.Image:
    cover = Image.new("L", (SIDE_PX, SIDE_PX))
    for x, y in pose.feet:
        near = 1 - (442 - y) / 90
        box = (x - 46 * near, 458 - 11 * near, x + 46 * near, 458 + 11 * near)
        ImageDraw.Draw(cover).ellipse(box, fill=round(130 * near))
    dark = Image.new("RGBA", (SIDE_PX, SIDE_PX), (40, 34, 28, 0))
    dark.putalpha(cover.filter(ImageFilter.GaussianBlur(6)))
    return dark


def _room() -> Image.Image:
    rows = np.empty((SIDE_PX, 1, 3), np.uint8)
    for (top, bottom), first, last in ((WALL, 0, HORIZON_PX), (FLOOR, HORIZON_PX, SIDE_PX)):
        share = np.linspace(0, 1, last - first)[:, None]
        rows[first:last, 0] = np.rint(np.array(top) * (1 - share) + np.array(bottom) * share)
    return Image.fromarray(rows).resize((SIDE_PX, SIDE_PX)).convert("RGBA")
