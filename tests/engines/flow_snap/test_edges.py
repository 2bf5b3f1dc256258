"""From coarse logits to masks of full size."""

import cv2
import numpy as np
import pytest

from maquette.engines.flow_snap.edges import SNAPPED_PX, drawn, main_parts
from maquette.engines.flow_snap.windows import Window
from maquette.types import Mask
from tests.engines.flow_snap.moving import disc, frame, overlap


def coarse(mask, *, cells_wh):
    """Logits of a mask on few cells."""
    share = cv2.resize(mask.inside.astype(np.float32), cells_wh, interpolation=cv2.INTER_AREA)
    return ((share - 0.5) * 12).astype(np.float32)


def test_an_edge_moves_to_the_edge_of_the_picture():
    """Logits two pixels off come nearer to the truth than drawn up alone."""
    truth = disc(120, 80, radius_px=50)
    off = coarse(disc(122, 80, radius_px=50), cells_wh=(60, 40))
    rgb = np.ascontiguousarray(frame(truth).rgba[..., :3])
    snapped = drawn(off, rgb, window=Window(0, 0, 240, 160), snap_px=4)
    plain = cv2.resize(off, (240, 160), interpolation=cv2.INTER_CUBIC) > 0
    assert overlap(Mask(snapped), truth) > overlap(Mask(plain), truth) + 0.01


@pytest.mark.parametrize("side_px", [300, SNAPPED_PX + 300], ids=["small", "large"])
def test_a_mask_has_the_size_of_its_window(side_px):
    """Larger windows are snapped smaller and drawn up again."""
    truth = disc(150, 150, radius_px=90, size_wh=(side_px, side_px))
    rgb = np.ascontiguousarray(frame(truth).rgba[..., :3])
    window = Window(0, 0, side_px, side_px)
    found = drawn(coarse(truth, cells_wh=(80, 80)), rgb, window=window, snap_px=4)
    assert overlap(Mask(found), truth) > 0.95


def test_crumbs_are_dropped_and_parts_kept():
    """A part of a quarter stays, one of a hundredth goes."""
    inside = np.zeros((60, 60), np.bool_)
    inside[5:25, 5:25] = True
    inside[40:50, 40:50] = True
    expected = inside.copy()
    inside[55:57, 5:7] = True
    assert np.array_equal(expected, main_parts(inside, least=0.05))


def test_an_empty_mask_has_no_main_part():
    """Nothing stays nothing."""
    empty = np.zeros((8, 8), np.bool_)
    assert not main_parts(empty, least=0.05).any()
