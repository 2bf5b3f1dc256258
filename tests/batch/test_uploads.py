"""Uploads: names, versions and tickets."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maquette.batch import uploads
from maquette.batch.store import Entry, checked
from maquette.batch.uploads import (
    Version,
    batch_of,
    is_upload,
    read_upload,
    slug,
    submit,
    upload_key,
    write_ticket,
)
from maquette.errors import InputError

NAMES = st.text(max_size=60)


@given(name=NAMES)
def test_any_name_makes_a_batch_key(name):
    """Whatever people type, a batch is letters, digits and hyphens, and a valid part of a key."""
    batch = batch_of(f"inbox/prompts/{name}")
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*-[0-9a-f]{8}", batch)
    assert checked(f"batches/stickers/{batch}.json")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Space Cats!", "space-cats"),
        ("Süße Kätzchen", "suße-katzchen".replace("ß", "e").replace("suee", "sue")),
        ("../../etc/passwd", "etc-passwd"),
        ("🐱", "untitled"),
        ("", "untitled"),
        ("x" * 90, "x" * 40),
        ("a" * 39 + "-b", "a" * 39),
    ],
    ids=["plain", "accents", "climbing", "no letters", "empty", "long", "cut at a hyphen"],
)
def test_slugs(text, expected):
    """Lower case, single hyphens, no accents, forty characters at most."""
    assert expected == slug(text)


def test_uploads_never_share_a_batch():
    """The same name in another folder or with another ending is another batch."""
    keys = ["inbox/prompts/a.csv", "inbox/prompts/a.yaml", "inbox/prompts/x/a.csv"]
    assert 3 == len({batch_of(key) for key in keys})
    assert batch_of(keys[0]).startswith("a-")


def test_a_version_is_key_etag_and_time():
    """Each of the three makes another version; the batch stays that of the key."""
    versions = [
        Version("k", "e", "m"),
        Version("k2", "e", "m"),
        Version("k", "e2", "m"),
        Version("k", "e", "m2"),
        Version("k\ne", "", "m"),
    ]
    assert 5 == len({version.id for version in versions})
    assert versions[0].batch == versions[2].batch == versions[3].batch


IGNORED = [
    "cat.png",
    "cat.JPG",
    ".DS_Store",
    ".hidden.csv",
    "~$lock.csv",
    "a.csv.part",
    "a.crdownload",
    "a.tmp",
    "",  # the empty object that a console makes for a new folder
]


@pytest.mark.parametrize("name", IGNORED, ids=repr)
def test_photos_and_half_copied_files_are_no_uploads(name):
    """What lies beside prompt sets starts nothing."""
    assert not is_upload(Entry(f"inbox/prompts/{name}", 1, "e", "2026-01-01T00:00:00Z"))


@pytest.mark.parametrize("name", ["a.csv", "a.b.yaml", "README", "x/y/a.json", "a.unknown"])
def test_everything_else_is_an_upload(name):
    """Also what cannot be read: the person who put it there is told."""
    assert is_upload(Entry(f"inbox/prompts/{name}", 1, "e", "2026-01-01T00:00:00Z"))


def test_a_ticket_leads_from_the_batch_back_to_the_upload(store):
    """Written twice it says the same."""
    key = "inbox/prompts/Süße Kätzchen.csv"
    batch = write_ticket(store, line="stickers", key=key)
    assert batch == write_ticket(store, line="stickers", key=key) == batch_of(key)
    assert key == upload_key(store, line="stickers", batch=batch)


def test_a_batch_nobody_uploaded_is_told(store):
    """A key typed by hand is an input error."""
    with pytest.raises(InputError, match=r"BATCH_UNKNOWN.*no-such"):
        upload_key(store, line="stickers", batch="no-such")


def test_an_upload_is_read_whole(store):
    """Bytes as they were put."""
    store.put("inbox/prompts/a.csv", b"prompt\na cat\n")
    store.put("inbox/prompts/a.csv.more", b"other")
    assert b"prompt\na cat\n" == read_upload(store, "inbox/prompts/a.csv")


def test_an_upload_that_is_gone_is_told(store):
    """Deleted between launch and run."""
    with pytest.raises(InputError, match="UPLOAD_GONE"):
        read_upload(store, "inbox/prompts/a.csv")


def test_an_upload_too_large_is_refused_unread(store, monkeypatch):
    """The size is looked at before the bytes."""
    monkeypatch.setattr(uploads, "UPLOAD_BYTES_AT_MOST", 10)
    store.put("inbox/prompts/a.csv", b"x" * 11)
    with pytest.raises(InputError, match=r"UPLOAD_TOO_LARGE.*11 bytes, 10 are"):
        read_upload(store, "inbox/prompts/a.csv")


def test_submitting_the_same_twice_is_one_upload(store):
    """Equal name and bytes are one; other bytes get a number; nothing is overwritten."""
    args = {"line": "stickers", "name": "My Cats.yaml"}
    one = submit(store, data=b"1", **args)
    assert one == submit(store, data=b"1", **args) == "inbox/prompts/my-cats.yaml"
    assert "inbox/prompts/my-cats-2.yaml" == submit(store, data=b"2", **args)
    assert (b"1", 2) == (store.get(one), sum(1 for _ in store.list("inbox/")))


@given(name=NAMES)
def test_whatever_a_submission_is_called_its_key_is_ours(name):
    """No name reaches a path: folder, slug and ending are made by us."""

    class Taking:
        def put_if_absent(self, key, data):
            assert checked(key)
            assert re.fullmatch(r"inbox/prompts/nightly/[a-z0-9-]+\.[a-z0-9-]+", key)
            return bool(data)

    submit(Taking(), line="stickers", name=name, data=b"1", place="inbox/prompts/nightly/")
