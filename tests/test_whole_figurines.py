"""The figurine line from an order and a photo to its delivery, with the embedded engines."""

import io
import json
import logging
import os
import re
import shutil
import zipfile
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import dagster as dg
import jsonschema
import numpy as np
import pytest
import yaml
from PIL import Image

from maquette.batch.host import Host
from maquette.batch.private import private_store
from maquette.batch.runner import LocalPlace, Runner
from maquette.batch.store import FolderStore
from maquette.batch.uploads import write_ticket
from maquette.checks import check_file
from maquette.engines import chosen
from maquette.engines.shelf import shelf_file
from maquette.errors import EngineError
from maquette.lines import figurines
from maquette.lines.error_form import error_schema
from maquette.lines.figurine_sources import take_in
from pipeline_assets.definitions import build_defs
from pipeline_assets.figurines import FIGURINES
from resources.store import StoreResource
from sensors.uploads import new_faces
from tests import drawn_faces, zoo
from tests.batch.kills import broken_objects
from tests.faces import astronaut

pytest.importorskip("manifold3d")

PLACE = "inbox/faces/"
# as few points as a figurine can have; for resin nothing is sliced, and that takes long
SMALL = {"consent": True, "height_mm": 40, "template": "bust", "printer": {"kind": "sla"}}
# markup, quotes and signs that files forbid, and as long as a name may be
HOSTILE = ('"><img src=x onerror=alert(1)>&amp;</title>Zoë ' + "n" * 200)[:200]
FILES = {
    *(f".{ending}" for ending in ("stl", "3mf", "glb", "usdz")),
    *("/portrait.png", "/turntable.webp", "/card.png", "/card.json", "/quality.json"),
    *("/examination.png", "/examination.json"),
}


def png(rgba):
    """Pixels as a file."""
    held = io.BytesIO()
    Image.fromarray(rgba).save(held, "PNG")
    return held.getvalue()


ASTRONAUT = astronaut().rgba


class Line:
    """One order in a store, and a runner for it as production makes them."""

    def __init__(self, root, photo=None, *, order="zoe", **fields):
        self.shared = FolderStore(root)
        if photo is not None:
            self.shared.put(f"{PLACE}zoe.png", photo)
        text = yaml.safe_dump({"photo": "zoe.png", **SMALL, **fields}, allow_unicode=True)
        key = f"{PLACE}{order}.yaml"
        self.shared.put(key, text.encode())
        self.batch = write_ticket(self.shared, line="figurines", key=key)
        self.store = private_store(self.shared, self.batch)
        self.runner = self.fresh()

    def fresh(self):
        """A runner that knows nothing of what was done before."""
        place = LocalPlace(Host(self.store))
        return Runner(self.store, place, chosen(line="figurines"), salt=self.batch)

    def made(self):
        """The whole line."""
        return figurines.make(self.runner, batch=self.batch)

    def delivered(self, name):
        """A file of the delivery."""
        return self.store.get(f"deliveries/figurines/{self.batch}/{name}")


@pytest.fixture(scope="module", autouse=True)
def weights():
    """The embedded engines' weights, as the shelf has them."""
    try:
        for name in ("yunet", "modnet", "sface"):
            shelf_file(name)
    except EngineError as trouble:
        pytest.skip(str(trouble))


@pytest.fixture(scope="module")
def zoe(tmp_path_factory):
    """An order that was interrupted before the figure was made, then made whole."""
    line = Line(tmp_path_factory.mktemp("zoe"), png(ASTRONAUT), name=HOSTILE, text="Zoë")
    photos = figurines.photograph(line.runner, take_in(line.store, batch=line.batch))
    figurines.draw(line.runner, photos)
    line.runner = line.fresh()
    return line, line.made()


def test_every_file_is_there_and_keeps_its_rules(zoe):
    """All that was promised, and no check finds a fault in any of it."""
    line, made = zoe
    (row,) = made.manifests[-1].delivered
    expected = {f"{row.item}/{row.item}{f}" if f[0] == "." else f"{row.item}{f}" for f in FILES}
    assert expected | {"index.html"} <= set(made.delivery.files)
    assert "errors.json" not in made.delivery.files
    folder = line.shared.root / made.delivery.folder
    for path in (folder, *folder.glob(f"{row.item}/*.glb"), *folder.glob(f"{row.item}/*.usdz")):
        assert [] == [str(one) for one in check_file(path).faults], path.name


