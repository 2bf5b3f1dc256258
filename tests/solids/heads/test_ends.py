"""Cutting hair that runs out too thin to be printed."""

import numpy as np
import pytest

from maquette.solids.bodies.fields import Field, capsule, ellipsoid, joined
from maquette.solids.heads.ends import LEAST, thin_ends
from maquette.types import Floats

CORNERS = np.array([[-0.2, -0.2, -0.1], [0.2, 0.2, 0.1]], np.float32)
BALL = ellipsoid((0.0, 0.1, 0.0), (0.08, 0.08, 0.08))


def hanging(radius: float) -> Field:
    """A ball with a lock of this radius that hangs out of it."""
    return joined([BALL, capsule((0.0, 0.1, 0.0), (0.0, -0.15, 0.0), radius, radius)])


@pytest.mark.parametrize(
    ("radius", "cut"),
    [
        pytest.param(0.3 * LEAST, True, id="a lock too thin is cut"),
        pytest.param(0.9 * LEAST, False, id="a thick lock stays"),
    ],
)
def test_locks(radius: float, cut: bool) -> None:
    """What a printer cannot make is cut, what it can is left whole."""
    ends = thin_ends(hanging(radius), CORNERS)
    middle = np.array([[0.0, -0.1, 0.0]], np.float32)
    assert cut == bool(ends(middle)[0] > 0)


def test_thick_surfaces_stay() -> None:
    """On the surface of something thick nothing is cut."""
    ends = thin_ends(hanging(0.3 * LEAST), CORNERS)
    turns = np.linspace(0, np.pi, 40)
    x, y = 0.08 * np.cos(turns), 0.1 + 0.08 * np.sin(turns)
    found: Floats = ends(np.stack([x, y, np.zeros(40)], axis=1).astype(np.float32))
    assert (found < 0).all()


def test_beyond_the_box() -> None:
    """Where nobody looked nothing is cut."""
    ends = thin_ends(hanging(0.3 * LEAST), CORNERS)
    assert ends(np.array([[0.0, -0.5, 0.0]], np.float32))[0] == -1


def test_everything_thin() -> None:
    """With nothing thick anywhere there is nothing that hair could end at."""
    thin = capsule((0.0, 0.1, 0.0), (0.0, -0.1, 0.0), 0.2 * LEAST, 0.2 * LEAST)
    ends = thin_ends(thin, CORNERS)
    assert (ends.distances == -1).all()
