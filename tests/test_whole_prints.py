"""The print line from inbox to delivery through Dagster, on plain shapes and without weights."""

import json
import logging
import os
import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg
import numpy as np
import pytest
import yaml

from jobs.orders import order_prints
from maquette.batch.manifests import current
from maquette.batch.store import FolderStore
from maquette.formats.png import write_picture
from maquette.provenance import Provenance
from pipeline_assets.definitions import build_defs
from pipeline_assets.prints import PRINTS
from resources.engines import EnginesResource
from resources.store import StoreResource
from sensors.uploads import new_print_orders
from tests import zoo
from tests.batch.kills import broken_objects

pytest.importorskip("manifold3d")
ASSETS = [asset.key.path[-1] for asset in PRINTS]
INBOX = "inbox/prints/"
# for resin nothing is sliced, and that takes longest
SMALL = {"faces": 5000, "formats": ["stl"], "printer": {"kind": "sla"}}
FORMATS = ["stl", "3mf", "glb", "obj"]
BLOB = {"prompt": "a blob", "target_dimensions": {"z": 60}, "formats": FORMATS, "printer": {}}


@pytest.fixture(scope="module", autouse=True)
def quiet():
    """Dagster tells every event; nobody reads it here."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    """A real instance on SQLite, as in the first minute of a user; one for all."""
    with dg.DagsterInstance.local_temp(str(tmp_path_factory.mktemp("dagster"))) as made:
        yield made


@dataclass(frozen=True)
class Ran:
    """What a run said of itself."""

    batch: str
    success: bool
    metadata: dict  # asset -> what stands beside its materialisation
    passed: dict  # asset and check -> whether it passed

    def counts(self, asset):
        """Items of an asset that were made, reused and set aside."""
        said = self.metadata[asset]
        return tuple(
            said[name].value if name in said else 0
            for name in ("items_made", "items_reused", "items_quarantined")
        )


class House:
    """A store, the definitions of production on plain shapes, and the daemon's part."""

    def __init__(self, root, instance):
        self.store = FolderStore(root)
        self.resource = StoreResource(url=str(root))
        self.instance = instance
        engines = EnginesResource(image_generator="stored")
        self.job = build_defs(store=self.resource, engines=engines).resolve_job_def("make_prints")

    def put(self, name, data, *, age_s=60):
        """An upload that has been there for a while."""
        self.store.put(INBOX + name, data)
        then = datetime.now(UTC).timestamp() - age_s
        os.utime(self.store.root / (INBOX + name), (then, then))

    def order(self, name, *, age_s=60, **fields):
        """An order of small prints unless told otherwise."""
        self.put(f"{name}.yaml", yaml.safe_dump({**SMALL, **fields}).encode(), age_s=age_s)

    def tick(self):
        """What the sensor answers now: run requests, and what it says where there are none."""
        context = dg.build_sensor_context(
            instance=self.instance, resources={"store": self.resource}
        )
        answer = new_print_orders(context)
        for wish in answer.dynamic_partitions_requests or []:
            self.instance.add_dynamic_partitions(
                wish.partitions_def_name, list(wish.partition_keys)
            )
        said = answer.skip_reason.skip_message if answer.skip_reason else ""
        return list(answer.run_requests or []), said

    def run(self, name="", **fields):
        """Place an order, if one is named, and run what the sensor asks for."""
        if name:
            self.order(name, **fields)
        (request,), _ = self.tick()
        result = self.job.execute_in_process(
            instance=self.instance,
            partition_key=request.partition_key,
            tags=dict(request.tags),
            raise_on_error=False,
        )
        events = [event for event in result.all_events if event.is_step_materialization]
        made = [event.step_materialization_data.materialization for event in events]
        return Ran(
            request.partition_key,
            result.success,
            {one.asset_key.path[-1]: one.metadata for one in made},
            {
                (c.asset_key.path[-1], c.check_name): c.passed
                for c in result.get_asset_check_evaluations()
            },
        )

    def rows(self, asset, batch):
        """What an asset holds of a batch."""
        return current(self.store, asset=asset, batch=batch).rows

    def delivered(self, batch):
        """What lies in the delivery, and what was set aside."""
        return json.loads(self.store.get(f"deliveries/prints/{batch}/index.json"))

    def file(self, batch, name):
        """A delivered file."""
        return self.store.get(f"deliveries/prints/{batch}/{name}")


@pytest.fixture
def house(tmp_path, instance):
    """A store of its own."""
    return House(tmp_path / "store", instance)


@pytest.fixture(scope="module")
def finished(tmp_path_factory, instance):
    """A figure that was printed from words, for all tests that only look at it or reuse it."""
    held = House(tmp_path_factory.mktemp("finished"), instance)
    return held, held.run("blob", **BLOB)


def stl_of(mesh, *, scale=1000.0):
    """A binary STL of a mesh, in its own axes."""
    corners = (mesh.points * scale)[mesh.faces].astype("<f4")
    facets = [struct.pack("<12fH", 0, 0, 0, *corner.ravel(), 0) for corner in corners]
    return bytes(80) + struct.pack("<I", len(facets)) + b"".join(facets)


