"""The bench of the figurine line runs it as production does, and is not fooled by refusals."""

from pathlib import Path

import pytest
import yaml
from PIL import Image

from bench.figurine_run import made, submitted
from bench.figurines import ROWS, RUN, _lost, ordered, orders
from bench.kills import run
from bench.motion_run import Counted
from maquette.batch.host import Host
from maquette.batch.private import private_store
from maquette.batch.store import FolderStore
from maquette.solids.bodies.templates import TEMPLATES

pytest.importorskip("skimage")


def refused(folder: Path) -> Path:
    """An order without consent: it ends before anything is looked at."""
    order = ordered(folder)
    order.write_text(yaml.safe_dump(yaml.safe_load(order.read_text()) | {"consent": False}))
    return order


def test_orders_are_complete(tmp_path, monkeypatch):
    """One per body, each with its photo beside it and the consent that the line asks for."""
    monkeypatch.delenv("MAQUETTE_TESTDATA", raising=False)
    found = dict(orders(tmp_path))
    assert list(TEMPLATES) == list(found)
    for template, order in found.items():
        said = yaml.safe_load(order.read_text())
        assert (True, template) == (said["consent"], said["template"])
        with Image.open(order.parent / said["photo"]) as photo:
            assert (512, 512) == photo.size


def test_photos_come_along_where_they_are(tmp_path, monkeypatch):
    """From the collection's folder, under their own names."""
    (tmp_path / "data/faces").mkdir(parents=True)
    (tmp_path / "data/faces/one_01.jpg").write_bytes(b"a photo")
    monkeypatch.setenv("MAQUETTE_TESTDATA", str(tmp_path / "data"))
    name, order = list(orders(tmp_path / "orders"))[-1]
    assert ("one_01", b"a photo") == (name, (order.parent / "one_01.jpg").read_bytes())


def test_a_refusal_is_told(tmp_path):
    """An order that comes to nothing is quick: a bench must count it as lost."""
    answer = run(tmp_path / "store", refused(tmp_path / "order"), by=RUN)
    (lost,) = _lost(answer)
    assert "CONSENT_MISSING" in lost
    assert {} == answer["worked"]


def test_all_lies_apart_as_in_production(tmp_path):
    """Whatever is made of an order lies in its own folder of the store."""
    store = FolderStore(tmp_path / "store")
    batch = submitted(store, ordered(tmp_path / "order"))
    place = Counted(Host(private_store(store, batch)))
    order = tmp_path / "store/inbox/faces/astronaut.yaml"
    order.write_text(order.read_text().replace("consent: true", "consent: false"))
    finished = made(store, batch, place=place)
    assert ["CONSENT_MISSING"] == [one["code"] for one in finished.delivery.set_aside]
    assert not list(store.list("blobs/"))
    assert list(store.list(f"private/{batch}/blobs/"))


def test_the_rows_that_were_promised_are_there():
    """Times, bodies, alignment, styles, twice the same, and kills."""
    assert {"time", "solids", "align", "styles", "twice", "kill"} <= ROWS.keys()
