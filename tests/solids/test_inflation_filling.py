"""Filling: as many faces as allowed, parts left out as asked, a closed skin on both sides."""

import numpy as np
import pytest

from maquette.solids.inflation_filling import filled, two_sided
from maquette.solids.inflation_swelling import swelling
from maquette.solids.surfaces import open_edges, volume_m3
from tests import zoo


@pytest.mark.parametrize("most", [800, 4_000, 20_000])
def test_faces_are_as_many_as_allowed(most):
    """Never more, and not much fewer."""
    _, sheets = filled(zoo.ring(256), faces_at_most=most)
    assert most / 2 < 2 * sum(len(sheet.faces) for sheet in sheets) <= most


def test_smaller_parts_are_left_out():
    """Of three balls the largest is filled, and the outline tells of it alone."""
    outline, sheets = filled(zoo.islands(256), faces_at_most=2_000, parts_at_most=1)
    assert (1, 1) == (len(outline.parts), len(sheets))
    assert outline.bounds_xyxy[2] < 128


def test_front_and_back_close():
    """Heights over a sheet and their mirror image enclose a volume, right side out."""
    (sheet,) = filled(zoo.ring(256), faces_at_most=4_000)[1]
    heights = np.sqrt(swelling(sheet, even=np.inf))
    flat = sheet.points * [1, -1]
    front, back = (np.column_stack([flat, way * heights]) for way in (1, -1))
    points, faces = np.vstack([front, back]), two_sided(sheet)
    assert 0 == open_edges(points, faces)
    assert volume_m3(points, faces) > 0
