"""The bench's own measures of solids, on solids whose measures are known."""

from dataclasses import replace

import numpy as np
import pytest

from bench.solid_measures import (
    distances,
    faults,
    inside,
    iou,
    mesh_faults,
    moved_shares,
    rim_turns_deg,
    silhouette,
    stl_corners_mm,
    volume,
)
from tests import damage, damaged_files, zoo


@pytest.mark.parametrize("name", damage.good_ones())
def test_good_ones_have_no_faults(name):
    """As a mesh, and as the STL of it."""
    solid = damage.good_ones()[name]
    assert ({}, {}) == (mesh_faults(solid), faults(stl_corners_mm(damaged_files.stl(solid))))


@pytest.mark.parametrize(
    "broken",
    [one for one in damage.broken_ones() if "two at a corner" not in one.name],
    ids=lambda one: one.name,
)
def test_broken_ones_are_broken(broken):
    """Something is wrong with each: faces, or a volume that is not the truth."""
    enclosed = volume(broken.mesh) / broken.volume_m3
    assert mesh_faults(broken.mesh) or enclosed != pytest.approx(1, abs=1e-4)


def test_volume_of_a_cube_is_known():
    """80 mm, to the third."""
    assert damage.SIZE_M**3 == pytest.approx(volume(damage.cube()), rel=1e-6)


def test_a_surface_is_not_away_from_itself():
    """Nothing was added, nothing was lost."""
    assert pytest.approx((0, 0), abs=1e-9) == moved_shares(damage.star(), damage.star())


def test_a_shift_is_measured():
    """A cube grown by a tenth stands a twentieth of its side out, and has lost nothing."""
    cube = damage.cube(cells=2)
    grown = replace(cube, points=cube.points * np.float32(1.1))
    added, lost = moved_shares(cube, grown)
    assert (0.05, 0) == (pytest.approx(added, abs=1e-3), lost)
    assert pytest.approx(0.05 / 1.1, abs=1e-3) == moved_shares(grown, cube)[1]


def test_distances_are_exact_above_below_and_beside_a_face():
    """Over the middle of it, beyond an edge and beyond a corner."""
    face = np.array([[(0, 0, 0), (1, 0, 0), (0, 1, 0)]], float)
    points = np.array([(0.2, 0.2, 0.5), (0.5, -2, 0), (-3, -4, 0)], float)
    assert pytest.approx([0.5, 2, 5]) == distances(points, face)


def test_a_cup_is_hollow():
    """A point in its wall is inside, one in its middle is not."""
    wall, middle = (0.72 * damage.SIZE_M / 2, 0, 0), (0, 0, 0)
    assert [True, False] == inside(np.array([wall, middle]), damage.cup()).tolist()


def test_silhouettes_are_compared():
    """A ball covers a disc, and a cup lying in front of it does not."""
    shape = zoo.ball(512).rgba[..., 3] > 127
    ball, cup = damage.ball(around=128), damage.cup()
    assert 0.99 < iou(silhouette(ball, shape), shape)
    assert 0.9 > iou(silhouette(cup, shape), shape)


def test_ridges_on_a_rim_are_seen():
    """A globe turns about its axis without any; with lobes it does not."""
    ball, star = damage.ball(around=128), damage.star()
    upright = [replace(one, points=one.points[:, [2, 0, 1]]) for one in (ball, star)]
    smooth, ridged = (rim_turns_deg(one) for one in upright)
    assert 1 > smooth
    assert 6 < ridged
