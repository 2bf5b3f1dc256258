"""Swelling: the equation's known solutions, on sheets and on sheets that were moved."""

import numpy as np
import pytest

from maquette.solids.inflation_filling import filled
from maquette.solids.inflation_swelling import stiffness, swelling
from tests import zoo


@pytest.fixture(scope="module")
def disc():
    """A disc of a radius of 102.4 px."""
    return filled(zoo.ball(256), faces_at_most=6_000)[1][0]


def test_a_disc_swells_as_the_equation_says(disc):
    """R² - r² without a limit, and less with one."""
    away = np.linalg.norm(disc.points - 128, axis=1)
    found = swelling(disc, even=np.inf)
    assert pytest.approx(102.4**2 - away**2, abs=0.02 * 102.4**2) == found
    assert swelling(disc, even=40.0).max() < 0.7 * found.max()


def test_moved_faces_swell_where_they_are(disc):
    """Half as large, a quarter as high: the corners count, not the sheet's own points."""
    corners = disc.points[disc.faces] / 2
    whole, half = swelling(disc, even=np.inf), swelling(disc, even=np.inf, corners=corners)
    assert pytest.approx(whole / 4) == half


def test_the_matrix_knows_slopes(disc):
    """A slope costs its square times the area; ease scales what each face lets through."""
    corners, count = disc.points[disc.faces], len(disc.points)
    x = 3 * disc.points[:, 0]
    matrix, areas = stiffness(disc.faces, corners, count)
    assert pytest.approx(9 * areas.sum()) == x @ matrix @ x
    eased, _ = stiffness(disc.faces, corners, count, ease=np.full(len(corners), 0.5))
    assert pytest.approx(4.5 * areas.sum()) == x @ eased @ x
