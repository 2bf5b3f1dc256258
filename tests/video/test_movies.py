"""Movies: every kind that people upload, to the pixel where it is lossless."""

import struct
from fractions import Fraction

import numpy as np
import pytest

from maquette.errors import InputError
from maquette.video.footage import open_footage, probe
from tests.video.clips import KINDS, SIZE_WH, gif, movie, moving

FRAMES = 20
# what each is decoded to, and how far its pixels may be on average from what was encoded, of 255;
# two neighbouring frames are 14 apart
DECODED = {
    "h264": (np.uint8, 3, 2),
    "h264 10 bit": (np.uint16, 3, 2),
    "hevc 10 bit": (np.uint16, 3, 2),
    "prores 422": (np.uint16, 3, 1),
    "prores 4444": (np.uint16, 4, 1),
    "dnxhr in mov": (np.uint16, 3, 1),
    "dnxhr in mxf": (np.uint16, 3, 1),
    "mpeg2 in mxf": (np.uint8, 3, 4),
    "vp8": (np.uint8, 3, 2),
    "vp9": (np.uint8, 3, 2),
    "av1": (np.uint8, 3, 2),
    "ffv1": (np.uint8, 3, 0),
    "ffv1 16 bit": (np.uint16, 4, 1),
}


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    """One movie of each kind, all of the same frames."""
    folder = tmp_path_factory.mktemp("movies")
    frames = moving(FRAMES)
    return {
        kind: movie(folder / f"{kind.replace(' ', '_')}.{KINDS[kind][0]}", frames, kind=kind)
        for kind in KINDS
    }


def bytes_of(plate):
    """A plate's colours as 8 bits."""
    pixels = plate.pixels[..., :3]
    return pixels if pixels.dtype == np.uint8 else np.rint(pixels / 257.0).astype(np.uint8)


@pytest.mark.parametrize("kind", KINDS)
def test_every_frame_is_there_in_its_depth(clips, kind):
    """Each frame comes as it was encoded, in its place, with full depth and its alpha."""
    dtype, channels, tolerance = DECODED[kind]
    with open_footage([clips[kind]]) as footage:
        assert (FRAMES, SIZE_WH) == (len(footage), footage.facts.size_wh)
        for n, expected in enumerate(moving(FRAMES)):
            plate = footage[n]
            assert (dtype, channels) == (plate.pixels.dtype, plate.pixels.shape[2])
            off = np.abs(bytes_of(plate).astype(int) - expected)
            assert off.mean() <= tolerance
            if channels == 4:
                assert plate.pixels[..., 3].min() == np.iinfo(dtype).max


@pytest.mark.parametrize("kind", KINDS)
def test_any_order_gives_the_same_bytes(clips, kind):
    """Forwards, backwards and at random each frame is the same, bit for bit."""
    with open_footage([clips[kind]]) as footage:
        forwards = [footage[n].pixels for n in range(FRAMES)]
        shuffled = np.random.default_rng(3).permutation(np.tile(np.arange(FRAMES), 2))
        for n in (*range(FRAMES - 1, -1, -1), *shuffled.tolist()):
            assert np.array_equal(forwards[n], footage[n].pixels), n


@pytest.mark.parametrize(
    ("kind", "codec", "bits"),
    [
        ("h264", "h264", 8),
        ("hevc 10 bit", "hevc", 10),
        ("prores 4444", "prores", 12),
        ("dnxhr in mxf", "dnxhd", 10),
        ("mpeg2 in mxf", "mpeg2video", 8),
        ("vp8", "vp8", 8),
        ("vp9", "vp9", 8),
        ("av1", "av1", 8),
        ("ffv1 16 bit", "ffv1", 16),
    ],
)
def test_probing_agrees_with_opening(clips, kind, codec, bits):
    """What is probed is what is opened, and says what the file is."""
    facts = probe([clips[kind]])
    with open_footage([clips[kind]]) as footage:
        assert footage.facts == facts
    assert (codec, bits, Fraction(24), ()) == (facts.codec, facts.bits, facts.rate, facts.notes)


