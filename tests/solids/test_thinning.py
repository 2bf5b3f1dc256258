"""Thinning: budgets kept, solids kept, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from maquette.errors import InputError
from maquette.solids.closest_points import Surface
from maquette.solids.samples import sampled
from maquette.solids.soundness import soundness_of
from maquette.solids.thinning import thinned
from maquette.types import Mesh
from tests import damage


@pytest.mark.parametrize("most", [5000, 1000, 200])
def test_the_budget_is_kept_and_the_solid_stays_one(most: int):
    """A ball of 18 k faces becomes one of at most the budget, sound and near to what it was."""
    ball = damage.ball(around=136)
    points, faces = thinned(ball.points, ball.faces, faces_at_most=most)
    assert most // 2 < len(faces) <= most
    assert soundness_of(points, faces).sound
    thin = Mesh(points, faces, np.zeros((len(points), 2), np.float32))
    seen = sampled(thin, 2000)
    far = Surface(ball.points, ball.faces).closest(seen).distances.max()
    assert far / np.linalg.norm(np.ptp(ball.points, axis=0)) < 8 / most


def test_what_is_within_the_budget_is_not_touched():
    """Points and faces come back as they were."""
    ball = damage.ball(around=24)
    points, faces = thinned(ball.points, ball.faces, faces_at_most=len(ball.faces))
    assert np.array_equal(ball.points, points)
    assert faces is ball.faces


def test_flat_sides_lose_faces_without_losing_shape():
    """A cube of many cells keeps its volume when only a few faces are allowed."""
    cube = damage.cube(cells=12)
    points, faces = thinned(cube.points, cube.faces, faces_at_most=100)
    before = soundness_of(cube.points, cube.faces).volume
    assert before == pytest.approx(soundness_of(points, faces).volume, rel=1e-5)


def test_the_same_solid_thins_to_the_same_one():
    """Nothing in the search depends on chance."""
    star = damage.star(around=72)
    one, other = (thinned(star.points, star.faces, faces_at_most=800) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_an_open_mesh_is_refused():
    """A ball without some faces encloses nothing, and is named so."""
    ball = damage.ball(around=24)
    with pytest.raises(InputError) as refusal:
        thinned(ball.points, np.ascontiguousarray(ball.faces[5:]), faces_at_most=100)
    assert refusal.value.code == "MESH_NOT_SOLID"


def test_a_budget_that_no_solid_meets_is_refused():
    """No solid has as few as three faces."""
    ball = damage.ball(around=24)
    with pytest.raises(InputError) as refusal:
        thinned(ball.points, ball.faces, faces_at_most=3)
    assert refusal.value.code == "MESH_CANNOT_THIN"