def test_an_interrupted_order_goes_on_where_it_was(zoe):
    """What was made before is found, what was not is made."""
    tallies = zoe[0].runner.tallies
    before, after = ("find_face", "cut_head", "stylise"), ("sculpt", "examine", "write_print")
    assert [(0, 1)] * 3 == [(tallies[name].made, tallies[name].reused) for name in before]
    assert [(1, 0)] * 3 == [(tallies[name].made, tallies[name].reused) for name in after]


def test_nothing_lies_outside_of_the_orders_own_folder(zoe):
    """No blob or record is where another batch could find it, and none is broken."""
    line, _ = zoe
    assert [] == [*line.shared.list("blobs/"), *line.shared.list("records/")]
    assert [] == broken_objects(line.shared.root / "private" / line.batch)


def test_a_hostile_name_is_only_words(zoe):
    """On the page, in the 3MF, in the GLB, and in file names."""
    line, made = zoe
    (row,) = made.manifests[-1].delivered
    assert re.fullmatch(r"[a-z0-9-]{1,48}", row.item)
    assert b"<img src=x" not in line.delivered("index.html")
    archive = zipfile.ZipFile(io.BytesIO(line.delivered(f"{row.item}/{row.item}.3mf")))
    told = ET.fromstring(archive.read("3D/3dmodel.model"))  # noqa: S314 - our own
    titles = [one.text for one in told if one.attrib.get("name") == "Title"]
    assert [HOSTILE] == titles
    assert HOSTILE == json.loads(line.delivered(f"{row.item}/card.json"))["title"]


def test_the_provenance_of_files_names_nobody(zoe):
    """Neither the order's name nor the text on the base; it goes wherever the file goes."""
    line, made = zoe
    (row,) = made.manifests[-1].delivered
    data = line.delivered(f"{row.item}/{row.item}.glb")
    head = json.loads(data[20 : 20 + int.from_bytes(data[12:16], "little")])
    told = json.dumps(head["asset"]["extras"], ensure_ascii=False)
    assert "sculpt" in told
    assert "Zoë" not in told


def test_quality_is_told_in_parts(zoe):
    """Each under its own name, with who measured it; the overall one passes the gate."""
    line, made = zoe
    (row,) = made.manifests[-1].delivered
    told = json.loads(line.delivered(f"{row.item}/quality.json"))
    parts = {part["name"]: part["by"] for part in told["parts"]}
    assert {"identity", "style", "alignment", "seam", "stability"} <= parts.keys()
    assert "sface" == parts["identity"]
    assert told["least"] <= told["overall"] == row.scores["quality"]


def test_an_order_may_leave_the_style_to_the_stylist(zoe):
    """The stylist's first is named from then on, in the page too."""
    line, made = zoe
    styles = {row.params["style"] for manifest in made.manifests[1:] for row in manifest.rows}
    assert {"toon"} == styles
    assert b"drawn as toon" in line.delivered("index.html")


def test_a_second_run_makes_nothing(zoe):
    """All of it is found, and what is delivered is the same."""
    line, made = zoe
    line.runner = line.fresh()
    again = line.made()
    assert 0 == sum(tally.made for tally in line.runner.tallies.values())
    assert made.delivery.files == again.delivery.files
    assert [m.digest for m in made.manifests] == [m.digest for m in again.manifests]


def test_the_same_order_elsewhere_has_the_same_bytes(zoe, tmp_path):
    """Two stores that know nothing of each other."""
    line = Line(tmp_path, png(ASTRONAUT), name=HOSTILE, text="Zoë")
    assert zoe[1].delivery.files == line.made().delivery.files


def test_two_orders_of_one_photo_share_nothing(zoe):
    """Another order of the same photo in the same store makes everything anew, in its own place."""
    other = Line(zoe[0].shared.root, order="again")
    figurines.photograph(other.runner, take_in(other.store, batch=other.batch))
    assert 1 == other.runner.tallies["find_face"].made
    mine, others = (
        {e.key for e in other.shared.list(f"private/{batch}/")}
        for batch in (other.batch, zoe[0].batch)
    )
    assert mine
    assert set() == mine & others


def test_a_figurine_below_the_asked_quality_is_not_delivered(zoe):
    """The gate names the worst part; no file is handed over, and the error tells the marks."""
    line = Line(zoe[0].shared.root, png(ASTRONAUT), name=HOSTILE, text="Zoë", quality=1.0)
    made = line.made()
    assert ["QUALITY_LOW"] == [row.code for row in made.manifests[-1].quarantined]
    assert set() == {name for name in made.delivery.files if name.endswith((".stl", ".png"))}
    error = json.loads(line.delivered("errors.json"))["error"]
    assert {"overall", "least", "marks"} <= error["details"].keys()


