"""Safe decoding."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from maquette.errors import InputError
from maquette.pictures.opening import Limits, open_picture
from tests.hostile import sample, saved


def opened(data: bytes, **limits: int):
    """The pixels of a file."""
    return open_picture(data, name="a.png", limits=Limits(**limits)).rgba


def corners() -> Image.Image:
    """An oblong picture whose four quarters differ in colour."""
    pixels = np.zeros((16, 32, 3), np.uint8)
    pixels[:8, :16] = 255, 0, 0
    pixels[:8, 16:] = 0, 255, 0
    pixels[8:, :16] = 0, 0, 255
    return Image.fromarray(pixels)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        pytest.param("PNG", {}, id="png"),
        pytest.param("WEBP", {"lossless": True, "exact": True}, id="webp"),
        pytest.param("TIFF", {"compression": "tiff_lzw"}, id="tiff"),
    ],
)
def test_keeps_pixels(kind: str, options: dict):
    """A lossless file gives the very pixels that were saved, alpha included."""
    image = sample("RGBA")
    assert np.array_equal(np.array(image), opened(saved(image, kind, **options)))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_turns_upright(kind: str, orientation: int):
    """Every EXIF orientation of every format comes out as it was held."""
    upright = corners()
    # how a camera stores it: the inverse of what a viewer must do
    stored = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    held = upright if stored is None else upright.transpose(stored)
    quality = {"quality": 100, "subsampling": 0} if kind == "JPEG" else {}
    lossless = {"lossless": True} if kind == "WEBP" else {}
    found = opened(saved(held, kind, exif=exif, **quality, **lossless))
    assert found.shape[:2] == (16, 32)
    assert np.abs(np.array(upright).astype(int) - found[..., :3]).max() < 12


def test_scales_sixteen_bits():
    """16-bit greys keep their tones instead of clipping to white."""
    deep = np.array([[0, 257 * 100, 65535]], np.uint16)
    assert opened(saved(Image.fromarray(deep), "PNG"))[0, :, 0].tolist() == [0, 100, 255]


def test_converts_cmyk():
    """CMYK comes out as the colours it was made from."""
    found = opened(saved(corners().convert("CMYK"), "JPEG", quality=100, subsampling=0))
    assert np.abs(found[2, 2, :3].astype(int) - (255, 0, 0)).max() < 12


def test_converts_profiles():
    """A colour profile other than sRGB changes the numbers; a damaged one is passed over."""
    image = Image.new("RGB", (8, 8), (200, 60, 60))
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    plain = saved(image, "PNG")
    assert np.array_equal(opened(plain), opened(saved(image, "PNG", icc_profile=b"x" * 300)))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert np.array_equal(opened(plain), opened(saved(image, "PNG", icc_profile=srgb)))
    assert opened(saved(image, "PNG", icc_profile=lab)).shape == (8, 8, 4)


def test_takes_the_first_frame():
    """An animation gives its first frame."""
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    data = saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    assert opened(data)[0, 0].tolist() == [255, 0, 0, 255]


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        pytest.param({"most_bytes": 100}, "PICTURE_TOO_LARGE", id="bytes"),
        pytest.param({"most_pixels": 1000}, "PICTURE_TOO_MANY_PIXELS", id="pixels"),
        pytest.param({"longest_px": 40}, "PICTURE_TOO_MANY_PIXELS", id="side"),
    ],
)
def test_keeps_limits(limits: dict, code: str):
    """More than a limit allows is refused."""
    with pytest.raises(InputError) as refused:
        opened(saved(sample(), "PNG"), **limits)
    assert code == refused.value.code


def test_content_decides_not_the_name():
    """A JPEG called .png opens, and a web page called .png does not."""
    assert opened(saved(sample(), "JPEG")).shape == (32, 48, 4)
    with pytest.raises(InputError, match="a web page"):
        opened(b"<!DOCTYPE html>")


def test_names_are_shown_safely():
    """A file name with control characters cannot write to a terminal."""
    with pytest.raises(InputError) as refused:
        open_picture(b"", name="\x1b[31m" + "n" * 500)
    assert "\x1b" not in refused.value.reason
    assert len(refused.value.reason) < 150


def test_opens_what_follows_a_film():
    """A phone's picture with a film behind it gives the picture's own pixels."""
    data = saved(sample(), "JPEG")
    assert np.array_equal(opened(data), opened(data + io.BytesIO(bytes(range(256)) * 9000).read()))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize(
    "behind",
    [
        pytest.param(b"PK\x03\x04" + bytes(60), id="zip"),
        pytest.param(b"<html><script>alert(1)</script></html>", id="page"),
        pytest.param(b"%PDF-1.7\n%%EOF", id="pdf"),
    ],
)
def test_what_hangs_behind_a_picture_is_dropped(kind: str, behind: bytes):
    """A file that is a picture and something else as well gives the picture and nothing else."""
    data = saved(corners(), kind)
    assert np.array_equal(opened(data), opened(data + behind))


def test_what_hides_before_a_picture_is_refused():
    """A page or an archive with a picture behind it is no picture."""
    for before in (b"<html><!--", b"PK\x03\x04", b"GIF89a"):
        with pytest.raises(InputError, match="PICTURE_TYPE"):
            opened(before + saved(corners(), "JPEG"))
