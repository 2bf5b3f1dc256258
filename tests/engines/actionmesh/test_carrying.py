"""A model goes over without what nothing is drawn with, and comes back whole."""

from dataclasses import replace

import numpy as np
import pytest

from maquette.engines.actionmesh.carrying import carried
from maquette.errors import InputError
from maquette.types import Mesh
from tests import zoo


def with_loose_parts():
    """A box, a point that no face uses, and a face whose three points lie on one line."""
    box = zoo.box()
    corner = box.points.max(axis=0)
    loose = [corner + 0.02, corner + 0.04, corner + 0.05, corner + 0.06]
    points = np.concatenate([box.points, np.array(loose, np.float32)])
    line = np.array([[9, 10, 11]], np.int32)
    return Mesh(points, np.concatenate([box.faces, line]), np.zeros((len(points), 2), np.float32))


def test_it_goes_over_in_a_measure_of_its_own():
    """The longest side spans -1 to 1, wherever and however large the model is."""
    small = replace(zoo.box(), points=zoo.box().points * np.float32(0.001) + np.float32(5))
    sent = carried(small)
    assert -1 == pytest.approx(float(sent.points.min()), abs=1e-3)
    assert 1 == pytest.approx(float(sent.points.max()), abs=1e-3)
    assert np.array_equal(small.faces, sent.faces)


def test_what_no_proper_face_uses_stays_here():
    """Points and faces that ActionMesh would drop are not sent."""
    sent = carried(with_loose_parts())
    assert (8, 12) == (len(sent.points), len(sent.faces))


def test_what_stayed_goes_where_its_neighbour_goes():
    """Loose points keep their distance from the nearest point that moved."""
    model = with_loose_parts()
    sent = carried(model)
    moved = np.stack([sent.points, sent.points + np.float32(0.5)])
    back = sent.back(moved)
    assert (2, 12, 3) == back.shape
    np.testing.assert_allclose(sent.whole, back[0], atol=1e-6)
    np.testing.assert_allclose(sent.whole + 0.5, back[1], atol=1e-6)


def test_a_whole_model_comes_back_as_it_was_answered():
    """Where nothing stayed here nothing is added."""
    sent = carried(zoo.box())
    moved = np.stack([sent.points] * 3)
    assert sent.back(moved) is moved


@pytest.mark.parametrize(
    "faces",
    [pytest.param([], id="no faces"), pytest.param([[0, 0, 1]], id="faces without an area")],
)
def test_a_model_without_a_surface_is_refused(faces):
    """There is nothing to move."""
    flat = replace(zoo.box(), faces=np.array(faces, np.int32).reshape(-1, 3))
    with pytest.raises(InputError) as raised:
        carried(flat)
    assert "MESH_EMPTY" == raised.value.code
