"""Fitting: one closed cubic spline through a contour, with few points where corners are.

What belongs here: where the points of one curve go. What does not: its least squares (`pulls`), or
the same points on other frames. Written by hand: fitters on the package index give as many points
as they like, not as many as are asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.splines.contours import Contour, Reals
from maquette.splines.curves import SAMPLES_PER_POINT, Samples, line_of, samples_of, sheaf_of
from maquette.splines.pulls import pull_of, solved

LEAST_POINTS = 3
ROUNDS = 3
POLYGON = 6  # so many first knots are the corners of a polygon, whatever a curve would make of them
ROOM = 6  # samples that a stretch needs to be divided
SWAPS = 10
NEAR_CORNER = 4  # samples
CORNER_PX = 2.0  # how far a corner stands out from the chord of the samples around it


def fit_knots(samples: Samples, knots: Sequence[int], *, rounds: int = ROUNDS) -> Reals:
    """The curve whose points start at some of the samples; on corners they stay."""
    count = len(samples.points_xy)
    ordered = np.sort(np.asarray(knots, np.int64))
    ends = np.append(ordered, ordered[0] + count)
    turn = np.arange(ordered[0], ordered[0] + count)
    places = np.interp(turn, ends, np.arange(len(ends)))
    corner = np.append(_sharpness(samples.points_xy)[ordered] > CORNER_PX, False)
    corner[-1] = corner[0]
    own = np.minimum(np.floor(places).astype(np.int64), len(knots) - 1)
    low, high = own - ~corner[own], own + 1 + ~corner[own + 1]
    sheaf = sheaf_of([_rolled(replace(samples, places=places), int(ordered[0]))])
    curves = solved(pull_of(sheaf, len(knots)))
    for _ in range(rounds):
        sheaf = sheaf.nearer(curves)
        sheaf = replace(sheaf, places=np.clip(sheaf.places, low, high))
        curves = solved(pull_of(sheaf, len(knots)))
    return curves[0]


def fit_contours(contours: Sequence[Contour], *, points: int) -> list[Reals]:
    """Curves through all contours of one object on one frame, sharing a number of points.

    Every contour gets the least it needs; each further point goes where the worst miss is.
    Contours for which no points are left are left out, the smallest first.
    """
    kept = list(contours)[: max(points // LEAST_POINTS, 1)]
    tries = [_Try(_starting_samples(contour.points_xy)) for contour in kept]
    while sum(len(each.knots) for each in tries) < points:
        worst = max(tries, key=lambda each: each.worst_area)
        if worst.worst_area <= 0 or not worst.add():
            break
    return [each.settled() for each in tries]


def fit_samples(samples: Samples, *, points: int) -> Reals:
    """The curve with as many points, or as many as fit, that lies best on samples."""
    one = _Try(samples)
    while len(one.knots) < points and one.add(most=max((points - len(one.knots)) // 3, 1)):
        pass
    return one.settled()


def _starting_samples(points_xy: NDArray[Any]) -> Samples:
    return samples_of(points_xy, points=2 * LEAST_POINTS)


class _Try:
    """Knots on one contour, added and moved while the curve through them is watched."""

    def __init__(self, samples: Samples) -> None:
        self.samples = samples
        self.sharp = _sharpness(samples.points_xy)
        self.knots = _first_knots(self.samples.points_xy)
        self._look()

    def _look(self) -> None:
        self.curve = fit_knots(self.samples, self.knots, rounds=1)
        self.misses = _misses(self.samples, self.knots, self.curve)
        self.areas = [float(np.abs(miss).sum()) * self.samples.spacing_px for miss in self.misses]
        self.area = sum(self.areas)

    @property
    def worst_area(self) -> float:
        """What the stretch that has room for a knot and misses most misses."""
        roomy = [
            area for area, miss in zip(self.areas, self.misses, strict=True) if len(miss) >= ROOM
        ]
        return max(roomy, default=0.0)

    def add(self, *, most: int = 1) -> bool:
        """Some knots more, where the worst stretches miss most; False when none fits."""
        if len(self.knots) < POLYGON:
            found = [_farthest(self.samples.points_xy, self.knots)]
        else:
            order = np.argsort(self.areas)[::-1]
            found = [self._place_in(int(i)) for i in order if len(self.misses[i]) >= ROOM][:most]
        self.knots = sorted({*self.knots, *found})
        self._look()
        return bool(found)

    def _place_in(self, stretch: int) -> int:
        """Where in a stretch a knot helps most: on a corner rather than beside it."""
        miss, first, count = self.misses[stretch], self.knots[stretch], len(self.sharp)
        inner = np.arange(first + 2, first + len(miss) - 2) % count
        return int(inner[np.argmax(np.abs(miss[2:-2]) * (1 + self.sharp[inner]))])

    def _to_corners(self) -> None:
        """Knots near a corner go onto it, where all together lie better so."""
        before = (self.knots, self.area)
        sharp, count = self.sharp, len(self.sharp)
        near = np.arange(-NEAR_CORNER, NEAR_CORNER + 1)
        moved = {
            (knot + int(near[np.argmax(sharp[(knot + near) % count])])) % count
            for knot in self.knots
        }
        if len(moved) == len(self.knots):
            self.knots = sorted(moved)
            self._look()
            if self.area >= before[1]:
                self.knots = before[0]
                self._look()

    def settled(self) -> Reals:
        """The curve after knots that help least were moved to where one helps most."""
        self._to_corners()
        for _ in range(SWAPS):
            before = (self.knots, self.area)
            if len(self.knots) <= LEAST_POINTS:
                break
            gone = int(np.argmin(_worths(self.samples.points_xy, self.knots)))
            self.knots = [knot for place, knot in enumerate(self.knots) if place != gone]
            self._look()
            if not self.add() or self.area >= before[1]:
                self.knots = before[0]
                self._look()
                break
        self._to_corners()
        return fit_knots(self.samples, self.knots)


def _sharpness(line: Reals) -> Reals:
    """How far each sample stands out from the chord of those around it."""
    before, after = np.roll(line, NEAR_CORNER, axis=0), np.roll(line, -NEAR_CORNER, axis=0)
    return np.linalg.norm(line - (before + after) / 2, axis=1)


def _worths(line: Reals, knots: Sequence[int]) -> Reals:
    """How far each knot stands out from its neighbours' chord."""
    own = line[list(knots)]
    before, after = np.roll(own, 1, axis=0), np.roll(own, -1, axis=0)
    chord = after - before
    across = chord[:, 0] * (own - before)[:, 1] - chord[:, 1] * (own - before)[:, 0]
    return np.abs(across)


