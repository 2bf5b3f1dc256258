"""EXR: channels come back as they went in, the header says what others look for."""

import sys
from fractions import Fraction

import numpy as np
import pytest

from maquette.errors import FormatError, InputError, ToolError
from maquette.formats.exr import layer, layer_names, packed_timecode, read_exr, write_exr
from maquette.provenance import Provenance
from maquette.video.slates import Slate
from tests import zoo

SLATE = Slate(Fraction(24000, 1001), "01:02:03:04", Fraction(2))


def noise(shape, *, low=0.0, high=1.0):
    """Random numbers, the same each time."""
    return np.random.default_rng(3).uniform(low, high, shape).astype(np.float32)


def written(path, channels, *, slate=SLATE, provenance=None):
    """The file of these channels."""
    pytest.importorskip("OpenImageIO")
    write_exr(path, channels, slate=slate, provenance=provenance or Provenance())
    return path


@pytest.mark.parametrize("size_wh", [(31, 20), (1, 1), (5, 300)], ids=str)
def test_channels_come_back_bit_for_bit(tmp_path, size_wh):
    """Half stays half, float stays float, and every strip is in its place."""
    shape = (size_wh[1], size_wh[0])
    channels = {
        "A": noise(shape).astype(np.float16),
        "hero.R": noise(shape, low=-2, high=40).astype(np.float16),
        "ids.R": noise(shape, low=-1e30, high=1e30),
    }
    again = read_exr(written(tmp_path / "a.exr", channels)).channels
    assert set(channels) == set(again)
    for name, values in channels.items():
        assert values.dtype == again[name].dtype
        assert np.array_equal(values, again[name])


def test_the_header_says_slate_and_provenance(tmp_path):
    """Rate, time code, pixel shape; every word of the imprint under our own name; no date."""
    path = written(tmp_path / "a.exr", layer("", noise((4, 6))), provenance=zoo.provenance())
    words = read_exr(path).words
    assert (24000, 1001) == words["framesPerSecond"]
    assert 0x01020304 == words["smpte:TimeCode"][0]
    assert 2 == words["PixelAspectRatio"]
    assert "zip" == words["compression"]
    assert "a round cat" == words["maquette/Description"]
    assert zoo.provenance() == Provenance.from_json(words["maquette/Provenance"])
    assert "DateTime" not in words
    assert b"capDate" not in path.read_bytes()


def test_equal_frames_give_equal_bytes(tmp_path):
    """A frame made again is the same file."""
    channels = layer("hero", noise((40, 60)), noise((40, 60, 3)))
    one, two = (written(tmp_path / name, channels).read_bytes() for name in ("a.exr", "b.exr"))
    assert one == two


@pytest.mark.parametrize(
    "slate",
    [Slate(Fraction(24)), Slate(Fraction(120), "00:00:00:119")],
    ids=["unknown", "too fast for SMPTE"],
)
def test_without_time_code_none_is_written(tmp_path, slate):
    """Nothing is said where nothing is known, or where the format has no room for it."""
    path = written(tmp_path / "a.exr", layer("", noise((4, 6))), slate=slate)
    assert "smpte:TimeCode" not in read_exr(path).words


def test_colours_of_a_layer_are_premultiplied(tmp_path):
    """EXR's custom: a pixel half covered holds half the light; beyond half's range it is cut."""
    alpha = np.array([[0, 0.5, 1]], np.float32)
    colours = np.full((1, 3, 3), (0.2, 4, 1e6), np.float32)
    expected = {
        "hero.R": [0, 0.1, 0.2],
        "hero.G": [0, 2, 4],
        "hero.B": [0, 65504, 65504],
        "hero.A": [0, 0.5, 1],
    }
    again = read_exr(written(tmp_path / "a.exr", layer("hero", alpha, colours))).channels
    assert {name: np.float16([values]).tolist() for name, values in expected.items()} == {
        name: values.tolist() for name, values in again.items()
    }


TIMECODES = {
    "plain": ("01:02:03:04", False, 0x01020304),
    "all digits": ("23:59:59:29", False, 0x23595929),
    "dropped": ("00:10:00;02", False, 0x00100042),
    "fast, even": ("00:00:00:58", True, 0x00000029),
    "fast, odd": ("00:00:00:59", True, 0x00008029),
}


@pytest.mark.parametrize(("timecode", "fast", "expected"), TIMECODES.values(), ids=TIMECODES)
def test_time_code_is_packed_in_decimal_digits(timecode, fast, expected):
    """SMPTE 12M: tens and units in fours, drop flag, the odd frame of a pair as a flag."""
    assert expected == packed_timecode(timecode, fast=fast)


@pytest.mark.parametrize("timecode", ["", "1:2:3:4", "01:02:03", "01:60:00:00", "01:02:03.04"])
def test_what_is_no_time_code_is_refused(timecode):
    """It names the text and the form that is meant."""
    with pytest.raises(InputError, match="hh:mm:ss:ff") as refused:
        packed_timecode(timecode, fast=False)
    assert "TIMECODE_WRONG" == refused.value.code


def test_layer_names_are_safe_and_unique():
    """Letters, digits, underscores; never two alike, never empty, never too long."""
    labels = ["hero", "hero", "red coat / left", "7 dwarfs", "лиса", "лиса", "x" * 99, "x" * 99]
    expected = [
        "hero", "hero_2", "red_coat_left", "_7_dwarfs", "object", "object_2",
        "x" * 24, "x" * 24 + "_2",
    ]  # fmt: skip
    assert expected == layer_names(labels)


UNFIT = {
    "two sizes": {"A": np.zeros((2, 2), np.float16), "B": np.zeros((2, 3), np.float16)},
    "bytes": {"A": np.zeros((2, 2), np.uint8)},
    "nothing": {},
}


@pytest.mark.parametrize("channels", UNFIT.values(), ids=UNFIT)
def test_channels_that_make_no_picture_are_refused(tmp_path, channels):
    """One size, float, at least one."""
    with pytest.raises(InputError) as refused:
        written(tmp_path / "a.exr", channels)
    assert "ARRAY_SHAPE" == refused.value.code


def test_a_broken_disk_is_told(tmp_path):
    """Trouble of the machine passes: it is a ToolError, and names the file."""
    with pytest.raises(ToolError, match=r"a\.exr") as failed:
        written(tmp_path / "nowhere" / "a.exr", layer("", noise((4, 6))))
    assert ("EXR_NOT_WRITTEN", False) == (failed.value.code, failed.value.lasting)


@pytest.mark.parametrize(
    "kept", [0, 100, -40], ids=["empty", "cut in the header", "cut at the end"]
)
def test_a_damaged_file_is_told(tmp_path, kept):
    """Reading back says which file and does not guess."""
    path = written(tmp_path / "a.exr", layer("hero", noise((64, 64)), noise((64, 64, 3))))
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(FormatError, match=r"a\.exr") as failed:
        read_exr(path)
    assert "EXR_UNREADABLE" == failed.value.code


def test_without_the_package_it_says_what_to_install(tmp_path, monkeypatch):
    """The extra is named."""
    monkeypatch.setitem(sys.modules, "OpenImageIO", None)
    channels = layer("", noise((4, 6)))
    with pytest.raises(ToolError) as missing:
        write_exr(tmp_path / "a.exr", channels, slate=SLATE, provenance=Provenance())
    assert "VIDEO_NOT_INSTALLED" == missing.value.code
    assert "maquette[roto]" in missing.value.fix
