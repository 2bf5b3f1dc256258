"""One curve for as long as it can follow, then another."""

from __future__ import annotations

import numpy as np

from maquette.splines.contours import contours_of
from maquette.splines.curves import Samples, samples_of
from maquette.splines.fitting import fit_samples
from maquette.splines.refits import lies
from maquette.splines.spans import spans_of
from tests.splines.masks import boxes, sliding


def samples(mask: np.ndarray) -> Samples:
    """The samples of a mask's largest contour."""
    return samples_of(contours_of(mask)[0].points_xy, points=8)


def armed(length_px: int) -> np.ndarray:
    """A box with an arm of some length."""
    return boxes((20, 30, 60, 70), (60, 45, 60 + length_px, 55), size_wh=(160, 100))


def test_what_keeps_its_shape_is_one_span() -> None:
    """An object that only moves is followed from its first frame to its last."""
    contours = [samples(mask) for mask in sliding(8)]
    (span,) = spans_of(contours, points=8)
    assert (span.first, span.after) == (0, 8)


def test_an_arm_that_grows_is_followed_from_where_it_is_longest() -> None:
    """Points begin on the frame that shows most, so that the arm has its own from the start."""
    contours = [samples(armed(length)) for length in (4, 12, 20, 28, 36, 44)]
    (span,) = spans_of(contours, points=12)
    worst = min(lies(c, s) for c, s in zip(span.curves, span.samples, strict=True))
    assert (span.first, span.after) == (0, 6)
    assert worst > 0.95


def test_another_shape_begins_another_span() -> None:
    """Where a contour changes at once, one curve ends and another begins; no frame is left out."""
    comb = boxes(*((20 + 12 * i, 20, 26 + 12 * i, 70) for i in range(6)), (20, 60, 86, 70))
    contours = [samples(boxes((20, 20, 86, 70)))] * 6 + [samples(comb)] * 6
    spans = spans_of(contours, points=24)
    assert [span.first for span in spans[1:]] == [span.after for span in spans[:-1]]
    assert (spans[0].first, spans[-1].after) == (0, 12)
    assert len(spans) >= 2


def test_a_curve_from_before_goes_on() -> None:
    """Handed a curve, the first span keeps its points."""
    contours = [samples(mask) for mask in sliding(6)]
    begun = fit_samples(contours[0], points=7)
    (span,) = spans_of(contours, points=9, begun=begun)
    assert span.curves.shape == (6, 7, 3, 2)
