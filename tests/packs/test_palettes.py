"""Palettes with alpha: clear stays clear, solid stays solid, and the colours are well chosen."""

import numpy as np
import pytest
from PIL import Image

from maquette.packs.palettes import paletted
from tests import zoo


def redrawn(frame, *, colours):
    """A frame as its palette shows it."""
    drawn = paletted([frame], colours=colours)
    return drawn.colours[drawn.frames[0]]


def photo(size_px=96, seed=3):
    """A smooth picture of thousands of colours within a soft disc."""
    import cv2

    rng = np.random.default_rng(seed)
    rgb = cv2.resize(rng.integers(0, 256, (6, 6, 3)).astype(np.uint8), (size_px, size_px))
    alpha = zoo.disc_alpha(size_px, centre_xy=(size_px / 2,) * 2, radius_px=0.4 * size_px)
    return np.dstack([rgb, np.rint(alpha * 255).astype(np.uint8)])


@pytest.mark.parametrize("colours", [4, 32, 256])
def test_edges_stay_clean(colours):
    """No clear pixel gains a colour and no solid pixel becomes see-through."""
    frame = photo()
    alpha, before = redrawn(frame, colours=colours)[..., 3], frame[..., 3]
    assert {0} == set(alpha[before == 0])
    assert {255} == set(alpha[before == 255])


def test_few_colours_are_kept_exactly():
    """Art of fewer colours than places comes back nearly as it was."""
    frame = zoo.ball(64).rgba
    seen = frame[..., 3] == 255
    apart = np.abs(redrawn(frame, colours=256)[seen].astype(int) - frame[seen])
    assert apart.max() <= 1


def test_better_than_the_octree_alone():
    """The colours lie nearer to the picture's than those that Pillow finds."""
    frame = photo()
    octree = Image.fromarray(frame).quantize(32, method=Image.Quantize.FASTOCTREE)
    inside = frame[..., 3] == 255

    def error(drawn):
        return np.square(drawn[inside].astype(float) - frame[inside]).mean()

    assert error(redrawn(frame, colours=32)) < 0.7 * error(np.array(octree.convert("RGBA")))


def test_frames_share_one_palette():
    """Frames that look alike get the same numbers, those that nobody looked at too."""
    frames = [photo(seed=3)] * 20
    drawn = paletted(frames, colours=32)
    assert len(drawn.colours) <= 32
    assert all(np.array_equal(drawn.frames[0], frame) for frame in drawn.frames)


@pytest.mark.parametrize(
    "frame",
    [np.zeros((4, 4, 4), np.uint8), np.full((1, 1, 4), 255, np.uint8), zoo.sheet().rgba],
    ids=["clear", "one pixel", "solid"],
)
def test_extremes(frame):
    """Nothing but clear, a single pixel, nothing but solid: all are drawn as they are."""
    assert np.array_equal(frame, redrawn(frame, colours=16))
