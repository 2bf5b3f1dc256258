"""Fitting: a sheet comes to lie on a mask, or where its ties say."""

import numpy as np
import pytest
import shapely
import shapely.affinity

from maquette.solids.inflation_sheets import Fineness, sheet_of
from maquette.solids.sheet_coverage import sheet_iou
from maquette.solids.sheet_fitting import Course, Fitter, Ties
from maquette.solids.sheet_rims import Rim, edge_of
from maquette.solids.sheet_springs import Springs

COURSE = Course(
    rounds=8, pull=(1.0, 4.0), facing=(0.1, 0.04), fullness=(0.0, 0.0), reach=0.1, own=0.0
)


def ellipse(wide, high, size=100):
    """The mask of an ellipse in the middle."""
    rows, columns = np.indices((size, size)) + 0.5
    return np.hypot((columns - 50) / wide, (rows - 50) / high) < 1


FINE = Fineness(2.0, (1.5,), 5.0)
SHEET = sheet_of(shapely.Point(50, 50).buffer(30), FINE)
FITTER = Fitter(Springs(SHEET), Rim(SHEET, ellipse(30, 30), 60.0), 60.0)
REST = FITTER.springs.rest
LOOSE = Ties(REST, np.zeros(len(REST)))


@pytest.mark.parametrize(("wide", "high"), [(33, 33), (26, 34)], ids=["larger", "squashed"])
def test_sheets_come_to_lie_on_masks(wide, high):
    """A disc takes on the shape of a mask that is not far away."""
    inside = ellipse(wide, high)
    points = FITTER.fitted(REST, edge_of(inside, 60.0), LOOSE, COURSE)
    flat = np.column_stack([points.real, points.imag])
    assert 0.9 > sheet_iou(SHEET, SHEET.points, inside)
    assert 0.97 < sheet_iou(SHEET, flat, inside)


def test_sheets_move_and_turn_as_one():
    """An ellipse finds one that has moved and turned, with no tie and no change of shape."""
    sheet = sheet_of(shapely.affinity.scale(shapely.Point(50, 50).buffer(30), 1, 0.5), FINE)
    fitter = Fitter(Springs(sheet), Rim(sheet, ellipse(30, 15), 60.0), 60.0)
    rest = fitter.springs.rest
    turn = np.exp(0.2j)
    rows, columns = np.indices((100, 100)) + 0.5
    back = (columns + 1j * rows - 53 - 49j) / turn
    inside = np.hypot(back.real / 30, back.imag / 15) < 1
    ties = Ties(rest, np.zeros(len(rest)))
    found = fitter.aligned(rest, edge_of(inside, 60.0), ties, COURSE)
    expected = 53 + 49j + (rest - 50 - 50j) * turn
    assert 0.8 > np.abs(found - expected).mean()
    assert 1e-9 > np.abs(fitter.springs.shapes(found).mirrored).max()


def test_ties_carry_what_no_rim_says():
    """A disc that turns looks alike all around: its ties turn it."""
    turned = 50 + 50j + (REST - 50 - 50j) * np.exp(0.2j)
    edge = edge_of(ellipse(30, 30), 60.0)
    ties = Ties(turned, np.full(len(REST), 0.1))
    tied = FITTER.fitted(FITTER.eased(REST, ties, 3), edge, ties, COURSE)
    free = FITTER.fitted(REST, edge, LOOSE, COURSE)
    assert 0.5 > np.abs(tied - turned).mean()
    assert 3.0 < np.abs(free - turned).mean()
