"""The motion line without Dagster: drawn clips, and everything that can be wrong with one.

Frames come with alpha where nothing must be cut out; where something must, it is cut out by
colours alone, so no weights are needed.
"""

import io
import sys
from dataclasses import replace

import numpy as np
import pytest
import yaml
from PIL import Image

from maquette.batch.host import Host
from maquette.batch.manifests import Row
from maquette.batch.runner import LocalPlace, Runner
from maquette.batch.store import FolderStore
from maquette.batch.uploads import READY, write_ticket
from maquette.engines import chosen
from maquette.errors import InputError
from maquette.formats.glb import read_glb, write_glb
from maquette.formats.png import read_picture
from maquette.formats.vertices import read_vertices
from maquette.lines import motion
from maquette.lines.motion_cutouts import in_pixels, salient
from maquette.lines.motion_sources import take_in
from maquette.lines.showroom import kept
from tests import fake_actionmesh, zoo
from tests.drawn_clips import Clip, write_movie

pytest.importorskip("av")
pytest.importorskip("skimage")
BY_TOOLS = (".web.glb", ".abc")  # written only where their tools are installed
PLACE = "inbox/motion/"
SIDE_PX = 96
DRAWN = Clip(frames=16, side_px=SIDE_PX)
SMALL = {"clip": "walk", "mode": "fast", "faces": 1_500}
WITHOUT_WEIGHTS = {"flow-snap": {"segmenter": "none"}}


def png(rgba):
    """A picture as a PNG file."""
    held = io.BytesIO()
    Image.fromarray(rgba).save(held, "PNG")
    return held.getvalue()


CUTOUTS = [png(DRAWN.cutout(n)) for n in range(16)]
CLEAR = png(np.zeros((SIDE_PX, SIDE_PX, 4), np.uint8))


def folder(frames=16, *, name="walk", clear=()):
    """A clip as a finished folder of frames with alpha; some may be wholly see-through."""
    files = {
        f"{name}/f.{n:04d}.png": CLEAR if n in clear else CUTOUTS[n % 16] for n in range(frames)
    }
    return {**files, f"{name}/{READY}": b""}


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    return FolderStore(tmp_path / "store")


@pytest.fixture(scope="module")
def movie(tmp_path_factory):
    """The clip as a movie without alpha."""
    path = write_movie(tmp_path_factory.mktemp("movies") / "walk.mp4", DRAWN)
    return path.read_bytes()


class Line:
    """An upload in a store, and the line's steps over it."""

    def __init__(self, store, files, *, engines=None, settings=None, key="order.yaml", **order):
        for name, data in files.items():
            store.put(PLACE + name, data)
        if key == "order.yaml":
            store.put(PLACE + key, yaml.safe_dump({**SMALL, **order}).encode())
        self.store = store
        self.batch = write_ticket(store, line="motion", key=PLACE + key)
        picked = chosen(engines or {}, line="motion", settings=settings or WITHOUT_WEIGHTS)
        self.runner = Runner(store, LocalPlace(Host(store)), picked)

    def taken(self):
        """The frames that are used."""
        return take_in(self.runner, batch=self.batch)

    def frames(self):
        """The cut-outs."""
        return motion.extract(self.runner, batch=self.batch).named("motion_frames")

    def meshes(self):
        """The moving meshes."""
        return motion.mesh_up(self.runner, self.frames())

    def made(self):
        """Everything."""
        return motion.make(self.runner, batch=self.batch)


