"""Curves on given keys, fitted to every frame between them."""

from __future__ import annotations

import numpy as np
import pytest

from maquette.splines.contours import Reals, contours_of
from maquette.splines.curves import samples_of, sheaf_of
from maquette.splines.pulls import pull_of
from maquette.splines.refits import FIRM, HELD, SLIDE, Refitter, Run, between
from maquette.splines.spans import spans_of
from tests.splines.masks import sliding
from tests.splines.test_pulls import written_out

KEYS = (0, 3, 6)


def run(*, held: Reals | None = None) -> Run:
    """A lobed shape that moves for seven frames."""
    contours = [contours_of(mask)[0] for mask in sliding(7)]
    (span,) = spans_of([samples_of(each.points_xy, points=8) for each in contours], points=8)
    return Run(span.curves, span.samples, tuple(each.area_px for each in contours), held)


def densely(moved: Run, weights: Reals) -> Reals:
    """The curves on the keys by one large system, frame by frame."""
    size = moved.curves[0].size
    matrix, right = np.zeros((3 * size, 3 * size)), np.zeros(3 * size)
    for frame, (samples, weight) in enumerate(zip(moved.samples, weights, strict=True)):
        pull = pull_of(sheaf_of([samples]), 8, slide=SLIDE)
        form, vector = written_out(pull.forms[0][..., None, :, None], pull.vectors[0][..., None])
        firm = FIRM * float(np.trace(form)) / size
        rows = np.kron([[max(1 - abs(frame - key) / 3, 0) for key in KEYS]], np.eye(size))
        matrix += weight * rows.T @ (form + firm * np.eye(size)) @ rows
        right += weight * rows.T @ (vector + firm * moved.curves[frame].ravel())
    if moved.held is not None:
        firm = HELD * float(np.trace(matrix[:size, :size])) / size
        matrix[:size, :size] += firm * np.eye(size)
        right[:size] += firm * moved.held.ravel()
    return np.asarray(np.linalg.solve(matrix, right), np.float64).reshape(3, 8, 3, 2)


@pytest.mark.parametrize("shift", [None, 0.8], ids=["free", "going on"])
def test_all_keys_are_sought_at_once(shift: float | None) -> None:
    """What is found ring by ring is what one large system gives."""
    moved = run(held=None if shift is None else run().curves[0] + shift)
    weights = np.linspace(0.5, 1.5, 7)
    found = Refitter(moved).fitted(KEYS, weights, rounds=0)
    assert found.curves == pytest.approx(densely(moved, weights), rel=1e-9, abs=1e-7)


def test_every_frame_is_looked_at() -> None:
    """Even motion holds on all frames, those between the keys too."""
    found = Refitter(run()).fitted(KEYS, np.ones(7))
    assert len(found.ious) == 7
    assert min(found.ious) > 0.97


def test_between_keys_all_is_linear() -> None:
    """Halfway in time is halfway in place; outside of the keys it stands."""
    curves = np.stack([np.zeros((3, 3, 2)), np.ones((3, 3, 2))])
    values = [float(between(curves, (10, 20), frame)[0, 0, 0]) for frame in (5, 10, 15, 20, 30)]
    assert values == [0, 0, 0.5, 1, 1]
