"""`maquette forget`: a person's order, deleted from a terminal."""

import pytest

from maquette.batch.store import FolderStore
from maquette.cli import main
from tests.stored_faces import Person, found, made

ANNA = Person("Anna")


@pytest.fixture
def store(tmp_path):
    """A store with one order."""
    held = FolderStore(tmp_path / "store")
    made(held, ANNA)
    return held


def forget(store, *words):
    """Run the command."""
    return main(["forget", *words, "--store", str(store.root)])


def test_an_order_is_deleted_and_the_rest_is_told(store, capsys):
    """How much went, and that Dagster has books of its own."""
    assert 0 == forget(store, ANNA.batch)
    assert set() == found(store, ANNA)
    out = capsys.readouterr().out
    assert "deleted" in out
    assert "forget_faces" in out
    assert "Anna" not in out


def test_a_dry_run_shows_each_object(store, capsys):
    """Every key that would go, and nothing is deleted."""
    assert 0 == forget(store, ANNA.batch, "--dry-run")
    out = capsys.readouterr().out
    for key in (ANNA.key, ANNA.photo_key, f"deliveries/figurines/{ANNA.batch}/index.json"):
        assert f"  {key}\n" in out
    assert "would be deleted" in out
    assert set(ANNA.marks) == found(store, ANNA)


def test_a_photo_that_stays_is_told(store, capsys):
    """With the order that names it."""
    made(store, Person("Bea", photo_name="anna.png"))
    assert 0 == forget(store, ANNA.batch)
    assert "inbox/faces/anna.png stays" in capsys.readouterr().out


def test_what_nobody_knows_is_told(store, capsys):
    """A typing error must not look like a deletion, nor a second time like the first."""
    assert 1 == forget(store, "nobody-00000000")
    assert "BATCH_UNKNOWN" in capsys.readouterr().err
    assert 0 == forget(store, ANNA.batch)
    assert 1 == forget(store, ANNA.batch)
