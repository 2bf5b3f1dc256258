"""Worker processes: the same contract as in this process, and what a lost one costs."""

import contextlib
import dataclasses
import os
import resource
import signal
import sys
import time
from pathlib import Path

import pytest

from maquette.batch.gathers import at_most, run_gather
from maquette.batch.host import EngineSpec, Host, Job
from maquette.batch.manifests import Manifest
from maquette.batch.runner import LocalPlace
from maquette.batch.spans import run_spans
from maquette.batch.store import FolderStore, StoreSpec
from maquette.engines import workers
from maquette.engines.workers import WorkerOptions, WorkerPlace
from maquette.errors import EngineError, InputError, ToolError
from tests import toys


@pytest.fixture
def folder(tmp_path):
    """A fresh store in a folder."""
    return FolderStore(tmp_path / "store")


@pytest.fixture(scope="module")
def options():
    """One process of this very environment."""
    return WorkerOptions(python=sys.executable, deadline_s=60)


@pytest.fixture
def worker(folder, options):
    """A place with one worker process."""
    place = WorkerPlace(folder.spec, options, craft=toys.CRAFT)
    yield place
    place.close()


@pytest.fixture(params=["local", "worker"])
def place(request, folder):
    """Each place in turn: a stage cannot tell where it runs."""
    if request.param == "worker":
        return request.getfixturevalue("worker")
    return LocalPlace(Host(folder, toys.CRAFT))


@pytest.fixture
def hasty(folder, monkeypatch):
    """A place whose worker has a second for a batch, and five to start."""
    monkeypatch.setattr(workers, "START_S", 5.0)
    place = WorkerPlace(folder.spec, WorkerOptions(deadline_s=1.0), craft=toys.CRAFT)
    yield place
    place.close()


def children():
    """Processes this one started and has not seen off, zombies too."""
    return {
        int(pid)
        for task in Path("/proc/self/task").iterdir()
        for pid in (task / "children").read_text().split()
    }


# the same contract, wherever


def line(runner, *prompts):
    """Every shape of stage over a few items: all that came of it, times aside."""
    asked = toys.asked(*prompts)
    texts = runner.run(toys.write, asked)
    doubles = runner.run(toys.double, texts)
    judged = runner.run(toys.inspect, doubles)
    pictures = runner.run(toys.invert, runner.run(toys.paint, asked))
    frames = [
        dataclasses.replace(row, params={"object": "o", "frame": n, "key": n % 2 == 0})
        for n, row in enumerate(texts.rows)
    ]
    smooth = run_spans(runner, toys.smooth, Manifest("roto", "frames", "b", tuple(frames)))
    books = run_gather(
        runner,
        toys.bind,
        doubles,
        grouped=at_most(2),
        params=lambda group: {"item": f"book-{group.number}"},
    )
    return [m.digest for m in (texts, doubles, judged, pictures, smooth, books)]


def test_results_are_equal_wherever_they_are_made(tmp_path, options):
    """Map, batch, judge, span, gather: equal manifests from this process and from a worker."""
    prompts = ["a", "refuse b", "ugly c", "divide d", "e"]
    here, there = FolderStore(tmp_path / "here"), FolderStore(tmp_path / "there")
    place = WorkerPlace(there.spec, options, craft=toys.CRAFT)
    try:
        assert line(toys.runner_on(here), *prompts) == line(
            toys.runner_on(there, place=place), *prompts
        )
    finally:
        place.close()
    assert [e.key for e in here.list("blobs/")] == [e.key for e in there.list("blobs/")]
    assert [e.key for e in here.list("records/")] == [e.key for e in there.list("records/")]


def test_a_refusal_costs_its_item(place, folder):
    """Code, reason and fix come back whole."""
    texts = toys.texts(folder, "fine", "refuse it")
    made = toys.runner_on(folder, place=place).run(toys.double, texts)
    assert ["", "TEXT_REFUSED"] == toys.codes(made)
    assert "ask for something else" == made.rows[1].fix


def test_a_missing_model_sinks_the_batch(place, folder, tmp_path):
    """One call, and the error that names the command."""
    log = tmp_path / "log"
    settings = {"faults": {"a": "missing"}, "log": str(log)}
    runner = toys.runner_on(folder, place=place, settings=settings)
    with pytest.raises(EngineError, match=r"MODEL_MISSING.*fetch brush"):
        runner.run(toys.paint, toys.asked(*"abcdefgh"))
    assert log.read_text() == "3\n"


