"""Hair: what is hair in a portrait, for dark and fair people, in light from one side."""

import numpy as np
import pytest

from maquette.solids.bodies.templates import body_of
from maquette.solids.heads.fitting import fitted
from maquette.solids.heads.hair import hair_of
from maquette.solids.heads.planes import Plane
from maquette.types import Picture
from tests.drawn_faces import HALF_WH, MIDDLE, SKIN, portrait

PLACE = body_of("standing").head
_, FACE = portrait()
FIT = fitted(FACE, PLACE.anchors, head_width=2 * float(PLACE.radii[0]), grown=1.12)
PLANE = Plane.around((float(PLACE.centre[0]), float(PLACE.centre[1])), 0.7)


def found(hair, change=None):
    """The drawn person's hair, after a change to the picture."""
    rgba = portrait(hair)[0].rgba.copy()
    if change is not None:
        change(rgba)
    return hair_of(PLANE.laid(Picture(rgba), FIT), PLANE, FIT, FACE.landmarks)


def depth(hair, shares):
    """How far inside of hair a place is, in figure heights."""
    px = (MIDDLE + np.array([shares]) * HALF_WH).astype(np.float32)
    return float(PLANE.read(hair.depth, FIT.forth(px))[0])


@pytest.mark.parametrize("hair", ["short", "long"])
def test_hair_is_above_and_skin_below(hair):
    """The crown is hair, forehead and cheeks are not."""
    one = found(hair)
    assert not one.bald
    assert depth(one, (0, -1.2)) > 0
    assert max(depth(one, (0, -0.4)), depth(one, (0.5, 0.2))) < 0


def test_only_long_hair_hangs():
    """Beside the cheeks long hair is hair; of a short cut nothing is left below the ears."""
    assert depth(found("long"), (1.2, 0.5)) > 0
    assert depth(found("short"), (1.1, 0.2)) < 0


def test_heads_without_hair_are_bald():
    """Skin above the forehead, in even light and in light from one side."""

    def shade(rgba):
        rgba[:, :384, :3] = (rgba[:, :384, :3] * 0.45).astype(np.uint8)

    assert found("none").bald
    assert found("none", shade).bald


def test_fair_hair_around_a_face_is_hair():
    """Of skin's own colour, but reaching far down beside the face."""

    def fair(rgba):
        y, x = np.mgrid[: rgba.shape[0], : rgba.shape[1]]
        at_x, at_y = (x - MIDDLE[0]) / HALF_WH[0], (y - MIDDLE[1]) / HALF_WH[1]
        around = (np.abs(at_x) < 1.8) & (np.abs(at_y) < 1) & (at_x**2 + at_y**2 > 1)
        rgba[around] = (*(np.array(SKIN) + 6), 255)

    one = found("none", fair)
    assert not one.bald
    assert depth(one, (1.5, 0.3)) > 0
    assert depth(one, (0.5, 0.2)) < 0
