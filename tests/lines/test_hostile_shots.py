"""Uploads that are damaged, odd or meant to harm, through the whole roto line.

Each ends in one of three ways: the batch is refused with a code and leaves nothing behind, an
object is set aside and the others are delivered, or it is odd but sound and comes out right.
"""

import io
import os
import struct
from fractions import Fraction

import numpy as np
import pytest
import yaml
from PIL import Image

from maquette.batch.host import EngineSpec, Host
from maquette.batch.runner import LocalPlace, Runner
from maquette.batch.store import FolderStore
from maquette.batch.uploads import READY, write_ticket
from maquette.engines.shelf import verify
from maquette.errors import MaquetteError
from maquette.lines import roto
from maquette.lines.roto_plates import notes_of
from tests import shots
from tests.batch.kills import broken_objects
from tests.hostile import png_of, saved
from tests.video.clips import movie, moving, still
from tests.video.edit_lists import edl

pytest.importorskip("av")
PLACE = "inbox/shots/"
ENGINES = {
    "Segmenter": EngineSpec("Segmenter", "grabcut"),
    "Tracker": EngineSpec("Tracker", "flow-snap", {"segmenter": "none"}),
    "Matter": EngineSpec("Matter", "guided"),
    "Detector": EngineSpec("Detector", "ssd-coco"),
}
FRAMES = 3
DISC = {"name": "Disc", "prompts": [{"frame": 1001, "box": shots.box(0)}]}


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    return FolderStore(tmp_path / "store")


def put(store, path, name=""):
    """A file in the inbox."""
    store.put_file(f"{PLACE}{name or path.name}", path)


def made(store, *, name="disc.yaml", **fields):
    """What the line makes of an order for the disc."""
    tree = {"deliver": ["png"], "objects": [DISC], **fields}
    store.put(f"{PLACE}{name}", yaml.safe_dump(tree).encode())
    return line_of(store, write_ticket(store, line="roto", key=f"{PLACE}{name}"))


def line_of(store, batch):
    """The whole line over a batch."""
    return roto.make(Runner(store, LocalPlace(Host(store)), ENGINES), batch=batch)


def refusal(store, **order):
    """The code and the words of a batch that is refused; it leaves neither table nor delivery."""
    with pytest.raises(MaquetteError) as refused:
        made(store, **order)
    assert [] == [e.key for place in ("manifests/", "deliveries/") for e in store.list(place)]
    assert [] == broken_objects(store.root)
    assert refused.value.reason
    return refused.value.code, f"{refused.value.reason} {refused.value.fix}"


def disc_frames(count=FRAMES):
    """The disc's frames."""
    return [shots.frame(n) for n in range(count)]


def damaged(folder, how):
    """The disc as a movie to which something was done."""
    path = movie(folder / "disc.mp4", moving(12), container={"movflags": "faststart"})
    data = path.read_bytes()
    at = data.index(b"mdat") + 4
    path.write_bytes(how(data, at))
    return path


def deep_frame(path):
    """Deep EXR has many samples a pixel."""
    import OpenImageIO as oiio

    spec = oiio.ImageSpec(4, 4, 5, "float")
    spec.channelnames, spec.deep = ("R", "G", "B", "A", "Z"), True
    samples = oiio.DeepData()
    samples.init(spec)
    out = oiio.ImageOutput.create(str(path))
    assert out.open(str(path), spec)
    assert out.write_deep_image(samples)
    out.close()
    return path


def huge_window(path):
    """A small EXR whose header claims a huge data window."""
    data = bytearray(still(path, np.zeros((8, 8, 3), np.float16)).read_bytes())
    at = data.index(b"dataWindow\0box2i\0") + len(b"dataWindow\0box2i\0") + 4
    data[at : at + 16] = struct.pack("<4i", 0, 0, 999_999, 999_999)
    path.write_bytes(data)
    return path


