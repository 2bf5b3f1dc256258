"""The bench of the motion line measures what it says, on clips that it draws itself."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from bench.kills import Fate, fate, records, run
from bench.motion import RUN, clip_rows
from bench.motion_clips import FILMED, box_of, drawn_cutouts, footage
from tests.drawn_clips import Clip
from tests.shots import overlap

pytest.importorskip("av")
ONE, TWO = Counter({"pose": 1}), Counter({"pose": 2})


@pytest.mark.parametrize(
    ("worked", "differ", "is_right"),
    [
        pytest.param(ONE, (), True, id="only what was missing"),
        pytest.param(TWO, (), False, id="one frame again"),
        pytest.param(Counter(), (), False, id="one frame never"),
        pytest.param(ONE, ("walker/poster.png",), False, id="another poster"),
    ],
)
def test_a_fate_is_judged(worked, differ, is_right):
    """More or less work than was missing is wrong, and so is another end."""
    assert is_right is Fate(stood=ONE, worked=worked, wanted=ONE, differ=differ).is_right


def test_a_killed_run_goes_on_where_it_was(tmp_path):
    """Killed half-way, the line makes only what no record stands for, and delivers the same."""
    upload = drawn_cutouts(tmp_path / "clip", side_px=64, faces=500)
    whole = run(tmp_path / "whole", upload, by=RUN)
    assert [] == whole["set_aside"]
    at_record = round(0.7 * records(tmp_path / "whole").total())  # some frames are meshes by then
    one = fate(tmp_path / "killed", upload, by=RUN, at_record=at_record, whole=whole)
    assert one is not None, "it ended before it could be killed"
    assert (one.wanted, ()) == (one.worked, one.differ)
    frames = whole["worked"]["pose"]
    assert 0 < one.stood["pose"] + one.stood["look"] < 2 * frames


def test_no_frame_of_a_drawn_clip_passes_for_the_next():
    """A wrong frame must be noticed by whoever compares pictures."""
    clip = Clip()
    covers = [clip.cutout(n)[..., 3] > 127 for n in range(clip.frames)]
    for n, (one, other) in enumerate(pairwise(covers)):
        assert overlap(one, other) < 0.95, n


def test_a_drawn_plate_shows_the_cut_out():
    """Where the creature is, the plate has its colours; elsewhere it does not depend on it."""
    clip = Clip(side_px=96)
    cutout, plate, later = clip.cutout(0), clip.plate(0), clip.plate(15)
    inside = cutout[..., 3] == 255
    assert (cutout[..., :3][inside] == plate[inside]).all()
    neither = (cutout[..., 3] == 0) & (clip.cutout(15)[..., 3] == 0)
    assert (plate[neither] == later[neither]).all()
    assert clip.box(0) == box_of(cutout[..., 3] > 127)


def test_without_test_data_there_is_no_footage(monkeypatch, tmp_path):
    """Neither an unset variable nor a folder without the clip gives one."""
    monkeypatch.delenv("MAQUETTE_TESTDATA", raising=False)
    assert footage("libby") is None
    monkeypatch.setenv("MAQUETTE_TESTDATA", str(tmp_path))
    assert footage("libby") is None
    assert np.array_equal([0, 0, 2, 1], box_of(np.array([[True, True], [False, False]])))


def test_filmed_clips_are_skipped_where_there_are_none(monkeypatch, tmp_path):
    """Each says that it was not measured, and no mean is made of nothing."""
    monkeypatch.delenv("MAQUETTE_TESTDATA", raising=False)
    figures = list(clip_rows(tmp_path))
    names = [f"{clip}_{how}" for how in ("given", "cut") for clip in FILMED]
    assert names == [figure.figure for figure in figures]
    assert all(figure.value is None and figure.ok is None for figure in figures)
