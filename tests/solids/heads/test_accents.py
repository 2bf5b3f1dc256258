"""Accents: a face reads without paint: lids and pupils sunk in, brows and lips standing out."""

import numpy as np
import pytest

from maquette.solids.bodies.templates import body_of
from maquette.solids.heads.accents import accents, brows
from maquette.solids.heads.fitting import fitted
from maquette.solids.heads.outlines import skull_of
from maquette.solids.heads.planes import CELLS, Plane
from tests.drawn_faces import HALF_WH, MIDDLE, portrait

PLACE = body_of("standing").head
_, FACE = portrait()
FIT = fitted(FACE, PLACE.anchors, head_width=2 * float(PLACE.radii[0]), grown=1.12)
PLANE = Plane.around((float(PLACE.centre[0]), float(PLACE.centre[1])), 0.7)
SKULL = skull_of(FACE.landmarks, FIT, np.ones((CELLS, CELLS), bool), PLANE)
AT = (FACE.landmarks, FIT, SKULL, PLANE)


def read(values, shares):
    """What a map has at places given in shares of the face's half sides."""
    px = (MIDDLE + np.array(shares) * HALF_WH).astype(np.float32)
    return PLANE.read(values, FIT.forth(px))


def test_pupils_are_sunk_in():
    """In the middle of an eye it is deeper than on the white beside it."""
    middle, white = read(accents(*AT), [(0.5, -0.17), (0.62, -0.17)])
    assert white > middle + 0.01 * SKULL.height


@pytest.mark.parametrize(
    "place", [(-0.5, -0.36), (0.5, -0.36), (0.0, 0.545)], ids=["right brow", "left brow", "lip"]
)
def test_brows_and_lips_stand_out(place):
    """By what can be felt on a small figure, and nothing beside them does."""
    there, beside = read(accents(*AT), [place, (0.0, 0.75)])
    assert there > 0.004 * SKULL.height
    assert pytest.approx(0, abs=1e-4) == beside


def test_a_line_parts_the_lips():
    """The deepest place of a mouth is between its lips."""
    rows = [(0.0, 0.5 + y) for y in np.linspace(-0.05, 0.05, 11)]
    assert 5 == int(np.argmin(read(accents(*AT), rows)))


def test_brows_are_known():
    """They are where dark lines are not cut in; an eye and a cheek are none."""
    brow, eye, cheek = read(brows(*AT), [(0.5, -0.36), (0.5, -0.17), (0.5, 0.2)])
    assert brow > 0.9
    assert max(eye, cheek) < 0.1


def test_both_sides_are_alike():
    """A face that is the same on both sides has the same accents there."""
    left, right = (read(accents(*AT), [(side * 0.5, -0.2)]) for side in (1, -1))
    assert pytest.approx(left, abs=2e-4) == right
