"""The roto line from inbox to delivery through Dagster, on a tiny shot and without weights."""

import json
import logging
import os
from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg
import pytest
import yaml

from jobs.orders import order_roto
from maquette.batch.manifests import current
from maquette.batch.store import FolderStore
from maquette.lines.roto_arrivals import READY
from pipeline_assets.definitions import build_defs
from pipeline_assets.housekeeping import roto_catalogue
from pipeline_assets.roto import ROTO
from resources.engines import EnginesResource
from resources.store import StoreResource
from sensors.uploads import new_shots
from tests import shots
from tests.batch.kills import broken_objects

pytest.importorskip("av")
ASSETS = [asset.key.path[-1] for asset in ROTO]
BY_PLATE = ("roto_masks", "roto_mattes", "roto_exports")  # the others have one row an object
FRAMES = 8
INBOX = "inbox/shots/"


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

    success: bool
    metadata: dict  # asset -> what stands beside its materialisation
    passed: dict  # asset -> its check

    def counts(self, asset):
        """Items of an asset that were made, reused and set aside."""
        said = self.metadata[asset]
        return tuple(said[f"items_{fate}"].value for fate in ("made", "reused", "quarantined"))


class House:
    """A store, the definitions of production on engines without weights, and the daemon's part."""

    def __init__(self, root, instance):
        self.store = FolderStore(root)
        self.resource = StoreResource(url=str(root))
        self.instance = instance
        self.job = build_defs(
            store=self.resource,
            engines=EnginesResource(
                roto_segmenter="grabcut",
                roto_matter="guided",
                tracker="flow-snap",
                settings={"flow-snap": {"segmenter": "none"}},
            ),
        ).resolve_job_def("make_roto")

    def put(self, name, data, *, age_s=60):
        """An upload of bytes or a file, that has been there for a while."""
        key = INBOX + name
        if isinstance(data, bytes):
            self.store.put(key, data)
        else:
            self.store.put_file(key, data)
        then = datetime.now(UTC).timestamp() - age_s
        os.utime(self.store.root / key, (then, then))

    def order(self, name="disc.yaml", *, age_s=60, **fields):
        """An order for the disc, by a box on its first plate unless told otherwise."""
        prompts = [{"frame": 1001, "box": shots.box(0)}]
        objects = fields.pop("objects", [{"name": "Disc", "prompts": prompts}])
        tree = {"deliver": ["png"], "objects": objects, **fields}
        self.put(name, yaml.safe_dump(tree).encode(), age_s=age_s)

    def tick(self):
        """What the sensor answers now: run requests, and what it says where there are none."""
        context = dg.build_sensor_context(
            instance=self.instance, resources={"store": self.resource}
        )
        answer = new_shots(context)
        for wish in answer.dynamic_partitions_requests or []:
            self.instance.add_dynamic_partitions(
                wish.partitions_def_name, list(wish.partition_keys)
            )
        said = answer.skip_reason.skip_message if answer.skip_reason else ""
        return list(answer.run_requests or []), said

    def run(self, request):
        """One run of `make_roto`, as the daemon would launch it."""
        result = self.job.execute_in_process(
            instance=self.instance,
            partition_key=request.partition_key,
            tags=dict(request.tags),
            raise_on_error=False,
        )
        events = [event for event in result.all_events if event.is_step_materialization]
        made = [event.step_materialization_data.materialization for event in events]
        return Ran(
            result.success,
            {one.asset_key.path[-1]: one.metadata for one in made},
            {c.asset_key.path[-1]: c.passed for c in result.get_asset_check_evaluations()},
        )

    def rows(self, asset, batch):
        """What an asset holds of a batch."""
        return current(self.store, asset=asset, batch=batch).rows

    def delivered(self, batch):
        """What lies in the delivery, and what was set aside."""
        return json.loads(self.store.get(f"deliveries/roto/{batch}/index.json"))


@pytest.fixture
def house(tmp_path, instance):
    """A store of its own, with the movie in its inbox."""
    held = House(tmp_path / "store", instance)
    held.put("disc.mkv", shots.write_movie(tmp_path / "disc.mkv", FRAMES))
    return held


