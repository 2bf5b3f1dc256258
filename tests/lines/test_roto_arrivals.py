"""Arrivals: which files are orders, which are their footage, and what is still missing."""

import pytest
import yaml

from maquette.batch.store import FolderStore
from maquette.batch.uploads import READY, Version
from maquette.lines.roto_arrivals import shots_among

PLACE = "inbox/shots/"
OBJECTS = [{"name": "a", "prompts": [{"frame": 1001, "clicks": [[1, 1]]}]}]


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    return FolderStore(tmp_path / "store")


def order(**fields):
    """An order as a file."""
    return yaml.safe_dump({"objects": OBJECTS, **fields}).encode()


def arrived(store, files):
    """What the orders among these files are found to be, by name."""
    for name, data in files.items():
        store.put(PLACE + name, data)
    orders, look = shots_among(store, list(store.list(PLACE)))
    found = [look(Version(e.key, e.etag, e.modified)) for e in orders]
    return {one.version.key.removeprefix(PLACE): one for one in found}


def names(arrival):
    """What an arrival is made of."""
    return [entry.key.removeprefix(PLACE) for entry in arrival.beside]


@pytest.mark.parametrize(
    ("files", "footage"),
    [
        pytest.param({"a.mov": b"1"}, ["a.mov"], id="a movie of its name"),
        pytest.param({"a.MXF": b"1"}, ["a.MXF"], id="in capitals"),
        pytest.param({f"a/{READY}": b"", "a/1.exr": b"1"}, ["a/1.exr"], id="a folder"),
    ],
)
def test_footage_has_the_name_of_its_order(store, files, footage):
    """Without a word, it is what lies beside the order under its name."""
    (found,) = arrived(store, {"a.yaml": order(), **files}).values()
    assert ("", footage) == (found.waits_for, names(found))


def test_footage_is_what_the_order_names(store):
    """Whatever else has the order's name."""
    files = {"a.yaml": order(footage="b.mov"), "a.mov": b"1", "b.mov": b"2"}
    assert ["b.mov"] == names(arrived(store, files)["a.yaml"])


@pytest.mark.parametrize(
    ("fields", "files", "missing"),
    [
        pytest.param({}, {"b.mov": b"1"}, "a.mov or a folder a/ with _READY", id="no movie"),
        pytest.param({}, {"a/1.exr": b"1"}, "a.mov or a folder a/ with _READY", id="no marker"),
        pytest.param({"footage": "b.mov"}, {"a.mov": b"1"}, "b.mov", id="another movie"),
        pytest.param({"edit": "a.edl"}, {"a.mov": b"1"}, "a.edl", id="no edit list"),
    ],
)
def test_what_is_missing_is_told(store, fields, files, missing):
    """In words that name the file to upload."""
    (found,) = arrived(store, {"a.yaml": order(**fields), **files}).values()
    assert (f"a.yaml waits for {missing}", ()) == (found.waits_for, found.beside)


def test_an_edit_list_is_part_of_the_upload(store):
    """It may still be growing, like the movie."""
    files = {"a.yaml": order(edit="a.edl"), "a.mov": b"1", "a.edl": b"2"}
    assert ["a.mov", "a.edl"] == names(arrived(store, files)["a.yaml"])


def test_masks_do_not_hold_an_order_back(store):
    """A mask that never comes costs its object alone."""
    painted = [{"name": "a", "prompts": [{"frame": 1001, "mask": "a.png"}]}]
    found = arrived(store, {"a.yaml": order(objects=painted), "a.mov": b"1"})["a.yaml"]
    assert "" == found.waits_for


def test_an_order_that_cannot_be_read_starts_its_run(store):
    """Which fails, and tells why."""
    (found,) = arrived(store, {"a.yaml": b"objects: ["}).values()
    assert ("", "normal") == (found.waits_for, found.priority)


@pytest.mark.parametrize(
    "name", ["a.mov", "a.png", ".a.yaml", "~a.yaml", "_a.yaml", "a.yaml.part", "a/b.json"]
)
def test_what_is_no_order_starts_nothing(store, name):
    """Footage, masks, half-copied files, and what programs leave among frames."""
    assert {} == arrived(store, {name: order(), f"a/{READY}": b""})
