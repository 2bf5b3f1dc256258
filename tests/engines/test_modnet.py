"""MODNet's engine over a tiny stand-in net, and the real one on a public-domain photo."""

import numpy as np
import pytest

from maquette.engines import make, modnet
from maquette.errors import EngineError, InputError
from maquette.roles import Prompts
from maquette.types import Picture
from tests.engine_contract import check_engine
from tests.engines.tiny_onnx import FLOAT, model, node, put_on_shelf
from tests.faces import astronaut


@pytest.fixture
def segmenter(tmp_path, monkeypatch):
    """The engine with a net that finds bright pixels: sigmoid of the channels' mean."""
    nodes = [
        node("ReduceMean", ["input"], "mean", axes=[1], keepdims=1),
        node("Sigmoid", ["mean"], "output"),
    ]
    net = model(nodes, inputs={"input": FLOAT}, output="output")
    put_on_shelf(tmp_path, "modnet", {"modnet.onnx": net})
    monkeypatch.setenv("MAQUETTE_SHELF", str(tmp_path))
    return modnet.make()


def halves(width_px=90, height_px=60, alpha=255):
    """Black on the left, white on the right."""
    rgba = np.full((height_px, width_px, 4), alpha, np.uint8)
    rgba[..., :3] = 0
    rgba[:, width_px // 2 :, :3] = 255
    return Picture(rgba)


def test_it_keeps_the_contract():
    """The engine plays its role and says what it loads."""
    check_engine(make("modnet", role="Segmenter"), name="modnet")


def test_missing_weights_say_what_to_run(tmp_path, monkeypatch):
    """On an empty shelf the first use fails with the command that fetches them."""
    monkeypatch.setenv("MAQUETTE_SHELF", str(tmp_path))
    with pytest.raises(EngineError, match=r"MODEL_MISSING.*maquette shelf fetch modnet"):
        modnet.make().segment([halves()], [Prompts()])


@pytest.mark.parametrize("size_wh", [(90, 60), (60, 90), (512, 512), (700, 8), (1, 1)])
def test_the_map_is_as_large_as_the_picture(segmenter, size_wh):
    """Pictures of any shape give maps of theirs."""
    (found,) = segmenter.segment([halves(*size_wh)], [Prompts()])
    assert (size_wh[::-1], np.float32) == (found.shape, found.dtype.type)


def test_the_map_lies_where_the_subject_is(segmenter):
    """Left stays left."""
    (found,) = segmenter.segment([halves()], [Prompts()])
    assert found[:, :30].max() < 0.4 < 0.6 < found[:, -30:].min()


def test_see_through_pixels_are_seen_on_grey(segmenter):
    """What an invisible pixel's colour is does not matter."""
    (found,) = segmenter.segment([halves(alpha=0)], [Prompts()])
    np.testing.assert_allclose(found, 0.5, atol=0.01)


def test_prompts_are_refused_rather_than_ignored(segmenter):
    """A point cannot be honoured, so it is an error."""
    with pytest.raises(InputError, match="PROMPTS_UNSUPPORTED"):
        segmenter.segment([halves()], [Prompts(points_xy=((1, 1),), labels=(1,))])


def test_the_real_net_finds_a_person():
    """Face, hair and suit belong to the astronaut; sky and the flag's edge do not."""
    (found,) = modnet.make().segment([astronaut()], [Prompts()])
    for x, y in ((225, 130), (190, 90), (250, 400)):
        assert found[y, x] > 0.9, (x, y)
    for x, y in ((140, 20), (330, 20)):
        assert found[y, x] < 0.1, (x, y)
