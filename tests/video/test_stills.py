"""Frame sequences: each kind of file, exact, and each header judged before its pixels."""

import struct
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from maquette.errors import InputError
from maquette.video.footage import open_footage, probe
from maquette.video.limits import MOST_PIXELS
from maquette.video.still_headers import header_of
from tests.video.clips import still

RNG = np.random.default_rng(11)
WHOLE = RNG.integers(0, 2**16, (6, 10, 4)).astype(np.uint16)
LIGHT = RNG.normal(0.4, 1, (6, 10, 3))  # below black and above white as well
LOSSLESS = {"compression": "lossless:4"}
TEN_BITS = (WHOLE[..., :3] >> 6 << 6) | (WHOLE[..., :3] >> 10)


@pytest.mark.parametrize(
    ("name", "pixels", "wishes", "colour"),
    [
        pytest.param("half.exr", LIGHT.astype(np.float16), {}, "linear", id="EXR half"),
        pytest.param("float.exr", LIGHT.astype(np.float32), {}, "linear", id="EXR float"),
        pytest.param(
            "film.dpx",
            TEN_BITS,
            {"oiio:BitsPerSample": 10, "dpx:Transfer": "Printing density"},
            "log",
            id="DPX of ten bits",
        ),
        pytest.param(
            "video.dpx", WHOLE[..., :3], {"dpx:Transfer": "ITU-R 709-4"}, "display", id="DPX of 16"
        ),
        pytest.param("deep.png", WHOLE, {}, "display", id="PNG of 16 bits with alpha"),
        pytest.param("flat.png", WHOLE[..., :3].astype(np.uint8), {}, "display", id="PNG"),
        pytest.param("flat.webp", WHOLE[..., :3].astype(np.uint8), LOSSLESS, "display", id="WebP"),
        pytest.param(
            "clear.webp", WHOLE.astype(np.uint8), LOSSLESS, "display", id="WebP with alpha"
        ),
        pytest.param("deep.tif", WHOLE, {}, "display", id="TIFF of 16 bits with alpha"),
        pytest.param("float.tiff", LIGHT.astype(np.float32), {}, "linear", id="TIFF of floats"),
    ],
)
def test_pixels_are_exact(tmp_path, name, pixels, wishes, colour):
    """Every value comes back, in its depth and with its meaning."""
    with open_footage([still(tmp_path / name, pixels, **wishes)]) as footage:
        assert pixels.dtype == footage[0].pixels.dtype
        assert np.array_equal(pixels, footage[0].pixels)
        assert (colour, colour) == (footage.facts.colour, footage[0].colour)
        assert ((10, 6), pixels.shape[2] == 4) == (footage.facts.size_wh, footage.facts.has_alpha)


def test_jpeg_is_close(tmp_path):
    """JPEG is lossy, upright and of 8 bits."""
    smooth = np.repeat(np.linspace(0, 255, 32)[None, :, None], 24, axis=0).repeat(3, axis=2)
    path = still(tmp_path / "a.jpg", smooth.astype(np.uint8), Orientation=6)
    with open_footage([path]) as footage:
        assert (24, 32) == footage.facts.size_wh
        turned = np.rot90(smooth, -1)
        assert np.abs(footage[0].pixels.astype(float) - turned).max() < 12
        assert "turned upright, as the file asks" in footage.facts.notes


def test_associated_alpha_is_divided_out(tmp_path):
    """Plates have straight alpha; EXR has not. Light without alpha stays."""
    pixels = np.zeros((1, 3, 4), np.float32)
    pixels[0] = [(0.2, 0.1, 0.4, 0.5), (0.3, 0, 0, 0), (0.25, 0.5, 2, 1)]
    with open_footage([still(tmp_path / "a.exr", pixels, "half")]) as footage:
        plate = footage[0].pixels
    assert np.float16 == plate.dtype
    expected = [(0.4, 0.2, 0.8, 0.5), (0.3, 0, 0, 0), (0.25, 0.5, 2, 1)]
    assert np.allclose(plate[0], expected, atol=1e-3)


def test_dividing_never_overflows(tmp_path):
    """A bright colour under almost no alpha stays finite in half."""
    pixels = np.array([[(60_000, 1, 1, 0.001)]], np.float16)
    with open_footage([still(tmp_path / "a.exr", pixels)]) as footage:
        assert np.isfinite(footage[0].pixels).all()


def test_windows_are_laid_on_the_canvas(tmp_path):
    """Overscan is cut off, what lies outside the data window is empty, and a note says so."""
    pixels = LIGHT.astype(np.float32)
    path = still(
        tmp_path / "a.exr", pixels, x=-2, y=1, full_x=0, full_y=0, full_width=12, full_height=5
    )
    with open_footage([path]) as footage:
        expected = np.zeros((5, 12, 3), np.float32)
        expected[1:, :8] = pixels[:4, 2:]
        assert np.array_equal(expected, footage[0].pixels)
        assert any("data window" in note for note in footage.facts.notes)


