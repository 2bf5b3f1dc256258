"""Anchors: the frame whose mask says most."""

import numpy as np
import pytest

from maquette.solids.sheet_anchors import anchor_of
from maquette.solids.sheet_following import Seen

GREY = np.zeros((96, 128), np.uint8)


def drawn(*boxes):
    """A mask of boxes: left, top, right, bottom."""
    inside = np.zeros(GREY.shape, np.bool_)
    for left, top, right, bottom in boxes:
        inside[top:bottom, left:right] = True
    return inside


BODY = (30, 30, 90, 50)
APART = drawn(BODY, (30, 50, 38, 80), (82, 50, 90, 80))
WORSE = {
    "legs together": drawn(BODY, (56, 50, 66, 80)),
    "feet touch": drawn(BODY, (30, 50, 38, 80), (82, 50, 90, 80), (30, 72, 90, 80)),
    "cut by a pole": APART & ~drawn((55, 0, 65, 96)),
    "half hidden": APART & ~drawn((60, 0, 128, 96)),
    "at the border": np.roll(APART, 60, axis=1) & ~drawn((0, 0, 40, 96)),
    "far away": drawn((60, 40, 72, 44), (60, 44, 62, 50), (70, 44, 72, 50)),
    "empty": drawn(),
    "unknown": None,
}


@pytest.mark.parametrize("worse", WORSE.values(), ids=WORSE)
@pytest.mark.parametrize("first", [False, True], ids=["after", "before"])
def test_the_whole_one_is_chosen(worse, first):
    """A subject that is whole, its limbs apart, is preferred wherever it stands."""
    frames = [Seen(APART, GREY), Seen(worse, GREY)]
    if first:
        frames.reverse()
    assert int(first) == anchor_of(frames)


@pytest.mark.parametrize("inside", [None, drawn()], ids=["unknown", "empty"])
def test_without_masks_the_first_will_do(inside):
    """Where nothing is known there is no better frame than the first."""
    assert 0 == anchor_of([Seen(inside, GREY)] * 3)