def size_mm(stl):
    """The size of a binary STL along x, y and z."""
    (count,) = struct.unpack_from("<I", stl, 80)
    kind = np.dtype([("n", "<f4", 3), ("v", "<f4", (3, 3)), ("a", "<u2")])
    corners = np.frombuffer(stl, kind, count, 84)["v"].reshape(-1, 3)
    return np.ptp(corners, axis=0).tolist()


def test_an_order_waits_for_its_model(house):
    """The tick says what is missing; when it has come, and is whole, there is one run."""
    house.order("big", model="box.stl", priority="interactive")
    assert "big.yaml waits for box.stl" in house.tick()[1]
    house.put("box.stl", stl_of(zoo.box()), age_s=0)
    assert "1 still settling" in house.tick()[1]
    house.put("box.stl", stl_of(zoo.box()))
    (request,), _ = house.tick()
    assert "10" == request.tags["dagster/priority"]
    assert request.partition_key in house.instance.get_dynamic_partitions("print_batches")


def test_words_become_files_for_a_slicer(finished):
    """All assets say how many and by what; every format, sheet and page is delivered."""
    house, ran = finished
    assert ran.success
    assert [(1, 0, 0)] * len(ASSETS) == [ran.counts(asset) for asset in ASSETS]
    assert dict.fromkeys([(a, "few_set_aside") for a in ASSETS], True).items() <= ran.passed.items()
    assert ("print_files", "fit_to_print") in ran.passed
    assert "inflate" in ran.metadata["print_models"]["engines"].value
    names = set(house.delivered(ran.batch)["files"])
    wanted = {f"blob/blob.{ending}" for ending in FORMATS}
    wanted |= {f"blob/{name}.json" for name in ("mending", "examination", "card")}
    wanted |= {"blob/turntable.webp", "blob/card.png", "blob/examination.png", "blob/concept.png"}
    assert wanted <= names
    (row,) = ran.metadata["print_files"]["prints"].value.records
    assert row.data["verdict"] in ("ok", "look", "bad")
    assert [] == broken_objects(house.store.root)


def test_prints_have_the_ordered_size(finished):
    """Read again from the file, to a hundredth of a millimetre."""
    house, ran = finished
    assert pytest.approx(60, abs=0.01) == size_mm(house.file(ran.batch, "blob/blob.stl"))[2]


def test_the_page_finds_all_its_files(finished):
    """Every link of the page leads to a delivered file."""
    house, ran = finished
    page = house.file(ran.batch, "index.html").decode()
    named = set(re.findall(r'(?:href|src|data-viewer|data-model|data-glb)="([^"#]+)"', page))
    files = {*house.delivered(ran.batch)["files"], "index.json"}
    assert set() == {name for name in named if not name.startswith("data:")} - files


def test_the_same_upload_again_makes_nothing(finished):
    """Touched, it is a new version with a run of its own, which finds everything made."""
    house, ran = finished
    before = [current(house.store, asset=a, batch=ran.batch).digest for a in ASSETS]
    again = house.run("blob", age_s=30, **BLOB)
    assert ran.batch == again.batch
    assert [(0, 1, 0)] * len(ASSETS) == [again.counts(asset) for asset in ASSETS]
    assert before == [current(house.store, asset=a, batch=ran.batch).digest for a in ASSETS]


def test_two_stores_get_identical_files(house, finished):
    """The same order has the same bytes."""
    other, ran = finished
    mine = house.run("blob", **BLOB)
    assert other.delivered(ran.batch)["files"] == house.delivered(mine.batch)["files"]


def test_another_size_of_a_delivered_print_makes_no_model(finished):
    """Its solid is found by its recipe; a factor multiplies the delivered size."""
    house, ran = finished
    again = house.run("half", model=f"{ran.batch}/blob", scale_factor=0.5, base_mm=1.5)
    assert [(0, 1, 0)] * 3 == [again.counts(asset) for asset in ASSETS[:3]]
    assert (1, 0, 0) == again.counts("print_files")
    solids = [house.rows("print_solids", batch)[0] for batch in (ran.batch, again.batch)]
    assert solids[0].object("solid") == solids[1].object("solid")
    whole = size_mm(house.file(ran.batch, "blob/blob.stl"))
    half = size_mm(house.file(again.batch, "half/half.stl"))
    assert pytest.approx(whole[2] / 2 - 1.5, abs=0.01) == half[2]


def test_a_delivered_print_keeps_its_size_unless_told(finished):
    """A smaller one is a delivered print, too: its own size is what counts."""
    house, ran = finished
    half = house.run("third", model=f"{ran.batch}/blob", scale_factor=0.3)
    same = house.run("same", model=f"{half.batch}/third", formats=["stl", "obj"])
    sizes = [
        size_mm(house.file(b, n))
        for b, n in ((half.batch, "third/third.stl"), (same.batch, "same/same.stl"))
    ]
    assert pytest.approx(sizes[0], abs=0.01) == sizes[1]


