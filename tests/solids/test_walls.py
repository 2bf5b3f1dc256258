"""Walls: patches cover the surface, rays measure what is known."""

import numpy as np
import pytest

from maquette.solids.printed import printed
from maquette.solids.walls import MANY_PATCHES, patches, percentile_mm, thicknesses_mm
from maquette.types import Mesh
from tests import printable


def test_patches_cover_the_surface_once():
    """A box of twelve faces becomes thousands of patches of the same area, looking the same way."""
    solid = printed(printable.mesh_of(printable.block(40, 20, 10)))
    pieces = patches(solid)
    assert MANY_PATCHES / 2 < len(pieces.areas_mm2) < MANY_PATCHES * 8
    assert pytest.approx(2800, rel=1e-6) == pieces.areas_mm2.sum()
    up = pieces.normals[:, 2] > 0.5
    assert pytest.approx(800, rel=1e-6) == pieces.areas_mm2[up].sum()
    assert np.allclose(10, pieces.corners_mm[up][..., 2])


def test_a_needle_is_cut_along_its_length_only():
    """A long thin block does not become millions of patches."""
    pieces = patches(printed(printable.mesh_of(printable.block(200, 0.5, 0.5))))
    assert len(pieces.areas_mm2) < MANY_PATCHES * 8


@pytest.mark.parametrize("wall_mm", [0.3, 0.8, 5.0])
def test_slabs_are_as_thick_as_they_are(wall_mm):
    """Through its large faces a slab is as thick as it was made, everywhere."""
    solid = printed(printable.mesh_of(printable.block(60, 60, wall_mm)))
    pieces = patches(solid)
    thick = thicknesses_mm(solid, pieces)
    flat = np.abs(pieces.normals[:, 2]) > 0.5
    assert pytest.approx(wall_mm, abs=2e-4) == thick[flat].min()
    assert pytest.approx(wall_mm, abs=2e-4) == thick[flat].max()
    assert pytest.approx(60, abs=1e-3) == np.median(thick[~flat])


def test_walls_of_a_hollow_are_measured_from_both_sides():
    """Rays from inside a bottle go through its wall outwards."""
    solid = printed(printable.mesh_of(printable.bottle(wall=1.5)))
    pieces = patches(solid)
    thick = thicknesses_mm(solid, pieces)
    assert pytest.approx(1.5, abs=1e-3) == percentile_mm(thick, pieces.areas_mm2, 50)
    assert pieces.share(thick < 1.6) > 0.9


def test_open_sheets_have_no_thickness():
    """Where a ray meets nothing the thickness is infinite, and nothing fails."""
    points = np.array([[0, 0, 0], [0.01, 0, 0], [0, 0.01, 0]], np.float32)
    mesh = Mesh(points, np.array([[0, 1, 2]], np.int32), np.zeros((3, 2), np.float32))
    solid = printed(mesh)
    assert np.isinf(thicknesses_mm(solid, patches(solid))).all()


@pytest.mark.parametrize(("percent", "expected"), [(1, 1.0), (20, 1.0), (30, 2.0), (100, 3.0)])
def test_percentiles_count_area(percent, expected):
    """A fifth of the area is 1 mm thick, however many patches it has."""
    thick, areas = np.array([3.0, 1.0, 2.0, 1.0]), np.array([40.0, 10.0, 40.0, 10.0])
    assert expected == percentile_mm(thick, areas, percent)
