"""Springs: what faces become, and where points come to rest."""

import numpy as np
import pytest
import shapely

from maquette.solids.inflation_sheets import Fineness, sheet_of
from maquette.solids.sheet_springs import Springs

SPRINGS = Springs(sheet_of(shapely.box(0, 0, 60, 20), Fineness(2.0, (1.5,), 4.0)))
ALIKE = np.ones(len(SPRINGS.faces))


@pytest.mark.parametrize(
    ("kept", "mirrored", "least"),
    [(np.exp(0.5j), 0.0, 1.0), (1.5, 0.25j, 1.25), (0.2, 1.0, -0.8)],
    ids=["turned round", "grown and squashed", "turned over"],
)
def test_faces_tell_what_became_of_them(kept, mirrored, least):
    """One deformation of all points is read from every face."""
    points = kept * SPRINGS.rest + mirrored * np.conj(SPRINGS.rest) + 7 - 3j
    shapes = SPRINGS.shapes(points)
    assert 1e-9 > np.abs(shapes.kept - kept).max()
    assert 1e-9 > np.abs(shapes.mirrored - mirrored).max()
    assert 1e-9 > np.abs(shapes.least - least).max()


def test_two_ends_carry_the_whole():
    """A strip whose ends are turned and moved goes with them as it is."""
    points = SPRINGS.rest * np.exp(0.3j) + 40
    ends = (SPRINGS.rest.real < 1) | (SPRINGS.rest.real > 59)
    aims, firm = SPRINGS.aims(SPRINGS.shapes(points))
    targets = np.where(ends, points, 0)
    found = SPRINGS.relaxed(aims, firm, np.where(ends, 1.0, 0.0), targets)
    assert 1e-6 > np.abs(found - points).max()


def test_a_pull_is_felt_around():
    """Points near one that is pulled go with it, those far away much less."""
    pulled = int(np.argmax(SPRINGS.rest.real))
    weights = np.full(len(SPRINGS.rest), 0.01)
    weights[pulled] = 100
    targets = SPRINGS.rest.copy()
    targets[pulled] += 6
    aims, _ = SPRINGS.aims(SPRINGS.shapes(SPRINGS.rest))
    moved = (SPRINGS.relaxed(aims, ALIKE, weights, targets) - SPRINGS.rest).real
    near = np.abs(SPRINGS.rest - SPRINGS.rest[pulled]) < 5
    assert pytest.approx(6, abs=0.1) == moved[pulled]
    assert 2.0 < moved[near].mean() < 6
    assert 0.8 > np.abs(moved[SPRINGS.rest.real < 20]).max()


def test_what_is_crushed_grows_firm():
    """Faces that are nearly flat are stiffer than those that are sound."""
    points = SPRINGS.rest + 0.0
    left = SPRINGS.rest.real < 20
    points[left] = 0.1 * points[left].real + 1j * points[left].imag + 18
    _, firm = SPRINGS.aims(SPRINGS.shapes(points))
    middles = SPRINGS.rest[SPRINGS.faces].mean(axis=1).real
    assert 1.1 > firm[middles > 30].max()
    assert 10 < firm[middles < 12].min()


def test_rings_widen_by_neighbours():
    """From one point, two rings reach twice as far as one, and none nowhere."""
    chosen = np.zeros(len(SPRINGS.rest), np.bool_)
    chosen[-1] = True
    counts = [SPRINGS.widened(chosen, rings).sum() for rings in (0, 1, 2)]
    assert 1 == counts[0] < counts[1] < counts[2]
