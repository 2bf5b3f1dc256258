"""Tiles: tints lie on their object, outlines on its edge, names beside it."""

import numpy as np
import pytest

from maquette.video.tinting import fit, fit_matte, grey, outline, overlay
from tests import zoo

RED, BLUE = (255, 40, 40), (60, 90, 255)


def ground(size_px=96, value=90):
    return np.full((size_px, size_px, 3), value, np.uint8)


def disc(x=48.0, y=48.0, *, radius_px=24.0, size_px=96):
    return zoo.disc_alpha(size_px, centre_xy=(x, y), radius_px=radius_px)


def test_the_overlay_tints_the_inside_and_nothing_else():
    """Inside is between the picture and the colour, outside is the picture, itself unharmed."""
    picture = ground()
    shown = overlay(picture, [disc()], [RED])
    assert np.array_equal(ground(), picture)
    assert np.array_equal(picture[:20], shown[:20])
    red, green, _ = shown[48, 48]
    assert 90 < red < 255
    assert 40 < green < 90


def test_later_objects_lie_on_earlier_ones():
    """Where two overlap, the last one's colour is stronger."""
    shown = overlay(ground(), [disc(), disc()], [RED, BLUE])
    assert shown[48, 48, 2] > shown[48, 48, 0]


def test_mattes_add_up_to_one_grey_picture():
    """Neighbours that share an edge leave no seam; nothing gets whiter than white."""
    left = np.tile(np.linspace(1, 0, 9, dtype=np.float32), (3, 1))
    shown = grey([left, 1 - left])
    assert {255} == set(np.unique(shown))
    assert [255, 128, 0] == grey([left])[1, [0, 4, 8], 0].tolist()
    assert {255} == set(np.unique(grey([left, left * 0 + 1])))


@pytest.mark.parametrize("soft", [False, True], ids=["hard", "soft"])
def test_the_outline_runs_along_the_edge(soft):
    """A thin closed line at the radius, the same for a hard mask and a soft matte."""
    alpha = disc() if soft else (disc() > 0.5).astype(np.float32)
    changed = (outline(ground(), [alpha], [RED], [""])[..., 0] > 160)[24 - 4 + 1 :]
    changed[: 96 // 2 - 24 - 20] = False  # the tag's own place
    y, x = np.nonzero(changed)
    radii_px = np.hypot(x + 0.5 - 48, y + 21 + 0.5 - 48)
    line = np.abs(radii_px - 24) < 4
    assert line.mean() > 0.7
    assert 24 == pytest.approx(radii_px[line].mean(), abs=0.6)
    angles = np.unique(np.degrees(np.arctan2(y + 21 - 48, x - 48))[line].round(-1))
    assert len(angles) >= 30, "the line has gaps"


def test_names_do_not_cover_each_other():
    """Two objects in one place have two readable tags."""
    shown = outline(ground(200), [disc(100, 100, size_px=200)] * 2, [RED, BLUE], ["one", "two"])
    strong = [(np.abs(shown.astype(int) - colour).sum(2) < 60) for colour in (RED, BLUE)]
    tops = [np.flatnonzero(tag.sum(1) > 15)[0] for tag in strong]
    assert abs(tops[0] - tops[1]) >= 20


@pytest.mark.parametrize("radius_px", [0, 300], ids=["hidden", "everywhere"])
def test_objects_without_an_edge_draw_no_line(radius_px):
    """A hidden object leaves the picture as it is; one that fills it has only its tag."""
    alpha = np.zeros((96, 96), np.float32) if radius_px == 0 else np.ones((96, 96), np.float32)
    shown = outline(ground(), [alpha], [RED], ["all"])
    assert np.array_equal(ground()[30:], shown[30:])
    assert (radius_px == 0) == np.array_equal(ground(), shown)


def test_pictures_and_mattes_fit_their_tile():
    """Averaged where they shrink, smooth where they grow."""
    board = np.indices((40, 60)).sum(0) % 2
    small = fit(np.repeat((board * 255).astype(np.uint8)[..., None], 3, axis=2), (30, 20))
    assert (20, 30, 3) == small.shape
    assert np.abs(small.astype(int) - 127).max() <= 1
    assert 0.5 == pytest.approx(fit_matte(board.astype(np.float32), (30, 20)))
    assert (80, 120) == fit_matte(board.astype(np.float32), (120, 80)).shape
