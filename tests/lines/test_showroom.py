"""The showroom: pages of packs, newest batch first, with links that lead somewhere."""

import json
import re

import pytest

from maquette.batch.host import Host
from maquette.batch.runner import LocalPlace, Runner
from maquette.batch.store import FolderStore
from maquette.batch.uploads import submit, write_ticket
from maquette.engines import chosen
from maquette.lines import stickers
from maquette.lines.showroom import renew


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store with two delivered batches, the second one newer."""
    store = FolderStore(tmp_path_factory.mktemp("store"))
    for name in ("older", "newer <b>"):
        data = f"# name: {name}\nprompt\na cat\n".encode()
        key = submit(store, line="stickers", name=f"{name}.csv", data=data)
        batch = write_ticket(store, line="stickers", key=key)
        place = LocalPlace(Host(store))
        stickers.make(Runner(store, place, chosen({"ImageGenerator": "stored"})), batch=batch)
    return store


def page(store, path=""):
    """A page of the deliveries as text."""
    return store.get(f"deliveries/stickers/{path}index.html").decode()


def test_the_newest_batch_comes_first_and_names_are_escaped(store):
    """Both packs are on the page of all; a name is never markup."""
    text = page(store)
    assert 0 < text.index("newer &lt;b&gt;") < text.index("older")
    assert "newer <b>" not in text


def test_every_link_leads_somewhere(store):
    """Pages and pictures that any page names exist, from the page of all down to the pack's."""
    root = store.root / "deliveries" / "stickers"
    pages = sorted(root.rglob("index.html"))
    assert 5 == len(pages)
    for found in pages:
        links = re.findall(r'(?:href|src)="([^"#]+)"', found.read_text(encoding="utf-8"))
        assert links
        files = [link for link in links if not link.startswith("data:")]
        assert [] == [link for link in files if not (found.parent / link).exists()], found


@pytest.fixture(scope="module")
def with_gaps(tmp_path_factory):
    """Two packs of one set, of which one row could not be read and one photo is missing."""
    store = FolderStore(tmp_path_factory.mktemp("gaps"))
    rows = ["a cat,cartoon,", "a fox,cartoon,", "a dragon,baroque,", "my own dog,cartoon,dog.jpg"]
    data = "\n".join(["# name: gaps", "prompt,style,picture", *rows]).encode()
    key = submit(store, line="stickers", name="gaps.csv", data=data)
    batch = write_ticket(store, line="stickers", key=key)
    runner = Runner(store, LocalPlace(Host(store)), chosen({"ImageGenerator": "stored"}))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(stickers, "PACK_SIZE", 1)
        return store, stickers.make(runner, batch=batch).delivery.folder


def test_what_was_not_made_is_told_once(with_gaps):
    """The last pack, its pack.json and the batch's page tell it; the packs before do not."""
    store, folder = with_gaps
    names = ("gaps-1/index.html", "gaps-2/index.html", "index.html")
    pages = [store.get(folder + name).decode() for name in names]
    assert [False, True, True] == ["Not made" in page for page in pages]
    assert [False, True, True] == ["field style" in page for page in pages]
    assert [False, True, True] == ["dog.jpg" in page for page in pages]
    abouts = [json.loads(store.get(f"{folder}gaps-{n}/pack.json")) for n in (1, 2)]
    told = [[(one["words"], one["code"]) for one in about["not_made"]] for about in abouts]
    aside = [("my own dog", "PICTURE_MISSING"), ("bad-row-3", "PROMPT_STYLE_UNKNOWN")]
    assert [[], aside] == told


def test_renewing_changes_nothing_by_itself(store):
    """The same packs give the same page."""
    before = page(store)
    renew(store)
    assert before == page(store)


def test_a_batch_that_was_never_delivered_is_not_shown(store):
    """A ticket alone puts nothing on the page."""
    write_ticket(store, line="stickers", key="inbox/prompts/only-uploaded.csv")
    renew(store)
    assert "only-uploaded" not in page(store)


def test_a_delivery_tells_its_upload(store):
    """The index names the upload and its checksum, so that whoever waits knows it is done."""
    names = [e.key for e in store.list("deliveries/stickers/") if e.key.endswith("/index.json")]
    assert 2 == len(names)
    assert all(b'"upload"' in store.get(name) for name in names)
