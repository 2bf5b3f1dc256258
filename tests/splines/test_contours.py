"""Contours lie between pixels, are closed and directed, and know holes."""

from __future__ import annotations

import numpy as np
import pytest

from maquette.errors import InputError
from maquette.splines.contours import (
    BEYOND_PX,
    contours_of,
    evenly,
    length_px,
    middle_of,
    normals,
    signed_area,
)
from tests.splines.masks import boxes, lobed


def test_a_disc_is_found_between_the_pixels() -> None:
    """A soft disc's contour lies on its radius within a tenth of a pixel."""
    y, x = np.mgrid[0:60, 0:60] + 0.5
    matte = np.clip(20.3 - np.hypot(x - 30, y - 30) + 0.5, 0, 1)
    (contour,) = contours_of(matte)
    away = np.hypot(*(contour.points_xy - 30).T)
    assert np.abs(away - 20.3).max() < 0.1


def test_holes_and_parts_are_contours_of_their_own() -> None:
    """Two parts and a hole: three contours, the largest first, and the hole runs backwards."""
    mask = boxes((10, 10, 60, 60), (80, 20, 100, 40))
    mask[30:40, 30:40] = 0
    found = contours_of(mask)
    assert [each.is_hole for each in found] == [False, False, True]
    assert [signed_area(each.points_xy) > 0 for each in found] == [True, True, False]


def test_what_touches_the_edge_goes_on_outside() -> None:
    """At the picture's edge a contour is drawn beyond it, and nowhere else."""
    (contour,) = contours_of(boxes((0, 20, 30, 40)))
    low, high = contour.points_xy.min(axis=0), contour.points_xy.max(axis=0)
    assert (low.tolist(), high.tolist()) == ([-BEYOND_PX, 20.0], [30.0, 40.0])


@pytest.mark.parametrize(
    ("corner", "between", "count"), [(1.0, 0.2, 1), (0.7, 0.1, 2)], ids=["joined", "apart"]
)
def test_a_saddle_is_decided_by_its_middle(corner: float, between: float, count: int) -> None:
    """Two pixels that touch at a corner are one part where the matte between them is high."""
    matte = np.zeros((6, 6))
    matte[2, 2] = matte[3, 3] = corner
    matte[2, 3] = matte[3, 2] = between
    assert len(contours_of(matte)) == count


@pytest.mark.parametrize("fill", [0.0, 0.49], ids=["empty", "faint"])
def test_nothing_has_no_contour(fill: float) -> None:
    """A matte that never reaches one half has no contour."""
    assert contours_of(np.full((8, 8), fill)) == ()


def test_one_pixel_has_a_contour() -> None:
    """A single pixel is a diamond of half its area."""
    (contour,) = contours_of(boxes((5, 5, 6, 6)))
    assert contour.area_px == pytest.approx(0.5)


def test_numbers_that_are_none_are_outside() -> None:
    """Broken pixels do not break a contour."""
    matte = boxes((10, 10, 30, 30))
    matte[0:5, 0:5] = np.nan
    assert len(contours_of(matte)) == 1


def test_other_shapes_are_refused() -> None:
    """A colour picture is no matte."""
    with pytest.raises(InputError, match="ARRAY_SHAPE"):
        contours_of(np.zeros((4, 4, 3)))


def test_even_points_are_evenly_apart() -> None:
    """Resampled, all steps are of one length, and the normals look outwards."""
    (contour,) = contours_of(lobed((40, 40), size_wh=(80, 80), radius=25))
    line = evenly(contour.points_xy, 120)
    steps = np.linalg.norm(line - np.roll(line, 1, axis=0), axis=1)
    assert steps.std() / steps.mean() < 0.03
    assert signed_area(line + normals(line)) > signed_area(line)


def test_length_and_middle_of_a_box() -> None:
    """A box says how long and where it is, wherever its points are dense."""
    box = np.array([[0, 0], [1, 0], [2, 0], [10, 0], [10, 4], [0, 4]], np.float64)
    assert length_px(box) == pytest.approx(28)
    assert middle_of(box).tolist() == pytest.approx([5, 2])
