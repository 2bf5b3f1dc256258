"""Smoothing in time: what jumps from frame to frame is calmed, without lag and without shrinking.

What belongs here: filters along a clip. What does not: what is filtered.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

REACH = 3.0  # sigmas: further frames weigh less than a hundredth

Wide = NDArray[np.float64]


def calmed(values: Wide, *, frames: float, most: float = np.inf) -> Wide:
    """(T, ...) values, each the Gaussian mean of itself and its neighbours in time.

    It looks as far ahead as back, so that nothing lags. Beyond its ends the clip goes on as its
    point reflection: a steady motion stays as it is up to the last frame.

    Args:
        values: per frame; vectors along the last axis where there is a most.
        frames: the Gaussian's sigma.
        most: how far a vector may be moved: what goes further is no jitter, but a quick motion.
    """
    count = len(values)
    reach = min(int(np.ceil(REACH * frames)), count - 1)
    if reach < 1:
        return values
    before = 2 * values[:1] - values[reach:0:-1]
    after = 2 * values[-1:] - values[-2 : -2 - reach : -1]
    longer = np.concatenate([before, values, after])
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / frames) ** 2)
    weights /= weights.sum()
    summed = np.zeros_like(values)
    for k, weight in enumerate(weights):
        summed += weight * longer[k : k + count]
    if np.isinf(most):
        return summed
    way = summed - values
    length = np.linalg.norm(way, axis=-1, keepdims=True)
    return values + way * np.minimum(1.0, most / np.maximum(length, 1e-12))
