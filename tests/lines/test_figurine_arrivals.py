"""Figurine orders in the inbox: who stands for a batch, and what each waits for."""

import pytest

from maquette.batch.store import FolderStore
from maquette.batch.uploads import Version
from maquette.lines.figurine_arrivals import faces_among

PLACE = "inbox/faces/"
ORDER = "photo: zoe.jpg\nconsent: yes\n"


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    return FolderStore(tmp_path / "store")


def arrived(store, files):
    """What stands for a batch among these files, by name."""
    for name, text in files.items():
        store.put(PLACE + name, text.encode())
    uploads, look = faces_among(store, list(store.list(PLACE)))
    found = [look(Version(e.key, e.etag, e.modified)) for e in uploads]
    return {one.version.key.removeprefix(PLACE): one for one in found}


def test_a_photo_alone_is_no_order(store):
    """Nobody agreed to anything: nothing stands for it."""
    assert {} == arrived(store, {"zoe.jpg": "1", "eve.png": "2"})


def test_an_order_waits_for_its_photo(store):
    """The tick says which is missing; once it is there, it must be still as well."""
    waiting = arrived(store, {"o.yaml": ORDER + "priority: background"})["o.yaml"]
    assert ("o.yaml waits for zoe.jpg", "background") == (waiting.waits_for, waiting.priority)
    there = arrived(store, {"zoe.jpg": "1"})["o.yaml"]
    assert ("", [f"{PLACE}zoe.jpg"]) == (there.waits_for, [entry.key for entry in there.beside])


@pytest.mark.parametrize("text", ["photo: [", "photo: zoe.jpg"], ids=["broken", "no consent"])
def test_an_order_that_cannot_be_made_starts_at_once(store, text):
    """Its run tells what is wrong with it."""
    found = arrived(store, {"o.json": "{}", "o.yaml": text})
    assert [("", ()), ("", ())] == [(one.waits_for, one.beside) for one in found.values()]


def test_half_copied_orders_are_none(store):
    """Neither hidden files nor those still being written."""
    assert {} == arrived(store, {"o.yaml.part": ORDER, ".o.yaml": ORDER, "~o.yaml": ORDER})
