"""The motion line from inbox to delivery through Dagster, on a drawn clip that carries alpha."""

import json
import logging
import os
from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg
import pytest
import yaml

from jobs.orders import order_motion
from maquette.batch.manifests import current
from maquette.batch.store import FolderStore
from maquette.batch.uploads import READY
from maquette.lines.motion import NAMED
from pipeline_assets.definitions import build_defs
from pipeline_assets.motion import MOTION
from resources.store import StoreResource
from sensors.uploads import new_clips
from tests.batch.kills import broken_objects
from tests.drawn_clips import Clip, write_cutouts

pytest.importorskip("av")
pytest.importorskip("skimage")
BY_TOOLS = (".web.glb", ".abc")  # written only where their tools are installed
ASSETS = [asset.key.path[-1] for asset in MOTION]
INBOX = "inbox/motion/"
FRAMES = 16
SMALL = {"clip": "walk", "mode": "fast", "faces": 1_500}


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


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """The frames of the clip, by name."""
    folder = write_cutouts(tmp_path_factory.mktemp("clips") / "walk", Clip(FRAMES, 96))
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


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
        names = ("items_made", "items_reused", "items_quarantined")
        return tuple(said[name].value if name in said else 0 for name in names)


class House:
    """A store, the definitions of production, and the daemon's part."""

    def __init__(self, root, instance):
        self.store = FolderStore(root)
        self.resource = StoreResource(url=str(root))
        self.instance = instance
        self.job = build_defs(store=self.resource).resolve_job_def("make_motion")

    def put(self, name, data, *, age_s=60):
        """An upload that has been there for a while."""
        self.store.put(INBOX + name, data)
        then = datetime.now(UTC).timestamp() - age_s
        os.utime(self.store.root / (INBOX + name), (then, then))

    def put_clip(self, drawn, name="walk", **age):
        """A folder of frames, its marker last."""
        for frame, data in drawn.items():
            self.put(f"{name}/{frame}", data, **age)
        self.put(f"{name}/{READY}", b"", **age)

    def order(self, name, **fields):
        """An order of a small mesh."""
        self.put(f"{name}.yaml", yaml.safe_dump({**SMALL, **fields}).encode())

    def tick(self):
        """What the sensor answers now: run requests, and what it says where there are none."""
        context = dg.build_sensor_context(
            instance=self.instance, resources={"store": self.resource}
        )
        answer = new_clips(context)
        for wish in answer.dynamic_partitions_requests or []:
            self.instance.add_dynamic_partitions(
                wish.partitions_def_name, list(wish.partition_keys)
            )
        said = answer.skip_reason.skip_message if answer.skip_reason else ""
        return list(answer.run_requests or []), said

    def run(self, request):
        """One run of `make_motion`, as the daemon would launch it."""
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

    def delivered(self, batch):
        """What lies in the delivery, and what was set aside."""
        return json.loads(self.store.get(f"deliveries/motion/{batch}/index.json"))


@pytest.fixture
def house(tmp_path, instance):
    """A store of its own."""
    return House(tmp_path / "store", instance)


@pytest.fixture(scope="module")
def finished(tmp_path_factory, instance, drawn):
    """A clip that was made, for all tests that only look at it or reuse it."""
    held = House(tmp_path_factory.mktemp("finished"), instance)
    held.order("walk")
    held.put_clip(drawn)
    (request,), _ = held.tick()
    return held, request, held.run(request)


def test_an_order_waits_for_its_clip(house, drawn):
    """The tick says what is missing; frames that still come are waited for, too."""
    house.order("walk", priority="interactive")
    assert "walk.yaml waits for walk" in house.tick()[1]
    house.put_clip(drawn, age_s=0)
    assert "1 still settling" in house.tick()[1]
    house.put_clip(drawn)
    (request,), _ = house.tick()
    assert "10" == request.tags["dagster/priority"]
    assert request.partition_key in house.instance.get_dynamic_partitions("motion_batches")


def test_a_folder_alone_starts_a_run_of_its_name(house, drawn):
    """No order is needed."""
    house.put_clip(drawn, "big dance")
    (request,), _ = house.tick()
    assert request.partition_key.startswith("big-dance-")


def test_a_clip_becomes_files_that_play(finished):
    """All assets say how many and by what; every file is delivered, with a page."""
    house, _, ran = finished
    assert ran.success
    counts = [ran.counts(asset) for asset in ASSETS]
    assert [(FRAMES, 0, 0), (1, 0, 0), (FRAMES + 1, 0, 0)] == counts
    assert {True} == set(ran.passed.values())
    assert {("motion_meshes", "follows_clip")} | {(a, "few_set_aside") for a in ASSETS} == set(
        ran.passed
    )
    assert "silhouette" in ran.metadata["motion_meshes"]["engines"].value
    names = set(house.delivered(ran.batch)["files"])
    wanted = {f"walk/mesh_{n:03d}.glb" for n in range(FRAMES)}
    wanted |= {f"walk/{name}" for name in NAMED.values() if not name.endswith(BY_TOOLS)}
    assert wanted | {"index.html"} <= names
    assert [] == broken_objects(house.store.root)


def test_the_run_shows_what_was_made(finished):
    """Cut-outs and posters as sheets, and a table of clips with what each took."""
    _, _, ran = finished
    sheets = [name for name in ASSETS if "contact_sheet" in ran.metadata[name]]
    assert ["motion_frames", "animated_meshes"] == sheets
    (row,) = ran.metadata["motion_meshes"]["clips"].value.records
    assert {"clip", "faces", "frames", "follows", "seconds_following"} <= set(row.data)
    assert row.data["faces"] <= 1_500


def test_a_second_run_makes_nothing(finished):
    """Whatever is there is found; the data versions are the same."""
    house, request, first = finished
    before = [current(house.store, asset=a, batch=first.batch).digest for a in ASSETS]
    again = house.run(request)
    counts = [again.counts(asset) for asset in ASSETS]
    assert [(0, FRAMES, 0), (0, 1, 0), (0, FRAMES + 1, 0)] == counts
    assert before == [current(house.store, asset=a, batch=first.batch).digest for a in ASSETS]


def test_an_order_from_the_launchpad_speaks_for_its_clip(house, drawn):
    """The sensor starts the order, and not the clip beside it."""
    house.put_clip(drawn)
    form = {"clip": "walk", "mode": "fast", "frames": [0, 15], "subject": "a dragon"}
    result = order_motion.execute_in_process(
        run_config={"ops": {"place_motion_order": {"config": form}}},
        resources={"store": house.resource},
    )
    assert result.success
    house.put("walk.yaml", house.store.get(f"{INBOX}walk.yaml"))
    (request,), _ = house.tick()
    assert request.tags["maquette/upload_key"].endswith("walk.yaml")


def test_two_clips_of_which_one_is_bad(house, drawn):
    """The good one is delivered, the run goes well, and the check warns."""
    house.put_clip(drawn)
    house.put_clip(dict(list(drawn.items())[:15]), "short")
    house.order("both", clip=None, clips=["walk", "short"])
    (request,), _ = house.tick()
    ran = house.run(request)
    assert ran.success
    assert not ran.passed["motion_frames", "few_set_aside"]
    index = house.delivered(ran.batch)
    assert ["CLIP_TOO_SHORT"] == [one["code"] for one in index["set_aside"]]
    assert "walk/animated_mesh.glb" in index["files"]


def test_a_broken_order_fails_its_run_with_a_code(house):
    """And is not tried again."""
    house.order("walk", mode="faster")
    (request,), _ = house.tick()
    assert not house.run(request).success
