"""Flat colours: drawings score, photos do not, however they are smoothed."""

import cv2
import numpy as np
import pytest

from maquette import engines
from maquette.engines.flat_colours import flatness_of
from maquette.types import Picture
from tests.engine_contract import check_engine, check_style_judge
from tests.faces import astronaut


@pytest.fixture(scope="module")
def judge():
    """The engine from the table."""
    return engines.make("flat-colours", role="StyleJudge")


def opaque(rgb):
    """Colours without holes."""
    return Picture(np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)]))


def smoothed(rgb, times=1):
    """A photo without its finest detail."""
    for _ in range(times):
        rgb = cv2.bilateralFilter(rgb, 9, 40, 7)
    return rgb


def flattened(rgb):
    """The same in a dozen colours: large areas, each with a border of a pixel or two."""
    small = smoothed(cv2.medianBlur(rgb, 21), times=3)
    return cv2.medianBlur(small // 64 * 64 + 32, 9)


def test_it_keeps_the_contract(judge):
    """It plays its role, says what it measures, and gives a share of one."""
    photo = astronaut()
    drawn = opaque(flattened(photo.rgba[..., :3].copy()))
    check_engine(judge, name="flat-colours")
    assert check_style_judge(judge, photo=photo, drawn=drawn, style="toon") > 0.8


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda rgb: smoothed(rgb, times=4), id="smoothed"),
        pytest.param(lambda rgb: cv2.GaussianBlur(rgb, (0, 0), 4), id="blurred"),
        pytest.param(lambda rgb: cv2.medianBlur(rgb, 15), id="median"),
        pytest.param(lambda rgb: rgb // 32 * 32 + 16, id="few colours alone"),
        pytest.param(lambda rgb: np.full_like(rgb, 200), id="nothing left"),
    ],
)
def test_what_is_no_drawing_scores_low(judge, change):
    """One mark alone does not make a drawing of a photo."""
    photo = astronaut()
    drawn = opaque(change(photo.rgba[..., :3].copy()))
    assert judge.judge(photo, drawn, style="toon") < 0.35


def test_see_through_pixels_do_not_count():
    """What is behind alpha, and the rim beside it, is not looked at."""
    rgba = np.full((60, 60, 4), 255, np.uint8)
    rgba[:, :30, :3] = np.random.default_rng(1).integers(0, 255, (60, 30, 3))
    rgba[:, :30, 3] = 0
    found = flatness_of(Picture(rgba))
    assert (1, 1.0, 0.0) == (found.colours, found.flat, found.sharpness)


def test_a_drawing_of_two_areas_is_flat_and_sharp():
    """Only the places along the border change."""
    rgba = np.full((100, 100, 4), 255, np.uint8)
    rgba[:, 50:, :3] = 40
    found = flatness_of(Picture(rgba))
    assert 2 == found.colours
    assert pytest.approx(0.96, abs=0.01) == found.flat
    assert 1.0 == found.sharpness
