"""Trouble: what is tried again, what sinks a batch, what a lost or damaged object costs."""

import pytest

from maquette.batch.host import EngineSpec, Host
from maquette.batch.runner import ATTEMPTS, LocalPlace
from maquette.errors import EngineError, InputError, ToolError
from tests import toys


def test_passing_trouble_is_tried_again_and_leaves_no_record(folder, waits):
    """Three attempts with growing pauses; then the row tells, and the store does not."""
    runner = toys.runner_on(folder)
    texts = runner.run(toys.write, toys.asked("a", "break b"))
    made = runner.run(toys.double, texts)
    assert ["", "TOOL_AWAY"] == toys.codes(made)
    assert ATTEMPTS - 1 == len(waits)
    assert waits == sorted(waits)
    assert 1 == sum(1 for _ in folder.list("records/double/"))


class Flaky:
    """A place that is away for the first few calls with a certain item."""

    def __init__(self, place, *, failures):
        self._place, self._left, self.calls = place, failures, 0

    def slots(self, parallel):
        return self._place.slots(parallel)

    def prepare(self, stage):
        self._place.prepare(stage)

    def run(self, job, tasks):
        self.calls += 1
        outcomes = self._place.run(job, tasks)
        if self._left > 0:
            self._left -= 1
            away = EngineError("ENGINE_BUSY", "come back later")
            return [type(o)(o.recipe, trouble=away) for o in outcomes]
        return outcomes


def test_trouble_that_passed_is_forgotten(folder, waits):
    """An item that went well at the second attempt is like any other."""
    place = Flaky(LocalPlace(Host(folder, toys.CRAFT)), failures=1)
    runner = toys.runner_on(folder, place=place)
    made = runner.run(toys.write, toys.asked("a"))
    assert ([""], (1, 0, 0), 2) == (toys.codes(made), toys.counts(runner, toys.write), place.calls)


def test_what_was_away_is_made_by_the_next_run(folder, waits):
    """Nothing remembers trouble that may pass."""
    away = Flaky(LocalPlace(Host(folder, toys.CRAFT)), failures=ATTEMPTS)
    first = toys.runner_on(folder, place=away).run(toys.write, toys.asked("a"))
    second = toys.runner_on(folder).run(toys.write, toys.asked("a"))
    assert (["ENGINE_BUSY"], [""]) == (toys.codes(first), toys.codes(second))


def test_a_storm_is_bounded(folder, tmp_path, waits):
    """Sixty items that all fail are not tried three times each: ten retries, then no more."""
    log = tmp_path / "log"
    prompts = [f"p{n}" for n in range(60)]
    settings = {"log": str(log), "faults": dict.fromkeys(prompts, "busy"), "batch_size": 4}
    runner = toys.runner_on(folder, settings=settings)
    made = runner.run(toys.paint, toys.asked(*prompts))
    assert {"ENGINE_BUSY"} == set(toys.codes(made))
    assert [4] * 15 == [n for n in toys.calls(log) if n > 1]
    assert 10 == len([n for n in toys.calls(log) if n == 1]) == len(waits)


def test_a_large_batch_may_retry_a_tenth(folder, waits):
    """The budget grows with the stage: 200 items, 20 retries."""
    prompts = [f"p{n}" for n in range(200)]
    settings = {"faults": dict.fromkeys(prompts, "busy"), "batch_size": 50}
    toys.runner_on(folder, settings=settings).run(toys.paint, toys.asked(*prompts))
    assert 20 == len(waits)


def test_faults_are_not_tried_again(runner, waits):
    """A bug stays a bug: no second attempt, no pause."""
    texts = runner.run(toys.write, toys.asked("divide a", "divide b"))
    runner.run(toys.double, texts)
    assert waits == []


def test_a_missing_model_sinks_the_batch_at_the_first_call(folder, tmp_path, waits):
    """No item could go well: one call, no retry, and the error names the command."""
    log = tmp_path / "log"
    settings = {"log": str(log), "faults": {"p0": "missing"}, "batch_size": 2}
    runner = toys.runner_on(folder, settings=settings)
    with pytest.raises(EngineError, match=r"MODEL_MISSING.*fetch brush"):
        runner.run(toys.paint, toys.asked(*(f"p{n}" for n in range(20))))
    assert [2] == toys.calls(log)
    assert waits == []
    assert list(folder.list("records/paint/")) == []


