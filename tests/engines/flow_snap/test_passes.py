"""Following an object: what is looked at and how often, and what of it is believed."""

import numpy as np
import pytest

from maquette.engines.blending import both_ways
from maquette.engines.flow_snap.colour_sight import ColourSight
from maquette.engines.flow_snap.engine import along_keys
from maquette.engines.flow_snap.passes import KEY_WINDOWS, follow, taught
from maquette.types import Mask
from tests.engines.flow_snap.moving import disc, frame, overlap, passing


class Counting(ColourSight):
    """Counts how often it looks, and offers the shapes it was given."""

    def __init__(self, offered=()):
        self.looks = 0
        self.offered = offered

    def look(self, rgb):
        self.looks += 1
        return super().look(rgb)

    def shapes(self, look, guess):
        return np.stack([shape(guess) for shape in self.offered]) if self.offered else guess[None]


def followed(frames, first, sight):
    """The answers of one pass."""
    likeness = taught(frames, {0: first}, sight)
    return list(follow(frames, first, likeness=likeness, sight=sight))


@pytest.mark.parametrize(
    ("keyed", "passes"), [((0,), 1), ((5,), 1), ((0, 5), 2)], ids=["first", "last", "both"]
)
def test_each_key_is_studied_once_and_each_frame_seen_once_a_pass(keyed, passes):
    """Two directions share what the keys taught: looking is nearly all of the time."""
    frames, masks = passing(6)
    sight = Counting()
    keys = {n: masks[n] for n in keyed}
    list(both_ways(frames, keys, along=along_keys(sight)))
    assert len(KEY_WINDOWS) * len(keyed) + passes * 5 == sight.looks


def test_a_shape_that_is_another_thing_is_not_taken():
    """Of two shapes the one that fits is mixed in, and one that fits nothing is silent."""
    frames, masks = passing(4)

    def nonsense(guess):
        return -8 * np.sign(guess)

    bare = followed(frames, masks[0], Counting(offered=[nonsense]))
    helped = followed(frames, masks[0], Counting(offered=[nonsense, lambda guess: 2 * guess]))
    for answers in (bare, helped):
        assert overlap(answers[-1].mask, masks[3]) > 0.9


@pytest.mark.parametrize(
    ("radius_px", "learns"), [(26, True), (60, False), (12, False)], ids=["same", "more", "less"]
)
def test_a_frame_teaches_only_while_the_object_keeps_its_size(radius_px, learns):
    """Half hidden, or together with its neighbour, the object is shown and not learnt."""
    sight, first, second = Counting(), disc(100, 80), disc(100, 80, radius_px=radius_px)
    frames = [frame(first), frame(second, number=1)]
    likeness = taught(frames, {0: first}, sight)
    cells = sight.look(np.ascontiguousarray(frames[0].rgba[..., :3])).cells
    before = likeness.of(cells)
    answers = list(follow(frames, first, likeness=likeness, sight=sight))
    assert overlap(answers[1].mask, second) > 0.7
    assert learns == (not np.array_equal(before, likeness.of(cells)))


def test_an_object_that_leaves_is_lost_and_not_made_up():
    """Once it is out of the picture there is no mask and no confidence."""
    gone = Mask(np.zeros((160, 240), np.bool_))
    masks = [*(disc(200 + 14 * n, 80) for n in range(5)), gone, gone]
    frames = [frame(mask, number=n) for n, mask in enumerate(masks)]
    answers = followed(frames, masks[0], Counting())
    assert not answers[-1].mask.inside.any()
    assert answers[-1].confidence == 0
