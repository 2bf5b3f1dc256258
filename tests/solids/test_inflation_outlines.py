"""Outlines: finer than pixels, holes and parts kept, noise calmed down."""

import numpy as np
import pytest
import shapely

from maquette.solids.inflation_cutouts import AIR_PX, fitted
from maquette.solids.inflation_outlines import LONGEST_RIM, MOST_PARTS, outline_of
from maquette.types import Picture
from tests import zoo


@pytest.mark.parametrize("size_px", [64, 256, 1000])
def test_a_disc_is_followed_within_a_tenth_of_a_pixel(size_px):
    """Every point of the outline is where the disc's edge was drawn."""
    outline = outline_of(fitted(zoo.ball(size_px)))
    (part,) = outline.parts
    x0, y0, x1, y1 = outline.bounds_xyxy
    xy = shapely.get_coordinates(part) - [(x0 + x1) / 2, (y0 + y1) / 2]
    assert pytest.approx(0.4 * size_px, abs=0.15) == np.hypot(*xy.T)


def test_holes_and_parts_are_kept():
    """A ring has one hole, islands are three parts, the largest first."""
    (ring,) = outline_of(fitted(zoo.ring())).parts
    areas = [part.area for part in outline_of(fitted(zoo.islands())).parts]
    assert (1, 3) == (len(ring.interiors), len(areas))
    assert sorted(areas, reverse=True) == areas


def test_art_at_the_edge_is_cut_at_the_edge():
    """An opaque picture's outline is its frame."""
    outline = outline_of(fitted(zoo.sheet(96, 64)))
    expected = (AIR_PX, AIR_PX, AIR_PX + 96, AIR_PX + 64)
    assert pytest.approx(expected, abs=0.05) == outline.bounds_xyxy


def test_noise_is_softened_and_told():
    """A mask of random pixels is no outline: it is rounded off until it is one."""
    rng = np.random.default_rng(0)
    noise = np.full((600, 600, 4), 255, np.uint8)
    noise[..., 3] = rng.integers(0, 2, (600, 600)) * 255
    outline = outline_of(Picture(noise))
    assert outline.rim_px <= LONGEST_RIM * outline.long_px
    assert len(outline.parts) <= MOST_PARTS
    assert "its outline is too fine to follow: details were rounded off" in outline.notes
