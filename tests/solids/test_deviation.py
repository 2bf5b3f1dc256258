"""How far mending moved a surface."""

import numpy as np
import pytest

from maquette.solids.deviation import deviation_of, inside
from tests import damage

BALL = damage.ball()
DIAGONAL_M = float(np.linalg.norm(np.ptp(BALL.points, axis=0)))


def test_a_mesh_is_nowhere_from_itself():
    """Nothing was added, nothing lost."""
    found = deviation_of(BALL, BALL)
    assert pytest.approx(0, abs=1e-6) == found.share


def test_both_ways_are_told_apart():
    """A bump is added; a bump that is gone is lost."""
    grown = damage.whole(BALL.points.copy(), BALL.faces)
    top = grown.points[:, 1].argmax()
    grown.points[top, 1] += 0.01
    added, lost = deviation_of(BALL, grown), deviation_of(grown, BALL)
    assert pytest.approx(0.01 / DIAGONAL_M, rel=0.02) == added.added_share
    assert pytest.approx(0, abs=1e-4) == added.lost_share
    assert lost.lost_share > 0.9 * 0.01 / DIAGONAL_M


def test_what_is_inside_is_not_lost():
    """A ball within the ball prints all the same."""
    both = damage.ball_inside(BALL)
    assert pytest.approx(0, abs=1e-6) == deviation_of(both, BALL).share


@pytest.mark.parametrize("name", damage.good_ones())
def test_inside_is_told_by_winding(name):
    """Places a little under the surface are inside, places a little above are not."""
    mesh = damage.good_ones()[name]
    corners = mesh.points[mesh.faces].astype(np.float64)
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    out = 2e-5 * across / np.linalg.norm(across, axis=1, keepdims=True)
    middles, points = corners.mean(axis=1), mesh.points.astype(np.float64)
    assert inside(middles - out, points, mesh.faces).all()
    assert not inside(middles + out, points, mesh.faces).any()
    assert not inside(middles + 1.0, points, mesh.faces).any()
