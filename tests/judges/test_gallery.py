"""The gallery in headless Chromium: from a folder and over http, on a phone and on a desk.

Nothing is asked of another host, nothing is said on the console, the solid is really shown, axe
finds no serious fault in light or dark, and the keyboard reaches everything. The page's own
promises (texts, links, escaping) are judged without a browser in tests/packs/test_gallery.py.
Needs the viewer: ``maquette shelf fetch model-viewer``.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.judges.asking import Verdicts
from tests.judges.galleries import (
    SHOWN,
    Visit,
    call,
    difference,
    painted_index,
    painted_pack,
    unpacked,
)
from tests.judges.samples import WORDY

pytestmark = pytest.mark.judge

PHONE_PX, DESK_PX = 390, 1440
LIKE_ENOUGH = 20.0  # of 255: other light and another lens cost 11, another sticker 58
FIRST, SECOND, THIRD, LAST = SHOWN

SOUND = [
    Visit(f"{by}-{width_px}", "sound/index.html", by, width_px, ("opens", "walks"))
    for by in ("file", "http")
    for width_px in (PHONE_PX, DESK_PX)
]
WORDY_VISIT = Visit("wordy", "wordy/index.html", "file", PHONE_PX)
INDEXES = [Visit(f"index-{w}", "index.html", "file", w, ()) for w in (PHONE_PX, DESK_PX)]
SENT = Visit("sent", f"sound/index.html#sticker-{LAST}", "http", PHONE_PX, ("plays",))
ALL = [*SOUND, WORDY_VISIT, *INDEXES, SENT]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where every visit leaves what it saw."""
    return tmp_path_factory.mktemp("gallery-pictures")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index and two packs: one ordinary, one whose every text is hostile."""
    folder = tmp_path_factory.mktemp("galleries")
    unpacked(painted_index(), folder)
    unpacked(painted_pack(), folder / "sound")
    unpacked(painted_pack(words=WORDY), folder / "wordy")
    return folder


@pytest.fixture(scope="module")
def seen(folder: Path, pictures: Path) -> Verdicts:
    """What the browser saw on all visits to sound pages."""
    return call(ALL, folder=folder, pictures=pictures)


every_visit = pytest.mark.parametrize("visit", ALL, ids=lambda visit: visit.name)
each_sound = pytest.mark.parametrize("visit", SOUND, ids=lambda visit: visit.name)


@every_visit
def test_nothing_goes_wrong(visit: Visit, seen: Verdicts):
    """The visit ends, and neither console nor any box says a word."""
    assert [None, []] == [seen[visit.name].get("error"), seen[visit.name]["remarks"]]


@every_visit
def test_no_request_leaves_the_folder(visit: Visit, seen: Verdicts):
    """Everything asked for lies beside the page."""
    said = seen[visit.name]
    assert [] == [asked for asked in said["requests"] if not asked.startswith(said["root"])]
    assert len(said["requests"]) > 3


@every_visit
def test_page_fits_the_window(visit: Visit, seen: Verdicts):
    """Nothing sticks out sideways, not even the longest word."""
    assert 0 == seen[visit.name]["overflow_px"]


@every_visit
def test_axe_finds_nothing_serious(visit: Visit, seen: Verdicts):
    """No serious or critical fault in light or dark, before and after opening a sticker."""
    said = seen[visit.name]
    found = [said["axe"], said["axe_opened"]] if "axe_opened" in said else [said["axe"]]
    assert len(found) * [{"light": [], "dark": []}] == found


@each_sound
def test_model_viewer_shows_the_solid(visit: Visit, seen: Verdicts, folder: Path, pictures: Path):
    """The solid has its size, stands in place of its preview, and looks like it."""
    opened = seen[visit.name]["opened"]
    assert [True, False] == [opened["shown"], opened["poster"]]
    assert pytest.approx([0.2, 0.2, 0.002], rel=0.01) == opened["size_m"]
    view = pictures / f"{visit.name}.first.png"
    preview = folder / "sound" / "preview" / f"{FIRST}.png"
    assert difference(view, preview) < LIKE_ENOUGH, f"see {view}"


@each_sound
def test_solid_turns(visit: Visit, seen: Verdicts, pictures: Path):
    """What is shown is no still: from behind it is another picture."""
    first, back = (pictures / f"{visit.name}.{view}.png" for view in ("first", "back"))
    assert LIKE_ENOUGH < difference(first, back) < 255, f"see {back}"


@each_sound
def test_solid_comes_the_way_that_works(visit: Visit, seen: Verdicts):
    """A server's page names the GLB, for Scene Viewer; a folder's takes it from its script."""
    said = seen[visit.name]
    asked = {address.removeprefix(said["root"]) for address in said["requests"]}
    ways = {"http": f"glb/{FIRST}.glb", "file": f"models/{FIRST}.js"}
    assert [way == visit.by for way in ways] == [path in asked for path in ways.values()]


@each_sound
def test_solids_are_asked_for_when_opened(visit: Visit, seen: Verdicts):
    """A sticker that nobody opened costs nothing."""
    asked = "\n".join(seen[visit.name]["requests"])
    opened = [name for name in SHOWN if f"glb/{name}.glb" in asked or f"models/{name}.js" in asked]
    assert [FIRST, SECOND, THIRD, LAST] == opened  # the keyboard walk comes by all four
    first, second = (asked.index(f"/{name}.{end}") for name, end in _solids(visit))
    assert asked.index("model-viewer.js") < second
    assert first < second


def _solids(visit: Visit) -> list[tuple[str, str]]:
    return [(name, "glb" if visit.by == "http" else "js") for name in (FIRST, SECOND)]


@each_sound
def test_keyboard_reaches_everything(visit: Visit, seen: Verdicts):
    """Skip, step, open, walk both ways and around, stay within, leave, and be where one was."""
    steps = seen[visit.name]["walk"]
    assert [
        ("Enter", "stickers", ""),
        ("Tab", f"tile-{FIRST}", ""),
        ("ArrowRight", f"tile-{SECOND}", ""),
        ("Enter", f"name-{SECOND}", SECOND),
        ("ArrowRight", f"name-{THIRD}", THIRD),
        ("ArrowLeft", f"name-{SECOND}", SECOND),
        ("ArrowLeft", f"name-{FIRST}", FIRST),
        ("ArrowLeft", f"name-{LAST}", LAST),
    ] == [(step["key"], step["at"], step["open"]) for step in steps[:8]]
    assert f"#sticker-{LAST}" == steps[7]["hash"]
    tabs, escape = steps[8:-1], steps[-1]
    # between the last and the first control a browser's own bar has its turn
    assert {LAST} == {step["within"] for step in tabs if step["at"] != "body"}
    assert {"file", "round", "model-viewer"} <= {step["at"] for step in tabs}
    assert {"at": f"tile-{LAST}", "open": "", "hash": ""} == {
        name: escape[name] for name in ("at", "open", "hash")
    }


@each_sound
def test_buttons_cover_nothing_that_is_told(visit: Visit, seen: Verdicts):
    """However far one scrolls a sticker's details, none of them shows through the buttons."""
    assert [] == seen[visit.name]["under_buttons"]


