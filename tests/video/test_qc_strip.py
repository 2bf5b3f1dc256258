"""The strip: what it shows of confidence, keys and hidden frames can be read off its pixels."""

import numpy as np
import pytest

from maquette.video.qc_strip import HATCH, LANE, LANE_PX, NAME_PX, VALUE_PX, Followed, Strip

GREEN = (60, 220, 90)
WIDTH_PX = 1000
CHART_PX = WIDTH_PX - NAME_PX - VALUE_PX


def lane_at(strip, frame, frames):
    """One column of a lane, in the middle of a frame's stretch, away from the playhead."""
    x = NAME_PX + int((frame + 0.3) * CHART_PX / frames)
    return strip[:LANE_PX, x].astype(int)


def followed(confidence, **said):
    return Followed("hero", GREEN, tuple(confidence), **said)


def filled(column):
    """How much of the lane is not empty ground, from below."""
    empty = (np.abs(column - LANE).sum(1) < 12) | (np.abs(column - HATCH).sum(1) < 12)
    return 1 - empty.mean()


@pytest.mark.parametrize("sure", [0.9, 0.7, 0.55])
def test_the_hill_is_as_high_as_the_confidence(sure):
    """In the object's own colour where it is sure enough."""
    strip = Strip((followed([1, sure, 1, 1]),), 1001, WIDTH_PX).at(3)
    column = lane_at(strip, 1, 4)
    assert sure == pytest.approx(filled(column), abs=0.08)
    assert column[-1, 1] > column[-1, 0], "green"


def test_doubt_is_red():
    """Below one half the hill changes its colour, and so does the number beside it."""
    strip = Strip((followed([1, 0.3, 1, 1]),), 1001, WIDTH_PX)
    assert np.argmax(lane_at(strip.at(3), 1, 4)[-1]) == 0
    sure, doubtful = (strip.at(frame)[:LANE_PX, -VALUE_PX:].astype(int) for frame in (0, 1))
    assert 0 == (sure[..., 0] - sure[..., 1]).max()
    assert (doubtful[..., 0] - doubtful[..., 1]).max() > 100


def test_hidden_frames_are_hatched():
    """No hill where nothing can be seen."""
    strip = Strip((followed([1, 0, 1, 1], hidden=frozenset({1})),), 1001, WIDTH_PX).at(3)
    assert 0 == filled(lane_at(strip, 1, 4))
    assert (lane_at(strip, 1, 4)[:, 0] == HATCH[0]).any()
    assert 0.9 < filled(lane_at(strip, 0, 4))


def test_the_worst_of_many_frames_is_shown():
    """One doubtful frame of ten thousand is not averaged away."""
    sure = np.ones(10_000)
    sure[5000] = 0.1
    strip = Strip((followed(sure),), 1, WIDTH_PX).at(0)
    x = NAME_PX + 5000 * CHART_PX // 10_000
    assert 0.1 == pytest.approx(filled(strip[:LANE_PX, x].astype(int)), abs=0.12)


def test_the_playhead_stands_on_its_frame():
    """A white line through all lanes, at the middle of the frame's stretch."""
    strip = Strip((followed([0.6] * 5), followed([0.6] * 5)), 1001, WIDTH_PX)
    for frame in range(5):
        white = np.flatnonzero((strip.at(frame)[: 2 * LANE_PX, :, :] == 255).all((0, 2)))
        assert NAME_PX + (frame + 0.5) * CHART_PX / 5 == pytest.approx(white.mean(), abs=1.5)


def test_keys_are_diamonds():
    """White marks in the middle of the lane, at their frames only."""
    strip = Strip((followed([0.6] * 9, keys=frozenset({2, 6})),), 1001, WIDTH_PX).at(0)
    middle = strip[LANE_PX // 2, NAME_PX : NAME_PX + CHART_PX]
    white = np.flatnonzero((middle == 255).all(1))
    frames = set((white * 9 // CHART_PX).tolist())
    assert {0, 2, 6} == frames, "0 is the playhead's"


def test_many_objects_are_counted_not_squeezed():
    """Eight lanes at most; the strip never outgrows its board."""
    few, many = (Strip((followed([1, 1]),) * count, 1, WIDTH_PX) for count in (8, 30))
    assert few.height_px == many.height_px
    assert many.at(0).shape == (many.height_px, WIDTH_PX, 3)
    assert not np.array_equal(few.at(0), many.at(0)), "the rest is counted in words"


@pytest.mark.parametrize("frames", [1, 2, 700, 100_000])
def test_any_length_is_drawn(frames):
    """One frame or an hour; first and last playheads stay inside."""
    strip = Strip((followed([0.8] * frames),), 0, WIDTH_PX)
    for frame in (0, frames - 1):
        assert (strip.height_px, WIDTH_PX, 3) == strip.at(frame).shape
