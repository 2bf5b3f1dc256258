"""Where a curve passes, and where samples lie on it."""

from __future__ import annotations

import numpy as np
import pytest

from maquette.splines.contours import contours_of
from maquette.splines.curves import Samples, at, basis_rows, line_of, nearer, samples_of, sheaf_of
from maquette.splines.fitting import fit_samples
from tests.splines.masks import lobed


def straight(corners: list[tuple[float, float]]) -> np.ndarray:
    """A curve with straight sides: tangents reach a third of the way."""
    points = np.array(corners, float)
    onward = (np.roll(points, -1, axis=0) - points) / 3
    return np.stack([points, -np.roll(onward, 1, axis=0), onward], axis=1)


def on(curve: np.ndarray, places: np.ndarray) -> Samples:
    """Samples that lie on a curve."""
    return Samples(at(curve, places), np.tile([1.0, 0.0], (len(places), 1)), 1.0, places)


SQUARE = straight([(0, 0), (30, 0), (30, 30), (0, 30)])


def test_a_block_of_curves_passes_where_each_does() -> None:
    """Several frames at once give what they give one by one."""
    curves = np.random.default_rng(2).normal(size=(3, 5, 3, 2))
    places = np.random.default_rng(3).uniform(0, 5, (3, 7))
    singly = [at(curve, own) for curve, own in zip(curves, places, strict=True)]
    assert at(curves, places) == pytest.approx(np.array(singly))


def test_a_line_passes_through_its_places() -> None:
    """The line of a curve is the curve at even places."""
    assert line_of(SQUARE, steps=5) == pytest.approx(at(SQUARE, np.arange(20) / 5))


def test_frames_with_fewer_samples_are_made_up_without_weight() -> None:
    """What is made up weighs nothing, and is gone when frames are taken apart again."""
    frames = [on(SQUARE, np.linspace(0, 3.9, count)) for count in (9, 6)]
    sheaf = sheaf_of(frames)
    assert sheaf.weights_px.sum(axis=1).tolist() == [9, 6]
    assert [len(each.places) for each in sheaf.singly(frames)] == [9, 6]


def test_a_loop_that_meets_no_sample_is_seen() -> None:
    """A corner of a curve that its contour cuts off belongs to the chord across it."""
    places = np.array([0.0, 0.5, 2.0, 2.5, 3.0, 3.25, 3.5, 3.75])
    (sheaf,) = [sheaf_of([on(SQUARE, places)]).unmet(SQUARE[None])]
    seen = sheaf.weights_px[0] > 0
    within = (sheaf.places[0] > 0.5) & (sheaf.places[0] < 2)
    assert seen[within].all()
    chord = sheaf.points_xy[0][within] @ [1, -1] / 2  # from (15, 0) to (30, 30)
    assert (sheaf.points_xy[0][within] @ [2, -1]) == pytest.approx(30)
    assert np.ptp(chord) > 0


def test_where_samples_are_dense_nothing_is_unmet() -> None:
    """A contour that lies all along its curve leaves no loop."""
    sheaf = sheaf_of([on(SQUARE, np.arange(0, 4, 0.1))])
    assert sheaf.unmet(SQUARE[None]).weights_px.sum() == 0


def test_a_curve_is_the_same_by_rows_and_by_places() -> None:
    """The two ways to ask where a curve passes agree."""
    (contour,) = contours_of(lobed((60, 60), size_wh=(120, 120), radius=40))
    curve = fit_samples(samples_of(contour.points_xy, points=8), points=8)
    places = np.array([0.0, 1.25, 7.75])
    rows = basis_rows(places, 8) @ curve.reshape(-1, 2)
    assert rows == pytest.approx(at(curve, places))


def test_places_keep_their_order() -> None:
    """However far a curve is from its contour, samples never pass each other on it."""
    (contour,) = contours_of(lobed((60, 60), size_wh=(120, 120), radius=40))
    samples = samples_of(contour.points_xy, points=8)
    curve = fit_samples(samples, points=8)
    placed = nearer(samples, curve[::-1] + 30)
    assert np.diff(placed.places).min() >= 0
    assert placed.places[-1] - placed.places[0] <= 8
