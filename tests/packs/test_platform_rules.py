"""Every rule of the platforms, one by one: numbers stand here again, measured on finished files."""

import hashlib
import io
import json
import zipfile

import numpy as np
import pytest
import yaml
from PIL import Image

from maquette.errors import InputError
from maquette.packs import PLATFORMS, imessage
from maquette.packs.stickers import Sticker
from maquette.packs.wording import utf16_units, wide_units
from tests.packs.albums import CAT, FOX, HAS_VIDEO, arranged, facts, fitted, measured, rgba_of
from tests.packs.albums import stickers as some

EVERY = sorted(PLATFORMS)
MOVES = [
    pytest.param(
        name, marks=[] if HAS_VIDEO else pytest.mark.skip("PyAV is not installed"), id=name
    )
    if name == "telegram"
    else name
    for name in EVERY
]
LONG = "a very round ball " * 30  # 540 characters
HEBREW = "\u05d7\u05ea\u05d5\u05dc\u05d9\u05dd"

# platform -> format, size, bytes; and of what moves: format, size, bytes, seconds
STILL = {
    "whatsapp": ("WEBP", (512, 512), 100_000),
    "telegram": ("PNG", (512, 512), 512_000),
    "signal": ("PNG", (512, 512), 300_000),
    "line": ("PNG", (370, 320), 1_000_000),
    "discord": ("PNG", (320, 320), 512_000),
}
MOVING = {
    "whatsapp": ("WEBP", (512, 512), 500_000, 10),
    "telegram": ("WEBM", (512, 512), 256_000, 3),
    "signal": ("APNG", (512, 512), 300_000, 3),
    "line": ("APNG", (320, 270), 300_000, 4),
    "discord": ("APNG", (320, 320), 512_000, 5),
}


def said(files, name):
    """A JSON file of a folder."""
    return json.loads(files[name])


@pytest.mark.parametrize("platform", sorted(STILL))
def test_a_still_is_as_the_platform_wants_it(platform):
    """Format, size in pixels and bytes."""
    kind, size_wh, most = STILL[platform]
    found = measured(fitted(platform).file)
    assert (kind, size_wh) == (found.format, found.size_wh)
    assert found.bytes <= most


@pytest.mark.parametrize("platform", [m for m in MOVES if m != "imessage"])
def test_a_moving_one_is_as_the_platform_wants_it(platform):
    """Format, size in pixels, bytes, seconds and pictures a second."""
    kind, size_wh, most, most_s = MOVING[platform]
    found = measured(fitted(platform, "bob").file)
    assert (kind, size_wh) == (found.format, found.size_wh)
    assert found.bytes <= most
    assert 0 < found.seconds <= most_s
    assert 1 < found.frames <= 30 * found.seconds