@pytest.fixture
def quiet():
    """Dagster tells every event; nobody reads it here."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def asked(instance, resource):
    """The one run that the sensor asks for."""
    context = dg.build_sensor_context(instance=instance, resources={"store": resource})
    answer = new_faces(context)
    for wish in answer.dynamic_partitions_requests:
        instance.add_dynamic_partitions(wish.partitions_def_name, list(wish.partition_keys))
    (request,) = answer.run_requests
    return request


@pytest.mark.usefixtures("quiet")
def test_dagster_finds_what_the_line_made_and_shows_no_face(zoe, tmp_path):
    """Sensor, job, checks: one run under the same salt, so nothing is made, and no sheet shown."""
    shutil.copytree(zoe[0].shared.root, tmp_path / "store")
    shutil.rmtree(tmp_path / "store" / "inbox")
    line = Line(tmp_path / "store", png(ASTRONAUT), name=HOSTILE, text="Zoë")
    for path in (line.shared.root / PLACE).iterdir():
        os.utime(path, (1e9, 1e9))  # the sensor waits for what is still changing
    resource = StoreResource(url=str(line.shared.root))
    job = build_defs(store=resource).resolve_job_def("make_figurines")
    (tmp_path / "dagster").mkdir()
    with dg.DagsterInstance.local_temp(str(tmp_path / "dagster")) as instance:
        request = asked(instance, resource)
        run = job.execute_in_process(
            instance=instance, partition_key=request.partition_key, tags=dict(request.tags)
        )
    events = [event for event in run.all_events if event.is_step_materialization]
    said = {
        one.asset_key.path[-1]: one.metadata
        for event in events
        if (one := event.step_materialization_data.materialization)
    }
    assets = [asset.key.path[-1] for asset in FIGURINES]
    assert [0] * 4 == [said[name]["items_made"].value for name in assets]
    assert [] == [name for name in assets if "contact_sheet" in said[name]]
    assert line.batch == request.partition_key
    checks = {one.check_name: one.passed for one in run.get_asset_check_evaluations()}
    assert checks["good_likeness"]
    assert all(checks.values()), checks


def two(rgba):
    """The same person twice."""
    return np.concatenate([rgba, rgba], axis=1)


def moving(rgba):
    """Two frames."""
    held = io.BytesIO()
    first, second = (Image.fromarray(np.roll(rgba, n, axis=1)) for n in (0, 9))
    first.save(held, "WEBP", save_all=True, append_images=[second], duration=100)
    return held.getvalue()


REFUSED = {
    "no consent": (png(ASTRONAUT), {"consent": False}, "CONSENT_MISSING"),
    "no photo": (None, {}, "PHOTO_MISSING"),
    "no picture": (b"GIF89a", {}, "PHOTO_TYPE"),
    "animated": (moving(ASTRONAUT), {}, "PHOTO_ANIMATED"),
    "no face": (png(zoo.painted(np.ones((256, 256), np.float32)).rgba), {}, "FACE_NONE"),
    "a drawing": (png(drawn_faces.portrait()[0].rgba), {}, "FACE_NONE"),
    "two people": (png(two(ASTRONAUT)), {}, "FACE_SEVERAL"),
    "unknown style": (png(ASTRONAUT), {"style": "cubism"}, "STYLE_UNKNOWN"),
}


@pytest.mark.parametrize(("photo", "fields", "code"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_made_is_told_in_the_published_form(tmp_path, photo, fields, code):
    """A code, a message with the way out, details and a time; the page says the same."""
    before = datetime.now(UTC).replace(microsecond=0)
    line = Line(tmp_path, photo, **fields)
    made = line.made()
    told = json.loads(line.delivered("errors.json"))
    jsonschema.validate(told, error_schema(), jsonschema.Draft202012Validator)
    assert code == told["error"]["code"]
    assert before <= datetime.fromisoformat(told["error"]["timestamp"]) <= datetime.now(UTC)
    assert code.encode() in line.delivered("index.html")
    assert [code] == [one["code"] for one in made.delivery.set_aside]
    assert [] == [str(one) for one in check_file(line.shared.root / made.delivery.folder).faults]
