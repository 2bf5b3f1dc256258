"""The runner: what is made, what is reused, what is set aside, what is told."""

import os
import threading
import time
from pathlib import Path

import pytest

from maquette.batch.host import EngineSpec, Host
from maquette.batch.runner import LocalPlace
from maquette.errors import InputError
from tests import toys


def test_a_stage_makes_every_item_in_order(runner, folder):
    """One row per item, in the order of the upload, each with its object and its origin."""
    asked = toys.asked("a", "b", "c")
    made = runner.run(toys.write, asked)
    assert [row.item for row in asked.rows] == [row.item for row in made.rows]
    assert ["a", "b", "c"] == [toys.read(folder, row, "text")[0] for row in made.rows]
    assert {"made"} == {row.origin for row in made.rows}
    assert (3, 0, 0) == toys.counts(runner, toys.write)


def test_order_is_kept_whoever_finishes_first(runner):
    """Rows stand as they came, though later items finish before earlier ones."""
    asked = toys.asked("slow", *(f"p{n}" for n in range(6)))
    made = runner.run(toys.dawdle, asked)
    assert [row.item for row in asked.rows] == [row.item for row in made.rows]


def test_the_same_again_makes_nothing(folder, tmp_path):
    """Unchanged, every item is reused with the same keys, and the painter is not called."""
    log = tmp_path / "log"
    asked = toys.asked("a", "b", "c", "d")
    settings = {"log": str(log)}
    first = toys.runner_on(folder, settings=settings).run(toys.paint, asked)
    again = toys.runner_on(folder, settings=settings)
    second = again.run(toys.paint, asked)
    assert (0, 4, 0) == toys.counts(again, toys.paint)
    assert [3, 1] == toys.calls(log)
    assert toys.keys(first) == toys.keys(second)
    assert first.digest == second.digest
    assert {"reused"} == {row.origin for row in second.rows}


def test_the_same_again_uses_no_engine(folder):
    """An engine that fails when it is used is asked who it is and nothing else."""
    toys.runner_on(folder).run(toys.paint, toys.asked("a", "b"))
    again = toys.runner_on(folder)
    again.engines = {"ImageGenerator": EngineSpec("ImageGenerator", "unloadable")}
    made = again.run(toys.paint, toys.asked("a", "b", "new"))
    # the new item shows that this test can fail
    assert ["", "", "STAGE_FAILED"] == toys.codes(made)


def test_an_engine_is_asked_who_it_is_once(folder):
    """Hundreds of recipes do not ask the place hundreds of times."""

    class Asked(LocalPlace):
        asked = 0

        def info(self, spec):
            self.asked += 1
            return super().info(spec)

    place = Asked(Host(folder, toys.CRAFT))
    toys.runner_on(folder, place=place).run(toys.paint, toys.asked(*"abcdefgh"))
    assert place.asked == 1


def test_stages_are_prepared_before_there_are_threads(folder):
    """Once per run, and not at all when there is nothing to make."""
    threads = threading.active_count()
    for _ in range(2):
        made = toys.runner_on(folder).run(toys.want_preparing, toys.asked(*"abcd"))
        assert {f"[{threads}]"} == {
            toys.read(folder, row, "text").partition(" ")[2] for row in made.rows
        }


def chain(runner, asked):
    """Write, double and inspect, as three assets would."""
    texts = runner.run(toys.write, asked)
    doubles = runner.run(toys.double, texts)
    return runner.run(toys.inspect, doubles)


EDITS = {
    "one prompt changed": ["a", "other", "c", "d"],
    "a row in front": ["new", "a", "b", "c", "d"],
    "a row in the middle": ["a", "b", "new", "c", "d"],
    "a row at the end": ["a", "b", "c", "d", "new"],
}


@pytest.mark.parametrize("edited", EDITS.values(), ids=EDITS.keys())
def test_an_edit_makes_exactly_one_item(folder, edited):
    """Through three stages, all others are reused."""
    chain(toys.runner_on(folder), toys.asked("a", "b", "c", "d"))
    again = toys.runner_on(folder)
    chain(again, toys.asked(*edited))
    for stage in (toys.write, toys.double, toys.inspect):
        assert (1, len(edited) - 1, 0) == toys.counts(again, stage)


def test_a_changed_option_makes_only_what_takes_it(folder):
    """An option of the second stage leaves the first alone; one of nobody changes nothing."""
    chain(toys.runner_on(folder), toys.asked("a", "b"))
    again = toys.runner_on(folder)
    chain(again, toys.asked("a", "b", times=3))
    assert (0, 2, 0) == toys.counts(again, toys.write)
    assert (2, 0, 0) == toys.counts(again, toys.double)
    chain(again, toys.asked("a", "b", nobody_asks=1))
    assert (0, 2, 0) == toys.counts(again, toys.double)


