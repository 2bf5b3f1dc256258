"""Keys: on which frames a followed curve is kept, and what it is there.

Between keys all is linear in time, so what counts is how far each frame that is *not* kept ends
up from its own contour. Keys are first chosen by that for every pair at once, then the curves on
them are fitted again to all frames together, then every frame is filled and looked at. What
belongs here: choosing and refitting. What does not: following, or the motion of the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from maquette.splines.contours import Reals
from maquette.splines.fitting import (
    Pull,
    Samples,
    at,
    basis_rows,
    line_of,
    nearer,
    pull_of,
)
from maquette.splines.rasters import iou_of_lines

FARTHEST = 48  # frames between two keys
LOOSE = 2.0  # what the refit is expected to mend
SAFE = 0.003  # of IoU: what pixels and polygons of few sides may differ by
SLACK = 0.01  # of IoU: noise is not keyed
LOOKED_AT = 160  # samples a frame while pairs are compared
FIRM = 3e-3  # pull towards the curves as they were followed
HELD = 1e7
MENDS = 10
MENDED = 0.9  # of what is lacking: less gain than that is not worth another try
NEARLY = 0.004  # of IoU that fitting in full may still mend
ROUNDS = 3  # how often contours are laid against the curves again
LAST_ROUNDS = 12  # the same once the keys are settled
FAR_PX = 2.0  # from here on a sample counts by its distance, no more by the square of it
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


def keyed(run: Run, *, least_iou: float, keyed_most: float) -> Keyed:
    """As few keys as hold every frame, and the curves on them.

    Args:
        run: what was followed.
        least_iou: what each frame must keep, or as much as its own curve could.
        keyed_most: share of frames that may be keys; past it, frames are let go.
    """
    goals = _goals(run, least_iou)
    most = max(1, int(keyed_most * len(goals)))
    fitter = _Fitter(run)
    best = fitter.fitted(chosen(run, goals, most), np.ones(len(goals)))
    for _ in range(MENDS):
        if _shortfall(best, goals) <= 0:
            break
        heavier = fitter.fitted(best.keys, _heavier(best, goals))
        if _shortfall(heavier, goals) < MENDED * _shortfall(best, goals):
            best = heavier
            continue
        failing = _failing(best, goals, most)
        if not failing:
            break
        best = fitter.fitted(tuple(sorted({*best.keys, *failing})), best.weights)
    best = _thinned(fitter, best, goals)
    settled = fitter.fitted(best.keys, best.weights, rounds=LAST_ROUNDS)
    return min(settled, best, key=lambda each: _shortfall(each, goals))


def fewest(run: Run, least_iou: float) -> tuple[int, ...]:
    """About which keys a run would come on, before anything is fitted to it."""
    return chosen(run, _goals(run, least_iou), len(run.curves))


def between(curves: Reals, keys: Sequence[int], frame: float) -> Reals:
    """The curve at a frame: linear between keys, still outside of them."""
    place = float(np.interp(frame, keys, range(len(keys))))
    low = int(place)
    high = min(low + 1, len(keys) - 1)
    return curves[low] * (1 - (place - low)) + curves[high] * (place - low)


def chosen(run: Run, goals: Sequence[float], most: int) -> tuple[int, ...]:
    """Keys by the error of every frame that is dropped, over all pairs of keys."""
    count = len(run.curves)
    if most < 2:
        return (0,)
    costs = _pair_costs(run, [max(1 - goal, 1e-3) * LOOSE for goal in goals])
    price = 1.0
    while True:
        keys = _cheapest(costs, price, count)
        if len(keys) <= most or price > 1e3:
            return keys
        price *= 1.5


def _cheapest(costs: Reals, price: float, count: int) -> tuple[int, ...]:
    """The chain of keys from the first frame to the last that costs least."""
    totals = np.full(count, np.inf)
    totals[0] = 0.0
    came = np.zeros(count, np.int64)
    for last in range(1, count):
        first = max(last - FARTHEST, 0)
        ways = totals[first:last] + costs[first:last, last]
        came[last] = first + int(np.argmin(ways))
        totals[last] = price + float(ways.min())
    keys = [count - 1]
    while keys[-1] > 0:
        keys.append(int(came[keys[-1]]))
    return tuple(keys[::-1])


def _pair_costs(run: Run, allowed: Sequence[float]) -> Reals:
    """What the frames between two keys lose beyond what is allowed, (T, T)."""
    count, points = len(run.curves), run.curves.shape[1]
    costs = np.zeros((count, count))
    flat = run.curves.reshape(count, 3 * points, 2)
    for frame in range(1, count - 1):
        first, last = max(frame - FARTHEST + 1, 0), min(frame + FARTHEST - 1, count - 1)
        misses, weight = _misses(flat[first : last + 1], run.samples[frame], points)
        weight /= max(run.areas_px[frame], 1.0)
        before, after = misses[: frame - first], misses[frame - first + 1 :]
        for place, miss in enumerate(before):
            key = first + place
            reach = after[: FARTHEST - (frame - key)]
            ends = frame + 1 + np.arange(len(reach))
            share = ((frame - key) / (ends - key))[:, None].astype(np.float32)
            lost = np.abs(miss * (1 - share) + reach * share).sum(axis=1) * weight
            over = lost / allowed[frame]
            costs[key, ends] += 0.02 * over + 3 * np.maximum(over - 1, 0)
    return costs


def _misses(curves: Reals, samples: Samples, points: int) -> tuple[Reals, float]:
    """How far across the contour each curve lies at its samples, (A, N); and what one weighs."""
    step = max(len(samples.places) // LOOKED_AT, 1)
    rows = basis_rows(samples.places[::step], points)
    normals, wanted = samples.normals[::step], samples.points_xy[::step]
    lain = np.einsum("nc,acd->and", rows, curves, optimize=True)
    misses = np.einsum("and,nd->an", lain - wanted, normals, optimize=True)
    return misses.astype(np.float32), samples.spacing_px * step


def _goals(run: Run, least_iou: float) -> tuple[float, ...]:
    """What each frame must keep: no more than its own curve can."""
    own = (_iou(curve, samples) for curve, samples in zip(run.curves, run.samples, strict=True))
    return tuple(min(least_iou + SAFE, iou - SLACK) for iou in own)


def _failing(best: Keyed, goals: Sequence[float], most: int) -> list[int]:
    """The worst frame of every stretch between keys that misses its goal, the worst first."""
    found: list[tuple[float, int]] = []
    for first, last in pairwise(best.keys):
        inner = range(first + 1, last)
        if inner:
            lack, frame = max((goals[t] - best.ious[t], t) for t in inner)
            if lack > 0:
                found.append((lack, frame))
    found.sort(reverse=True)
    return [frame for _, frame in found[: max(most - len(best.keys), 0)]]


def _heavier(best: Keyed, goals: Sequence[float]) -> Reals:
    """Weights by which frames that miss their goal count more, and those well above it less."""
    lost = np.array([(1 - iou) / (1 - goal) for iou, goal in zip(best.ious, goals, strict=True)])
    weights = best.weights * np.clip(lost, 0.7, 2.0)
    return weights / weights.mean()


def _thinned(fitter: _Fitter, best: Keyed, goals: Sequence[float]) -> Keyed:
    """Without each key that can be missed, those first that their neighbours foretell."""
    lacking = _shortfall(best, goals)
    for key in sorted(best.keys[1:-1], key=lambda key: _surprise(best, key)):
        fewer = tuple(other for other in best.keys if other != key)
        if not fitter.might_do(fewer, best, key, goals):
            continue
        without = fitter.fitted(fewer, best.weights)
        if _shortfall(without, goals) <= lacking:
            best, lacking = without, _shortfall(without, goals)
    return best


def _shortfall(best: Keyed, goals: Sequence[float]) -> float:
    """What all frames together lack of their goals."""
    return sum(max(goal - iou, 0.0) for iou, goal in zip(best.ious, goals, strict=True))


def _surprise(best: Keyed, key: int) -> float:
    """How far a key's curve is from what its neighbours would make of it."""
    place = best.keys.index(key)
    others = np.delete(best.curves, place, axis=0)
    foretold = between(others, [other for other in best.keys if other != key], key)
    return float(np.abs(foretold - best.curves[place]).mean())


