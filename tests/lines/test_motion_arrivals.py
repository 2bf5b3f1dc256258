"""Clips and their orders in the inbox: who stands for a batch, and what each waits for."""

import pytest

from maquette.batch.store import FolderStore
from maquette.batch.uploads import READY, Version, batch_of
from maquette.lines.motion_arrivals import clip_keys, clips_among

PLACE = "inbox/motion/"


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    return FolderStore(tmp_path / "store")


def arrived(store, files):
    """What stands for a batch among these files, by name."""
    for name, text in files.items():
        store.put(PLACE + name, text.encode())
    uploads, look = clips_among(store, list(store.list(PLACE)))
    found = [look(Version(e.key, e.etag, e.modified)) for e in uploads]
    return {one.version.key.removeprefix(PLACE): one for one in found}


def names(arrival):
    """What an arrival is made of."""
    return [entry.key.removeprefix(PLACE) for entry in arrival.beside]


def test_a_clip_alone_is_a_batch(store):
    """A movie, or a folder that holds its marker; models and half-copied files are none."""
    files = {
        **{"a.mp4": "1", "b.GIF": "2", "c.glb": "3", "d.mp4.part": "4", ".e.mp4": "5"},
        **{"walk/1.png": "6", f"walk/{READY}": "", "run/1.png": "7", "notes.txt": "8"},
    }
    found = arrived(store, files)
    assert {"a.mp4", "b.GIF", f"walk/{READY}"} == set(found)
    assert ["walk/1.png"] == names(found[f"walk/{READY}"])


def test_an_order_speaks_for_its_clips(store):
    """Neither the movie nor the folder that it names is made a second time."""
    files = {
        "both.yaml": "clips: [a.mp4, walk]\npriority: background",
        **{"a.mp4": "1", "other.mp4": "2", "walk/1.png": "3", f"walk/{READY}": ""},
    }
    found = arrived(store, files)
    assert {"both.yaml", "other.mp4"} == set(found)
    assert ("", "background") == (found["both.yaml"].waits_for, found["both.yaml"].priority)
    assert ["a.mp4", "walk/1.png"] == names(found["both.yaml"])


def test_an_order_of_another_folder_does_not_speak_for_a_clip(store):
    """It names what lies beside itself."""
    found = arrived(store, {"a.mp4": "1", "b/order.yaml": "clip: a.mp4", "b/a.mp4": "2"})
    assert {"a.mp4", "b/order.yaml"} == set(found)


def test_an_order_waits_for_its_clips_and_its_model(store):
    """The tick says which are missing; a folder without its marker is not there yet."""
    text = "clips: [a.mp4, walk]\nmodel: bear.glb"
    found = arrived(store, {"o.yaml": text, "a.mp4": "1", "walk/1.png": "2"})
    assert ("o.yaml waits for walk, bear.glb", []) == (
        found["o.yaml"].waits_for,
        names(found["o.yaml"]),
    )
    there = arrived(store, {f"walk/{READY}": "", "bear.glb": "3"})["o.yaml"]
    assert ("", ["a.mp4", "walk/1.png", "bear.glb"]) == (there.waits_for, names(there))


def test_a_broken_order_starts_at_once(store):
    """Its run tells what is wrong with it; a corrected one speaks for its clip."""
    found = arrived(store, {"o.yaml": "clip: [", "a.mp4": "1"})
    assert ("", {"o.yaml", "a.mp4"}) == (found["o.yaml"].waits_for, set(found))
    assert {"o.yaml"} == set(arrived(store, {"o.yaml": "clip: a.mp4"}))


def test_what_lies_among_frames_is_no_upload(store):
    """Whatever else somebody keeps in that folder."""
    files = {f"walk/{READY}": "", "walk/1.png": "1", "walk/old.mp4": "2", "walk/order.yaml": "3"}
    assert {f"walk/{READY}"} == set(arrived(store, files))


def test_a_folder_gives_its_batch_its_name():
    """The marker's own name says nothing."""
    assert batch_of(f"{PLACE}Big Dance/{READY}").startswith("big-dance-")
    assert batch_of(f"{PLACE}v1.2/{READY}").startswith("v1-2-")


@pytest.mark.parametrize(
    ("clip", "keys"),
    [("a.mp4", ["p/a.mp4"]), ("walk", ["p/walk/1.png", "p/walk/2.png"]), ("run", []), ("b", [])],
    ids=["movie", "folder", "no marker", "nothing"],
)
def test_a_clips_keys_are_found(clip, keys):
    """In order, without the marker and what is hidden."""
    known = ["p/a.mp4", "p/walk/2.png", "p/walk/1.png", f"p/walk/{READY}", "p/walk/.x", "p/run/1"]
    assert keys == clip_keys("p", clip, known)