def painted(house, tmp_path, *numbers):
    """Prompts with true masks of these frames, which are uploaded."""
    for n in numbers:
        house.put(f"disc_{n}.png", shots.write_mask(tmp_path / f"disc_{n}.png", n))
    return [{"frame": 1001 + n, "mask": f"disc_{n}.png"} for n in numbers]


def test_an_order_waits_for_its_footage(tmp_path, instance):
    """The tick says what is missing; when it has come, and is whole, there is one run."""
    house = House(tmp_path / "store", instance)
    house.order(priority="interactive", deliver=["png"])
    requests, said = house.tick()
    assert [] == requests
    assert "disc.yaml waits for disc.mov or a folder disc/ with _READY" in said
    movie = shots.write_movie(tmp_path / "disc.mkv", 2)
    house.put("disc.mkv", movie, age_s=0)
    requests, said = house.tick()
    assert ([], True) == (requests, "1 still settling" in said)
    house.put("disc.mkv", movie)
    (request,), _ = house.tick()
    assert "10" == request.tags["dagster/priority"]
    assert request.partition_key in instance.get_dynamic_partitions("roto_batches")


def test_a_folder_of_frames_is_waited_for_until_it_is_marked(tmp_path, instance):
    """Frames may come one by one; the marker says that all are there."""
    house = House(tmp_path / "store", instance)
    house.order(
        "stills.yaml", objects=[{"name": "a", "prompts": [{"frame": 1001, "clicks": [[24, 32]]}]}]
    )
    for path in shots.write_frames(tmp_path / "stills", 3).iterdir():
        house.put(f"stills/{path.name}", path)
    assert "stills.yaml waits for" in house.tick()[1]
    house.put(f"stills/{READY}", b"")
    assert 1 == len(house.tick()[0])


@pytest.mark.parametrize(
    ("priority", "tag"), [("normal", None), ("background", "-10")], ids=["normal", "background"]
)
def test_priorities_become_tags_of_runs(house, priority, tag):
    """The queue reads the tag; a normal order has none."""
    house.order(priority=priority)
    (request,), _ = house.tick()
    assert tag == request.tags.get("dagster/priority")


def test_a_shot_goes_from_inbox_to_delivery(house):
    """All assets say how many, by what, with a picture; files are delivered; checks pass."""
    house.order(deliver=["png", "exr", "qc"])
    (request,), _ = house.tick()
    ran = house.run(request)
    assert ran.success
    assert dict.fromkeys(ASSETS, True) == ran.passed
    for asset in ("plates", "roto_masks", "roto_mattes"):
        assert "data:image/jpeg;base64," in ran.metadata[asset]["contact_sheet"].value, asset
    assert (FRAMES, 0, 0) == ran.counts("roto_masks") == ran.counts("roto_mattes")
    assert "flow-snap" == ran.metadata["roto_masks"]["engines"].value
    assert "guided" == ran.metadata["roto_mattes"]["engines"].value
    (row,) = ran.metadata["roto_masks"]["objects"].value.records
    assert ("disc/disc", FRAMES, "1001") == tuple(row.data[n] for n in ("object", "plates", "keys"))
    assert 5 == len(row.data["least_sure"].split(", "))
    files = house.delivered(request.partition_key)["files"]
    # plates of the object as PNG and EXR, the merged plates, the movie and its sheet
    assert FRAMES * 3 + 2 == len(files) == ran.metadata["roto_exports"]["files"].value
    assert "disc/disc_qc.mp4" == ran.metadata["roto_exports"]["to_judge_by"].value
    assert [] == broken_objects(house.store.root)
    assert ([], True) == (house.tick()[0], "nothing new" in house.tick()[1])


def test_the_same_upload_again_makes_nothing(house):
    """Touched, it is a new version with a run of its own, which finds everything made."""
    house.order(deliver=["png", "exr", "qc"])
    (request,), _ = house.tick()
    house.run(request)
    before = [current(house.store, asset=a, batch=request.partition_key).digest for a in ASSETS]
    house.order(deliver=["png", "exr", "qc"], age_s=30)
    (again,), _ = house.tick()
    assert (request.partition_key, True) == (again.partition_key, request.run_key != again.run_key)
    ran = house.run(again)
    assert [0] * 3 == [ran.counts(asset)[0] for asset in BY_PLATE]
    assert FRAMES == ran.counts("roto_masks")[1]
    after = [current(house.store, asset=a, batch=request.partition_key).digest for a in ASSETS]
    assert before == after


