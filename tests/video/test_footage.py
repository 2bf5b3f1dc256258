"""Footage: what is held, what is refused, and what an upload may not do."""

import struct
import time
from fractions import Fraction

import numpy as np
import pytest

from maquette.errors import InputError, ToolError
from maquette.types import Plate
from maquette.video import footage as footage_module
from maquette.video.facts import Facts
from maquette.video.footage import MOST_PLATES, Footage, open_footage, probe
from tests.video.clips import KINDS, gif, movie, moving, still


class Film:
    """A reel of counted plates, each of which must be asked for from its key frame on."""

    def __init__(self, frames, *, key_every=1, shape=(4, 4, 3)):
        self.facts = Facts(
            (shape[1], shape[0]), 24, frames, 8, "film", "display", "", 1, "", has_alpha=False
        )
        self._key_every, self._shape = key_every, shape
        self.asked = []

    def start_of(self, n):
        return n - n % self._key_every

    def plates(self, first, last):
        self.asked.append((first, last))
        for n in range(first, last + 1):
            yield n, Plate(np.full(self._shape, n % 256, np.uint8))

    def close(self):
        self.asked.append("closed")


def values(footage, order):
    """The first value of each plate asked for, checking what is held on the way."""
    found = []
    for n in order:
        found.append(int(footage[n].pixels[0, 0, 0]))
        assert footage.held <= MOST_PLATES
    return found


@pytest.mark.parametrize(
    "order",
    [range(100), range(99, -1, -1), [5, 90, 4, 91, 3, 50, 49, 51, 48]],
    ids=["forwards", "backwards", "jumping"],
)
def test_few_plates_are_held(order):
    """Any order gives the plates asked for, and never holds more than sixteen."""
    with Footage(Film(100, key_every=50)) as footage:
        assert list(order) == values(footage, order)


def test_forwards_every_frame_is_asked_once():
    """A run forwards decodes each frame by itself, and neighbours cost nothing."""
    film = Film(30, key_every=30)
    with Footage(film) as footage:
        values(footage, [m for n in range(1, 30) for m in (n, n - 1, n)])
    assert [(1, 1), (0, 0), *((n, n) for n in range(2, 30))] == film.asked[:-1]


def test_backwards_goes_in_stretches():
    """A run backwards decodes stretches, not from the key frame for each frame."""
    film = Film(100, key_every=50)
    with Footage(film) as footage:
        values(footage, [m for n in range(98, -1, -1) for m in (n, n + 1)])
    assert len(film.asked) < 100 / 8


def test_backwards_keeps_to_frames_that_stand_alone():
    """Where every frame is a key frame nothing is fetched ahead."""
    film = Film(20)
    with Footage(film) as footage:
        values(footage, range(19, -1, -1))
    assert [(n, n) for n in range(19, -1, -1)] == film.asked[:-1]


