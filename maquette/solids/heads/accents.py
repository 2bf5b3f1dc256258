"""Accents: eyes, brows and lips in relief, plainer than a finder's depth shows them.

What belongs here: heights over the front of a head that follow the outlines of a face's parts.
What does not: the face they are laid on (`relief`, `shapes`).

Without paint only shadows tell a face: so lids stand over round eyes, pupils are sunk in, brows
are ridges, and a deep line parts the lips.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from maquette.solids.heads.fitting import Fit
from maquette.solids.heads.landmarks import BROW_OUTLINES, EYES, IRISES, MOUTH, MOUTH_INNER
from maquette.solids.heads.outlines import Skull
from maquette.solids.heads.planes import CELLS, Plane
from maquette.types import Bools, Floats

# shares of the skull's height
EYE_ROUND, LID_DEEP, PUPIL_DEEP = 0.011, 0.014, 0.019
BROW_HIGH, LIP_HIGH, MOUTH_DEEP = 0.018, 0.012, 0.015
BROW_SOFT, SOFT = 0.010, 0.005
LID_WIDE, MOUTH_WIDE = 0.010, 0.009
PUPIL = 0.75  # of an iris


def accents(landmarks: Floats, fit: Fit, skull: Skull, plane: Plane) -> Floats:
    """(CELLS, CELLS) what is added to a face, above zero where it stands out.

    Args:
        landmarks: in pixels.
        fit: from pixels to the plane.
        skull: what the face lies on.
        plane: the front plane.
    """
    cells = plane.cells(fit.forth(landmarks[:, :2]))
    per = float(skull.height / plane.step)
    raised = np.zeros((CELLS, CELLS), np.float32)
    for eye, iris in zip(EYES, IRISES, strict=True):
        raised += _eye(cells, eye, iris, per)
    for brow in BROW_OUTLINES:
        ridge = _soft(_filled(cells[list(brow)]), BROW_SOFT * per)
        raised += np.float32(BROW_HIGH * per) * ridge
    return np.asarray((raised + _mouth(cells, per)) * np.float32(plane.step), np.float32)


def brows(landmarks: Floats, fit: Fit, skull: Skull, plane: Plane) -> Floats:
    """(CELLS, CELLS) 1 in the brows, fading out around them."""
    import cv2

    cells = plane.cells(fit.forth(landmarks[:, :2]))
    filled = np.zeros((CELLS, CELLS), np.bool_)
    for brow in BROW_OUTLINES:
        filled |= _filled(cells[list(brow)])
    wide = 2 * round(0.02 * skull.height / plane.step) + 1
    grown = cv2.dilate(filled.astype(np.uint8), np.ones((wide, wide), np.uint8)) > 0
    return _soft(np.asarray(grown), BROW_SOFT * skull.height / plane.step)


def _eye(cells: Floats, outline: Sequence[int], iris: Sequence[int], per: float) -> Floats:
    """A round eye behind its lids, with a hole for a pupil."""
    ball = _filled(cells[list(outline)])
    lids = _line(cells[list(outline)], LID_WIDE * per, closed=True)
    middle = cells[iris[0]]
    radius = PUPIL * float(np.linalg.norm(cells[list(iris[1:])] - middle, axis=1).mean())
    x, y = np.meshgrid(np.arange(CELLS, dtype=np.float32), np.arange(CELLS, dtype=np.float32))
    pupil = (np.hypot(x - middle[0], y - middle[1]) < radius) & ball
    raised = np.float32(EYE_ROUND * per) * _dome(ball)
    raised -= np.float32(LID_DEEP * per) * _soft(lids, SOFT * per)
    raised -= np.float32(PUPIL_DEEP * per) * _soft(pupil, SOFT * per)
    return raised


def _mouth(cells: Floats, per: float) -> Floats:
    outer, inner = _filled(cells[list(MOUTH)]), _filled(cells[list(MOUTH_INNER)])
    half = len(MOUTH_INNER) // 2 + 1
    upper, lower = MOUTH_INNER[:half], (MOUTH_INNER[0], *MOUTH_INNER[: half - 2 : -1])
    # between closed lips both are one line
    line = _line(cells[list(upper)], MOUTH_WIDE * per, closed=False)
    line |= _line(cells[list(lower)], MOUTH_WIDE * per, closed=False)
    raised = np.float32(LIP_HIGH * per) * _soft(outer & ~inner, 1.6 * SOFT * per)
    raised -= np.float32(MOUTH_DEEP * per) * _soft(line, SOFT * per)
    return raised


def _filled(outline: Floats) -> Bools:
    import cv2

    canvas = np.zeros((CELLS, CELLS), np.uint8)
    cv2.fillPoly(canvas, [np.rint(outline).astype(np.int32)], 1)
    return canvas > 0


def _line(points: Floats, wide: float, *, closed: bool) -> Bools:
    import cv2

    canvas = np.zeros((CELLS, CELLS), np.uint8)
    path = [np.rint(points).astype(np.int32)]
    cv2.polylines(canvas, path, closed, 1, max(1, round(wide)))
    return canvas > 0


def _dome(inside: Bools) -> Floats:
    """From 0 at the rim to 1 where it is farthest away."""
    import cv2

    deep = np.asarray(cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5), np.float32)
    rise = np.clip(deep / np.float32(max(float(deep.max()), 1.0)), 0, 1)
    return np.sqrt(rise * (2 - rise)).astype(np.float32)


def _soft(inside: Bools, sigma: float) -> Floats:
    import cv2

    soft = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), max(sigma, 0.4))
    return np.asarray(soft, np.float32)
