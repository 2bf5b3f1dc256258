"""Fitting: one closed cubic spline through a contour, with few points where corners are.

A curve is an array (P, 3, 2): where it passes, the tangent towards the point before and the one
towards the next, both relative. What belongs here: the least squares of one curve, and where its
points go. What does not: the same points on other frames. Written by hand: fitters on the package
index give as many points as they like, not as many as are asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.splines.contours import Contour, Reals, evenly, length_px, normals

LEAST_POINTS = 3
SPACING_PX = 1.5  # between samples of a contour
SAMPLES_MOST = 400
SAMPLES_PER_POINT = 6
SLIDE = 0.06  # how much a sample holds along the contour, against 1 across it
HANDLES = 4e-3  # pull of the tangents towards a third of the chord
ROUNDS = 3
POLYGON = 6  # so many first knots are the corners of a polygon, whatever a curve would make of them
ROOM = 6  # samples that a stretch needs to be divided
SWAPS = 10
NEAR_CORNER = 4  # samples
CORNER_PX = 2.0  # how far a corner stands out from the chord of the samples around it


@dataclass(frozen=True)
class Samples:
    """Even samples of one contour; `places` say where on the curve each belongs.

    A place is the number of a point plus how far it is to the next: 2.5 is halfway from the
    third point to the fourth.
    """

    points_xy: Reals  # (N, 2)
    normals: Reals  # (N, 2)
    spacing_px: float
    places: Reals  # (N,)


@dataclass(frozen=True)
class Pull:
    """How samples pull at a curve: a quadratic form over its 6 P numbers."""

    matrix: Reals  # (6P, 6P)
    vector: Reals  # (6P,)


def samples_of(points_xy: NDArray[Any], *, points: int) -> Samples:
    """A contour's samples, dense enough for as many points; places are still along its length."""
    length = length_px(points_xy)
    wanted = max(length / SPACING_PX, SAMPLES_PER_POINT * points)
    count = int(min(wanted, max(SAMPLES_MOST, SAMPLES_PER_POINT * points)))
    even = evenly(points_xy, count)
    places = np.arange(count) * points / count
    return Samples(even, normals(even), max(length / count, 1e-6), places)


def at(curve: Reals, places: Reals) -> Reals:
    """Where a curve passes, (N, 2)."""
    which, weights = _basis(places, len(curve))
    return np.einsum("nk,nkd->nd", weights, _controls(curve)[which])


def basis_rows(places: Reals, points: int) -> Reals:
    """The share of each of the 3 P numbers in each place, (N, 3P)."""
    which, weights = _basis(places, points)
    rows = np.zeros((len(places), 3 * points))
    np.put_along_axis(rows, which, weights, axis=1)
    return rows


def line_of(curve: Reals, *, steps: int = 12) -> Reals:
    """A curve as a closed line of straight pieces."""
    return at(curve, np.arange(len(curve) * steps) / steps)


def pull_of(
    samples: Samples, points: int, *, slide: float = SLIDE, counts: Reals | None = None
) -> Pull:
    """The least squares of samples at their places: firm across the contour, loose along it.

    Args:
        samples: at their places.
        points: of the curve.
        slide: how much a sample holds along the contour, against 1 across it.
        counts: how much each sample counts; all alike if it is not said.
    """
    _, weights = _basis(samples.places, points)
    across = samples.normals
    hold = (1 - slide) * across[:, :, None] * across[:, None, :] + slide * np.eye(2)
    counts = np.ones(len(weights)) if counts is None else counts
    hold *= (samples.spacing_px * counts)[:, None, None]
    segment = np.floor(samples.places).astype(np.int64) % points
    products = weights[:, :, None] * weights[:, None, :]
    terms = np.einsum("nab,nde->nadbe", products, hold).reshape(len(weights), 64)
    pulled = np.einsum("na,nde,ne->nad", weights, hold, samples.points_xy).reshape(-1, 8)
    sums = _summed(np.hstack([terms, pulled]), segment, points)
    slots = _slots(points)  # (P, 8): places of a segment's four numbers in x and y
    matrix = np.zeros((6 * points, 6 * points))
    np.add.at(matrix, (slots[:, :, None], slots[:, None, :]), sums[:, :64].reshape(-1, 8, 8))
    vector = np.zeros(6 * points)
    np.add.at(vector, slots, sums[:, 64:])
    ease = HANDLES * samples.spacing_px * float(counts.sum()) * _ease(points)
    return Pull(matrix + ease, vector)


def solved(pull: Pull, *, towards: Reals | None = None, firm: float = 0.0) -> Reals:
    """The curve that the samples pull to, held softly at another one."""
    count = len(pull.vector)
    scale = float(np.trace(pull.matrix)) / count
    hold = np.eye(count) * scale * max(firm, 1e-9)
    vector = pull.vector if towards is None else pull.vector + hold @ towards.ravel()
    found = np.linalg.solve(pull.matrix + hold, vector)
    return np.asarray(found, np.float64).reshape(-1, 3, 2)


