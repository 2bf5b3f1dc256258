"""Movies: what is promised of alpha, colour, tags and bytes, read back through PyAV."""

import sys
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from maquette.errors import InputError, ToolError
from maquette.video.encoding import KINDS, MoviePlan, MovieWriter
from maquette.video.slates import Slate

SLATE = Slate(Fraction(24000, 1001), "01:02:03:04")
FULL = {np.uint8: 255, np.uint16: 65535}
each_kind = pytest.mark.parametrize("kind", KINDS)


def film(depth=np.uint16, *, size_wh=(66, 48), frames=4):
    """A ramp that drifts to the right, clear at its left edge, solid at its right."""
    y, x = np.mgrid[: size_wh[1], : size_wh[0]]
    x, y = x / (size_wh[0] - 1), y / (size_wh[1] - 1)
    shots = [np.stack([x * 0.5 + n / 10, y, 1 - x, x], -1) for n in range(frames)]
    return [np.rint(shot * FULL[depth]).astype(depth) for shot in shots]


def written(path, frames, *, kind, slate=SLATE, words=None):
    """The movie of these frames at `path`."""
    size_wh = (frames[0].shape[1], frames[0].shape[0])
    with MovieWriter(path, MoviePlan(kind, size_wh, slate, words or {})) as movie:
        for frame in frames:
            movie.write(frame)
    return path


def decoded(path, pixel_format):
    """All frames as PyAV reads them, as arrays of this format."""
    av = pytest.importorskip("av")
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format=pixel_format) for frame in container.decode(video=0)]


def depth_of(kind):
    """The deepest pixels that this kind takes."""
    return max(KINDS[kind].formats, key=lambda depth: depth.itemsize).type


@pytest.mark.parametrize("depth", [np.uint8, np.uint16], ids=["8 bit", "16 bit"])
@pytest.mark.parametrize("size_wh", [(66, 48), (67, 49), (16, 16)], ids=str)
def test_ffv1_gives_back_the_very_numbers(tmp_path, depth, size_wh):
    """Lossless, alpha included, whatever the size."""
    frames = film(depth, size_wh=size_wh)
    path = written(tmp_path / "a.mkv", frames, kind="ffv1")
    pixel_format = "rgba" if depth is np.uint8 else "rgba64le"
    assert np.array_equal(frames, decoded(path, pixel_format))


@pytest.mark.parametrize("depth", [np.uint8, np.uint16], ids=["8 bit", "16 bit"])
def test_prores_keeps_alpha_in_ten_bits(tmp_path, depth):
    """Alpha is straight and off by a step of ten bits at most; clear and solid stay so."""
    av = pytest.importorskip("av")
    frames = film(depth, size_wh=(67, 49))
    path = written(tmp_path / "a.mov", frames, kind="prores4444")
    with av.open(str(path)) as container:
        shown = list(container.decode(video=0))
    for frame, again in zip(frames, shown, strict=True):
        plane = np.frombuffer(again.planes[3], np.uint16).reshape(again.height, -1)
        alpha = plane[:, : again.width] / 4095  # decoders give 4444 in twelve bits
        assert np.abs(alpha - frame[..., 3] / FULL[depth]).max() < 1.5 / 1023
        assert (0, 1) == (alpha.min(), alpha.max())


def test_prores_keeps_colours(tmp_path):
    """Luma and colour differences are those of BT.709, off by a quarter of a percent at most."""
    av = pytest.importorskip("av")
    frames = film()
    path = written(tmp_path / "a.mov", frames, kind="prores4444")
    with av.open(str(path)) as container:
        again = next(container.decode(video=0))
    red, green, blue = (frames[0][..., channel] / 65535 for channel in range(3))
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    expected = (
        16 + 219 * luma,
        128 + 224 * (blue - luma) / 1.8556,
        128 + 224 * (red - luma) / 1.5748,
    )
    for plane, values in zip(again.planes, expected, strict=False):
        found = np.frombuffer(plane, np.uint16).reshape(again.height, -1)[:, : again.width] / 16
        assert np.abs(found - values).max() < 0.6
        assert abs((found - values).mean()) < 0.05


@each_kind
def test_the_container_says_what_it_holds(tmp_path, kind):
    """Rate, size, colours, time code and words are found by others; pixel shape in two kinds."""
    av = pytest.importorskip("av")
    slate = Slate(Fraction(30000, 1001), "10:00:00;02", Fraction(2))
    path = tmp_path / f"a.{KINDS[kind].suffix}"
    written(path, film(depth_of(kind)), kind=kind, slate=slate, words={"Seed": "7"})
    with av.open(str(path)) as container:
        said = {key.upper(): text for key, text in container.metadata.items()}
        stream = container.streams.video[0]
        coder = stream.codec_context
        assert (66, 48) == (coder.width, coder.height)
        assert Fraction(30000, 1001) == stream.average_rate
        assert (None if kind == "ffv1" else 2) == stream.sample_aspect_ratio
        frame = next(container.decode(video=0))
    assert ("10:00:00;02", "7") == (said["TIMECODE"], said["SEED"])
    assert (1, 1, 1) == (frame.colorspace, frame.color_primaries, frame.color_trc)
    assert KINDS[kind].range == frame.color_range


