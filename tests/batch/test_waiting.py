"""Waiting for a batch: told apart by the upload, by what is committed, by alerts."""

import json
from datetime import UTC, datetime

import pytest

from maquette.batch.manifests import Manifest, commit
from maquette.batch.waiting import Awaited, run_page, standing, wait
from maquette.errors import ToolError

AWAITED = Awaited("stickers", "cats-12345678", "ab" * 32, ("prompt_sets", "sticker_images"))
INDEX = f"deliveries/stickers/{AWAITED.batch}/index.json"


def put_index(store, **about):
    store.put(INDEX, json.dumps({"files": {}, **about}).encode())


def waited(store, told=None, timeout_s=0.0):
    seen = [] if told is None else told
    return wait(store, AWAITED, timeout_s=timeout_s, tell=seen.append, pause_s=0.01)


def test_what_is_delivered_already_needs_no_waiting(store):
    """An index of the same upload is the answer, at once."""
    put_index(store, upload={"key": "inbox/prompts/cats.csv", "sha256": AWAITED.sha256})
    assert AWAITED.sha256 == waited(store)["upload"]["sha256"]


@pytest.mark.parametrize("about", [{"upload": {"sha256": "0" * 64}}, {}], ids=["other", "untold"])
def test_an_older_delivery_is_not_the_answer(folder, about):
    """The index of an earlier version, or one that does not tell, is waited past."""
    put_index(folder, **about)
    with pytest.raises(ToolError, match="WAIT_TIMEOUT"):
        waited(folder)


def test_an_index_that_changes_is_new(folder):
    """Where the upload is not told, any other index than before will do."""
    before = {"files": {}, "batch": "old"}
    put_index(folder, batch="new")
    assert "new" == standing(folder, AWAITED, before=before).index["batch"]


def test_progress_is_what_is_committed(folder):
    """Each committed asset counts, whether or not the delivery is there."""
    commit(folder, Manifest("stickers", "prompt_sets", AWAITED.batch, ()))
    told = []
    with pytest.raises(ToolError, match="1 of 2 assets"):
        waited(folder, told)
    assert [("prompt_sets",)] == [now.done for now in told]


def test_a_failed_run_ends_the_waiting(folder):
    """An alert of this batch that is told meanwhile is passed on; others are not."""
    hour = f"alerts/{datetime.now(UTC):%Y-%m-%d/%H}"
    old = {"batch": AWAITED.batch, "code": "OLD_TROUBLE", "reason": "yesterday's", "fix": ""}
    folder.put(f"{hour}/old.json", json.dumps(old).encode())

    def tell(now):
        del now
        for name, batch in (("a", "dogs"), ("b", AWAITED.batch)):
            alert = {**old, "batch": batch, "code": "STORE_FULL", "reason": "no space"}
            folder.put(f"{hour}/{name}.json", json.dumps(alert).encode())

    with pytest.raises(ToolError, match=r"BATCH_FAILED.*STORE_FULL no space") as failed:
        wait(folder, AWAITED, timeout_s=5, tell=tell, pause_s=0.01)
    assert run_page(AWAITED.batch) in failed.value.fix


def test_the_run_page_is_an_address():
    """The tag of the batch is quoted, so that it can be clicked."""
    assert run_page("a-1").endswith("/runs?q%5B0%5D=tag%3Adagster%2Fpartition%3Da-1")