def nearer(samples: Samples, curve: Reals) -> Samples:
    """The samples at the places nearest to them on a curve, their order kept."""
    count = len(curve)
    places = samples.places
    step = 0.02
    here = at(curve, places)
    along = (at(curve, places + step) - at(curve, places - step)) / (2 * step)
    miss = np.einsum("nd,nd->n", samples.points_xy - here, along)
    moved = places + np.clip(miss / (np.einsum("nd,nd->n", along, along) + 1e-9), -0.4, 0.4)
    # the order is kept from both ends, so that a fold is shared by both its sides
    forth = np.maximum.accumulate(moved)
    back = np.minimum.accumulate(moved[::-1])[::-1]
    kept = np.minimum((forth + back) / 2, moved.min() + count - 1e-6)
    return Samples(samples.points_xy, samples.normals, samples.spacing_px, kept)


def fit_knots(samples: Samples, knots: Sequence[int], *, rounds: int = ROUNDS) -> Reals:
    """The curve whose points start at some of the samples; on corners they stay."""
    count = len(samples.points_xy)
    ordered = np.sort(np.asarray(knots, np.int64))
    ends = np.append(ordered, ordered[0] + count)
    turn = np.arange(ordered[0], ordered[0] + count)
    places = np.interp(turn, ends, np.arange(len(ends)))
    placed = _rolled(replace(samples, places=places), int(ordered[0]))
    corner = np.append(_sharpness(samples.points_xy)[ordered] > CORNER_PX, False)
    corner[-1] = corner[0]
    own = np.minimum(np.floor(places).astype(np.int64), len(knots) - 1)
    low, high = own - ~corner[own], own + 1 + ~corner[own + 1]
    curve = solved(pull_of(placed, len(knots)))
    for _ in range(rounds):
        placed = nearer(placed, curve)
        placed = replace(placed, places=np.clip(placed.places, low, high))
        curve = solved(pull_of(placed, len(knots)))
    return curve


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
    lengths = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1)
    return lengths - 2 * (one @ other.T)


def _rolled(samples: Samples, first: int) -> Samples:
    """The same samples from another one on; their places are kept as they are."""
    return replace(
        samples,
        points_xy=np.roll(samples.points_xy, -first, axis=0),
        normals=np.roll(samples.normals, -first, axis=0),
    )


def _controls(curve: Reals) -> Reals:
    """A curve as the 3 P numbers of its basis: point, in, out; (3P, 2)."""
    return curve.reshape(-1, 2)


def _basis(places: Reals, points: int) -> tuple[NDArray[np.int64], Reals]:
    """Which of the 3 P numbers make up each place, and their shares; (N, 4) both."""
    whole = np.floor(places)
    u = places - whole
    here = whole.astype(np.int64) % points
    following = (here + 1) % points
    which = np.stack([3 * here, 3 * here + 2, 3 * following + 1, 3 * following], axis=1)
    first, second = (1 - u) ** 3, 3 * (1 - u) ** 2 * u
    third, fourth = 3 * (1 - u) * u**2, u**3
    return which, np.stack([first + second, second, third, third + fourth], axis=1)


def _summed(rows: Reals, segment: NDArray[np.int64], points: int) -> Reals:
    """Rows added up by segment, (P, ...); faster than adding at places one by one."""
    order = np.argsort(segment, kind="stable")
    firsts = np.searchsorted(segment[order], np.arange(points))
    padded = np.vstack([rows[order], np.zeros((1, rows.shape[1]))])
    sums = np.add.reduceat(padded, firsts, axis=0)
    empty = np.diff(np.append(firsts, len(rows))) == 0
    sums[empty] = 0
    return sums


@lru_cache(maxsize=64)
def _slots(points: int) -> NDArray[np.int64]:
    """Where the eight numbers of each segment lie among the 6 P."""
    here = np.arange(points)
    following = (here + 1) % points
    which = np.stack([3 * here, 3 * here + 2, 3 * following + 1, 3 * following], axis=1)
    return (2 * which[:, :, None] + np.arange(2)).reshape(points, 8)


@lru_cache(maxsize=64)
def _ease(points: int) -> Reals:
    """The quadratic form of all tangents' distances from a third of their chord."""
    here = np.arange(points)
    following = (here + 1) % points
    form = np.zeros((3 * points, 3 * points))
    for tangent, sign in ((3 * here + 2, 1.0), (3 * following + 1, -1.0)):
        rows = np.zeros((points, 3 * points))
        rows[here, tangent] += 1
        rows[here, 3 * following] -= sign / 3
        rows[here, 3 * here] += sign / 3
        form += rows.T @ rows
    return np.kron(form, np.eye(2)) / points
