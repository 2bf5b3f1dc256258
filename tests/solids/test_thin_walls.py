"""Open sheets become thin solids."""

import numpy as np
import pytest

from maquette.solids.sewing import areas, drafted
from maquette.solids.soundness import soundness_of
from maquette.solids.thin_walls import thickened
from tests import damage

WALL_M = 0.001
CUBE = damage.cube()
BALL = damage.ball()


@pytest.mark.parametrize(
    "sheet",
    [
        damage.kept(CUBE, np.arange(len(CUBE.faces)) < 288),
        damage.kept(BALL, BALL.points[BALL.faces].mean(axis=1)[:, 1] < 0),
        damage.kept(CUBE, np.arange(len(CUBE.faces)) == 3),
    ],
    ids=["flat", "bowl", "one face"],
)
def test_a_sheet_gets_an_even_wall(sheet):
    """It is a solid of about its area times the wall."""
    draft = drafted(sheet.points, sheet.faces)
    found = soundness_of(*thickened(draft, wall=WALL_M))
    area = areas(draft.points, draft.faces).sum()
    assert found.sound
    assert pytest.approx(WALL_M * area, rel=0.05) == found.volume


def test_parts_that_touch_at_a_point_have_rims_of_their_own():
    """Two faces with one common corner are closed, which one shared wall could not be."""
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0]], float) * 0.01
    draft = drafted(points, np.array([[0, 1, 2], [0, 3, 4]]))
    found = soundness_of(*thickened(draft, wall=WALL_M))
    assert 0 == found.open_edges
    assert found.volume > 0


def test_a_strip_with_one_side_is_closed_too():
    """A Moebius strip has no two sides to be told apart by; it is cut once."""
    turns = np.linspace(0, 2 * np.pi, 41)[:-1]
    across = np.stack(
        [np.cos(turns / 2) * np.cos(turns), np.cos(turns / 2) * np.sin(turns), np.sin(turns / 2)], 1
    )
    middle = np.stack([np.cos(turns), np.sin(turns), 0 * turns], 1)
    points = np.concatenate([middle - 0.2 * across, middle + 0.2 * across])
    near = np.arange(40)
    following = (near + 1) % 40
    a, b = near, near + 40
    c, d = np.where(following == 0, 40, following), np.where(following == 0, 0, following + 40)
    faces = np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)])
    found = soundness_of(*thickened(drafted(points, faces), wall=0.02))
    assert 0 == found.open_edges
