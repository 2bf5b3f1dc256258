"""Keys: on which frames a followed curve is kept, and what it is there.

Between keys all is linear in time, so what counts is how far each frame that is *not* kept ends
up from its own contour. Keys are first chosen by that for every pair at once, then the curves on
them are fitted again to all frames together, then every frame is filled and looked at, and keys
are added, left out and moved. What belongs here: choosing. What does not: curves on keys that are
chosen (`refits`), following, or the motion of the whole.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from maquette.splines.contours import Reals
from maquette.splines.curves import Samples, basis_rows
from maquette.splines.refits import Keyed, Refitter, Run, between, lies

FARTHEST = 48  # frames between two keys
LOOSE = 2.0  # what the refit is expected to mend
SAFE = 0.003  # of IoU: what pixels and polygons of few sides may differ by
SLACK = 0.01  # of IoU: noise is not keyed
LOOKED_AT = 160  # samples a frame while pairs are compared
MENDS = 10
MENDED = 0.9  # of what is lacking: less gain than that is not worth another try
NEARLY = 0.004  # of IoU that fitting in full may still mend
LACKING = 0.005  # of IoU on every frame: less is no reason to move keys
MOVES = 240  # frames that are fitted again, at most, while keys are moved
WORTH = 0.005  # of IoU, all frames together: gain for which a key is moved
LAST_ROUNDS = 30  # of laying contours against the curves again, once the keys are settled


def keyed(run: Run, *, least_iou: float, keyed_most: float) -> Keyed:
    """As few keys as hold every frame, and the curves on them.

    Args:
        run: what was followed.
        least_iou: what each frame must keep, or as much as its own curve could.
        keyed_most: share of frames that may be keys; past it, frames are let go.
    """
    goals = _goals(run, least_iou)
    most = max(1, int(keyed_most * len(goals)))
    fitter = Refitter(run)
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
    best = moved(fitter, _thinned(fitter, best, goals), goals, most=most)
    settled = fitter.fitted(best.keys, best.weights, rounds=LAST_ROUNDS)
    return min(settled, best, key=lambda each: _shortfall(each, goals))


def fewest(run: Run, least_iou: float) -> tuple[int, ...]:
    """About which keys a run would come on, before anything is fitted to it."""
    return chosen(run, _goals(run, least_iou), len(run.curves))


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


def moved(fitter: Refitter, best: Keyed, goals: Sequence[float], *, most: int) -> Keyed:
    """With keys where they do more, by a few tries and only where frames lack much."""
    tried = {best.keys}
    lacking = _shortfall(best, goals)
    while lacking > LACKING * len(goals) and len(tried) * len(goals) <= MOVES:
        keys = next((keys for keys in _ways(best, goals, most) if keys not in tried), None)
        if keys is None:
            break
        tried.add(keys)
        other = fitter.fitted(keys, best.weights)
        if _shortfall(other, goals) < lacking - WORTH:
            best, lacking = other, _shortfall(other, goals)
    return best


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
    own = (lies(curve, samples) for curve, samples in zip(run.curves, run.samples, strict=True))
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


def _thinned(fitter: Refitter, best: Keyed, goals: Sequence[float]) -> Keyed:
    """Without each key that can be missed, those first that their neighbours foretell."""
    lacking = _shortfall(best, goals)
    for key in sorted(best.keys[1:-1], key=lambda key: _surprise(best, key)):
        fewer = tuple(other for other in best.keys if other != key)
        least = [min(each) - NEARLY for each in zip(goals, best.ious, strict=True)]
        if not fitter.might_do(fewer, best, key, least):
            continue
        without = fitter.fitted(fewer, best.weights)
        if _shortfall(without, goals) <= lacking:
            best, lacking = without, _shortfall(without, goals)
    return best


def _ways(best: Keyed, goals: Sequence[float], most: int) -> Iterator[tuple[int, ...]]:
    """Keys with one of them elsewhere: the frames that lack most take it over from a neighbour."""
    held = set(best.keys)
    ends = {best.keys[0], best.keys[-1]}
    lost = [iou - goal for iou, goal in zip(best.ious, goals, strict=True)]
    for frame in sorted(set(range(len(goals))) - held, key=lost.__getitem__):
        if len(held) < most:
            yield tuple(sorted(held | {frame}))
        place = bisect(best.keys, frame)
        for key in best.keys[max(place - 1, 0) : place + 1]:
            if key not in ends:
                yield tuple(sorted(held - {key} | {frame}))


def _shortfall(best: Keyed, goals: Sequence[float]) -> float:
    """What all frames together lack of their goals."""
    return sum(max(goal - iou, 0.0) for iou, goal in zip(best.ious, goals, strict=True))


def _surprise(best: Keyed, key: int) -> float:
    """How far a key's curve is from what its neighbours would make of it."""
    place = best.keys.index(key)
    others = np.delete(best.curves, place, axis=0)
    foretold = between(others, [other for other in best.keys if other != key], key)
    return float(np.abs(foretold - best.curves[place]).mean())
