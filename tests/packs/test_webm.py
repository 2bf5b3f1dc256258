"""VP9 with alpha: it is really there, in a container that says so, the same each time."""

import sys

import numpy as np
import pytest

from maquette.errors import ToolError
from maquette.packs import PLATFORMS
from maquette.packs.webm import read_webm, write_webm
from tests import zoo
from tests.packs.albums import measured


def film(frames=5):
    """A ball that shrinks."""
    sizes = np.linspace(50, 20, frames)
    return [zoo.painted(zoo.disc_alpha(128, centre_xy=(64, 64), radius_px=r)).rgba for r in sizes]


def test_alpha_survives():
    """Decoded with libvpx, corners are clear, the middle is solid, in every frame."""
    pytest.importorskip("av")
    frames = film()
    again, seconds = read_webm(write_webm(frames, seconds=0.5, rate=20))
    assert 0.5 == seconds
    assert len(frames) == len(again)
    for before, after in zip(frames, again, strict=True):
        assert (0, 255) == (after[2, 2, 3], after[64, 64, 3])
        assert np.abs(before[..., 3].astype(int) - after[..., 3]).mean() < 2


def test_colours_survive_along_the_edge():
    """No dark rim: half-clear pixels have the art's colours, as far as video keeps them."""
    pytest.importorskip("av")
    frame = film(1)[0]
    (again,), _ = read_webm(write_webm([frame], seconds=0.1, rate=10))
    edge = (again[..., 3] > 60) & (again[..., 3] < 200) & (frame[..., 3] > 0)
    assert edge.any()
    assert np.abs(again[edge][:, :3].astype(int) - frame[edge][:, :3]).mean() < 24


def test_the_container_says_what_it_holds():
    """VP9, one track, alpha announced, the seconds that were asked for."""
    pytest.importorskip("av")
    found = measured(write_webm(film(), seconds=0.5, rate=30))
    assert ((128, 128), 5, 0.5) == (found.size_wh, found.frames, round(found.seconds, 2))


def test_equal_frames_give_equal_bytes():
    """No dates, no random ids."""
    pytest.importorskip("av")
    assert write_webm(film(), seconds=1, rate=30) == write_webm(film(), seconds=1, rate=30)


def test_without_the_package_it_says_what_to_install(monkeypatch):
    """A moving sticker of Telegram is set aside; the next run tries again; stills go on."""
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(ToolError) as missing:
        PLATFORMS["telegram"].fit(zoo.ball(), motion="bob")
    assert ("VIDEO_NOT_INSTALLED", False) == (missing.value.code, missing.value.lasting)
    assert "maquette[video]" in missing.value.fix
    assert not missing.value.needs_setup
    assert PLATFORMS["telegram"].fit(zoo.ball()).outputs["telegram"].data