@pytest.mark.parametrize("limit", [1, 48 * 3, 48 * 7 + 1], ids=["one", "three", "seven"])
def test_plates_are_held_by_size(monkeypatch, limit):
    """Large plates are fewer: at least one, at most what the limit of bytes allows."""
    monkeypatch.setattr(footage_module, "MOST_HELD_BYTES", limit)
    with Footage(Film(60, key_every=60)) as footage:
        for n in (*range(60), *range(59, -1, -1)):
            assert n == footage[n].pixels[0, 0, 0]
            assert 1 <= footage.held <= max(1, limit // 48)


def test_plates_are_read_only():
    """A plate is shared: nobody can change it for the others."""
    with Footage(Film(3)) as footage, pytest.raises(ValueError, match="read-only"):
        footage[0].pixels[0, 0] = 1


@pytest.mark.parametrize("n", [-1, 3])
def test_frames_outside_do_not_exist(n):
    """There is nothing before the first and after the last."""
    with Footage(Film(3)) as footage, pytest.raises(IndexError):
        footage[n]


def test_footage_is_iterable():
    """It ends after its last frame, and lets go of all at its close."""
    film = Film(40)
    with Footage(film) as footage:
        assert list(range(40)) == [int(plate.pixels[0, 0, 0]) for plate in footage]
    assert (0, "closed") == (footage.held, film.asked[-1])


PLAYLISTS = {
    "a list of files": (b"ffconcat version 1.0\nfile '%s'\n", "FOOTAGE_KIND"),
    "HLS": (b"#EXTM3U\n#EXTINF:1,\n%s\n#EXT-X-ENDLIST\n", "FOOTAGE_KIND"),
    "HLS behind a mark": (b"\xef\xbb\xbf \n#EXTM3U\n%s\n", "FOOTAGE_KIND"),
    "DASH": (b"<?xml version='1.0'?><MPD><BaseURL>%s</BaseURL></MPD>", "FOOTAGE_KIND"),
    "SDP": (b"v=0\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\na=%s\n", "FOOTAGE_KIND"),
    "winamp": (b"[playlist]\nFile1=%s\n", "FOOTAGE_KIND"),
    "AVI": (b"RIFF\x00\x00\x00\x00AVI %s", "FOOTAGE_KIND"),
    "nothing known": (b"hello %s", "FOOTAGE_KIND"),
    "no bytes": (b"", "FOOTAGE_DAMAGED"),
    "a head alone": (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", "FOOTAGE_DAMAGED"),
    "an MP4 of text": (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom%s", "FOOTAGE_DAMAGED"),
    "an MXF of text": (
        b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01\x02\x04\x00%s",
        "FOOTAGE_DAMAGED",
    ),
    "a Matroska of text": (b"\x1aE\xdf\xa3%s", "FOOTAGE_DAMAGED"),
    "a GIF of text": (b"GIF89a%s", "FOOTAGE_DAMAGED"),
    "an animated WebP": (b"RIFF\x20\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02%s", "FOOTAGE_KIND"),
}


@pytest.mark.parametrize("name", PLAYLISTS)
@pytest.mark.parametrize("ending", ["mp4", "exr"])
def test_what_is_no_footage_is_refused(tmp_path, name, ending):
    """Files that point elsewhere, hold nothing or lie about their kind, whatever their name."""
    text, code = PLAYLISTS[name]
    target = movie(tmp_path / "real.mp4", moving(2, size_wh=(64, 48)))
    path = tmp_path / f"upload.{ending}"
    path.write_bytes(text.replace(b"%s", bytes(target)))
    for look in (probe, open_footage):
        with pytest.raises(InputError) as refused:
            look([path])
        assert code == refused.value.code


def pointing(sound, target):
    """A QuickTime movie whose pictures are blanked, and whose data reference is an alias."""
    at, size = (
        sound.index(b"mdat") + 4,
        int.from_bytes(sound[sound.index(b"mdat") - 4 :][:4], "big"),
    )
    data = bytearray(sound)
    data[at : at + size - 8] = bytes(size - 8)
    name, path = target.name.encode(), str(target).encode()
    alias = bytes(10) + b"\x00" * 28 + bytes(12) + bytes([len(name)]) + name.ljust(63, b"\x00")
    alias += bytes(16) + struct.pack(">hh", 1, 1) + bytes(16)
    alias += struct.pack(">hH", 2, len(path)) + path + b"\x00" * (len(path) % 2)
    alias += struct.pack(">hh", -1, 0)
    box = struct.pack(">I4sI", 12 + len(alias), b"\x61lis", 0) + alias
    old = data.index(b"dref") + 12
    grown = len(box) - int.from_bytes(data[old : old + 4], "big")
    for parent in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        place = data.rindex(parent, 0, old) - 4
        data[place : place + 4] = (int.from_bytes(data[place : place + 4], "big") + grown).to_bytes(
            4, "big"
        )
    return bytes(data[:old] + box + data[old + len(box) - grown :])


def test_movies_that_point_elsewhere_stay_alone(tmp_path):
    """A QuickTime movie whose pictures lie in another file of this machine shows none of them."""
    target = movie(tmp_path / "real.mov", moving(2), kind="prores 422")
    path = tmp_path / "pointing.mov"
    path.write_bytes(pointing(target.read_bytes(), target))
    with pytest.raises(InputError, match="FOOTAGE_DAMAGED"), open_footage([path]) as footage:
        footage[0]


@pytest.mark.parametrize(
    "kind", ["h264", "prores 422", "dnxhr in mxf", "mpeg2 in mxf", "ffv1", "vp8", "vp9"]
)
@pytest.mark.parametrize("share", [0.02, 0.3, 0.8])
def test_truncated_movies(tmp_path, kind, share):
    """What is there is given, with a note, if it is most; else the movie is refused."""
    # the header comes first, so that there is something to read; fine coding makes it small
    wishes = {"container": {"movflags": "faststart"}} if KINDS[kind][0] in ("mp4", "mov") else {}
    path = movie(
        tmp_path / f"a.{KINDS[kind][0]}", moving(20), kind=kind, options={"qp": "4"}, **wishes
    )
    with open_footage([path]) as footage:
        whole = [footage[n].pixels for n in range(20)]
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    if share < 0.5:
        with pytest.raises(InputError) as refused:
            probe([path])
        assert "FOOTAGE_DAMAGED" == refused.value.code
        return
    with open_footage([path]) as footage:
        assert 8 < len(footage) < 20
        assert any("cut short" in note for note in footage.facts.notes)
        assert all(np.array_equal(whole[n], footage[n].pixels) for n in (0, len(footage) - 2))


def test_frames_that_do_not_decode_are_named(tmp_path):
    """One damaged frame is refused by its number; the others are there."""
    path = movie(tmp_path / "a.mov", moving(6), kind="prores 422")
    import av

    with av.open(str(path)) as container:
        entry = container.streams.video[0].index_entries[3]
        at, size = entry.pos, entry.size
    data = bytearray(path.read_bytes())
    data[at : at + size] = bytes(size)
    path.write_bytes(data)
    with open_footage([path]) as footage:
        with pytest.raises(InputError, match=r"FOOTAGE_DAMAGED.*frame 3 "):
            footage[3]
        assert 6 == sum(1 for n in (0, 1, 2, 4, 5, 0) if footage[n])


@pytest.mark.parametrize("kind", [*KINDS, "gif"])
def test_flipped_bits_never_escape(tmp_path, kind):
    """Damaged movies give plates or refusals with a code, and nothing else, soon."""
    path = tmp_path / ("a.gif" if kind == "gif" else f"a.{KINDS[kind][0]}")
    made = gif(path, moving(6)) if kind == "gif" else movie(path, moving(6), kind=kind)
    sound = made.read_bytes()
    started_s = time.process_time()
    for seed in range(12):
        rng = np.random.default_rng(seed)
        data = np.frombuffer(sound, np.uint8).copy()
        places = rng.integers(0, len(data) if seed % 2 else min(len(data), 2000), 40)
        data[places] ^= rng.integers(1, 256, 40).astype(np.uint8)
        path.write_bytes(data.tobytes())
        try:
            with open_footage([path]) as footage:
                for n in range(min(len(footage), 8)):
                    try:
                        assert footage[n].size_wh == footage.facts.size_wh
                    except InputError as refused:
                        assert refused.code in ("FOOTAGE_DAMAGED", "FRAMES_DIFFER")
        except InputError as refused:
            assert refused.code.startswith(("FOOTAGE_", "FRAMES_"))
    assert time.process_time() - started_s < 12


@pytest.mark.parametrize("kind", ["h264", "ffv1"])
def test_ten_hours_are_refused(tmp_path, kind):
    """A movie that lasts ten hours is refused by its header, however few its frames."""
    path = tmp_path / f"a.{KINDS[kind][0]}"
    movie(path, moving(3), kind=kind, rate=Fraction(1, 18_000))
    with pytest.raises(InputError) as refused:
        probe([path])
    assert "FOOTAGE_TOO_LONG" == refused.value.code
    assert "15.0 hours" in refused.value.reason


@pytest.mark.parametrize("kept", range(9, 20))
def test_stragglers_are_left_out(tmp_path, kept):
    """Wherever a movie is cut, each frame that is left keeps its number."""
    frames = moving(20)
    path = movie(tmp_path / "a.mp4", frames, container={"movflags": "faststart"})
    import av

    with open_footage([path]) as footage:
        whole = [footage[n].pixels for n in range(20)]
    with av.open(str(path)) as container:
        last = container.streams.video[0].index_entries[kept]
    path.write_bytes(path.read_bytes()[: last.pos + last.size // 2])
    try:
        with open_footage([path]) as footage:
            assert kept >= len(footage) >= kept - 4
            assert all(np.array_equal(whole[n], footage[n].pixels) for n in range(len(footage)))
    except InputError as refused:
        assert kept < 12
        assert "FOOTAGE_DAMAGED" == refused.code


def test_codecs_outside_the_list_are_refused(tmp_path):
    """Each decoder is surface for crafted files, so there are few."""
    import av

    path = tmp_path / "a.mov"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("qtrle", rate=24)
        stream.width, stream.height, stream.pix_fmt = 16, 16, "rgb24"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8))))
        container.mux(stream.encode())
    with pytest.raises(InputError, match=r"FOOTAGE_CODEC.*qtrle"):
        probe([path])


def test_sound_alone_is_refused(tmp_path):
    """A file without pictures is no footage."""
    import av

    path = tmp_path / "a.mov"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=48_000, layout="mono")
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 480), np.int16), layout="mono")
        sound.sample_rate = 48_000
        container.mux(stream.encode(sound))
    with pytest.raises(InputError, match="no moving picture"):
        probe([path])