@pytest.mark.parametrize("platform", EVERY)
def test_a_fitted_sticker_has_alpha(platform):
    """Corners are clear, the middle is solid."""
    data = fitted(platform).file
    if platform == "imessage":
        data = zipfile.ZipFile(io.BytesIO(data)).read("regular.png")
    alpha = rgba_of(data)[..., 3]
    middle = tuple(side // 2 for side in alpha.shape)
    assert (0, 255) == (alpha[0, 0], alpha[middle])


@pytest.mark.parametrize(
    ("platform", "margin_px"), [("whatsapp", 16), ("line", 10)], ids=["whatsapp", "line"]
)
def test_margins_are_clear(platform, margin_px):
    """The art keeps the air around it that the platform wants."""
    alpha = rgba_of(fitted(platform).file)[..., 3] > 0
    height, width = alpha.shape
    inner = alpha[margin_px : height - margin_px, margin_px : width - margin_px]
    assert alpha.sum() == inner.sum()


@pytest.mark.parametrize("platform", EVERY)
def test_arranging_is_pure(platform):
    """The same stickers give the same files, byte for byte."""
    assert arranged(platform, 8) == arranged(platform, 8)


@pytest.mark.parametrize("platform", EVERY)
def test_paths_are_plain(platform):
    """No path leaves its folder or troubles a file system, and each folder says what to do."""
    files = arranged(platform, 9)
    assert all(set(path).isdisjoint('\\:*?"<>|') and ".." not in path for path in files)
    assert "upload.txt" in files


@pytest.mark.parametrize("platform", EVERY)
@pytest.mark.parametrize(
    "changed",
    [
        {"name": LONG, "publisher": LONG, "theme": LONG},
        {"name": "", "publisher": "", "theme": ""},
        {"name": HEBREW * 60, "publisher": f"\u202e{HEBREW}"},
        {"name": "a/b\\c:d\n" + CAT * 200, "publisher": "\ud83d\x00"},
    ],
    ids=["500 characters", "missing", "right to left", "emoji and slashes"],
)
def test_whatever_a_pack_is_called(platform, changed):
    """Texts are made to fit: `maquette check` has no fault to find."""
    from maquette.checks.bundles import PLATFORMS as CHECKS

    files = arranged(platform, 8, **changed)
    assert [] == [f for f in CHECKS[platform](files, platform) if f.grade == "fault"]


@pytest.mark.parametrize(
    ("platform", "fewest"),
    [("whatsapp", 3), ("line", 8), ("signal", 1), ("discord", 1), ("imessage", 1)],
)
def test_small_packs_are_refused_in_words(platform, fewest):
    """One less than the least is refused with both numbers, the least is taken."""
    assert arranged(platform, fewest)
    with pytest.raises(InputError, match=f"packs of {fewest} .* has {fewest - 1}") as refused:
        arranged(platform, fewest - 1)
    assert "PACK_TOO_SMALL" == refused.value.code
    assert "add 1 to the prompt set" == refused.value.fix


def test_large_packs_are_refused_in_words():
    """WhatsApp takes thirty."""
    assert arranged("whatsapp", 30)
    with pytest.raises(InputError, match="30 stickers or fewer") as refused:
        arranged("whatsapp", 31)
    assert "PACK_NOT_POSSIBLE" == refused.value.code


# WhatsApp


def test_whatsapp_contents_have_every_field():
    """``contents.json`` is laid out as that of WhatsApp's sample app."""
    files = arranged("whatsapp", 3)
    contents = said(files, "contents.json")
    assert {"android_play_store_link", "ios_app_store_link", "sticker_packs"} == contents.keys()
    (pack,) = contents["sticker_packs"]
    assert ("space-balls", "Space balls", "Ball & Co", "tray.png", False, False) == tuple(
        pack[name]
        for name in (
            *("identifier", "name", "publisher", "tray_image_file"),
            *("animated_sticker_pack", "avoid_cache"),
        )
    )
    row = {
        "image_file": "01-ball-1.webp",
        "emojis": [CAT],
        "accessibility_text": "a striped ball",
    }
    assert row == pack["stickers"][0]
    assert all(f"space-balls/{one['image_file']}" in files for one in pack["stickers"])


def test_whatsapp_version_follows_the_pictures():
    """``image_data_version`` changes when a picture does, and only then."""

    def version(kind):
        stickers = some("whatsapp", 3)
        stickers[0] = Sticker("x", "x", (CAT,), kind, "webp")
        files = PLATFORMS["whatsapp"].arrange(stickers, facts())
        return said(files, "contents.json")["sticker_packs"][0]["image_data_version"]

    assert version(b"one") == version(b"one")
    assert version(b"one") != version(b"two")


def test_whatsapp_tray():
    """96 × 96 PNG of at most 50 KB."""
    tray = measured(arranged("whatsapp", 3)["space-balls/tray.png"])
    assert ("PNG", (96, 96)) == (tray.format, tray.size_wh)
    assert tray.bytes <= 50_000


def test_whatsapp_texts_fit():
    """Name, publisher and identifier have 128 characters, spoken texts 125, emoji are 1 to 3."""
    stickers = [
        Sticker(f"s{n}", LONG, (CAT, FOX) * 3, fitted("whatsapp").file, "webp") for n in range(3)
    ]
    long = facts(id="x" * 400, name=CAT * 200, publisher=LONG)
    (pack,) = said(PLATFORMS["whatsapp"].arrange(stickers, long), "contents.json")["sticker_packs"]
    assert all(utf16_units(pack[n]) <= 128 for n in ("identifier", "name", "publisher"))
    assert pack["name"].endswith(CAT + "…")
    assert all(len(row["accessibility_text"]) <= 125 for row in pack["stickers"])
    assert all([CAT, FOX, CAT] == row["emojis"] for row in pack["stickers"])


def test_whatsapp_needs_a_publisher():
    """Where none is given, a stand-in is."""
    (pack,) = said(arranged("whatsapp", 3, publisher=""), "contents.json")["sticker_packs"]
    assert pack["publisher"] == "unnamed publisher"


def test_whatsapp_frames_last_eight_milliseconds():
    """No frame is shorter, the whole is at most ten seconds, the first covers the canvas."""
    data = fitted("whatsapp", "bob").file
    with Image.open(io.BytesIO(data)) as film:
        lengths = []
        for number in range(film.n_frames):
            film.seek(number)
            film.load()
            lengths.append(film.info["duration"])
    assert min(lengths) >= 8
    assert sum(lengths) <= 10_000
    first = data[data.index(b"ANMF") + 8 :]
    assert (0, 511, 511) == tuple(
        int.from_bytes(part, "little") for part in (first[:6], first[6:9], first[9:12])
    )


def test_whatsapp_splits_a_mixed_pack():
    """Still and moving ones become a pack each; spoken text of moving ones may be longer."""
    files = arranged("whatsapp", 3, 3)
    packs = said(files, "contents.json")["sticker_packs"]
    assert [("space-balls-still", False), ("space-balls-moving", True)] == [
        (pack["identifier"], pack["animated_sticker_pack"]) for pack in packs
    ]
    assert {"space-balls-still.wastickers", "space-balls-moving.wastickers"} <= files.keys()


def test_whatsapp_says_who_is_left_out():
    """Two moving ones among many still ones have no pack, and are named."""
    stickers = some("whatsapp", 4, 2)
    files = PLATFORMS["whatsapp"].arrange(stickers, facts())
    assert 1 == len(said(files, "contents.json")["sticker_packs"])
    assert ("ball-5", "ball-6") == PLATFORMS["whatsapp"].left_out(stickers)
    assert "- ball-5" in files["upload.txt"].decode()


def test_wastickers_are_what_sticker_apps_read():
    """Author, title, one PNG, WebP for the rest; dated 1980."""
    archive = zipfile.ZipFile(io.BytesIO(arranged("whatsapp", 3)["space-balls.wastickers"]))
    names = archive.namelist()
    assert ["author.txt", "title.txt", "tray.png"] == names[:3]
    assert [".webp"] * 3 == [name[-5:] for name in names[3:]]
    assert ("Ball & Co", "Space balls") == tuple(archive.read(n).decode() for n in names[:2])
    assert {1980} == {entry.date_time[0] for entry in archive.infolist()}


# Telegram


def test_telegram_icon():
    """A PNG of 100 × 100."""
    icon = measured(arranged("telegram", 2)["icon.png"])
    assert ("PNG", (100, 100)) == (icon.format, icon.size_wh)


def test_telegram_moving_icon():
    """A video of 100 × 100, of at most 32 KB and three seconds."""
    pytest.importorskip("av")
    icon = measured(arranged("telegram", 0, 1)["icon.webm"])
    assert ("WEBM", (100, 100)) == (icon.format, icon.size_wh)
    assert icon.bytes <= 32_000
    assert icon.seconds <= 3


def test_telegram_splits_a_mixed_pack():
    """Still and moving ones have a folder each, with their own command for the bot."""
    pytest.importorskip("av")
    files = arranged("telegram", 1, 1)
    assert {"still/01-ball-1.png", "moving/01-ball-2.webm"} <= files.keys()
    assert "/newpack" in files["still/upload.txt"].decode()
    assert "/newvideo" in files["moving/upload.txt"].decode()


def test_telegram_texts():
    """A title of at most 64 characters, and the emoji of each file."""
    told = said(arranged("telegram", 1, name=LONG), "stickers.json")
    assert len(told["title"]) <= 64
    assert [{"file": "01-ball-1.png", "emoji": [CAT]}] == told["stickers"]


# Signal


def test_signal_manifest():
    """Title, author, cover, and one emoji per file, as YAML that anyone can load."""
    files = arranged("signal", 2, 1, name=f"{HEBREW} {CAT}: #1")
    manifest = yaml.safe_load(files["manifest.yaml"])
    assert (f"{HEBREW} {CAT}: #1", "Ball & Co", "cover.png") == tuple(
        manifest[name] for name in ("title", "author", "cover")
    )
    assert [(f"0{n}-ball-{n}.png", CAT) for n in (1, 2, 3)] == [
        (row["file"], row["emoji"]) for row in manifest["stickers"]
    ]
    assert all(row["file"] in files for row in manifest["stickers"])
    cover = measured(files["cover.png"])
    assert ("PNG", (512, 512)) == (cover.format, cover.size_wh)
    assert cover.bytes <= 300_000


# LINE


@pytest.mark.parametrize(
    ("given", "taken"),
    [(8, 8), (15, 8), (16, 16), (23, 16), (24, 24), (30, 24), (33, 32), (40, 40)],
)
def test_line_counts(given, taken):
    """The largest number that LINE takes, the rest named."""
    stickers = some("line", given)
    files = PLATFORMS["line"].arrange(stickers, facts())
    numbers = sorted(path for path in files if path[:2].isdigit())
    assert [f"{n:02d}.png" for n in range(1, taken + 1)] == numbers
    left = PLATFORMS["line"].left_out(stickers)
    assert tuple(f"ball-{n}" for n in range(taken + 1, given + 1)) == left


@pytest.mark.parametrize(
    ("still", "moving", "first_left"), [(8, 8, "ball-9"), (8, 16, "ball-1"), (30, 24, "ball-25")]
)
def test_line_packs_are_of_one_kind(still, moving, first_left):
    """Of a mixed pack the kind that makes the larger one is taken."""
    left = PLATFORMS["line"].left_out(some("line", still, moving))
    assert first_left == left[0]


def test_line_moving_counts():
    """Of moving ones 24 are the most."""
    stickers = some("line", 0, 39)
    assert 15 == len(PLATFORMS["line"].left_out(stickers))


def test_line_shop_pictures():
    """``main.png`` of 240 × 240, ``tab.png`` of 96 × 74."""
    files = arranged("line", 8)
    assert [("PNG", (240, 240)), ("PNG", (96, 74))] == [
        (found.format, found.size_wh)
        for found in (measured(files["main.png"]), measured(files["tab.png"]))
    ]


def test_line_shop_picture_moves_with_the_pack():
    """``main.png`` of a moving pack is a film under the rules of its stickers."""
    files = arranged("line", 0, 8)
    main, tab = measured(files["main.png"]), measured(files["tab.png"])
    assert ("APNG", (240, 240), "PNG") == (main.format, main.size_wh, tab.format)
    assert main.bytes <= 300_000
    assert 5 <= main.frames <= 20


def test_line_films():
    """Five to twenty pictures, one to four plays that end within four seconds."""
    found = measured(fitted("line", "bob").file)
    assert 5 <= found.frames <= 20
    assert 1 <= found.loop <= 4
    assert found.loop * found.seconds <= 4
    assert found.seconds == int(found.seconds)


def test_line_sides_are_even():
    """Both sides of stickers are even numbers."""
    sides = measured(fitted("line").file).size_wh + measured(fitted("line", "bob").file).size_wh
    assert [0] * 4 == [side % 2 for side in sides]


def test_line_pack_is_small_enough():
    """Forty of the largest stickers still make a zip of at most 20 MB."""
    assert 40 * 370 * 320 * 4 < 20_000_000


def test_line_texts():
    """40, 160, 50 and 50 places, of which a Japanese character takes two."""
    texts = said(arranged("line", 8, name="猫" * 90, publisher="犬" * 90), "texts.json")
    places = {name: wide_units(text) for name, text in texts.items()}
    limits = {"title": 40, "description": 160, "creator": 50, "copyright": 50}
    assert texts.keys() == limits.keys()
    assert all(0 < places[name] <= most for name, most in limits.items())


# Discord


def test_discord_texts():
    """Names of 2 to 30, descriptions of 2 to 100, tags of at most 200 characters."""
    words = ["x", LONG, "", f"{CAT}", "a fine cat"]
    stickers = [
        Sticker(f"s{n}", text, (CAT, FOX), fitted("discord").file, "png")
        for n, text in enumerate(words)
    ]
    rows = said(PLATFORMS["discord"].arrange(stickers, facts()), "stickers.json")["stickers"]
    assert all(2 <= utf16_units(row["name"]) <= 30 for row in rows)
    assert all(2 <= utf16_units(row["description"]) <= 100 for row in rows)
    assert all(CAT == row["tags"] for row in rows)
    assert ("x sticker", "a fine cat") == (rows[0]["name"], rows[4]["name"])


# iMessage


@pytest.mark.parametrize(("grid", "side"), [("small", 300), ("regular", 408), ("large", 618)])
@pytest.mark.parametrize("motion", ["still", "bob"])
def test_imessage_sizes(grid, side, motion):
    """Three sizes of at most 500 KB, PNG or APNG."""
    archive = zipfile.ZipFile(io.BytesIO(fitted("imessage", motion).file))
    found = measured(archive.read(f"{grid}.png"))
    assert ("PNG" if motion == "still" else "APNG", (side, side)) == (found.format, found.size_wh)
    assert found.bytes <= 500_000


def test_imessage_catalog():
    """Catalog, pack, sticker: each folder says what it holds, and holds it."""
    files = arranged("imessage", 2)
    assert {"info"} == said(files, "Stickers.xcassets/Contents.json").keys()
    for folder, grid in (("Stickers.xcassets", "regular"), ("small", "small"), ("large", "large")):
        pack = f"{folder}/Sticker Pack.stickerpack"
        listed = said(files, f"{pack}/Contents.json")
        assert {"grid-size": grid} == listed["properties"]
        assert [{"filename": f"ball-{n}.sticker"} for n in (1, 2)] == listed["stickers"]
        told = said(files, f"{pack}/ball-1.sticker/Contents.json")["properties"]
        assert {"accessibility-label": "a striped ball", "filename": "ball-1.png"} == told
        side = imessage.SIZES_PX[grid]
        assert (side, side) == measured(files[f"{pack}/ball-1.sticker/ball-1.png"]).size_wh


def test_imessage_labels_fit():
    """At most 150 characters are spoken."""
    sticker = Sticker("s", LONG, (CAT,), fitted("imessage").file, "zip")
    files = PLATFORMS["imessage"].arrange([sticker], facts())
    path = "Stickers.xcassets/Sticker Pack.stickerpack/s.sticker/Contents.json"
    assert 100 < len(said(files, path)["properties"]["accessibility-label"]) <= 150


ICON_SIZES = [
    *((1024, 768), (96, 72), (64, 48), (81, 60), (54, 40), (148, 110), (134, 100)),
    *((58, 58), (58, 58), (87, 87), (180, 135), (120, 90), (1024, 1024)),
]


def test_imessage_icons():
    """Every slot has its size in pixels, opaque, as the App Store wants it."""
    files = arranged("imessage", 1)
    folder = "Stickers.xcassets/iMessage App Icon.stickersiconset"
    listed = said(files, f"{folder}/Contents.json")["images"]
    sizes = []
    for slot in listed:
        with Image.open(io.BytesIO(files[f"{folder}/{slot['filename']}"])) as icon:
            points = [int(side) * int(slot["scale"][0]) for side in slot["size"].split("x")]
            assert ("RGB", points) == (icon.mode, list(icon.size))
            assert np.ptp(np.array(icon)) > 50  # something is drawn
            sizes.append(icon.size)
    assert sorted(ICON_SIZES) == sorted(sizes)


def test_fits_are_the_same_each_time():
    """Fitting anew gives the same bytes, still or moving."""
    from tests import zoo

    for name, motion in (("whatsapp", "still"), ("signal", "wiggle"), ("imessage", "still")):
        digests = {
            hashlib.sha256(
                PLATFORMS[name].fit(zoo.ring(), motion=motion).outputs[name].data
            ).hexdigest()
            for _ in range(2)
        }
        assert 1 == len(digests), name
