"""Dense flow, and maps carried along it."""

import numpy as np
import pytest

from maquette.engines.flow_snap.motion import Motion, carried, depth_px
from maquette.types import Mask
from tests.engines.flow_snap.moving import disc, frame, overlap


def rgb(mask):
    """A frame's colours."""
    return np.ascontiguousarray(frame(mask).rgba[..., :3])


@pytest.mark.parametrize("step_px", [0, 3, 8])
def test_a_mask_is_carried_with_its_object(step_px):
    """Depth taken back along the flow is deep where the object is now."""
    before, after = disc(100, 80), disc(100 + step_px, 80)
    flow = Motion(rgb(before)).onward(rgb(after))
    moved = Mask(carried(depth_px(before.inside), flow) > 0)
    assert overlap(moved, after) > 0.8  # where it was 8 px before, it overlaps by 0.68


def test_each_frame_is_compared_with_the_one_before():
    """Standing still after a move, nothing moves."""
    motion = Motion(rgb(disc(100, 80)))
    motion.onward(rgb(disc(106, 80)))
    flow = motion.onward(rgb(disc(106, 80)))
    assert np.abs(flow).max() < 0.5


def test_depth_is_counted_from_the_edge():
    """Positive inside, negative outside, and far below nought without an object."""
    inside = np.zeros((40, 40), np.bool_)
    inside[10:30, 10:30] = True
    depth = depth_px(inside)
    assert depth[20, 20] == pytest.approx(10, abs=1)
    assert depth[20, 0] == pytest.approx(-10, abs=1)
    assert depth_px(np.zeros_like(inside)).max() <= -40
