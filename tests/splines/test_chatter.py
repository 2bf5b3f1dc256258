"""Chatter goes, contact and even motion stay."""

from __future__ import annotations

import numpy as np
import pytest

from maquette.splines.chatter import chatter_px, steadied
from maquette.splines.contours import contours_of
from maquette.splines.curves import line_of, samples_of
from maquette.splines.fitting import fit_samples
from maquette.splines.following import matched
from maquette.splines.rasters import iou_of_lines
from tests.splines.masks import lobed


def test_wandering_points_are_steadied_and_the_line_stays() -> None:
    """Points that slide along a still contour come to rest, and the curve stays on it."""
    (contour,) = contours_of(lobed((60, 60), size_wh=(120, 120), radius=40))
    samples = samples_of(contour.points_xy, points=10)
    curve = fit_samples(samples, points=10)
    chance = np.random.default_rng(5)
    curves = np.array([curve + chance.normal(0, 0.8, curve.shape) for _ in range(9)])
    placed = [matched(each, samples) for each in curves]
    rested, _ = steadied(curves, placed)
    assert chatter_px(rested[1:-1, :, 0]) < 0.4 * chatter_px(curves[1:-1, :, 0])
    assert iou_of_lines([line_of(rested[4])], [contour.points_xy]) > 0.985


def test_even_motion_has_no_chatter() -> None:
    """A straight path at even speed has no second difference; a step has."""
    path = np.arange(6, dtype=float)[:, None, None] * (3, 4)
    jump = path.copy()
    jump[3:] += (0, 2)
    assert chatter_px(path) == pytest.approx(0)
    assert chatter_px(jump) == pytest.approx(4 / 4)


@pytest.mark.parametrize("count", [1, 2])
def test_short_runs_stay_as_they_are(count: int) -> None:
    """There is nothing to steady in two frames."""
    (contour,) = contours_of(lobed((60, 60), size_wh=(120, 120), radius=40))
    samples = samples_of(contour.points_xy, points=8)
    curves = np.stack([fit_samples(samples, points=8)] * count)
    assert np.array_equal(steadied(curves, [samples] * count)[0], curves)
    assert chatter_px(curves[:, :, 0]) == 0.0