def test_names_do_not_matter(clips, tmp_path):
    """A movie is told by what is in it."""
    odd = tmp_path / "no ending"
    odd.write_bytes(clips["prores 422"].read_bytes())
    assert "prores" == probe([odd]).codec


@pytest.mark.parametrize("size_wh", [(33, 17), (2, 2), (321, 181)], ids=str)
def test_odd_sizes_are_kept(tmp_path, size_wh):
    """Not one row or column is added or lost."""
    frames = moving(3, size_wh=size_wh)
    with open_footage([movie(tmp_path / "odd.mkv", frames, kind="ffv1")]) as footage:
        assert size_wh == footage.facts.size_wh
        assert np.array_equal(frames[2], footage[2].pixels)


def test_deep_lossless_is_exact(tmp_path):
    """Sixteen bits and alpha come back to the last bit."""
    deep = np.random.default_rng(5).integers(0, 2**16, (2, 18, 22, 4)).astype(np.uint16)
    with open_footage([movie(tmp_path / "a.mkv", list(deep), kind="ffv1 16 bit")]) as footage:
        assert np.array_equal(deep[1], footage[1].pixels)


# luma and chroma of a colour by the books: matrix and range -> its RGB in 0..1
KR_KB = {"bt709": (0.2126, 0.0722), "bt601": (0.299, 0.114), "bt2020": (0.2627, 0.0593)}
TAGS = {"bt709": 1, "bt601": 6, "bt2020": 9}


def rgb_by_the_book(yuv, *, matrix, full, bits):
    """RGB in 0..1 of whole YUV numbers."""
    kr, kb = KR_KB[matrix]
    unit, middle = 2 ** (bits - 8), 2 ** (bits - 1)
    y_top, c_top = (2**bits - 1, 2**bits - 1) if full else (219 * unit, 224 * unit)
    y = (yuv[0] - (0 if full else 16 * unit)) / y_top
    u, v = ((value - middle) / c_top for value in yuv[1:])
    red, blue = y + 2 * (1 - kr) * v, y + 2 * (1 - kb) * u
    return np.clip([red, (y - kr * red - kb * blue) / (1 - kr - kb), blue], 0, 1)


def yuv_movie(path, yuv, *, pix_fmt, colour):
    """One frame of one colour in FFV1, its planes written as they are."""
    import av

    bits = 8 if pix_fmt == "yuv444p" else int(pix_fmt[7:9])
    frame = av.VideoFrame(16, 8, pix_fmt)
    for plane, value in zip(frame.planes, yuv, strict=True):
        row = np.full(plane.buffer_size // (1 if bits == 8 else 2), value)
        plane.update(row.astype(np.uint8 if bits == 8 else "<u2").tobytes())
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=24)
        stream.width, stream.height, stream.pix_fmt = 16, 8, pix_fmt
        for name, value in colour.items():
            setattr(stream.codec_context, name, value)
            setattr(frame, name, value)
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize("pix_fmt", ["yuv444p", "yuv444p10le", "yuv444p12le"])
@pytest.mark.parametrize("full", [False, True], ids=["limited", "full"])
@pytest.mark.parametrize("matrix", KR_KB)
def test_matrix_and_range_are_those_of_the_file(tmp_path, matrix, full, pix_fmt):
    """A colour is what the standards say it is, within half a step of its own depth."""
    bits = 8 if pix_fmt == "yuv444p" else int(pix_fmt[7:9])
    yuv = [round(part * 2**bits) for part in (0.45, 0.4, 0.62)]
    colour = {"colorspace": TAGS[matrix], "color_range": 2 if full else 1}
    path = yuv_movie(tmp_path / "c.mkv", yuv, pix_fmt=pix_fmt, colour=colour)
    expected = rgb_by_the_book(yuv, matrix=matrix, full=full, bits=bits)
    with open_footage([path]) as footage:
        pixel = footage[0].pixels[4, 8]
        assert matrix in footage.facts.colour_note
        top = np.iinfo(pixel.dtype).max
        assert np.abs(pixel / top - expected).max() <= 0.55 / 2**bits


