"""The bench of the GPU engines runs without a GPU, on tiny shapes."""

import json
import sys

import pytest

from maquette.engines.shapers.families import TRIPOSR
from tests import fake_shapers

pytest.importorskip("torch")
pytestmark = pytest.mark.engines


def figures(capsys, *arguments):
    """What the bench prints, one dictionary a line."""
    from bench import engines

    engines.main(arguments)
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_tiny_shapes_give_every_figure(capsys, monkeypatch, tmp_path):
    """Each engine is built, run and timed, a checkout that is named too; no more is printed."""
    monkeypatch.setenv(TRIPOSR.home, str(fake_shapers.checkout("triposr", tmp_path)))
    monkeypatch.setenv(TRIPOSR.python, sys.executable)
    lines = figures(capsys, "--tiny", "--shaper", "triposr")
    assert [line["figure"].split()[0] for line in lines] == [
        "flux-schnell",
        "flux-schnell",
        "sdxl-lightning",
        "sdxl-lightning",
        "sam2",
        "sam2",
        "triposr",
        "triposr",
    ]
    assert all(line["value"] > 0 and line["ok"] for line in lines)


def test_without_a_gpu_the_figures_are_skipped(capsys):
    """No figure is given that was not measured."""
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    (line,) = figures(capsys)
    assert "skipped" in line