@each_sound
def test_paper_tells_of_the_making(visit: Visit, seen: Verdicts):
    """Printed, the page tells of every sticker what its dialog tells."""
    assert len(SHOWN) == seen[visit.name]["printed"]


def test_sent_address_opens_its_sticker(seen: Verdicts):
    """Whoever follows a link to one sticker has it before them."""
    assert f"a painted {LAST}" == seen["sent"]["opened"]["title"]


def test_moving_sticker_waits_to_be_asked(seen: Verdicts):
    """Where people want less motion it stands until its button is pressed, then loops."""
    before, after = seen["sent"]["played"]
    assert [1, True, 0, "Play"] == [
        len(before["availableAnimations"]),
        *(before[name] for name in ("paused", "currentTime", "offers")),
    ]
    assert [False, "Pause"] == [after["paused"], after["offers"]]
    assert 0 < after["currentTime"] <= after["duration"]


def test_hostile_words_are_read_as_written(seen: Verdicts):
    """What was opened is called what somebody wrote, sign for sign, and nothing of it ran."""
    title = seen["wordy"]["opened"]["title"]
    assert title.startswith("a \"cat\" said 'hi'")
    assert "<b>you</b> & me]]>" in title


SPOILT = {"outside": DESK_PX, "silent": DESK_PX, "broken": PHONE_PX, "other": DESK_PX}


def _spoil(files: dict[str, bytes]) -> dict[str, dict[str, bytes]]:
    """A sound pack spoilt in ways that a person would notice, or should be spared."""
    html = files["index.html"].decode()
    call_home = '<main><img src="https://example.org/pixel.png" alt="">'
    outside = html.replace("<main>", call_home).replace("Content-Security-Policy", "X-Policy")
    silent = html.replace(' alt="a painted ring-512"', "").replace('lang="en"', "")
    broken = files[f"models/{FIRST}.js"].replace(b"Z2xUR", b"AAAAA", 1)
    return {
        "outside": {**files, "index.html": outside.encode()},
        "silent": {**files, "index.html": silent.encode()},
        "broken": {**files, f"models/{FIRST}.js": broken},
        "other": {**files, f"models/{FIRST}.js": _renamed(files[f"models/{SECOND}.js"])},
    }


def _renamed(script: bytes) -> bytes:
    return script.replace(SECOND.encode(), FIRST.encode(), 1)


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory, pictures: Path) -> Verdicts:
    """What the browser saw on visits to spoilt pages."""
    folder = tmp_path_factory.mktemp("spoilt-galleries")
    for name, files in _spoil(painted_pack()).items():
        unpacked(files, folder / name)
    visits = [Visit(name, f"{name}/index.html", "file", px) for name, px in SPOILT.items()]
    return call(visits, folder=folder, pictures=pictures)


def test_requests_elsewhere_are_noticed(spoilt: Verdicts):
    """A page that loads a picture from another host is caught by its request."""
    assert "https://example.org/pixel.png" in spoilt["outside"]["requests"]


def test_missing_words_are_noticed(spoilt: Verdicts):
    """A picture without words and a page without language are faults to axe."""
    found = " ".join(spoilt["silent"]["axe"]["light"])
    assert [True, True] == [rule in found for rule in ("image-alt", "html-has-lang")]


def test_broken_solid_leaves_its_picture(spoilt: Verdicts):
    """Where the solid cannot be read the preview stays, and the page says so."""
    opened = spoilt["broken"]["opened"]
    assert [False, True] == [opened["shown"], opened["poster"]]
    assert "cannot show it in 3D" in opened["hint"]


def test_wrong_solid_is_noticed(spoilt: Verdicts, folder: Path, pictures: Path):
    """The comparison does judge: another sticker's solid is told apart, and so is a bare stage."""
    preview = folder / "sound" / "preview" / f"{FIRST}.png"
    assert LIKE_ENOUGH < difference(pictures / "other.first.png", preview) < 255
    bare = pictures / "bare.png"
    Image.new("RGB", (600, 700), (220, 226, 235)).save(bare)
    assert 255 == difference(bare, preview)
