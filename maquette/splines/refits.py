"""Refits: the curves on given keys that lie best on every frame of a run.

Between keys all is linear in time, so every frame pulls at the two keys around it, and the curves
on all keys are sought at once. What belongs here: that, and how well it came out. What does not:
which frames are keys (`keys`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from maquette.splines.contours import Reals
from maquette.splines.curves import Samples, Sheaf, at, line_of, sheaf_of
from maquette.splines.pulls import Pull, counts_of, loops_of, pull_of, ring_solved
from maquette.splines.rasters import Measure, iou_of_lines

FIRM = 3e-3  # pull towards the curves as they were followed
HELD = 1e7
SIDES = 8  # of a segment, where curves are filled
ROUNDS = 3  # how often contours are laid against the curves again
AHEAD = 0.8  # of the last step: how far curves are expected to go on, which saves rounds
SETTLED_PX = 0.05  # curves that move less from round to round have come to rest
SLIDE = 0.03  # how much a contour holds along itself while keys are fitted


@dataclass(frozen=True)
class Run:
    """One followed curve on consecutive frames, the motion of the whole taken out.

    Attributes:
        curves: (T, P, 3, 2).
        samples: the contour of each frame at its places on the curve.
        areas_px: what each contour encloses.
        held: what the curve on the first frame is already, when the run goes on with another.
    """

    curves: Reals
    samples: tuple[Samples, ...]
    areas_px: tuple[float, ...]
    held: Reals | None = None


@dataclass(frozen=True)
class Keyed:
    """A run on few keys.

    Attributes:
        keys: places in the run, rising.
        curves: (K, P, 3, 2).
        ious: what each frame of the run keeps.
        weights: how much each frame counted.
    """

    keys: tuple[int, ...]
    curves: Reals
    ious: tuple[float, ...]
    weights: Reals


def between(curves: Reals, keys: Sequence[int], frame: float) -> Reals:
    """The curve at a frame: linear between keys, still outside of them."""
    place = float(np.interp(frame, keys, range(len(keys))))
    low = int(place)
    high = min(low + 1, len(keys) - 1)
    return curves[low] * (1 - (place - low)) + curves[high] * (place - low)


def lies(curve: Reals, samples: Samples) -> float:
    """Shared share of what a curve and a contour enclose."""
    return iou_of_lines([line_of(curve)], [samples.points_xy])


class Refitter:
    """Fits curves on keys to all frames of a run, and keeps what does not depend on the keys."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.sheaf = sheaf_of(run.samples)
        self.measure = Measure([samples.points_xy for samples in run.samples])
        self.pull = pull_of(self.sheaf, run.curves.shape[1], slide=SLIDE)

    def fitted(self, keys: tuple[int, ...], weights: Reals, *, rounds: int = ROUNDS) -> Keyed:
        """The curves on some keys that lie best on every frame of the run."""
        before = curves = self._solved(keys, self.pull, weights)
        placed = self.sheaf
        for turn in range(rounds):
            ahead = AHEAD if turn < rounds - 2 else 0.0
            lain = self._lain(curves + ahead * (curves - before), keys)
            placed = placed.nearer(lain)
            before, curves = curves, self._solved(keys, _pull(placed, lain), weights)
            if np.abs(curves - before).max() < SETTLED_PX:
                break
        ious = self.measure.ious(line_of(self._lain(curves, keys), steps=SIDES))
        return Keyed(keys, curves, tuple(ious.tolist()), weights)

    def might_do(
        self, keys: tuple[int, ...], best: Keyed, gone: int, least: Sequence[float]
    ) -> bool:
        """A quick look at the frames around a key that is gone: most keys are needed."""
        place = best.keys.index(gone)
        curves = self._solved(keys, self.pull, best.weights)
        around = range(best.keys[place - 1] + 1, best.keys[place + 1])
        return all(
            lies(between(curves, keys, frame), self.run.samples[frame]) >= least[frame]
            for frame in sorted(around, key=lambda frame: abs(frame - gone))
        )

    def _lain(self, curves: Reals, keys: Sequence[int]) -> Reals:
        """The curve on every frame of the run, (T, P, 3, 2)."""
        return np.einsum("tk,kpcd->tpcd", _shares(keys, len(self.run.samples)), curves)

    def _solved(self, keys: tuple[int, ...], pull: Pull, weights: Reals) -> Reals:
        """Least squares over all frames: each pulls at the two keys around it."""
        held = pull.held(self.run.curves, FIRM * pull.strength)
        count, points = held.vectors.shape[:2]
        shares = _shares(keys, count)
        weighed = shares * weights[:, None]
        forms = held.forms.reshape(count, -1)
        own = ((shares * weighed).T @ forms).reshape(-1, points, 8, 8)
        joint = ((shares[:, 1:] * weighed[:, :-1]).T @ forms).reshape(-1, points, 8, 8)
        vectors = (weighed.T @ held.vectors.reshape(count, -1)).reshape(-1, points, 8)
        if self.run.held is not None:
            first = Pull(own[:1], vectors[:1])
            first = first.held(self.run.held[None], HELD * first.strength)
            own[:1], vectors[:1] = first.forms, first.vectors
        whole = np.zeros((points, 8, len(keys), 8, len(keys)))
        by_keys = whole.transpose(2, 4, 0, 1, 3)
        here = np.arange(len(keys))
        by_keys[here, here] = own
        by_keys[here[:-1], here[1:]] = by_keys[here[1:], here[:-1]] = joint
        return ring_solved(whole[None], vectors.transpose(1, 2, 0)[None])[0]


def _shares(keys: Sequence[int], count: int) -> Reals:
    """How much each key makes up each frame, (T, K)."""
    places = np.interp(np.arange(count), keys, np.arange(len(keys)))
    return np.maximum(1 - np.abs(places[:, None] - np.arange(len(keys))), 0)


def _pull(placed: Sheaf, curves: Reals) -> Pull:
    """How contours pull at the curves they lie against."""
    away = placed.points_xy - at(curves, placed.places)
    across = np.abs((away * placed.normals).sum(axis=-1))
    pull = pull_of(placed, curves.shape[1], slide=SLIDE, counts=counts_of(across))
    return pull + loops_of(placed, curves)