@pytest.mark.parametrize(
    "rate", ["24", "25", "24000/1001", "30000/1001", "50", "60000/1001", "120", "12", "25/2"]
)
@pytest.mark.parametrize("kind", ["prores4444", "ffv1"])
def test_any_rate_plays_at_its_own_speed(tmp_path, kind, rate):
    """The rate is exact and every frame has its own time, also where time code is odd."""
    av = pytest.importorskip("av")
    slate = Slate(Fraction(rate), "00:00:10:00")
    path = written(tmp_path / f"a.{KINDS[kind].suffix}", film(), kind=kind, slate=slate)
    with av.open(str(path)) as container:
        found = container.streams.video[0].average_rate
        # FFmpeg reads a Matroska's rate from nanoseconds, and calls 60000/1001 19001/317
        nearly = pytest.approx(float(Fraction(rate)), rel=1e-5)
        assert (nearly if kind == "ffv1" else Fraction(rate)) == found
        times_s = [frame.time for frame in container.decode(video=0)]
    gaps_s = [later - sooner for sooner, later in pairwise(times_s)]
    # Matroska counts in milliseconds
    assert [pytest.approx(float(1 / Fraction(rate)), abs=1.01e-3)] * 3 == gaps_s


@each_kind
def test_equal_frames_give_equal_bytes(tmp_path, kind):
    """No dates, no versions of programs, no random ids."""
    pytest.importorskip("av")
    frames = film(depth_of(kind))
    one, two = (written(tmp_path / name, frames, kind=kind).read_bytes() for name in "ab")
    assert one == two
    assert b"Lavf6" not in one
    assert b"Lavc6" not in one


def test_h264_shows_the_picture(tmp_path):
    """Four frames, close to what went in, in the subsampled eight bits that all players take."""
    av = pytest.importorskip("av")
    frames = [frame[..., :3] for frame in film(np.uint8)]
    path = written(tmp_path / "a.mp4", frames, kind="h264")
    with av.open(str(path)) as container:
        assert "yuv420p" == container.streams.video[0].codec_context.pix_fmt
    shown = decoded(path, "rgb24")
    assert 4 == len(shown)
    assert max(np.abs(a.astype(int) - b).mean() for a, b in zip(frames, shown, strict=True)) < 4
    index, data = path.read_bytes().find(b"moov"), path.read_bytes().find(b"mdat")
    assert 0 < index < data, "the index comes first: the movie plays while it loads"


@pytest.mark.parametrize("kind", ["prores4444", "ffv1"])
def test_three_channels_are_opaque(tmp_path, kind):
    """A frame without alpha is solid everywhere."""
    pytest.importorskip("av")
    frames = [np.full((48, 66, 3), 90, np.uint8)]
    path = written(tmp_path / f"a.{KINDS[kind].suffix}", frames, kind=kind)
    assert {255} == set(np.unique(decoded(path, "rgba")[0][..., 3]))


UNFIT = {
    "size": ("ffv1", (4, 6), np.zeros((4, 5, 4), np.uint8)),
    "depth": ("ffv1", (6, 4), np.zeros((4, 6, 4), np.float32)),
    "depth of h264": ("h264", (6, 4), np.zeros((4, 6, 3), np.uint16)),
    "channels": ("ffv1", (6, 4), np.zeros((4, 6, 2), np.uint8)),
    "odd side": ("h264", (5, 4), np.zeros((4, 5, 3), np.uint8)),
}


@pytest.mark.parametrize(("kind", "size_wh", "pixels"), UNFIT.values(), ids=UNFIT)
def test_a_frame_that_does_not_fit_is_refused(tmp_path, kind, size_wh, pixels):
    """It says which frame, and no half movie stays behind."""
    pytest.importorskip("av")
    path = tmp_path / "a.mkv"
    with pytest.raises(InputError, match="frame 0") as refused:  # noqa: SIM117 - order matters
        with MovieWriter(path, MoviePlan(kind, size_wh, SLATE, {})) as movie:
            movie.write(pixels)
    assert "MOVIE_FRAME" == refused.value.code
    assert not path.exists()


def test_the_depth_of_the_first_frame_holds(tmp_path):
    """A frame of another depth is refused, and what was written goes."""
    pytest.importorskip("av")
    path = tmp_path / "a.mkv"
    with pytest.raises(InputError, match="frame 1"):
        written(path, [*film(np.uint16, frames=1), *film(np.uint8, frames=1)], kind="ffv1")
    assert not path.exists()


def test_a_movie_needs_frames(tmp_path):
    """Nothing is no movie."""
    pytest.importorskip("av")
    path = tmp_path / "a.mkv"
    with pytest.raises(InputError) as refused:
        MovieWriter(path, MoviePlan("ffv1", (6, 4), SLATE, {})).__exit__(None, None, None)
    assert "MOVIE_EMPTY" == refused.value.code


def test_a_broken_disk_is_told(tmp_path):
    """Trouble of the machine passes: it is a ToolError, and names the file."""
    pytest.importorskip("av")
    with pytest.raises(ToolError, match=r"a\.mkv") as failed:
        written(tmp_path / "nowhere" / "a.mkv", film(), kind="ffv1")
    assert ("MOVIE_NOT_WRITTEN", False) == (failed.value.code, failed.value.lasting)


def test_without_the_package_it_says_what_to_install(tmp_path, monkeypatch):
    """The extra is named."""
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(ToolError) as missing:
        written(tmp_path / "a.mkv", film(), kind="ffv1")
    assert "VIDEO_NOT_INSTALLED" == missing.value.code
    assert "maquette[roto]" in missing.value.fix
