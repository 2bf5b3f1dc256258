"""Parts: which contour of one frame continues which of the frame before.

An outline, a hole and a separate piece are parts of their own. A part ends where nothing
continues it, and another begins. What belongs here: that bookkeeping, what is too small to be
drawn, and how parts share an object's points. What does not: the points themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from maquette.splines.contours import Contour, Reals, length_px
from maquette.splines.curves import Samples, samples_of
from maquette.splines.fitting import LEAST_POINTS

LEAST_SHARE = 0.01  # of the object: what is smaller an artist would not draw
LARGE_SHARE = 0.05  # for what is new and larger, all parts begin anew if points are short
LEAST_ALIKE = 0.35
AREA_RATIO = 0.3
POOR = 0.6  # of the points that are due: with fewer a part cannot begin
PX_PER_POINT = 3.0  # more points than this cannot be told apart


@dataclass
class Part:
    """One contour followed from frame to frame, as far as it has come in.

    Attributes:
        number: counts the parts of an object as they begin.
        first_frame: plate number of the first of `samples`.
        share: the largest share of its object that it had.
        begun_frame: plate number on which it began; what came before `first_frame` is keyed.
    """

    number: int
    first_frame: int
    is_hole: bool
    points: int
    contour: Contour
    begun_frame: int
    share: float = 0.0
    samples: list[Samples] = field(default_factory=list)

    def add(self, contour: Contour, share: float) -> None:
        """Its contour on one frame more."""
        self.contour = contour
        self.share = max(self.share, share)
        self.samples.append(samples_of(contour.points_xy, points=self.points))


class Parts:
    """The parts of one object while its frames come in."""

    def __init__(self, points: int) -> None:
        self.points = points
        self.live: list[Part] = []
        self.count = 0

    def see(self, frame: int, contours: Sequence[Contour]) -> list[Part]:
        """Take in another frame; what comes back has ended with the frame before."""
        kept = worth_drawing(contours)
        whole = max(sum(each.area_px for each in kept if not each.is_hole), 1.0)
        goes_on = continued([part.contour for part in self.live], kept)
        due = _due(kept, self.points)
        new = [place for place in range(len(kept)) if place not in goes_on.values()]
        left = self.points - sum(self.live[place].points for place in goes_on)
        matter = sum(kept[place].area_px for place in new) >= LARGE_SHARE * whole
        if matter and left < POOR * sum(due[place] for place in new):
            goes_on, new, left = {}, list(range(len(kept))), self.points
        ended = [part for place, part in enumerate(self.live) if place not in goes_on]
        for place, other in goes_on.items():
            self.live[place].add(kept[other], kept[other].area_px / whole)
        self.live = [part for place, part in enumerate(self.live) if place in goes_on]
        for place in new:
            points = min(due[place], left)
            if points >= LEAST_POINTS:
                left -= points
                self._begin(frame, kept[place], points=points, whole=whole)
        return ended

    def _begin(self, frame: int, contour: Contour, *, points: int, whole: float) -> None:
        part = Part(self.count, frame, contour.is_hole, points, contour, frame)
        part.add(contour, contour.area_px / whole)
        self.live.append(part)
        self.count += 1


def worth_drawing(contours: Sequence[Contour]) -> list[Contour]:
    """The contours that matter to an object on one frame, the largest first; the largest always."""
    outside = sum(contour.area_px for contour in contours if not contour.is_hole)
    return [
        contour
        for place, contour in enumerate(contours)
        if place == 0 or contour.area_px >= max(LEAST_SHARE * outside, 2.0)
    ]


def continued(before: Sequence[Contour], after: Sequence[Contour]) -> dict[int, int]:
    """Which of the contours after continues which before, by place; the likest pairs first."""
    if not before or not after:
        return {}
    shift = _middle(after[0]) - _middle(before[0])
    pairs = [
        (_alike(one, other, shift), i, j)
        for i, one in enumerate(before)
        for j, other in enumerate(after)
        if one.is_hole == other.is_hole
    ]
    found: dict[int, int] = {}
    for alike, i, j in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if alike >= LEAST_ALIKE and i not in found and j not in found.values():
            found[i] = j
    return found


def _due(contours: Sequence[Contour], points: int) -> list[int]:
    """How many points each contour gets, by its length; none for the last where they run out."""
    lengths = [length_px(each.points_xy) for each in contours]
    left, length_left = points, sum(lengths)
    due: list[int] = []
    for length in lengths:
        fair = round(left * length / max(length_left, 1e-9))
        room = max(int(length / PX_PER_POINT), LEAST_POINTS)
        own = min(max(fair, LEAST_POINTS), room, left)
        due.append(own if own >= LEAST_POINTS else 0)
        left -= due[-1]
        length_left -= length
    return due


def _middle(contour: Contour) -> Reals:
    low, high = contour.points_xy.min(axis=0), contour.points_xy.max(axis=0)
    return (low + high).astype(np.float64) / 2


def _alike(one: Contour, other: Contour, shift: Reals) -> float:
    """The better of the shared shares of their boxes, standing and moved along with the object."""
    if min(one.area_px, other.area_px) < AREA_RATIO * max(one.area_px, other.area_px):
        return 0.0
    return max(_boxes_share(one, other, np.zeros(2)), _boxes_share(one, other, shift))


def _boxes_share(one: Contour, other: Contour, shift: Reals) -> float:
    low, high = one.points_xy.min(axis=0) + shift, one.points_xy.max(axis=0) + shift
    low2, high2 = other.points_xy.min(axis=0), other.points_xy.max(axis=0)
    shared = np.prod(np.maximum(np.minimum(high, high2) - np.maximum(low, low2), 0))
    union = np.prod(high - low) + np.prod(high2 - low2) - shared
    return float(shared / max(float(union), 1e-9))
