"""The sample clip of ``make demo-motion``: a bear that moves, in one piece, on every frame."""

from itertools import pairwise

import pytest

from maquette.video.footage import open_footage
from scripts import sample_clip

pytest.importorskip("av")
FRAMES = 6


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """The clip with a few frames only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sample_clip, "FRAMES", FRAMES)
        folder = tmp_path_factory.mktemp("clip")
        return sample_clip.write_clip(folder), sample_clip.write_clip(folder / "again")


def test_the_same_bytes_each_time(clip):
    """The demo finds what it made before."""
    first, again = clip
    assert first.read_bytes() == again.read_bytes()


def above_the_floor(picture):
    """Where it is warm, which the room behind is not."""
    rgb = picture[: sample_clip.HORIZON_PX].astype(int)
    return rgb[..., 0] - rgb[..., 2] > 40


def test_the_bear_moves_within_the_picture(clip):
    """On no frame it is where it was before, and on none it is cut."""
    with open_footage([clip[0]]) as footage:
        warm = [above_the_floor(footage[n].pixels) for n in range(len(footage))]
    assert FRAMES == len(warm)
    for before, now in pairwise(warm):
        assert (before ^ now).sum() > 0.01 * now.sum()
    for inside in warm:
        assert 40_000 < inside.sum() < 60_000
        assert not (inside[0].any() or inside[:, 0].any() or inside[:, -1].any())
