"""Animation reels: the clip beside its mesh, as often and as fast as told, read back by PyAV."""

import io
from fractions import Fraction

import numpy as np
import pytest

from maquette.batch.stages import Member
from maquette.formats.animation_reels import roll
from maquette.provenance import Provenance, Step
from maquette.solids.animation_looks import LOOK_PX, LOOPS
from maquette.types import Picture

av = pytest.importorskip("av")
FRAMES = 5
LOOKS = ((200, 40, 40), (40, 180, 40), (40, 40, 200))  # what each round shows
MADE = Provenance(seed=7, steps=(Step("animate", "1", "r", "mover", licences=("CC-BY-NC-4.0",)),))


def member(n, *, size_wh=(320, 180), alpha=255):
    """A frame of the clip, lighter from frame to frame, and its three looks in plain colours."""
    grey = 40 + 20 * n
    shown = np.full((size_wh[1], size_wh[0], 4), (grey, grey, grey, alpha), np.uint8)
    strip = np.full((LOOK_PX, LOOK_PX * LOOPS, 4), 255, np.uint8)
    for round_, colour in enumerate(LOOKS):
        strip[:, round_ * LOOK_PX : (round_ + 1) * LOOK_PX, :3] = colour
    strip[:40, :, :3] = grey  # tells the frame
    held = {"picture": Picture(shown), "looks": Picture(strip)}
    return Member(
        item=f"walk.{n:03}",
        params={"frame": n},
        provenance=MADE,
        notes=(),
        scores={},
        files={},
        read=lambda _: b"",
        load=lambda name, _: held[name],
    )


def rolled(rate=24.0, **kwargs):
    """What is made of a short clip."""
    members = [member(n, **kwargs) for n in range(FRAMES)]
    return roll(members, rate=rate, title="Walk & run").outputs


def played(file):
    """The movie's container facts and its pictures."""
    with av.open(io.BytesIO(file.data)) as movie:
        stream = movie.streams.video[0]
        told = (stream.average_rate, stream.codec_context.pix_fmt, dict(movie.metadata))
        return told, [frame.to_ndarray(format="rgb24") for frame in movie.decode(video=0)]


def test_the_clip_plays_beside_its_mesh():
    """Every round shows all frames, the clip on the left, its own look of the mesh on the right."""
    _, shown = played(rolled()["preview"])
    assert FRAMES * LOOPS == len(shown)
    for n, frame in enumerate(shown):
        clip_wide = frame.shape[1] - LOOK_PX
        left, right = frame[200, clip_wide // 2], frame[200, clip_wide + LOOK_PX // 2]
        grey = 40 + 20 * (n % FRAMES)
        assert pytest.approx([grey] * 3, abs=6) == left.astype(int).tolist()
        assert pytest.approx(list(LOOKS[n // FRAMES]), abs=12) == right.astype(int).tolist()
        assert abs(int(frame[20, -50, 0]) - grey) < 6


@pytest.mark.parametrize(
    ("rate", "wanted"),
    [(24.0, Fraction(24)), (24000 / 1001, Fraction(24000, 1001)), (12.5, Fraction(25, 2))],
    ids=["film", "ntsc", "every second"],
)
def test_it_plays_at_the_clips_rate(rate, wanted):
    """In a format that every browser plays."""
    (found, pixels, _), _ = played(rolled(rate)["preview"])
    assert (wanted, "yuv420p") == (found, pixels)


@pytest.mark.parametrize("size_wh", [(320, 180), (181, 321), (853, 97), (64, 64)], ids=str)
def test_every_shape_of_clip_has_its_place(size_wh):
    """Even sides, as high as a look; very wide clips have dark above and below."""
    _, shown = played(rolled(size_wh=size_wh)["preview"])
    high, wide, _ = shown[0].shape
    assert (LOOK_PX, 0) == (high, wide % 2)
    corner = shown[0][4, (wide - LOOK_PX) // 2].mean()
    assert (corner < 32) == (size_wh == (853, 97))


def test_a_cut_out_clip_stands_before_the_meshs_backdrop():
    """See-through pixels are light, not black."""
    _, shown = played(rolled(alpha=0)["preview"])
    assert shown[0][200, 100].min() > 190


def test_it_tells_how_it_was_made():
    """Title, engine and licence stand in the container."""
    (_, _, said), _ = played(rolled()["preview"])
    assert ("Walk & run", "mover", "CC-BY-NC-4.0") == tuple(
        said[name] for name in ("title", "Engine", "Licence")
    )


def test_the_poster_shows_the_mesh_turned():
    """It is a look of the second round, a quarter into it."""
    poster = rolled()["poster"]
    assert (LOOK_PX, LOOK_PX) == poster.size_wh
    assert (*LOOKS[1], 255) == tuple(poster.rgba[200, 200])
    assert 40 + 20 * (FRAMES // 4) == poster.rgba[20, 20, 0]


def test_equal_clips_give_equal_bytes():
    """Nothing in a reel is random."""
    assert rolled()["preview"] == rolled()["preview"]
