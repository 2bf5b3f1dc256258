"""Grounding DINO on a tiny random model loaded by the same code as the published one."""

import numpy as np
import pytest

from maquette import engines
from maquette.engines.grounding_dino import prompt_of
from maquette.errors import EngineError
from maquette.types import Picture
from tests import engine_contract, tiny_models

pytest.importorskip("torch")
pytestmark = pytest.mark.engines


def make_with(folders, **settings):
    """The engine over its tiny model."""
    told = {"model": str(folders["grounding-dino"]), "device": "cpu", **settings}
    return engines.make("grounding-dino", role="Detector", settings=told)


@pytest.fixture(scope="module")
def engine(folders):
    """The engine with thresholds that let everything through."""
    return make_with(folders, threshold=0.0, text_threshold=0.0)


def plain(width_px, height_px):
    """A picture of one grey."""
    return Picture(np.full((height_px, width_px, 4), (90, 120, 60, 255), np.uint8))


def test_it_keeps_the_contract(engine):
    """It plays its role; boxes are labelled, ordered, and lie within a picture of any shape."""
    rgba, _ = tiny_models.disc(75, width_px=100)
    engine_contract.check_engine(engine, name="grounding-dino")
    engine_contract.check_detector(engine, picture=Picture(rgba), text="cat")


def test_boxes_are_in_the_pixels_of_the_picture(engine):
    """A picture of twice the size, alike to the network, has its boxes at twice the places."""
    small, large = (engine.detect(plain(*size), "cat").found for size in ((96, 72), (192, 144)))
    expected = 2 * np.array([one.box_xyxy for one in small])
    np.testing.assert_allclose(expected, [one.box_xyxy for one in large], atol=0.01)


def test_wide_and_tall_are_not_swapped(engine):
    """Boxes of a wide picture reach past its height, and none past its width."""
    boxes = np.array([one.box_xyxy for one in engine.detect(plain(160, 40), "cat").found])
    assert boxes[:, 2].max() > 60
    assert boxes[:, 3].max() <= 40


def test_the_network_sees_picture_and_text(engine):
    """Another picture, or another text, gives other boxes or scores."""
    rgba, _ = tiny_models.disc(75, width_px=100)
    other = rgba.copy()
    other[..., :3] = 255 - rgba[..., :3]
    one = engine.detect(Picture(rgba), "cat")
    assert one != engine.detect(Picture(other), "cat")
    assert one != engine.detect(Picture(rgba), "dog")


@pytest.mark.parametrize("threshold", [0.5, 0.7])
def test_only_boxes_above_the_threshold_are_given(folders, engine, threshold):
    """A threshold keeps exactly the boxes whose score is above it."""
    rgba, _ = tiny_models.disc(75, width_px=100)
    scores = [one.score for one in engine.detect(Picture(rgba), "cat. dog").found]
    strict = make_with(folders, threshold=threshold).detect(Picture(rgba), "cat. dog").found
    assert [score for score in scores if score > threshold] == [one.score for one in strict]
    assert 0 < len(strict) < len(scores)


def test_a_label_is_made_of_the_words_that_are_sure(folders, engine):
    """With no word sure enough the label is the whole prompt; with all of them, its words."""
    strict = make_with(folders, threshold=0.0, text_threshold=1.0)
    (unsure, *_) = strict.detect(plain(96, 96), "Cat, dog").found
    (sure, *_) = engine.detect(plain(96, 96), "Cat, dog").found
    assert ("cat. dog.", "cat. dog") == (unsure.label, sure.label)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("A Cat", "a cat.", id="one name"),
        pytest.param("a cat. a dog.", "a cat. a dog.", id="as it should be"),
        pytest.param("man, his  dog;\nbike", "man. his dog. bike.", id="other separators"),
        pytest.param(" . , ", "", id="nothing"),
    ],
)
def test_a_prompt_is_lower_case_and_ends_with_a_dot(text, expected):
    """The network was trained on names in lower case, each ended by a dot."""
    assert expected == prompt_of(text)


def test_a_long_text_is_cut_and_told_so(engine):
    """What the network cannot read is left out, with a note."""
    answer = engine.detect(plain(96, 96), "cat " * 300)
    assert answer.found
    assert "too long" in answer.notes[0]


def test_a_picture_of_one_row_is_survived(engine):
    """What would be scaled to nothing is answered with a note."""
    answer = engine.detect(plain(900, 1), "cat")
    assert ((), True) == (answer.found, "too thin" in answer.notes[0])


def test_no_kernels_are_compiled(engine):
    """The model's own CUDA kernels are left out, whatever its configuration says."""
    model, _ = engine._parts()
    assert model.config.disable_custom_kernels


def test_it_works_again_after_closing(engine):
    """Closing frees the model, not the engine."""
    before = engine.detect(plain(96, 96), "cat")
    engine.close()
    assert before == engine.detect(plain(96, 96), "cat")


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"threshold": 1.5}, id="above one"),
        pytest.param({"text_threshold": "high"}, id="a word"),
        pytest.param({"sharpness": 1}, id="unknown name"),
    ],
)
def test_wrong_settings_are_refused(settings):
    """A threshold is a share; other names are no settings."""
    with pytest.raises(EngineError, match="ENGINE_SETTINGS"):
        engines.make("grounding-dino", role="Detector", settings=settings)


def test_a_model_that_is_not_there_says_what_to_run():
    """Without the published model, and without a network, the command that fetches it is named."""
    with pytest.raises(EngineError, match=r"MODEL_MISSING.*hf download IDEA-Research"):
        engines.make("grounding-dino", role="Detector", settings={}).detect(plain(96, 96), "cat")
