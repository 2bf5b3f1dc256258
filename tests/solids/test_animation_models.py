"""Given models: laid over the subject, carried by its sheet, within it and beyond."""

import numpy as np
import pytest

from maquette.solids.animation_models import carried, laid_over
from maquette.solids.inflation_filling import filled
from tests import zoo

SQUARE = 64  # px, in a picture with some air


@pytest.fixture(scope="module")
def sheet():
    """A square sheet."""
    picture = zoo.painted(np.pad(np.ones((SQUARE, SQUARE), np.float32), 16))
    return filled(picture, faces_at_most=1_000, parts_at_most=1)[1][0]


def test_a_model_is_as_high_as_the_subject(sheet):
    """Its middle lies on the sheet's, y points down, and it is as deep as it is wide."""
    placed = laid_over(zoo.box(0.1), sheet)
    expected = [[16, 16, -32], [80, 80, 32]]
    assert pytest.approx(np.array(expected), abs=1.0) == np.array([placed.min(0), placed.max(0)])
    assert placed[np.argmax(zoo.box(0.1).points[:, 1]), 1] < 20


def test_points_within_and_beyond_go_along_evenly(sheet):
    """An affine motion of the sheet is the model's, inside of it and outside; depth is scaled."""
    chance = np.random.default_rng(3)
    placed = np.column_stack([chance.uniform(0, 96, (200, 2)), chance.uniform(-9, 9, 200)])
    turn = np.array([[0.9, -0.3], [0.2, 1.1]])
    poses = np.array([sheet.points, sheet.points @ turn.T + [5, -2]])
    moved = carried(placed, sheet, poses, np.array([1.0, 1.5]))
    assert pytest.approx(placed) == moved[0]
    expected = np.column_stack([placed[:, :2] @ turn.T + [5, -2], 1.5 * placed[:, 2]])
    assert pytest.approx(expected) == moved[1]


def test_beyond_the_rim_motion_goes_on_without_a_jump(sheet):
    """Two points on either side of the rim stay neighbours while the sheet bends."""
    bent = sheet.points + np.column_stack(
        [0 * sheet.points[:, 0], (sheet.points[:, 0] - 48) ** 2 / 90]
    )
    pair = np.array([[79.0, 40.0, 0.0], [81.0, 40.0, 0.0], [90.0, 40.0, 0.0]])
    moved = carried(pair, sheet, bent[None], np.ones(1))[0]
    assert 1.5 < np.linalg.norm(moved[1] - moved[0]) < 4
    assert moved[2, 1] > moved[1, 1] > moved[0, 1] > 48
