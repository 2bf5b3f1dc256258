"""The bench of the sticker line measures what it says, on tiny batches."""

import json
import logging
import subprocess
import sys

import dagster as dg
import pytest

from bench.cpu import cpu_ms
from bench.figures import Figure, skipped
from bench.memory import tree_mb, watched
from bench.orders import prompts_of, upload_of
from bench.plain_loop import plain_loop
from bench.stickers import BENCHES, main
from bench.through_dagster import Bench
from maquette.engines import make
from maquette.lines.prompt_sets import read_prompt_set


@pytest.fixture(autouse=True)
def quiet():
    """Dagster tells every event; nobody reads it here."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize(
    ("value", "bound", "sense", "ok"),
    [
        pytest.param(25, 25, "at most", True, id="just within"),
        pytest.param(25.1, 25, "at most", False, id="above"),
        pytest.param(0.89, 0.9, "at least", False, id="below"),
        pytest.param(2, 1, "exactly", False, id="another number"),
        pytest.param(7, None, "shown", None, id="only shown"),
    ],
)
def test_a_figure_is_held_to_its_bound(value, bound, sense, ok):
    """A bound is met or missed, and a figure without one is neither."""
    assert ok is json.loads(Figure("f", value, "s", bound, sense=sense).line)["ok"]


def test_what_was_skipped_is_never_met():
    """A figure that could not be taken says why, and is not ok."""
    told = json.loads(skipped("f", "s", bound=3, why="no GPU").line)
    assert (None, "no GPU") == (told["ok"], told["skipped"])


def test_prompts_differ_and_only_the_named_one_changes():
    """Any number of prompts are all different; a changed one leaves the others alone."""
    prompts, changed = prompts_of(500), prompts_of(500, changed=[3])
    assert 500 == len(set(prompts))
    assert [3] == [n for n in range(500) if prompts[n] != changed[n]]
    rows = read_prompt_set(upload_of(prompts, size_px=512), name="a.csv").rows
    assert prompts == [row.prompt for row in rows]


def test_both_sides_make_the_same_stickers(tmp_path):
    """The plain loop and Dagster write as many files of each kind, of the very same art."""
    upload = upload_of(prompts_of(2), size_px=512)
    assert plain_loop(upload, tmp_path / "plain", engine="stored") > 0
    with dg.DagsterInstance.ephemeral() as instance:
        bench = Bench(tmp_path / "ours", engine="stored", instance=instance)
        ran = bench.run(bench.put(upload))
    assert ran.success, ran.error
    (place,) = (bench.store.root / "deliveries" / "stickers" / ran.batch).glob("*/png/..")
    for folder in ("png", "glb", "usdz", "preview"):
        ours, plain = (
            sorted(path.name for path in (side / folder).iterdir())
            for side in (place, tmp_path / "plain")
        )
        assert ours == plain
        assert 2 == len(ours)


def test_a_sticker_costs_processor_time():
    """Every function has its time, and the total is of those that count."""
    taken = cpu_ms(size_px=128, stickers=2, matter=make("guided", role="Matter"))
    assert {"total", "matte", "png", "mesh", "glb", "usdz", "preview", "checks"} <= set(taken)
    assert all(value > 0 for value in taken.values())


def test_memory_of_a_grandchild_is_counted():
    """A process whose child holds 200 MB is seen to hold them."""
    hold = "b = bytearray(b'x' * 200_000_000); print('held', flush=True); input()"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {hold!r}])"
    with subprocess.Popen(
        [sys.executable, "-c", outer], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert "held\n" == child.stdout.readline()
        assert tree_mb(child.pid) > 200
        child.communicate("\n")


def test_a_program_that_fails_is_told():
    """What was to be watched and fell over is an error, not a figure."""
    with pytest.raises(RuntimeError, match="ended with 1"):
        watched(["no.such.module"], deadline_s=20)


def test_one_group_can_be_run_alone(monkeypatch, capsys):
    """``--only`` takes that group's figures, and the exit status says whether they are met."""
    monkeypatch.setitem(BENCHES, "cpu", lambda folder, full: iter([Figure("f", 2.0, "s", 1.0)]))
    monkeypatch.setattr(sys, "argv", ["bench.stickers", "--only", "cpu"])
    assert 1 == main()
    assert '"ok": false' in capsys.readouterr().out.splitlines()[-1]
