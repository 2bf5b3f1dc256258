"""The roto line: from an order and footage to files, and what a correction costs."""

import dataclasses
import json

import numpy as np
import pytest
import yaml

from maquette.batch.host import EngineSpec, Host
from maquette.batch.manifests import current
from maquette.batch.runner import LocalPlace, Runner
from maquette.batch.store import FolderStore
from maquette.batch.uploads import READY, write_ticket
from maquette.checks.shapes import read_shapes
from maquette.errors import InputError
from maquette.formats.exr import read_exr
from maquette.formats.png import read_mask
from maquette.formats.png_deep import read_deep_picture
from maquette.formats.shape_files import SHAPE_FILES
from maquette.lines import roto
from maquette.lines.roto_catalogue import catalogue, judge_closeness
from tests import shots

pytest.importorskip("av")
PLACE = "inbox/shots/"
ENGINES = {
    "Segmenter": EngineSpec("Segmenter", "grabcut"),
    "Tracker": EngineSpec("Tracker", "flow-snap", {"segmenter": "none"}),
    "Matter": EngineSpec("Matter", "guided"),
    "Detector": EngineSpec("Detector", "ssd-coco"),
}
FRAMES = 8


@pytest.fixture
def store(tmp_path):
    """A store with a movie of eight frames in its inbox."""
    store = FolderStore(tmp_path / "store")
    store.put_file(f"{PLACE}disc.mkv", shots.write_movie(tmp_path / "disc.mkv", FRAMES))
    return store


def ordered(store, *, deliver=("png",), name="disc.yaml", **more):
    """The batch of an order for the disc, pointed at on its first frame unless told otherwise."""
    prompts = [{"frame": 1001, "box": shots.box(0)}]
    objects = more.pop("objects", [{"name": "Disc", "prompts": prompts}])
    tree = {"deliver": list(deliver), "objects": objects, **more}
    store.put(f"{PLACE}{name}", yaml.safe_dump(tree).encode())
    return write_ticket(store, line="roto", key=f"{PLACE}{name}")


def made(store, batch):
    """What the line makes of a batch, and the runner that did it."""
    runner = Runner(store, LocalPlace(Host(store)), ENGINES)
    return roto.make(runner, batch=batch), runner


def masks_of(store, finished):
    """The masks by plate number."""
    return {
        row.params["frame"]: read_mask(store.get(row.object("mask").key)).inside
        for row in finished.manifests[1].delivered
    }


def painted(tmp_path, store, *numbers):
    """Prompts with true masks of these frames, which are uploaded."""
    for n in numbers:
        path = shots.write_mask(tmp_path / f"disc_{n}.png", n)
        store.put_file(f"{PLACE}disc_{n}.png", path)
    return [{"frame": 1001 + n, "mask": f"disc_{n}.png"} for n in numbers]


def test_a_box_becomes_masks_that_follow(store):
    """Every plate has a mask of the plate's size, and it lies on the disc."""
    finished, _ = made(store, ordered(store))
    found = masks_of(store, finished)
    assert list(range(1001, 1001 + FRAMES)) == list(found)
    for frame, inside in found.items():
        assert shots.overlap(inside, shots.inside(frame - 1001)) > 0.85, frame


def test_files_have_the_names_compositors_expect(store):
    """Shot, object and plate number, padded; an index beside them."""
    batch = ordered(store, deliver=("png", "exr", "cryptomatte", "prores", "ffv1", "qc"))
    finished, _ = made(store, batch)
    frames = [f"{n:04d}" for n in range(1001, 1001 + FRAMES)]
    expected = {
        *(f"disc/disc/png/disc_disc.{n}.png" for n in frames),
        *(f"disc/disc/exr/disc_disc.{n}.exr" for n in frames),
        *(f"disc/merged/disc_merged.{n}.exr" for n in frames),
        *(f"disc/cryptomatte/disc_cryptomatte.{n}.exr" for n in frames),
        *("disc/disc/disc_disc.mov", "disc/disc/disc_disc.mkv"),
        *("disc/disc_qc.mp4", "disc/disc_qc.jpg"),
    }
    assert expected == set(finished.delivery.files)
    index = json.loads(store.get(f"{finished.delivery.folder}index.json"))
    assert finished.delivery.files == index["files"]


