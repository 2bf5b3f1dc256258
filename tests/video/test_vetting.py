"""Footage tried out in a child process."""

import time
from fractions import Fraction

import numpy as np
import pytest

from maquette.errors import InputError
from maquette.video import vetting
from maquette.video.footage import probe
from maquette.video.vetting import vetted
from tests.video.clips import gif, movie, moving, still


def test_sound_footage_is_what_it_says(tmp_path):
    """The child finds what probing finds, to the last fraction."""
    path = movie(tmp_path / "a.mov", moving(5), kind="prores 4444", rate=Fraction(24_000, 1001))
    assert probe([path]) == vetted([path])


@pytest.mark.parametrize("kind", ["vp8", "vp9", "av1", "gif", "webp"])
def test_what_the_web_plays_is_let_in(tmp_path, kind):
    """WebM of each kind, GIF, and frames as WebP."""
    frames = moving(5)
    if kind == "gif":
        paths = [gif(tmp_path / "a.gif", frames)]
    elif kind == "webp":
        paths = [still(tmp_path / f"a{n}.webp", frame) for n, frame in enumerate(frames)]
    else:
        paths = [movie(tmp_path / "a.webm", frames, kind=kind)]
    facts = vetted(paths)
    assert (kind, 5, ()) == (facts.codec, facts.frames, facts.lost)


def test_wishes_reach_the_child(tmp_path):
    """Colour and rate are those of the user, and a sequence may have an accent in its name."""
    frames = [still(tmp_path / f"é{n}.png", np.full((4, 6, 3), n, np.uint8)) for n in range(3)]
    facts = vetted(frames, colour="log", rate=Fraction(25))
    assert (3, "log", Fraction(25)) == (facts.frames, facts.colour, facts.rate)


def test_refusals_come_back(tmp_path):
    """What the child refuses is refused here, word for word."""
    path = tmp_path / "a.mp4"
    path.write_bytes(b"#EXTM3U\n")
    with pytest.raises(InputError) as there:
        vetted([path])
    with pytest.raises(InputError) as here:
        probe([path])
    assert str(here.value) == str(there.value)


def emptied(path, frames):
    """A ProRes movie some of whose frames are nothing but zeros."""
    import av

    with av.open(str(path)) as container:
        places = [(e.pos, e.size) for e in container.streams.video[0].index_entries]
    data = bytearray(path.read_bytes())
    for n in frames:
        at, size = places[n]
        data[at : at + size] = bytes(size)
    path.write_bytes(data)
    return path


def test_scratches_are_told(tmp_path):
    """A few frames that do not decode are told by their numbers."""
    path = emptied(movie(tmp_path / "a.mov", moving(8), kind="prores 422"), [2, 5])
    assert (2, 5) == vetted([path]).lost


def test_ruins_are_refused(tmp_path):
    """If most frames do not decode, nothing is taken."""
    path = emptied(movie(tmp_path / "a.mov", moving(8), kind="prores 422"), range(1, 8))
    with pytest.raises(InputError, match=r"FOOTAGE_DAMAGED.*7 of its 8"):
        vetted([path])


@pytest.mark.parametrize(
    ("script", "told"),
    [
        pytest.param("import os; os.abort()", "SIGABRT", id="a crash"),
        pytest.param("import os; os.write(1, b'...'); os._exit(3)", "status 3", id="an end"),
        pytest.param("import os\nwhile True: os.write(1, b'x' * 4096)", "nonsense", id="babble"),
        pytest.param("import time; time.sleep(60)", "busy", id="a hang"),
    ],
)
def test_a_lost_child_is_the_files_fault(tmp_path, monkeypatch, script, told):
    """Whatever becomes of the child, the caller gets a code, and soon."""
    monkeypatch.setattr(vetting, "CHILD", ("-c", script))
    monkeypatch.setattr(vetting, "STALL_S", 1.0)
    started_s = time.monotonic()
    with pytest.raises(InputError, match="FOOTAGE_DAMAGED") as refused:
        vetted([tmp_path / "a.mov"])
    assert told in refused.value.reason
    assert time.monotonic() - started_s < 20


def test_memory_is_bounded(tmp_path, monkeypatch):
    """A child that wants too much memory loses it, not this machine's."""
    path = movie(tmp_path / "a.mov", moving(2), kind="prores 422")
    greedy = (
        "import av, cv2\nfrom maquette.video import vetting\n"
        "vetting.MOST_MEMORY_BYTES = 2**26\nvetting.serve()"
    )
    monkeypatch.setattr(vetting, "CHILD", ("-c", greedy))
    with pytest.raises(InputError, match="FOOTAGE_DAMAGED"):
        vetted([path])