def _first_knots(line: Reals) -> list[int]:
    """Three that span the contour: the farthest from the middle, from it, and from both."""
    first = int(np.argmax(np.linalg.norm(line - line.mean(axis=0), axis=1)))
    second = int(np.argmax(np.linalg.norm(line - line[first], axis=1)))
    ends = sorted({first, second} if first != second else {0, len(line) // 2})
    return sorted([*ends, _farthest(line, ends)])


def _farthest(line: Reals, knots: Sequence[int]) -> int:
    """The sample that lies farthest from the chords between knots: a corner, where there is one."""
    count = len(line)
    found = (-1.0, 0)
    for first, after in pairwise([*knots, knots[0] + count]):
        inner = np.arange(first + 1, after)
        if not len(inner):
            continue
        start, chord = line[first % count], line[after % count] - line[first % count]
        away = line[inner % count] - start
        share = np.clip(away @ chord / max(float(chord @ chord), 1e-9), 0, 1)
        off = np.linalg.norm(away - share[:, None] * chord, axis=1)
        best = int(np.argmax(off))
        found = max(found, (float(off[best]), int(inner[best]) % count))
    return found[1]


def _misses(samples: Samples, knots: Sequence[int], curve: Reals) -> list[Reals]:
    """How far the samples of each stretch between two knots lie off the curve."""
    count = len(samples.points_xy)
    line = line_of(curve, steps=SAMPLES_PER_POINT * 2)
    away = np.sqrt(np.maximum(squared_distances(samples.points_xy, line).min(axis=1), 0))
    ends = [*knots, knots[0] + count]
    return [away[np.arange(a, b) % count] for a, b in pairwise(ends)]


def squared_distances(one: Reals, other: Reals) -> Reals:
    """Between all points of two lines, (N, M); tiny negatives are rounding."""
    found = one @ (-2 * other.T)  # filled up in place: these are large
    found += (one**2).sum(axis=1)[:, None]
    found += (other**2).sum(axis=1)
    return found


def _rolled(samples: Samples, first: int) -> Samples:
    """The same samples from another one on; their places are kept as they are."""
    return replace(
        samples,
        points_xy=np.roll(samples.points_xy, -first, axis=0),
        normals=np.roll(samples.normals, -first, axis=0),
    )