@pytest.mark.parametrize("pix_fmt", ["yuv444p", "yuv444p10le", "yuv444p12le", "yuv444p16le"])
def test_white_is_the_top_of_the_range(tmp_path, pix_fmt):
    """Limited-range white fills the depth it is decoded to."""
    bits = 8 if pix_fmt == "yuv444p" else int(pix_fmt[7:9])
    yuv = [235 << (bits - 8), 128 << (bits - 8), 128 << (bits - 8)]
    path = yuv_movie(tmp_path / "w.mkv", yuv, pix_fmt=pix_fmt, colour={"color_range": 1})
    with open_footage([path]) as footage:
        pixels = footage[0].pixels
        assert np.iinfo(pixels.dtype).max - int(pixels.min()) <= (0 if bits == 8 else 2)


@pytest.mark.parametrize(
    ("height_px", "matrix"), [(144, "bt601"), (720, "bt709")], ids=["small", "HD"]
)
def test_an_untold_matrix_goes_by_size(tmp_path, height_px, matrix):
    """As players do, and the note says that it is assumed."""
    frames = moving(1, size_wh=(64, height_px))
    facts = probe([movie(tmp_path / "a.mp4", frames)])
    assert f"matrix {matrix} (assumed)" in facts.colour_note


@pytest.mark.parametrize(
    ("transfer", "colour"),
    [(1, "display"), (8, "linear"), (9, "log"), (16, "log"), (18, "display")],
    ids=["bt709", "linear", "log", "pq", "hlg"],
)
def test_curves_are_told(tmp_path, transfer, colour):
    """What the numbers mean comes from the transfer that the file names."""
    yuv = (100, 128, 128)
    path = yuv_movie(tmp_path / "t.mkv", yuv, pix_fmt="yuv444p", colour={"color_trc": transfer})
    with open_footage([path]) as footage:
        assert (colour, colour) == (footage.facts.colour, footage[0].colour)


def turned(data, matrix):
    """An MP4 whose video track asks to be shown turned."""
    at = data.index(b"tkhd") + 4 + 40
    return data[:at] + struct.pack(">9i", *matrix) + data[at + 36 :]


@pytest.mark.parametrize(
    ("abcd", "quarters"),
    [((0, 1, -1, 0), -1), ((0, -1, 1, 0), 1), ((-1, 0, 0, -1), 2)],
    ids=["right", "left", "upside down"],
)
def test_phone_video_is_turned_upright(tmp_path, abcd, quarters):
    """The plates are upright, so is their size, and a note says so."""
    path = movie(tmp_path / "a.mp4", moving(4))
    with open_footage([path]) as footage:
        lying = footage[3].pixels
    a, b, c, d = (value << 16 for value in abcd)
    path.write_bytes(turned(path.read_bytes(), (a, b, 0, c, d, 0, 0, 0, 1 << 30)))
    with open_footage([path]) as footage:
        upright = np.rot90(lying, quarters)
        assert np.array_equal(upright, footage[3].pixels)
        assert (upright.shape[1], upright.shape[0]) == footage.facts.size_wh
        assert ("turned upright, as the file asks",) == footage.facts.notes


def test_slanted_video_is_left(tmp_path):
    """Other angles are told, not turned."""
    path = movie(tmp_path / "a.mp4", moving(2))
    path.write_bytes(turned(path.read_bytes(), (46341, 46341, 0, -46341, 46341, 0, 0, 0, 1 << 30)))
    facts = probe([path])
    assert SIZE_WH == facts.size_wh
    assert "slanted" in facts.notes[0]