def test_a_correction_makes_the_spans_it_touches(house, tmp_path):
    """A mask on one more plate: the run around it is made anew in every asset, the rest is kept."""
    keys = painted(house, tmp_path, 0, 4, 7)
    house.order(objects=[{"name": "Disc", "prompts": keys}])
    house.run(house.tick()[0][0])
    more = painted(house, tmp_path, 0, 2, 4, 7)
    house.order(objects=[{"name": "Disc", "prompts": more}], age_s=30)
    (request,), _ = house.tick()
    ran = house.run(request)
    touched = list(range(1001, 1006))  # up to the next key, which both runs share
    for asset in BY_PLATE:
        rows = house.rows(asset, request.partition_key)
        assert touched == [r.params["frame"] for r in rows if r.origin == "made"], asset
        assert (len(touched), FRAMES - len(touched), 0) == ran.counts(asset), asset


def test_a_correction_leaves_merged_plates_alone_beside_it(house, tmp_path):
    """Of files that all objects share, too, only those of the plates it touches are made anew."""
    forms = {"deliver": ["png", "exr", "cryptomatte"]}
    keys = painted(house, tmp_path, 0, 4, 7)
    house.order(objects=[{"name": "Disc", "prompts": keys}], **forms)
    house.run(house.tick()[0][0])
    more = painted(house, tmp_path, 0, 2, 4, 7)
    house.order(objects=[{"name": "Disc", "prompts": more}], age_s=30, **forms)
    (request,), _ = house.tick()
    ran = house.run(request)
    rows = house.rows("roto_exports", request.partition_key)
    made = [row.params["frame"] for row in rows if row.origin == "made"]
    assert sorted(3 * list(range(1001, 1006))) == sorted(made)
    assert (15, 3 * FRAMES - 15, 0) == ran.counts("roto_exports")


def test_a_stuck_object_does_not_hold_the_others(house):
    """One mask never came: its object is told and warned of, the other one is delivered."""
    found = {"name": "Disc", "prompts": [{"frame": 1001, "box": shots.box(0)}]}
    lost = {"name": "Ghost", "prompts": [{"frame": 1001, "mask": "ghost.png"}]}
    house.order(objects=[lost, found])
    (request,), _ = house.tick()
    ran = house.run(request)
    assert ran.success
    told = ran.metadata["roto_masks"]["set_aside"].value.records
    assert ["MASK_MISSING"] == [record.data["code"] for record in told]
    index = house.delivered(request.partition_key)
    assert FRAMES == len(index["files"])
    assert ["MASK_MISSING"] == [one["code"] for one in index["set_aside"]]


def test_the_catalogue_is_an_asset(house, instance):
    """Its table has a row for each object, and figures say how far they have come."""
    house.order(project="Circus", client="Acme")
    house.run(house.tick()[0][0])
    result = dg.materialize(
        [roto_catalogue], resources={"store": house.resource}, instance=instance
    )
    (event,) = result.asset_materializations_for_node("roto_catalogue")
    assert (1, 1) == tuple(event.metadata[n].value for n in ("objects", "objects delivered"))
    (record,) = event.metadata["table"].value.records
    assert ("Circus", "Acme", "disc", "delivered") == tuple(
        record.data[n] for n in ("project", "client", "object", "status")
    )


def test_an_order_from_the_launchpad_starts_a_run(house):
    """The form's order lies beside the footage it names, and goes before others."""
    form = {"footage": "disc.mkv", "objects": ["a ball"], "deliver": ["png"]}
    done = order_roto.execute_in_process(
        run_config={"ops": {"place_roto_order": {"config": form}}},
        resources={"store": house.resource},
    )
    (key,) = [e.key for e in house.store.list(INBOX) if e.key.endswith(".yaml")]
    assert done.success
    then = datetime.now(UTC).timestamp() - 60
    os.utime(house.store.root / key, (then, then))
    (request,), _ = house.tick()
    assert (key, "10") == (request.tags["maquette/upload_key"], request.tags["dagster/priority"])
