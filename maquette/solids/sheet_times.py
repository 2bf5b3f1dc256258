"""A sheet over time: jitter taken out, frames filled in.

What belongs here: what joins the frames of a run. What does not: any single one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Wide = NDArray[np.float64]
Plane = NDArray[np.complex128]

STEADY = 0.2  # how much a change of pace counts, against lying elsewhere
HELD = 1e4


def steadied(runs: Plane, times: Sequence[int], *, held: int) -> Plane:
    """Points (T, N) with fewer sudden changes of pace.

    Args:
        runs: the points at each time.
        times: rising.
        held: the row that stays.
    """
    count = len(times)
    weights = np.ones(count)
    weights[held] = HELD
    paces = _paces(times)
    system = np.diag(weights) + STEADY * paces.T @ paces
    return np.linalg.solve(system, np.diag(weights)) @ runs


def filled_in(runs: Plane, times: Sequence[int], count: int) -> Plane:
    """Points on every frame 0 .. count - 1: between known times eased over, at the ends held."""
    from scipy.interpolate import PchipInterpolator

    if len(times) == count:
        return runs
    if len(times) == 1:
        return np.repeat(runs, count, axis=0)
    frames = np.clip(np.arange(count), times[0], times[-1])
    x, y = (PchipInterpolator(times, part)(frames) for part in (runs.real, runs.imag))
    return x + 1j * y


def _paces(times: Sequence[int]) -> Wide:
    """The matrix that gives the change of pace at each time but the first and the last."""
    rows = np.zeros((max(len(times) - 2, 0), len(times)))
    for row in range(len(rows)):
        before, after = times[row + 1] - times[row], times[row + 2] - times[row + 1]
        whole = before + after
        rows[row, row : row + 3] = 2 / (before * whole), -2 / (before * after), 2 / (after * whole)
    return rows