def test_concepts_are_pictures_to_choose_from(house):
    """The order ends with them; the one that is chosen is not drawn again."""
    ran = house.run("idea", prompt="a blob", operation="concept", count=2)
    assert (ran.success, {"idea/idea.png", "idea-2/idea-2.png"}) == (
        True,
        {name for name in house.delivered(ran.batch)["files"] if name.endswith(".png")},
    )
    chosen = house.run("chosen", concept=f"{ran.batch}/idea-2")
    assert [(0, 1, 0), (1, 0, 0)] == [chosen.counts(asset) for asset in ASSETS[:2]]
    assert "chosen/chosen.stl" in house.delivered(chosen.batch)["files"]


def test_an_uploaded_model_is_stretched_to_its_sides(house):
    """A box of 100 mm, three sides given."""
    house.put("box.stl", stl_of(zoo.box(0.1)))
    sides = {"x": 4, "y": 2, "z": 3, "unit": "cm"}
    ran = house.run("flat", model="box.stl", target_dimensions=sides, proportions="stretch")
    size = size_mm(house.file(ran.batch, "flat/flat.stl"))
    assert pytest.approx([40, 20, 30], abs=0.01) == size


def test_an_uploaded_model_keeps_its_size(house):
    """Nobody asked for another one."""
    house.put("box.stl", stl_of(zoo.box(0.1)))
    ran = house.run("kept", model="box.stl")
    size = size_mm(house.file(ran.batch, "kept/kept.stl"))
    assert pytest.approx([100, 100, 100], abs=0.01) == size


@pytest.mark.parametrize("form", ["relief", "lithophane", "cookie-cutter", "keychain"])
def test_pictures_are_pressed(house, form):
    """Each form becomes a solid of the size that was ordered."""
    house.put("ball.png", write_picture(zoo.ball(), Provenance()))
    ran = house.run("flat", pictures="ball.png", form=form, target_dimensions={"x": 50})
    assert ran.success
    size = size_mm(house.file(ran.batch, "ball/ball.stl"))
    assert pytest.approx(50, abs=0.01) == size[0]


def test_bad_pictures_cost_their_own_prints_only(house):
    """One with nothing in it and one that is none are told; the third is delivered."""
    house.put("ball.png", write_picture(zoo.ball(), Provenance()))
    house.put("empty.png", write_picture(zoo.empty(), Provenance()))
    house.put("noise.png", b"this is no picture")
    ran = house.run("three", pictures=["ball.png", "empty.png", "noise.png"])
    index = house.delivered(ran.batch)
    codes = {one["item"]: one["code"] for one in index["set_aside"]}
    assert {"empty": "MASK_EMPTY", "noise": "PICTURE_TYPE"} == codes
    assert (True, True) == (ran.success, "ball/ball.stl" in index["files"])
    page = house.file(ran.batch, "index.html").decode()
    assert all(code in page for code in codes.values())


MODELS = {
    "an empty file": b"",
    "one face": stl_of(zoo.box())[:84].replace(b"\x0c\0\0\0", b"\x01\0\0\0") + bytes(50),
    "text": b"solid nothing\nendsolid nothing\n",
    "no model": b"hello",
}


@pytest.mark.parametrize("data", MODELS.values(), ids=MODELS)
def test_a_bad_model_is_told(house, data):
    """The run goes on to say what is wrong, with a code and a way out."""
    house.put("bad.stl", data)
    ran = house.run("bad", model="bad.stl")
    (told,) = house.delivered(ran.batch)["set_aside"]
    assert ran.success
    assert told["fix"]
    assert not told["code"].startswith(("STAGE_", "GLB_"))


def test_an_unknown_model_is_told(house):
    """Nothing is made of it, the page says why, and the check fails."""
    ran = house.run("lost", model="cats-1f3a9c02/cat")
    (told,) = house.delivered(ran.batch)["set_aside"]
    assert ("REFERENCE_UNKNOWN", False) == (
        told["code"],
        ran.passed["print_concepts", "few_set_aside"],
    )


def test_a_mistake_in_an_order_fails_its_run(house):
    """Half an order would print the wrong thing."""
    assert not house.run("wrong", prompt="a blob", target_dimensions={"z": 0}).success


def test_an_order_from_the_launchpad_starts_a_run(house):
    """The form's order goes before others."""
    done = order_prints.execute_in_process(
        run_config={"ops": {"place_print_order": {"config": {"prompt": "a blob"}}}},
        resources={"store": house.resource},
    )
    (key,) = [entry.key for entry in house.store.list(INBOX)]
    assert done.success
    then = datetime.now(UTC).timestamp() - 60
    os.utime(house.store.root / key, (then, then))
    (request,), _ = house.tick()
    assert (key, "10") == (request.tags["maquette/upload_key"], request.tags["dagster/priority"])
