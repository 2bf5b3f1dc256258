"""Looks: one camera for the whole clip, the mesh from the front, its left and its right."""

from dataclasses import replace

import numpy as np
import pytest

from maquette.solids.animation_looks import (
    FILLS,
    LOOK_PX,
    LOOPS,
    SWING_DEG,
    look,
    panel_wh,
    swing_deg,
)
from maquette.types import Animation, Camera, Picture
from tests import zoo

FRAMES = 8
RED = (220, 20, 20, 255)


def card(*, moves_m=0.0, frames=FRAMES, camera=None):
    """A red card, 10 cm wide and high and 5 mm thick, that slides to its left."""
    box = zoo.box(0.1)
    box = replace(box, points=box.points * np.float32([1, 1, 0.05]))
    box = replace(box, colours=np.tile(np.uint8(RED), (8, 1)))
    way = np.linspace(0, moves_m, frames)[:, None] * [1.0, 0, 0]
    points = (box.points[None] + way[:, None]).astype(np.float32)
    return Animation(replace(box, points=points[0]), points, 24.0, camera)


def picture(width_px=320, height_px=240):
    """A frame of the clip, of which only the size counts."""
    return Picture(np.full((height_px, width_px, 4), 255, np.uint8))


def reds(animation, frame=0, *, frames=FRAMES, of=None):
    """Where each round shows red: three (S, S) maps."""
    strip = look(animation, of or picture(), frame=frame, frames=frames).rgba
    assert (LOOK_PX, LOOK_PX * LOOPS, 4) == strip.shape
    pixels = strip[..., :3].astype(int)
    is_red = (pixels[..., 0] > 120) & (pixels[..., 1] < 90)
    return [is_red[:, n * LOOK_PX : (n + 1) * LOOK_PX] for n in range(LOOPS)]


def wide_px(is_red):
    """How many columns have red in them."""
    return int(is_red.any(axis=0).sum())


def test_every_round_begins_at_the_front():
    """On the first frame all three looks are the same picture."""
    strip = look(card(), picture(), frame=0, frames=FRAMES).rgba
    first, left, right = np.split(strip, LOOPS, axis=1)
    assert np.array_equal(first, left)
    assert np.array_equal(first, right)


def test_half_way_it_shows_its_sides():
    """The first round goes on from the front, the others show the two sides, mirrored."""
    front, left, right = reds(card(), FRAMES // 2)
    assert wide_px(front) > 1.3 * wide_px(left)
    assert abs(wide_px(left) - wide_px(right)) <= 2
    # what is nearer looks taller: who turns to their left, our right, brings our left end forward
    assert leaning(left) > 5
    assert leaning(right) < -5


def leaning(is_red):
    """How much taller its left end is than its right end, in pixels."""
    columns = np.flatnonzero(is_red.any(axis=0))
    return int(is_red[:, columns[3]].sum()) - int(is_red[:, columns[-4]].sum())


@pytest.mark.parametrize(
    ("round_", "most_deg"),
    [(0, 0), (1, -SWING_DEG), (2, SWING_DEG)],
    ids=["front", "left", "right"],
)
def test_swings_are_smooth(round_, most_deg):
    """At rest and at the front at both ends, farthest in the middle, never faster than told."""
    degrees = np.array([swing_deg(share, round_) for share in np.linspace(0, 1, 201)])
    assert (0, pytest.approx(most_deg)) == (degrees[0], degrees[100])
    steps = np.abs(np.diff(degrees))
    assert max(abs(degrees[-1]), steps[0], steps[-1]) < 0.02
    assert steps.max() < 1.01 * abs(most_deg) * np.pi / 200 + 1e-9


def test_the_camera_stands_still():
    """What slides by half its width is as large on all frames, and farther right on the last."""
    first, last = (reds(card(moves_m=0.05), n)[0] for n in (0, FRAMES - 1))
    assert abs(wide_px(first) - wide_px(last)) <= 1
    moved_px = np.flatnonzero(last.any(axis=0))[0] - np.flatnonzero(first.any(axis=0))[0]
    assert moved_px == pytest.approx(wide_px(first) / 2, abs=2)


@pytest.mark.parametrize("moves_m", [0.0, 0.1, 0.6], ids=["stays", "steps", "crosses"])
def test_all_of_it_is_seen(moves_m):
    """On every frame and in every round it keeps clear of the edges, and fills what it may."""
    animation = card(moves_m=moves_m)
    seen = np.any([reds(animation, n) for n in range(FRAMES)], axis=0)
    columns, rows = (np.flatnonzero(seen.any(axis=(0, axis))) for axis in (1, 2))
    assert min(columns[0], rows[0]) > 4
    assert max(columns[-1], rows[-1]) < LOOK_PX - 5
    span = max(np.ptp(columns), np.ptp(rows)) / LOOK_PX
    assert pytest.approx(FILLS, abs=0.08) == span


@pytest.mark.parametrize(
    ("px_per_m", "height_px", "wanted_px"),
    [(1400, 240, 1400 * 0.1 * LOOK_PX / 240), (200, 240, None), (9000, 240, None)],
    ids=["as in the clip", "tiny in the clip", "larger than the clip"],
)
def test_the_clips_own_scale_is_kept_where_it_looks_well(px_per_m, height_px, wanted_px):
    """The front is as wide as in the clip beside it; where that is no size to look at, fitted."""
    told = card(camera=Camera(px_per_m, (160, 200)))
    of = picture(320, height_px)
    # half-way up, where looking down at it makes it neither wider nor narrower
    found, fitted = (int(reds(each, of=of)[0].sum(axis=1)[200]) for each in (told, card()))
    assert pytest.approx(wanted_px or fitted, rel=0.015) == found


@pytest.mark.parametrize(
    ("size_wh", "wanted_wh"),
    [
        ((1024, 576), (712, 400)),
        ((576, 1024), (224, 400)),
        ((853, 481), (710, 400)),
        ((1024, 128), (712, 88)),
        ((64, 64), (400, 400)),
        ((1, 1024), (2, 400)),
    ],
    ids=str,
)
def test_the_clip_is_as_high_as_a_look(size_wh, wanted_wh):
    """Unless it is very wide; and no side is odd, which movies do not take."""
    assert wanted_wh == panel_wh(size_wh)


def test_equal_animations_have_equal_looks():
    """Nothing in a look is random."""
    strips = [look(card(moves_m=0.1), picture(), frame=3, frames=FRAMES).rgba for _ in range(2)]
    assert np.array_equal(*strips)