def test_rows_that_ask_for_the_same_are_made_once(folder, tmp_path):
    """Six rows of two prompts are two pictures; every row has its own."""
    log = tmp_path / "log"
    runner = toys.runner_on(folder, settings={"log": str(log)})
    made = runner.run(toys.paint, toys.asked("a", "b", "a", "a", "b", "a"))
    assert 2 == sum(toys.calls(log))
    assert (2, 4, 0) == toys.counts(runner, toys.paint)
    assert 6 == len({row.item for row in made.rows})
    assert 2 == len({row.objects[0].key for row in made.rows})


def test_batches_share_what_is_the_same(folder):
    """Another batch with the same rows makes nothing anew."""
    toys.runner_on(folder).run(toys.write, toys.asked("a", batch="one"))
    other = toys.runner_on(folder)
    other.run(toys.write, toys.asked("a", batch="two"))
    assert (0, 1, 0) == toys.counts(other, toys.write)


def test_a_salt_keeps_batches_apart(folder):
    """What must not be shared is made anew under another recipe."""
    toys.runner_on(folder).run(toys.write, toys.asked("a"))
    salted = toys.runner_on(folder, salt="one person's order")
    salted.run(toys.write, toys.asked("a"))
    assert (1, 0, 0) == toys.counts(salted, toys.write)


def test_what_was_refused_is_set_aside_and_the_rest_is_delivered(folder):
    """Code, reason and way out stand in the row, and the record remembers them."""
    texts = toys.runner_on(folder).run(toys.write, toys.asked("a", "refuse b", "c"))
    runner = toys.runner_on(folder)
    made = runner.run(toys.double, texts)
    assert ["", "TEXT_REFUSED", ""] == toys.codes(made)
    bad = made.quarantined[0]
    assert "ask for something else" == bad.fix
    assert bad.reason.startswith("will not double b")
    assert {"text": bad.reason.removeprefix("will not double ")} == bad.details
    assert (2, 0, 1) == toys.counts(runner, toys.double)
    assert {"TEXT_REFUSED": 1} == runner.tallies["double"].codes


def test_what_was_refused_is_remembered(folder):
    """A lasting refusal is not tried again by a later run, and tells the same."""
    texts = toys.runner_on(folder).run(toys.write, toys.asked("refuse b"))
    first = toys.runner_on(folder).run(toys.double, texts)
    again = toys.runner_on(folder)
    second = again.run(toys.double, texts)
    assert ["reused"] == [row.origin for row in second.rows]
    assert first.digest == second.digest


def test_a_row_set_aside_goes_no_further(runner):
    """The stage after never sees it."""
    texts = runner.run(toys.write, toys.asked("a", "refuse b"))
    doubles = runner.run(toys.double, texts)
    assert 1 == len(runner.run(toys.inspect, doubles).rows)


def test_a_stage_that_only_judges_passes_items_through(runner):
    """Objects stay those of the row; scores and notes are added; what it refuses is set aside."""
    texts = runner.run(toys.write, toys.asked("a", "ugly b"))
    doubles = runner.run(toys.double, texts)
    judged = runner.run(toys.inspect, doubles)
    assert ["", "TEXT_UGLY"] == toys.codes(judged)
    assert doubles.rows[0].objects == judged.rows[0].objects
    assert ("looked at",) == judged.rows[0].notes
    assert judged.rows[0].scores["bytes"] > 0


def test_a_bug_costs_its_item_and_says_where(runner):
    """A division by zero in one item is STAGE_FAILED there, and leaves no record."""
    texts = runner.run(toys.write, toys.asked("a", "divide b", "c"))
    made = runner.run(toys.double, texts)
    assert ["", "STAGE_FAILED", ""] == toys.codes(made)
    assert "ZeroDivisionError in _divide" in made.quarantined[0].reason
    assert 2 == sum(1 for _ in runner.store.list("records/double/"))


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("number", "STAGE_OUTPUT"),
        ("numpy", "STAGE_FAILED"),
        ("surrogate", "STAGE_FAILED"),
        ("no such answer", "STAGE_FAILED"),
    ],
)
def test_an_answer_that_cannot_be_kept_costs_its_item(folder, answer, code, waits):
    """What is no value, or not writable as JSON or text, sinks nobody else."""
    runner = toys.runner_on(folder)
    texts = toys.texts(folder, "a", "b")
    rows = [
        toys.Row(row.item, {"answer": a}, row.objects)
        for row, a in zip(texts.rows, (answer, "fine"), strict=True)
    ]
    made = runner.run(toys.oddly, toys.Manifest("stickers", "x", "b", tuple(rows)))
    assert [code, ""] == toys.codes(made)