def test_frames_too_large_are_refused(tmp_path):
    """A movie wider than any camera's is refused before it is decoded."""
    wide = [np.zeros((2, 17_000, 3), np.uint8)]
    path = movie(tmp_path / "a.mkv", wide, kind="ffv1")
    with pytest.raises(InputError, match="FOOTAGE_TOO_LARGE"):
        probe([path])


@pytest.mark.parametrize(
    ("wishes", "code"),
    [({"colour": "pretty"}, "FOOTAGE_COLOUR"), ({"rate": 0}, "FRAME_RATE")],
    ids=["colour", "rate"],
)
def test_impossible_wishes_are_refused(tmp_path, wishes, code):
    """Words that mean nothing are refused before the file is opened."""
    with pytest.raises(InputError) as refused:
        open_footage([tmp_path / "none"], **wishes)
    assert code == refused.value.code


def test_what_is_not_there_is_refused(tmp_path):
    """No files, no file, a folder, and two movies at once."""
    one = movie(tmp_path / "a.mp4", moving(1))
    for paths, code in (
        ([], "FRAMES_NONE"),
        ([tmp_path / "none.mp4"], "FOOTAGE_MISSING"),
        ([tmp_path], "FOOTAGE_MISSING"),
        ([one, one], "FRAMES_MIXED"),
    ):
        with pytest.raises(InputError) as refused:
            open_footage(paths)
        assert code == refused.value.code


def test_names_that_are_not_utf_8_are_refused(tmp_path):
    """Such a name is refused in words that can be printed."""
    path = tmp_path / "a\udcff.exr"
    still(tmp_path / "a.exr", np.zeros((2, 2, 3), np.float16)).rename(path)
    with pytest.raises(InputError) as refused:
        open_footage([path])
    assert "FOOTAGE_NAME" == refused.value.code
    refused.value.reason.encode()


@pytest.mark.parametrize(
    ("module", "name"), [("av", "a.mov"), ("OpenImageIO", "a.exr")], ids=["PyAV", "OpenImageIO"]
)
def test_a_missing_package_is_named(tmp_path, monkeypatch, module, name):
    """Without the extra, the error says which extra it is."""
    path = tmp_path / name
    if name == "a.mov":
        movie(path, moving(1), kind="prores 422")
    else:
        still(path, np.zeros((2, 2, 3), np.float16))
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(ToolError, match="VIDEO_NOT_INSTALLED") as missing:
        open_footage([path])
    assert "maquette[roto]" in missing.value.fix
