"""Mattes in, shapes out: few points, few keys, and bad input does no harm."""

from __future__ import annotations

import numpy as np
import pytest

from maquette.errors import InputError
from maquette.splines.model import outline_at
from maquette.splines.rasters import cover_of, iou
from maquette.splines.shots import STRETCH, Fitted, Wanted, fit_shot
from tests.splines.masks import boxes, sliding, trembling

FEW = Wanted(points=12)


def ious(fitted: Fitted) -> list[float]:
    """What each frame keeps, as the report says."""
    return [report.iou for report in fitted.frames]


def test_a_moving_object_is_one_shape_on_two_keys() -> None:
    """The same points on two keys and a track hold every frame, and the report is right."""
    masks = list(sliding(12))
    fitted = fit_shot(masks, FEW, name="thing", first_frame=1001)
    (shape,) = fitted.shapes
    assert shape.keys == (1001, 1012)
    drawn = cover_of(fitted.shapes, 1006, size_wh=(320, 90))
    assert iou(drawn, masks[5]) == pytest.approx(fitted.frames[5].iou, abs=1e-6)
    assert min(ious(fitted)) > 0.97
    assert fitted.worth_a_look(0.97) == ()


def test_nothing_lags_behind_even_motion() -> None:
    """The points move by the same 8 px on every frame."""
    (shape,) = fit_shot(sliding(12), FEW, name="thing", first_frame=1).shapes
    points = np.array([outline_at(shape, frame).points_xy for frame in range(1, 13)])
    assert np.diff(points, axis=0)[..., 0] == pytest.approx(8, abs=0.3)


def test_a_trembling_edge_does_not_chatter() -> None:
    """A still object with a noisy mask has still points."""
    fitted = fit_shot(trembling(16), FEW, name="thing", first_frame=1)
    assert [report.chatter_px <= 0.3 for report in fitted.reports] == [True]
    assert min(ious(fitted)) > 0.93


def test_holes_and_parts_are_shapes_of_their_own() -> None:
    """A ring and a piece beside it: two added and one cut, of one object, with unique names."""
    mask = boxes((10, 10, 60, 60), (80, 20, 110, 50))
    mask[25:45, 25:45] = 0
    fitted = fit_shot([mask] * 4, Wanted(points=24), name="ring", first_frame=1)
    assert [shape.mode for shape in fitted.shapes] == ["add", "add", "subtract"]
    assert len({shape.name for shape in fitted.shapes}) == 3
    assert {shape.object for shape in fitted.shapes} == {"ring"}
    assert min(ious(fitted)) > 0.97


def test_frames_without_the_object_have_no_shapes() -> None:
    """What is hidden for a while ends, and another shape begins after it."""
    masks = [boxes((10, 10, 60, 60))] * 4 + [boxes()] * 2 + [boxes((20, 10, 70, 60))] * 4
    fitted = fit_shot(masks, FEW, name="thing", first_frame=101)
    assert [shape.seen for shape in fitted.shapes] == [((101, 104),), ((107, 110),)]
    assert [report.shapes for report in fitted.frames] == [1] * 4 + [0] * 2 + [1] * 4
    assert min(ious(fitted)) > 0.97


def test_no_mattes_no_shapes() -> None:
    """An object that is never seen has no shapes, and its frames hold."""
    fitted = fit_shot([boxes()] * 3, FEW, name="thing", first_frame=1)
    assert (fitted.shapes, ious(fitted)) == ((), [1.0, 1.0, 1.0])


def test_one_pixel_is_a_shape() -> None:
    """The smallest object there is goes through, finite."""
    fitted = fit_shot([boxes((30, 30, 31, 31))] * 3, FEW, name="dot", first_frame=1)
    assert all(np.isfinite(shape.points_xy).all() for shape in fitted.shapes)
    assert len(fitted.shapes) == 1


def test_the_edge_of_the_picture_is_covered_to_the_last_pixel() -> None:
    """What touches the border is drawn beyond it."""
    masks = [boxes((0, 20 + frame, 50, 60 + frame)) for frame in range(5)]
    fitted = fit_shot(masks, FEW, name="thing", first_frame=1)
    assert cover_of(fitted.shapes, 3, size_wh=(120, 80))[30:55, 0].min() == 1.0


def test_a_flicker_is_no_shape() -> None:
    """A small piece that is there for one frame is noise."""
    body = (10, 10, 70, 70)
    masks = [boxes(body)] * 3 + [boxes(body, (90, 10, 100, 20))] + [boxes(body)] * 3
    assert len(fit_shot(masks, Wanted(points=24), name="thing", first_frame=1).shapes) == 1


def test_a_long_shot_is_keyed_by_stretches_without_a_seam() -> None:
    """Past one stretch the same shape goes on: rising keys, one track, no jump."""
    count = STRETCH + 20
    masks = (boxes((10 + frame // 4, 10, 50 + frame // 4, 50)) for frame in range(count))
    fitted = fit_shot(masks, Wanted(points=4), name="thing", first_frame=1)
    (shape,) = fitted.shapes
    assert shape.seen == ((1, count),)
    assert STRETCH in shape.keys
    before, after = (outline_at(shape, frame).points_xy for frame in (STRETCH - 1, STRETCH + 1))
    assert np.abs(after - before).max() < 2
    assert min(ious(fitted)) > 0.93


def test_the_same_mattes_give_the_same_shapes() -> None:
    """Nothing is left to chance."""
    first, second = (fit_shot(trembling(6), FEW, name="a", first_frame=1) for _ in range(2))
    assert [s.points_xy.tobytes() for s in first.shapes] == [
        s.points_xy.tobytes() for s in second.shapes
    ]


def test_mattes_of_other_sizes_are_refused() -> None:
    """A matte of another size says so, with its place."""
    with pytest.raises(InputError, match="matte 1"):
        fit_shot([np.zeros((8, 8)), np.zeros((8, 9))], FEW, name="a", first_frame=1)


@pytest.mark.parametrize(
    "wish",
    [{"points": 2}, {"least_iou": 1.0}, {"keyed_most": 0.0}],
    ids=["too few points", "perfect", "no keys"],
)
def test_what_cannot_be_is_refused(wish: dict[str, float]) -> None:
    """Wishes that no shape can meet are refused before work begins."""
    with pytest.raises(InputError, match="SHAPES_WANTED"):
        Wanted(**wish)
