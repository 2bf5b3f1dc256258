"""The sticker line from upload to delivery, through Dagster, on pictures that cost nothing."""

import json
import logging
import zipfile
from io import BytesIO
from pathlib import Path

import dagster as dg
import pytest

from bench.hostile_batches import codes_of, picture_fates
from bench.orders import prompts_of, upload_of
from bench.through_dagster import Bench
from maquette.batch.records import checked_blob
from maquette.batch.store import FolderStore
from maquette.errors import InputError, ToolError
from maquette.formats.usd_rules import faults
from maquette.lines import stickers
from pipeline_assets.stickers import STICKERS
from resources.store import StoreResource
from tests.batch.kills import broken_objects
from tests.hostile import SOUND, hostile_prompt_sets, png_of, sample, saved
from tests.pictures.test_hostile import HARMLESS

COUNT = 4
ASSETS = [asset.key.path[-1] for asset in STICKERS]


@pytest.fixture(scope="module", autouse=True)
def quiet():
    """Dagster tells every event; nobody reads it here."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def instance():
    """One instance for all, kept in memory."""
    with dg.DagsterInstance.ephemeral() as held:
        yield held


@pytest.fixture
def bench(tmp_path, instance):
    """A store of its own."""
    return Bench(tmp_path, engine="stored", instance=instance)


def made(bench, prompts=None):
    """A batch that was run well."""
    upload = upload_of(prompts or prompts_of(COUNT), size_px=512)
    ran = bench.run(bench.put(upload))
    assert ran.success, ran.error
    return ran


def delivered(bench, batch):
    """The names and sums of what lies in the delivery."""
    index = bench.store.get(f"deliveries/stickers/{batch}/index.json")
    return json.loads(index)["files"]


@pytest.fixture(scope="module")
def finished(tmp_path_factory, instance):
    """A batch, made once for all tests that only look at it."""
    held = Bench(tmp_path_factory.mktemp("finished"), engine="stored", instance=instance)
    return held, made(held)


def test_a_prompt_set_becomes_a_pack(finished):
    """Each prompt is delivered as PNG, GLB, USDZ and preview, and all of them in one zip."""
    bench, ran = finished
    names = delivered(bench, ran.batch)
    for folder, suffix in (("png", "png"), ("glb", "glb"), ("usdz", "usdz"), ("preview", "png")):
        found = [n for n in names if n.startswith(f"bench/{folder}/") and n.endswith(f".{suffix}")]
        assert len(found) == COUNT
    folder = f"deliveries/stickers/{ran.batch}/"
    pack = zipfile.ZipFile(BytesIO(bench.store.get(f"{folder}bench.zip")))
    assert pack.testzip() is None
    about = json.loads(pack.read("pack.json"))
    assert prompts_of(COUNT) == [sticker["prompt"] for sticker in about["stickers"]]


def test_every_asset_is_committed_and_checked(finished):
    """Each asset has one good row per sticker, and its check passed."""
    bench, ran = finished
    rows = {m.asset: len(m.delivered) for m in bench.finished(ran.batch)}
    assert {**dict.fromkeys(ASSETS, COUNT), "sticker_packs": 1} == rows
    assert dict.fromkeys(ASSETS, True) == ran.passed


def test_every_package_keeps_the_rules(finished):
    """No USDZ of the batch breaks a rule of Quick Look."""
    bench, ran = finished
    refs = [row.object("usdz") for row in bench.manifest("sticker_usdz", ran.batch).rows]
    assert [()] * COUNT == [faults(checked_blob(bench.store, ref)) for ref in refs]


def test_nothing_half_written_is_left(finished):
    """Every object is what its name says, and no temporary file remains."""
    bench, _ = finished
    assert [] == broken_objects(bench.store.root)
    assert [] == list((bench.store.root / ".half-made").iterdir())


def test_the_same_batch_again_makes_nothing(bench):
    """No item is made, no engine is used, and every asset keeps its data version."""
    first = made(bench)
    digests = [m.digest for m in bench.finished(first.batch)]
    names = delivered(bench, first.batch)
    again = bench.run(first.batch)
    assert again.success
    assert {} == again.engine_items
    assert [0] * len(ASSETS) == [again.made(asset) for asset in ASSETS]
    assert digests == [m.digest for m in bench.finished(first.batch)]
    assert names == delivered(bench, first.batch)


@pytest.mark.parametrize(
    "prompts",
    [
        pytest.param(prompts_of(COUNT, changed=[1]), id="one prompt changed"),
        pytest.param(["a wise turtle", *prompts_of(COUNT)], id="a row inserted on top"),
    ],
)
def test_one_difference_makes_one_item(bench, prompts):
    """What did not change is reused in every asset, wherever it stands in the file."""
    made(bench)
    ran = made(bench, prompts)
    assert {"stored": 1, "u2netp": 1, "guided": 1} == ran.engine_items
    assert [1] * 5 == [ran.made(asset) for asset in ASSETS[1:6]]
    assert len(prompts) == len(bench.manifest("sticker_usdz", ran.batch).delivered)


def test_two_stores_get_identical_files(finished, bench):
    """Every delivered file of the same upload has the same bytes, packs included."""
    other, ran = finished
    assert delivered(other, ran.batch) == delivered(bench, made(bench).batch)


def test_hostile_photos_are_set_aside_one_by_one(bench):
    """Each is refused with a code of its own and the sound sticker beside it is delivered."""
    found = picture_fates(bench)
    assert len(found) >= 120
    assert [] == [fate for fate in found if fate.crashed]
    fine = (SOUND, *HARMLESS)
    silent = [f.name for f in found if not f.codes and not any(sign in f.name for sign in fine)]
    assert [] == silent
    assert [] == broken_objects(bench.store.root)


SETS = list(hostile_prompt_sets())
# what these hold is odd but can be read, and is made safe on the way
TOLERATED = {
    "half a letter.csv",
    "utf-16.csv",
    "right to left override.json",
    "path as id (fine, it is slugged).json",
    "nested.parquet",
}


def tolerated(name):
    """Whether a hostile set is meant to be made all the same: names of files and packs are."""
    return name in TOLERATED or "pack name" in name or name.endswith(("passwd.csv", "byte.csv"))


def test_hostile_prompt_sets_are_refused_or_lose_rows(bench):
    """Each of them ends in a coded refusal, or in rows set aside with a code."""
    silent = []
    for name, data in SETS:
        batch = bench.submitted(data, name=name)
        try:
            codes = [row.code for row in stickers.take_in(bench.store, batch=batch).quarantined]
        except InputError as refused:
            codes = [refused.code]
        if not codes and not tolerated(name) and not name.startswith("nnn"):
            silent.append(name)
    assert len(SETS) >= 80
    assert [] == silent


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        pytest.param("nothing.csv", b"", "PROMPT_SET_EMPTY", id="empty file"),
        pytest.param("cut.json", b'[{"prompt": "a c', "PROMPT_SET_DAMAGED", id="truncated"),
        pytest.param("a.exe", b"prompt\na cat\n", "PROMPT_SET_TYPE", id="wrong type"),
        pytest.param(
            "many.csv", b"prompt\n" + b"a cat\n" * 10_001, "PROMPT_SET_TOO_MANY_ROWS", id="10001"
        ),
    ],
)
def test_a_set_that_cannot_be_read_fails_its_run_with_a_code(bench, name, data, code):
    """The run ends at its first asset, is not retried, and nothing is committed."""
    ran = bench.run(bench.submitted(data, name=name))
    assert (False, code) == (ran.success, ran.error)
    assert [] == [e.key for e in bench.store.list("manifests/")]


def test_ten_thousand_rows_are_taken_in(bench):
    """The largest set that is allowed becomes ten thousand rows."""
    data = "prompt\n" + "".join(f"cat {n}\n" for n in range(10_000))
    batch = bench.submitted(data.encode(), name="large.csv")
    assert 10_000 == len(stickers.take_in(bench.store, batch=batch).delivered)


BAD_ROWS = {
    "PROMPT_TOO_LONG": {"prompt": "cat " * 25_000},
    "PROMPT_CONTROL_CHARACTERS": {"prompt": "a\x07cat\x1b[31m"},
    "PROMPT_STYLE_UNKNOWN": {"prompt": "a cat", "style": "gothic"},
    "PROMPT_SCALE_RANGE": {"prompt": "a cat", "scale": -1},
    "PROMPT_EMPTY": {"style": "cartoon"},
    "ROW_ID_DUPLICATE": {"prompt": "another", "id": "sound"},
    "PICTURE_PATH": {"picture": "../../../etc/passwd"},
    "PICTURE_MISSING": {"id": "missing", "picture": "nowhere.png"},
    "PICTURE_TOO_MANY_PIXELS": {"id": "bomb", "picture": "bomb.png"},
    "PICTURE_TYPE": {"id": "text", "picture": "text.png"},
    "PICTURE_TRUNCATED": {"id": "cut", "picture": "cut.png"},
}


def test_bad_rows_are_set_aside_each_with_its_code(bench):
    """A batch of nothing but trouble and one sound row delivers that row and tells the others."""
    photo = saved(sample(), "PNG")
    photos = {
        "bomb": png_of(65_535, 65_535),
        "text": b"no picture",
        "cut": photo[: len(photo) // 2],
    }
    for name, data in photos.items():
        bench.store.put(f"inbox/prompts/{name}.png", data)
    rows = [{"prompt": "a sound row", "id": "sound"}, *BAD_ROWS.values()]
    upload = json.dumps({"name": "../../x", "stickers": rows}).encode()
    ran = bench.run(bench.put(upload, name="trouble.json"))
    assert ran.success, ran.error
    assert sorted(BAD_ROWS) == sorted(codes_of(bench, ran.batch).values())
    assert ["sound"] == [r.item for r in bench.manifest("sticker_usdz", ran.batch).delivered]
    told = json.loads(bench.store.get(f"quarantine/stickers/{ran.batch}.json"))
    assert all(one["code"] in BAD_ROWS and one["reason"] for one in told)
    expected = {"x/preview/sound.png", "x.zip", "x/sheet.jpg", "x/pack.json"}
    assert expected <= set(delivered(bench, ran.batch))
    assert [] == [p.name for p in bench.store.root.parent.iterdir() if p.name != "store"]


class Filling(FolderStore):
    """A folder on a disk that is full after so many writes."""

    left = 0

    def put(self, key, data):
        """Write, if there is room."""
        self._take(key)
        super().put(key, data)

    def put_if_absent(self, key, data):
        """Write, if there is room."""
        self._take(key)
        return super().put_if_absent(key, data)

    def copy(self, source, target):
        """Write, if there is room."""
        self._take(target)
        super().copy(source, target)

    def _take(self, key):
        Filling.left -= 1
        if Filling.left < 0:
            raise ToolError("STORE_FULL", f"no space left while writing {key}", fix="free space")


class FillingResource(StoreResource):
    """Opens such a folder."""

    def open(self):
        """The folder."""
        return Filling(Path(self.url))


@pytest.mark.parametrize("writes", [0, 21, 55], ids=lambda n: f"after {n} writes")
def test_a_full_disk_fails_the_run_and_the_next_one_completes_it(
    tmp_path, instance, finished, monkeypatch, writes
):
    """Wherever the store fails: a code, nothing half-written, and in the end the same delivery."""
    monkeypatch.setattr(dg.RetryPolicy, "calculate_delay", lambda self, attempt: 0.0)
    full = Bench(
        tmp_path,
        engine="stored",
        instance=instance,
        store=FillingResource(url=str(tmp_path / "store")),
    )
    batch = full.put(upload_of(prompts_of(COUNT), size_px=512))
    Filling.left = writes
    ran = full.run(batch)
    assert (False, "STORE_FULL") == (ran.success, ran.error)
    assert [] == broken_objects(tmp_path / "store")
    Filling.left = 1_000_000
    again = full.run(batch)
    assert again.success, again.error
    assert delivered(finished[0], finished[1].batch) == delivered(full, batch)