def test_cut_outs_carry_the_object_and_its_colours(store):
    """Opaque and orange inside, nothing outside, at 16 bits."""
    finished, _ = made(store, ordered(store))
    path = f"{finished.delivery.folder}disc/disc/png/disc_disc.1003.png"
    rgba = read_deep_picture(store.get(path))
    x, y = (int(v) for v in shots.disc_at(2))
    assert rgba[y, x - 7, 3] > 60_000
    assert rgba[y, x - 7, 0] > 1.5 * rgba[y, x - 7, 1]
    assert 0 == rgba[2, 2, 3]


def test_merged_frames_name_each_object(store):
    """One matte per object under its name, and all of them together."""
    objects = [
        {"name": "Left half", "matte": "none", "prompts": [{"frame": 1001, "box": shots.box(0)}]},
        {"name": "2nd", "prompts": [{"frame": 1001, "box": shots.box(0)}]},
    ]
    finished, _ = made(store, ordered(store, deliver=("exr",), objects=objects))
    key = f"{finished.delivery.folder}disc/merged/disc_merged.1002.exr"
    with store.opened(key) as path:
        channels = read_exr(path).channels
    assert {"left_half.A", "_2nd.A", "A"} == set(channels)
    assert set(np.unique(channels["left_half.A"])) == {0.0, 1.0}
    assert (channels["A"] >= channels["_2nd.A"] - 1e-3).all()


def test_the_same_order_again_makes_nothing(store):
    """Every frame is reused, and no engine is asked."""
    batch = ordered(store, deliver=("png", "exr", "qc"))
    first, _ = made(store, batch)
    second, runner = made(store, batch)
    assert 0 == sum(tally.made for tally in runner.tallies.values())
    assert [m.digest for m in first.manifests] == [m.digest for m in second.manifests]


def test_a_correction_redoes_the_runs_it_touches(store, tmp_path):
    """A mask on one more frame: the run it falls into is made anew as two, the other is kept."""
    first_keys = painted(tmp_path, store, 0, 4, 7)
    made(store, ordered(store, objects=[{"name": "Disc", "prompts": first_keys}]))
    more_keys = painted(tmp_path, store, 0, 2, 4, 7)
    finished, runner = made(store, ordered(store, objects=[{"name": "Disc", "prompts": more_keys}]))
    assert (2, 1) == (runner.tallies["track"].made, runner.tallies["track"].reused)
    assert (2, 1) == (runner.tallies["soften_frames"].made, runner.tallies["soften_frames"].reused)
    fresh = [r.params["frame"] for r in finished.manifests[1].rows if r.origin == "made"]
    assert list(range(1001, 1006)) == fresh
    again = [r.params["frame"] for r in finished.manifests[-1].rows if r.origin == "made"]
    assert list(range(1001, 1006)) == again


def test_painted_masks_hold_on_their_frames(store, tmp_path):
    """A key is what somebody painted, pixel by pixel."""
    keys = painted(tmp_path, store, 0, 7)
    finished, _ = made(store, ordered(store, objects=[{"name": "Disc", "prompts": keys}]))
    found = masks_of(store, finished)
    assert np.array_equal(shots.inside(0), found[1001])
    assert np.array_equal(shots.inside(7), found[1008])


def test_a_folder_of_frames_is_the_same_shot(store, tmp_path):
    """Numbered by their names, once the marker says that they are all there."""
    for path in shots.write_frames(tmp_path / "stills", 4, first=86400).iterdir():
        store.put_file(f"{PLACE}stills/{path.name}", path)
    prompts = [{"frame": 86400, "box": shots.box(0)}]
    objects = [{"name": "Disc", "prompts": prompts}]
    batch = ordered(store, name="stills.yaml", objects=objects)
    with pytest.raises(InputError, match="FOOTAGE_MISSING"):
        made(store, batch)
    store.put(f"{PLACE}stills/{READY}", b"")
    finished, _ = made(store, batch)
    assert [86400, 86401, 86402, 86403] == list(masks_of(store, finished))


def test_handles_are_worked_on_and_not_delivered(store):
    """The range is what is asked for; its handles help the tracker."""
    batch = ordered(
        store,
        range=[1003, 1004],
        handles=2,
        objects=[{"name": "Disc", "prompts": [{"frame": 1001, "box": shots.box(0)}]}],
    )
    finished, _ = made(store, batch)
    assert list(range(1001, 1007)) == list(masks_of(store, finished))
    assert ["disc_disc.1003.png", "disc_disc.1004.png"] == sorted(
        name.rpartition("/")[2] for name in finished.delivery.files
    )


