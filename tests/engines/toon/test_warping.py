"""Larger eyes: what moves, by how much, and that landmarks move with the picture."""

import numpy as np
import pytest

from maquette.engines.toon.landmarks import SIDES
from maquette.engines.toon.warping import REACH, with_larger_eyes
from tests.engines.toon.sitters import sitter

GROWTH = 0.2


def bent():
    """Landmarks of a sitter before and after."""
    picture, face = sitter()
    rgb = np.ascontiguousarray(picture.rgba[..., :3])
    return face.landmarks, with_larger_eyes(rgb, face.landmarks, growth=GROWTH)[1]


def test_irises_stay_and_grow():
    """Their middle stays, their radius grows by nearly the share asked for."""
    before, after = bent()
    for side in SIDES:
        middle, rim = side.iris[0], list(side.iris[1:])
        assert pytest.approx(before[middle], abs=1e-3) == after[middle]
        radii = [np.linalg.norm(p[rim] - p[middle], axis=1).mean() for p in (before, after)]
        assert pytest.approx(1 + GROWTH, abs=0.04) == radii[1] / radii[0]


def test_far_points_stay():
    """Beyond the reach of both irises no landmark moves; depth never does."""
    before, after = bent()
    irises = before[[side.iris[0] for side in SIDES], :2]
    reach_px = REACH * np.linalg.norm(irises[0] - irises[1])
    off = np.linalg.norm(before[:, None, :2] - irises, axis=-1).min(axis=1)
    assert np.array_equal(before[off > reach_px], after[off > reach_px])
    assert np.array_equal(before[:, 2], after[:, 2])


def test_landmarks_move_with_the_picture():
    """A mark painted on the eye's corner is found where its landmark went."""
    _, face = sitter()
    corner = SIDES[0].upper_lid[0]
    rgb = np.zeros((256, 256, 3), np.uint8)
    x, y = face.landmarks[corner, :2]
    down, across = np.mgrid[:256, :256]
    rgb[np.hypot(across - x, down - y) < 2.5] = 255
    seen, points = with_larger_eyes(rgb, face.landmarks, growth=GROWTH)
    found = np.argwhere(seen[..., 0] > 128).mean(axis=0)[::-1]
    assert pytest.approx(points[corner, :2], abs=0.8) == found
    assert np.abs(points[corner, :2] - (x, y)).max() > 0.5


def test_no_growth_changes_nothing():
    """At a share of nothing picture and landmarks come back as they were."""
    picture, face = sitter()
    rgb = np.ascontiguousarray(picture.rgba[..., :3])
    seen, points = with_larger_eyes(rgb, face.landmarks, growth=0.0)
    assert np.array_equal(rgb, seen)
    assert np.array_equal(face.landmarks, points)
