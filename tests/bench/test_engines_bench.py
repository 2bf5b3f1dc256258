"""The bench of the GPU engines times a checkout that is named, whether or not torch is here."""

import importlib.util
import json
import sys

import pytest

from bench import engines
from maquette.engines.actionmesh import settings
from tests import fake_actionmesh


def test_an_animator_that_is_named_is_timed(capsys, monkeypatch, tmp_path):
    """Both clips of every mode, its steps and its memory, a line each, all from one process."""
    if importlib.util.find_spec("torch") is not None:
        pytest.skip("tests/engines_torch covers the bench where torch is")
    home = fake_actionmesh.checkout(tmp_path)
    monkeypatch.setenv(settings.HOME, str(home))
    monkeypatch.setenv(settings.PYTHON, sys.executable)
    engines.main(["--animator", "actionmesh"])
    skipped, *lines = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert "skipped" in skipped, "what needs torch here"
    figures = ("first clip", "warm clip", "seconds_stage_0", "seconds_stage_1", "seconds_decode")
    expected = [
        f"actionmesh {mode} {figure}"
        for mode in settings.MODES
        for figure in (*figures, "gpu_memory_gb")
    ]
    assert sorted(expected) == sorted(line["figure"] for line in lines)
    assert all(line["value"] >= 0 and line["ok"] for line in lines)
    assert {"GB"} == {line["unit"] for line in lines if line["figure"].endswith("_gb")}
    assert 1 == fake_actionmesh.calls(home).count("start")