def test_colours_are_found_among_layers(tmp_path):
    """Plain R, G and B come first, else those of a layer; their order does not matter."""
    pixels = RNG.random((4, 5, 4)).astype(np.float32)
    layered = still(tmp_path / "a.exr", pixels, channelnames=("k.R", "k.G", "k.B", "k.Z"))
    plain = still(tmp_path / "b.exr", pixels, channelnames=("B", "G", "R", "x.R"))
    with open_footage([layered]) as footage:
        assert np.array_equal(pixels[..., :3], footage[0].pixels)
    with open_footage([plain]) as footage:
        assert np.array_equal(pixels[..., [2, 1, 0]], footage[0].pixels)


@pytest.mark.parametrize("channels", [1, 2], ids=["alone", "with alpha"])
def test_grey_is_spread(tmp_path, channels):
    """Grey frames are three equal channels."""
    pixels = WHOLE[..., :channels]
    with open_footage([still(tmp_path / "a.png", pixels)]) as footage:
        assert np.array_equal(pixels[..., [0, 0, 0, 1][: channels + 2]], footage[0].pixels)


def test_facts_come_from_the_header(tmp_path):
    """Rate, time code and pixel aspect are read where the file has them."""
    wishes = {
        "FramesPerSecond": ("rational", (30_000, 1001)),
        "smpte:TimeCode": ("timecode", (0x01_20_30_44, 0)),  # bit 6 of the frames: drop-frame
        "PixelAspectRatio": 2.0,
    }
    facts = probe([still(tmp_path / "a.exr", LIGHT.astype(np.float16), **wishes)])
    assert (Fraction(30_000, 1001), "01:20:30;04") == (facts.rate, facts.timecode)
    assert (Fraction(2), "openexr", 16) == (facts.pixel_aspect, facts.codec, facts.bits)
    assert () == facts.notes


def test_an_untold_rate_is_assumed(tmp_path):
    """Without a rate it is 24, and a note says so; the user may know better."""
    path = still(tmp_path / "a.png", WHOLE)
    assert Fraction(24) == probe([path]).rate
    assert ("the files tell no frame rate: 24 assumed",) == probe([path]).notes
    assert Fraction(25) == probe([path], rate=Fraction(25)).rate


def test_a_sequence_is_in_the_order_given(tmp_path):
    """Plates are numbered as their files are given."""
    frames = [np.full((4, 4, 3), n, np.uint8) for n in range(5)]
    paths = [still(tmp_path / f"{9 - n}.png", frame) for n, frame in enumerate(frames)]
    with open_footage(paths) as footage:
        assert [3, 0, 4] == [int(footage[n].pixels[0, 0, 0]) for n in (3, 0, 4)]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(WHOLE[:5], id="size"),
        pytest.param(WHOLE[..., :3], id="alpha"),
        pytest.param(WHOLE.astype(np.uint8), id="depth"),
    ],
)
def test_frames_that_differ_are_refused(tmp_path, other):
    """Probing names the odd one; opening does as soon as it is read."""
    paths = [still(tmp_path / "1.png", WHOLE), still(tmp_path / "2.png", other)]
    with pytest.raises(InputError) as refused:
        probe(paths)
    assert "FRAMES_DIFFER" == refused.value.code
    assert "2.png" in refused.value.reason
    with open_footage(paths) as footage, pytest.raises(InputError, match="FRAMES_DIFFER"):
        footage[1]


def test_kinds_do_not_mix(tmp_path):
    """A sequence is of one kind."""
    paths = [still(tmp_path / "1.png", WHOLE), still(tmp_path / "2.tif", WHOLE)]
    with pytest.raises(InputError, match="FRAMES_DIFFER"):
        probe(paths)


def test_a_wrong_ending_is_refused(tmp_path):
    """The ending picks the decoder, so it has to be right."""
    path = still(tmp_path / "a.png", WHOLE)
    with pytest.raises(InputError, match=r"FOOTAGE_KIND.*png inside"):
        probe([path.rename(tmp_path / "a.exr")])


def with_window(path, corners):
    """An EXR whose header claims this data window."""
    data = bytearray(path.read_bytes())
    at = data.index(b"dataWindow\0box2i\0") + len(b"dataWindow\0box2i\0") + 4
    data[at : at + 16] = struct.pack("<4i", *corners)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("corners", "code"),
    [
        pytest.param((0, 0, 19_999, 1999), "FOOTAGE_TOO_LARGE", id="too wide"),
        pytest.param((0, 0, 9999, 9999), "FOOTAGE_TOO_LARGE", id="too many pixels"),
        pytest.param((0, 0, 999_999, 999_999), "FOOTAGE_TOO_LARGE", id="huge"),
        pytest.param((5, 5, 0, 0), "FOOTAGE_DAMAGED", id="inside out"),
        pytest.param((-(2**31), 0, 2**31 - 1, 9), "FOOTAGE_DAMAGED", id="overflowing"),
    ],
)
def test_huge_windows_are_refused_by_the_header(tmp_path, corners, code):
    """What a header claims is judged, however small the file is."""
    path = with_window(still(tmp_path / "a.exr", LIGHT.astype(np.float16)), corners)
    with pytest.raises(InputError) as refused:
        probe([path])
    assert code == refused.value.code