def _counts(samples: Samples, curve: Reals) -> Reals:
    """How much each sample counts: a limb that no key can follow must not bend the others."""
    away = samples.points_xy - at(curve, samples.places)
    across = np.abs(np.einsum("nd,nd->n", away, samples.normals))
    return np.asarray(FAR_PX / np.maximum(across, FAR_PX), np.float64)


def _iou(curve: Reals, samples: Samples) -> float:
    return iou_of_lines([line_of(curve)], [samples.points_xy])


class _Fitter:
    """Fits curves on keys to all frames of a run, and keeps what does not depend on the keys."""

    def __init__(self, run: Run) -> None:
        self.run = run
        points = run.curves.shape[1]
        self.pulls = [pull_of(samples, points, slide=SLIDE) for samples in run.samples]

    def fitted(self, keys: tuple[int, ...], weights: Reals, *, rounds: int = ROUNDS) -> Keyed:
        """The curves on some keys that lie best on every frame of the run."""
        curves = self._solved(keys, self.pulls, weights)
        points = self.run.curves.shape[1]
        placed: Sequence[Samples] = self.run.samples
        for _ in range(rounds):
            lain = [between(curves, keys, frame) for frame in range(len(placed))]
            placed = [nearer(*each) for each in zip(placed, lain, strict=True)]
            pulls = [
                pull_of(samples, points, slide=SLIDE, counts=_counts(samples, curve))
                for samples, curve in zip(placed, lain, strict=True)
            ]
            curves = self._solved(keys, pulls, weights)
        ious = tuple(
            _iou(between(curves, keys, frame), samples) for frame, samples in enumerate(placed)
        )
        return Keyed(keys, curves, ious, weights)

    def might_do(
        self, keys: tuple[int, ...], best: Keyed, gone: int, goals: Sequence[float]
    ) -> bool:
        """A quick look at the frames around a key that is gone: most keys are needed."""
        place = best.keys.index(gone)
        curves = self._solved(keys, self.pulls, best.weights)
        around = range(best.keys[place - 1] + 1, best.keys[place + 1])
        return all(
            _iou(between(curves, keys, frame), self.run.samples[frame])
            >= min(goals[frame], best.ious[frame]) - NEARLY
            for frame in sorted(around, key=lambda frame: abs(frame - gone))
        )

    def _solved(self, keys: tuple[int, ...], pulls: Sequence[Pull], weights: Reals) -> Reals:
        """Least squares over all frames: each pulls at the two keys around it."""
        size = len(pulls[0].vector)
        own = np.zeros((len(keys), size, size))
        joint = np.zeros((max(len(keys) - 1, 0), size, size))
        vectors = np.zeros((len(keys), size))
        places = np.interp(np.arange(len(pulls)), keys, np.arange(len(keys)))
        for place, pull, curve, weight in zip(places, pulls, self.run.curves, weights, strict=True):
            low = int(place)
            share = place - low
            hold = FIRM * float(np.trace(pull.matrix)) / size
            matrix = weight * (pull.matrix + hold * np.eye(size))
            vector = weight * (pull.vector + hold * curve.ravel())
            own[low] += (1 - share) ** 2 * matrix
            vectors[low] += (1 - share) * vector
            if share > 0:
                own[low + 1] += share**2 * matrix
                joint[low] += share * (1 - share) * matrix
                vectors[low + 1] += share * vector
        if self.run.held is not None:
            hold = HELD * float(np.trace(own[0])) / size
            own[0] += hold * np.eye(size)
            vectors[0] += hold * self.run.held.ravel()
        return chain_solved(own, joint, vectors).reshape(len(keys), -1, 3, 2)


def chain_solved(own: Reals, joint: Reals, vectors: Reals) -> Reals:
    """The solution of a block tridiagonal system whose off-diagonal blocks are symmetric."""
    count = len(own)
    own, vectors = own.copy(), vectors.copy()
    for place in range(1, count):
        gain = np.linalg.solve(
            own[place - 1], np.column_stack([joint[place - 1], vectors[place - 1]])
        )
        own[place] -= joint[place - 1] @ gain[:, :-1]
        vectors[place] -= joint[place - 1] @ gain[:, -1]
    solution = np.zeros_like(vectors)
    for place in range(count - 1, -1, -1):
        rest = vectors[place]
        if place + 1 < count:
            rest = rest - joint[place] @ solution[place + 1]
        solution[place] = np.linalg.solve(own[place], rest)
    return solution
