"""Following: the same points carried along a run of contours.

Each contour is laid against the curve of the frame before, from the first sample to the last and
around (both are closed, so their order is all that must be kept), and the curve is then pulled to
it as little as needed. What belongs here: the matching and the carrying. What does not: the first
curve (`fitting`) and which contours belong to one run (`parts`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from maquette.splines.contours import Reals, middle_of, normals
from maquette.splines.curves import Samples, at, line_of, nearer, sheaf_of
from maquette.splines.fitting import squared_distances
from maquette.splines.motions import pose_between
from maquette.splines.pulls import loops_of, pull_of, solved

STEPS = 6  # samples of the curve per point
FACING = 0.12  # what it costs to face the wrong way, as a share of the shape's own size
BULGING = 1.5  # what standing out differently costs, against lying apart
REACHES = (0.02, 0.05)
FIRM = 4e-3  # how much the curve would rather stay as it was
ROUNDS = 3


def carried(curve: Reals, samples: Samples) -> tuple[Reals, Samples]:
    """A curve pulled to the contour of the next frame, and the contour's places on it."""
    near = _laid_over(curve, samples)
    # matching knows only whole samples of the curve, which would turn what does not turn
    placed = nearer(nearer(matched(near, samples), near), near)
    start = pose_between(at(near, placed.places), placed.points_xy).moved_curve(near)
    placed = matched(start, samples)
    found = _pulled(start, placed, start)
    for _ in range(ROUNDS - 1):
        placed = nearer(placed, found)
        found = _pulled(found, placed, start)
    return found, placed


def _pulled(curve: Reals, placed: Samples, start: Reals) -> Reals:
    """A curve pulled to samples, and its loops with it."""
    sheaf = sheaf_of([placed])
    pull = pull_of(sheaf, len(curve)) + loops_of(sheaf, curve[None])
    return solved(pull, towards=start[None], firm=FIRM)[0]


def _laid_over(curve: Reals, samples: Samples) -> Reals:
    """The curve where it is, or with its middle on the contour's, whichever lies nearer.

    Matching alone would let the points of what moves stay behind, along the contour.
    """
    line = line_of(curve, steps=2)
    shift = middle_of(samples.points_xy) - middle_of(line)
    ways = [np.zeros(2), shift]
    misses = [
        float(
            np.sqrt(np.maximum(squared_distances(samples.points_xy, line + way), 0).min(1)).mean()
        )
        for way in ways
    ]
    moved = curve.copy()
    moved[:, 0] += ways[int(np.argmin(misses))]
    return moved


def matched(curve: Reals, samples: Samples) -> Samples:
    """The samples of a contour at the places of a curve that they lie against, in order."""
    line = line_of(curve, steps=STEPS)
    first, start = _anchor(line, samples)
    turned_line = np.roll(line, -first, axis=0)
    turned = _from(samples, start)
    costs = _costs(turned_line, turned)
    rows = _path(costs)
    places = (rows + first) / STEPS
    count = len(curve)
    kept = np.minimum(places, places[0] + count - 1e-6)
    return replace(turned, places=kept)


def _anchor(line: Reals, samples: Samples) -> tuple[int, int]:
    """One sample of the curve and one of the contour that surely belong together."""
    costs = _costs(line, samples)
    width = max(len(line) // 40, 1)
    best = costs.min(axis=1)
    smooth = sum((np.roll(best, step) for step in range(-width, width + 1)), np.zeros(len(best)))
    first = int(np.argmin(smooth))
    return first, int(np.argmin(costs[first]))


def _costs(line: Reals, samples: Samples) -> Reals:
    """What each pair costs, (curve samples, contour samples): distance and facing apart."""
    size = np.sqrt(max(float(np.prod(np.ptp(samples.points_xy, axis=0))), 1.0))
    apart = squared_distances(line, samples.points_xy)
    facing = 1 - normals(line) @ samples.normals.T
    bulging = squared_distances(_bulges(line), _bulges(samples.points_xy))
    return apart + (FACING * size) ** 2 * facing + BULGING**2 * bulging


def _bulges(points_xy: Reals) -> Reals:
    """How far each point of a closed line stands out from chords around it, (N, scales).

    The tip of a limb and the pit between two of them know themselves by it, wherever they go.
    """
    closed = np.vstack([points_xy, points_xy[:1]])
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))])
    whole = max(along[-1], 1e-6)
    out = normals(points_xy)
    found: list[Reals] = []
    for reach in REACHES:
        ends = [(along[:-1] + way * reach * whole) % whole for way in (-1, 1)]
        middles = [
            sum(np.interp(end, along, closed[:, axis]) for end in ends) / 2 for axis in (0, 1)
        ]
        away = points_xy - np.column_stack(middles)
        found.append(np.einsum("nd,nd->n", away, out))
    return np.column_stack(found)


def _path(costs: Reals) -> NDArray[np.float64]:
    """For each column the row of the cheapest way from the first corner to the last.

    A way steps down, right or both. Rows are filled whole: stepping right along one is a running
    sum, and its cheapest entry a running minimum.
    """
    rows, columns = costs.shape
    sums = np.cumsum(costs, axis=1)
    totals = np.empty_like(costs)
    totals[0] = sums[0]
    for row in range(1, rows):
        entry = totals[row - 1].copy()
        entry[1:] = np.minimum(entry[1:], totals[row - 1, :-1])
        entry[1:] -= sums[row, :-1]
        totals[row] = np.minimum.accumulate(entry) + sums[row]
    return _way_back(totals, rows, columns)


def _way_back(totals: Reals, rows: int, columns: int) -> NDArray[np.float64]:
    """The mean row of each column on the cheapest way."""
    row, column = rows - 1, columns - 1
    sums, counts = np.zeros(columns), np.zeros(columns)
    while True:
        sums[column] += row
        counts[column] += 1
        if row == 0 and column == 0:
            return sums / counts
        if row == 0:
            column -= 1
        elif column == 0:
            row -= 1
        else:
            both = totals[row - 1, column - 1]
            up, left = totals[row - 1, column], totals[row, column - 1]
            if both <= up and both <= left:
                row, column = row - 1, column - 1
            elif up <= left:
                row -= 1
            else:
                column -= 1


def _from(samples: Samples, first: int) -> Samples:
    """The same samples from another one on."""
    return replace(
        samples,
        points_xy=np.roll(samples.points_xy, -first, axis=0),
        normals=np.roll(samples.normals, -first, axis=0),
    )
