"""SAM 2 tiny from ONNX files: what it is, and the published files where the shelf has them."""

import numpy as np
import pytest

from maquette.engines import make
from maquette.engines.shelf import shelf_sums, verify
from maquette.errors import EngineError
from maquette.roles import Prompts
from maquette.types import Picture
from tests.engine_contract import check_engine
from tests.zoo import disc_alpha

needs_weights = pytest.mark.skipif(
    set(verify(["sam2-onnx"]).values()) != {"sound"},
    reason="sam2-onnx is not on the shelf: maquette shelf fetch sam2-onnx",
)


def disc():
    """An orange disc on blue, wider than high, and which pixels it has."""
    inside = disc_alpha(200, centre_xy=(70, 60), radius_px=40)[:120] > 0.5
    rgb = np.where(inside[..., None], (230, 120, 30), (40, 60, 140)).astype(np.uint8)
    return Picture(np.dstack([rgb, np.full(inside.shape, 255, np.uint8)])), inside


def test_it_plays_the_segmenter():
    """It says what it is without weights, and names them by sum."""
    engine = make("sam2-onnx", role="Segmenter")
    check_engine(engine, name="sam2-onnx")
    assert shelf_sums("sam2-onnx") == engine.info.weights


def test_missing_weights_say_what_to_run(tmp_path, monkeypatch):
    """Without weights the first use fails with the command that brings them."""
    monkeypatch.setenv("MAQUETTE_SHELF", str(tmp_path))
    with pytest.raises(EngineError, match=r"MODEL_MISSING.*maquette shelf fetch sam2-onnx"):
        make("sam2-onnx", role="Segmenter").segment([disc()[0]], [Prompts(((70, 60),), (1,))])


@needs_weights
def test_the_published_nets_find_a_disc():
    """By a click and by a box, at the picture's own shape although the net sees a square."""
    picture, inside = disc()
    asked = [Prompts(((70.0, 60.0),), (1,)), Prompts(boxes_xyxy=((30.0, 20.0, 110.0, 100.0),))]
    for found in make("sam2-onnx", role="Segmenter").segment([picture, picture], asked):
        assert ((found > 0.5) & inside).sum() / ((found > 0.5) | inside).sum() > 0.93
