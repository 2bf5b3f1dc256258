"""The last rung: a new surface around what cannot be sewn."""

import numpy as np
import pytest

from maquette.solids.deviation import deviation_of
from maquette.solids.soundness import soundness_of, volume_of
from maquette.solids.wrapping import wrapped
from tests import damage


def wrap(mesh, cells=40):
    """The mesh wrapped on a coarse grid."""
    diagonal = float(np.linalg.norm(np.ptp(mesh.points, axis=0)))
    points, faces = mesh.points.astype(np.float64), mesh.faces.astype(np.int64)
    return wrapped(points, faces, cells=cells, wall=0.006 * diagonal)


@pytest.mark.parametrize("name", ["ball", "ring"])
def test_a_solid_keeps_its_shape(name):
    """The wrap is sound, near the mesh, and of nearly its volume."""
    mesh = damage.good_ones()[name]
    draft = wrap(mesh)
    assert soundness_of(draft.points, draft.faces).sound
    assert deviation_of(mesh, draft).share < 0.01
    volume = volume_of(draft.points, draft.faces)
    assert pytest.approx(damage.volume_m3(mesh), rel=0.06) == volume


def test_what_is_enclosed_is_solid():
    """Loose parts within do not come through."""
    draft = wrap(damage.sheet_inside(damage.ball()))
    assert 1 == soundness_of(draft.points, draft.faces).bodies


def test_a_sheet_becomes_a_thin_solid():
    """A sheet has two sides in the wrap, half a wall off."""
    sheet = damage.kept(damage.cube(), np.arange(1728) < 288)
    draft = wrap(sheet)
    assert soundness_of(draft.points, draft.faces).sound
    assert deviation_of(sheet, draft).share < 0.006