def test_an_unknown_engine_is_refused(place, folder):
    """An engine nobody can make is the same error everywhere."""
    runner = toys.runner_on(folder, place=place)
    runner.engines = {"ImageGenerator": EngineSpec("ImageGenerator", "nobody")}
    with pytest.raises(InputError, match=r"ENGINE_UNKNOWN.*nobody"):
        runner.run(toys.paint, toys.asked("a"))


def test_a_store_that_is_full_is_told(place, folder):
    """Trouble with the store is raised, not told of an item."""
    (folder.root / "records").parent.mkdir(exist_ok=True)
    (folder.root / "records").write_bytes(b"in the way")  # no folder can be made here
    texts = toys.texts(folder, "a")
    with pytest.raises(ToolError, match="STORE_FAILED"):
        toys.runner_on(folder, place=place).run(toys.double, texts)


def test_engines_stay_warm(place, folder, tmp_path):
    """Two batches of one stage use the engine that was made for the first."""
    runner = toys.runner_on(folder, place=place, settings={"batch_size": 1})
    runner.run(toys.paint, toys.asked("a"))
    runner.run(toys.paint, toys.asked("b"))
    assert 1 == runner.tallies["paint"].made


def test_an_engine_says_who_it_is_there(place):
    """What an engine says of itself is asked where it runs."""
    spec = EngineSpec("ImageGenerator", "painter", {"batch_size": 7})
    assert (7, "painter") == (place.info(spec).batch_size, place.info(spec).name)


