"""Two passes made one: shapes between shapes, keys kept, flags set, passes that disagree."""

import numpy as np
import pytest

from maquette.engines.blending import blended, both_ways, check_keys
from maquette.errors import InputError
from maquette.roles import Tracked
from maquette.types import Mask, Picture
from tests.engine_contract import Opened

HEIGHT_PX, WIDTH_PX = 60, 90


def block(left_px, right_px, *, top_px=20, bottom_px=40):
    """A mask with one block."""
    inside = np.zeros((HEIGHT_PX, WIDTH_PX), np.bool_)
    inside[top_px:bottom_px, left_px:right_px] = True
    return Mask(inside)


EMPTY, FULL = block(0, 0), block(0, WIDTH_PX, top_px=0, bottom_px=HEIGHT_PX)
FRAMES = [Picture(np.full((HEIGHT_PX, WIDTH_PX, 4), 255, np.uint8))] * 9
FIRST, LAST = block(10, 30), block(50, 70)


def left_px(mask):
    """Where a mask begins."""
    return int(np.flatnonzero(mask.inside.any(axis=0))[0])


@pytest.mark.parametrize("weight", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_an_edge_wanders_evenly(weight):
    """Between a band and one twenty pixels wider, the edge lies where the weight puts it."""
    one, other = (block(10, right_px, top_px=0, bottom_px=HEIGHT_PX) for right_px in (40, 60))
    between = blended(one, other, weight=weight)
    width_px = np.count_nonzero(between.inside[30])
    assert width_px == pytest.approx(30 + 20 * weight, abs=1.5)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(FIRST, FIRST, id="the same"),
        pytest.param(EMPTY, EMPTY, id="empty"),
        pytest.param(FULL, FULL, id="all of the picture"),
    ],
)
def test_what_both_say_is_kept(one, other):
    """Two masks that agree are the answer at every weight."""
    for weight in (0.0, 0.3, 0.5, 1.0):
        assert np.array_equal(one.inside, blended(one, other, weight=weight).inside)


@pytest.mark.parametrize(
    ("one", "other"),
    [pytest.param(FIRST, LAST, id="apart"), pytest.param(FIRST, EMPTY, id="one is empty")],
)
def test_where_no_shape_lies_between_the_heavier_wins(one, other):
    """Masks that nowhere meet are not mixed into something neither of them is."""
    assert np.array_equal(one.inside, blended(one, other, weight=0.4).inside)
    assert np.array_equal(other.inside, blended(one, other, weight=0.6).inside)


def still(confidence=0.8):
    """A pass that says its key on every frame."""

    def along(frames, keys):
        for n in range(len(frames)):
            frames[n]
            yield Tracked(keys[0], confidence)

    return along


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param({}, id="none"),
        pytest.param({3: FIRST}, id="in the middle"),
        pytest.param({0: FIRST, 9: LAST}, id="behind the end"),
        pytest.param({-1: FIRST}, id="counted from the end"),
    ],
)
def test_keys_elsewhere_are_refused(keys):
    """Only the ends of a span can carry keys, and one of them must."""
    with pytest.raises(InputError) as raised:
        check_keys(FRAMES, keys)
    assert "TRACK_KEYS" == raised.value.code


def test_a_mask_of_another_size_is_refused():
    """A key must have the frames' own size."""
    with pytest.raises(InputError) as raised:
        check_keys(FRAMES, {8: Mask(np.ones((4, 4), np.bool_))})
    assert "MASK_SIZE" == raised.value.code


def test_a_single_frame_is_its_key():
    """A span of one frame has one answer, whatever a pass would say."""
    (only,) = both_ways(FRAMES[:1], {0: FIRST}, along=still())
    assert (True, 1.0) == (np.array_equal(FIRST.inside, only.mask.inside), only.confidence)


@pytest.mark.parametrize("at", [0, 8], ids=["first", "last"])
def test_one_key_reaches_every_frame(at):
    """From either end a single pass is the answer, in the order of the frames."""
    order = []

    def along(frames, keys):
        for n in range(len(frames)):
            order.append(frames[n].rgba[0, 0, 0])
            yield Tracked(block(10 + n, 30 + n), 0.5) if n else Tracked(keys[0], 1.0)

    numbered = [Picture(np.full((HEIGHT_PX, WIDTH_PX, 4), n, np.uint8)) for n in range(9)]
    answers = list(both_ways(numbered, {at: FIRST}, along=along))
    expected = range(9) if at == 0 else range(8, -1, -1)
    assert list(expected) == order
    assert [10 + n for n in expected] == [left_px(a.mask) for a in answers]
    assert [1.0 if n == at else 0.5 for n in range(9)] == [a.confidence for a in answers]


def test_the_nearer_key_wins_without_a_jump():
    """A block that two passes see ever further apart moves evenly from one key to the other."""
    near, far = block(10, 50), block(26, 66)
    answers = list(both_ways(FRAMES, {0: near, 8: far}, along=still()))
    places = [left_px(a.mask) for a in answers]
    assert places == sorted(places)
    assert [10, 26] == [places[0], places[-1]]
    assert max(np.diff(places)) <= 4
    assert np.array_equal(far.inside, answers[-1].mask.inside)
    assert [1.0, 1.0] == [answers[0].confidence, answers[-1].confidence]
    assert answers[4].confidence < min(answers[1].confidence, answers[7].confidence)


def test_a_pass_that_lost_its_object_counts_less():
    """A sure pass outweighs an unsure one even somewhat beyond the middle."""

    def along(frames, keys):
        sure = keys[0] is FIRST
        for _ in range(len(frames)):
            yield Tracked(keys[0], 0.9 if sure else 0.1)

    answers = list(both_ways(FRAMES, {0: FIRST, 8: LAST}, along=along))
    assert [10] * 8 + [50] == [left_px(a.mask) for a in answers]


def test_hidden_and_back_again():
    """An object is hidden where its mask is empty, and returned on the first frame after that."""

    def along(frames, keys):
        for n in range(len(frames)):
            yield Tracked(EMPTY if n in (2, 3, 6) else keys[0], 0.7)

    answers = list(both_ways(FRAMES, {0: FIRST}, along=along))
    assert [2, 3, 6] == [n for n, a in enumerate(answers) if a.hidden]
    assert [4, 7] == [n for n, a in enumerate(answers) if a.returned]


@pytest.mark.parametrize(
    ("keys", "hidden"),
    [
        pytest.param({0: EMPTY, 8: LAST}, [0], id="first"),
        pytest.param({0: FIRST, 8: EMPTY}, [8], id="last"),
        pytest.param({0: EMPTY, 8: EMPTY}, list(range(9)), id="both"),
        pytest.param({8: EMPTY}, list(range(9)), id="the only one"),
    ],
)
def test_where_a_key_shows_nothing_no_pass_starts(keys, hidden):
    """A key may say that the object is away: then the other key alone is followed."""
    answers = list(both_ways(FRAMES, keys, along=still()))
    assert hidden == [n for n, a in enumerate(answers) if a.hidden]
    assert [1 if hidden == [0] else None] == [
        next((n for n, a in enumerate(answers) if a.returned), None)
    ]


def test_no_frame_is_held():
    """Frames are opened one at a time, however long the span, in both passes."""
    opened = Opened(FRAMES * 5)
    assert 45 == sum(1 for _ in both_ways(opened, {0: FIRST, 44: LAST}, along=still()))
    assert opened.held_at_most <= 2
    assert 91 == opened.opened  # both passes, and once to learn the size