def test_deep_images_are_refused(tmp_path):
    """Deep EXR has many samples a pixel; it is refused by its header."""
    import OpenImageIO as oiio

    spec = oiio.ImageSpec(4, 4, 5, "float")
    spec.channelnames, spec.deep = ("R", "G", "B", "A", "Z"), True
    samples = oiio.DeepData()
    samples.init(spec)
    path = tmp_path / "deep.exr"
    out = oiio.ImageOutput.create(str(path))
    assert out.open(str(path), spec)
    assert out.write_deep_image(samples)
    out.close()
    with pytest.raises(InputError, match="FOOTAGE_DEEP"):
        probe([path])


@pytest.mark.parametrize(
    "channels",
    [
        pytest.param(("Z",), id="depth alone"),
        pytest.param(("Y", "RY", "BY"), id="luminance and chroma"),
        pytest.param(("u", "v", "w"), id="motion"),
    ],
)
def test_files_without_colours_are_refused(tmp_path, channels):
    """Only red, green and blue, or grey, make a plate."""
    pixels = np.zeros((4, 5, len(channels)), np.float16)
    with pytest.raises(InputError, match="FOOTAGE_CHANNELS"):
        probe([still(tmp_path / "a.exr", pixels, channelnames=channels)])


def test_colours_far_apart_are_refused():
    """All channels between the colours would be read with them, so they may not be many."""
    import OpenImageIO as oiio

    spec = oiio.ImageSpec(5, 4, 12, "half")
    spec.channelnames = ("R", "G", *(f"layer{n}.Z" for n in range(9)), "B")
    with pytest.raises(InputError, match="FOOTAGE_CHANNELS"):
        header_of(spec, kind="openexr", where="a.exr")


def test_fax_is_refused(tmp_path):
    """TIFF packings that no camera uses are not decoded."""
    path = tmp_path / "a.tif"
    Image.fromarray(np.zeros((8, 8), bool)).save(path, compression="group4")
    with pytest.raises(InputError, match="FOOTAGE_CODEC"):
        probe([path])


def test_giant_tiles_are_refused(tmp_path):
    """One tile is unpacked whole, however small the picture is."""
    path = still(tmp_path / "a.exr", WHOLE[..., :3].astype(np.float16), tile_width=16,
                 tile_height=16)  # fmt: skip
    data = bytearray(path.read_bytes())
    at = data.index(b"tiledesc\0") + len(b"tiledesc\0") + 4
    side = int(MOST_PIXELS**0.5) + 1
    data[at : at + 8] = struct.pack("<2I", side, side)
    path.write_bytes(data)
    with pytest.raises(InputError) as refused:
        probe([path])
    assert refused.value.code in ("FOOTAGE_TOO_LARGE", "FOOTAGE_DAMAGED")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("name", ["a.exr", "a.dpx", "a.png", "a.tif", "a.jpg", "a.webp"])
def test_truncated_frames_are_refused(tmp_path, name, share):
    """A file that ends too early never makes a half-empty plate."""
    noise = RNG.integers(0, 256, (40, 60, 3)).astype(np.uint8)
    path = still(tmp_path / name, noise.astype(np.float16) if name == "a.exr" else noise)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(InputError) as refused, open_footage([path]) as footage:
        footage[0]
    assert "FOOTAGE_DAMAGED" == refused.value.code
    assert name in refused.value.reason


@pytest.mark.parametrize(
    ("sample", "field", "code"),
    [
        pytest.param("uint32", {}, "FOOTAGE_DEPTH", id="32-bit whole numbers"),
        pytest.param("half", {"depth": 3}, "FOOTAGE_KIND", id="a volume"),
        pytest.param("half", {"full_width": 0}, "FOOTAGE_DAMAGED", id="no canvas"),
        pytest.param("half", {"full_height": 50_000}, "FOOTAGE_TOO_LARGE", id="a huge canvas"),
        pytest.param(
            "half", {"tile_width": 9000, "tile_height": 9000}, "FOOTAGE_TOO_LARGE", id="huge tiles"
        ),
    ],
)
def test_headers_are_judged(sample, field, code):
    """What no camera or renderer writes is refused by the header alone."""
    import OpenImageIO as oiio

    spec = oiio.ImageSpec(8, 4, 3, sample)
    for name, value in field.items():
        setattr(spec, name, value)
    with pytest.raises(InputError) as refused:
        header_of(spec, kind="openexr", where="a.exr")
    assert code == refused.value.code
