"""The pen: curves go through their points, strokes have their widths, areas their pixels."""

import numpy as np
import pytest

from maquette.engines.toon.curves import (
    FINER,
    above_half,
    cover,
    curve,
    disc,
    draw,
    fill,
    grown,
    mix,
    stroke,
    taper,
)

SQUARE = np.array([[10, 10], [30, 10], [30, 30], [10, 30]], np.float32)


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "open"])
def test_a_curve_goes_through_its_points(closed):
    """Every point lies on it, and an open one starts and ends at them."""
    line = curve(SQUARE, closed=closed)
    nearest = np.linalg.norm(line[:, None] - SQUARE, axis=-1).min(axis=0)
    assert pytest.approx(np.zeros(4), abs=1e-5) == nearest
    if not closed:
        assert np.array_equal(SQUARE[[0, -1]], line[[0, -1]])


def test_a_curve_through_points_in_a_row_is_straight():
    """It does not swing."""
    line = curve(np.array([[0, 5], [10, 5], [20, 5]], np.float32))
    assert pytest.approx(np.full(len(line), 5.0)) == line[:, 1]
    assert (np.diff(line[:, 0]) > 0).all()


def test_a_stroke_has_its_width():
    """Across a level line it reaches half the width to either side."""
    line = np.array([[0, 5], [10, 5], [20, 5]], np.float32)
    outline = stroke(line, np.array([2, 4, 2], np.float32))
    assert pytest.approx([6, 7, 6, 4, 3, 4]) == outline[:, 1]


@pytest.mark.parametrize(("thickest", "expected"), [(0.5, 10), (0.25, 5)])
def test_a_taper_is_thickest_where_it_is_told(thickest, expected):
    """Its ends have the width asked for, its thickest place is one."""
    widths = taper(21, thickest=thickest, ends=0.2)
    assert expected == widths.argmax()
    assert pytest.approx([1.0, 0.2, 0.2]) == [widths.max(), widths[0], widths[-1]]


def test_areas_cover_what_they_enclose():
    """A disc covers its area; grown by a factor it covers the factor's square of it."""
    ring = disc(np.array([50, 50], np.float32), 20)
    area = cover(ring, (100, 100)).sum()
    assert pytest.approx(np.pi * 20**2, rel=0.06) == area
    assert pytest.approx(2.25 * area, rel=0.06) == cover(grown(ring, 1.5), (100, 100)).sum()
    assert pytest.approx(area / 2, rel=0.08) == cover(grown(ring, (1, 0.5)), (100, 100)).sum()


def test_the_canvas_is_finer():
    """What is filled in pixels of the picture lies in the same place on the canvas."""
    canvas = np.zeros((50 * FINER, 50 * FINER, 3), np.uint8)
    fill(canvas, SQUARE, (255, 0, 0))
    rows, columns = np.nonzero(canvas[..., 0] > 127)
    assert pytest.approx([20, 20], abs=0.5) == [
        (rows.mean() + 0.5) / FINER - 0.5,
        (columns.mean() + 0.5) / FINER - 0.5,
    ]
    assert pytest.approx(20, abs=1) == np.ptp(rows) / FINER


def test_a_field_is_cut_at_one_half():
    """Half of a ramp is above."""
    ramp = np.tile(np.linspace(0, 1, 40, dtype=np.float32), (10, 1))
    canvas = np.zeros((20, 80, 3), np.uint8)
    assert pytest.approx(0.5, abs=0.02) == above_half(ramp, canvas).mean()


def test_mixing_follows_the_share():
    """None, half and all of what is above."""
    below = np.zeros((1, 3, 3), np.uint8)
    above = np.full_like(below, 200)
    mix(below, above, np.array([0, 0.5, 1], np.float32)[None, :, None])
    assert [0, 100, 200] == below[0, :, 0].tolist()


def test_a_stroke_of_no_width_leaves_no_hair_line():
    """A stroke whose width goes to nothing in its middle comes in two pieces."""
    line = np.stack([np.arange(5, 45), np.full(40, 25)], axis=1).astype(np.float32)
    widths = np.where(np.abs(line[:, 0] - 25) < 8, 0, 3).astype(np.float32)
    canvas = np.zeros((50 * FINER, 50 * FINER, 3), np.uint8)
    draw(canvas, line, widths, (255, 0, 0))
    seen = canvas[25 * FINER, :, 0]
    assert 0 == seen[20 * FINER : 30 * FINER].max()
    assert [255, 255] == [seen[10 * FINER], seen[40 * FINER]]
