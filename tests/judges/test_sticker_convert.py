"""An outside table of limits on our stickers: that of sticker-convert, a program people use."""

import io
import zipfile

import pytest

from tests.judges.asking import HERE, answer, program
from tests.packs.albums import HAS_VIDEO, fitted, measured

pytestmark = pytest.mark.judge

PRESETS = {
    "whatsapp": ("whatsapp", ""),
    "telegram": ("telegram", ""),
    "signal": ("signal", ""),
    "line": ("line", ""),
    "discord": ("discord", ""),
    "imessage_small": ("imessage", "small.png"),
    "imessage_medium": ("imessage", "regular.png"),
    "imessage_large": ("imessage", "large.png"),
}
# a moving PNG may be called either way
SUFFIXES = {"PNG": {".png"}, "APNG": {".png", ".apng"}, "WEBP": {".webp"}, "WEBM": {".webm"}}


@pytest.fixture(scope="module")
def limits():
    """Preset -> what it takes."""
    return answer(program("python"), HERE / "sticker_convert_says.py")


def file_of(preset, motion):
    """Our sticker for that preset."""
    platform, inner = PRESETS[preset]
    data = fitted(platform, motion).file
    return zipfile.ZipFile(io.BytesIO(data)).read(inner) if inner else data


def complaints(data, wanted, *, kind):
    """What the table would have against a file."""
    found, seconds_ms = measured(data), wanted["duration"]
    checks = {
        "bytes": len(data) <= wanted["size_max"][kind],
        "format": wanted["format"][kind] in SUFFIXES[found.format],
        "width": wanted["res"]["w"]["min"] <= found.size_wh[0] <= wanted["res"]["w"]["max"],
        "height": wanted["res"]["h"]["min"] <= found.size_wh[1] <= wanted["res"]["h"]["max"],
    }
    if kind == "vid":
        fps = found.frames / found.seconds
        checks["seconds"] = seconds_ms["min"] <= 1000 * found.seconds <= seconds_ms["max"]
        checks["pictures a second"] = wanted["fps"]["min"] <= fps <= wanted["fps"]["max"]
    return [name for name, holds in checks.items() if not holds]


@pytest.mark.parametrize("motion", ["still", "bob", "spin"])
@pytest.mark.parametrize("preset", PRESETS)
def test_sticker_convert_takes_our_files(limits, preset, motion):
    """It would upload every file as it is."""
    if preset == "telegram" and motion != "still" and not HAS_VIDEO:
        pytest.skip("PyAV is not installed")
    kind = "img" if motion == "still" else "vid"
    assert [] == complaints(file_of(preset, motion), limits[preset], kind=kind)


def test_sticker_convert_does_judge(limits):
    """Another platform's file is refused for what is wrong with it."""
    wrong = complaints(file_of("discord", "still"), limits["whatsapp"], kind="img")
    assert ["format", "width", "height"] == wrong
