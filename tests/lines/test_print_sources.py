"""What prints are made of: uploads are taken in, references are looked up, or refused clearly."""

from dataclasses import replace

import pytest

from maquette.batch.manifests import Manifest, Row, commit
from maquette.batch.store import FolderStore
from maquette.batch.uploads import write_ticket
from maquette.lines.print_sources import take_in
from maquette.lines.showroom import kept
from maquette.provenance import Provenance, Step

MADE = Provenance("a cat", 7, steps=(Step("draw", "1", "ab" * 20, "composer"),))


@pytest.fixture
def store(tmp_path):
    """A store in which the batch `cats-1` has a cat that was printed, and a dog that was not."""
    held = FolderStore(tmp_path)
    held.put("batches/prints/cats-1.json", b'{"upload": "inbox/prints/cats.yaml"}')
    objects = {n: replace(kept(held, n.encode(), f"{n}.bin"), name=n) for n in NAMES}
    params = {"prompt": "a cat", "seed": 7, "native_alpha": True, "faces_at_most": 5000}
    lost = Row("dog", code="MASK_EMPTY", reason="no subject")
    for asset, names, more in (
        ("print_concepts", ["picture"], {}),
        ("print_models", ["cutout", "model"], {}),
        ("print_files", ["print"], PRINTED),
    ):
        refs = tuple(objects[name] for name in names)
        row = Row("cat", {**params, **more}, objects=refs, provenance=MADE)
        commit(held, Manifest("prints", asset, "cats-1", (row, lost)))
    return held


PRINTED = {
    "print_mm": [10.0, 20.0, 27.0],
    "model_mm": [5.0, 10.0, 15.0],
    "base_mm": 3.0,
    "proportions": "fit",
}
NAMES = ("picture", "cutout", "model", "print")


def taken(store, text, *, name="order.yaml"):
    """The rows of an order in the inbox."""
    key = f"inbox/prints/{name}"
    store.put(key, text.encode())
    return take_in(store, batch=write_ticket(store, line="prints", key=key)).rows


def test_words_need_nothing(store):
    """Each copy is a row with its own seed, whose provenance begins with the words."""
    first, second = taken(store, "prompt: a cat\ncount: 2\nseed: 7")
    assert ("order", "order-2") == (first.item, second.item)
    assert (Provenance("a cat", 7), True) == (first.provenance, second.provenance.seed != 7)


def test_uploads_are_taken_in(store):
    """A picture and a model become objects, and parents of what is made."""
    store.put("inbox/prints/a.png", b"pixels")
    store.put("inbox/prints/b.stl", b"faces")
    (photo,) = taken(store, "pictures: a.png")
    (model,) = taken(store, "model: b.stl", name="b.yaml")
    assert (b"pixels", b"faces") == tuple(
        store.get(row.object(name).key) for row, name in ((photo, "photo"), (model, "model_file"))
    )
    assert (photo.object("photo").sha256,) == photo.provenance.parents


def test_a_missing_upload_costs_its_print_only(store):
    """The others of the order go on."""
    store.put("inbox/prints/a.png", b"pixels")
    good, bad = taken(store, "pictures: [a.png, b.png]")
    assert ("", "PRINT_FILE_MISSING") == (good.code, bad.code)
    assert "'b.png' is not beside the order" in bad.reason


def test_a_concept_brings_its_making_along(store):
    """Picture, provenance and what it was drawn by: so its cut-out is found, not made."""
    (row,) = taken(store, "concept: cats-1/cat")
    assert (MADE, 7, True) == (row.provenance, row.params["seed"], row.params["native_alpha"])
    assert ["picture"] == [ref.name for ref in row.objects]


def test_a_seed_of_its_own_counts(store):
    """Another one shapes the same picture differently."""
    (row,) = taken(store, "concept: cats-1/cat\nseed: 9")
    assert 9 == row.params["seed"]


def test_a_delivered_model_keeps_its_making_and_its_size(store):
    """What the order does not say stays as it was; what it says counts."""
    (kept_faces,) = taken(store, "model: cats-1/cat\nscale_factor: 2")
    (new_faces,) = taken(store, "model: cats-1/cat\nfaces: 9000", name="b.yaml")
    assert [10.0, 20.0, 30.0] == kept_faces.params["delivered_mm"]
    assert (5000, 9000) == (kept_faces.params["faces_at_most"], new_faces.params["faces_at_most"])
    assert {"cutout", "model"} == {ref.name for ref in kept_faces.objects}
    assert (MADE, "order") == (kept_faces.provenance, kept_faces.item)


BAD = {
    "batch": ("concept: cats-2/cat", "REFERENCE_UNKNOWN", "did you mean cats-1?"),
    "far batch": ("model: zzz/cat", "REFERENCE_UNKNOWN", "there are: cats-1"),
    "item": ("model: cats-1/kat", "REFERENCE_UNKNOWN", "did you mean cat?"),
    "not made": ("concept: cats-1/dog", "REFERENCE_NOT_MADE", "mend its own order"),
}


@pytest.mark.parametrize(("text", "code", "fix"), BAD.values(), ids=BAD)
def test_unknown_references_are_refused(store, text, code, fix):
    """The message names what there is."""
    (row,) = taken(store, text)
    assert (code, True) == (row.code, fix in row.fix), row.fix


def test_a_picture_that_was_cleared_away_is_told(store):
    """Its batch can be run again."""
    (row,) = taken(store, "concept: cats-1/cat")
    store.delete(row.object("picture").key)
    (gone,) = taken(store, "concept: cats-1/cat", name="b.yaml")
    assert "REFERENCE_GONE" == gone.code
