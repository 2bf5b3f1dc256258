"""The cartoonist as an engine: what it answers, in what order, and what stays the same."""

import numpy as np
import pytest

from maquette import engines
from maquette.engines.toon import make
from maquette.errors import InputError
from maquette.pictures.styling import colours_left
from maquette.roles import StyleRequest
from maquette.types import Face, Picture
from tests import engine_contract, zoo
from tests.engines.toon.sitters import SIDE_PX, Looks, but, sitter


def drawn(looks=None, *, style="toon", side_px=SIDE_PX):
    """One drawing of one sitter."""
    picture, face = sitter(looks, side_px=side_px)
    (answer,) = make().stylise([StyleRequest(picture, face, style, 0)])
    assert isinstance(answer, Picture), repr(answer)
    return answer


def test_it_plays_its_role():
    """The table makes it, it names no weights, and its answers keep the contract."""
    engine = engines.make("toon", role="Stylist")
    engine_contract.check_engine(engine, name="toon")
    assert {} == engine.info.weights
    picture, face = sitter()
    engine_contract.check_stylist(engine, cutout=picture, face=face)
    engine.close()


@pytest.mark.parametrize("style", make().styles)
def test_a_photo_of_many_colours_becomes_a_few(style):
    """A grainy photo has hundreds of colours, its drawing a few dozen."""
    picture, face = sitter()
    grain = np.random.default_rng(5).normal(0, 12, (SIDE_PX, SIDE_PX, 3))
    rgb = np.clip(picture.rgba[..., :3] + grain, 0, 255).astype(np.uint8)
    grainy = Picture(np.dstack([rgb, picture.rgba[..., 3]]))
    (answer,) = make().stylise([StyleRequest(grainy, face, style, 0)])
    assert colours_left(grainy) > 200
    assert colours_left(answer) < 60


def test_styles_differ():
    """Each style draws another picture, the one of ink without strong colours."""
    toon, ink = (drawn(style=style).rgba.astype(int) for style in ("toon", "ink"))
    opaque = toon[..., 3] == 255
    assert np.abs(toon - ink)[opaque].mean() > 10
    assert np.ptp(ink[opaque][:, :3], axis=1).max() < 40 < np.ptp(toon[opaque][:, :3], axis=1).max()


def test_eyes_are_drawn_larger_in_their_place():
    """The drawn iris is centred where it was and larger by more than a tenth."""
    dark = [
        picture.rgba[100:145, 85:125, :3].max(axis=-1) < 130
        for picture in (sitter(but(hair=None))[0], drawn(but(hair=None)))
    ]
    rows, columns = (np.nonzero(area[12:30, 8:32])[n] for n in (0, 1) for area in dark[1:])
    assert abs(columns.mean() + 93 - 104) < 1.5
    assert dark[1].sum() > 1.1 * dark[0].sum()
    assert len(rows)


@pytest.mark.parametrize(
    "looks",
    [
        pytest.param(but(skin=(92, 58, 42), hair=(24, 20, 20)), id="dark skin"),
        pytest.param(but(hair=None), id="bald"),
        pytest.param(but(skin=(150, 150, 150), hair=(60, 60, 60), iris=(40, 40, 40)), id="grey"),
        pytest.param(but(sunglasses=True), id="sunglasses"),
        pytest.param(but(eye_height=0.01), id="closed eyes"),
        pytest.param(but(neck=False), id="no neck"),
    ],
)
def test_skin_keeps_its_colour(looks):
    """A cheek is drawn in the sitter's own colour, whatever it is."""
    x, y = (int(v) for v in sitter(looks)[1].landmarks[205, :2])
    seen = drawn(looks).rgba[y, x, :3].astype(int)
    assert np.abs(seen - looks.skin).max() <= 24


@pytest.mark.parametrize("side_px", [64, 200, 768])
def test_any_size_is_drawn(side_px):
    """Lengths follow the face: small and large pictures show the same drawing."""
    answer = drawn(side_px=side_px)
    assert (side_px, side_px) == answer.size_wh
    usual = drawn()
    at = (np.array([[0.5, 0.56], [0.42, 0.55], [0.5, 0.2]]) * side_px).astype(int)
    same = (np.array([[0.5, 0.56], [0.42, 0.55], [0.5, 0.2]]) * SIDE_PX).astype(int)
    off = answer.rgba[at[:, 1], at[:, 0]].astype(int) - usual.rgba[same[:, 1], same[:, 0]]
    assert np.abs(off).max() < 30


def test_landmarks_outside_do_no_harm():
    """A face that reaches beyond the picture is drawn as far as it goes."""
    picture, face = sitter()
    moved = Face(face.landmarks + np.float32([90, -70, 0]), 1.0)
    (answer,) = make().stylise([StyleRequest(picture, moved, "toon", 0)])
    assert picture.size_wh == answer.size_wh


def test_soft_edges_lose_their_backdrop():
    """What was half backdrop is drawn in the head's own colours."""
    picture, face = sitter(Looks(hair=None))
    rgba = picture.rgba.copy()
    rim = zoo.disc_alpha(SIDE_PX, centre_xy=(128, 90), radius_px=20) > 0
    edge = (rgba[..., 3] > 0) & rim & (np.arange(SIDE_PX)[:, None] < 52)
    rgba[edge] = (0, 255, 0, 120)
    (answer,) = make().stylise([StyleRequest(Picture(rgba), face, "toon", 0)])
    green = answer.rgba[..., 1].astype(int) - answer.rgba[..., 0]
    assert green[edge].max(initial=-1) < 20


def test_without_a_visible_face_nothing_is_drawn():
    """The landmarks must lie on something: an empty cut-out is an error of that item."""
    picture, face = sitter()
    (answer,) = make().stylise([StyleRequest(Picture(picture.rgba * 0), face, "toon", 0)])
    assert isinstance(answer, InputError)
    assert "CUTOUT_EMPTY" == answer.code