def test_variable_rate_is_numbered_as_shown(tmp_path):
    """Each frame counts once, however long it is shown; a note says so."""
    frames = moving(8)
    times = [0, 40, 80, 400, 440, 1000, 1040, 1080]
    path = movie(tmp_path / "v.mkv", frames, kind="ffv1", times=times, rate=Fraction(1000))
    with open_footage([path]) as footage:
        assert 8 == len(footage)
        assert all(np.array_equal(frames[n], footage[n].pixels) for n in (5, 2, 7))
        assert ("variable frame rate: frames are numbered as shown",) == footage.facts.notes
        assert 7 / 1.08 == pytest.approx(float(footage.facts.rate), rel=1e-3)


@pytest.mark.parametrize(
    ("kind", "rate", "timecode"),
    [
        pytest.param("prores 422", Fraction(24), "01:00:00:00", id="mov"),
        pytest.param("dnxhr in mxf", Fraction(25), "10:20:30:12", id="mxf"),
        pytest.param("h264", Fraction(30_000, 1001), "01:00:00;02", id="drop-frame"),
    ],
)
def test_rate_and_time_code(tmp_path, kind, rate, timecode):
    """Both come from the file, exactly."""
    path = tmp_path / f"a.{KINDS[kind][0]}"
    facts = probe([movie(path, moving(3), kind=kind, rate=rate, metadata={"timecode": timecode})])
    assert (rate, timecode) == (facts.rate, facts.timecode)


def test_users_know_better(tmp_path):
    """Colour and rate can be told; a time code that cannot be at that rate is left out."""
    path = movie(
        tmp_path / "a.mov", moving(2), kind="prores 422", metadata={"timecode": "01:00:00:20"}
    )
    with open_footage([path], colour="log", rate=Fraction(12)) as footage:
        facts = footage.facts
        assert ("log", "log") == (facts.colour, footage[0].colour)
        assert (Fraction(12), "") == (facts.rate, facts.timecode)
        assert "01:00:00:20" in facts.notes[-1]


def test_a_size_that_changes_is_refused(tmp_path):
    """Frames of another size in the middle of a movie are named."""
    import av

    small = movie(tmp_path / "s.mp4", moving(1, size_wh=(64, 48)), options={"g": "1"})
    wide = movie(tmp_path / "w.mp4", moving(1, size_wh=(96, 48)), options={"g": "1"})
    path = tmp_path / "both.mkv"
    with av.open(str(path), "w") as out:
        stream = None
        for n, part in enumerate((small, wide)):
            with av.open(str(part)) as source:
                stream = stream or out.add_stream_from_template(source.streams.video[0])
                # each frame carries its own parameter sets, as live encoders write them
                to_annex_b = av.bitstream.BitStreamFilterContext(
                    "h264_mp4toannexb", source.streams.video[0]
                )
                for packet in source.demux(source.streams.video[0]):
                    for whole in to_annex_b.filter(packet) if packet.size else ():
                        whole.pts = whole.dts = n * 1000
                        whole.stream = stream
                        out.mux(whole)
    with open_footage([path]) as footage, pytest.raises(InputError) as refused:
        [footage[n] for n in range(len(footage))]
    assert "FRAMES_DIFFER" == refused.value.code


def blocks(frames, *, clear=False):
    """Frames of few colours, as GIF holds them: a square that crosses a plain ground."""
    found = []
    for n in range(frames):
        rgba = np.zeros((24, 48, 4), np.uint8)
        rgba[...] = (0, 0, 0, 0) if clear else (20, 60, 90, 255)
        rgba[6:18, n : n + 12] = (220, 120, 40, 255)
        found.append(rgba)
    return found


def test_gifs_are_exact_in_any_order(tmp_path):
    """What a frame leaves as it was is carried over, wherever one begins to look."""
    frames = blocks(20)
    with open_footage([gif(tmp_path / "a.gif", [f[..., :3] for f in frames])]) as footage:
        assert (20, Fraction(25), ()) == (len(footage), footage.facts.rate, footage.facts.notes)
        for n in (19, 0, 7, 6, 12):
            assert np.array_equal(frames[n], footage[n].pixels)


