"""What a face photo's file may be, and what it may not."""

import io

import numpy as np
import pytest
from PIL import Image

from maquette.errors import InputError
from maquette.pictures import face_photos
from maquette.types import File
from tests.hostile import hostile_pictures, png_chunk, png_of, sample, saved

ZIP = b"PK\x03\x04" + bytes(60)
PAGE = b"<!DOCTYPE html><script>alert(1)</script>"


def opened(data, suffix="jpg"):
    """The picture in a file, and what the stage says of it."""
    made = face_photos.open_photo(File(data, suffix))
    return made.outputs["picture"], made


def refused(data, suffix="jpg"):
    """The error a file ends in."""
    with pytest.raises(InputError) as caught:
        opened(data, suffix)
    return caught.value


def halves(mode="RGB"):
    """A picture that is dark on the left and light on the right."""
    pixels = np.full((32, 64, 3), 40, np.uint8)
    pixels[:, 32:] = 210
    return Image.fromarray(pixels).convert(mode)


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        pytest.param(saved(halves(), "JPEG"), "jpg", id="jpeg"),
        pytest.param(saved(halves(), "JPEG", progressive=True), "jpg", id="progressive"),
        pytest.param(saved(halves("CMYK"), "JPEG"), "jpg", id="cmyk"),
        pytest.param(saved(halves("L"), "JPEG"), "jpg", id="grey jpeg"),
        pytest.param(saved(halves("LA"), "PNG"), "png", id="grey png with alpha"),
        pytest.param(saved(halves().quantize(8), "PNG"), "png", id="palette"),
        pytest.param(saved(halves(), "WEBP"), "webp", id="webp"),
        pytest.param(saved(halves(), "PNG"), "jpg", id="png that is called jpg"),
    ],
)
def test_photos_of_all_kinds_open(data, suffix):
    """Eight opaque bits of sRGB come out, whatever went in."""
    picture, made = opened(data, suffix)
    assert (64, 32) == picture.size_wh
    assert () == made.notes
    np.testing.assert_allclose(
        picture.rgba[16, [8, 56]], [[40] * 3 + [255], [210] * 3 + [255]], atol=6
    )


@pytest.mark.parametrize("kind", ["L", "RGB"])
def test_sixteen_bits_are_scaled(kind):
    """A 16-bit photo keeps its tones."""
    deep = np.full((8, 8), 257 * 100, np.uint16)
    data = saved(Image.fromarray(deep), "PNG") if kind == "L" else _deep_rgb(257 * 100)
    picture, _ = opened(data, "png")
    assert [100, 100, 100, 255] == picture.rgba[4, 4].tolist()


def _deep_rgb(level):
    """A PNG with 16 bits in each of three channels, which Pillow does not write."""
    import cv2

    return cv2.imencode(".png", np.full((8, 8, 3), level, np.uint16))[1].tobytes()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_camera_held_sideways_is_set_upright(kind):
    """EXIF says how the photo was held; the picture needs no EXIF any more."""
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = halves().transpose(Image.Transpose.ROTATE_90)
    picture, _ = opened(saved(stored, kind, exif=exif))
    assert (64, 32) == picture.size_wh
    assert picture.rgba[16, 8, 0] < 60 < 190 < picture.rgba[16, 56, 0]


def test_forty_megapixels_are_scaled_down():
    """A phone's full size opens, and is said to have been made smaller."""
    picture, made = opened(saved(Image.new("L", (7304, 5478), 128), "JPEG"))
    assert (4096, 3072) == picture.size_wh
    assert 40.01 == made.scores["photo_megapixels"]
    assert ("scaled down from 7304 × 5478 to 4096 × 3072 pixels",) == made.notes


def test_a_see_through_photo_is_scaled_without_a_rim():
    """Colours hidden under full transparency do not leak into the smaller picture."""
    rgba = np.zeros((1, 8192, 4), np.uint8)
    rgba[:, ::2] = 200, 100, 50, 255
    picture, _ = opened(saved(Image.fromarray(rgba), "PNG"), "png")
    np.testing.assert_allclose(picture.rgba[0, 10, :3], [200, 100, 50], atol=1)


def test_too_many_pixels_are_refused_before_decoding():
    """A header that claims 51 megapixels ends with figures, not with memory."""
    error = refused(png_of(10_000, 5_100), "png")
    assert "PICTURE_TOO_MANY_PIXELS" == error.code
    assert (10_000, 5_100, 50_000_000) == tuple(
        error.details[name] for name in ("width_px", "height_px", "maximum_px")
    )


