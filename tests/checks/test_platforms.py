"""Platforms' packs: good ones pass, and each way to spoil one is called by its rule."""

import json

import numpy as np
import pytest
from PIL import Image

from maquette.checks import check_file
from maquette.checks.bundles import PLATFORMS
from maquette.checks.verdicts import Verdict
from tests.checks import samples


def verdict(platform, files):
    return Verdict("", platform, tuple(PLATFORMS[platform](files, platform)))


GOOD = [
    *(pytest.param(name, make, id=name) for name, make in samples.PLATFORMS.items()),
    pytest.param("whatsapp", lambda: samples.whatsapp(moves=True), id="whatsapp, moving"),
    pytest.param("line", lambda: samples.line(moves=True), id="line, moving"),
    pytest.param("imessage", lambda: samples.imessage(618, "large"), id="imessage, large"),
]


@pytest.mark.parametrize(("platform", "make"), GOOD)
def test_good_packs_pass(platform, make):
    """What obeys the limits breaks no rule and draws no warning."""
    told = verdict(platform, make())
    assert ((), ()) == (told.faults, told.warnings)
    assert any(f.rule == "STICKER_BYTES" for f in told.findings)


@pytest.mark.parametrize("platform", samples.PLATFORMS)
def test_folders_are_known_by_content_or_name(platform, tmp_path):
    """A folder or a zip of a platform's pack is recognised."""
    files = samples.PLATFORMS[platform]()
    folder = samples.laid_out(files, tmp_path / platform)
    packed = tmp_path / f"{platform}.zip"
    packed.write_bytes(samples.zipped(files))
    assert [platform] * 2 == [check_file(path).kind for path in (folder, packed)]
    assert check_file(packed).is_sound


def edited(name, change):
    """A change of the JSON in one file."""

    def spoil(files):
        told = json.loads(files[name])
        change(told)
        return files | {name: samples.dumped(told)}

    return spoil


def pack_edited(**values):
    return edited("contents.json", lambda told: told["sticker_packs"][0].update(values))


def row_edited(**values):
    return edited(
        "contents.json", lambda told: told["sticker_packs"][0]["stickers"][0].update(values)
    )


def replaced(**files):
    """Files by name without the suffix's dot: `tray_png`."""
    return lambda good: good | {name.replace("_", "."): data for name, data in files.items()}


def without(name):
    return lambda files: {n: data for n, data in files.items() if n != name}


def noise(width_px, height_px, kind="PNG"):
    """A picture that cannot be packed small."""
    pixels = np.random.default_rng(1).integers(0, 255, (height_px, width_px, 4), np.uint8)
    return samples.encoded([Image.fromarray(pixels)], kind)


