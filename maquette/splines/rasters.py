"""Rasters: how much of each pixel a closed line or a shot's shapes cover, by exact areas.

What belongs here: filling and comparing. What does not: finding contours in a picture. Written by
hand because OpenCV's fill takes whole pixels and the border with them, which is half a pixel too
much all round; here each edge adds its signed area to the pixels it crosses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.splines.contours import Reals
from maquette.splines.model import Outline, Shape, outline_at
from maquette.types import Floats

STEPS = 16  # straight pieces per cubic
LEAST_COVER = 0.5
AFAR_PX = 160  # longest side of the grid on which lines are compared
MARGIN = 0.1  # of a contour's longest side, around it: what lies farther out counts by its area


def flattened(outline: Outline, *, steps: int = STEPS) -> Reals:
    """A closed spline as a closed line of straight pieces, (P * steps, 2)."""
    points = outline.points_xy.astype(np.float64)
    leaving = points + outline.out_xy
    arriving = np.roll(points + outline.in_xy, -1, axis=0)
    ends = np.roll(points, -1, axis=0)
    u = (np.arange(steps) / steps)[None, :, None]
    line = (
        (1 - u) ** 3 * points[:, None]
        + 3 * (1 - u) ** 2 * u * leaving[:, None]
        + 3 * (1 - u) * u**2 * arriving[:, None]
        + u**3 * ends[:, None]
    )
    return line.reshape(-1, 2)


def cover_of_lines(
    lines: Iterable[NDArray[Any]], size_wh: tuple[int, int], *, corner_xy: tuple[int, int] = (0, 0)
) -> Floats:
    """How much of each pixel closed lines cover, (H, W) float32 in 0..1.

    Where they wind twice they cover once; a line that runs the other way around cuts a hole.

    Args:
        lines: (N, 2) pixels each.
        size_wh: of the window that is looked at.
        corner_xy: where the window's top left corner lies.
    """
    whole = np.zeros(size_wh[::-1], np.float32)
    for line in lines:
        _wind(whole, line - np.array(corner_xy, np.float64))
    return np.minimum(np.abs(whole), 1)


def cover_of(
    shapes: Iterable[Shape],
    frame: float,
    *,
    size_wh: tuple[int, int],
    corner_xy: tuple[int, int] = (0, 0),
) -> Floats:
    """What shapes cover at a frame: each object's own, holes cut, objects laid over each other.

    Args:
        shapes: the lowest first; a hole cuts only into its own object.
        frame: a plate number, or between two.
        size_wh: of the plate, or of a window of it.
        corner_xy: where the window's top left corner lies.
    """
    objects: dict[str, Floats] = {}
    for shape in shapes:
        if not shape.is_seen(int(np.floor(frame))):
            continue
        cover = cover_of_lines([flattened(outline_at(shape, frame))], size_wh, corner_xy=corner_xy)
        below = objects.get(shape.object, np.zeros(size_wh[::-1], np.float32))
        if shape.mode == "subtract":
            objects[shape.object] = np.minimum(below, 1 - cover)
        else:
            objects[shape.object] = np.maximum(below, cover)
    whole = np.zeros(size_wh[::-1], np.float32)
    for cover in objects.values():
        whole = np.maximum(whole, cover)
    return whole


def iou(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Shared share of two covers, each pixel in or out at one half; 1 where both are empty."""
    first, second = one >= LEAST_COVER, other >= LEAST_COVER
    union = int(np.count_nonzero(first | second))
    return int(np.count_nonzero(first & second)) / union if union else 1.0


def iou_of_lines(one: Iterable[Reals], other: Iterable[Reals]) -> float:
    """Shared share of what two sets of closed lines enclose, by area.

    Large ones are looked at from afar: covers are exact, so that a coarse grid does.
    """
    first, second = list(one), list(other)
    lines = [line for line in (*first, *second) if len(line)]
    if not lines:
        return 1.0
    low = np.min([line.min(axis=0) for line in lines], axis=0)
    high = np.max([line.max(axis=0) for line in lines], axis=0)
    scale = min(1.0, AFAR_PX / max(float((high - low).max()), 1.0))
    wide, high_px = np.ceil((high - low) * scale).astype(int) + 1
    covers = [
        cover_of_lines([(line - low) * scale for line in lines], (int(wide), int(high_px)))
        for lines in (first, second)
    ]
    union = float(np.maximum(covers[0], covers[1]).sum())
    return float(np.minimum(covers[0], covers[1]).sum()) / union if union else 1.0


class Measure:
    """The contours of some frames, each filled once, to lay many lines against.

    Each has a grid of its own, which is coarse: covers are exact.
    """

    def __init__(self, contours: Sequence[Reals]) -> None:
        lows = np.array([line.min(axis=0) for line in contours])
        sizes = np.array([line.max(axis=0) for line in contours]) - lows
        room = MARGIN * sizes.max(axis=1, keepdims=True)
        self.scales = AFAR_PX / np.maximum((sizes + 2 * room).max(axis=1), 1.0)[:, None]
        self.scales = np.minimum(self.scales, 1.0)
        self.lows = lows - room
        wide, high = np.ceil(((sizes + 2 * room) * self.scales).max(axis=0)).astype(int) + 1
        self.size_wh = (int(wide), int(high))
        lines = [
            (each - low) * by
            for each, low, by in zip(contours, self.lows, self.scales, strict=True)
        ]
        filled = [_windings(line[None], self.size_wh)[0] for line in lines]
        self.covers = np.minimum(np.abs(filled), 1)
        self.areas = self.covers.sum(axis=(1, 2), dtype=np.float64)

    def ious(self, lines: Reals) -> Reals:
        """Shared share of what a line per frame, (T, M, 2), and its contour enclose, by area."""
        seen = (lines - self.lows[:, None]) * self.scales[:, None]
        found = _windings(seen, self.size_wh)
        x, y = seen[..., 0], seen[..., 1]
        whole = (x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)).sum(axis=1) / 2
        beyond = np.abs(whole + found.sum(axis=(1, 2), dtype=np.float64))  # clockwise is negative
        np.minimum(np.abs(found, out=found), 1, out=found)
        areas = found.sum(axis=(1, 2), dtype=np.float64) + beyond
        shared = np.minimum(found, self.covers, out=found).sum(axis=(1, 2), dtype=np.float64)
        return shared / np.maximum(areas + self.areas - shared, 1e-9)


