"""PNG, APNG and WebP: what is written is read back by others, with its alpha and its timing."""

import io

import numpy as np
import pytest
from PIL import Image

from maquette.packs.coders import (
    ALL_COLOURS,
    LOSSLESS,
    Timing,
    frames_in,
    read_frames,
    write_png,
    write_webp,
)
from tests import zoo
from tests.packs.albums import measured


def film(frames=6, size_px=64):
    """A disc that moves to the right."""
    places = np.linspace(20, size_px - 20, frames)
    return [
        zoo.painted(zoo.disc_alpha(size_px, centre_xy=(x, size_px / 2), radius_px=16)).rgba
        for x in places
    ]


WRITERS = [
    pytest.param(write_png, ALL_COLOURS, "APNG", 0, id="apng"),
    pytest.param(write_png, 64, "APNG", 60, id="apng of 64 colours"),
    pytest.param(write_webp, LOSSLESS, "WEBP", 0, id="webp, lossless"),
    pytest.param(write_webp, 90, "WEBP", 60, id="webp"),
]


@pytest.mark.parametrize(("write", "setting", "kind", "apart"), WRITERS)
def test_a_film_is_read_back(write, setting, kind, apart):
    """Size, frames, seconds and plays are those asked for; alpha is there in every frame."""
    frames, timing = film(), Timing.of(6, seconds=1.0, plays=2)
    data = write(frames, setting, timing)
    found = measured(data)
    assert (kind, (64, 64), 6, 1.0, 2) == (
        *(found.format, found.size_wh, found.frames),
        *(round(found.seconds, 2), found.loop),
    )
    again, told = read_frames(data)
    assert timing == told
    for before, after in zip(frames, again, strict=True):
        assert np.abs(before[..., 3].astype(int) - after[..., 3]).max() <= apart


@pytest.mark.parametrize(("write", "setting", "kind", "apart"), WRITERS)
def test_a_frame_does_not_show_through_the_next(write, setting, kind, apart):
    """Where the art has left, the canvas is clear again."""
    del kind, apart
    again, _ = read_frames(write(film(), setting, Timing.of(6, seconds=1, plays=0)))
    assert 0 == again[-1][32, 8, 3]
    assert 255 == again[0][32, 20, 3]


@pytest.mark.parametrize(("write", "setting", "kind", "apart"), WRITERS)
def test_equal_frames_give_equal_bytes(write, setting, kind, apart):
    """Writing twice gives the same file."""
    del kind, apart
    timing = Timing.of(6, seconds=1, plays=0)
    assert write(film(), setting, timing) == write(film(), setting, timing)


def test_one_frame_is_a_still():
    """A film of one frame is an ordinary PNG or WebP."""
    for data in (write_png(film(1), 16, Timing()), write_webp(film(1), 90, Timing())):
        assert 1 == frames_in(data)
        with Image.open(io.BytesIO(data)) as image:
            assert not getattr(image, "is_animated", False)


def test_lengths_add_up():
    """Seven frames of one second are a second, to the millisecond."""
    lengths = Timing.of(7, seconds=1, plays=0).lengths_ms
    assert (1000, 142, 143) == (sum(lengths), min(lengths), max(lengths))
