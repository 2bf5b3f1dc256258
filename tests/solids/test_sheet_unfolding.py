"""Unfolding: no face stays turned over, and what is sound is not touched."""

import numpy as np
import pytest
import shapely

from maquette.solids.inflation_sheets import Fineness, sheet_of
from maquette.solids.sheet_springs import Springs
from maquette.solids.sheet_unfolding import turned, unfolded

SPRINGS = Springs(sheet_of(shapely.box(0, 0, 60, 40), Fineness(2.0, (1.5,), 4.0)))


def folded(reach_px):
    """The sheet with what is near its middle mirrored."""
    points = SPRINGS.rest.copy()
    away = points - (30 + 20j)
    near = np.abs(away) < reach_px
    points[near] = 30 + 20j - np.conj(away[near])
    return points


@pytest.mark.parametrize("reach_px", [4.0, 9.0], ids=["some faces", "many faces"])
def test_faults_are_mended(reach_px):
    """What was turned over is not, and far away nothing has moved."""
    points = folded(reach_px)
    assert turned(SPRINGS, points).any()
    mended = unfolded(SPRINGS, points)
    assert not turned(SPRINGS, mended).any()
    corner = np.abs(SPRINGS.rest) < 5
    assert 0.5 > np.abs(mended - SPRINGS.rest)[corner].max()


def test_a_rim_that_crosses_itself_is_mended():
    """A point of the rim that was pushed past its neighbours comes back."""
    points = SPRINGS.rest.copy()
    corner = int(np.argmin(np.abs(points - (0 + 20j))))
    points[corner] += 6 + 5j
    assert turned(SPRINGS, points).any()
    assert not turned(SPRINGS, unfolded(SPRINGS, points)).any()


def test_sound_sheets_are_left_alone():
    """A sheet without faults is given back as it is."""
    points = SPRINGS.rest * np.exp(1j)
    assert points is unfolded(SPRINGS, points)
