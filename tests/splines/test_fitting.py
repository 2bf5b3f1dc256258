"""Few points, where corners are, and a curve that lies on its contour."""

from __future__ import annotations

import numpy as np
import pytest

from maquette.splines.contours import contours_of
from maquette.splines.curves import line_of
from maquette.splines.fitting import fit_contours
from maquette.splines.rasters import cover_of_lines, iou
from tests.splines.masks import boxes, lobed


@pytest.mark.parametrize(("points", "least"), [(4, 0.9), (8, 0.98), (16, 0.993)])
def test_more_points_lie_closer(points: int, least: float) -> None:
    """A lobed shape is held by few points and held better by more."""
    matte = lobed((60, 60), size_wh=(120, 120), radius=40)
    (curve,) = fit_contours(contours_of(matte), points=points)
    assert len(curve) == points
    assert iou(cover_of_lines([line_of(curve)], (120, 120)), matte) >= least


def test_corners_become_points() -> None:
    """Four points on a box lie on its corners."""
    (curve,) = fit_contours(contours_of(boxes((20, 15, 90, 60))), points=4)
    corners = np.array([[20, 15], [90, 15], [90, 60], [20, 60]])
    away = np.linalg.norm(curve[:, None, 0] - corners, axis=2).min(axis=0)
    assert away.max() < 1.5


def test_holes_share_the_points_of_their_object() -> None:
    """Outline and hole together have no more points than were asked for."""
    mask = boxes((10, 10, 90, 70))
    mask[25:50, 30:60] = 0
    curves = fit_contours(contours_of(mask), points=10)
    assert sum(len(curve) for curve in curves) == 10
    assert iou(cover_of_lines([line_of(curve) for curve in curves], (120, 80)), mask) > 0.98


def test_what_gets_no_points_is_left_out() -> None:
    """With points for one contour only, the larger one is drawn."""
    curves = fit_contours(contours_of(boxes((5, 5, 40, 40), (60, 5, 70, 15))), points=5)
    assert [len(curve) for curve in curves] == [5]


@pytest.mark.parametrize("side", [1, 2, 3], ids=lambda side: f"{side} px")
def test_tiny_shapes_have_finite_curves(side: int) -> None:
    """Even one pixel becomes a closed curve around it."""
    (curve,) = fit_contours(contours_of(boxes((9, 9, 9 + side, 9 + side))), points=32)
    assert np.isfinite(curve).all()
    assert np.linalg.norm(curve[:, 0].mean(axis=0) - (9 + side / 2)) < 0.3


def test_the_same_contour_gives_the_same_curve() -> None:
    """Nothing is left to chance."""
    contours = contours_of(lobed((60, 60), size_wh=(120, 120), radius=40))
    first, second = (fit_contours(contours, points=12)[0] for _ in range(2))
    assert first.tobytes() == second.tobytes()
