"""The diffusion engines, on tiny models loaded by the same code as the published ones."""

import gc
import shutil
import weakref
from dataclasses import replace

import numpy as np
import pytest

from maquette import engines
from maquette.errors import EngineError, InputError
from maquette.roles import ImageRequest, MadePicture
from tests import engine_contract, tiny_models

pytest.importorskip("torch")
pytestmark = pytest.mark.engines

NAMES = ("flux-schnell", "flux2-klein", "sdxl-lightning")
CHAIR = ImageRequest("a red chair", "cartoon", 64, seed=1)


def make(name, folders, **settings):
    """The engine of that name over its tiny model."""
    settings = {"model": str(folders[name]), **settings}
    return engines.make(name, role="ImageGenerator", settings=settings)


def pixels(answer):
    """The colours of a made picture, wide enough to subtract."""
    assert isinstance(answer, MadePicture), repr(answer)
    return answer.picture.rgba.astype(int)


@pytest.mark.parametrize("name", NAMES)
def test_every_family_keeps_the_contract(name, folders):
    """Order, determinism and errors in place hold for every row of the table."""
    engine = make(name, folders)
    engine_contract.check_engine(engine, name=name)
    engine_contract.check_image_generator(engine, request=CHAIR, other_prompt="a blue dog")
    engine.close()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"seed": 2}, id="seed"),
        pytest.param({"style": "cyberpunk"}, id="style"),
    ],
)
def test_seed_and_style_change_the_picture(change, folders):
    """Another seed or another style gives other bytes."""
    first, other = make("flux-schnell", folders).generate([CHAIR, replace(CHAIR, **change)])
    assert not np.array_equal(pixels(first), pixels(other))


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_gives_what_single_pictures_give(name, folders):
    """Pictures denoised together are those denoised alone, but for rounding in the last bit."""
    requests = [CHAIR, replace(CHAIR, prompt="a blue dog", seed=7), replace(CHAIR, seed=3)]
    alone = make(name, folders).generate(requests)
    together = make(name, folders, batch_size=3).generate(requests)
    for one, other in zip(alone, together, strict=True):
        # A batch is summed in another order: 2 of 255 is what four steps make of that.
        assert abs(pixels(one) - pixels(other)).max() <= 2


def test_sizes_may_be_mixed_in_one_call(folders):
    """Each picture has the size asked for, in the order asked for."""
    sizes = [96, 64, 96]
    made = make("flux-schnell", folders).generate([replace(CHAIR, size_px=s) for s in sizes])
    assert sizes == [pixels(m).shape[0] for m in made]


@pytest.mark.parametrize("size_px", [0, 70, 4096])
def test_a_size_that_cannot_be_drawn_is_refused_alone(size_px, folders):
    """A size off the model's grid, or far too large, fails in its place and sinks nothing else."""
    wrong, right = make("flux-schnell", folders).generate([replace(CHAIR, size_px=size_px), CHAIR])
    assert isinstance(wrong, InputError)
    assert wrong.code == "SIZE_UNSUPPORTED"
    assert pixels(right).shape == (64, 64, 4)


def watched(folders, **hooks):
    """A FLUX engine's loader that reports text encoders and calls hooks while denoising."""
    from maquette.engines.diffusion.families import FLUX_SCHNELL, Settings
    from maquette.engines.diffusion.halves import Loader
    from maquette.engines.hub import locate

    source = locate(str(folders["flux-schnell"]))
    loader = Loader(FLUX_SCHNELL, Settings(), source, steps=4, precision="float32")
    loaded = []

    def load(half):
        pipeline = loader(half)
        if half == "text":
            loaded.append(weakref.ref(pipeline.text_encoder_2))
        else:
            pipeline.transformer.register_forward_pre_hook(hooks["denoising"], with_kwargs=True)
        return pipeline

    return load, loaded


@pytest.mark.parametrize(
    ("keep", "expected"),
    [pytest.param(False, False, id="freed"), pytest.param(True, True, id="kept")],
)
def test_text_encoders_are_gone_while_denoising(keep, expected, folders):
    """When the first step runs no text encoder is in memory, unless the settings say to keep it."""
    from maquette.engines.diffusion.engine import Diffusion
    from maquette.engines.diffusion.families import FLUX_SCHNELL, Settings

    seen = []

    def denoising(module, args, kwargs):
        gc.collect()
        seen.append(any(ref() is not None for ref in loaded))

    load, loaded = watched(folders, denoising=denoising)
    settings = Settings(keep_text_encoders=keep)
    Diffusion(FLUX_SCHNELL, settings, load=load).generate([CHAIR])
    assert [expected] * 4 == seen


