"""Deliveries: readable names, one index switched last."""

import dataclasses
import json

import pytest

from maquette.batch.deliveries import deliver, folder_of, set_aside
from maquette.batch.manifests import Manifest, Row
from maquette.batch.store import sha256_of
from maquette.errors import ToolError
from tests import toys

HERE = "deliveries/stickers/cats-1/"


def hand_over(store, about=None, **words):
    """Deliver these words as files of these names."""
    files = {f"{name}.txt": toys.kept(store, word) for name, word in words.items()}
    return deliver(store, line="stickers", batch="cats-1", files=files, about=about or {})


def delivered(store):
    """What lies there, by name."""
    return {
        e.key.removeprefix(HERE): store.get(e.key)
        for e in store.list(HERE)
        if not e.key.endswith("index.json")
    }


def index(store):
    """The index."""
    return json.loads(store.get(f"{HERE}index.json"))


def test_files_lie_under_readable_names_and_the_index_sums_them(store):
    """Everything the index names is there with that checksum."""
    hand_over(store, {"name": "Cats 🐱"}, cat="one", dog="two")
    assert {"cat.txt": b"one", "dog.txt": b"two"} == delivered(store)
    assert {name: sha256_of(data) for name, data in delivered(store).items()} == index(store)[
        "files"
    ]
    assert "Cats 🐱" == index(store)["name"]
    assert HERE == folder_of("stickers", "cats-1")


def test_what_is_no_longer_made_is_no_longer_delivered(store):
    """A file the new index does not name goes away; changed ones change."""
    hand_over(store, cat="one", dog="two")
    hand_over(store, cat="three", hen="four")
    assert {"cat.txt": b"three", "hen.txt": b"four"} == delivered(store)


def test_what_did_not_change_is_not_copied_again(folder):
    """The file of an unchanged item keeps its time."""
    hand_over(folder, cat="one", dog="two")
    (before,) = folder.list(f"{HERE}cat.txt")
    hand_over(folder, cat="one", dog="three")
    (after,) = folder.list(f"{HERE}cat.txt")
    assert before == after


def test_a_file_somebody_deleted_comes_back(store):
    """The index says it is there, the folder says it is not: it is copied."""
    hand_over(store, cat="one")
    store.delete(f"{HERE}cat.txt")
    hand_over(store, cat="one")
    assert {"cat.txt": b"one"} == delivered(store)


def test_the_index_is_switched_last(store):
    """A delivery that fails half-way leaves the old index and every file it names."""
    hand_over(store, cat="one", dog="two")
    before = index(store)
    gone = dataclasses.replace(toys.kept(store, "gone"), key="blobs/no/such.txt")
    files = {"new.txt": toys.kept(store, "new"), "z.txt": gone}
    with pytest.raises(ToolError, match="OBJECT_MISSING"):
        deliver(store, line="stickers", batch="cats-1", files=files, about={})
    assert before == index(store)
    assert before["files"].keys() <= delivered(store).keys()


def test_what_people_do_to_a_delivered_file_does_not_reach_the_blob(folder):
    """Somebody edits a delivered file in place; the blob it came from stays whole."""
    hand_over(folder, cat="one")
    (folder.root / HERE / "cat.txt").write_bytes(b"edited by hand")
    assert b"one" == folder.get(toys.kept(folder, "one").key)


def test_set_aside_is_told_for_people_and_taken_back(store):
    """What was set aside lies under quarantine/, until a run sets nothing aside."""
    bad = Row("dog", code="CODE", reason="why", fix="how")
    manifests = [Manifest("stickers", "sticker_images", "cats-1", (Row("cat"), bad))]
    told = set_aside(store, manifests)
    key = "quarantine/stickers/cats-1.json"
    assert told == json.loads(store.get(key))
    assert [
        {"asset": "sticker_images", "item": "dog", "code": "CODE", "reason": "why", "fix": "how"}
    ] == told
    assert [] == set_aside(store, [Manifest("stickers", "sticker_images", "cats-1", (Row("cat"),))])
    assert not store.exists(key)
