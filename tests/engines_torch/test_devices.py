"""Devices, precision and memory, without a GPU."""

import sys

import pytest

from maquette import engines
from maquette.engines import devices
from maquette.errors import EngineError, InputError


@pytest.mark.parametrize(
    ("name", "role", "fix"),
    [
        ("flux-schnell", "ImageGenerator", "pip install 'maquette[gpu]'"),
        ("sdxl-lightning", "ImageGenerator", "pip install 'maquette[gpu]'"),
        ("sam2", "Segmenter", "pip install 'maquette[gpu]'"),
        ("vitmatte", "Matter", "pip install 'maquette[gpu]'"),
    ],
)
def test_an_engine_without_torch_says_what_to_install(name, role, fix, monkeypatch):
    """In the base environment a GPU engine is refused by name, with the command that helps."""
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(EngineError) as raised:
        engines.make(name, role=role)
    assert raised.value.code == "ENGINE_NOT_INSTALLED"
    assert fix == raised.value.fix


@pytest.mark.engines
@pytest.mark.parametrize(
    ("fits", "calls"),
    [
        pytest.param(8, [8, 2], id="all at once"),
        pytest.param(3, [8, 4, 2, 2, 2, 2, 2], id="two at once"),
    ],
)
def test_the_smaller_batch_is_kept(fits, calls):
    """After memory ran out once, the rest goes on with the batch that fitted, in order."""
    pytest.importorskip("torch")
    asked = []

    def work(batch):
        asked.append(len(batch))
        if len(batch) > fits:
            raise RuntimeError("MPS backend out of memory")
        return [n * n for n in batch]

    done = list(devices.in_halves(range(10), at_once=8, device="cpu", work=work))
    assert [n * n for n in range(10)] == done
    assert calls == asked


@pytest.mark.engines
def test_other_errors_are_not_retried():
    """Only want of memory halves a batch; a mistake is told at once."""
    pytest.importorskip("torch")

    def work(batch):
        raise RuntimeError("shapes do not match")

    with pytest.raises(RuntimeError, match="shapes"):
        list(devices.in_halves([1, 2], at_once=2, device="cpu", work=work))


@pytest.mark.engines
@pytest.mark.parametrize(
    ("wanted", "device", "expected"),
    [
        ("auto", "cpu", "float32"),
        ("auto", "cuda", "bfloat16"),
        ("float16", "cpu", "float16"),
    ],
)
def test_precision_follows_the_device_unless_named(wanted, device, expected):
    """Half precision is for devices that are faster with it."""
    assert expected == devices.pick_precision(wanted, device=device, half="bfloat16")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param(RuntimeError("CUDA out of memory"), "OUT_OF_MEMORY", id="memory"),
        pytest.param(RuntimeError("mat1 and mat2\nshapes"), "ENGINE_FAILED", id="other"),
        pytest.param(InputError("OURS", "said already"), "OURS", id="ours"),
    ],
)
def test_errors_are_told_plainly(error, code):
    """What torch raises becomes an error with a code; our own pass unchanged."""
    with pytest.raises((EngineError, InputError)) as raised, devices.told_plainly("drawing"):
        raise error
    assert code == raised.value.code
    assert "\n" not in raised.value.reason
