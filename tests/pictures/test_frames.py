"""Frames: evenly spaced over the loop, nothing cut off, no seams of foreign colour."""

import numpy as np
import pytest

from maquette.errors import InputError
from maquette.pictures.frames import AIR_SHARE, frames_of
from maquette.solids.motions import MOTIONS
from maquette.types import Picture
from tests import zoo

SIDE_PX = 96
INK = (200, 40, 90)

each_motion = pytest.mark.parametrize("motion", MOTIONS)


def inked(alpha):
    """One colour, black where nothing shows."""
    rgba = np.zeros((*alpha.shape, 4), np.uint8)
    rgba[..., 3] = np.rint(alpha * 255)
    rgba[rgba[..., 3] > 0, :3] = INK
    return Picture(rgba)


def wedge(width_px=120, height_px=90):
    """A triangle that no flip leaves alike."""
    y, x = np.mgrid[:height_px, :width_px]
    return inked((x * height_px < y * width_px).astype(np.float32))


SUBJECTS = {
    "ball": zoo.ball(),
    "wedge": wedge(),
    "wide": inked(np.ones((9, 300), np.float32)),
    "tall": inked(np.ones((700, 20), np.float32)),
    "one pixel": inked(np.ones((1, 1), np.float32)),
    "large": zoo.ball(1500),
}


@each_motion
@pytest.mark.parametrize("picture", SUBJECTS.values(), ids=SUBJECTS)
def test_nothing_is_cut_off(motion, picture):
    """Every frame has the size asked for, something to see, and air around it."""
    frames = frames_of(picture, motion=motion, size_px=SIDE_PX, frames=8)
    air = int(SIDE_PX * AIR_SHARE) - 1
    for frame in frames:
        alpha = frame.rgba[..., 3]
        assert (SIDE_PX, SIDE_PX) == frame.size_wh
        assert alpha.max() > 60
        assert alpha.sum() == alpha[air:-air, air:-air].sum()


@each_motion
def test_the_canvas_is_filled(motion):
    """Together the frames of a motion touch the air on two opposite sides."""
    frames = frames_of(zoo.sheet(80, 80), motion=motion, size_px=SIDE_PX, frames=72)
    seen = np.maximum.reduce([frame.rgba[..., 3] for frame in frames]) > 127
    spans = [np.flatnonzero(seen.any(axis=k)) for k in (0, 1)]
    widest = max(span[-1] - span[0] + 1 for span in spans)
    assert pytest.approx(SIDE_PX * (1 - 2 * AIR_SHARE), abs=1.5) == widest


@each_motion
def test_edges_keep_their_colour(motion):
    """One ink stays that ink down to the faintest edge: no black bleeds in."""
    disc = zoo.disc_alpha(200, centre_xy=(100, 100), radius_px=80)
    for frame in frames_of(inked(disc), motion=motion, size_px=SIDE_PX, frames=7):
        alpha = frame.rgba[..., 3].astype(int)
        off = np.abs(frame.rgba[..., :3].astype(int) - INK).max(axis=2)
        # eight bits of a premultiplied colour hold so much of it
        assert (off <= 1 + 128 / np.maximum(alpha, 1))[alpha > 0].all()
        assert 0 == frame.rgba[alpha == 0].max(initial=0)


@each_motion
def test_frames_are_evenly_spaced(motion):
    """Half as many frames are every second one, and the last is not the first again."""
    many = frames_of(wedge(), motion=motion, size_px=SIDE_PX, frames=24)
    few = frames_of(wedge(), motion=motion, size_px=SIDE_PX, frames=12)
    assert [f.rgba.tobytes() for f in few] == [f.rgba.tobytes() for f in many[::2]]
    assert many[0].rgba.tobytes() != many[12].rgba.tobytes() or motion == "wiggle"
    steps = [
        np.abs(one.rgba.astype(int) - other.rgba).sum()
        for one, other in zip(many, [*many[1:], many[0]], strict=True)
    ]
    assert steps[-1] <= max(steps[:-1])  # across the seam too


def test_a_spin_shows_the_mirrored_art():
    """Half a loop into a spin the first frame is seen through the card."""
    frames = frames_of(wedge(), motion="spin", size_px=SIDE_PX, frames=4)
    first, _, back, _ = (frame.rgba.astype(int) for frame in frames)
    assert np.abs(back - first[:, ::-1]).max() <= 2
    assert np.abs(back - first).max() > 200


def test_squeezed_art_is_averaged():
    """Black and white stripes finer than a pixel become grey while a spin narrows them."""
    stripes = np.full((300, 300, 4), 255, np.uint8)
    stripes[:, ::2, :3] = 0
    frames = frames_of(Picture(stripes), motion="spin", size_px=SIDE_PX, frames=16)
    for frame in frames:
        inside = frame.rgba[frame.rgba[..., 3] == 255][:, :3]
        assert np.abs(inside.astype(int) - 127).max(initial=0) <= 40


def test_a_spin_covers_what_its_angle_says():
    """The covered area falls with the cosine of the turn."""
    frames = frames_of(zoo.sheet(80, 80), motion="spin", size_px=SIDE_PX, frames=16)
    covered = np.array([frame.rgba[..., 3].sum(dtype=float) for frame in frames])
    phase = np.arange(16) / 16
    angle = 2 * np.pi * phase - 0.2 * np.sin(4 * np.pi * phase)
    assert np.allclose(np.maximum(np.abs(np.cos(angle)), 0.02), covered / covered[0], atol=0.01)


def test_still_frames_are_alike():
    """What is still gives the same picture again and again."""
    frames = frames_of(zoo.ball(), motion="still", size_px=SIDE_PX, frames=3)
    assert 3 * [frames[0].rgba.tobytes()] == [frame.rgba.tobytes() for frame in frames]


@each_motion
def test_frames_are_deterministic(motion):
    """Twice the same call, twice the same pixels."""
    once, twice = (frames_of(wedge(), motion=motion, size_px=64, frames=5) for _ in range(2))
    assert [f.rgba.tobytes() for f in once] == [f.rgba.tobytes() for f in twice]


def test_the_art_is_left_alone():
    """The cut-out that is handed in keeps its pixels."""
    picture = wedge()
    before = picture.rgba.tobytes()
    frames_of(picture, motion="bob", size_px=SIDE_PX, frames=2)
    assert before == picture.rgba.tobytes()


def test_empty_cutouts_are_refused():
    """Nothing opaque cannot move."""
    with pytest.raises(InputError, match="CUTOUT_EMPTY"):
        frames_of(zoo.empty(), motion="bob", size_px=SIDE_PX, frames=2)


def test_unknown_motions_are_refused():
    """A motion that there is not is named."""
    with pytest.raises(InputError, match="MOTION_UNKNOWN"):
        frames_of(zoo.ball(), motion="levitate", size_px=SIDE_PX, frames=2)
