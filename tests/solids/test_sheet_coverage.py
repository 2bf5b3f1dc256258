"""What a sheet covers: pixels whose middle is under a face, shares with masks."""

import numpy as np
import pytest
import shapely

from maquette.solids.inflation_sheets import Fineness, sheet_of
from maquette.solids.sheet_coverage import covered_by, sheet_iou

SQUARE = sheet_of(shapely.box(10, 20, 30, 40), Fineness(2.0, (1.0,), 4.0))


def test_pixels_are_covered_by_their_middles():
    """A square from 10 to 30 covers pixels 10 to 29, a rounded corner or two aside."""
    covered = covered_by(SQUARE, SQUARE.points, (48, 64))
    expected = np.zeros((64, 48), bool)
    expected[20:40, 10:30] = True
    assert 4 >= (covered ^ expected).sum()


def test_folds_count_once():
    """Faces that lie over each other cover what they cover, rather than cancel out."""
    folded = SQUARE.points.copy()
    folded[:, 0] = 20 + np.abs(folded[:, 0] - 20)
    covered = covered_by(SQUARE, folded, (48, 64))
    assert 180 < covered.sum() < 204  # faces across the fold reach less far than it


@pytest.mark.parametrize(
    ("shift", "expected"),
    [((0, 0), 1.0), ((10, 0), 1 / 3), ((0, 50), 0.0)],
    ids=["where it is", "half beside it", "outside the picture"],
)
def test_shared_shares(shift, expected):
    """A square shares with its own mask what a ruler says."""
    inside = np.zeros((64, 48), bool)
    inside[20:40, 10:30] = True
    assert pytest.approx(expected, abs=0.02) == sheet_iou(SQUARE, SQUARE.points + shift, inside)


def test_nothing_and_nothing_agree():
    """An empty mask and a sheet that has left the picture are the same."""
    assert 1.0 == sheet_iou(SQUARE, SQUARE.points + 500, np.zeros((64, 48), bool))
