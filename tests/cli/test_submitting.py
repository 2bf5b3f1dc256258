"""What `maquette make` and `submit` put into a store, and under which names."""

import argparse

import pytest

from maquette.batch.store import FolderStore
from maquette.batch.taking import take
from maquette.batch.uploads import BY_HAND, INBOX, READY, upload_key
from maquette.cli import main
from maquette.cli.submitting import submitted
from maquette.errors import InputError
from maquette.lines.figurine_orders import FigurineOrder
from maquette.lines.figurine_orders import read_order as read_figurine_order


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
    asked = argparse.Namespace(line="motion", upload=path, field=[])
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
    asked = argparse.Namespace(line="roto", upload=clips / "walk", field=[])
    with pytest.raises(InputError, match="UPLOAD_MISSING"):
        submitted(store, asked, places=BY_HAND)


def test_the_terminal_tells_what_became_of_a_clip(clips, tmp_path, capsys):
    """A clip that cannot be used is told with its code; nothing was made, so the command fails."""
    where = ["--store", str(tmp_path / "made"), "-o", str(tmp_path / "out")]
    assert 1 == main(["make", "motion", str(clips / "dance.mp4"), *where])
    assert "FOOTAGE_KIND" in capsys.readouterr().out
    assert (tmp_path / "out" / "index.html").is_file()


@pytest.fixture
def faces(tmp_path):
    """A photo and an order for it, in a folder of somebody's machine."""
    place = tmp_path / "faces"
    place.mkdir()
    (place / "anna.jpg").write_bytes(b"a photo")
    (place / "order.yaml").write_text("photo: anna.jpg\nconsent: yes\n")
    return place


def order_face(store, path, *fields):
    """The key of a figurine order, and all that was put beside it, by name."""
    asked = argparse.Namespace(line="figurines", upload=path, field=list(fields))
    batch = submitted(store, asked, places=INBOX)
    key = upload_key(store, line="figurines", batch=batch)
    held = [entry.key for entry in store.list(INBOX["figurines"])]
    return key, {each.split("/", 3)[3] for each in held}


def test_a_face_goes_with_its_order(store, faces):
    """Both into one folder of their own."""
    key, held = order_face(store, faces / "order.yaml")
    assert {"anna.jpg", "order.yaml"} == held
    assert "anna.jpg" == read_figurine_order(store.get(key), name=key).photo


def test_a_face_alone_becomes_an_order_by_its_fields(store, faces):
    """Words and lists arrive as they would in a file."""
    key, held = order_face(
        store, faces / "anna.jpg", "consent=yes", "text=ANNA = I", "formats=[stl, glb]"
    )
    assert {"anna.jpg", "anna.yaml"} == held
    wanted = FigurineOrder(
        "anna", "anna.jpg", consent=True, text="ANNA = I", formats=("stl", "glb")
    )
    assert wanted == read_figurine_order(store.get(key), name=key)


NOT_PUT = {
    "nobody agreed": ("anna.jpg", ["template=bust"], "CONSENT_MISSING"),
    "no name": ("anna.jpg", ["yes"], "ORDER_SHAPE"),
    "a field twice": ("anna.jpg", ["seed=1", "seed=2"], "ORDER_SHAPE"),
    "an order says it itself": ("order.yaml", ["consent=yes"], "ORDER_FIELD_IDLE"),
}


@pytest.mark.parametrize(("name", "fields", "code"), NOT_PUT.values(), ids=NOT_PUT)
def test_a_face_that_may_not_be_made_is_not_copied(store, faces, name, fields, code):
    """The store holds nothing of it."""
    with pytest.raises(InputError, match=code):
        order_face(store, faces / name, *fields)
    assert [] == list(store.list(""))


def test_other_lines_have_no_fields(store, clips):
    """Their files say what is wanted."""
    asked = argparse.Namespace(line="motion", upload=clips / "dance.mp4", field=["seed=1"])
    with pytest.raises(InputError, match="ORDER_FIELD_IDLE"):
        submitted(store, asked, places=BY_HAND)


def test_what_was_made_of_a_face_lies_apart(faces, tmp_path, capsys):
    """A file that is no photo is refused with its code; nothing of it is where others look."""
    where = ["--store", str(tmp_path / "made"), "-o", str(tmp_path / "out")]
    assert 1 == main(["make", "figurines", str(faces / "order.yaml"), *where])
    assert "PHOTO_TYPE" in capsys.readouterr().out
    assert (tmp_path / "out" / "errors.json").is_file()
    (private,) = (tmp_path / "made" / "private").iterdir()
    assert {"blobs", "records"} == {path.name for path in private.iterdir()}
    assert not (tmp_path / "made" / "blobs").exists()
    assert not (tmp_path / "made" / "records").exists()
