"""Points keep their identity from contour to contour."""

from __future__ import annotations

import numpy as np
import pytest

from maquette.splines.contours import contours_of
from maquette.splines.curves import Samples, line_of, samples_of
from maquette.splines.fitting import fit_samples
from maquette.splines.following import carried, matched
from maquette.splines.rasters import iou_of_lines
from tests.splines.masks import lobed

POINTS = 12


def samples_at(x: float, *, radius: float = 30) -> Samples:
    """A lobed contour with its middle at a place."""
    matte = lobed((x, 60), size_wh=(260, 120), radius=radius)
    return samples_of(contours_of(matte)[0].points_xy, points=POINTS)


def test_a_curve_is_carried_with_what_moves() -> None:
    """Every point moves as the object does, even by more than its half size."""
    curve = fit_samples(samples_at(60), points=POINTS)
    after, _ = carried(curve, samples_at(100))
    assert (after[:, 0] - curve[:, 0]) == pytest.approx(np.tile([40, 0], (POINTS, 1)), abs=1.2)


def test_a_curve_grows_with_what_comes_nearer() -> None:
    """Points move away from the middle by the share by which the object grows."""
    curve = fit_samples(samples_at(120, radius=25), points=POINTS)
    after, placed = carried(curve, samples_at(120, radius=32))
    middle = np.array([120, 60])
    grown = np.linalg.norm(after[:, 0] - middle, axis=1) / np.linalg.norm(
        curve[:, 0] - middle, axis=1
    )
    assert grown == pytest.approx(32 / 25, abs=0.06)
    assert iou_of_lines([line_of(after)], [placed.points_xy]) > 0.98


def test_matching_goes_around_once_and_in_order() -> None:
    """Wherever a contour happens to begin, its samples lie in order along the curve."""
    curve = fit_samples(samples_at(100), points=POINTS)
    other = samples_at(104)
    begun = Samples(
        np.roll(other.points_xy, 77, axis=0),
        np.roll(other.normals, 77, axis=0),
        other.spacing_px,
        other.places,
    )
    placed = matched(curve, begun)
    assert np.diff(placed.places).min() >= 0
    assert POINTS - 1 < placed.places[-1] - placed.places[0] < POINTS
