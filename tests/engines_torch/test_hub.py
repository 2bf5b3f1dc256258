"""Finding and naming models: needs no torch."""

import hashlib
import json

import pytest

from maquette.engines import hub
from maquette.errors import EngineError


def save_safetensors(path, numbers):
    """A safetensors file with one tensor of bytes."""
    about = {"t": {"dtype": "U8", "shape": [len(numbers)], "data_offsets": [0, len(numbers)]}}
    header = json.dumps(about).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(len(header).to_bytes(8, "little") + header + numbers)


def test_an_existing_folder_wins_over_the_hub(tmp_path, monkeypatch):
    """A folder named like an id on the hub is taken as the folder, without network."""
    monkeypatch.chdir(tmp_path)
    save_safetensors(tmp_path / "org/name/model.safetensors", b"123")
    source = hub.locate("org/name")
    assert source.revision == ""
    assert source.arguments["local_files_only"]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        pytest.param("org/name", hub.Source("org/name", "main"), id="newest"),
        pytest.param("org/name@v1.0", hub.Source("org/name", "v1.0"), id="pinned"),
    ],
)
def test_an_id_on_the_hub_may_be_pinned(model, expected):
    """The revision stands behind an @, and is main where none is given."""
    assert expected == hub.locate(model)
    assert f"hub:org/name@{expected.revision}" == hub.identity(expected)


@pytest.mark.parametrize("model", ["name", "../org/name", "a/b/c", "org/name@"])
def test_what_is_neither_folder_nor_id_is_missing(model, tmp_path, monkeypatch):
    """A path that does not exist is not sent to the hub as an id."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(EngineError) as raised:
        hub.locate(model)
    assert raised.value.code == "MODEL_MISSING"


@pytest.mark.parametrize("suffix", [".bin", ".pt", ".ckpt"])
def test_a_folder_of_pickles_is_refused(suffix, tmp_path):
    """Weights that can run code are refused by their name, before they are opened."""
    (tmp_path / f"pytorch_model{suffix}").write_bytes(b"anything")
    with pytest.raises(EngineError) as raised:
        hub.locate(str(tmp_path))
    assert raised.value.code == "WEIGHTS_UNSAFE"


def test_other_runtimes_files_beside_the_pipeline_do_no_harm(tmp_path):
    """A folder that the pipeline does not name is not read, so its files may be anything."""
    (tmp_path / "model_index.json").write_text('{"vae": ["diffusers", "AutoencoderKL"]}')
    save_safetensors(tmp_path / "vae/model.safetensors", b"123")
    save_safetensors(tmp_path / "model.safetensors", b"123")
    (tmp_path / "vae_decoder").mkdir()
    (tmp_path / "vae_decoder/openvino_model.bin").write_bytes(b"")
    assert tmp_path == hub.locate(str(tmp_path)).path


def test_identity_follows_names_and_numbers_but_not_the_place(tmp_path):
    """A copy elsewhere is the same model; other numbers, or another configuration, are another."""
    numbers = bytes(range(256)) * 1024
    for name in ("one", "copy", "tuned", "configured"):
        save_safetensors(tmp_path / name / "unet/model.safetensors", numbers)
    save_safetensors(tmp_path / "tuned/unet/model.safetensors", b"\1" + numbers[1:])
    (tmp_path / "configured/config.json").write_text("{}")
    found = {p.name: hub.identity(hub.locate(str(p))) for p in tmp_path.iterdir()}
    assert found["one"] == found["copy"]
    assert len(set(found.values())) == 3


def test_identity_of_one_file(tmp_path):
    """A single file has an identity too, whatever lies beside it."""
    save_safetensors(tmp_path / "model.safetensors", b"123")
    source = hub.locate(str(tmp_path / "model.safetensors"))
    before = hub.identity(source)
    (tmp_path / "other.json").write_text("{}")
    assert before == hub.identity(source)


def test_a_sum_must_be_given_and_right(tmp_path):
    """A file is let through only with its own sha256."""
    file = tmp_path / "weights.pt"
    file.write_bytes(b"weights")
    right = hashlib.sha256(b"weights").hexdigest()
    hub.check_sum(file, sha256=right)
    for wrong in ("", right[::-1]):
        with pytest.raises(EngineError, match="WEIGHTS_UNSAFE"):
            hub.check_sum(file, sha256=wrong)
