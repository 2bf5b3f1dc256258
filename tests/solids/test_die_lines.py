"""The die line: borders, holes, far parts, and art that is not there."""

import numpy as np
import pytest

from maquette.errors import InputError
from maquette.solids.die_lines import MOST_POINTS, die_line
from tests import zoo


def line_around(picture, border=0.03):
    return die_line(np.ascontiguousarray(picture.rgba[..., 3]), border=border)


@pytest.mark.parametrize("border", [0.005, 0.024, 0.1])
def test_border_is_as_wide_as_asked(border):
    """The outline of a ball of radius 51.2 px is a circle one border larger, within a pixel."""
    outline = line_around(zoo.ball(), border).outline
    wanted = 51.2 + border * 2 * 51.2
    distances = np.hypot(*(np.array(outline.exterior.coords) - 64).T)
    assert np.abs(distances - wanted).max() < 1.5


def test_wide_holes_stay():
    """A hole of 24 px radius in a ball stays a hole."""
    assert 1 == len(line_around(zoo.ring(hole_px=24)).outline.interiors)


def test_narrow_holes_close():
    """A hole narrower than three borders is no hole any more."""
    assert 0 == len(line_around(zoo.ring(hole_px=4)).outline.interiors)


def test_far_parts_become_one_piece():
    """Three balls far apart are tied into one outline that holds all of them."""
    import shapely

    line = line_around(zoo.islands())
    assert (2, 0, "Polygon") == (line.bridges, line.dropped, line.outline.geom_type)
    assert all(line.outline.contains(shapely.Point(*xy)) for xy in ((38, 48), (154, 58), (96, 163)))


def test_hairs_are_kept():
    """The outline goes around a hair one pixel wide to its end."""
    assert line_around(zoo.whiskered()).outline.bounds[2] > 120


def test_a_ragged_edge_meets_the_budget():
    """Noise along an edge never makes more points than a card can afford."""
    rng = np.random.default_rng(5)
    alpha = (zoo.ball(512).rgba[..., 3] * (rng.random((512, 512)) < 0.6)).astype(np.uint8)
    assert MOST_POINTS >= len(die_line(alpha, border=0.005).outline.exterior.coords)


@pytest.mark.parametrize("picture", [zoo.empty(), zoo.specks()], ids=["empty", "specks"])
def test_nothing_to_cut_is_said(picture):
    """An alpha without a subject is an input error with a stable code."""
    with pytest.raises(InputError) as caught:
        line_around(picture)
    assert "CUTOUT_EMPTY" == caught.value.code
