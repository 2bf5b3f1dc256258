"""Prints in print axes: sizes, volumes, centres and bodies of known solids."""

import numpy as np
import pytest

from maquette.errors import InputError
from maquette.solids.printed import printed, standing
from maquette.types import Mesh
from tests import printable, zoo


def test_axes_and_millimetres():
    """A block keeps its width, depth and height, and stands in the middle of the bed."""
    solid = printed(printable.mesh_of(printable.block(40, 20, 10, at=(7, -3, 50))))
    assert pytest.approx([40, 20, 10], abs=1e-4) == solid.size_mm.tolist()
    assert pytest.approx([0, 0, 5], abs=1e-4) == solid.centre_mm.tolist()
    assert pytest.approx(8000, rel=1e-6) == solid.volume_mm3
    assert pytest.approx(2800, rel=1e-6) == solid.areas_mm2.sum()


def test_what_faces_the_viewer_comes_to_the_front_of_the_bed():
    """A point nearer to the viewer (+z) is nearer to the printer's door (-y)."""
    mesh = printable.mesh_of(printable.block(10, 10, 10) + printable.block(2, 2, 2, at=(0, -8, 0)))
    nose = mesh.points[:, 2].argmax()
    assert printed(mesh).points_mm[nose, 1] == printed(mesh).points_mm[:, 1].min()


def test_the_centre_of_mass_is_that_of_the_material():
    """A table's centre is nearer to its heavy top: (2000 * 10 + 8000 * 22.5) / 10000."""
    assert pytest.approx(20, rel=1e-5) == printed(printable.mesh_of(printable.table())).centre_mm[2]


def test_bodies_and_hollows():
    """A bottle is two shells, the inner one with a volume below zero."""
    outer, inner = printed(printable.mesh_of(printable.bottle(wall=5))).bodies
    assert pytest.approx((27000, -8000), rel=1e-5) == (outer.volume_mm3, inner.volume_mm3)
    assert pytest.approx((20, 20, 20), rel=1e-5) == inner.size_mm


def test_standing_is_on_the_floor():
    """A mesh is moved up or down, and not aside."""
    mesh = printable.mesh_of(printable.block(10, 10, 10, at=(3, 0, -20)))
    moved = standing(mesh)
    assert pytest.approx(0) == moved.points[:, 1].min()
    assert np.array_equal(mesh.points[:, [0, 2]], moved.points[:, [0, 2]])


def test_nothing_is_refused():
    """A mesh without faces is an input error."""
    box = zoo.box()
    with pytest.raises(InputError, match="MESH_EMPTY"):
        printed(Mesh(box.points, box.faces[:0], box.uv))
