"""Chatter: the trembling of points from frame to frame, taken out without lag or loss of contact.

Every curve is drawn to the middle of its neighbours in time while its own contour holds it: firmly
across, loosely along. So points stop wandering along the contour, even motion passes as it is, and
the line stays where it belongs. What belongs here: smoothing over time and its
measure. What does not: choosing keys.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from maquette.splines.contours import Reals
from maquette.splines.curves import Samples, sheaf_of
from maquette.splines.pulls import pull_of, solved

ROUNDS = 2
STEADY = 0.05  # pull towards the neighbours' middle against the mean pull of the contour
FREE = 0.01  # how much a contour holds along itself


def steadied(curves: Reals, samples: Sequence[Samples]) -> tuple[Reals, tuple[Samples, ...]]:
    """Curves (T, P, 3, 2) at rest with their neighbours in time, and where contours lie on them."""
    curves = curves.copy()
    count, points = curves.shape[:2]
    whole = sheaf_of(samples)
    for turn in range(2 * ROUNDS if count > 2 else 0):
        # every other frame at a time, so that none is drawn to what is just being moved
        frames = np.arange(1 + turn % 2, count - 1, 2)
        if len(frames):
            middles = (curves[frames - 1] + curves[frames + 1]) / 2
            pull = pull_of(whole.at_frames(frames), points, slide=FREE)
            curves[frames] = solved(pull, towards=middles, firm=STEADY)
            whole.places[frames] = whole.at_frames(frames).nearer(curves[frames]).places
    return curves, whole.singly(samples)


def chatter_px(points_xy: Reals) -> float:
    """The mean length of the second differences of points over frames, (T, P, 2)."""
    if len(points_xy) < 3:
        return 0.0
    return float(np.linalg.norm(np.diff(points_xy, n=2, axis=0), axis=-1).mean())