def test_a_large_file_is_refused_with_size_and_maximum():
    """One byte over 10 MB is too much, whatever it holds."""
    data = saved(halves(), "JPEG")
    error = refused(data + bytes(10 * 2**20 + 1 - len(data)))
    assert "PHOTO_TOO_LARGE" == error.code
    assert {"size_bytes": 10 * 2**20 + 1, "maximum_bytes": 10 * 2**20} == error.details


@pytest.mark.parametrize(
    ("data", "looks"),
    [
        pytest.param(PAGE, "a web page", id="a page called jpg"),
        pytest.param(PAGE + saved(halves(), "JPEG"), "a web page", id="a page before a photo"),
        pytest.param(ZIP + saved(halves(), "JPEG"), "a zip", id="a zip before a photo"),
        pytest.param(saved(halves("P"), "GIF"), "a GIF", id="gif"),
        pytest.param(saved(halves(), "TIFF"), "a TIFF", id="tiff"),
        pytest.param(saved(halves(), "BMP"), "a BMP", id="bmp"),
        pytest.param(b"", "no bytes", id="nothing"),
    ],
)
def test_content_decides_not_the_name(data, looks):
    """Whatever is no JPEG, PNG or WebP is refused, and said what it looks like."""
    error = refused(data)
    assert "PHOTO_TYPE" == error.code
    assert looks in error.reason
    assert {"taken": ["JPEG", "PNG", "WebP"], "size_bytes": len(data)} == error.details


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_animations_are_refused(kind):
    """Which of the pictures is meant nobody said."""
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue", "green")]
    error = refused(saved(frames[0], kind, save_all=True, append_images=frames[1:]))
    assert ("PHOTO_ANIMATED", 3) == (error.code, error.details["frames"])


def test_an_animated_gif_is_refused():
    """GIF is no photo, moving or not."""
    frames = [Image.new("P", (8, 8), colour) for colour in (1, 2)]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert "PHOTO_TYPE" == refused(data, "gif").code


def test_an_animation_of_one_picture_is_a_still():
    """Some editors write every PNG that way."""
    control = png_chunk(b"acTL", (1).to_bytes(4, "big") + bytes(4))
    rows = (b"\x00" + bytes(12)) * 4
    picture, _ = opened(png_of(4, 4, extra=control, rows=rows), "png")
    assert (4, 4) == picture.size_wh


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("behind", "said"),
    [
        pytest.param(ZIP, "what follows is a zip archive", id="zip"),
        pytest.param(PAGE, "what follows is a web page", id="page"),
        pytest.param(saved(halves(), "JPEG"), "another picture", id="a second photo"),
    ],
)
def test_what_hangs_behind_a_photo_is_left_out_and_said(kind, behind, said):
    """A file that is two things at once gives the photo alone, and says so."""
    data = saved(sample(), kind)
    plain, _ = opened(data)
    picture, made = opened(data + behind)
    np.testing.assert_array_equal(plain.rgba, picture.rgba)
    assert (f"{len(behind)} bytes behind the photo were left out: {said}",) == made.notes


def test_a_thumbnail_inside_is_not_what_follows():
    """A camera's small copy in the EXIF block ends before the photo does."""
    inner = saved(halves(), "JPEG")
    block = b"Exif\x00\x00" + inner
    app1 = b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block
    data = saved(sample(), "JPEG")
    picture, made = opened(data[:2] + app1 + data[2:])
    assert ((48, 32), ()) == (picture.size_wh, made.notes)


@pytest.mark.parametrize(
    ("name", "data"), [pytest.param(*one, id=one[0]) for one in hostile_pictures()]
)
def test_nothing_but_our_own_errors_comes_out(name, data):
    """Every damaged, lying or foreign file opens, or ends in a code with figures."""
    try:
        picture, _ = opened(data)
    except InputError as error:
        assert error.code.startswith(("PHOTO_", "PICTURE_")), name
        assert "size_bytes" in error.details, name
    else:
        assert max(picture.size_wh) <= face_photos.LONGEST_PX


def test_metadata_stays_behind():
    """Where a photo was taken is not in what goes on."""
    exif = Image.Exif()
    exif[0x010E] = "12 Rose Street"
    data = saved(halves(), "JPEG", exif=exif)
    picture, _ = opened(data)
    plain, _ = opened(saved(halves(), "JPEG"))
    assert b"Rose" in data
    np.testing.assert_array_equal(plain.rgba, picture.rgba)


def test_the_same_bytes_give_the_same_picture():
    """Nothing is left to chance."""
    data = io.BytesIO(saved(sample(), "JPEG")).getvalue()
    np.testing.assert_array_equal(opened(data)[0].rgba, opened(data)[0].rgba)