def test_an_exception_in_place_costs_its_item(folder, tmp_path):
    """A batched stage may answer single items with exceptions: refusals last, bugs do not."""
    faults = {"b": "refused", "c": "bug"}
    runner = toys.runner_on(folder, settings={"faults": faults})
    assert ["", "PROMPT_REFUSED", "STAGE_FAILED", ""] == toys.codes(
        runner.run(toys.paint, toys.asked("a", "b", "c", "d"))
    )


def test_a_batch_with_too_few_answers_costs_that_batch(folder, waits):
    """Answers that cannot be matched to items are nobody's; other batches are delivered."""
    runner = toys.runner_on(folder, settings={"faults": {"b": "short"}, "batch_size": 3})
    made = runner.run(toys.paint, toys.asked("a", "b", "c", "d"))
    # alone, "a" and "c" are answered; "b" stays one too few, whatever is asked with it
    assert ["", "STAGE_OUTPUT", "", ""] == toys.codes(made)


def test_an_item_that_lacks_an_input_says_so(runner):
    """A stage is not run over rows without what it needs."""
    with pytest.raises(InputError, match=r"STAGE_INPUT.*double.*text"):
        runner.run(toys.double, toys.asked("a"))


def test_an_item_that_lacks_an_option_says_so(runner, folder):
    """So for a parameter without default."""
    with pytest.raises(InputError, match=r"STAGE_INPUT.*answer"):
        runner.run(toys.oddly, toys.texts(folder, "a"))


def test_a_role_without_an_engine_is_named(folder):
    """The role is in the error."""
    runner = toys.runner_on(folder)
    runner.engines = {}
    with pytest.raises(InputError, match=r"ENGINE_UNKNOWN.*ImageGenerator"):
        runner.run(toys.paint, toys.asked("a"))


def test_nothing_to_do_is_nothing(runner):
    """An empty manifest goes through, and is counted."""
    made = runner.run(toys.write, toys.asked())
    assert ((), (0, 0, 0)) == (made.rows, toys.counts(runner, toys.write))


def test_progress_is_told_and_ends_at_the_total(folder):
    """Told at every step when asked, always growing, and last of all that all is done."""
    told = []
    runner = toys.runner_on(folder, listener=told.append, progress_every_s=0.0)
    runner.run(toys.paint, toys.asked(*"abcdefg"))
    assert [3, 6, 7] == [progress.done for progress in told]
    assert {("paint", 7)} == {(progress.stage, progress.total) for progress in told}


def test_what_is_reused_needs_no_progress(folder):
    """A second run has nothing to tell."""
    toys.runner_on(folder).run(toys.write, toys.asked("a"))
    told = []
    toys.runner_on(folder, listener=told.append).run(toys.write, toys.asked("a"))
    assert told == []


def test_provenance_grows_by_one_step_per_stage(runner):
    """Each step tells engine, weights and licences; words and seed are not told twice."""
    painted = runner.run(toys.paint, toys.asked("a"))
    turned = runner.run(toys.invert, painted).rows[0].provenance
    assert ["paint", "invert"] == [step.stage for step in turned.steps]
    first = turned.steps[0]
    assert ("painter", {"brush": "b" * 64}, ("CC0-1.0",)) == (
        first.engine,
        first.weights,
        first.licences,
    )
    assert ({}, "a", ("f" * 64,)) == (first.params, turned.prompt, turned.parents)
    assert turned.source_type == "compositeSynthetic"


def test_engine_seconds_are_the_engines_own(runner):
    """A stage without an engine has none; one with an engine has some, within its seconds."""
    (painted,) = runner.run(toys.paint, toys.asked("a")).rows
    (written,) = runner.run(toys.write, toys.asked("a")).rows
    assert 0 < painted.engine_seconds <= painted.seconds
    assert written.engine_seconds == 0
    assert runner.tallies["paint"].engine_seconds > 0


def test_metadata_has_the_figures_the_ui_plots(runner):
    """Counts, seconds and memory, all numbers."""
    runner.run(toys.write, toys.asked("a", "b"))
    told = runner.tallies["write"].metadata()
    assert (2, 0, 0) == tuple(told[f"items_{n}"] for n in ("made", "reused", "quarantined"))
    assert told["peak_memory_mb"] > 1
    assert all(isinstance(value, int | float) for value in told.values())


def resident_mb():
    """What this process holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20


@pytest.mark.slow
def test_ten_thousand_items_are_made_and_reused_in_bounded_memory(folder):
    """10,000 rows stay small in memory, and the second run is far quicker than the first."""
    asked = toys.asked(*(f"p{n}" for n in range(10_000)))
    before_mb = resident_mb()
    started = time.monotonic()
    toys.runner_on(folder).run(toys.write, asked)
    first_s = time.monotonic() - started
    again = toys.runner_on(folder)
    again.run(toys.write, asked)
    assert (0, 10_000, 0) == toys.counts(again, toys.write)
    assert again.tallies["write"].seconds < first_s
    assert resident_mb() - before_mb < 200
