"""GrabCut: a box or clicks to a mask by colours alone."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from maquette.engines import make
from maquette.errors import InputError
from maquette.roles import Prompts, Segmenter
from maquette.types import Picture
from tests.engine_contract import check_segmenter
from tests.zoo import disc_alpha

MIDDLE, RADIUS_PX = (150.0, 100.0), 60
BOX = (85.0, 35.0, 215.0, 165.0)


def grained(seed=0, *, width_px=320, height_px=200):
    """An orange disc on a blue that is no one colour, and which pixels it has."""
    inside = disc_alpha(width_px, centre_xy=MIDDLE, radius_px=RADIUS_PX)[:height_px] > 0.5
    rgb = np.where(inside[..., None], (220, 120, 40), (40, 70, 150)).astype(float)
    rgb += np.random.default_rng(seed).normal(0, 12, rgb.shape)
    rgba = np.dstack([np.clip(rgb, 0, 255), np.full(inside.shape, 255)]).astype(np.uint8)
    return Picture(rgba), inside


def overlap(one, other):
    """IoU of two masks."""
    return (one & other).sum() / (one | other).sum()


@pytest.fixture
def engine():
    """The engine."""
    return make("grabcut", role="Segmenter")


def test_it_plays_the_segmenter(engine):
    """It answers to its role and says what it is, without weights."""
    assert isinstance(engine, Segmenter)
    assert ("grabcut", {}) == (engine.info.name, engine.info.weights)


@pytest.mark.parametrize(
    "prompts",
    [
        pytest.param(Prompts(boxes_xyxy=(BOX,)), id="a box"),
        pytest.param(Prompts((MIDDLE,), (1,), (BOX,)), id="a box and a click"),
        pytest.param(Prompts((MIDDLE,), (1,)), id="a click"),
        pytest.param(Prompts((MIDDLE, (20.0, 20.0)), (1, 0)), id="a click kept, one left out"),
        pytest.param(Prompts(boxes_xyxy=((-50.0, -9.0, 999.0, 999.0),)), id="a box beyond the rim"),
        pytest.param(Prompts(), id="nothing"),
    ],
)
def test_a_disc_is_found(engine, prompts):
    """However it is pointed at, as far as colours tell."""
    picture, inside = grained()
    (found,) = engine.segment([picture], [prompts])
    assert (inside.shape, np.float32) == (found.shape, found.dtype.type)
    assert overlap(inside, found > 0.5) > 0.9


def test_a_click_left_out_takes_away(engine):
    """Of two discs in one box, the one that is left out goes."""
    picture, inside = grained()
    rgba = picture.rgba.copy()
    rgba[20:60, 250:290] = (60, 190, 60, 255)
    box = (80.0, 10.0, 300.0, 170.0)
    prompts = Prompts((MIDDLE, (270.0, 40.0)), (1, 0), (box,))
    (found,) = engine.segment([Picture(rgba)], [prompts])
    assert overlap(inside, found > 0.5) > 0.9


def test_the_contract_holds(engine):
    """Order, sizes, range and sameness, as of every segmenter."""
    check_segmenter(engine, pictures=[grained()[0], grained(1, width_px=220)[0]])


def test_side_by_side_it_answers_the_same(engine):
    """Its random start is each call's own."""
    pictures = [grained(seed)[0] for seed in range(8)]
    asked = Prompts(boxes_xyxy=(BOX,))
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda p: engine.segment([p], [asked])[0], pictures))
    np.testing.assert_array_equal(engine.segment(pictures, [asked] * 8), together)


@pytest.mark.parametrize("size_px", [pytest.param(n, id=f"{n} px") for n in (1, 2, 7)])
def test_tiny_and_flat_pictures_are_answered(engine, size_px):
    """Where nothing can be told apart there still is a map."""
    flat = Picture(np.full((size_px, size_px, 4), 255, np.uint8))
    for prompts in (Prompts(), Prompts(((0.5, 0.5),), (1,))):
        (found,) = engine.segment([flat], [prompts])
        assert (size_px, size_px) == found.shape
        assert np.isfinite(found).all()


def test_nothing_kept_is_refused(engine):
    """Points that all say leave out are no object."""
    with pytest.raises(InputError, match="PROMPT_NOTHING_KEPT"):
        engine.segment([grained()[0]], [Prompts((MIDDLE,), (0,))])
