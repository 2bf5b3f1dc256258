"""The engine over nets that answer by colour: prompts to asks, masks to maps, what is kept."""

import numpy as np
import pytest

from maquette.engines.mobile_sam.asks import TOP_LEFT, Embedding
from maquette.engines.mobile_sam.engine import KEPT, PointedSegmenter
from maquette.errors import InputError
from maquette.roles import EngineInfo, Prompts
from maquette.types import Picture
from tests.engine_contract import check_segmenter

RED, GREEN, GREY = (200, 30, 30), (30, 180, 40), (128, 128, 128)
RED_XY, GREEN_XY = (20.0, 15.0), (75.0, 40.0)
RED_BOX = (6.0, 4.0, 34.0, 26.0)


class ByColour:
    """Nets for which an object is what has the colour at the middle of what was pointed at.

    Each ask is offered two masks: that one, and a wrong one which is thought worse.
    """

    def __init__(self):
        self.weights = {}
        self.encoded = 0
        self.closed = 0

    def encode(self, rgb):
        self.encoded += 1
        size_wh = (rgb.shape[1], rgb.shape[0])
        return Embedding((rgb.astype(np.float32),), size_wh, size_wh)

    def decode(self, embedding, asks):
        (rgb,) = embedding.features
        logits = np.empty((len(asks), 2, *rgb.shape[:2]), np.float32)
        for n, ask in enumerate(asks):
            box = [xy for xy, label in zip(ask.points_xy, ask.labels, strict=True) if label > 1]
            kept = [xy for xy, label in zip(ask.points_xy, ask.labels, strict=True) if label == 1]
            x, y = np.mean(box or kept, axis=0)
            far = abs(rgb - rgb[int(y), int(x)]).max(axis=2) > 20
            logits[n, 1] = np.where(far, -9, 9)
            logits[n, 0] = -logits[n, 1]
        return logits, np.tile(np.float32([0.2, 0.9]), (len(asks), 1))

    def offered(self, ask):
        return slice(1, 2) if TOP_LEFT in ask.labels else slice(0, 2)

    def close(self):
        self.closed += 1


def two_things():
    """A red and a green block on grey, 100 x 60."""
    rgb = np.full((60, 100, 3), GREY, np.uint8)
    rgb[5:25, 8:32] = RED
    rgb[30:50, 60:90] = GREEN
    return rgb


def picture(rgb, alpha=255):
    """An opaque picture, unless told otherwise."""
    return Picture(np.dstack([rgb, np.full(rgb.shape[:2], alpha, np.uint8)]))


def where(colour):
    """Which pixels of the two things have that colour."""
    return (two_things() == colour).all(axis=2)


@pytest.fixture
def nets():
    """Nets that count how often a picture was seen."""
    return ByColour()


@pytest.fixture
def engine(nets):
    """The engine over them."""
    return PointedSegmenter(nets, info=EngineInfo("by-colour", "1", licences=("none",)))


@pytest.mark.parametrize(
    ("prompts", "expected"),
    [
        pytest.param(Prompts((RED_XY,), (1,)), where(RED), id="a click"),
        pytest.param(Prompts(boxes_xyxy=(RED_BOX,)), where(RED), id="a box"),
        pytest.param(
            Prompts((GREEN_XY,), (1,), (RED_BOX,)), where(RED) | where(GREEN), id="both, apart"
        ),
        pytest.param(Prompts((RED_XY,), (1,), (RED_BOX,)), where(RED), id="a click in its box"),
        pytest.param(Prompts((RED_XY, GREEN_XY), (1, 0)), where(RED), id="a click left out"),
    ],
)
def test_what_is_pointed_at_is_found(engine, prompts, expected):
    """Boxes and clicks are objects, and the map is their union."""
    (found,) = engine.segment([picture(two_things())], [prompts])
    assert np.float32 == found.dtype.type
    np.testing.assert_array_equal(expected, found > 0.5)


def test_without_prompts_it_is_the_subject(engine):
    """Before a plain background that is what differs from it, not the background."""
    rgb = np.full((90, 120, 3), GREY, np.uint8)
    rgb[25:65, 40:80] = RED
    (found,) = engine.segment([picture(rgb)], [Prompts()])
    np.testing.assert_array_equal((rgb == RED).all(axis=2), found > 0.5)


def test_the_contract_holds(engine):
    """Order, sizes, range and sameness, as of every segmenter."""
    tall = np.full((50, 20, 3), GREEN, np.uint8)
    tall[10:30, 5:15] = RED
    check_segmenter(engine, pictures=[picture(two_things()), picture(tall)])


def test_a_second_click_does_not_look_again(engine, nets):
    """The same pixels are seen once, whichever object holds them."""
    for _ in range(3):
        engine.segment([picture(two_things())], [Prompts((RED_XY,), (1,))])
    assert nets.encoded == 1
    engine.segment([picture(two_things()[:, ::-1].copy())], [Prompts((RED_XY,), (1,))])
    assert nets.encoded == 2


def test_pictures_of_the_same_bytes_and_another_shape_are_told_apart(engine, nets):
    """60 x 100 and 100 x 60 pixels of one colour are two pictures."""
    for shape in ((60, 100, 3), (100, 60, 3)):
        flat = picture(np.full(shape, RED, np.uint8))
        (found,) = engine.segment([flat], [Prompts((RED_XY,), (1,))])
        assert shape[:2] == found.shape
    assert nets.encoded == 2


def test_few_pictures_are_held(engine, nets):
    """The one used longest ago is forgotten first."""
    shades = [picture(np.full((8, 8, 3), shade, np.uint8)) for shade in range(KEPT + 1)]
    click = [Prompts(((4.0, 4.0),), (1,))]
    for shade in [*shades[:KEPT], shades[0], shades[KEPT]]:
        engine.segment([shade], click)
    seen = nets.encoded
    engine.segment([shades[0]], click)
    assert seen == nets.encoded
    engine.segment([shades[1]], click)
    assert seen + 1 == nets.encoded


def test_closing_frees_nets_and_pictures(engine, nets):
    """After closing, everything is seen anew."""
    engine.segment([picture(two_things())], [Prompts((RED_XY,), (1,))])
    engine.close()
    engine.segment([picture(two_things())], [Prompts((RED_XY,), (1,))])
    assert (1, 2) == (nets.closed, nets.encoded)


def test_see_through_pixels_are_seen_on_white(engine):
    """The colours under them do not matter."""
    hidden = picture(two_things(), alpha=0)
    (found,) = engine.segment([hidden], [Prompts((RED_XY,), (1,))])
    assert (found > 0.5).all()


@pytest.mark.parametrize(
    ("prompts", "code"),
    [
        pytest.param(Prompts((RED_XY,), ()), "PROMPT_LABELS", id="a point without a label"),
        pytest.param(Prompts((RED_XY,), (0,)), "PROMPT_NOTHING_KEPT", id="nothing to keep"),
    ],
)
def test_prompts_that_say_nothing_are_refused(engine, nets, prompts, code):
    """Before the picture is looked at."""
    with pytest.raises(InputError, match=code):
        engine.segment([picture(two_things())], [prompts])
    assert nets.encoded == 0
