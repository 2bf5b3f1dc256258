"""The contract of object storage, over a folder and a bucket alike."""

import ast
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from graphlib import TopologicalSorter
from pathlib import Path
from threading import Barrier

import pytest

from maquette import batch
from maquette.batch.store import ObjectMissing, open_store
from maquette.errors import InputError

BAD_KEYS = {
    "empty": "",
    "absolute": "/etc/passwd",
    "climbing": "a/../../b",
    "only climbing": "..",
    "a dot": "a/./b",
    "twice a slash": "a//b",
    "a folder": "a/",
    "backslash": "a\\b",
    "nul": "a\x00b",
    "newline": "a\nb",
    "delete": "a\x7fb",
    "half a pair": "a\ud800b",
    "too long": "a/" * 450 + "a",
}


def keys(store, prefix):
    """What lies below a prefix, in no order."""
    return sorted(entry.key for entry in store.list(prefix))


def test_what_was_put_is_what_is_got(store):
    """Bytes come back as they went in, empty ones too."""
    store.put("a/b.bin", bytes(range(256)))
    store.put("a/empty", b"")
    assert (bytes(range(256)), b"") == (store.get("a/b.bin"), store.get("a/empty"))


def test_putting_again_replaces(store):
    """The last writer of `put` wins."""
    store.put("a", b"one")
    store.put("a", b"two")
    assert store.get("a") == b"two"


def test_the_second_writer_of_put_if_absent_loses(store):
    """The first bytes stay and the second writer is told."""
    assert [store.put_if_absent("a/b", data) for data in (b"one", b"two")] == [True, False]
    assert store.get("a/b") == b"one"


def test_exactly_one_of_many_racing_writers_wins(store):
    """Eight writers start at one moment: one wins and its bytes are the object."""
    gate = Barrier(8)

    def write(n):
        gate.wait()
        return store.put_if_absent("race/x", str(n).encode() * 1000)

    for _ in range(3):
        with ThreadPoolExecutor(8) as pool:
            won = list(pool.map(write, range(8)))
        assert won.count(True) == 1
        assert str(won.index(True)).encode() * 1000 == store.get("race/x")
        store.delete("race/x")


def test_readers_of_a_replaced_object_never_see_a_part(store):
    """While an object is replaced over and over, every read is one of the two whole values."""
    values = [b"a" * 100_000, b"b" * 200_000]
    store.put("x", values[0])

    def replace():
        for n in range(12):
            store.put("x", values[n % 2])

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(replace)
        seen = {store.get("x") for _ in range(12)}
        writing.result()
    assert seen <= set(values)


def test_a_missing_object_says_which(store):
    """`get` of nothing raises ObjectMissing with the key."""
    with pytest.raises(ObjectMissing, match=r"OBJECT_MISSING.*no/such"):
        store.get("no/such")


def test_a_folder_is_no_object(store):
    """The name of a folder is neither there nor readable."""
    store.put("a/b/c", b"1")
    assert not store.exists("a/b")
    with pytest.raises(ObjectMissing):
        store.get("a/b")


def test_exists(store):
    """Only what was put exists."""
    store.put("a", b"")
    assert [store.exists("a"), store.exists("b")] == [True, False]


def test_delete_is_quiet_about_what_is_gone(store):
    """Deleting twice is deleting once."""
    store.put("a/b", b"1")
    store.delete("a/b")
    store.delete("a/b")
    assert not store.exists("a/b")


def test_copy_takes_the_bytes_and_replaces(store):
    """A copy equals its source and outlives it."""
    store.put("a", b"one")
    store.put("b/c", b"old")
    store.copy("a", "b/c")
    store.delete("a")
    assert store.get("b/c") == b"one"


def test_copying_an_object_onto_itself_keeps_it(store):
    """Two names of the same bytes may be copied over each other."""
    store.put("a", b"one")
    store.copy("a", "b")
    store.copy("a", "b")
    assert (store.get("a"), store.get("b")) == (b"one", b"one")


def test_replacing_a_source_leaves_its_copy(store):
    """A copy does not follow what becomes of its source."""
    store.put("a", b"one")
    store.copy("a", "b")
    store.put("a", b"two")
    assert store.get("b") == b"one"


def test_copying_nothing_names_the_source(store):
    """A missing source is ObjectMissing and leaves no target."""
    with pytest.raises(ObjectMissing, match="no/such"):
        store.copy("no/such", "b")
    assert not store.exists("b")


def test_put_file_takes_a_file_whole(store, tmp_path):
    """A file of several pieces arrives byte for byte, and replaces."""
    path = tmp_path / "big"
    path.write_bytes(os.urandom(3_000_000))
    store.put("a/big", b"old")
    store.put_file("a/big", path)
    assert path.read_bytes() == store.get("a/big")


def test_an_object_can_be_opened_as_a_file(store):
    """A movie is read where it lies, or from a copy that keeps its ending."""
    store.put("a/shot.mov", b"frames")
    with store.opened("a/shot.mov") as path:
        assert (b"frames", ".mov") == (path.read_bytes(), path.suffix)


def test_an_object_that_is_not_there_cannot_be_opened(store):
    """As with reading it."""
    with pytest.raises(ObjectMissing), store.opened("a/shot.mov"):
        pass


