"""Contours: where a matte passes one half, found between the pixels by marching squares.

What belongs here: contours and their even resampling. What does not: splines through them.
Written by hand because no package of the base install gives closed, directed, sub-pixel contours
of a soft matte: OpenCV's are the middles of border pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.errors import InputError
from maquette.types import Floats

Reals = NDArray[np.float64]
BEYOND_PX = 8  # how far what touches the picture's edge goes on outside, as artists draw it
TOP, RIGHT, BOTTOM, LEFT = range(4)
# Corners inside (1 top left, 2 top right, 4 bottom right, 8 bottom left) -> where the contour
# enters and leaves the square of four pixels, with the inside on its right.
PASSAGES = {
    1: ((TOP, LEFT),),
    2: ((RIGHT, TOP),),
    3: ((RIGHT, LEFT),),
    4: ((BOTTOM, RIGHT),),
    5: ((TOP, LEFT), (BOTTOM, RIGHT)),
    6: ((BOTTOM, TOP),),
    7: ((BOTTOM, LEFT),),
    8: ((LEFT, BOTTOM),),
    9: ((TOP, BOTTOM),),
    10: ((RIGHT, TOP), (LEFT, BOTTOM)),
    11: ((RIGHT, BOTTOM),),
    12: ((LEFT, RIGHT),),
    13: ((TOP, RIGHT),),
    14: ((LEFT, TOP),),
}
# Opposite corners inside and the middle too: the two are joined.
JOINED = {5: ((TOP, RIGHT), (BOTTOM, LEFT)), 10: ((LEFT, TOP), (RIGHT, BOTTOM))}


@dataclass(frozen=True)
class Contour:
    """A closed line, clockwise on screen around what is inside, the other way around a hole.

    Attributes:
        points_xy: pixels, the corner of the first pixel at (0, 0).
        area_px: what it encloses, positive for holes too.
    """

    points_xy: Floats  # (N, 2) float32
    area_px: float
    is_hole: bool


def contours_of(matte: NDArray[Any]) -> tuple[Contour, ...]:
    """Every closed contour of a matte at one half, the largest first.

    Args:
        matte: (H, W), 0..1 or bool. What touches the edge of the picture goes on outside of it.
    """
    if matte.ndim != 2 or 0 in matte.shape:
        raise InputError("ARRAY_SHAPE", f"a matte is (H, W), not {matte.shape}")
    rows, columns = np.nonzero(matte >= 0.5)
    if not len(rows):
        return ()
    top, left = max(int(rows.min()) - 1, 0), max(int(columns.min()) - 1, 0)
    cut = matte[top : int(rows.max()) + 2, left : int(columns.max()) + 2].astype(np.float64)
    cut[~np.isfinite(cut)] = 0
    pads = _beyond(cut.shape, (top, left), matte.shape)
    values = np.pad(np.pad(cut, pads, mode="edge"), 1)
    corner = np.array([left - pads[1][0] - 0.5, top - pads[0][0] - 0.5])
    found = [_contour(line + corner) for line in _traced(values)]
    return tuple(sorted(found, key=lambda contour: -contour.area_px))


def signed_area(points_xy: NDArray[Any]) -> float:
    """What a closed line encloses: positive when it runs clockwise on screen."""
    x, y = points_xy[:, 0].astype(np.float64), points_xy[:, 1].astype(np.float64)
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


def middle_of(points_xy: NDArray[Any]) -> Reals:
    """The middle of what a closed line encloses; of its points where that is next to nothing."""
    line = points_xy.astype(np.float64)
    rest = line.mean(axis=0)
    own = line - rest
    ends = np.roll(own, -1, axis=0)
    cross = own[:, 0] * ends[:, 1] - ends[:, 0] * own[:, 1]
    area = float(cross.sum()) / 2
    if abs(area) < 1e-6:
        return rest
    return rest + ((own + ends) * cross[:, None]).sum(axis=0) / (6 * area)


def evenly(points_xy: NDArray[Any], count: int) -> Reals:
    """As many points at equal distances along a closed line, from its first point on."""
    closed = np.vstack([points_xy, points_xy[:1]]).astype(np.float64)
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))])
    wanted = np.linspace(0, along[-1], count, endpoint=False)
    return np.column_stack([np.interp(wanted, along, closed[:, axis]) for axis in (0, 1)])


def length_px(points_xy: NDArray[Any]) -> float:
    """How long a closed line is."""
    return float(np.linalg.norm(points_xy - np.roll(points_xy, 1, axis=0), axis=1).sum())


def normals(points_xy: NDArray[Any], *, reach_px: float = 3.0) -> Reals:
    """Unit normals of an even closed line, outwards for outlines; stairs of pixels are ironed."""
    count = len(points_xy)
    spacing = max(length_px(points_xy) / count, 1e-6)
    reach = int(min(max(round(reach_px / spacing), 1), max(count // 8, 1)))
    along = np.zeros((count, 2))
    for step in range(1, reach + 1):
        along += np.roll(points_xy, -step, axis=0) - np.roll(points_xy, step, axis=0)
    across = np.column_stack([along[:, 1], -along[:, 0]])
    return across / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)


def _beyond(
    cut: tuple[int, ...], corner: tuple[int, int], whole: tuple[int, ...]
) -> tuple[tuple[int, int], tuple[int, int]]:
    """How far to go on outside, per side: only where the cut ends at the picture's edge."""
    sides = [
        (
            BEYOND_PX if start == 0 else 0,
            BEYOND_PX if start + size == full else 0,
        )
        for start, size, full in zip(corner, cut, whole, strict=True)
    ]
    return sides[0], sides[1]


