"""Strands: they run from the crown, close around the head, and are fine nowhere too much."""

import numpy as np

from maquette.solids.heads.strands import AHEAD, CROWN, parting, strands


def around(count, *, down=1.2):
    """Places on a ring about the crown."""
    turns = np.linspace(0, 2 * np.pi, count)
    aside = np.cross(CROWN, AHEAD)
    ring = np.cos(turns)[:, None] * AHEAD + np.sin(turns)[:, None] * aside
    return (np.cos(down) * CROWN + np.sin(down) * ring).astype(np.float32)


def test_strands_differ_around_the_crown():
    """Some stand out, some are between, and none is beyond what its users count on."""
    found = strands(around(2000))
    assert found.min() < -0.6
    assert found.max() > 0.6
    assert np.abs(found).max() <= 1


def test_strands_close_around_the_head():
    """There is no step where the turn is complete."""
    first, last = strands(around(50))[[0, -1]]
    assert abs(first - last) < 1e-3


def test_the_size_of_a_head_does_not_matter():
    """A strand is a direction from the middle of the head."""
    assert np.allclose(strands(around(50)), strands(0.2 * around(50)), atol=1e-4)


def test_the_crown_is_calm():
    """Where strands meet, they fade out instead of running into each other."""
    assert np.abs(strands(around(200, down=0.01))).max() < 0.3


def test_partings_lie_in_front():
    """From the crown forward: nowhere behind, nowhere on the forehead."""
    short, long = parting(around(400, down=0.4)), parting(around(400, down=1.2))
    assert short.max() > 0.9
    assert 0 == parting(around(400, down=0.4))[100:300].max()
    assert 0 == long.max()