PACK = "Stickers.xcassets/Discs.stickerpack"
CASES = {
    "whatsapp, wrong size": (
        "whatsapp",
        {"01.webp": samples.still(500, 512, "WEBP")},
        "STICKER_SIZE",
    ),
    "whatsapp, empty": ("whatsapp", {"01.webp": samples.nothing()}, "STICKER_EMPTY"),
    "whatsapp, not webp": ("whatsapp", {"01.webp": samples.still(512, 512)}, "STICKER_FORMAT"),
    "whatsapp, damaged": ("whatsapp", {"01.webp": b"RIFF\0\0\0\0WEBPVP8 "}, "STICKER_DAMAGED"),
    "whatsapp, too slow": (
        "whatsapp",
        {"01.webp": samples.moving(512, 512, "WEBP", frame_ms=2000)},
        "STICKER_SECONDS",
    ),
    "whatsapp, too quick": (
        "whatsapp",
        {"01.webp": samples.moving(512, 512, "WEBP", frame_ms=4)},
        "STICKER_FRAME_MS",
    ),
    "whatsapp, mixed": ("whatsapp", {"01.webp": samples.moving(512, 512, "WEBP")}, "PACK_MIXED"),
    "whatsapp, tray": ("whatsapp", {"tray.png": samples.still(48, 48)}, "STICKER_SIZE"),
    "whatsapp, moving tray": ("whatsapp", {"tray.png": samples.moving(96, 96)}, "STICKER_MOVING"),
    "whatsapp, no tray": ("whatsapp", without("tray.png"), "PACK_TRAY"),
    "whatsapp, one is gone": ("whatsapp", without("02.webp"), "STICKER_MISSING"),
    "whatsapp, no publisher": ("whatsapp", pack_edited(publisher=" "), "PACK_TEXT"),
    "whatsapp, long name": ("whatsapp", pack_edited(name="x" * 129), "PACK_TEXT"),
    "whatsapp, odd identifier": ("whatsapp", pack_edited(identifier="a/b"), "PACK_IDENTIFIER"),
    "whatsapp, no version": ("whatsapp", pack_edited(image_data_version=""), "PACK_VERSION"),
    "whatsapp, says moving": ("whatsapp", pack_edited(animated_sticker_pack=True), "PACK_MOVING"),
    "whatsapp, four emoji": ("whatsapp", row_edited(emojis=["😀"] * 4), "STICKER_EMOJI"),
    "whatsapp, wordy": ("whatsapp", row_edited(accessibility_text="x" * 126), "STICKER_SPOKEN"),
    "whatsapp, not json": ("whatsapp", {"contents.json": b"["}, "PACK_CONTENTS"),
    "telegram, no long side": ("telegram", {"02.png": samples.still(400, 400)}, "STICKER_SIZE"),
    "telegram, icon": ("telegram", {"icon.png": samples.still(96, 96)}, "STICKER_SIZE"),
    "telegram, long video": ("telegram", {"03.webm": samples.webm(frames=120)}, "STICKER_SECONDS"),
    "telegram, quick video": ("telegram", {"03.webm": samples.webm(fps=60)}, "STICKER_FRAME_MS"),
    "telegram, other codec": ("telegram", {"03.webm": samples.webm(codec=b"V_AV1")}, "VIDEO_CODEC"),
    "telegram, sound": ("telegram", {"03.webm": samples.webm(sound=True)}, "VIDEO_SOUND"),
    "telegram, half a video": ("telegram", {"03.webm": samples.webm()[:-40]}, "STICKER_DAMAGED"),
    "telegram, apng": ("telegram", {"02.png": samples.moving(512, 512)}, "STICKER_FORMAT"),
    "signal, too large": ("signal", {"01.png": noise(512, 512)}, "STICKER_BYTES"),
    "signal, no manifest": ("signal", without("manifest.yaml"), "PACK_MANIFEST"),
    "signal, too long": (
        "signal",
        {"03.png": samples.moving(512, 512, frame_ms=500)},
        "STICKER_SECONDS",
    ),
    "signal, no cover": (
        "signal",
        lambda f: f | {"manifest.yaml": f["manifest.yaml"].replace(b"cover: 01", b"cover: 99")},
        "PACK_COVER",
    ),
    "signal, no emoji": (
        "signal",
        lambda f: f | {"manifest.yaml": f["manifest.yaml"].replace("😀".encode(), b"''")},
        "STICKER_EMOJI",
    ),
    "line, odd side": ("line", {"01.png": samples.still(369, 320)}, "STICKER_SIZE"),
    "line, count": ("line", without("08.png"), "PACK_COUNT"),
    "line, name": ("line", {"sticker.png": samples.still(370, 320)}, "STICKER_NAME"),
    "line, no tab": ("line", without("tab.png"), "PACK_ICON"),
    "discord, size": ("discord", {"01.png": samples.still(512, 512)}, "STICKER_SIZE"),
    "discord, too long": (
        "discord",
        {"02.png": samples.moving(320, 320, frame_ms=700)},
        "STICKER_SECONDS",
    ),
    "discord, name": (
        "discord",
        edited("stickers.json", lambda rows: rows[0].update(name="x")),
        "STICKER_TITLE",
    ),
    "imessage, grid": (
        "imessage",
        edited(f"{PACK}/Contents.json", lambda t: t["properties"].update({"grid-size": "huge"})),
        "PACK_GRID",
    ),
    "imessage, size": (
        "imessage",
        {f"{PACK}/01.sticker/01.png": samples.still(300, 300)},
        "STICKER_SIZE",
    ),
    "imessage, webp": (
        "imessage",
        {f"{PACK}/01.sticker/01.png": samples.still(408, 408, "WEBP")},
        "STICKER_FORMAT",
    ),
    "imessage, bytes": (
        "imessage",
        {f"{PACK}/01.sticker/01.png": noise(408, 408)},
        "STICKER_BYTES",
    ),
    "imessage, gone": ("imessage", without(f"{PACK}/02.sticker/02.png"), "STICKER_MISSING"),
    "imessage, icon": (
        "imessage",
        {"Stickers.xcassets/iMessage App Icon.stickersiconset/a.png": samples.still(64, 64)},
        "PACK_ICON",
    ),
}


@pytest.mark.parametrize(("platform", "spoil", "rule"), CASES.values(), ids=CASES)
def test_spoiled_packs_name_the_rule(platform, spoil, rule):
    """Each way to break a rule is found, and told by that rule's name."""
    good = samples.PLATFORMS[platform]()
    files = spoil(good) if callable(spoil) else good | spoil
    assert rule in {finding.rule for finding in verdict(platform, files).faults}


def test_line_counts_of_moving_packs():
    """Moving packs of 32 are refused, still ones are taken."""
    assert verdict("line", samples.line(32)).is_sound
    assert {"PACK_COUNT"} == {f.rule for f in verdict("line", samples.line(32, moves=True)).faults}


def test_wastickers_are_read(tmp_path):
    """The zip that sticker apps exchange, of texts and pictures, passes; two stickers do not."""
    picture = samples.still(512, 512, "WEBP")
    files = {"title.txt": b"Discs", "author.txt": b"Somebody", "tray.png": samples.still(96, 96)}
    path = tmp_path / "discs.wastickers"
    path.write_bytes(samples.zipped(files | {f"{n}.webp": picture for n in range(3)}))
    assert ("whatsapp", True) == (check_file(path).kind, check_file(path).is_sound)
    path.write_bytes(samples.zipped(files | {f"{n}.webp": picture for n in range(2)}))
    assert ["PACK_COUNT"] == [f.rule for f in check_file(path).faults]


def test_margins_are_advice():
    """A LINE sticker that touches its edges is warned of, not refused."""
    files = samples.line() | {"01.png": noise(370, 320)}
    told = verdict("line", files)
    assert ["STICKER_MARGIN"] == [f.rule for f in told.warnings]
    assert told.is_sound
