"""A ring of segments is solved as the whole system would be."""

from __future__ import annotations

import numpy as np
import pytest

from maquette.splines.contours import Reals, contours_of
from maquette.splines.curves import Samples, basis_rows, samples_of, sheaf_of
from maquette.splines.pulls import (
    EASE,
    HANDLES,
    SLIDE,
    Pull,
    by_segments,
    loops_of,
    pull_of,
    ring_solved,
    solved,
)
from tests.splines.masks import lobed


def contour(points: int, *, x: float = 60) -> Samples:
    """The samples of a lobed contour."""
    (found,) = contours_of(lobed((x, 60), size_wh=(140, 120), radius=30))
    return samples_of(found.points_xy, points=points)


def written_out(forms: Reals, vectors: Reals) -> tuple[Reals, Reals]:
    """Forms (P, 8, K, 8, K) and vectors (P, 8, K) as one dense system over (K, P, 3, 2)."""
    points, _, keys = vectors.shape
    numbers = np.arange(keys * points * 6).reshape(keys, points, 3, 2)
    places = np.moveaxis(by_segments(numbers), 0, -1)  # (P, 8, K)
    matrix, right = np.zeros((numbers.size, numbers.size)), np.zeros(numbers.size)
    for own, form, vector in zip(places, forms, vectors, strict=True):
        flat = own.ravel()
        matrix[np.ix_(flat, flat)] += form.reshape(flat.size, flat.size)
        right[flat] += vector.ravel()
    return matrix, right


@pytest.mark.parametrize("points", [3, 4, 7, 12, 25], ids=lambda points: f"{points} points")
@pytest.mark.parametrize("keys", [1, 2, 5], ids=lambda keys: f"{keys} keys")
def test_the_ring_is_solved_as_the_whole(points: int, keys: int) -> None:
    """Segment by segment gives what one large system gives."""
    chance = np.random.default_rng(points + keys)
    roots = chance.normal(size=(2, points, 8 * keys, 8 * keys))
    forms = (roots @ roots.swapaxes(2, 3) + np.eye(8 * keys)).reshape(2, points, 8, keys, 8, keys)
    vectors = chance.normal(size=(2, points, 8, keys))
    expected = [np.linalg.solve(*written_out(*each)) for each in zip(forms, vectors, strict=True)]
    found = ring_solved(forms, vectors).reshape(2, -1)
    assert found == pytest.approx(np.array(expected), rel=1e-9, abs=1e-9)


def test_a_pull_is_the_sum_of_its_samples() -> None:
    """Each sample adds its own square: firm across the contour, loose along it."""
    points, samples = 6, contour(6)
    rows = np.kron(basis_rows(samples.places, points), np.eye(2)).reshape(-1, 2, 6 * points)
    across = samples.normals[:, :, None] * samples.normals[:, None]
    hold = samples.spacing_px * ((1 - SLIDE) * across + SLIDE * np.eye(2))
    matrix = np.einsum("nda,nde,neb->ab", rows, hold, rows)
    vector = np.einsum("nda,nde,ne->a", rows, hold, samples.points_xy)
    pull = pull_of(sheaf_of([samples]), points)
    ease = HANDLES * samples.spacing_px * len(samples.places) / points * EASE
    found = written_out((pull.forms[0] - ease)[..., None, :, None], pull.vectors[0][..., None])
    assert found[0] == pytest.approx(matrix)
    assert found[1] == pytest.approx(vector)


def test_frames_are_solved_each_for_itself() -> None:
    """Several frames in one go come out as they do alone."""
    frames = [contour(8, x=x) for x in (50, 60, 70)]
    alone = [solved(pull_of(sheaf_of([frame]), 8))[0] for frame in frames]
    assert solved(pull_of(sheaf_of(frames), 8)) == pytest.approx(np.array(alone))


def test_a_firm_hold_wins() -> None:
    """Held firmly enough, a curve stays where it is held."""
    sheaf = sheaf_of([contour(8)])
    curve = solved(pull_of(sheaf, 8)) + 3
    assert solved(pull_of(sheaf, 8), towards=curve, firm=1e6) == pytest.approx(curve, abs=1e-3)


def test_a_loop_is_pulled_back() -> None:
    """A point that stands out where no sample lies against it is drawn to the contour."""
    samples = contour(8)
    kept = np.abs(samples.places - 4) > 0.9  # nothing lies against the fifth point
    sheaf = sheaf_of(
        [Samples(samples.points_xy[kept], samples.normals[kept], 1.0, samples.places[kept])]
    )
    out = solved(pull_of(sheaf, 8), firm=1e-6)
    out[0, 4, 0] += 40
    held: Pull = pull_of(sheaf, 8)
    alone = solved(held, towards=out, firm=1e-2)
    drawn = solved(held + loops_of(sheaf, out), towards=out, firm=1e-2)
    away = [np.linalg.norm(each[0, 4, 0] - (60, 60)) for each in (out, alone, drawn)]
    assert away[2] < away[1] <= away[0] + 1
