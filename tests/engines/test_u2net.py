"""U-2-Net's engine over a tiny stand-in net, and over the real one where the shelf has it."""

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

from maquette.engines import make
from maquette.engines.shelf import entry, shelf_sums, verify
from maquette.engines.u2net import make_u2netp
from maquette.errors import EngineError, InputError
from maquette.roles import Prompts, Segmenter
from maquette.types import Picture
from tests.engines.tiny_onnx import FLOAT, model, node, put_on_shelf


@pytest.fixture
def segmenter(tmp_path, monkeypatch):
    """The engine with a net that finds bright pixels: sigmoid of the channels' mean."""
    nodes = [
        node("ReduceMean", ["input.1"], "mean", axes=[1], keepdims=1),
        node("Sigmoid", ["mean"], "d0"),
    ]
    net = model(nodes, inputs={"input.1": FLOAT}, output="d0")
    put_on_shelf(tmp_path, "u2netp", {"u2netp.onnx": net})
    monkeypatch.setenv("MAQUETTE_SHELF", str(tmp_path))
    return make_u2netp()


def picture_of(grey, alpha=255):
    """A picture of one grey per pixel."""
    rgb = np.repeat(grey[..., None], 3, axis=2)
    return Picture(np.dstack([rgb, np.full(grey.shape, alpha)]).astype(np.uint8))


def halves(width_px=90, height_px=60):
    """Black on the left, white on the right."""
    grey = np.zeros((height_px, width_px), np.uint8)
    grey[:, width_px // 2 :] = 255
    return picture_of(grey)


def test_it_plays_the_segmenter():
    """The engine answers to its role and is in the table."""
    assert isinstance(make("u2netp", role="Segmenter"), Segmenter)


def test_asking_for_facts_needs_no_weights(tmp_path, monkeypatch):
    """The info names the weights by sum even on an empty shelf."""
    monkeypatch.setenv("MAQUETTE_SHELF", str(tmp_path))
    assert shelf_sums("u2netp") == make_u2netp().info.weights


def test_missing_weights_say_what_to_run(tmp_path, monkeypatch):
    """Without weights the first use fails with the command that fetches them."""
    monkeypatch.setenv("MAQUETTE_SHELF", str(tmp_path))
    with pytest.raises(EngineError, match=r"MODEL_MISSING.*maquette shelf fetch u2netp"):
        make_u2netp().segment([halves()], [Prompts()])


def test_map_is_as_large_as_the_picture(segmenter):
    """A wide picture gives a wide map of the right type, row by row."""
    (found,) = segmenter.segment([halves(90, 60)], [Prompts()])
    assert ((60, 90), np.float32) == (found.shape, found.dtype.type)


def test_map_lies_where_the_subject_is(segmenter):
    """Left stays left: the bright half of the picture is the bright half of the map."""
    (found,) = segmenter.segment([halves()], [Prompts()])
    assert found[:, :30].max() < 0.3 < 0.8 < found[:, -30:].min()


def test_see_through_pixels_are_seen_on_white(segmenter):
    """What an invisible pixel's colour is does not matter."""
    black = np.zeros((40, 40), np.uint8)
    (unseen,) = segmenter.segment([picture_of(black, alpha=0)], [Prompts()])
    (white,) = segmenter.segment([picture_of(black + 255)], [Prompts()])
    np.testing.assert_array_equal(white, unseen)


def test_a_black_picture_gives_numbers(segmenter):
    """The division by the picture's peak survives a peak of nought."""
    (found,) = segmenter.segment([picture_of(np.zeros((8, 8), np.uint8))], [Prompts()])
    assert np.isfinite(found).all()


@pytest.mark.parametrize(
    "prompts",
    [
        pytest.param(Prompts(points_xy=((1, 1),), labels=(1,)), id="point"),
        pytest.param(Prompts(boxes_xyxy=((0, 0, 5, 5),)), id="box"),
    ],
)
def test_prompts_are_refused_rather_than_ignored(segmenter, prompts):
    """A point or box cannot be honoured, so it is an error."""
    with pytest.raises(InputError, match="PROMPTS_UNSUPPORTED"):
        segmenter.segment([halves()], [prompts])


def test_many_threads_get_what_one_gets(segmenter):
    """Pictures may go through side by side, also the very first ones."""
    pictures = [picture_of(np.full((32, 32), v, np.uint8)) for v in range(0, 256, 16)]
    with ThreadPoolExecutor(4) as pool:
        side_by_side = list(pool.map(lambda p: segmenter.segment([p], [Prompts()])[0], pictures))
    one_by_one = segmenter.segment(pictures, [Prompts()] * len(pictures))
    np.testing.assert_array_equal(one_by_one, side_by_side)


def test_it_works_again_after_closing(segmenter):
    """Closing frees the net, not the engine."""
    before = segmenter.segment([halves()], [Prompts()])
    segmenter.close()
    np.testing.assert_array_equal(before, segmenter.segment([halves()], [Prompts()]))


needs_weights = pytest.mark.skipif(
    set(verify(["u2netp"]).values()) != {"sound"},
    reason=f"{entry('u2netp').name} is not on the shelf: make shelf",
)


@needs_weights
def test_real_net_finds_a_disc():
    """The published weights cut a red disc out of grey to within a few pixels."""
    grey = np.full((256, 256), 200, np.uint8)
    rgba = picture_of(grey).rgba
    cv2.circle(rgba, (128, 128), 70, (200, 40, 40, 255), -1)
    (found,) = make_u2netp().segment([Picture(rgba)], [Prompts()])
    disc = np.hypot(*(np.mgrid[:256, :256] - 128)) <= 70
    overlap = ((found > 0.5) & disc).sum() / ((found > 0.5) | disc).sum()
    assert overlap > 0.97


@needs_weights
def test_real_net_finds_nothing_in_a_blank_page():
    """No subject gives no subject: the map is not stretched to its own peak."""
    (found,) = make_u2netp().segment([picture_of(np.full((99, 77), 200, np.uint8))], [Prompts()])
    assert found.max() < 0.1
