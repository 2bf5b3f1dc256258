"""Following: sheets cover, bend, wait, leave and grow as their subjects do."""

import numpy as np
import pytest
import shapely

from maquette.solids.inflation_sheets import Fineness, sheet_of
from maquette.solids.sheet_coverage import sheet_iou
from maquette.solids.sheet_following import Seen, follow_sheet

FINE = Fineness(2.5, (1.5, 4.0), 6.0)
HIGH, WIDE = 96, 144
ROWS, COLUMNS = np.indices((HIGH, WIDE)) + 0.5


def cloth():
    """A grey picture with something to see everywhere."""
    import cv2

    noise = cv2.GaussianBlur(np.random.default_rng(0).normal(0, 1, (HIGH, WIDE)), (0, 0), 2.0)
    return np.clip(128 + 45 * noise / noise.std(), 0, 255).astype(np.uint8)


CLOTH = cloth()
DISC = sheet_of(shapely.Point(50, 48).buffer(24), FINE)


def disc(shift):
    """A disc of cloth that has moved to the right."""
    inside = np.hypot(COLUMNS - 50 - shift, ROWS - 48) < 24
    return Seen(inside, np.roll(CLOTH, shift, axis=1))


def turned_over(sheet, places):
    """How many faces are turned over on any frame."""
    a, b, c = (places[:, sheet.faces[:, corner]] for corner in range(3))
    return int((np.cross(b - a, c - a) <= 0).sum())


def jerks(places):
    """Mean change of pace."""
    return np.linalg.norm(places[2:] - 2 * places[1:-1] + places[:-2], axis=2).mean()


@pytest.mark.parametrize("anchor", [0, 3, 6], ids=["first", "middle", "last"])
def test_a_disc_is_carried_with_its_cloth(anchor):
    """Every point goes the way of a disc that moves by three pixels a frame, from any anchor."""
    frames = [disc(3 * (frame - anchor)) for frame in range(7)]
    places = follow_sheet(DISC, frames, anchor=anchor)
    expected = DISC.points + [[[3.0 * (frame - anchor), 0]] for frame in range(7)]
    assert 0.5 > np.linalg.norm(places - expected, axis=2).mean()
    assert 1.5 > np.linalg.norm(places - expected, axis=2).max()
    assert 1e-9 > np.abs(places[anchor] - DISC.points).max()


def bar(bend):
    """A bar whose ends go up or down."""
    middle = 48 + bend * ((COLUMNS - 72) / 50) ** 2
    inside = (np.abs(ROWS - middle) < 9) & (np.abs(COLUMNS - 72) < 50)
    rows = np.clip(ROWS - middle + 48, 0, HIGH - 1).astype(int)
    return Seen(inside, CLOTH[rows, COLUMNS.astype(int)])


def test_a_bar_bends():
    """The sheet of a straight bar goes with its cloth both ways, as smoothly, unfolded."""
    sheet = sheet_of(shapely.box(22, 39, 122, 57), FINE)
    bends = [24 * np.sin(frame / 12 * 2 * np.pi) for frame in range(13)]
    frames = [bar(bend) for bend in bends]
    places = follow_sheet(sheet, frames, anchor=0)
    lifts = np.outer(bends, ((sheet.points[:, 0] - 72) / 50) ** 2)
    expected = sheet.points + np.stack([np.zeros_like(lifts), lifts], axis=2)
    assert 1.0 > np.linalg.norm(places - expected, axis=2).mean()
    assert 1.1 * jerks(expected) > jerks(places)
    pairs = zip(places, frames, strict=True)
    assert 0.96 < min(sheet_iou(sheet, lie, seen.inside) for lie, seen in pairs)
    assert 0 == turned_over(sheet, places)


@pytest.mark.parametrize(
    "hidden",
    [None, np.zeros((HIGH, WIDE), np.bool_), np.hypot(COLUMNS - 9, ROWS - 9) < 2],
    ids=["unknown", "empty", "a speck"],
)
def test_missing_frames_lie_between(hidden):
    """A frame without a mask lies half way, and at the end the last one is held."""
    gap = Seen(hidden, CLOTH)
    frames = [disc(0), disc(4), gap, disc(12), gap]
    places = follow_sheet(DISC, frames, anchor=0)
    assert 1.0 > np.abs(places[2] - (places[1] + places[3]) / 2).max()
    assert 0 == np.abs(places[4] - places[3]).max()
    assert pytest.approx(8, abs=0.7) == (places[2] - DISC.points)[:, 0].mean()


def test_the_border_drags_nothing():
    """A disc leaves the picture as it came: what is outside goes on with the rest."""
    frames = [disc(8 * frame) for frame in range(12)]
    for frame in range(12):
        gone = COLUMNS < 50 + 8 * frame - 30  # the cloth that has come in again on the left
        frames[frame].grey[gone] = 0
    places = follow_sheet(DISC, frames, anchor=0)
    wide, high = np.ptp(places[-1], axis=0)
    assert WIDE + 10 < places[-1][:, 0].max()
    assert 0.85 < wide / high < 1.2
    assert 0 == turned_over(DISC, places)


def test_a_limb_that_grows_is_covered():
    """An arm that comes out of a disc pulls the sheet along, without a fold."""
    frames = []
    for frame in range(8):
        inside = np.hypot(COLUMNS - 50, ROWS - 48) < 24
        inside |= (np.abs(ROWS - 48) < 6) & (COLUMNS > 50) & (COLUMNS < 74 + 5 * frame)
        frames.append(Seen(inside, CLOTH))
    places = follow_sheet(DISC, frames, anchor=0)
    assert 0.93 < sheet_iou(DISC, places[-1], frames[-1].inside)
    assert 0.88 > sheet_iou(DISC, DISC.points, frames[-1].inside)
    assert 104 < places[-1][:, 0].max()
    assert 0 == turned_over(DISC, places)


def test_following_twice_is_the_same():
    """The same frames give the same bytes."""
    frames = [disc(3 * frame) for frame in range(3)]
    first, second = (follow_sheet(DISC, frames, anchor=1) for _ in range(2))
    assert first.tobytes() == second.tobytes()
