"""The clip as it is sent: cut to the subject's way, a subject on every frame."""

import numpy as np
import pytest

from maquette.engines.actionmesh.framing import framed
from maquette.errors import InputError
from maquette.types import Picture


def clip(count=16, *, size_wh=(120, 80), step_px=2):
    """A block of 20 by 10 px that goes to the right."""
    frames = []
    for n in range(count):
        rgba = np.zeros((size_wh[1], size_wh[0], 4), np.uint8)
        rgba[30:40, 10 + step_px * n : 30 + step_px * n] = (200, n, 50, 255)
        frames.append(Picture(rgba))
    return frames


def empty(frame):
    """The same frame with nothing on it."""
    return Picture(np.zeros_like(frame.rgba))


def test_what_is_sent_holds_the_whole_way_and_air():
    """One rectangle for all frames, so that the way across the picture is kept."""
    sent = framed(clip()).frames
    assert (16, 10 + 2 * 2, 50 + 2 * 2, 4) == sent.shape
    firsts = [int(np.flatnonzero(frame[7, :, 3])[0]) for frame in sent]
    assert list(range(2, 34, 2)) == firsts
    assert not sent[..., 3][:, :2].any(), "see-through all around"
    assert not sent[..., 3][:, :, -2:].any(), "see-through all around"


def test_faint_specks_do_not_count():
    """What is nearly see-through neither widens the rectangle nor is a subject."""
    frames = clip()
    frames[3].rgba[70:, 100:] = (9, 9, 9, 100)
    assert (16, 14, 54, 4) == framed(frames).frames.shape


@pytest.mark.parametrize(
    ("hidden", "stand_ins"),
    [
        pytest.param((4,), {4: 3}, id="a tie goes to the earlier"),
        pytest.param((0, 1), {0: 2, 1: 2}, id="at the start"),
        pytest.param((14, 15), {14: 13, 15: 13}, id="at the end"),
        pytest.param((5, 6, 7), {5: 4, 6: 4, 7: 8}, id="in the middle"),
    ],
)
def test_the_nearest_frame_stands_in_for_an_empty_one(hidden, stand_ins):
    """A frame without a subject takes its nearest neighbour, and that is said."""
    frames = clip()
    frames = [empty(frame) if n in hidden else frame for n, frame in enumerate(frames)]
    made = framed(frames)
    for n, other in stand_ins.items():
        assert np.array_equal(made.frames[other], made.frames[n])
        (note,) = [note for note in made.notes if f" {n}" in note.partition(":")[0]]
        assert note.endswith(f": frame {other} stands in")
    assert len(set(stand_ins.values())) == len(made.notes)


def test_a_sliver_is_too_little():
    """A frame on which less than 1 % is the subject would be looked at by another model."""
    frames = clip()
    frames[7].rgba[30:40, 24:43] = 0
    frames[7].rgba[31:40, 43:] = 0
    made = framed(frames)
    assert np.array_equal(made.frames[6], made.frames[7])
    assert ("too little of the subject is seen on frame 7: frame 6 stands in",) == made.notes


@pytest.mark.parametrize(
    ("count", "code"),
    [
        pytest.param(15, "CLIP_TOO_SHORT", id="15"),
        pytest.param(32, "CLIP_TOO_LONG", id="32"),
    ],
)
def test_other_lengths_are_refused(count, code):
    """It would fail on fewer frames, and drop what is beyond without a word."""
    with pytest.raises(InputError, match=f"16 to 31 frames, not {count}") as raised:
        framed(clip(count))
    assert code == raised.value.code


@pytest.mark.parametrize("count", [16, 31])
def test_lengths_at_the_bounds_are_taken(count):
    """16 and 31 are within."""
    assert count == len(framed(clip(count)).frames)


def tiny():
    """A dot that crosses a whole picture, on no frame a hundredth of its way."""
    frames = [empty(frame) for frame in clip()]
    for n, frame in enumerate(frames):
        frame.rgba[4 * n : 4 * n + 2, 7 * n : 7 * n + 2] = 255
    return frames


@pytest.mark.parametrize(
    "frames",
    [
        pytest.param([empty(frame) for frame in clip()], id="nothing at all"),
        pytest.param(tiny(), id="a dot"),
    ],
)
def test_a_clip_without_a_subject_is_refused(frames):
    """Where no frame tells enough there is nothing to stand in."""
    with pytest.raises(InputError) as raised:
        framed(frames)
    assert "CLIP_SUBJECT_MISSING" == raised.value.code
    assert raised.value.fix
