"""Fitting: a sheet pulled to one mask, from where it is thought to lie.

What belongs here: the rounds in which rim and springs find their balance. What does not: matching
(`sheet_rims`), the balance itself (`sheet_springs`), and which frame follows which.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maquette.solids.sheet_rims import Edge, Likeness, Rim
from maquette.solids.sheet_springs import Springs

Wide = NDArray[np.float64]
Plane = NDArray[np.complex128]

CRUSHED, SOUND = 0.2, 0.5  # of the growth of the whole: faces so thin believe nothing, or all
DOUBT_PX = 2.0  # a tie that is so far off counts half
LEAST_TIE = 1e-6


@dataclass(frozen=True)
class Course:
    """How a fit goes, from its first round to its last; shares are of the subject's size.

    Attributes:
        rounds: how many.
        pull: how hard the edge pulls.
        facing: what facing elsewhere costs.
        fullness: what standing out differently costs.
        reach: from where on the edge pulls less.
        fading: how much of the ties is gone at the end.
        own: how much sound faces would rather keep the shapes they have.
    """

    rounds: int
    pull: tuple[float, float]
    facing: tuple[float, float]
    fullness: tuple[float, float]
    reach: float
    fading: float = 0.0
    own: float = 0.0


@dataclass(frozen=True)
class Ties:
    """Where points are thought to be, (N,), and how sure that is."""

    places: Plane
    weights: Wide


class Fitter:
    """One sheet that is fitted to mask after mask."""

    def __init__(self, springs: Springs, rim: Rim, size_px: float) -> None:
        self.springs = springs
        self.rim = rim
        self.size_px = size_px

    def eased(self, points: Plane, ties: Ties, rounds: int) -> Plane:
        """Points as their ties alone would have them."""
        for _ in range(rounds):
            aims, firm = self.springs.aims(self.springs.shapes(points))
            weights = ties.weights + LEAST_TIE
            points = self.springs.relaxed(aims, firm, weights, ties.places)
        return points

    def aligned(self, points: Plane, edge: Edge, ties: Ties, course: Course) -> Plane:
        """Points moved, turned and grown as one, as far as ties leave that open."""
        count = self.rim.count
        for turn in range(course.rounds):
            late = turn / max(course.rounds - 1, 1)
            pulls, places = self.rim.pulls(points, edge, self._likeness(course, late))
            weights = np.append(ties.weights, course.pull[0] * pulls)
            before = np.append(points, points[:count])
            after = np.append(ties.places, places)
            points = _similar(before, after, weights + LEAST_TIE, points)
        return points

    def fitted(self, points: Plane, edge: Edge, ties: Ties, course: Course) -> Plane:
        """Points whose rim lies on an edge as well as can be."""
        for turn in range(course.rounds):
            late = turn / max(course.rounds - 1, 1)
            points = self._pulled(points, edge, ties, course, late)
        return points

    def _pulled(self, points: Plane, edge: Edge, ties: Ties, course: Course, late: float) -> Plane:
        """One round."""
        springs, rim = self.springs, self.rim
        shapes = springs.shapes(points)
        sound = (shapes.least / springs.growth(shapes) - CRUSHED) / (SOUND - CRUSHED)
        sound = np.clip(sound, 0, 1)
        counts, places = rim.pulls(points, edge, self._likeness(course, late))
        first, last = course.pull
        pulls = first * (last / first) ** late * counts
        off = np.abs(points - ties.places) / DOUBT_PX
        weights = ties.weights * (1 - course.fading * late) * springs.least_around(sound)
        weights = weights / (1 + off**2) + LEAST_TIE
        targets = weights * ties.places
        weights[: rim.count] += pulls
        targets[: rim.count] += pulls * places
        aims, firm = springs.aims(shapes)
        if course.own:
            aims = aims.mixed(shapes, course.own * sound)
        return springs.relaxed(aims, firm, weights, targets / weights)

    def _likeness(self, course: Course, late: float) -> Likeness:
        """What counts as alike so late in a course."""
        facing, fullness = (
            self.size_px * (first + (last - first) * late)
            for first, last in (course.facing, course.fullness)
        )
        return Likeness(facing, fullness, self.size_px * course.reach)


def _similar(before: Plane, after: Plane, weights: Wide, points: Plane) -> Plane:
    """Points moved as one, so that some of them come to lie where they should."""
    whole = weights.sum()
    old, new = (before * weights).sum() / whole, (after * weights).sum() / whole
    turn = (weights * np.conj(before - old) * (after - new)).sum()
    size = (weights * np.abs(before - old) ** 2).sum()
    return new + (points - old) * (turn / max(float(size), 1e-9))
