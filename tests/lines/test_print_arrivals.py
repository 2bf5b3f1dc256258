"""Print orders in the inbox: told from what lies beside them, and looked at before they start."""

import pytest

from maquette.batch.store import FolderStore
from maquette.batch.uploads import Version
from maquette.lines.print_arrivals import prints_among

PLACE = "inbox/prints/"


@pytest.fixture
def inbox(tmp_path):
    """What a listing tells of an inbox with these files: orders, and how each is looked at."""
    store = FolderStore(tmp_path)

    def listed(**files):
        for name, text in files.items():
            store.put(PLACE + name.replace("__", "/").replace("_", "."), text.encode())
        orders, look = prints_among(store, list(store.list(PLACE)))
        arrivals = [look(Version(e.key, e.etag, e.modified)) for e in orders]
        return {a.version.key.removeprefix(PLACE): a for a in arrivals}

    return listed


def test_only_orders_stand_for_batches(inbox):
    """Models and pictures lie beside an order; half-copied files are nothing yet."""
    found = inbox(cat_yaml="prompt: a cat", dog_json='{"prompt": "a dog"}', a_stl="", b_png="")
    assert {"cat.yaml", "dog.json"} == set(found)


def test_an_order_waits_for_what_it_names(inbox):
    """The tick says which files are missing."""
    order = "pictures: [a.png, b/c.png]\npriority: interactive"
    waiting = inbox(two_yaml=order, a_png="x")["two.yaml"]
    assert ("two.yaml waits for b/c.png", ()) == (waiting.waits_for, waiting.beside)
    there = inbox(b__c_png="x")["two.yaml"]
    assert ("", "interactive") == (there.waits_for, there.priority)
    assert [PLACE + "a.png", PLACE + "b/c.png"] == [entry.key for entry in there.beside]


def test_a_delivered_model_is_not_waited_for(inbox):
    """It is not in the inbox; if it is unknown, the run says so."""
    assert "" == inbox(small_yaml="model: cats-1f3a9c02/cat")["small.yaml"].waits_for


def test_a_broken_order_starts_at_once(inbox):
    """Its run tells what is wrong with it."""
    assert "" == inbox(bad_yaml="prompt: [")["bad.yaml"].waits_for
