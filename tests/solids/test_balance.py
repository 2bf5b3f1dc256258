"""On the bed: contact, overhangs, fit and balance of solids whose answers are known."""

import numpy as np
import pytest

from maquette.solids.balance import bed_fit, hanging, stance, touching
from maquette.solids.printed import printed
from maquette.solids.walls import patches
from tests import printable

BED = (220.0, 220.0, 250.0)


def laid(solid):
    """A manifold as a print, and its patches."""
    made = printed(printable.mesh_of(solid))
    return made, patches(made)


def test_a_table_hangs_over_around_its_foot():
    """The top's underside hangs without its foot, the foot's underside lies on the bed."""
    _, pieces = laid(printable.table())
    assert pytest.approx(1500, rel=1e-6) == pieces.areas_mm2[hanging(pieces)].sum()
    assert pytest.approx(100, rel=1e-6) == pieces.areas_mm2[touching(pieces)].sum()


def test_a_ball_hangs_over_below_45_degrees():
    """A cap of (1 - sin 45°) / 2 of a sphere looks down steeply, less what the bed carries."""
    _, pieces = laid(printable.ball(20))
    down = pieces.share(hanging(pieces)) + pieces.share(touching(pieces))
    assert pytest.approx((1 - 0.5**0.5) / 2, abs=0.01) == down
    # the first layer presses a cap of 0.15 mm flat
    assert pytest.approx(2 * np.pi * 20 * 0.15, rel=0.3) == pieces.areas_mm2[touching(pieces)].sum()


@pytest.mark.parametrize(
    ("size", "expected_deg"),
    [((20, 20, 20), 45.0), ((10, 20, 30), np.rad2deg(np.arctan2(5, 15)))],
    ids=["cube", "tower"],
)
def test_blocks_stand_until_tilted(size, expected_deg):
    """A block falls when its centre of mass passes the nearer edge of its foot."""
    stands = stance(*laid(printable.block(*size)))
    assert pytest.approx(expected_deg, abs=1e-3) == stands.tilt_deg
    assert pytest.approx(1) == np.abs(stands.weak_xy).max()


def test_what_is_carried_beside_its_foot_falls():
    """The margin is below zero, and it falls towards the heavy side."""
    stands = stance(*laid(printable.fallen()))
    assert stands.tilt_deg < 0
    assert stands.weak_xy[0] > 0.9


def test_a_ball_on_a_point_stands_on_it():
    """A support of no area is no trouble."""
    stands = stance(*laid(printable.ball(20)))
    assert 0 <= stands.tilt_deg < 10


@pytest.mark.parametrize(
    ("size", "turned", "fits"),
    [((200, 100, 50), False, True), ((300, 10, 10), True, True), ((320, 10, 10), True, False)],
    ids=["as-it-is", "across", "too-long"],
)
def test_beds(size, turned, fits):
    """A rod longer than the bed's side fits across the corner."""
    fit = bed_fit(printed(printable.mesh_of(printable.block(*size))), BED)
    assert (turned, fits) == (fit.turned_deg > 0, fit.fits)


def test_a_turn_that_is_told_fits():
    """Turned as told, the rod is within the bed."""
    rod = printable.block(300, 10, 10)
    fit = bed_fit(printed(printable.mesh_of(rod)), BED)
    turned = printed(printable.mesh_of(rod.rotate((0, 0, fit.turned_deg))))
    assert (turned.size_mm <= BED).all()


@pytest.mark.parametrize("size", [(440, 440, 10), (20, 20, 500)], ids=["wide", "high"])
def test_a_scale_that_is_told_fits(size):
    """What is too large is told by how much, and is not turned for nothing."""
    fit = bed_fit(printed(printable.mesh_of(printable.block(*size))), BED)
    assert (False, 0.0) == (fit.fits, fit.turned_deg)
    assert pytest.approx(0.5, rel=1e-6) == fit.scale
