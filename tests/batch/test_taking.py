"""Taking uploads in: files become blobs, and are read once per version."""

import pytest

from maquette.batch.store import FolderStore, ObjectMissing, sha256_of
from maquette.batch.taking import take

KEY = "inbox/shots/hero.mov"


class Counting(FolderStore):
    """A folder that counts how often an object's own file is opened."""

    opens = 0

    def opened(self, key):
        """The object's file."""
        self.opens += 1
        return super().opened(key)


@pytest.fixture
def store(tmp_path):
    """A store with one movie in its inbox."""
    store = Counting(tmp_path)
    store.put(KEY, b"frames" * 1000)
    return store


def test_a_file_becomes_a_blob_of_its_own_sum(store):
    """Under the name that stages know it by."""
    ref = take(store, KEY, name="plate")
    assert ("plate", sha256_of(b"frames" * 1000), 6000) == (ref.name, ref.sha256, ref.size)
    assert store.get(ref.key) == store.get(KEY)
    assert ref.key.endswith(".mov")


def test_a_version_is_read_once(store):
    """A correction of an order must not read the movie again."""
    first, again = take(store, KEY, name="plate"), take(store, KEY, name="plate")
    assert (first, 1) == (again, store.opens)


def test_a_new_version_is_another_blob(store):
    """Whoever replaces a movie gets the new one."""
    first = take(store, KEY, name="plate")
    store.put(KEY, b"other frames")
    second = take(store, KEY, name="plate")
    assert sha256_of(b"other frames") == second.sha256 != first.sha256


def test_a_blob_that_was_pruned_is_taken_again(store):
    """What was remembered counts only while the blob is there."""
    ref = take(store, KEY, name="plate")
    store.delete(ref.key)
    assert ref == take(store, KEY, name="plate")
    assert store.exists(ref.key)


def test_a_file_that_is_not_there_is_told(store):
    """By the key that was asked for."""
    with pytest.raises(ObjectMissing, match="other"):
        take(store, "inbox/shots/other.mov", name="plate")
