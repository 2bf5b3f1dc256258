"""What a figurine is made of: one row of an order and its photo, or what is wrong with them."""

import pytest

from maquette.batch.store import FolderStore
from maquette.batch.uploads import write_ticket
from maquette.errors import InputError
from maquette.lines.figurine_sources import take_in
from maquette.pictures.face_photos import MOST_BYTES
from maquette.provenance import PHOTOGRAPH

PLACE = "inbox/faces/"
ORDER = "photo: zoe.jpg\nconsent: yes\n"


@pytest.fixture
def store(tmp_path):
    """A store with a photo in the inbox; nobody looks at it here."""
    made = FolderStore(tmp_path)
    made.put(f"{PLACE}zoe.jpg", b"a photo")
    return made


def taken(store, text, name="zoe.yaml"):
    """The one row of an order."""
    store.put(PLACE + name, text.encode())
    batch = write_ticket(store, line="figurines", key=PLACE + name)
    (row,) = take_in(store, batch=batch).rows
    return row


def test_an_order_and_its_photo_are_one_row(store):
    """Every option of the stages by its name, and the photo's own checksum in the provenance."""
    row = taken(store, ORDER + "template: bust\ntext: Zoe\nheight_mm: 80\nprinter: {kind: sla}")
    photo = row.object("photo")
    assert b"a photo" == store.get(photo.key)
    assert ((photo.sha256,), PHOTOGRAPH) == (row.provenance.parents, row.provenance.source_type)
    wanted = {"template": "bust", "text": "Zoe", "height_mm": 80.0, "printer": {"kind": "sla"}}
    assert wanted == {name: row.params[name] for name in wanted}
    assert ("zoe", "zoe", False) == (row.item, row.params["title"], row.params["show_face"])


def test_a_quality_that_nobody_asked_for_is_left_to_the_grading(store):
    """So that a better default is not kept from old orders."""
    assert "quality" not in taken(store, ORDER).params
    assert 0.25 == taken(store, ORDER + "quality: 0.25").params["quality"]


@pytest.mark.parametrize(
    ("formats", "written", "ar"),
    [
        ("", ["stl", "3mf", "glb"], True),
        ("formats: [stl]", ["stl"], False),
        ("formats: [usdz]", ["glb"], True),
    ],
    ids=["all", "one", "for AR"],
)
def test_formats_go_to_who_writes_them(store, formats, written, ar):
    """The writer of prints knows no USDZ, and its page shows a GLB where nothing else is wanted."""
    row = taken(store, ORDER + formats)
    assert (written, ar) == (row.params["formats"], row.params["ar"])


@pytest.mark.parametrize(
    ("text", "code", "details"),
    [
        ("photo: zoe.jpg", "CONSENT_MISSING", {"field": "consent"}),
        ("photo: [", "ORDER_DAMAGED", {}),
        ("photo: eve.jpg\nconsent: yes", "PHOTO_MISSING", {"field": "photo", "photo": "eve.jpg"}),
    ],
    ids=["no consent", "broken", "no photo"],
)
def test_an_order_that_cannot_be_made_is_a_row_that_says_why(store, text, code, details):
    """With nothing of the photo in it."""
    row = taken(store, text)
    assert (code, details, ()) == (row.code, row.details, row.objects)
    assert row.fix
    assert [] == list(store.list("blobs/"))


def test_a_photo_that_is_too_large_is_not_copied(store):
    """Its size is known before it is read."""
    store.put(f"{PLACE}zoe.jpg", bytes(MOST_BYTES + 1))
    row = taken(store, ORDER)
    expected = {"size_bytes": MOST_BYTES + 1, "maximum_bytes": MOST_BYTES}
    assert ("PHOTO_TOO_LARGE", expected) == (row.code, row.details)
    assert [] == list(store.list("blobs/"))


def test_a_batch_without_upload_is_no_order(store):
    """There is nobody to tell."""
    with pytest.raises(InputError, match="BATCH_UNKNOWN"):
        take_in(store, batch="nobody-00000000")