def half_a_frame(path):
    """An EXR that ends too early."""
    noise = np.random.default_rng(1).random((64, 96, 3)).astype(np.float16)
    data = still(path, noise).read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return path


def holed(path, *, frame):
    """A movie one of whose frames is nothing but zeros."""
    import av

    with av.open(str(path)) as container:
        entry = container.streams.video[0].index_entries[frame]
        at, size = entry.pos, entry.size
    data = bytearray(path.read_bytes())
    data[at : at + size] = bytes(size)
    path.write_bytes(data)
    return path


def turned(data):
    """An MP4 whose video track asks to be shown turned to the right, as phones write it."""
    at = data.index(b"tkhd") + 4 + 40
    matrix = (0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
    return data[:at] + struct.pack(">9i", *matrix) + data[at + 36 :]


def opened(store, key):
    """A delivered picture."""
    return Image.open(io.BytesIO(store.get(key)))


REFUSED_MOVIES = {
    "no bytes": ("FOOTAGE_DAMAGED", lambda data, at: b""),
    "its first kilobyte": ("FOOTAGE_DAMAGED", lambda data, at: data[:1000]),
    "cut in the index": ("FOOTAGE_DAMAGED", lambda data, at: data[: at - 40]),
    "pictures blanked": ("FOOTAGE_DAMAGED", lambda data, at: data[:at] + bytes(len(data) - at)),
    "text": ("FOOTAGE_KIND", lambda data, at: b"hello\n" * 99),
    "HLS": ("FOOTAGE_KIND", lambda data, at: b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"),
    "a list of files": ("FOOTAGE_KIND", lambda data, at: b"ffconcat version 1.0\nfile '/x'\n"),
    "DASH": ("FOOTAGE_KIND", lambda data, at: b"<?xml version='1.0'?><MPD></MPD>"),
}


@pytest.mark.parametrize("what", REFUSED_MOVIES)
def test_movies_that_cannot_be_used_are_refused(store, tmp_path, what):
    """Empty, cut short, or pointing elsewhere: one code, and nothing half-written."""
    code, how = REFUSED_MOVIES[what]
    put(store, damaged(tmp_path, how))
    assert code == refusal(store)[0]


def test_ten_hours_are_refused(store, tmp_path):
    """By the header, under the name its owner knows."""
    put(store, movie(tmp_path / "disc.mkv", disc_frames(), kind="ffv1", rate=Fraction(1, 18_000)))
    code, words = refusal(store)
    assert ("FOOTAGE_TOO_LONG", True) == (code, words.startswith("disc.mkv is 15.0 hours long"))


def test_names_that_are_not_utf_8_are_refused(store, tmp_path):
    """The sensor starts a run for them, too, which says so in words that can be printed."""
    put(store, movie(tmp_path / "plain.mkv", disc_frames(), kind="ffv1"))
    inbox = os.fsencode(store.root / PLACE)
    os.rename(inbox + b"/plain.mkv", inbox + b"/d\xffsc.mkv")  # noqa: PTH104 - no text
    with open(inbox + b"/d\xffsc.yaml", "wb") as order:  # noqa: PTH123
        order.write(yaml.safe_dump({"objects": [DISC]}).encode())
    batch = write_ticket(store, line="roto", key=f"{PLACE}d\udcffsc.yaml")
    with pytest.raises(MaquetteError) as refused:
        line_of(store, batch)
    assert refused.value.code in ("KEY_INVALID", "FOOTAGE_NAME")
    str(refused.value).encode()


def frames_in(store, folder, names, *, pixels=None):
    """A folder of frames, with its marker."""
    for n, name in enumerate(names):
        plate = shots.frame(n) if pixels is None else pixels
        is_light = name.endswith("exr")
        path = still(folder / name, (plate / 255).astype(np.float16) if is_light else plate)
        put(store, path, f"disc/{name}")
    store.put(f"{PLACE}disc/{READY}", b"")


@pytest.mark.parametrize(
    ("names", "code", "told"),
    [
        pytest.param(["a.1001.png", "a.1003.png"], "FRAMES_MISSING", "1002", id="a gap"),
        pytest.param(["a.1.png", "a.99999999.png"], "FRAMES_MISSING", "2-99999998", id="a chasm"),
        pytest.param(["a.1001.png", "b.1002.png"], "FRAMES_MIXED", "b.1002.png", id="two names"),
        pytest.param(["a.1001.png", "a.1002.exr"], "FRAMES_MIXED", "a.1002.exr", id="two kinds"),
        pytest.param(["plate.png"], "FRAME_NAME", "plate.png", id="no number"),
    ],
)
def test_sequences_that_are_none_are_refused(store, tmp_path, names, code, told):
    """The words name the frames that are missing, or the file that does not belong."""
    frames_in(store, tmp_path, names)
    found, words = refusal(store)
    assert (code, True) == (found, told in words)


def test_a_folder_without_frames_is_refused(store):
    """Its marker is there, and a note."""
    store.put(f"{PLACE}disc/{READY}", b"")
    store.put(f"{PLACE}disc/notes.txt", b"frames follow")
    assert "FRAMES_NONE" == refusal(store)[0]


@pytest.mark.parametrize(
    ("make", "code"),
    [
        pytest.param(deep_frame, "FOOTAGE_DEEP", id="deep"),
        pytest.param(huge_window, "FOOTAGE_TOO_LARGE", id="a huge data window"),
        pytest.param(half_a_frame, "FOOTAGE_DAMAGED", id="truncated"),
    ],
)
def test_frames_that_cannot_be_used_are_refused(store, tmp_path, make, code):
    """By their headers, before any pixel is decoded; the file is named as its owner knows it."""
    put(store, make(tmp_path / "a.1001.exr"), "disc/a.1001.exr")
    store.put(f"{PLACE}disc/{READY}", b"")
    found, words = refusal(store)
    assert (code, True) == (found, "a.1001.exr" in words)


AT_30 = edl(("A", "a", "01:00:00:00 01:00:00:29 01:00:00:00 01:00:00:29"))
LONG = edl(("A", "a", "01:00:00:00 01:00:09:20 01:00:00:00 01:00:09:20"))
SHORT = edl(("A", "a", "01:00:00:00 01:00:00:02 01:00:00:00 01:00:00:02"))


@pytest.mark.parametrize(
    ("data", "order", "code"),
    [
        pytest.param(AT_30, {}, "EDIT_RATE", id="of another rate"),
        pytest.param(LONG, {}, "EDIT_LENGTH", id="of a longer movie"),
        pytest.param(b"\x00\xff" * 50, {}, "EDIT_DAMAGED", id="no text"),
        pytest.param(b"", {}, "EDIT_EMPTY", id="no bytes"),
        pytest.param(None, {}, "FOOTAGE_MISSING", id="not there"),
        pytest.param(SHORT, {"range": [1003, 1003]}, "ORDER_RANGE_OUTSIDE", id="a range beside it"),
    ],
)
def test_edit_lists_that_do_not_fit_are_refused(store, tmp_path, data, order, code):
    """A list that cannot cut this movie cuts nothing."""
    put(store, movie(tmp_path / "disc.mkv", disc_frames(), kind="ffv1"))
    if data is not None:
        store.put(f"{PLACE}d.edl", data)
    assert code == refusal(store, edit="d.edl", **order)[0]


@pytest.mark.parametrize(
    ("order", "code"),
    [
        pytest.param({"footage": "../../secret.mov"}, "ORDER_PATH", id="climbing"),
        pytest.param({"footage": "/etc/passwd"}, "ORDER_PATH", id="from the root"),
        pytest.param({"footage": "other.mov"}, "FOOTAGE_MISSING", id="not there"),
        pytest.param({"range": [5, 6]}, "ORDER_RANGE_OUTSIDE", id="a range of other footage"),
    ],
)
def test_orders_that_reach_elsewhere_are_refused(store, tmp_path, order, code):
    """Only what lies beside an order is opened."""
    put(store, movie(tmp_path / "disc.mkv", disc_frames(), kind="ffv1"))
    assert code == refusal(store, **order)[0]


BAD_PROMPTS = {
    "Click": ("PROMPT_OUTSIDE", {"frame": 1001, "clicks": [[500, 1]]}),
    "Box": ("PROMPT_OUTSIDE", {"frame": 1001, "box": [-50, -50, -10, -10]}),
    "Later": ("PROMPT_OUTSIDE", {"frame": 2000, "clicks": [[5, 1]]}),
    "No number": ("ORDER_NOT_A_NUMBER", {"frame": 1001, "clicks": [[float("nan"), 1]]}),
    "Climbing": ("ORDER_PATH", {"frame": 1001, "mask": "../../secret.png"}),
    "Missing": ("MASK_MISSING", {"frame": 1001, "mask": "missing.png"}),
    "Bomb": ("PICTURE_TOO_MANY_PIXELS", {"frame": 1001, "mask": "bomb.png"}),
    "Text": ("PICTURE_TYPE", {"frame": 1001, "mask": "text.png"}),
    "Black": ("MASK_EMPTY", {"frame": 1001, "mask": "black.png"}),
    "Small": ("MASK_SIZE", {"frame": 1001, "mask": "small.png"}),
}


def test_bad_objects_are_set_aside_each_with_its_code(store, tmp_path):
    """One order with every kind of bad prompt: the one sound object is delivered whole."""
    put(store, movie(tmp_path / "disc.mkv", disc_frames(), kind="ffv1"))
    store.put(f"{PLACE}bomb.png", png_of(65_535, 65_535))
    store.put(f"{PLACE}text.png", b"no picture")
    store.put(f"{PLACE}black.png", saved(Image.new("L", shots.SIZE_WH), "PNG"))
    store.put(f"{PLACE}small.png", saved(Image.new("L", (9, 9), 255), "PNG"))
    bad = [{"name": name, "prompts": [p]} for name, (_, p) in BAD_PROMPTS.items()]
    finished = made(store, objects=[*bad, DISC])
    told = {one["item"].lower(): one["code"] for one in finished.delivery.set_aside}
    for name, (code, _) in BAD_PROMPTS.items():
        slugged = name.lower().replace(" ", "-")
        mine = {told.get(f"{name.lower()}, prompt 1"), told.get(f"disc.{slugged}.1001")}
        assert code in mine, name
    assert FRAMES == len(finished.delivery.files)
    assert [] == broken_objects(store.root)


@pytest.mark.skipif(
    set(verify(["ssd-coco", "minilm"]).values()) != {"sound"},
    reason="ssd-coco is not on the shelf: maquette shelf fetch ssd-coco",
)
def test_an_object_that_is_never_found_is_told(store, tmp_path):
    """Words for something that is nowhere: set aside, and the other object is delivered."""
    put(store, movie(tmp_path / "disc.mkv", disc_frames(), kind="ffv1"))
    finished = made(store, objects=[{"name": "Zebra", "prompts": [{"text": "a zebra"}]}, DISC])
    assert ["OBJECT_NOT_FOUND"] == [one["code"] for one in finished.delivery.set_aside]
    assert FRAMES == len(finished.delivery.files)


def odd_size(path):
    """Neither side is even."""
    return movie(path / "disc.mkv", [f[:63, :95] for f in disc_frames()], kind="ffv1")


def with_alpha(path):
    """ProRes 4444 that is transparent beside the disc."""
    masks = [np.where(shots.inside(n), 255, 0).astype(np.uint8) for n in range(FRAMES)]
    frames = [np.dstack(pair) for pair in zip(disc_frames(), masks, strict=True)]
    return movie(path / "disc.mov", frames, kind="prores 4444")


def variable(path):
    """Frames that are shown for longer and longer."""
    wishes = {"times": [0, 40, 400], "rate": Fraction(1000)}
    return movie(path / "disc.mkv", disc_frames(), kind="ffv1", **wishes)


def ten_bit(path):
    """H.264 of ten bits."""
    return movie(path / "disc.mov", disc_frames(), kind="h264 10 bit")


@pytest.mark.parametrize(
    ("make", "note"),
    [
        pytest.param(odd_size, "", id="odd size"),
        pytest.param(with_alpha, "", id="alpha"),
        pytest.param(variable, "variable frame rate", id="variable rate"),
        pytest.param(ten_bit, "", id="ten bits"),
    ],
)
def test_odd_footage_is_delivered_in_every_form(store, tmp_path, make, note):
    """Every plate in every format at its own size, and a note on what is odd."""
    put(store, make(tmp_path))
    forms = ["png", "exr", "cryptomatte", "prores", "ffv1", "qc"]
    finished = made(store, deliver=forms)
    assert [] == finished.delivery.set_aside
    assert 4 * FRAMES + 4 == len(finished.delivery.files)
    rows = finished.manifests[0].rows
    assert any(note in told for told in ("", *rows[0].notes))
    first = finished.delivery.folder + "disc/disc/png/disc_disc.1001.png"
    assert tuple(rows[0].params["footage"]["size_wh"]) == opened(store, first).size


def test_phone_video_is_cut_out_upright(store, tmp_path):
    """Prompts, masks and files are those of the picture as people see it."""
    path = movie(tmp_path / "disc.mp4", disc_frames())
    path.write_bytes(turned(path.read_bytes()))
    put(store, path)
    upright = [np.rot90(shots.inside(n), -1) for n in range(FRAMES)]
    ys, xs = np.nonzero(upright[0])
    box = [int(v) for v in (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)]
    finished = made(store, objects=[{"name": "Disc", "prompts": [{"frame": 1001, "box": box}]}])
    for n, truth in enumerate(upright):
        name = f"disc/disc/png/disc_disc.{1001 + n}.png"
        alpha = np.asarray(opened(store, finished.delivery.folder + name).convert("RGBA"))[..., 3]
        assert shots.overlap(alpha > 127, truth) > 0.85


def test_a_plate_that_does_not_decode_costs_itself_alone(store, tmp_path):
    """It is told by its number; all others are delivered, and a prompt on it is told, too."""
    put(store, holed(movie(tmp_path / "disc.mov", disc_frames(6), kind="prores 422"), frame=3))
    lost = {"name": "Late", "prompts": [{"frame": 1004, "clicks": [[33, 32]]}]}
    finished = made(store, objects=[DISC, lost], scenes=True)
    told = {one["item"]: one["code"] for one in finished.delivery.set_aside}
    assert "FOOTAGE_DAMAGED" == told.pop("scene-001.1004")
    assert {"Late, prompt 1": "PROMPT_OUTSIDE", "Late": "ORDER_NO_PROMPTS"} == told
    frames = [int(name.split(".")[-2]) for name in finished.delivery.files]
    assert [1001, 1002, 1003, 1005, 1006] == sorted(frames)


def test_a_movie_cut_short_gives_what_it_has(store, tmp_path):
    """Most of it is there: those plates are delivered, and a note says that it ends too early."""
    path = movie(tmp_path / "disc.mov", disc_frames(6), kind="prores 422",
                 container={"movflags": "faststart"})  # fmt: skip
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * 0.8)])
    put(store, path)
    finished = made(store)
    assert any("cut short" in note for note in notes_of(finished.manifests[0]))
    assert 3 <= len(finished.delivery.files) < 6
    assert [] == finished.delivery.set_aside
