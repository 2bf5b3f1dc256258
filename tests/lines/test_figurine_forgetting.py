"""Forgetting an order: nothing of it is found any more, and nothing of anybody else is lost."""

import itertools
import os
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

from maquette.batch.bucket import BucketStore
from maquette.batch.private import place_of
from maquette.batch.store import FolderStore, StoreSpec
from maquette.batch.uploads import batch_of, write_ticket
from maquette.errors import InputError
from maquette.lines.figurine_forgetting import due, forget
from tests.stored_faces import Person, everything, found, made, placed, png

ANNA, BEN = Person("Anna"), Person("Ben")
NUMBERS = itertools.count()
NOW = datetime.now(UTC)


@pytest.fixture
def folder(tmp_path):
    """A store in a folder."""
    return FolderStore(tmp_path / "store")


@pytest.fixture(scope="module")
def s3():
    """A client of an S3 server with one bucket, which keeps older versions."""
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{host}:{port}",
        region_name="us-east-1",
        aws_access_key_id="nobody",
        aws_secret_access_key="nothing",  # noqa: S106 - a server of our own that asks for none
    )
    client.create_bucket(Bucket="faces")
    status = {"Status": "Enabled"}
    client.put_bucket_versioning(Bucket="faces", VersioningConfiguration=status)
    yield client
    server.stop()


@pytest.fixture
def bucket(s3):
    """A store in that bucket, below a prefix no other test has."""
    return BucketStore(StoreSpec(f"s3://faces/test-{next(NUMBERS)}"), client=s3)


@pytest.fixture(params=["folder", "bucket"])
def store(request):
    """Each kind of store in turn."""
    return request.getfixturevalue(request.param)


def keys(store):
    """What a store lists."""
    return sorted(entry.key for entry in store.list(""))


def age(store, *batches, days):
    """Make the tickets of these batches look so many days older."""
    for batch in batches:
        path = store.root / f"batches/figurines/{batch}.json"
        then = NOW.timestamp() - days * 86_400
        os.utime(path, (then, then))


def test_nothing_of_a_person_is_found_any_more(store):
    """No bytes of the photo, the cut-out or the order, packed or not; the other person has all."""
    made(store, BEN)
    before = keys(store)
    made(store, ANNA)
    assert set(ANNA.marks) == found(store, ANNA)
    gone = forget(store, ANNA.batch)
    assert set() == found(store, ANNA)
    assert set(BEN.marks) == found(store, BEN)
    assert before == keys(store)
    assert gone.freed_bytes > 4 * len(ANNA.photo)


def test_older_versions_of_a_bucket_go_too(bucket):
    """A photo that was replaced, and one that somebody deleted, are no longer in the bucket."""
    made(bucket, ANNA)
    bucket.put(ANNA.photo_key, b"another photo")
    bucket.put(ANNA.key, ANNA.order + b"seed: 5\n")
    bucket.delete(f"deliveries/figurines/{ANNA.batch}/Anna/photo.png")
    forget(bucket, ANNA.batch)
    assert [] == list(everything(bucket))


def test_two_orders_with_one_photo_share_no_object(store):
    """Each has its own bytes: forgetting one leaves the other whole."""
    twin = Person("Bea", seed=sum(ANNA.name.encode()))
    assert ANNA.photo == twin.photo
    made(store, ANNA)
    made(store, twin)
    assert [] == [*store.list("blobs/"), *store.list("records/")]
    before = [store.get(entry.key) for entry in store.list(place_of(twin.batch))]
    forget(store, ANNA.batch)
    assert before == [store.get(entry.key) for entry in store.list(place_of(twin.batch))]
    assert set(twin.marks) == found(store, twin)


