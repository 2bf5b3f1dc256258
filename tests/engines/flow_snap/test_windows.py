"""Windows: inside the frame, around their box, scaled without leaving it."""

import numpy as np
import pytest

from maquette.engines.flow_snap.windows import Window, around, box_of

SIZE_WH = (200, 100)


@pytest.mark.parametrize(
    ("box", "side_px", "expected"),
    [
        pytest.param((90, 40, 110, 60), 40, Window(80, 30, 40, 40), id="in the middle"),
        pytest.param((0, 0, 10, 10), 40, Window(0, 0, 40, 40), id="pushed from a corner"),
        pytest.param((190, 90, 200, 100), 40, Window(160, 60, 40, 40), id="pushed back"),
        pytest.param((90, 40, 110, 60), 150, Window(25, 0, 150, 100), id="higher than the frame"),
        pytest.param((90, 40, 110, 60), 999, Window(0, 0, 200, 100), id="the whole frame"),
    ],
)
def test_a_window_lies_in_the_frame(box, side_px, expected):
    """As near to the middle of the box as the frame allows, as large as it allows."""
    assert expected == around(box, side_px=side_px, size_wh=SIZE_WH)


def test_a_box_holds_its_mask():
    """The first pixel's corner to the last one's far corner."""
    inside = np.zeros((100, 200), np.bool_)
    inside[20:31, 50:61] = True
    assert (50, 20, 61, 31) == box_of(inside)


@pytest.mark.parametrize("factor", [0.013, 0.5, 1.0])
def test_a_scaled_window_has_a_pixel_inside_the_scaled_frame(factor):
    """However small a frame becomes, there is something to look at."""
    size_wh = (max(1, round(200 * factor)), max(1, round(100 * factor)))
    small = Window(197, 97, 3, 3).scaled(factor, size_wh=size_wh)
    assert small.width >= 1
    assert small.height >= 1
    assert small.x0 + small.width <= size_wh[0]
    assert small.y0 + small.height <= size_wh[1]


def test_cutting_takes_the_pixels_of_the_window():
    """Rows are y, columns are x."""
    rgb = np.zeros((100, 200, 3), np.uint8)
    rgb[30:70, 80:120] = 9
    assert Window(80, 30, 40, 40).cut(rgb).min() == 9
