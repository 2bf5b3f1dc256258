"""The SDXL stylist, on a tiny pipeline and tiny LoRA files in the layouts that are published."""

import hashlib

import numpy as np
import pytest

from maquette import engines
from maquette.errors import EngineError, InputError
from maquette.roles import StyleRequest
from maquette.types import Picture
from tests import engine_contract, tiny_models
from tests.engines.toon.sitters import sitter

pytest.importorskip("torch")
pytestmark = pytest.mark.engines

QUERY = "mid_block.attentions.0.transformer_blocks.0.attn1.to_q"
SPOKEN = "text_model.encoder.layers.0.self_attn.q_proj"


def pair(seed, *, rank=2, wide=32, size=0.5):
    """A down and an up matrix for a square layer."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    down = torch.randn(rank, wide, generator=generator) * size
    return down, torch.randn(wide, rank, generator=generator) * size


def written(path, layout, **changes):
    """A LoRA file for one layer of the denoiser and one of the first text model."""
    from safetensors.torch import save_file

    (down, up), (text_down, text_up) = pair(1, **changes), pair(2)
    if layout == "peft":
        tensors = {
            f"unet.{QUERY}.lora_A.weight": down,
            f"unet.{QUERY}.lora_B.weight": up,
            f"text_encoder.{SPOKEN}.lora_A.weight": text_down,
            f"text_encoder.{SPOKEN}.lora_B.weight": text_up,
        }
    else:  # what it is scaled by stands beside it: twice the weight at half the scale
        tensors = kohya("lora_unet_middle_block_1_transformer_blocks_0_attn1_to_q", down, 2 * up)
        spoken = f"lora_te1_{SPOKEN.replace('.', '_')}"
        tensors |= kohya(spoken, text_down, 2 * text_up)
    save_file(tensors, path)
    return path


def kohya(name, down, up):
    """A layer as kohya's scripts save it, scaled by half."""
    import torch

    alpha = torch.tensor(len(down) / 2)
    return {f"{name}.lora_down.weight": down, f"{name}.lora_up.weight": up, f"{name}.alpha": alpha}


@pytest.fixture(scope="session")
def lora(tmp_path_factory):
    """A LoRA file as peft names its layers."""
    return written(tmp_path_factory.mktemp("lora") / "clay.safetensors", "peft")


def make(folders, path, **settings):
    """The stylist over the tiny base model, drawing at 64 px in two steps."""
    usual = {"model": str(folders["sdxl-lightning"]), "lora": str(path), "device": "cpu"}
    usual |= {"steps": 4, "strength": 0.5, "side_px": 64}
    return engines.make("sdxl-lora", role="Stylist", settings=usual | settings)


def drawn(engine, *, style="toon", seed=1):
    """The colours of one drawing of a drawn head, wide enough to subtract."""
    picture, face = sitter(side_px=64)
    (answer,) = engine.stylise([StyleRequest(picture, face, style, seed)])
    assert isinstance(answer, Picture), repr(answer)
    return answer.rgba[picture.rgba[..., 3] == 255].astype(int)


def test_it_keeps_the_contract(folders, lora):
    """Order, size, alpha, determinism and errors in place, and what was loaded."""
    engine = make(folders, lora)
    engine_contract.check_engine(engine, name="sdxl-lora")
    picture, face = sitter(side_px=64)
    engine_contract.check_stylist(engine, cutout=picture, face=face)
    assert hashlib.sha256(lora.read_bytes()).hexdigest() == engine.info.weights[lora.name]
    assert engine.info.weights["model"].startswith("sha256:")
    engine.close()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"scale": 0.0}, id="scale"),
        pytest.param({"strength": 1.0}, id="strength"),
        pytest.param({"trigger": "clay style"}, id="trigger"),
        pytest.param({"guidance": 1.5}, id="guidance"),
        pytest.param({"side_px": 96}, id="side"),
        pytest.param({"steps": 8}, id="steps"),
    ],
)
def test_every_setting_reaches_the_picture(change, folders, lora):
    """What a user sets changes the picture, and what the engine says of itself."""
    one, other = make(folders, lora), make(folders, lora, **change)
    assert not np.array_equal(drawn(one), drawn(other))
    assert one.info != other.info