def test_a_photo_that_another_order_names_stays_and_is_told(folder):
    """It goes with the last order that names it."""
    other = Person("Bea", photo_name="anna.png", seed=sum(ANNA.name.encode()))
    made(folder, ANNA)
    made(folder, other)
    gone = forget(folder, ANNA.batch)
    assert ("inbox/faces/anna.png stays: inbox/faces/bea.yaml names it, too",) == gone.kept
    assert folder.exists(ANNA.photo_key)
    assert () == forget(folder, other.batch).kept
    assert [] == list(everything_but_folders(folder))


def everything_but_folders(store):
    """Names of all files below a folder."""
    return (path.name for path in store.root.rglob("*") if path.is_file())


def test_a_dry_run_tells_what_would_go_and_deletes_nothing(store):
    """It names the keys that the real one then deletes."""
    made(store, ANNA)
    made(store, BEN)
    before = keys(store)
    told = forget(store, ANNA.batch, dry_run=True)
    assert before == keys(store)
    forget(store, ANNA.batch)
    assert sorted(told.keys) == sorted(set(before) - set(keys(store)))


class Halting(FolderStore):
    """A folder whose process dies before so many things are erased."""

    left = 0

    def erase(self, place):
        """Erase, while it lives."""
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        return super().erase(place)


PLACES_OF_AN_ORDER = (
    11  # photo, private, four manifests, delivery, quarantine, alert, order, ticket
)


@pytest.mark.parametrize("left", range(PLACES_OF_AN_ORDER))
def test_a_forgetting_that_dies_is_run_again(folder, left):
    """Wherever it was cut off the order is still known to be due, and the next run ends it."""
    made(folder, ANNA)
    age(folder, ANNA.batch, days=100)
    halting = Halting(folder.root)
    halting.left = left
    with pytest.raises(KeyboardInterrupt):
        forget(halting, ANNA.batch)
    assert [ANNA.batch] == due(folder, now=NOW)
    forget(folder, ANNA.batch)
    assert set() == found(folder, ANNA)
    assert [] == due(folder, now=NOW + timedelta(days=1_000))


def test_dying_at_every_place_was_tried(folder):
    """With one more it gets through."""
    made(folder, ANNA)
    halting = Halting(folder.root)
    halting.left = PLACES_OF_AN_ORDER
    forget(halting, ANNA.batch)
    assert set() == found(folder, ANNA)


def test_what_was_deleted_by_hand_does_not_matter(folder):
    """Without its ticket an order is found by its name, without its order the photo by a record."""
    made(folder, ANNA)
    folder.delete(f"batches/figurines/{ANNA.batch}.json")
    folder.delete(f"manifests/figurines/{ANNA.batch}/current.json")
    assert set() != found(folder, ANNA)
    forget(folder, ANNA.batch)
    assert set() == found(folder, ANNA)
    made(folder, BEN)
    folder.delete(BEN.key)
    forget(folder, BEN.batch)
    assert set() == found(folder, BEN)


def test_a_photo_that_the_order_named_before_goes_too(folder):
    """An order that was mended names another photo; the first one was taken in, and is known."""
    made(folder, ANNA)
    mended = Person("Anna", photo_name="anna-2.png", seed=5)
    made(folder, mended)
    forget(folder, ANNA.batch)
    assert (set(), set()) == (found(folder, ANNA), found(folder, mended))


@pytest.mark.parametrize(
    "order",
    [
        b"photo: anna.png\n",
        b"photo: anna.png\nconsent: no\n",
        b"photo: anna.png\nconsent: yes\nheight_mm: tall\n",
        b"photo: [anna.png\n",
        "photo: anna.png\nconsent: maybe\n".encode("utf-16"),
    ],
    ids=["no consent", "consent refused", "a bad field", "no yaml", "of Windows"],
)
def test_an_order_that_was_refused_is_forgotten_with_its_photo(folder, order):
    """It cannot be read as an order; the photos whose names stand in it are its own."""
    placed(folder, ANNA)
    placed(folder, BEN)
    folder.put(ANNA.key, order)
    folder.put(f"quarantine/figurines/{ANNA.batch}.json", b"[]")
    forget(folder, ANNA.batch)
    assert sorted([BEN.key, BEN.photo_key, f"batches/figurines/{BEN.batch}.json"]) == keys(folder)