def lost(manifest):
    """The items that were set aside, with their codes."""
    return {row.item: row.code for row in manifest.quarantined}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Two clips, one of which is too short: the other is delivered."""
    store = FolderStore(tmp_path_factory.mktemp("finished") / "store")
    files = {**folder(), **folder(15, name="short")}
    line = Line(store, files, clip=None, clips=["walk", "short"])
    return line, line.made()


def test_a_bad_clip_does_not_sink_the_other(finished):
    """What is delivered is whole, and the other is told with its code."""
    line, made = finished
    names = {f"walk/mesh_{n:03d}.glb" for n in range(16)}
    names |= {f"walk/{name}" for name in motion.NAMED.values() if not name.endswith(BY_TOOLS)}
    assert names | {"index.html"} <= set(made.delivery.files)
    assert [("short", "CLIP_TOO_SHORT")] == [
        (one["item"], one["code"]) for one in made.delivery.set_aside
    ]
    assert line.store.exists(f"quarantine/motion/{line.batch}.json")


def test_all_frames_have_the_same_faces(finished):
    """The meshes of the frames are the poses of the vertices that are delivered."""
    line, made = finished
    place = made.delivery.folder
    animation = read_vertices(line.store.get(f"{place}walk/vertices.npz"))
    assert (16, 24.0) == (len(animation.points), animation.rate)
    for n in (0, 7, 15):
        mesh = read_glb(line.store.get(f"{place}walk/mesh_{n:03d}.glb"))
        assert np.array_equal(mesh.faces, animation.mesh.faces)
        assert np.allclose(mesh.points, animation.points[n], atol=1e-6)


def test_a_second_run_makes_nothing(finished):
    """Every record is found, and every file has the same sum."""
    line, made = finished
    again = line.made()
    assert made.delivery.files == again.delivery.files
    rows = [row for manifest in again.manifests for row in manifest.delivered]
    assert {"reused"} == {row.origin for row in rows}
    assert {0} == {tally.made for tally in line.runner.tallies.values()}


def test_owners_and_priorities_make_nothing_anew(finished):
    """What decides no byte is in no recipe."""
    line, made = finished
    order = {**SMALL, "clip": None, "clips": ["walk", "short"], "project": "Fair"}
    line.store.put(f"{PLACE}order.yaml", yaml.safe_dump(order).encode())
    again = line.made()
    rows = again.manifests[1].delivered
    assert [("reused", "Fair")] == [(row.origin, row.params["project"]) for row in rows]
    files, before = dict(again.delivery.files), dict(made.delivery.files)
    assert {"index.html"} == {name for name in files if files[name] != before.get(name)}


SHORT = {
    "15 frames": (folder(15), {}, "CLIP_TOO_SHORT"),
    "32 frames and a stride of 1": (folder(32), {"stride": 1}, "CLIP_TOO_LONG"),
    "a stride that leaves too few": (folder(24), {"stride": 2}, "CLIP_TOO_SHORT"),
    "a range that leaves too few": (folder(24), {"range": [4, 12]}, "CLIP_TOO_SHORT"),
    "a range beyond the clip": (folder(24), {"range": [10, 40]}, "CLIP_RANGE"),
    "no such clip": ({}, {}, "CLIP_MISSING"),
    "a folder without its marker": ({"walk/f.0001.png": CLEAR}, {}, "CLIP_MISSING"),
    "an empty folder": ({f"walk/{READY}": b""}, {}, "FRAMES_NONE"),
    "no such model": (folder(), {"model": "bear.glb"}, "MOTION_FILE_MISSING"),
    "a frame that lacks": (
        {name: data for name, data in folder(20).items() if "0007" not in name},
        {},
        "FRAMES_MISSING",
    ),
    "a corrupt container": ({"walk.mp4": b"\0\0\0\x18ftypmp42" + bytes(99)}, {"clip": "walk.mp4"},
                            "FOOTAGE_DAMAGED"),
    "no container at all": ({"walk.mp4": b"hello"}, {"clip": "walk.mp4"}, "FOOTAGE_KIND"),
}  # fmt: skip


@pytest.mark.parametrize(("files", "order", "code"), SHORT.values(), ids=SHORT)
def test_a_clip_that_cannot_be_used_is_set_aside(store, files, order, code):
    """With a reason and a way out, before anything is made of it."""
    (row,) = Line(store, files, **order).taken().rows
    assert (code, "order") == (row.code, row.item)
    assert row.reason
    assert row.fix


@pytest.mark.parametrize(
    ("order", "first", "count", "told"),
    [
        ({}, [0, 1, 2], 31, "32 frames: 31 of them are taken"),
        ({"stride": 2}, [0, 2, 4], 16, "one every 2 as asked"),
        ({"range": [4, 23]}, [4, 5, 6], 20, ""),
    ],
    ids=["spread", "a stride", "a range"],
)
def test_a_long_clip_is_sampled_as_asked(store, order, first, count, told):
    """And what is left out is said on every row; it plays as fast as it was shot."""
    rows = Line(store, folder(32), **order).taken().rows
    assert first == [row.params["index"] for row in rows[:3]]
    assert count == len(rows) == rows[0].params["frames"]
    assert told in " ".join(rows[-1].notes)
    span = rows[-1].params["index"] - rows[0].params["index"]
    assert span / (count - 1) * rows[0].params["rate"] == pytest.approx(24)


def test_what_nobody_could_watch_plays_at_another_rate(store):
    """A GIF of one frame a second."""
    held, plates = io.BytesIO(), [Image.fromarray(DRAWN.plate(n)) for n in range(16)]
    plates[0].save(held, "GIF", save_all=True, append_images=plates[1:], duration=1_000)
    row = Line(store, {"walk.gif": held.getvalue()}, clip="walk.gif").taken().rows[0]
    assert (16, 2.0) == (row.params["frames"], row.params["rate"])
    assert "it plays at 2 frames a second, not at 1" in row.notes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("clip: walk\nspeed: 2", "ORDER_FIELD_UNKNOWN"),
        ("clip: walk\nmode: faster", "ORDER_CHOICE"),
        ("name: walk", "ORDER_SOURCE"),
    ],
    ids=["unknown field", "bad mode", "no clip"],
)
def test_a_broken_order_stops_the_batch(store, text, code):
    """Half an order would move the wrong thing; nothing is left behind."""
    line = Line(store, folder())
    store.put(f"{PLACE}order.yaml", text.encode())
    with pytest.raises(InputError, match=code):
        line.made()
    assert [] == [
        entry.key for place in ("manifests/", "deliveries/") for entry in store.list(place)
    ]


def test_a_frame_without_subject_is_interpolated_and_said(store):
    """All frames get a pose."""
    (row,) = Line(store, folder(clear=(7, 8))).meshes().rows
    assert any("7-8" in note and "interpolated" in note for note in row.notes)
    assert 16 == row.params["frames"]


def test_a_clip_without_subject_is_set_aside(store):
    """As one row, when its mesh is to be made."""
    meshes = Line(store, folder(clear=range(16))).meshes()
    assert {"order": "CLIP_SUBJECT_MISSING"} == lost(meshes)


def test_one_frame_repeated_is_said(store):
    """It is made all the same."""
    files = {**folder(), **{f"walk/f.{n:04d}.png": CUTOUTS[0] for n in range(16)}}
    frames = Line(store, files).frames()
    assert all("nothing will move" in " ".join(row.notes) for row in frames.rows)


def test_frames_that_carry_alpha_keep_it(store):
    """No engine is asked what the subject is."""
    line = Line(store, folder(), engines={"Segmenter": "mobile-sam", "Tracker": "sam2-video"})
    rows = line.frames().rows
    assert {"keep_alpha"} == {row.stage for row in rows}
    cutout = read_picture(store.get(rows[3].object("cutout").key))
    assert np.array_equal(DRAWN.cutout(3)[..., 3], cutout.rgba[..., 3])


def test_painted_masks_cut_the_subject_out(store):
    """Files called _image and _mask go together."""
    files = {f"walk/{READY}": b""}
    for n in range(16):
        files[f"walk/{n:02d}_image.png"] = png(DRAWN.plate(n))
        files[f"walk/{n:02d}_mask.png"] = png(DRAWN.cutout(n)[..., 3])
    rows = Line(store, files).frames().rows
    assert {"keep_alpha"} == {row.stage for row in rows}
    cutout = read_picture(store.get(rows[5].object("cutout").key))
    assert np.array_equal(DRAWN.cutout(5)[..., 3], cutout.rgba[..., 3])


GRABCUT = {"Segmenter": "grabcut"}


def overlap(store, row, n):
    """Intersection over union of a cut-out and what was drawn on that frame."""
    found = read_picture(store.get(row.object("cutout").key)).rgba[..., 3] > 127
    true = DRAWN.cutout(n)[..., 3] > 127
    return (found & true).sum() / (found | true).sum()


@pytest.mark.parametrize(
    "subject",
    [
        {"box": DRAWN.box(0)},
        {"points": [[48, 50]], "box": DRAWN.box(6), "frame": 6},
    ],
    ids=["first frame", "frame in the middle"],
)
def test_a_subject_that_is_pointed_at_is_followed(store, movie, subject):
    """From the frame it is pointed at to both ends."""
    line = Line(store, {"walk.mp4": movie}, engines=GRABCUT, clip="walk.mp4", subject=subject)
    rows = line.frames().rows
    assert [] == [row.code for row in rows if row.code]
    assert {"picture", "cutout"} == {ref.name for ref in rows[0].objects}
    assert np.mean([overlap(store, row, n) for n, row in enumerate(rows)]) > 0.8


def test_places_are_in_pixels_of_the_clip(store):
    """Pictures of large clips are smaller, and those of narrow pixels wider."""
    ref = kept(store, png(np.zeros((50, 100, 4), np.uint8)), "picture.png")
    row = Row("walk.000", {"size_wh": [400, 500]}, objects=(replace(ref, name="picture"),))
    subject = {"points": [[40, 100]], "box": [0, 10, 400, 500]}
    assert {"points": [[10, 10]], "labels": [1], "boxes": [[0, 1, 100, 50]]} == in_pixels(
        store, row, subject
    )


@pytest.mark.parametrize(
    ("subject", "code"),
    [
        ({"points": [[40, 40]], "frame": 40}, "PROMPT_OUTSIDE"),
        ({"box": [10, 10, 900, 50]}, "PROMPT_OUTSIDE"),
    ],
    ids=["frame", "place"],
)
def test_a_subject_outside_of_the_clip_is_told(store, movie, subject, code):
    """The clip is one row that says so."""
    line = Line(store, {"walk.mp4": movie}, engines=GRABCUT, clip="walk.mp4", subject=subject)
    assert {"order": code} == lost(line.frames())


def test_a_movie_alone_is_a_batch(store, movie):
    """Called after its file, with all defaults."""
    line = Line(store, {"walk.mp4": movie}, key="walk.mp4")
    rows = line.taken().rows
    assert ("walk.000", "walk", 16) == (rows[0].item, rows[0].params["title"], len(rows))
    assert line.batch.startswith("walk-")


def test_a_folder_alone_is_a_batch(store):
    """Called after the folder, not after its marker."""
    line = Line(store, folder(20), key=f"walk/{READY}")
    assert (20, "walk.000") == (len(line.taken().rows), line.taken().rows[0].item)


def test_a_model_is_moved_as_the_clip_does(store):
    """It keeps its own faces."""
    box = zoo.box()
    files = {**folder(), "box.glb": write_glb(box, zoo.provenance())}
    (row,) = Line(store, files, model="box.glb").meshes().rows
    animation = read_vertices(store.get(row.object("animation").key))
    assert len(box.faces) == len(animation.mesh.faces)
    assert not np.allclose(animation.points[0], animation.points[10])


def test_a_model_that_is_none_costs_its_clips(store):
    """With the code of its reader."""
    meshes = Line(store, {**folder(), "box.glb": b"hello"}, model="box.glb").meshes()
    assert {"order": "MESH_FILE_KIND"} == lost(meshes)


def test_what_may_not_be_sold_is_refused_before_any_work(store, tmp_path):
    """ActionMesh forbids it; the embedded engine does not."""
    home = fake_actionmesh.checkout(tmp_path)
    settings = {"actionmesh": {"home": str(home), "python": sys.executable}}
    engines = {"Animator": "actionmesh"}
    line = Line(store, folder(), engines=engines, settings=settings, commercial=True)
    assert {"order": "LICENCE_NON_COMMERCIAL"} == lost(line.meshes())
    assert "animate" not in {name for name, one in line.runner.tallies.items() if one.made}
    free = Line(store, folder(), commercial=True)
    assert {} == lost(free.meshes())


def test_the_salient_subject_is_not_left_to_an_engine_made_for_clicks(store):
    """Another one that somebody asked for does both."""
    runner = Line(store, {}).runner
    assert chosen()["Segmenter"] == salient(runner).engines["Segmenter"]
    asked = replace(runner, engines=chosen({"Segmenter": "sam2"}, line="motion"))
    assert "sam2" == salient(asked).engines["Segmenter"].name