def test_what_cannot_be_found_is_told_and_the_rest_delivered(store):
    """A click into nothing, a mask that is not there, a prompt outside: three codes, one object."""
    objects = [
        {"name": "Disc", "prompts": [{"frame": 1001, "box": shots.box(0)}]},
        {"name": "Ghost", "prompts": [{"frame": 1001, "mask": "ghost.png"}]},
        {"name": "Far", "prompts": [{"frame": 1001, "clicks": [[5000, 3]]}]},
    ]
    finished, _ = made(store, ordered(store, objects=objects))
    codes = {one["code"] for one in finished.delivery.set_aside}
    assert {"MASK_MISSING", "PROMPT_OUTSIDE", "ORDER_NO_PROMPTS"} == codes
    assert FRAMES == len(finished.delivery.files)


def test_a_mask_of_another_size_is_told(store, tmp_path):
    """A painted mask must fit its plate."""
    keys = painted(tmp_path, store, 0)
    from PIL import Image

    Image.new("L", (10, 10), 255).save(tmp_path / "small.png")
    store.put_file(f"{PLACE}disc_0.png", tmp_path / "small.png")
    finished, _ = made(store, ordered(store, objects=[{"name": "Disc", "prompts": keys}]))
    assert ["MASK_SIZE"] == [one["code"] for one in finished.delivery.set_aside]


def test_the_catalogue_knows_how_far_each_object_has_come(store):
    """One row per object, with its keys, its plates and where its files lie."""
    objects = [
        {"name": "Disc", "label": "toy", "prompts": [{"frame": 1001, "box": shots.box(0)}]},
        {"name": "Ghost", "prompts": [{"frame": 1001, "mask": "ghost.png"}]},
    ]
    batch = ordered(store, objects=objects, project="Circus", client="Acme")
    finished, _ = made(store, batch)
    disc, ghost = catalogue(store).to_dicts()
    assert ("Circus", "Acme", "disc", "disc", "toy", "delivered") == tuple(
        disc[n] for n in ("project", "client", "shot", "object", "label", "status")
    )
    assert (FRAMES, 1, FRAMES, FRAMES) == tuple(
        disc[n] for n in ("frames", "keys", "mattes", "exports")
    )
    assert disc["delivery"].startswith(finished.delivery.folder)
    assert ("set aside", True) == (ghost["status"], "MASK_MISSING" in ghost["trouble"])


def test_manifests_are_committed(store):
    """What assets would hand to each other is there for those who look."""
    batch = ordered(store)
    finished, _ = made(store, batch)
    for manifest in finished.manifests:
        found = current(store, asset=manifest.asset, batch=batch)
        assert dataclasses.replace(manifest, rows=()) == dataclasses.replace(found, rows=())
        assert manifest.digest == found.digest


def test_splines_go_out_in_the_file_of_every_application(store):
    """One spline follows the disc; eleven files and a movie of it are delivered."""
    finished, _ = made(store, ordered(store, deliver=("shapes",)))
    (row,) = finished.manifests[3].delivered
    assert row.scores["worst_iou"] > 0.9
    assert row.scores["points_at_once"] <= 32
    names = {f"disc/shapes/disc.{kind.ending}" for kind in SHAPE_FILES.values()}
    assert {*names, "disc/disc_splines.mp4"} == set(finished.delivery.files)


def test_every_application_file_holds_the_same_outline(store):
    """Read back by code that shares nothing with the writers, the disc lies where it is."""
    finished, _ = made(store, ordered(store, deliver=("shapes",)))
    for kind in ("nk", "fxs", "jsx", "shapes.json"):
        name = f"disc.{kind}"
        held = read_shapes(store.get(f"{finished.delivery.folder}disc/shapes/{name}"), name)
        (line,) = held.at(1005)
        middle = line.points_xy.mean(axis=0)
        assert np.allclose(shots.disc_at(4), middle, atol=2.5), kind


def test_loose_splines_are_judged(store):
    """Splines that leave their matte further than the order asks for are warned of by name."""
    finished, _ = made(store, ordered(store, deliver=("shapes",), closeness=0.9))
    shapes = finished.manifests[3]
    assert judge_closeness(shapes).passed
    (row,) = shapes.rows
    loose = dataclasses.replace(row, scores={**row.scores, "worst_iou": 0.89})
    verdict = judge_closeness(dataclasses.replace(shapes, rows=(loose,)))
    assert (False, "WARN") == (verdict.passed, verdict.severity)
    assert "disc/disc" in verdict.text
