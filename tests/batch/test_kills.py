"""A line that is killed and run again ends as one that was not."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def report(folder, what):
    """What was tried -> what was wrong."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.batch.kills", str(folder), what],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "POLARS_MAX_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_a_kill_at_any_write_changes_nothing_in_the_end(tmp_path):
    """Before and after every sync, link and rename: nothing half-written, the same end."""
    tried = report(tmp_path, "boundaries")
    assert {name: wrong for name, wrong in tried.items() if wrong} == {}
    named = {tuple(name.split()[:3]) for name in tried}
    for kind, call in (
        ("blob", "link"),
        ("record", "link"),
        ("manifest", "link"),
        ("pointer", "replace"),
        ("delivery", "replace"),
        ("index", "replace"),
        ("quarantine", "replace"),
    ):
        assert {("before", kind, call), ("after", kind, call)} <= named
    assert len(tried) >= 150


@pytest.mark.parametrize("count", [10, pytest.param(50, marks=pytest.mark.slow)])
def test_a_kill_at_a_random_moment_changes_nothing_in_the_end(tmp_path, count):
    """Whenever it happens, running again leads to the same end."""
    tried = report(tmp_path, str(count))
    assert len(tried) == count
    assert {moment: wrong for moment, wrong in tried.items() if wrong} == {}