@pytest.mark.parametrize("change", [{"seed": 2}, {"style": "clay"}], ids=["seed", "style"])
def test_seed_and_style_change_the_picture(change, folders, lora):
    """Another seed or another style gives other bytes."""
    engine = make(folders, lora)
    assert not np.array_equal(drawn(engine), drawn(engine, **change))


def test_layouts_of_one_lora_give_one_picture(folders, lora, tmp_path):
    """The same matrices as kohya's scripts save them change the same layers."""
    other = written(tmp_path / "clay.safetensors", "kohya")
    assert np.array_equal(drawn(make(folders, lora)), drawn(make(folders, other)))


BLOCK, SPEAKER = "mid_block.attentions.0.transformer_blocks.0", "text_model.encoder.layers.0"


@pytest.mark.parametrize(
    ("name", "part", "layer"),
    [
        pytest.param("unet_{}_attn1_to_k", "unet", f"{BLOCK}.attn1.to_k", id="key"),
        pytest.param("unet_{}_attn2_to_out_0", "unet", f"{BLOCK}.attn2.to_out.0", id="out"),
        pytest.param("unet_{}_ff_net_2", "unet", f"{BLOCK}.ff.net.2", id="feed forward"),
        pytest.param("te1_{}_self_attn_v_proj", "text_encoder", f"{SPEAKER}.self_attn.v_proj",
                     id="text value"),
        pytest.param("te2_{}_self_attn_out_proj", "text_encoder_2",
                     f"{SPEAKER}.self_attn.out_proj", id="text out"),
        pytest.param("te2_{}_mlp_fc1", "text_encoder_2", f"{SPEAKER}.mlp.fc1", id="text mlp"),
    ],
)  # fmt: skip
def test_every_kind_of_layer_is_found(name, part, layer, tmp_path):
    """One layer of each kind, by the name that kohya's scripts give it: that one changes."""
    import torch
    from safetensors.torch import save_file

    from maquette.engines.sdxl_lora import lora as reading

    pipeline = tiny_models.sdxl()
    model = getattr(pipeline, part)
    weights = {n: w.detach().clone() for n, w in model.named_parameters()}
    (changed,) = (n for n in weights if n in (f"{layer}.weight", f"{layer[11:]}.weight"))
    block = "middle_block_1_transformer_blocks_0" if part == "unet" else SPEAKER.replace(".", "_")
    high, wide = weights[changed].shape
    down, up = torch.ones(2, wide), torch.ones(high, 2)
    path = tmp_path / "one.safetensors"
    save_file(kohya("lora_" + name.format(block), down, up), path)
    assert 1 == reading.add(pipeline, path, scale=3.0)
    now = dict(model.named_parameters())
    assert [changed] == [n for n, before in weights.items() if not torch.equal(before, now[n])]
    assert torch.allclose(weights[changed] + 3.0, now[changed])


def test_layers_change_by_the_product_of_their_pair(folders, lora):
    """By scale times up times down; the others stay as they are."""
    from maquette.engines.sdxl_lora import lora as reading

    pipeline = tiny_models.sdxl()
    layer = pipeline.unet.get_submodule(QUERY)
    before = {n: w.detach().clone() for n, w in pipeline.unet.named_parameters()}
    assert 2 == reading.add(pipeline, lora, scale=0.5)
    down, up = pair(1)
    expected = before[f"{QUERY}.weight"] + 0.5 * up @ down
    np.testing.assert_allclose(expected.numpy(), layer.weight.detach().numpy(), atol=1e-6)
    changed = [n for n, w in pipeline.unet.named_parameters() if not bool((before[n] == w).all())]
    assert [f"{QUERY}.weight"] == changed