def test_an_order_made_by_hand_is_forgotten(folder):
    """What ``maquette make`` put aside is found as well."""
    by_hand = Person("Anna", place="by-hand/faces/")
    made(folder, by_hand)
    forget(folder, by_hand.batch)
    assert [] == keys(folder)


@pytest.mark.parametrize("line", ["stickers", "roto", "prints", "motion"])
def test_batches_of_other_lines_are_refused(folder, line):
    """A slip of the hand deletes no pack."""
    batch = write_ticket(folder, line=line, key="inbox/prompts/cats.csv")
    with pytest.raises(InputError, match=rf"FORGET_LINE.*{line}"):
        forget(folder, batch)
    assert [f"batches/{line}/{batch}.json"] == keys(folder)


@pytest.mark.parametrize("batch", ["", "..", "a/b", "../inbox"])
def test_a_batch_that_is_none_is_refused(folder, batch):
    """Nothing is deleted by a name that is no name."""
    made(folder, ANNA)
    before = keys(folder)
    with pytest.raises(InputError, match="KEY_INVALID"):
        forget(folder, batch)
    assert before == keys(folder)


def test_what_nobody_knows_is_nothing_to_forget(folder):
    """A batch that is gone already is gone."""
    made(folder, ANNA)
    before = keys(folder)
    assert () == forget(folder, "nobody-00000000").keys
    assert before == keys(folder)


@pytest.mark.parametrize(
    ("more", "told", "ends_after"),
    [
        ("", "", 30),
        ("", "7", 7),
        ("keep_days: 3\n", "7", 3),
        ("keep_days: 90\n", "", 90),
        ("height_mm: tall\n", "7", 7),
    ],
    ids=["the default", "the installation's", "its own, shorter", "its own, longer", "unreadable"],
)
def test_an_order_is_due_after_its_days(folder, monkeypatch, more, told, ends_after):
    """Its own days, else those of the installation, else thirty, from its ticket on."""
    monkeypatch.setenv("MAQUETTE_FACES_KEEP_DAYS", told)
    person = Person("Anna", more=more)
    made(folder, person)
    start = folder.entry(f"batches/figurines/{person.batch}.json").time
    for past, expected in ((-1, []), (1, [person.batch])):
        now = start + timedelta(days=ends_after, seconds=past)
        assert expected == due(folder, now=now)


def test_those_that_are_due_come_oldest_first(folder):
    """And those that are not do not come."""
    people = [Person(name) for name in ("Cleo", "Anna", "Ben")]
    batches = [made(folder, person) for person in people]
    for batch, days in zip(batches, (40, 50, 10), strict=True):
        age(folder, batch, days=days)
    assert [batches[1], batches[0]] == due(folder, now=NOW)


def test_a_photo_without_an_order_is_due_as_well(folder):
    """Nobody agreed to anything: what lies in the inbox alone goes after the default time."""
    folder.put("inbox/faces/stray.png", png(ANNA.rgb))
    placed(folder, BEN)
    now = datetime.now(UTC) + timedelta(days=31)
    assert {batch_of("inbox/faces/stray.png"), BEN.batch} == set(due(folder, now=now))
    for batch in due(folder, now=now):
        forget(folder, batch)
    assert [] == keys(folder)


@pytest.mark.parametrize("days", ["0", "-1", "soon", "1.5"])
def test_a_time_that_is_none_is_told(folder, monkeypatch, days):
    """Nobody keeps faces for ever, or deletes today's, by a slip of the hand."""
    monkeypatch.setenv("MAQUETTE_FACES_KEEP_DAYS", days)
    with pytest.raises(InputError, match=r"FACES_KEEP_DAYS.*whole days"):
        due(folder, now=NOW)
