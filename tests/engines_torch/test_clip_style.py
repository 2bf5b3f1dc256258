"""CLIP as a judge, on a tiny random model loaded by the same code as the published one."""

import numpy as np
import pytest

from maquette import engines
from maquette.engines.clip_style import PHOTO, WORDS
from maquette.errors import EngineError
from maquette.types import Picture
from tests import engine_contract, tiny_models

pytest.importorskip("torch")
pytestmark = pytest.mark.engines

SIDE_PX = 32


def tiny_clip(folder):
    """A CLIPModel of 0.2 MB with random weights, its tokenizer and image processor."""
    import torch
    import transformers as t

    torch.manual_seed(0)
    tokenizer = tiny_models.clip_tokenizer(tiny_models.CLIP["max_position_embeddings"])
    words = {name: getattr(tokenizer, name) for name in ("bos_token_id", "eos_token_id")}
    text = {**tiny_models.CLIP, **words, "vocab_size": len(tokenizer)}
    text["pad_token_id"] = tokenizer.pad_token_id
    sizes = {name: tiny_models.CLIP[name] for name in ("hidden_size", "intermediate_size")}
    seen = {**sizes, "num_attention_heads": 4, "num_hidden_layers": 2, "projection_dim": 32}
    seen |= {"image_size": SIDE_PX, "patch_size": 8}
    config = t.CLIPConfig(text_config=text, vision_config=seen, projection_dim=32)
    t.CLIPModel(config).save_pretrained(folder)
    side = {"height": SIDE_PX, "width": SIDE_PX}
    t.CLIPImageProcessorPil(size={"shortest_edge": SIDE_PX}, crop_size=side).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the tiny model lies."""
    return tiny_clip(tmp_path_factory.mktemp("clip"))


@pytest.fixture(scope="module")
def judge(folder):
    """The engine over its tiny model."""
    told = {"model": str(folder), "device": "cpu"}
    return engines.make("clip", role="StyleJudge", settings=told)


def test_it_keeps_the_contract(judge):
    """It plays its role and gives a share of one, none for the photo itself."""
    photo, drawn = pictures()
    engine_contract.check_engine(judge, name="clip")
    engine_contract.check_style_judge(judge, photo=photo, drawn=drawn, style="toon")


def pictures():
    """Two that differ, both wider than high."""
    rgba, _ = tiny_models.disc(75, width_px=100)
    other = rgba.copy()
    other[..., :3] = 255 - rgba[..., :3]
    return Picture(rgba), Picture(other)


def test_the_network_sees_picture_and_words(judge):
    """Another picture, or another style, leans another way; both words share one."""
    photo, drawn = (picture.rgba[..., :3].copy() for picture in pictures())
    (toon,) = judge._shares([photo], (WORDS["toon"], PHOTO))
    (turned,) = judge._shares([photo], (PHOTO, WORDS["toon"]))
    assert pytest.approx(1, abs=1e-5) == toon + turned
    assert [toon] != judge._shares([photo], (WORDS["ink"], PHOTO))
    assert [toon] != judge._shares([drawn], (WORDS["toon"], PHOTO))


def test_one_of_two_is_nearer(judge):
    """Of two pictures, one is gained on the other, and the other way round nothing is."""
    photo, drawn = pictures()
    figures = [judge.judge(*pair, style="toon") for pair in ((photo, drawn), (drawn, photo))]
    assert 0.0 == min(figures) < max(figures)


@pytest.mark.parametrize(("width", "height"), [(900, 1), (3, 40)], ids=["one row", "thin"])
def test_odd_shapes_are_survived(judge, width, height):
    """A picture of hardly any width or height is seen like others."""
    thin = Picture(np.full((height, width, 4), 255, np.uint8))
    assert 0.0 <= judge.judge(thin, thin, style="a style with no words of its own") <= 1.0


def test_it_works_again_after_closing(judge):
    """Closing frees the model, not the engine."""
    photo, drawn = pictures()
    before = judge.judge(photo, drawn, style="ink")
    judge.close()
    assert before == judge.judge(photo, drawn, style="ink")


def test_wrong_settings_are_refused():
    """Other names are no settings."""
    with pytest.raises(EngineError, match="ENGINE_SETTINGS"):
        engines.make("clip", role="StyleJudge", settings={"sharpness": 1})


def test_a_model_that_is_not_there_says_what_to_run():
    """Without the published model, and without a network, the command that fetches it is named."""
    photo, drawn = pictures()
    with pytest.raises(EngineError, match=r"MODEL_MISSING.*hf download openai/clip"):
        engines.make("clip", role="StyleJudge").judge(photo, drawn, style="toon")
