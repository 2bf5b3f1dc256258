"""Prune as a job: a dry run unless told otherwise."""

import os
import time

import pytest

from jobs.housekeeping import prune
from maquette.batch.manifests import commit
from maquette.batch.store import FolderStore
from resources.store import StoreResource
from tests import toys


@pytest.fixture
def store(tmp_path):
    """A folder with a named item, an old orphan and a young one."""
    store = FolderStore(tmp_path / "store")
    commit(store, toys.runner_on(store).run(toys.write, toys.asked("named")).named("texts"))
    toys.kept(store, "old orphan")
    for entry in store.list("blobs/"):
        then = time.time() - 3 * 86_400
        os.utime(store.root / entry.key, (then, then))
    toys.kept(store, "young orphan")
    return store


def sweep(store, **config):
    """Run the job; what it told."""
    result = prune.execute_in_process(
        run_config={"ops": {"sweep": {"config": config}}},
        resources={"store": StoreResource(url=str(store.root))},
    )
    (event,) = [e for e in result.all_events if e.event_type_value == "STEP_OUTPUT"]
    return {name: value.value for name, value in event.event_specific_data.metadata.items()}


def blobs(store):
    """What the blobs say."""
    return {store.get(entry.key) for entry in store.list("blobs/")}


def test_it_is_a_dry_run_unless_told_otherwise(store):
    """The plan is told, and nothing is deleted."""
    before = {entry.key for entry in store.list("")}
    told = sweep(store)
    assert (1, len(b"old orphan"), True) == (told["objects"], told["bytes"], told["dry_run"])
    assert before == {entry.key for entry in store.list("")}


def test_it_deletes_what_the_dry_run_told(store):
    """The old orphan goes; what is named and what is young stay."""
    told = sweep(store, dry_run=False)
    assert 1 == told["objects"]
    assert b"old orphan" not in blobs(store)
    assert 2 == len(blobs(store))


def test_a_second_sweep_finds_nothing(store):
    """Sweeping twice is sweeping once."""
    sweep(store, dry_run=False)
    assert 0 == sweep(store, dry_run=False)["objects"]


@pytest.mark.parametrize("config", [{"keep_days": 0}, {"history_days": 0}], ids=str)
def test_no_time_at_all_is_refused(store, config):
    """Nobody deletes today's work by a zero."""
    before = {entry.key for entry in store.list("")}
    with pytest.raises(Exception, match="greater than or equal to 1"):
        sweep(store, dry_run=False, **config)
    assert before == {entry.key for entry in store.list("")}
