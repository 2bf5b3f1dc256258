"""Covers are exact areas, and shapes add, cut and vanish as the model says."""

from __future__ import annotations

import numpy as np
import pytest

from maquette.splines.model import Outline, Shape
from maquette.splines.rasters import (
    Measure,
    cover_of,
    cover_of_lines,
    flattened,
    iou,
    iou_of_lines,
)


def box(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    """A box as a closed line, clockwise on screen."""
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def shape(line: np.ndarray, **facts: object) -> Shape:
    """A shape with straight sides."""
    points = line[None].astype(np.float32)
    still = np.zeros_like(points)
    feather = np.zeros(points.shape[:2], np.float32)
    values = {"name": "a", "object": "thing", "keys": (1,), **facts}
    return Shape(points_xy=points, in_xy=still, out_xy=still, feather_px=feather, **values)


def test_a_box_covers_its_exact_share_of_each_pixel() -> None:
    """A box from 1.25 to 3.5 covers three quarters, all and half of three columns."""
    cover = cover_of_lines([box(1.25, 0, 3.5, 1)], (5, 1))
    assert cover[0].tolist() == pytest.approx([0, 0.75, 1, 0.5, 0])


@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.37, 0.61), (-9.3, 4.2)])
def test_the_area_of_any_line_is_kept(shift: tuple[float, float]) -> None:
    """All shares together are the area, wherever a slanted line lies in the picture."""
    angle = np.linspace(0, 2 * np.pi, 57, endpoint=False)
    line = np.column_stack([30 + 17 * np.cos(angle), 25 + 11 * np.sin(angle)]) + shift
    area = 57 / 2 * np.sin(2 * np.pi / 57) * 17 * 11
    assert cover_of_lines([line], (60, 50)).sum() == pytest.approx(area, rel=1e-5)


def test_what_lies_outside_is_cut_off() -> None:
    """A box that is larger than the picture on all sides covers all of it."""
    assert cover_of_lines([box(-50, -50, 90, 90)], (7, 5)).min() == 1.0


def test_a_line_that_winds_twice_covers_once() -> None:
    """Winding twice around a pixel does not count twice."""
    twice = np.vstack([box(1, 1, 4, 4), box(1, 1, 4, 4)])
    assert cover_of_lines([twice], (5, 5)).max() == 1.0


def test_a_line_backwards_is_a_hole() -> None:
    """An inner line that runs the other way around is cut out."""
    cover = cover_of_lines([box(0, 0, 6, 6), box(2, 2, 4, 4)[::-1]], (6, 6))
    assert cover.sum() == pytest.approx(36 - 4)


def test_a_window_shows_the_same_as_the_whole() -> None:
    """A window of the picture is what the whole picture has there."""
    line = box(2.5, 3.5, 11, 9)
    whole = cover_of_lines([line], (16, 12))
    assert np.array_equal(cover_of_lines([line], (6, 5), corner_xy=(1, 2)), whole[2:7, 1:7])


def test_holes_cut_only_their_own_object() -> None:
    """A hole of one object does not cut what another object covers."""
    shapes = (
        shape(box(0, 0, 6, 6)),
        shape(box(1, 1, 5, 5), mode="subtract"),
        shape(box(3, 0, 8, 6), object="other"),
    )
    row = cover_of(shapes, 1, size_wh=(8, 6))[2]
    assert row.tolist() == [1, 0, 0, 1, 1, 1, 1, 1]


def test_what_is_not_seen_covers_nothing() -> None:
    """A shape covers nothing outside of the frames on which it is seen."""
    one = shape(box(0, 0, 4, 4), seen=((5, 6),))
    sums = [float(cover_of([one], frame, size_wh=(4, 4)).sum()) for frame in (4, 5, 6, 7)]
    assert sums == [0, 16, 16, 0]


def test_a_spline_is_flattened_along_its_tangents() -> None:
    """Four points with the well-known tangents make a circle."""
    handle = 0.5523
    points = np.array([[1, 0], [0, 1], [-1, 0], [0, -1]], np.float32)
    out = np.array([[0, handle], [-handle, 0], [0, -handle], [handle, 0]], np.float32)
    line = flattened(Outline(points, -out, out, np.zeros(4, np.float32)))
    assert np.hypot(*line.T) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(("shift", "share"), [(0, 1.0), (5, 1 / 3), (20, 0.0)])
def test_shared_shares(shift: int, share: float) -> None:
    """Boxes that lie on each other, half on each other, and apart; by pixels and by lines."""
    one, other = box(0, 0, 10, 10), box(shift, 0, 10 + shift, 10)
    assert iou_of_lines([one], [other]) == pytest.approx(share, abs=1e-6)
    covers = [cover_of_lines([line], (32, 12)) for line in (one, other)]
    assert iou(*covers) == pytest.approx(share)


def test_two_empty_covers_are_alike() -> None:
    """Nothing against nothing is a perfect match."""
    assert (iou(np.zeros((2, 2)), np.zeros((2, 2))), iou_of_lines([], [])) == (1.0, 1.0)


@pytest.mark.parametrize("shift", [0.0, 3.3, 25.0, 400.0], ids=["on it", "near", "half off", "far"])
def test_many_frames_are_measured_as_each_alone(shift: float) -> None:
    """A line per frame against its contour, wherever it lies; what is far out counts as well."""
    contours = [box(5, 5, 55, 35), box(100, 20, 400, 220)]
    lines = np.array([line + shift for line in contours])
    singly = [iou_of_lines([one], [other]) for one, other in zip(lines, contours, strict=True)]
    assert Measure(contours).ious(lines) == pytest.approx(singly, abs=2e-3)
