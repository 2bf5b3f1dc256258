"""ArcFace's engine over tiny ONNX files made on the spot."""

import numpy as np
import pytest

from maquette.engines import make
from maquette.engines.arcface import VARIABLE
from maquette.engines.exports import sum_of
from maquette.errors import EngineError
from maquette.types import Picture
from tests.engine_contract import check_engine
from tests.engines.tiny_onnx import FLOAT, model, node
from tests.faces import egg, photo

FACE = egg(width_px=150)


@pytest.fixture
def weights(tmp_path):
    """A net that answers with the mean of each channel."""
    nodes = [node("ReduceMean", ["data"], "means", axes=[2, 3], keepdims=0)]
    path = tmp_path / "tiny.onnx"
    path.write_bytes(model(nodes, inputs={"data": FLOAT}, output="means"))
    return path


def engine(weights, **settings):
    """The engine over those weights."""
    return make("arcface", role="FaceRecogniser", settings={"weights": str(weights), **settings})


def test_it_keeps_the_contract(weights):
    """The engine plays its role and names its file by its sum."""
    check_engine(engine(weights), name="arcface")
    assert {"tiny.onnx": sum_of(weights)} == engine(weights).info.weights


def test_weights_may_be_named_by_the_environment(weights, monkeypatch):
    """The variable does where no setting names a file."""
    monkeypatch.setenv(VARIABLE, str(weights))
    assert "arcface" == make("arcface", role="FaceRecogniser").info.name


def test_vectors_have_length_one(weights):
    """Whatever the net answers, the vector is a unit one, and the same each time."""
    recogniser = engine(weights)
    vector = recogniser.recognise(photo(FACE), FACE)
    assert ((3,), np.float32) == (vector.shape, vector.dtype.type)
    assert 1 == pytest.approx(float(np.linalg.norm(vector)))
    np.testing.assert_array_equal(vector, recogniser.recognise(photo(FACE), FACE))


def test_channels_come_in_the_order_that_was_asked_for(weights):
    """A red picture is strong in the first channel, or with bgr in the last."""
    red = Picture(np.full((400, 400, 4), (255, 0, 0, 255), np.uint8))
    np.testing.assert_allclose(
        [1, 0, 0], engine(weights, values="bytes").recognise(red, FACE), atol=0.01
    )
    np.testing.assert_allclose(
        [0, 0, 1], engine(weights, values="bytes", order="bgr").recognise(red, FACE), atol=0.01
    )


def test_signed_values_run_from_minus_one_to_one(weights):
    """Black is as far from the middle as white."""
    red = Picture(np.full((400, 400, 4), (255, 0, 0, 255), np.uint8))
    third = 1 / np.sqrt(3)
    np.testing.assert_allclose(
        [third, -third, -third], engine(weights).recognise(red, FACE), atol=0.01
    )


def test_it_works_again_after_closing(weights):
    """Closing frees the net, not the engine."""
    recogniser = engine(weights)
    before = recogniser.recognise(photo(FACE), FACE)
    recogniser.close()
    np.testing.assert_array_equal(before, recogniser.recognise(photo(FACE), FACE))


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        pytest.param({"weights": ""}, "ENGINE_NOT_INSTALLED", id="no file named"),
        pytest.param({"weights": "gone.onnx"}, "ENGINE_NOT_INSTALLED", id="no such file"),
        pytest.param({"order": "gbr"}, "ENGINE_SETTINGS", id="unknown order"),
        pytest.param({"values": "half"}, "ENGINE_SETTINGS", id="unknown values"),
    ],
)
def test_wrong_settings_are_refused_at_once(weights, monkeypatch, settings, code):
    """What is not named or not known is an error before any face is seen."""
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(EngineError, match=code):
        make("arcface", role="FaceRecogniser", settings={"weights": str(weights), **settings})


def test_a_file_that_is_no_model_is_named(tmp_path):
    """Bytes that are no ONNX model end in a coded error with the file's name."""
    path = tmp_path / "notes.onnx"
    path.write_bytes(b"no model")
    with pytest.raises(EngineError, match=r"ENGINE_SETTINGS.*notes\.onnx"):
        engine(path).recognise(photo(FACE), FACE)


def test_a_net_of_two_inputs_is_refused(tmp_path):
    """A model that wants more than a face is no ArcFace."""
    nodes = [node("Add", ["a", "b"], "sum")]
    path = tmp_path / "two.onnx"
    path.write_bytes(model(nodes, inputs={"a": FLOAT, "b": FLOAT}, output="sum"))
    with pytest.raises(EngineError, match="ENGINE_SETTINGS"):
        engine(path).recognise(photo(FACE), FACE)