def test_sizes_off_the_grid_come_back_as_they_were(folders, lora):
    """A cut-out of odd size is drawn on the model's grid and handed out in its own."""
    picture, face = sitter(side_px=61)
    narrow = Picture(np.ascontiguousarray(picture.rgba[:, 5:52]))
    (answer,) = make(folders, lora).stylise([StyleRequest(narrow, face, "toon", 1)])
    assert narrow.size_wh == answer.size_wh


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        pytest.param({"lora": ""}, "ENGINE_NOT_INSTALLED", id="no lora"),
        pytest.param({"lora": "missing.safetensors"}, "MODEL_MISSING", id="missing"),
        pytest.param({"lora": "old.ckpt"}, "WEIGHTS_UNSAFE", id="pickle"),
        pytest.param({"steps": 0}, "ENGINE_SETTINGS", id="steps"),
        pytest.param({"strength": float("nan")}, "ENGINE_SETTINGS", id="strength"),
        pytest.param({"steps": 2, "strength": 0.3}, "ENGINE_SETTINGS", id="nothing to run"),
        pytest.param({"side_px": 4096}, "ENGINE_SETTINGS", id="side"),
        pytest.param({"colour": "red"}, "ENGINE_SETTINGS", id="no such setting"),
    ],
)
def test_what_cannot_work_is_refused_when_it_is_made(settings, code, folders, lora, monkeypatch):
    """Before any item is touched, by name."""
    monkeypatch.delenv("MAQUETTE_SDXL_LORA", raising=False)
    with pytest.raises(EngineError) as raised:
        make(folders, lora, **settings)
    assert code == raised.value.code


def test_the_variable_names_the_lora(folders, lora, monkeypatch):
    """MAQUETTE_SDXL_LORA stands in for the setting."""
    monkeypatch.setenv("MAQUETTE_SDXL_LORA", str(lora))
    assert lora.name in make(folders, "").info.weights


@pytest.mark.parametrize(
    ("layout", "changes"),
    [
        pytest.param("peft", {"wide": 48}, id="too wide"),
        pytest.param("kohya", {"wide": 48}, id="kohya"),
    ],
)
def test_a_lora_of_another_model_is_refused(layout, changes, folders, tmp_path):
    """It says which file, as an error of the item."""
    path = written(tmp_path / "other.safetensors", layout, **changes)
    picture, face = sitter(side_px=64)
    (answer,) = make(folders, path).stylise([StyleRequest(picture, face, "toon", 1)])
    assert "MODEL_BROKEN" == answer.code
    assert "other.safetensors" in answer.reason


def test_a_file_that_is_no_lora_is_refused(folders, tmp_path):
    """Neither garbage nor other weights get through."""
    from safetensors.torch import save_file

    garbage, weights = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    garbage.write_bytes(b"\x20\0\0\0\0\0\0\0 no safetensors")
    save_file({"layer.weight": pair(1)[0]}, weights)
    picture, face = sitter(side_px=64)
    for path in (garbage, weights):
        (answer,) = make(folders, path).stylise([StyleRequest(picture, face, "toon", 1)])
        assert "MODEL_BROKEN" == answer.code


def test_numbers_that_overflow_are_told(folders, lora):
    """A picture that is not finite is an error of that item, with a way out."""
    engine = make(folders, lora)
    drawn(engine)
    engine._pipeline.vae.decoder.conv_out.bias.data.fill_(float("nan"))
    picture, face = sitter(side_px=64)
    (answer,) = engine.stylise([StyleRequest(picture, face, "toon", 1)])
    assert isinstance(answer, EngineError)
    assert "PICTURE_NOT_FINITE" == answer.code


def test_unknown_styles_name_the_known(folders, lora):
    """The message names what there is, before anything is loaded."""
    engine = make(folders, lora)
    picture, face = sitter(side_px=64)
    (answer,) = engine.stylise([StyleRequest(picture, face, "baroque", 1)])
    assert isinstance(answer, InputError)
    assert "toon" in answer.fix
    assert engine._pipeline is None
