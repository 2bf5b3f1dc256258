"""A store as one private batch sees it; that it keeps the contract is tested with all stores."""

import pytest

from maquette.batch.host import Host
from maquette.batch.private import place_of, private_store
from maquette.batch.runner import LocalPlace
from maquette.batch.store import ObjectMissing, StoreSpec, open_store
from maquette.batch.taking import take
from maquette.engines.workers import WorkerOptions, WorkerPlace
from maquette.errors import InputError
from tests import toys

ANNA, BEN = "anna-1f3a9c02", "ben-77aa0b1c"


def keys(store, prefix=""):
    """What a store lists."""
    return sorted(entry.key for entry in store.list(prefix))


def made(store, batch, *words):
    """Two stages over some words, salted with the batch."""
    private = private_store(store, batch)
    place = LocalPlace(Host(private, toys.CRAFT))
    runner = toys.runner_on(private, place=place, salt=batch)
    return runner.run_through((toys.write, toys.double), toys.asked(*words, batch=batch))


def test_blobs_and_records_lie_in_a_folder_of_the_batch(folder):
    """Everything else stays where it is for all."""
    anna = private_store(folder, ANNA)
    for key in ("blobs/ab/c.png", "records/draw/ab/c.json", "manifests/a/b.parquet", "inbox/x"):
        anna.put(key, b"1")
    assert [
        "inbox/x",
        "manifests/a/b.parquet",
        f"private/{ANNA}/blobs/ab/c.png",
        f"private/{ANNA}/records/draw/ab/c.json",
    ] == keys(folder)


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("", ["blobs/mine", "inbox/x", "records/mine"]),
        ("b", ["blobs/mine"]),
        ("blobs/", ["blobs/mine"]),
        ("blobs/o", []),
        ("rec", ["records/mine"]),
        ("inbox/", ["inbox/x"]),
        ("p", []),
        ("private/", []),
        (f"private/{BEN}/", []),
    ],
)
def test_a_listing_shows_its_own_and_nobody_elses(folder, prefix, expected):
    """Neither the shared objects nor those of another private batch are seen."""
    for key in ("blobs/of-all", "records/of-all", "inbox/x", f"private/{BEN}/blobs/of-ben"):
        folder.put(key, b"1")
    anna = private_store(folder, ANNA)
    for key in ("blobs/mine", "records/mine"):
        anna.put(key, b"1")
    assert expected == keys(anna, prefix)


def test_what_lies_with_another_batch_cannot_be_named(folder):
    """Nor can the batch's own objects by the place they really lie in."""
    folder.put(f"private/{BEN}/blobs/a", b"1")
    anna = private_store(folder, ANNA)
    for act in (anna.get, anna.exists, anna.entry, anna.delete, anna.erase):
        with pytest.raises(InputError, match="KEY_INVALID"):
            act(f"private/{BEN}/blobs/a")
    assert folder.exists(f"private/{BEN}/blobs/a")


@pytest.mark.parametrize("batch", ["", ".", "..", "a/b", "a\x00", "../blobs"])
def test_a_batch_that_is_none_is_refused(folder, batch):
    """No name climbs out of the folder of private things."""
    with pytest.raises(InputError, match="KEY_INVALID"):
        private_store(folder, batch)


def test_two_batches_of_the_same_words_share_no_object(folder):
    """Equal bytes are kept twice, made twice, and each batch is reused for itself."""
    first, second = made(folder, ANNA, "a face"), made(folder, BEN, "a face")
    assert toys.keys(first) == toys.keys(second)  # the same names, each in its own folder
    assert first.rows[0].recipe != second.rows[0].recipe
    assert [] == keys(folder, "blobs/") + keys(folder, "records/")
    assert [4, 4] == [len(keys(folder, place_of(batch))) for batch in (ANNA, BEN)]
    for entry in list(folder.list(place_of(ANNA))):
        folder.delete(entry.key)
    assert "reused" == made(folder, BEN, "a face").rows[0].origin
    assert "made" == made(folder, ANNA, "a face").rows[0].origin


def test_a_photo_is_taken_into_the_batch_alone(folder):
    """An upload becomes a blob of the batch, read from the inbox of all."""
    folder.put("inbox/faces/anna.jpg", b"a photo")
    take(private_store(folder, ANNA), "inbox/faces/anna.jpg", name="photo")
    assert 2 == len(keys(folder, place_of(ANNA)))
    assert [] == keys(folder, "blobs/") + keys(folder, "records/")


def test_a_worker_process_opens_the_same_private_store(folder):
    """What it makes lies with the batch, and nothing of it where others look."""
    private = private_store(folder, ANNA)
    place = WorkerPlace(private.spec, WorkerOptions(), craft=toys.CRAFT)
    try:
        made = toys.runner_on(private, place=place).run(toys.write, toys.asked("a face"))
    finally:
        place.close()
    assert b"a face " == private.get(made.rows[0].objects[0].key)[:7]
    assert [] == keys(folder, "blobs/") + keys(folder, "records/")


def test_a_spec_says_that_it_is_private(folder):
    """The spec alone opens it; a private store of a private one lies beside it, not in it."""
    anna = private_store(folder, ANNA)
    assert StoreSpec(str(folder.root), private=ANNA) == anna.spec
    ben = private_store(open_store(anna.spec), BEN)
    ben.put("blobs/a", b"1")
    assert [f"private/{BEN}/blobs/a"] == keys(folder)
    with pytest.raises(ObjectMissing):
        anna.get("blobs/a")


def test_what_it_erases_is_its_own(folder):
    """Erasing all blobs of a batch leaves those of all others."""
    anna = private_store(folder, ANNA)
    for store in (folder, anna, private_store(folder, BEN)):
        store.put("blobs/a", b"1")
    assert ["blobs/a"] == [entry.key for entry in anna.erase("blobs/")]
    assert ["blobs/a", f"private/{BEN}/blobs/a"] == keys(folder)
