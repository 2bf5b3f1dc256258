"""What `maquette make motion` and `submit motion` put into a store, and under which names."""

import argparse

import pytest

from maquette.batch.store import FolderStore
from maquette.batch.taking import take
from maquette.batch.uploads import BY_HAND, READY, upload_key
from maquette.cli import main
from maquette.cli.submitting import submitted
from maquette.errors import InputError


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    return FolderStore(tmp_path / "store")


@pytest.fixture
def clips(tmp_path):
    """A folder of frames, a movie and a model, with what desktops leave among them."""
    place = tmp_path / "clips"
    (place / "walk").mkdir(parents=True)
    for name in ("walk/1.png", "walk/2.png", "walk/.DS_Store", "dance.mp4", "bear.glb"):
        (place / name).write_bytes(name.encode())
    return place


def put(store, path):
    """The key of what stands for an upload, and all that was put beside it, by name."""
    asked = argparse.Namespace(line="motion", upload=path)
    batch = submitted(store, asked, places=BY_HAND)
    key = upload_key(store, line="motion", batch=batch)
    held = [entry.key for entry in store.list(BY_HAND["motion"])]
    return key, {each.split("/", 3)[3] for each in held}


def test_a_movie_stands_for_itself(store, clips):
    """In a folder of its own."""
    key, held = put(store, clips / "dance.mp4")
    assert ("dance.mp4", {"dance.mp4"}) == (key.rpartition("/")[2], held)


def test_a_folder_goes_with_its_marker(store, clips):
    """Which stands for it, and changes with its frames."""
    key, held = put(store, clips / "walk")
    assert key.endswith(f"/walk/{READY}")
    assert {"walk/1.png", "walk/2.png", f"walk/{READY}"} == held
    before = take(store, key, name="upload").sha256
    assert before == take(store, put(store, clips / "walk")[0], name="upload").sha256
    (clips / "walk" / "2.png").write_bytes(b"another frame")
    assert before != take(store, put(store, clips / "walk")[0], name="upload").sha256


def test_an_order_goes_with_what_it_names(store, clips):
    """Clips of both kinds and a model; what is not there is told by its run."""
    order = clips / "order.yaml"
    order.write_text("clips: [walk, dance.mp4, none.mp4]\nmodel: bear.glb\n")
    key, held = put(store, order)
    assert key.endswith("/order.yaml")
    beside = {"walk/1.png", "walk/2.png", f"walk/{READY}", "dance.mp4", "bear.glb"}
    assert {*beside, "order.yaml"} == held


def test_a_folder_is_an_upload_of_no_other_line(store, clips):
    """They want a file."""
    asked = argparse.Namespace(line="roto", upload=clips / "walk")
    with pytest.raises(InputError, match="UPLOAD_MISSING"):
        submitted(store, asked, places=BY_HAND)


def test_the_terminal_tells_what_became_of_a_clip(clips, tmp_path, capsys):
    """A clip that cannot be used is told with its code; nothing was made, so the command fails."""
    where = ["--store", str(tmp_path / "made"), "-o", str(tmp_path / "out")]
    assert 1 == main(["make", "motion", str(clips / "dance.mp4"), *where])
    assert "FOOTAGE_KIND" in capsys.readouterr().out
    assert (tmp_path / "out" / "index.html").is_file()
