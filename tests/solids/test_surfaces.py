"""Surfaces: where shading is sharp, and what counts as closed."""

import numpy as np
import pytest

from maquette.solids.cards import die_cut
from maquette.solids.surfaces import open_edges, shaded, volume_m3
from maquette.types import Mesh
from tests import zoo


def test_a_box_keeps_its_edges():
    """Each of eight corners gets three normals, one per side."""
    surface = shaded(zoo.box())
    assert 24 == len(surface.points)
    assert {0.0, 1.0} == set(np.abs(surface.normals).ravel().tolist())


def test_a_card_needs_no_seams():
    """The chamfer shades round, so no point is doubled, and the front looks straight ahead."""
    mesh, _ = die_cut(zoo.ball())
    surface = shaded(mesh)
    assert len(mesh.points) == len(surface.points)
    front = surface.points[:, 2] == surface.points[:, 2].max()
    assert surface.normals[front, 2].min() > 0.99


def test_shading_is_settled():
    """Shading what was shaded changes nothing: files written twice are the same."""
    once = shaded(zoo.box())
    twice = shaded(Mesh(once.points, once.faces, once.uv))
    assert np.array_equal(once.points, twice.points)
    assert np.array_equal(once.normals, twice.normals)


def _without_a_face(faces):
    return faces[1:]


def _with_a_flipped_face(faces):
    return np.vstack([faces[:1, ::-1], faces[1:]])


def _with_a_doubled_face(faces):
    return np.vstack([faces, faces[:1]])


@pytest.mark.parametrize("spoil", [_without_a_face, _with_a_flipped_face, _with_a_doubled_face])
def test_open_edges_are_found(spoil):
    """A missing, flipped or doubled face is not watertight."""
    box = zoo.box()
    assert 0 == open_edges(box.points, box.faces)
    assert open_edges(box.points, spoil(box.faces)) > 0


def test_volume_tells_inside_from_outside():
    """A box of 10 cm holds a litre; turned inside out it holds minus a litre."""
    box = zoo.box(0.1)
    assert pytest.approx(0.001) == volume_m3(box.points, box.faces)
    assert pytest.approx(-0.001) == volume_m3(box.points, box.faces[:, ::-1])
