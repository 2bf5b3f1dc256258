"""Clips: one subject on each frame, remnants and other parts left out, nothing held."""

import numpy as np
import pytest

from maquette.errors import InputError
from maquette.solids.animation_clips import alone, clip_of
from maquette.solids.inflation_cutouts import AIR_PX
from maquette.types import Picture
from tests import zoo

SIZE_PX = 96


def discs(*places: tuple[float, float, float]) -> Picture:
    """Discs of (x, y, radius) on one picture."""
    alphas = [
        zoo.disc_alpha(SIZE_PX, centre_xy=(x, y), radius_px=radius) for x, y, radius in places
    ]
    return zoo.painted(np.maximum.reduce([np.zeros((SIZE_PX, SIZE_PX), np.float32), *alphas]))


def walking(n: int) -> tuple[float, float, float]:
    """A disc on its way to the right."""
    return 24.0 + 4 * n, 40.0, 14.0


def test_pictures_are_shrunk_to_the_working_size():
    """Masks and greys are as large as asked, and the way back is known."""
    clip = clip_of([discs(walking(n)) for n in range(8)], longest_px=48)
    assert {(48, 48)} == {seen.grey.shape for seen in clip.frames}
    assert [0.5, 0.5] == clip.shrink_xy.tolist()
    assert not clip.still


def test_only_the_largest_part_is_followed_even_where_it_is_the_smaller():
    """A second subject is left out on all frames, and counted."""
    frames = [discs(walking(n), (70.0, 80.0, 9.0)) for n in range(7)]
    frames.append(discs((52.0, 40.0, 6.0), (70.0, 80.0, 9.0)))  # the first goes away
    clip = clip_of(frames, longest_px=SIZE_PX)
    assert 8 == clip.others
    assert not any(seen.inside[75:].any() for seen in clip.frames)
    assert clip.frames[7].inside[40, 52]


def test_a_subject_cut_in_two_stays_whole():
    """Both halves behind a pole touch where it was before: both are kept."""
    split = discs(walking(1)).rgba.copy()
    split[:, 26:29] = 0
    frames = [discs(walking(0)), Picture(split), *[discs(walking(n)) for n in range(2, 8)]]
    clip = clip_of(frames, longest_px=SIZE_PX)
    assert 0 == clip.others
    assert clip.frames[1].inside[40, 20]
    assert clip.frames[1].inside[40, 36]


def test_remnants_are_nothing():
    """What is left of a subject at the picture's edge tells nothing of it."""
    frames = [discs(walking(n)) for n in range(8)]
    rest = np.zeros((SIZE_PX, SIZE_PX), np.float32)
    rest[40:43, 94:] = 1
    clip = clip_of([*frames, zoo.painted(rest), zoo.empty(SIZE_PX)], longest_px=SIZE_PX)
    assert [False] * 8 + [True] * 2 == [seen.inside is None for seen in clip.frames]


def test_a_repeated_frame_is_still():
    """The same picture eight times is told apart from a clip."""
    assert clip_of([discs(walking(0))] * 8, longest_px=SIZE_PX).still


def test_too_few_frames_with_a_subject_are_refused():
    """Seven are named in the error."""
    frames = [discs(walking(n)) for n in range(7)] + [zoo.empty(SIZE_PX)] * 9
    with pytest.raises(InputError, match=r"CLIP_SUBJECT_MISSING.*only 7 frames .* of 16"):
        clip_of(frames, longest_px=SIZE_PX)


def test_what_is_not_followed_is_taken_out_of_the_picture():
    """The anchor's cut-out holds the one part, with air around it."""
    frames = [discs(walking(n), (70.0, 80.0, 9.0)) for n in range(8)]
    clip = clip_of(frames, longest_px=48)
    cutout = alone(frames[2], clip.frames[2])
    assert (SIZE_PX + 2 * AIR_PX,) * 2 == cutout.size_wh
    inner = cutout.rgba[AIR_PX:-AIR_PX, AIR_PX:-AIR_PX]
    assert np.array_equal(frames[2].rgba[:60], inner[:60])
    assert 0 == inner[75:, :, 3].max()
