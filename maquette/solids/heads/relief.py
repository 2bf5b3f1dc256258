"""Relief: what stands out of a face and what is drawn into it.

What belongs here: heights over the front of a head, from landmark depth and from dark lines. What
does not: the head they are laid on (`shapes`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from maquette.solids.heads.fitting import Fit
from maquette.solids.heads.landmarks import CHEEKS, FACE_POINTS, NOSE, OVAL
from maquette.solids.heads.outlines import Skull
from maquette.solids.heads.planes import CELLS, Plane
from maquette.types import Floats

Wide = NDArray[np.float64]
MOST, DEEPEST = 0.08, 0.014  # of the skull's height: what stands out, and what lies back
STANDS_OUT = 1.15  # times as far as in the photo: small heads are seen from far away
CALMED, CALM_CHEEKS = 1.3, 4.0  # coarse cells
CHEEK_HIGH, CHEEK_SOFT, NOSE_SOFT = 0.026, 0.05, 0.015  # of the skull's height
COARSE = 96  # cells of the map the landmarks are spread on
RIM = 0.16  # of the skull's height: relief fades out over this width
GROOVE = 0.0075  # of the skull's height: 0.3 mm on a figure of 100 mm
LINE = 0.022  # of the skull's height: how wide a dark line may be
DARKER = 55.0  # levels of light that make a full groove


def features(landmarks: Floats, fit: Fit, skull: Skull, plane: Plane) -> Floats:
    """(CELLS, CELLS) how far nose, brows, lips and chin stand out of an even face.

    Args:
        landmarks: in pixels, with depth.
        fit: from pixels to the plane.
        skull: what the face lies on.
        plane: the front plane.
    """
    xy = fit.forth(landmarks[:FACE_POINTS, :2])
    depth = landmarks[:FACE_POINTS, 2] * np.float32(fit.scale)
    raised = _over_even(xy, depth, skull)
    spread = _spread(xy.astype(np.float64), raised, plane)
    share = _fade(plane, xy[list(OVAL)], RIM * skull.height)
    return np.asarray(_rounded(spread, xy, skull, plane) * share, np.float32)


def _over_even(xy: Floats, depth: Floats, skull: Skull) -> Wide:
    """(N,) how far landmarks stand out of an even face: what any bent sheet could follow."""
    inner = (xy - skull.middle) / np.float32(skull.height / 2)
    x, y = inner[:, 0], inner[:, 1]
    terms = np.stack([np.ones_like(x), x, y, x * x, y * y, x * x * x * x], axis=1)
    even = terms @ np.linalg.lstsq(terms.astype(np.float64), depth.astype(np.float64))[0]
    raised = STANDS_OUT * (depth - even).astype(np.float64)
    # deep sockets would make one flat slope of a cheek
    most = np.where(raised > 0, MOST, DEEPEST) * skull.height
    return np.asarray(most * np.tanh(raised / most), np.float64)


def _rounded(spread: Floats, xy: Floats, skull: Skull, plane: Plane) -> Floats:
    """(CELLS, CELLS) a coarse relief, its cheeks round: light would run down even ones."""
    import cv2

    # the finder's points tremble: what is narrower than a nostril is not to be trusted
    calm, calmer = (
        _fine(np.asarray(cv2.GaussianBlur(spread, (0, 0), wide), np.float32))
        for wide in (CALMED, CALM_CHEEKS)
    )
    cheeks = _soft(plane, [xy[list(cheek)] for cheek in CHEEKS], CHEEK_SOFT * skull.height)
    nose = _soft(plane, [xy[list(NOSE)]], NOSE_SOFT * skull.height)
    high = np.float32(CHEEK_HIGH * skull.height)
    found = calm + (1 - nose) * cheeks * (calmer - calm) + high * cheeks
    return np.asarray(found, np.float32)


def grooves(laid: Floats, skull: Skull, plane: Plane) -> Floats:
    """(CELLS, CELLS) how deep the styled picture's dark lines are cut.

    Args:
        laid: the styled picture on the plane.
        skull: what it lies on.
        plane: the front plane.
    """
    import cv2

    cover = laid[..., 3] / np.float32(255)
    light = laid[..., :3] @ np.array([0.30, 0.59, 0.11], np.float32)
    light = np.where(cover > 0.02, light / np.maximum(cover, 0.02), 255).astype(np.float32)
    wide_px = 2 * round(LINE * skull.height / plane.step / 2) + 3
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide_px, wide_px))
    lines = cv2.morphologyEx(light, cv2.MORPH_BLACKHAT, kernel)
    deep = np.clip(lines / DARKER, 0, 1) * (cover > 0.9)
    soft = cv2.GaussianBlur(deep.astype(np.float32), (0, 0), 0.0052 * skull.height / plane.step)
    return np.asarray(soft * np.float32(GROOVE * skull.height), np.float32)


def _fine(coarse: Floats) -> Floats:
    """(CELLS, CELLS) a coarse map between its cells."""
    import cv2

    fine = cv2.resize(coarse, (CELLS, CELLS), interpolation=cv2.INTER_CUBIC)
    return np.asarray(fine, np.float32)


def _soft(plane: Plane, outlines: Sequence[Floats], wide: float) -> Floats:
    """(CELLS, CELLS) 1 within outlines, fading out over about this width."""
    import cv2

    canvas = np.zeros((CELLS, CELLS), np.float32)
    for outline in outlines:
        cv2.fillPoly(canvas, [np.rint(plane.cells(outline)).astype(np.int32)], 1)
    return np.asarray(cv2.GaussianBlur(canvas, (0, 0), wide / plane.step), np.float32)


def _spread(xy: Wide, values: Wide, plane: Plane) -> Floats:
    """(COARSE, COARSE) values between scattered places, smooth, zero far away."""
    from scipy.interpolate import RBFInterpolator

    step = CELLS / COARSE * plane.step
    along = (np.arange(COARSE) + 0.5) * step
    x, y = np.meshgrid(plane.left + along, plane.top - along)
    at = np.stack([x.ravel(), y.ravel()], axis=1)
    low, high = xy.min(axis=0) - 2 * step, xy.max(axis=0) + 2 * step
    near = ((at >= low) & (at <= high)).all(axis=1)
    # points of lips and lids that lie in one place pull in different ways
    _, kept = np.unique(np.round(xy / (0.5 * step)), axis=0, return_index=True)
    spread = RBFInterpolator(xy[kept], values[kept], neighbors=40, smoothing=1e-5, degree=1)
    filled = np.zeros(len(at))
    filled[near] = spread(at[near])
    return filled.reshape(COARSE, COARSE).astype(np.float32)


def _fade(plane: Plane, oval: Floats, wide: float) -> Floats:
    import cv2

    canvas = np.zeros((CELLS, CELLS), np.uint8)
    cv2.fillPoly(canvas, [np.rint(plane.cells(oval)).astype(np.int32)], 1)
    deep = np.asarray(cv2.distanceTransform(canvas, cv2.DIST_L2, 5), np.float32)
    share = np.clip(deep * np.float32(plane.step / wide), 0, 1)
    return (share * share * (3 - 2 * share)).astype(np.float32)