def _wind(whole: Floats, line: Reals) -> None:
    """Add how often a line winds around each pixel, by area; only its own window is touched."""
    if len(line) < 3:
        return
    high, wide = whole.shape
    left, top = np.clip(np.floor(line.min(axis=0)), 0, (wide, high)).astype(int)
    right, bottom = np.clip(np.ceil(line.max(axis=0)), 0, (wide, high)).astype(int)
    if right > left and bottom > top:
        window = _windings(line[None] - (left, top), (int(right - left), int(bottom - top)))[0]
        whole[top:bottom, left:right] += window


def _windings(lines: Reals, size_wh: tuple[int, int]) -> Floats:
    """How often lines (T, M, 2) wind around each pixel of a window of their own, (T, H, W).

    Each piece adds its fall, shared between the pixel it lies in and all to its right.
    """
    wide, high = size_wh
    middle, fall, owner = _cut_at_pixels(lines, wide, high)
    x, y = middle[:, 0], middle[:, 1]
    column = np.clip(np.floor(x), -1, wide).astype(np.int64)
    row = np.clip(np.floor(y), 0, high - 1).astype(np.int64)
    past = np.clip(x - column, 0, 1)  # what lies left of the window counts there in full
    place = (owner * high + row) * (wide + 3) + column + 1
    count = len(lines) * high * (wide + 3)
    after = fall * past
    changes = np.bincount(place, fall - after, count)
    changes += np.bincount(place + 1, after, count)
    sums = np.cumsum(changes.reshape(len(lines), high, wide + 3), axis=2)
    return sums[:, :, 1:-2].astype(np.float32)


def _cut_at_pixels(lines: Reals, wide: int, high: int) -> tuple[Reals, Reals, NDArray[np.int64]]:
    """The lines' edges cut where they cross pixel borders: middle, fall and which line, each."""
    start = lines.reshape(-1, 2)
    end = np.roll(lines, -1, axis=1).reshape(-1, 2)
    owner = np.repeat(np.arange(len(lines)), lines.shape[1])
    start, end, kept = _within_rows(start, end, high)
    start, end, cut = _cut_along(start, end, axis=1, limit=high)
    owner = owner[kept][cut]
    start, end, cut = _cut_along(start, end, axis=0, limit=wide)
    return (start + end) / 2, end[:, 1] - start[:, 1], owner[cut]


def _within_rows(start: Reals, end: Reals, high: int) -> tuple[Reals, Reals, NDArray[np.bool_]]:
    """Edges cut off above and below the window, and which there are; level ones say nothing."""
    fall = end[:, 1] - start[:, 1]
    keep = (fall != 0) & (np.maximum(start[:, 1], end[:, 1]) > 0)
    keep &= np.minimum(start[:, 1], end[:, 1]) < high
    start, end, fall = start[keep], end[keep], fall[keep]
    ends: list[Reals] = []
    for point in (start, end):
        y = np.clip(point[:, 1], 0, high)
        share = (y - start[:, 1]) / fall
        ends.append(np.column_stack([start[:, 0] + share * (end[:, 0] - start[:, 0]), y]))
    return ends[0], ends[1], keep


def _cut_along(
    start: Reals, end: Reals, *, axis: int, limit: int
) -> tuple[Reals, Reals, NDArray[np.int64]]:
    """Edges cut at every whole number of one coordinate, from 0 to a limit, and whose it was."""
    low = np.clip(np.minimum(start[:, axis], end[:, axis]), 0, limit)
    high = np.clip(np.maximum(start[:, axis], end[:, axis]), 0, limit)
    first = np.floor(low).astype(np.int64) + 1
    cuts = np.maximum(np.ceil(high).astype(np.int64) - first, 0)
    # An edge from outside the limit is cut at the limit too, so that no piece lies across it.
    outside_low = (np.minimum(start[:, axis], end[:, axis]) < 0) & (high > 0)
    outside_high = (np.maximum(start[:, axis], end[:, axis]) > limit) & (low < limit)
    first = first - outside_low
    cuts = cuts + outside_low + outside_high
    owner = np.repeat(np.arange(len(start)), cuts + 1)
    nth = np.arange(len(owner)) - np.repeat(np.cumsum(cuts + 1) - cuts - 1, cuts + 1)
    rising = (end[:, axis] >= start[:, axis])[owner]
    span = (end - start)[owner]
    at = np.where(rising, first[owner] + nth, (first + cuts)[owner] - nth)

    def share_at(value: NDArray[np.int64]) -> Reals:
        with np.errstate(divide="ignore", invalid="ignore"):
            return (value - start[owner, axis]) / span[:, axis]

    from_share = np.where(nth == 0, 0.0, share_at(np.where(rising, at - 1, at)))
    to_share = np.where(nth == cuts[owner], 1.0, share_at(np.where(rising, at, at - 1)))
    base = start[owner]
    return base + from_share[:, None] * span, base + to_share[:, None] * span, owner
