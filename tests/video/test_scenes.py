"""Hard cuts, found by looking."""

import cv2
import numpy as np
import pytest

from maquette.video.scenes import find_scenes


def place(seed: int) -> np.ndarray:
    """A wide, soft picture of many colours, another one for each seed."""
    rng = np.random.default_rng(seed)
    tint = rng.integers(40, 200, 3)
    blobs = cv2.resize(rng.normal(0, 60, (8, 24, 3)), (384, 108), interpolation=cv2.INTER_CUBIC)
    return np.clip(blobs + tint, 0, 255).astype(np.uint8)


def take(seed: int, count: int, *, pan_px: int = 1) -> list[np.ndarray]:
    """Frames of a camera that pans over a place, with noise."""
    wide, rng = place(seed), np.random.default_rng(seed + 1000)
    frames = [wide[:, n * pan_px : n * pan_px + 192] for n in range(count)]
    return [np.clip(f + rng.normal(0, 4, f.shape), 0, 255).astype(np.uint8) for f in frames]


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        pytest.param([], (), id="no-frames"),
        pytest.param([1], (range(1),), id="one-frame"),
        pytest.param([30], (range(30),), id="no-cut"),
        pytest.param([12, 20, 9], (range(12), range(12, 32), range(32, 41)), id="two-cuts"),
        pytest.param([20, 4, 20], (range(20), range(20, 24), range(24, 44)), id="a-short-one"),
    ],
)
def test_cuts_are_where_the_place_changes(lengths, expected):
    """Each run of frames of one place is a scene, and together they are the whole movie."""
    frames = [frame for n, count in enumerate(lengths) for frame in take(n, count)]
    assert expected == find_scenes(frames)


def test_a_cut_within_one_place_is_found():
    """The other half of the same picture, in the same light, is another scene."""
    left, right = place(3)[:, :192], place(3)[:, 192:]
    assert (range(15), range(15, 30)) == find_scenes([left] * 15 + [right] * 15)


@pytest.mark.parametrize("lit", [1, 2], ids=["one-frame", "two-frames"])
def test_flash_is_no_cut(lit):
    """Frames that are suddenly bright, behind which the picture is back, cut nothing."""
    frames = take(1, 24)
    for n in range(12, 12 + lit):
        frames[n] = np.clip(frames[n].astype(int) + 140, 0, 255).astype(np.uint8)
    assert (range(24),) == find_scenes(frames)


def test_fast_pan_is_no_cut():
    """A camera that moves 8 px of 192 a frame shows one scene."""
    assert (range(24),) == find_scenes(take(2, 24, pan_px=8))


def test_cut_out_of_a_pan_is_where_it_is():
    """Frames that already change much before a cut do not draw it to them."""
    still, quick = take(7, 12, pan_px=0), take(2, 24, pan_px=8)
    quick[23] = np.roll(quick[23], 40, axis=1)
    assert (range(24), range(24, 36)) == find_scenes([*quick, *still])


def test_dissolve_is_no_cut():
    """Twelve frames that mix two places have no frame at which they cut."""
    before, after = take(4, 32), take(5, 32)
    shares = np.clip((np.arange(32) - 10) / 12, 0, 1)
    mixed = [((1 - w) * a + w * b) for w, a, b in zip(shares, before, after, strict=True)]
    assert (range(32),) == find_scenes([frame.astype(np.uint8) for frame in mixed])


def test_frames_are_not_kept():
    """Any number of frames is looked at with a handful in memory."""
    held = 0

    class Counted(np.ndarray):
        def __del__(self):
            nonlocal held
            held -= 1

    def frames():
        nonlocal held
        for frame in take(6, 60):
            held += 1
            yield frame.view(Counted)
            assert held < 8

    assert (range(60),) == find_scenes(frames())
