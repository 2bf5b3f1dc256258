"""The rim of a sheet laid against the edge of a mask.

Edge and rim are matched both ways, by where they lie, which way they face and how much of the
subject stands around them: a tip knows a tip by that, wherever it has gone. What belongs here: the
matching. What does not: how the sheet gives way (`sheet_springs`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maquette.solids.inflation_sheets import Sheet, next_in_rings
from maquette.types import Bools, Floats

Wide = NDArray[np.float64]
Plane = NDArray[np.complex128]

SMOOTH_PX = 0.7  # takes the stairs out of a mask
FACING_PX = 1.5  # over which an edge is seen to face somewhere
AROUND_SHARES = (0.02, 0.06)  # of the subject's size: how far around is looked
BORDER_PX = 1.5  # so near the picture's border a mask does not end, the picture does
OUTSIDE_PX = 0.3  # an edge so far outside of the sheet is not covered by it
MOST_PULL = 2.0


@dataclass(frozen=True)
class Edge:
    """Where a mask ends.

    Attributes:
        points: (M,), x + iy.
        facing: (M,), of length 1, pointing outside.
        fullness: (M, scales), how much of the subject stands around.
        size_wh: the picture's.
    """

    points: Plane
    facing: Plane
    fullness: Wide
    size_wh: tuple[int, int]


@dataclass(frozen=True)
class Likeness:
    """What makes an edge and a rim alike, beside lying near each other.

    Attributes:
        facing_px: what it costs to face elsewhere, as if so far away.
        fullness_px: what it costs to have all around, against nothing.
        reach_px: from here on they pull less and less.
    """

    facing_px: float
    fullness_px: float
    reach_px: float


def edge_of(inside: Bools, size_px: float) -> Edge:
    """The edge of a mask whose subject is so large, but for where the picture ends."""
    high, wide = inside.shape
    mask = inside.astype(np.float32)
    points = _crossings(_blurred(mask, SMOOTH_PX))
    near = np.minimum.reduce([points.real, points.imag, wide - points.real, high - points.imag])
    points = points[near > BORDER_PX]
    down, right = np.asarray(np.gradient(_blurred(mask, FACING_PX)), np.float32)
    slope = sampled(right, points) + 1j * sampled(down, points)
    facing = -slope / np.maximum(np.abs(slope), 1e-9)
    return Edge(points, facing, fullness_at(points, inside, size_px), (wide, high))


def fullness_at(points: Plane, inside: Bools, size_px: float) -> Wide:
    """(M, scales), how much of the surroundings is inside."""
    mask = inside.astype(np.float32)
    reaches = [max(share * size_px, 1.0) for share in AROUND_SHARES]
    return np.column_stack([sampled(_blurred(mask, reach), points) for reach in reaches])


def sampled(values: Floats, points: Plane) -> Wide:
    """Values between the middles of pixels; outside of the picture those of its border."""
    import cv2

    if not len(points):
        return np.zeros(0)
    x, y = (points.real - 0.5).astype(np.float32), (points.imag - 0.5).astype(np.float32)
    found = cv2.remap(
        values, x[:, None], y[:, None], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(found, np.float64).reshape(len(points))


def _blurred(values: Floats, sigma_px: float) -> Floats:
    """Softened, as if the picture's border went on outside."""
    import cv2

    soft = cv2.GaussianBlur(values, (0, 0), sigma_px, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(soft, np.float32)


def _crossings(soft: Floats) -> Plane:
    """Where every other row and column of the middles of pixels passes one half."""
    found: list[Plane] = []
    for values, way in ((soft, 1.0 + 0j), (soft.T, 1j)):
        full = values >= 0.5
        rows, columns = np.nonzero(full[:, :-1] != full[:, 1:])
        kept = rows % 2 == 0
        rows, columns = rows[kept], columns[kept]
        first = values[rows, columns].astype(np.float64)
        along = columns + 0.5 + (0.5 - first) / (values[rows, columns + 1] - first)
        across = rows + 0.5
        found.append(along + 1j * across if way == 1 else across + 1j * along)
    return np.concatenate(found)


class Rim:
    """The rim of a sheet, and what stood around it on the frame that it was made from."""

    def __init__(self, sheet: Sheet, inside: Bools, size_px: float) -> None:
        self.count = sheet.rim_count
        self._after = next_in_rings(sheet.rims)
        self._before = np.argsort(self._after)
        own = sheet.points[: self.count]
        self._fullness = fullness_at(own[:, 0] + 1j * own[:, 1], inside, size_px)

    def facing(self, points: Plane) -> Plane:
        """(R,) of length 1: where outside is."""
        rim = points[: self.count]
        along = self.softened(rim[self._after] - rim[self._before])
        return -1j * along / np.maximum(np.abs(along), 1e-9)

    def softened(self, values: Plane) -> Plane:
        """What the rim's points have, mixed with their neighbours'."""
        return (values[self._before] + 2 * values + values[self._after]) / 4

    def pulls(self, points: Plane, edge: Edge, like: Likeness) -> tuple[Wide, Plane]:
        """How much each point of the rim is pulled, and where to: outwards or inwards only.

        What lies outside of the picture is let go.
        """
        own, facing = points[: self.count], self.facing(points)
        if not len(edge.points):
            return np.zeros(self.count), own
        mine = _features(own, facing, self._fullness, like)
        theirs = _features(edge.points, edge.facing, edge.fullness, like)
        counts, steps = _matched(own, facing, edge.points, (mine, theirs), like)
        wide, high = edge.size_wh
        near = np.minimum.reduce([own.real, own.imag, wide - own.real, high - own.imag])
        counts[near < BORDER_PX] = 0
        across = np.real(steps * np.conj(facing)) * facing
        return np.minimum(counts, MOST_PULL), own + self.softened(across)


def _matched(
    own: Plane, facing: Plane, edge: Plane, features: tuple[Wide, Wide], like: Likeness
) -> tuple[Wide, Plane]:
    """How much each point of a rim is pulled, and the mean step to what pulls at it."""
    from scipy.spatial import KDTree

    mine, theirs = features
    apart, chosen = KDTree(theirs).query(mine)
    counts = 1 / (1 + (apart / like.reach_px) ** 2)
    # what sticks out of the sheet pulls at the point of the rim that is most like it
    apart, holder = KDTree(mine).query(theirs)
    away = edge - own[holder]
    outside = np.real(away * np.conj(facing[holder])) > OUTSIDE_PX
    pulls = np.where(outside, 1 / (1 + (apart / (2 * like.reach_px)) ** 2), 0)
    pulled = np.bincount(holder, pulls, len(own))
    steps = counts * (edge[chosen] - own)
    steps += np.bincount(holder, pulls * away.real, len(own))
    steps += 1j * np.bincount(holder, pulls * away.imag, len(own))
    total = counts + pulled
    return total, steps / np.maximum(total, 1e-9)


def _features(points: Plane, facing: Plane, fullness: Wide, like: Likeness) -> Wide:
    """Where things are in the space in which near is alike."""
    where = (points.real, points.imag, like.facing_px * facing.real, like.facing_px * facing.imag)
    if like.fullness_px <= 0:
        return np.column_stack(where)
    return np.column_stack([*where, like.fullness_px * fullness])