def test_gifs_keep_their_transparency(tmp_path):
    """What is see-through stays so, and nothing of the frame before is left there."""
    frames = blocks(6, clear=True)
    with open_footage([gif(tmp_path / "a.gif", frames, disposal=2)]) as footage:
        assert footage.facts.has_alpha
        for n in (5, 2):
            assert np.array_equal(frames[n][..., 3], footage[n].pixels[..., 3])
            seen = frames[n][..., 3] > 0
            assert np.array_equal(frames[n][seen], footage[n].pixels[seen])


def test_gifs_of_uneven_delays_say_so(tmp_path):
    """Their rate is the average, and every frame has its number."""
    path = gif(tmp_path / "a.gif", [f[..., :3] for f in blocks(9)], ticks=[3] * 4 + [7] * 5)
    facts = probe([path])
    assert Fraction(8, 40) * 100 == facts.rate
    assert ("variable frame rate: frames are numbered as shown",) == facts.notes


@pytest.mark.parametrize("share", [0.3, 0.6, 0.98])
def test_gifs_without_their_end_say_so(tmp_path, share):
    """What is whole comes as it was; the last frame, of which half is there, does not."""
    frames = blocks(20)
    path = gif(tmp_path / "a.gif", [f[..., :3] for f in frames])
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with open_footage([path]) as footage:
        assert 20 * (share - 0.2) <= len(footage) <= 20 * share
        assert ("cut short: the end of the file is gone",) == footage.facts.notes
        for n in range(len(footage)):
            assert np.array_equal(frames[n], footage[n].pixels)


def test_huge_gifs_are_refused(tmp_path):
    """A screen of 65,535 pixels a side takes six bytes to write."""
    path = gif(tmp_path / "a.gif", [f[..., :3] for f in blocks(3)])
    data = bytearray(path.read_bytes())
    data[6:10] = struct.pack("<HH", 65_535, 65_535)
    path.write_bytes(data)
    with pytest.raises(InputError) as refused:
        probe([path])
    assert refused.value.code in ("FOOTAGE_TOO_LARGE", "FOOTAGE_DAMAGED")


def test_frames_that_are_never_shown_are_not_counted(tmp_path):
    """VP8 stores pictures that others lean on and nobody sees; they take no number."""
    import av

    path = tmp_path / "a.webm"
    source = movie(tmp_path / "b.webm", moving(12), kind="vp8")
    with av.open(str(source)) as seen, av.open(str(path), "w") as out:
        stream = out.add_stream_from_template(seen.streams.video[0])
        for n, packet in enumerate(p for p in seen.demux(seen.streams.video[0]) if p.size):
            data = bytearray(bytes(packet))
            data[0] &= 0xEF if n == 5 else 0xFF
            hidden = av.Packet(bytes(data))
            hidden.pts, hidden.dts, hidden.time_base = packet.pts, packet.dts, packet.time_base
            hidden.is_keyframe, hidden.stream = packet.is_keyframe, stream
            out.mux(hidden)
    with open_footage([source]) as whole, open_footage([path]) as footage:
        assert (12, 11) == (len(whole), len(footage))
        for n in (4, 5, 10):
            assert np.array_equal(whole[n + (n >= 5)].pixels, footage[n].pixels)


@pytest.mark.parametrize(
    ("wishes", "is_noted"),
    [
        pytest.param({"pix_fmt": "yuva420p", "options": {"auto-alt-ref": "0"}}, True, id="kept"),
        pytest.param({"metadata": {"ALPHA_MODE": "1"}}, True, id="told in capitals"),
        pytest.param({}, False, id="none"),
    ],
)
@pytest.mark.parametrize("kind", ["vp8", "vp9"])
def test_alpha_beside_the_pictures_is_noted(tmp_path, kind, wishes, is_noted):
    """WebM keeps transparency apart, where it is not read: whoever uploads it is told."""
    notes = probe([movie(tmp_path / "a.webm", moving(3), kind=kind, **wishes)]).notes
    assert is_noted == any("transparency is not read" in note for note in notes)