def test_an_unknown_engine_sinks_the_batch(folder):
    """So does an engine nobody knows, though the refusal is a lasting one."""
    runner = toys.runner_on(folder)
    runner.engines = {"ImageGenerator": EngineSpec("ImageGenerator", "nobody")}
    with pytest.raises(InputError, match=r"ENGINE_UNKNOWN.*nobody"):
        runner.run(toys.paint, toys.asked("a", "b"))
    assert list(folder.list("records/")) == []


class Failing:
    """A store that is full for whatever the key begins with."""

    def __init__(self, store, *, prefix):
        self._store, self._prefix = store, prefix

    def __getattr__(self, name):
        return getattr(self._store, name)

    def put_if_absent(self, key, data):
        if key.startswith(self._prefix):
            raise ToolError("STORE_FULL", "no space left")
        return self._store.put_if_absent(key, data)


@pytest.mark.parametrize("prefix", ["blobs/", "records/"])
def test_a_full_store_sinks_the_batch_and_loses_nothing(folder, prefix):
    """Trouble with the store is for the whole run; afterwards everything is made."""
    runner = toys.runner_on(Failing(folder, prefix=prefix))
    with pytest.raises(ToolError, match="STORE_FULL"):
        runner.run(toys.write, toys.asked("a", "b"))
    again = toys.runner_on(folder)
    again.run(toys.write, toys.asked("a", "b"))
    assert (2, 0, 0) == toys.counts(again, toys.write)


def test_a_deleted_blob_is_made_anew(folder):
    """Only its item, with the same key."""
    first = toys.runner_on(folder).run(toys.write, toys.asked("a", "b"))
    folder.delete(first.rows[0].objects[0].key)
    again = toys.runner_on(folder)
    second = again.run(toys.write, toys.asked("a", "b"))
    assert (1, 1, 0) == toys.counts(again, toys.write)
    assert toys.keys(first) == toys.keys(second)
    assert folder.exists(first.rows[0].objects[0].key)


def test_a_deleted_blob_is_made_anew_by_an_engine_that_never_repeats_itself(folder):
    """Other bytes have another key; the record follows, so that the item is done again."""
    texts = toys.texts(folder, "a")
    first = toys.runner_on(folder).run(toys.moment, texts)
    folder.delete(first.rows[0].objects[0].key)
    second = toys.runner_on(folder).run(toys.moment, texts)
    assert folder.exists(second.rows[0].objects[0].key)
    third = toys.runner_on(folder)
    assert toys.keys(second) == toys.keys(third.run(toys.moment, texts))
    assert (0, 1, 0) == toys.counts(third, toys.moment)


def test_a_damaged_blob_costs_what_stands_on_it(folder, waits):
    """The stage that reads it sets the item aside with a code, and remembers nothing."""
    texts = toys.runner_on(folder).run(toys.write, toys.asked("a", "b"))
    folder.put(texts.rows[0].objects[0].key, b"x")
    made = toys.runner_on(folder).run(toys.double, texts)
    assert ["BLOB_DAMAGED", ""] == toys.codes(made)
    assert "delete it" in made.rows[0].fix
    folder.delete(texts.rows[0].objects[0].key)  # as told
    texts = toys.runner_on(folder).run(toys.write, toys.asked("a", "b"))
    assert ["", ""] == toys.codes(toys.runner_on(folder).run(toys.double, texts))


def test_a_damaged_record_costs_its_item_once_more(folder):
    """A record nobody can read is written anew."""
    toys.runner_on(folder).run(toys.write, toys.asked("a", "b"))
    record = next(iter(folder.list("records/write/")))
    folder.put(record.key, b"{")
    for made in (1, 0):
        again = toys.runner_on(folder)
        again.run(toys.write, toys.asked("a", "b"))
        assert (made, 2 - made, 0) == toys.counts(again, toys.write)


def test_an_input_that_vanished_is_told(folder, waits):
    """A blob that is gone when it is needed is a coded row, not a crash."""
    texts = toys.texts(folder, "a", "b")
    folder.delete(texts.rows[0].objects[0].key)
    assert ["OBJECT_MISSING", ""] == toys.codes(toys.runner_on(folder).run(toys.double, texts))