def _contour(points_xy: Reals) -> Contour:
    area = signed_area(points_xy)
    return Contour(points_xy.astype(np.float32), abs(area), area < 0)


def _traced(values: Reals) -> list[Reals]:
    """The closed lines at one half, in the coordinates of the array, (x, y)."""
    sources, targets = _passages(values)
    crossings, places = np.unique(sources, return_inverse=True)
    following = np.empty(len(crossings), np.int64)
    following[places] = np.searchsorted(crossings, targets)
    points = _crossing_points(values, crossings)
    return [points[line] for line in _loops(following.tolist())]


def _passages(values: Reals) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The crossed grid edge where each piece of contour enters, and the one where it leaves."""
    inside = values >= 0.5
    code = inside[:-1, :-1] + 2 * inside[:-1, 1:] + 4 * inside[1:, 1:] + 8 * inside[1:, :-1]
    code = code.astype(np.int64)
    middle = values[:-1, :-1] + values[:-1, 1:] + values[1:, 1:] + values[1:, :-1] >= 2
    wide = values.shape[1]
    sources: list[NDArray[np.int64]] = []
    targets: list[NDArray[np.int64]] = []
    for case, apart in PASSAGES.items():
        for joined in (False, True) if case in JOINED else (False,):
            here = (code == case) & (middle == joined) if case in JOINED else code == case
            rows, columns = np.nonzero(here)
            first = rows * wide + columns
            upright = values.size + first  # edges between a pixel and the one below it
            edges = (first, upright + 1, first + wide, upright)
            for source, target in JOINED[case] if joined else apart:
                sources.append(edges[source])
                targets.append(edges[target])
    return np.concatenate(sources), np.concatenate(targets)


def _crossing_points(values: Reals, crossings: NDArray[np.int64]) -> Reals:
    """Where on its grid edge the matte passes one half."""
    flat = values.ravel()
    upright = crossings >= values.size
    first = np.where(upright, crossings - values.size, crossings)
    second = first + np.where(upright, values.shape[1], 1)
    share = (0.5 - flat[first]) / (flat[second] - flat[first])
    rows, columns = np.divmod(first, values.shape[1])
    return np.column_stack([columns + np.where(upright, 0, share), rows + share * upright])


def _loops(following: list[int]) -> list[list[int]]:
    """The cycles of a permutation, each from its lowest member."""
    left = bytearray(b"\1") * len(following)
    loops: list[list[int]] = []
    for start in range(len(following)):
        if not left[start]:
            continue
        loop: list[int] = []
        place = start
        while left[place]:
            left[place] = 0
            loop.append(place)
            place = following[place]
        loops.append(loop)
    return loops
