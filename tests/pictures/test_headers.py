"""What is looked at before a decoder is."""

import pytest
from PIL import Image

from maquette.errors import InputError
from maquette.pictures.headers import end_of, frames_in, slim, webp_canvas_wh
from tests.hostile import png_chunk, png_of, sample, saved, tiff_of


@pytest.mark.parametrize("options", [{}, {"lossless": True}, {"save_all": True}])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_reads_the_canvas_of_every_webp(mode: str, options: dict):
    """Lossy, lossless and extended files all tell their size."""
    if "save_all" in options:
        options = {"save_all": True, "append_images": [sample(mode).rotate(90)]}
    assert webp_canvas_wh(saved(sample(mode), "WEBP", **options)) == (48, 32)


def test_leaves_jpeg_metadata_behind():
    """EXIF, comments and what follows the picture go; pixels and profile stay."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "taken at home"
    plain = saved(sample(), "JPEG")
    full = saved(sample(), "JPEG", exif=exif, comment=b"a comment", icc_profile=b"profile" * 9)
    found = slim(full + b"a film", kind="JPEG", where="a.jpg")
    assert found.orientation == 6
    assert b"home" not in found.data
    assert b"comment" not in found.data
    assert b"profile" in found.data
    assert not found.data.endswith(b"film")
    assert slim(plain, kind="JPEG", where="a.jpg").data == plain


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        pytest.param("PNG", png_of(4, 4, extra=png_chunk(b"teSt", b"") * 100_001), id="png"),
        pytest.param("JPEG", b"\xff\xd8" + b"\xff\xfe\x00\x02" * 3000, id="jpeg segments"),
        pytest.param("JPEG", b"\xff\xd8" + b"\xff\xda\x00\x02x" * 200, id="jpeg scans"),
        pytest.param("TIFF", tiff_of([(n, 7, 1000, 8) for n in range(300)]), id="tiff values"),
        pytest.param("TIFF", tiff_of([(273, 4, 2**31, 8)]), id="tiff numbers"),
    ],
)
def test_refuses_work_that_hides(kind: str, data: bytes):
    """Endless chunks, segments, scans and tag values are refused before decoding."""
    with pytest.raises(InputError) as refused:
        slim(data, kind=kind, where="a file")
    assert refused.value.code == "PICTURE_BOMB"


def test_renames_links_to_other_tiff_directories():
    """EXIF and GPS directories inside a TIFF can no longer be followed."""
    data = tiff_of([(256, 3, 1, 8), (0x8769, 4, 1, 8), (0x8825, 4, 1, 8)])
    found = slim(data, kind="TIFF", where="a.tif").data
    assert len(found) == len(data)
    assert b"\x69\x87" not in found
    assert b"\x25\x88" not in found


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_tells_where_a_picture_ends(kind: str):
    """What hangs behind a file is not counted to it, and a torn file ends where it ends."""
    data = saved(sample(), kind)
    assert len(data) == end_of(data, kind=kind, where="a")
    assert len(data) == end_of(data + b"PK and more", kind=kind, where="a")
    assert len(data) - 9 == end_of(data[:-9], kind=kind, where="a")


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_counts_the_pictures_of_an_animation(kind: str):
    """Three pictures one after another are three, a still is one."""
    turned = [sample().rotate(90), sample().rotate(180)]
    moving = saved(sample(), kind, save_all=True, append_images=turned)
    assert 1 == frames_in(saved(sample(), kind), kind=kind, where="a")
    assert 3 == frames_in(moving, kind=kind, where="a")