def test_equal_prompts_are_encoded_once(folders):
    """Two copies of one prompt cost one pass through the text encoders."""
    from maquette.engines.diffusion.engine import Diffusion
    from maquette.engines.diffusion.families import FLUX_SCHNELL, Settings

    passes = []
    load, _ = watched(folders, denoising=lambda *_: None)

    def counting(half):
        pipeline = load(half)
        if half == "text":
            pipeline.text_encoder_2.register_forward_pre_hook(lambda *_: passes.append(1))
        return pipeline

    engine = Diffusion(FLUX_SCHNELL, Settings(), load=counting)
    engine.generate([CHAIR, replace(CHAIR, seed=2, copy=1), replace(CHAIR, prompt="a blue dog")])
    assert len(passes) == 2


@pytest.mark.parametrize(
    ("room", "expected"),
    [
        pytest.param(2, ["made"] * 5, id="two at once fit"),
        pytest.param(0, ["OUT_OF_MEMORY"] * 5, id="not even one fits"),
    ],
)
def test_out_of_memory_halves_the_batch_and_goes_on(room, expected, folders):
    """A batch that does not fit is tried again in halves; what never fits is an error in place."""
    import torch

    from maquette.engines.diffusion.engine import Diffusion
    from maquette.engines.diffusion.families import FLUX_SCHNELL, Settings

    def denoising(module, args, kwargs):
        if len(kwargs["hidden_states"]) > room:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate")

    load, _ = watched(folders, denoising=denoising)
    engine = Diffusion(FLUX_SCHNELL, Settings(batch_size=5), load=load)
    made = engine.generate([replace(CHAIR, seed=n) for n in range(5)])
    assert expected == [getattr(answer, "code", "made") for answer in made]


def test_a_picture_of_no_numbers_is_an_error_in_its_place(folders):
    """Where the decoder overflows, the item fails with a code instead of turning black."""
    from maquette.engines.diffusion.engine import Diffusion
    from maquette.engines.diffusion.families import FLUX_SCHNELL, Settings

    load, _ = watched(folders, denoising=lambda *_: None)

    def overflowing(half):
        pipeline = load(half)
        if half == "image":
            pipeline.vae.decoder.register_forward_hook(lambda m, a, out: out * float("nan"))
        return pipeline

    (answer,) = Diffusion(FLUX_SCHNELL, Settings(), load=overflowing).generate([CHAIR])
    assert isinstance(answer, EngineError)
    assert answer.code == "PICTURE_NOT_FINITE"


def test_lightning_weights_replace_the_base_model(folders, tmp_path):
    """The distilled file beside the base model is what draws, and it is part of the identity."""
    base = tmp_path / "base"
    shutil.copytree(folders["sdxl-lightning"], base)
    (base / "sdxl_lightning_4step_unet.safetensors").unlink()
    with_file = make("sdxl-lightning", folders)
    without = make("sdxl-lightning", folders, model=str(base))
    assert with_file.info.weights != without.info.weights
    (one,), (other,) = with_file.generate([CHAIR]), without.generate([CHAIR])
    assert not np.array_equal(pixels(one), pixels(other))


def test_lightning_ends_at_the_last_noise_level(folders):
    """The scheduler's spacing is the one Lightning was distilled with, not the base model's."""
    from maquette.engines.diffusion.families import SDXL_LIGHTNING, Settings
    from maquette.engines.diffusion.halves import Loader
    from maquette.engines.hub import locate

    source = locate(str(folders["sdxl-lightning"]))
    load = Loader(SDXL_LIGHTNING, Settings(), source, steps=4, precision="float32")
    assert load("image").scheduler.config.timestep_spacing == "trailing"


def test_compiled_blocks_draw_the_same(folders):
    """The compile switch changes speed, not the picture, but for rounding."""
    (eager,) = make("sdxl-lightning", folders).generate([CHAIR])
    (compiled,) = make("sdxl-lightning", folders, compile=True).generate([CHAIR])
    assert abs(pixels(eager) - pixels(compiled)).max() <= 2