@pytest.fixture
def many_open():
    """A process that holds more files than `select` can count."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(2_048, hard), hard))
    with contextlib.ExitStack() as held:
        for _ in range(1_100):
            held.enter_context(Path(os.devnull).open("rb"))
        yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("many_open")
def test_a_worker_answers_where_many_files_are_open(worker, folder):
    """Its pipes have numbers above 1,023, and are heard all the same."""
    made = toys.runner_on(folder, place=worker).run(toys.write, toys.asked("a"))
    assert [""] == toys.codes(made)


# what a lost worker costs


@pytest.mark.parametrize(
    ("fate", "word"),
    [("exit 3", "exit status 3"), ("segfault", "SIGSEGV")],
    ids=["exits", "segfaults"],
)
def test_a_crash_costs_one_item(worker, folder, fate, word):
    """The item that ends its process is given up with how it ended; the rest is delivered."""
    texts = toys.texts(folder, "a", f"{fate} x", "b", "c")
    made = toys.runner_on(folder, place=worker).run(toys.double, texts)
    assert ["", "WORKER_CRASHED", "", ""] == toys.codes(made)
    assert word in made.rows[1].reason


def test_a_crash_in_a_batch_costs_one_item(worker, folder, tmp_path):
    """Sent as one batch, the others have a try of their own."""
    texts = toys.texts(folder, "a", "exit 1 x", "b")
    runner = toys.runner_on(folder, place=worker)
    tasks = [runner.task(toys.double, row) for row in texts.rows]
    outcomes = worker.run(Job(toys.double.path), tasks)
    assert [task.recipe for task in tasks] == [o.recipe for o in outcomes]
    assert [None, "WORKER_CRASHED", None] == [o.trouble and o.trouble.code for o in outcomes]


def test_an_item_kills_its_worker_twice_and_no_more(folder, options, tmp_path):
    """Two lost processes per poisoned item: no storm of restarts, no pauses in between."""
    starts = tmp_path / "starts"
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\necho >> {starts}\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    place = WorkerPlace(
        folder.spec, dataclasses.replace(options, python=str(python)), craft=toys.CRAFT
    )
    try:
        made = toys.runner_on(folder, place=place).run(
            toys.double, toys.texts(folder, "exit 1 x", "a")
        )
    finally:
        place.close()
    assert ["WORKER_CRASHED", ""] == toys.codes(made)
    assert 3 == len(starts.read_text().splitlines())


def test_a_hang_costs_one_item(hasty, folder):
    """The item that never answers is given up at the deadline; the rest is delivered."""
    texts = toys.texts(folder, "a", "hang x", "b")
    started = time.monotonic()
    made = toys.runner_on(folder, place=hasty).run(toys.double, texts)
    assert ["", "WORKER_TIMED_OUT", ""] == toys.codes(made)
    assert time.monotonic() - started < 30


def test_a_memory_hog_costs_one_item(folder):
    """Within its limit the item fails, one way or the other; the rest is delivered."""
    options = WorkerOptions(deadline_s=60, memory_mb=2_000)
    place = WorkerPlace(folder.spec, options, craft=toys.CRAFT)
    try:
        texts = toys.texts(folder, "a", "eat x", "b")
        made = toys.runner_on(folder, place=place).run(toys.double, texts)
    finally:
        place.close()
    assert [True, False, True] == [row.ok for row in made.rows]
    assert made.rows[1].code in ("STAGE_FAILED", "WORKER_CRASHED")


def test_what_was_lost_is_made_by_the_next_run(worker, folder):
    """A crash is remembered by nobody."""
    texts = toys.texts(folder, "exit 1 x")
    toys.runner_on(folder, place=worker).run(toys.double, texts)
    assert [] == list(folder.list("records/"))


def test_a_worker_killed_between_batches_is_started_again(worker, folder):
    """Somebody ends the idle process; the next batch does not notice."""
    runner = toys.runner_on(folder, place=worker)
    runner.run(toys.write, toys.asked("a"))
    for pid in children():
        os.kill(pid, signal.SIGKILL)
    assert [""] == toys.codes(runner.run(toys.write, toys.asked("b")))


def test_chatter_does_not_break_the_protocol(worker, folder):
    """Prints, bare writes to descriptor 1 and children that read all input change nothing."""
    texts = toys.texts(folder, "chatter x", "a")
    assert ["", ""] == toys.codes(toys.runner_on(folder, place=worker).run(toys.double, texts))


def test_an_interpreter_that_cannot_work_sinks_the_batch_at_once(folder, tmp_path):
    """No item is given up for a broken environment: one start, one error with its fix."""
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 7\n")
    broken.chmod(0o755)
    for python, word in ((str(broken), "exit status 7"), ("/no/such/python", "No such file")):
        place = WorkerPlace(folder.spec, WorkerOptions(python=python), craft=toys.CRAFT)
        with pytest.raises(EngineError, match=rf"WORKER_NOT_STARTED.*{word}.*interpreter"):
            toys.runner_on(folder, place=place).run(toys.write, toys.asked("a", "b"))
        place.close()


# the process itself


def seen(place, folder):
    """What a stage sees of where it runs: pid, interpreter, variable, imports."""
    made = toys.runner_on(folder, place=place).run(toys.facts, toys.asked("a"))
    return toys.read(folder, made.rows[0], "facts").split(" ")


def test_a_worker_is_a_process_of_its_own(folder):
    """Another pid, the interpreter and variables it was given, and nothing heavy imported."""
    options = WorkerOptions(python=sys.executable, environment={"MAQUETTE_TOY": "hello"})
    place = WorkerPlace(folder.spec, options, craft=toys.CRAFT)
    try:
        pid, python, variable, loaded = seen(place, folder)
    finally:
        place.close()
    assert str(os.getpid()) != pid
    assert (sys.executable, "hello", "") == (python, variable, loaded)


def test_work_runs_in_as_many_processes_as_told(folder):
    """Two workers, two pids; never more batches at once than that."""
    options = WorkerOptions(count=2)
    place = WorkerPlace(folder.spec, options, craft=toys.CRAFT)
    try:
        assert 2 == place.slots(16)
        before = children()
        toys.runner_on(folder, place=place).run(
            toys.double, toys.texts(folder, *(f"word {n}" for n in range(12)))
        )
        assert 2 == len(children() - before)
    finally:
        place.close()


def test_closing_ends_the_processes(folder, options):
    """Nothing is left, not even a zombie; closing twice is closing once."""
    before = children()
    place = WorkerPlace(folder.spec, options, craft=toys.CRAFT)
    toys.runner_on(folder, place=place).run(toys.write, toys.asked("a"))
    assert 1 == len(children() - before)
    place.close()
    place.close()
    assert before == children()


def test_nothing_is_started_before_it_is_needed(options):
    """A run that reuses everything never starts a worker."""
    before = children()
    WorkerPlace(StoreSpec("/no/such/place"), options, craft=toys.CRAFT).close()
    assert before == children()