@pytest.mark.parametrize("key", BAD_KEYS.values(), ids=BAD_KEYS.keys())
def test_what_is_no_key_is_refused(store, key):
    """Nothing is read, written, copied or deleted under a name that is not a key."""
    store.put("a", b"1")
    for act in (
        lambda: store.put(key, b""),
        lambda: store.put_if_absent(key, b""),
        lambda: store.get(key),
        lambda: store.exists(key),
        lambda: store.copy("a", key),
        lambda: store.copy(key, "b"),
        lambda: store.delete(key),
    ):
        with pytest.raises(InputError, match="KEY_INVALID"):
            act()


LISTED = ["a/b/1", "a/b/2", "a/b2/1", "a/b.txt", "a-b/1", "ab", "c/d/e/f"]


@pytest.mark.parametrize("prefix", ["", "a", "a/", "a/b", "a/b/", "a/b/1", "c/d/e", "x", "x/y/"])
def test_a_prefix_is_the_beginning_of_a_key(store, prefix):
    """Listing is by the beginning of the name, whether or not that is a folder."""
    for key in LISTED:
        store.put(key, b"1")
    assert sorted(k for k in LISTED if k.startswith(prefix)) == keys(store, prefix)


@pytest.mark.parametrize("prefix", ["../", "/", "/etc/", "a/../../"])
def test_listing_does_not_climb(store, prefix):
    """No prefix shows anything outside of the store."""
    store.put("a", b"1")
    try:
        assert keys(store, prefix) == []
    except InputError as refused:
        assert refused.code == "KEY_INVALID"


@pytest.mark.parametrize("store", ["folder", "bucket"], indirect=True)  # four seconds each
def test_listing_a_thousand_and_more(store):
    """A listing goes on past the first thousand."""
    names = [f"many/{n:04d}" for n in range(1_005)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: store.put(key, b"x"), names))
    assert names == [entry.key for entry in store.list("many/")]


def test_a_listed_object_tells_size_time_and_version(store):
    """Size is exact, the time is now in UTC, and other bytes have another etag."""
    store.put("a", b"12345")
    (one,) = store.list("a")
    store.put("a", b"123456")
    (two,) = store.list("a")
    assert (one.size, two.size) == (5, 6)
    assert abs((datetime.now(UTC) - one.time).total_seconds()) < 60
    assert one.etag != two.etag


def test_names_people_give_are_kept(store):
    """Inbox names may hold any letters, blanks and signs a person types."""
    name = "inbox/prompts/Süße Kätzchen 🐱 & «more» %41+?#.csv"
    store.put(name, b"1")
    store.copy(name, "inbox/prompts/копия.csv")
    assert [name, "inbox/prompts/копия.csv"] == keys(store, "inbox/")
    assert store.get(name) == b"1"


def test_a_store_is_opened_by_what_it_says_of_itself(store, s3):
    """Another process opens the same store from its spec."""
    store.put("a", b"1")
    again = open_store(store.spec, client=s3 if store.spec.url.startswith("s3:") else None)
    assert again.get("a") == b"1"


def test_a_key_is_erased_and_its_neighbours_stay(store):
    """A key is that key alone, though others begin with the same letters."""
    for key in ("inbox/a.jpg", "inbox/a.jpg2", "inbox/a.jpg/b", "inbox/b"):
        if key != "inbox/a.jpg/b" or not store.exists("inbox/a.jpg"):
            store.put(key, b"123")
    (gone,) = store.erase("inbox/a.jpg")
    assert ("inbox/a.jpg", 3) == (gone.key, gone.size)
    assert ["inbox/a.jpg2", "inbox/b"] == keys(store, "inbox/")


def test_a_folder_is_erased_whole(store):
    """All below a slash goes, however deep; a folder that begins alike stays."""
    for key in ("blobs/an/x/y", "blobs/an/z", "blobs/anna/x", "other"):
        store.put(key, b"123")
    assert ["blobs/an/x/y", "blobs/an/z"] == sorted(e.key for e in store.erase("blobs/an/"))
    assert ["blobs/anna/x", "other"] == keys(store, "")


def test_erasing_is_quiet_about_what_is_gone(store):
    """Erasing twice is erasing once."""
    store.put("a/b", b"1")
    assert [1, 0] == [len(store.erase("a/")) for _ in range(2)]
    assert [] == store.erase("a/b")


@pytest.mark.parametrize("place", ["", "/", "../", "/etc/", "a//", "a/../"])
def test_nobody_erases_everything_by_a_slip(store, place):
    """A place that is no key, less its slash, is refused."""
    store.put("a/b", b"1")
    with pytest.raises(InputError, match="KEY_INVALID"):
        store.erase(place)
    assert ["a/b"] == keys(store, "")


def imported(path):
    """The modules of this package that a module imports, at its top or within a function."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    named = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.rpartition(".")[2] for name in named if name.startswith("maquette.batch.")}


def test_no_modules_wait_for_one_another():
    """A contract, its kinds and the door that chooses one: imports lead one way, lazy ones too."""
    found = {path.stem: imported(path) for path in Path(batch.__path__[0]).glob("*.py")}
    assert {"bucket", "folder", "objects"} <= found["store"]
    order = list(TopologicalSorter(found).static_order())  # raises CycleError
    assert order.index("objects") < order.index("bucket") < order.index("store")
