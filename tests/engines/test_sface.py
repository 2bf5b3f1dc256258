"""SFace with its real weights, on a public-domain photo."""

import cv2
import numpy as np
import pytest

from maquette.engines import make
from maquette.errors import EngineError
from maquette.types import Picture
from tests.engine_contract import check_engine
from tests.faces import astronaut, egg, photo


@pytest.fixture(scope="module")
def face():
    """The astronaut's face."""
    return make("yunet-mesh", role="FaceFinder").find(astronaut())[0]


@pytest.fixture(scope="module")
def recogniser():
    """The engine, loaded once."""
    return make("sface", role="FaceRecogniser")


def test_it_keeps_the_contract(recogniser):
    """The engine plays its role and says what it loads."""
    check_engine(recogniser, name="sface")


def test_missing_weights_say_what_to_run(tmp_path, monkeypatch, face):
    """On an empty shelf the first use fails with the command that fetches them."""
    monkeypatch.setenv("MAQUETTE_SHELF", str(tmp_path))
    with pytest.raises(EngineError, match=r"MODEL_MISSING.*maquette shelf fetch sface"):
        make("sface", role="FaceRecogniser").recognise(astronaut(), face)


def test_vectors_have_length_one(recogniser, face):
    """128 numbers of length one, the same each time, also after closing."""
    vector = recogniser.recognise(astronaut(), face)
    assert ((128,), np.float32) == (vector.shape, vector.dtype.type)
    assert 1 == pytest.approx(float(np.linalg.norm(vector)), abs=1e-5)
    recogniser.close()
    np.testing.assert_array_equal(vector, recogniser.recognise(astronaut(), face))


def test_one_person_stays_near_herself(recogniser, face):
    """The same face smoothed and darkened is near; an egg with eyes is not."""
    vector = recogniser.recognise(astronaut(), face)
    soft = cv2.GaussianBlur(astronaut().rgba, (0, 0), 1.5)
    soft[..., :3] = soft[..., :3] // 2
    assert float(vector @ recogniser.recognise(Picture(soft), face)) > 0.8
    other = egg(width_px=150)
    assert float(vector @ recogniser.recognise(photo(other), other)) < 0.3


def test_it_prints_nothing(recogniser, face, capfd):
    """OpenCV would warn of a target that nobody chose."""
    recogniser.recognise(astronaut(), face)
    recogniser.close()
    recogniser.recognise(astronaut(), face)
    assert ("", "") == capfd.readouterr()
