"""Closest points: found by the tree, and by trying every face."""

from __future__ import annotations

import numpy as np
import pytest

from maquette.errors import InputError
from maquette.solids.closest_points import Surface, nearest_on
from tests import damage
from tests.zoo import box

RNG_SEED = 5


def test_the_nearest_place_is_the_one_that_trying_every_face_finds():
    """Around a bumpy solid no face is nearer than the one that is found."""
    star = damage.star(around=24)
    surface = Surface(star.points, star.faces)
    size = float(np.ptp(star.points, axis=0).max())
    asked = np.random.default_rng(RNG_SEED).normal(scale=size / 2, size=(60, 3))
    asked += star.points.mean(axis=0)
    found = surface.closest(asked)
    tried = [
        np.linalg.norm(
            nearest_on(surface.corners, np.repeat(at[None], len(star.faces), axis=0))[1] - at,
            axis=1,
        ).min()
        for at in asked
    ]
    assert np.allclose(tried, found.distances, rtol=1e-9, atol=1e-12)


def test_weights_lead_to_the_place_that_was_found():
    """The corners of the face, weighted, are the point at the distance that is told."""
    cube = box(1.0)
    asked = np.array([[0.9, 0.3, 0.1], [0, 2, 0], [0.1, 0.2, 0.3]])
    found = Surface(cube.points, cube.faces).closest(asked)
    corners = cube.points[cube.faces[found.faces]].astype(float)
    assert np.allclose(np.einsum("nk,nkd->nd", found.weights, corners), found.points)
    assert np.allclose([0.4, 1.0, 0.2], found.distances)


@pytest.mark.parametrize(
    ("asked", "distance"),
    [
        pytest.param((0.2, 0.2, 3.0), 3.0, id="above the inside"),
        pytest.param((0.5, -2.0, 0.0), 2.0, id="beyond an edge"),
        pytest.param((-3.0, -4.0, 0.0), 5.0, id="beyond a corner"),
    ],
)
def test_the_nearest_place_on_one_triangle(asked: tuple[float, float, float], distance: float):
    """Inside, edges and corners are each nearest to what lies before them."""
    triangle = np.array([[[0.0, 0, 0], [1, 0, 0], [0, 1, 0]]])
    _, place = nearest_on(triangle, np.array([asked]))
    assert distance == pytest.approx(float(np.linalg.norm(place[0] - asked)))


def test_a_triangle_without_area_counts_as_a_line():
    """Three corners in a row have a nearest place as well, and no division by nothing."""
    line = np.array([[[0.0, 0, 0], [1, 0, 0], [2, 0, 0]]])
    _, place = nearest_on(line, np.array([[1.5, 1.0, 0.0]]))
    assert np.allclose([[1.5, 0, 0]], place)


def test_a_mesh_without_faces_is_refused():
    """There is no nearest place on nothing."""
    cube = box()
    with pytest.raises(InputError) as refusal:
        Surface(cube.points, cube.faces[:0])
    assert refusal.value.code == "MESH_EMPTY"
