"""Tiny shots of splines: what every file of roto shapes must be able to hold.

What belongs here: shots, and what outlines cover. What does not: files.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import groupby

import cv2
import numpy as np

from maquette.splines.model import Moves, Outline, Shape, ShotShapes, outline_at

ROUND = 0.5522847498
SIZE_WH = (192, 108)
FIRST, LAST = 1001, 1013
FINER, SHIFT = 8, 8
# quotes, brackets, commands, variables, line ends, ends of comments and blocks, other scripts
HOSTILE = (
    'a"b\'c`', "[exec rm -rf /]", "$HOME ${x} $(x)", "}} ; exit {", "\\", "]]--[[ os.exit()",
    "*/ alert(1) /*", "</Value><x>&amp;", "line\nfeed\r\tand\x00nul", "лиса", "狐", "\u2028\u2029",
    "\ud800", "__import__('os')", "", "🦊", "#{x} %s {0}", "a" * 300,
)  # fmt: skip


def ellipse(x: float, y: float, wide: float, high: float) -> list[np.ndarray]:
    """Four points and their tangents before and after, each (4, 2)."""
    points = np.array([(x + wide, y), (x, y + high), (x - wide, y), (x, y - high)])
    after = ROUND * np.array([(0, high), (-wide, 0), (0, -high), (wide, 0)])
    return [points, -after, after]


def blade(x: float, y: float, size: float) -> list[np.ndarray]:
    """Five points, two of them corners and none like another: what is mirrored shows."""
    points = np.array([(0, -1.2), (0.9, -0.3), (0.5, 0.9), (-0.4, 0.6), (-1.0, -0.2)]) * size
    before = np.array([(0, 0), (-0.1, -0.4), (0.4, 0), (0.3, 0.2), (0, 0)]) * size
    after = np.array([(0, 0), (0.1, 0.4), (-0.3, 0), (-0.3, -0.2), (0, 0)]) * size
    return [points + np.array([x, y]), before, after]


def spline(name: str, keys: dict[int, list[np.ndarray]], *, soft_px: float = 0, **more) -> Shape:
    """A shape from its outlines at frames."""
    points, before, after = (
        np.stack(part).astype(np.float32) for part in zip(*keys.values(), strict=True)
    )
    feather = np.full(points.shape[:2], soft_px, np.float32)
    return Shape(name, more.pop("object", "hero"), tuple(keys), points, before, after, feather,
                 **more)  # fmt: skip


def shot(*shapes: Shape, **more) -> ShotShapes:
    """A shot of 13 plates, 192 x 108."""
    told = {"size_wh": SIZE_WH, "rate": Fraction(24), "frames": (FIRST, LAST)} | more
    return ShotShapes(told.pop("name", "shot"), shapes=shapes, **told)


PLAIN = spline("ball", {1001: ellipse(50, 40, 30, 22), 1011: ellipse(110, 60, 36, 28)})
TURNING = spline(
    "blade",
    {1001: blade(80, 50, 26), 1007: blade(82, 50, 30), 1013: blade(80, 52, 26)},
    moves=Moves(
        (1001, 1005, 1013),
        np.array([(0, 0), (12, -4), (40, 6)], np.float32),
        np.array([0, 0.12, -0.2], np.float32),
        np.array([1, 1.05, 1.2], np.float32),
        (80, 50),
    ),
    colour="#2288ff",
    confidence=(1.0, 0.5, 0.75),
)
PARTS = (
    spline("body", {1001: ellipse(60, 54, 44, 40), 1013: ellipse(80, 54, 44, 40)}, soft_px=2),
    spline("hole", {1001: ellipse(60, 50, 20, 18), 1013: ellipse(84, 50, 20, 18)}, mode="subtract"),
    spline("eye", {1001: ellipse(60, 50, 8, 8)}, seen=((1004, 1013),)),
    spline("fox", {1003: ellipse(150, 40, 18, 12), 1012: ellipse(140, 80, 12, 18)}, object="fox",
           seen=((1003, 1005), (1009, 1012)), colour="#00aa44"),
)  # fmt: skip
SHOTS = {
    "plain": shot(PLAIN),
    "turning": shot(TURNING),
    "parts": shot(*PARTS),
    "wide-pixels": shot(
        TURNING, pixel_aspect=Fraction(2), rate=Fraction(24000, 1001), frames=(1000, 1014)
    ),
    "keys-outside": shot(PLAIN, frames=(1004, 1008)),
    "frame-nought": shot(
        spline("ball", {0: ellipse(50, 40, 30, 22), 4: ellipse(80, 50, 20, 22)}), frames=(0, 5)
    ),
    "names": shot(
        *(
            spline(name, {1001: ellipse(20 + 8 * n, 50, 18, 30)}, object=HOSTILE[-n])
            for n, name in enumerate(HOSTILE)
        ),
        name=HOSTILE[1],
    ),
}


def grown(shapes: ShotShapes, times: int) -> ShotShapes:
    """A shot that many times as large: foreign edges are off by parts of a pixel."""

    def moved(moves: Moves) -> Moves:
        x, y = moves.anchor_xy
        return replace(moves, offsets_xy=moves.offsets_xy * times, anchor_xy=(x * times, y * times))

    return replace(
        shapes,
        size_wh=(shapes.size_wh[0] * times, shapes.size_wh[1] * times),
        shapes=tuple(
            replace(
                one,
                points_xy=one.points_xy * times,
                in_xy=one.in_xy * times,
                out_xy=one.out_xy * times,
                moves=moved(one.moves),
            )
            for one in shapes.shapes
        ),
    )


def truth(shapes: ShotShapes, frame: float) -> list[np.ndarray]:
    """What each object covers at a frame, the lowest first."""
    drawn = [
        (one.object, one.mode, one.is_seen(int(frame)), outline_at(one, frame))
        for one in shapes.shapes
    ]
    return _covers(drawn, shapes.size_wh)


def told(splines, frame: float) -> list[np.ndarray]:
    """The same of what a reader found in a file."""
    drawn = [
        (one.object, one.mode, one.is_seen,
         Outline(one.points_xy, one.in_xy, one.out_xy, one.feather_px))
        for one in splines.at(frame)
    ]  # fmt: skip
    return _covers(drawn, splines.size_wh)


def filled(outline: Outline, size_wh: tuple[int, int]) -> np.ndarray:
    """What a closed spline covers, (H, W) in 0..1: 24 pieces to a cubic, 64 parts to a pixel.

    OpenCV's fill takes its border along, an eighth of a pixel here: fine between likes.
    """
    points = outline.points_xy.astype(np.float64)
    ends = np.roll(points, -1, axis=0)
    leaving, arriving = points + outline.out_xy, ends + np.roll(outline.in_xy, -1, axis=0)
    u = np.linspace(0, 1, 24, endpoint=False)[None, :, None]
    line = (1 - u) ** 3 * points[:, None] + 3 * (1 - u) ** 2 * u * leaving[:, None]
    line = line + 3 * (1 - u) * u**2 * arriving[:, None] + u**3 * ends[:, None]
    wide, high = size_wh
    fine = np.zeros((high * FINER, wide * FINER), np.uint8)
    fixed = np.rint((line.reshape(1, -1, 2) * FINER - 0.5) * 2**SHIFT).astype(np.int32)
    cv2.fillPoly(fine, fixed, 255, shift=SHIFT)
    return cv2.resize(fine, size_wh, interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def _covers(drawn, size_wh) -> list[np.ndarray]:
    order = list(dict.fromkeys(item[0] for item in drawn))
    covers = []
    for _, members in groupby(
        sorted(drawn, key=lambda item: order.index(item[0])), key=lambda item: item[0]
    ):
        cover = np.zeros(size_wh[::-1], np.float32)
        for _, mode, is_seen, outline in members:
            if is_seen:
                one = filled(outline, size_wh)
                cover = cover * (1 - one) if mode == "subtract" else np.maximum(cover, one)
        covers.append(cover)
    return covers


def iou(one: np.ndarray, other: np.ndarray) -> float:
    """Shared share of two covers, soft edges counted as they are."""
    whole = float(np.maximum(one, other).sum())
    return float(np.minimum(one, other).sum()) / whole if whole else 1.0


def worst_iou(shapes: ShotShapes, splines) -> float:
    """The least of all objects on all plates, and half way between each two."""
    first, last = shapes.frames
    few = len(shapes.shapes) > 9  # the drawing takes its time
    frames = np.arange(first, last + 0.25, 2.5 if few else 0.5)
    return min(
        iou(one, other)
        for frame in frames
        for one, other in zip(truth(shapes, frame), told(splines, frame), strict=True)
    )