def test_half_precision_runs(folders):
    """A number format given by name is used, and is part of what the engine says of itself."""
    engine = make("flux2-klein", folders, dtype="bfloat16")
    assert engine.info.config["dtype"] == "bfloat16"
    assert pixels(engine.generate([CHAIR])[0]).shape == (64, 64, 4)


def test_an_engine_works_again_after_close(folders):
    """Closing frees the model; the next call loads it and draws the same."""
    engine = make("flux-schnell", folders)
    (before,) = engine.generate([CHAIR])
    engine.close()
    (after,) = engine.generate([CHAIR])
    assert np.array_equal(pixels(before), pixels(after))


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        pytest.param({"model": "no such folder"}, "MODEL_MISSING", id="no folder"),
        pytest.param({"model": None}, "MODEL_MISSING", id="hub out of reach"),
        pytest.param({"dtype": "int3"}, "ENGINE_SETTINGS", id="unknown dtype"),
        pytest.param({"device": "abacus"}, "ENGINE_SETTINGS", id="unknown device"),
        pytest.param({"device": "cuda"}, "DEVICE_MISSING", id="no such device"),
    ],
)
def test_what_cannot_be_loaded_says_so(settings, code, folders):
    """A model, device or format that is not there is named by a stable code."""
    import torch

    if settings.get("device") == "cuda" and torch.cuda.is_available():
        pytest.skip("this machine has the device")
    with pytest.raises(EngineError) as raised:
        make("flux-schnell", folders, **settings).generate([CHAIR])
    assert code == raised.value.code
    assert raised.value.fix


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        pytest.param("sdxl-lightning", {"steps": 3}, id="no weights for three steps"),
        pytest.param("flux-schnell", {"steps": 0}, id="no steps"),
        pytest.param("flux-schnell", {"batch_size": 0}, id="empty batches"),
        pytest.param("flux-schnell", {"stepps": 4}, id="a name misspelt"),
        pytest.param("flux-schnell", {"fp8": True, "compile": False}, id="fp8 in eager mode"),
    ],
)
def test_settings_that_cannot_work_are_refused_at_once(name, settings, folders):
    """The engine is not even made with settings that contradict each other."""
    with pytest.raises(EngineError) as raised:
        make(name, folders, **settings)
    assert raised.value.code in ("ENGINE_SETTINGS", "ENGINE_NOT_INSTALLED")


def test_pickled_weights_are_refused(folders, tmp_path):
    """A component that has only a .bin file is not opened, however the rest is saved."""
    folder = tmp_path / "pickled"
    shutil.copytree(folders["flux-schnell"], folder)
    for file in (folder / "vae").glob("*.safetensors"):
        file.rename(file.with_suffix(".bin"))
    with pytest.raises(EngineError) as raised:
        make("flux-schnell", folders, model=str(folder)).generate([CHAIR])
    assert raised.value.code == "WEIGHTS_UNSAFE"
    assert "vae" in raised.value.reason


def test_a_broken_model_is_told_from_a_missing_one(folders, tmp_path):
    """A folder whose weights are cut short is an error of the model, with its name."""
    folder = tmp_path / "cut"
    shutil.copytree(folders["flux-schnell"], folder)
    (file,) = (folder / "transformer").glob("*.safetensors")
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(EngineError) as raised:
        make("flux-schnell", folders, model=str(folder)).generate([CHAIR])
    assert raised.value.code == "MODEL_BROKEN"
    assert str(tmp_path) not in raised.value.reason.split(":")[0]


def test_asking_for_info_loads_nothing(folders, monkeypatch):
    """Facts are given without a single weight being read into a model."""
    import diffusers

    def refuse(*args, **kwargs):
        raise AssertionError("info must not load the model")

    monkeypatch.setattr(diffusers.DiffusionPipeline, "from_pretrained", refuse)
    assert make("flux-schnell", folders).info.weights["model"].startswith("sha256:")


def test_random_full_size_shapes_are_the_published_ones():
    """The shapes the bench builds have the parameter counts of the models they stand for."""
    import torch

    from bench import engines as bench

    def millions(module):
        return round(sum(p.numel() for p in module.parameters()) / 1e6)

    with torch.device("meta"):
        flux = tiny_models.flux(bench.FLUX, parts="image")
        assert millions(flux.transformer) == 11891
        assert millions(tiny_models.unet(bench.SDXL["unet"])) == 2567
