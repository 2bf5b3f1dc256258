"""Making heads: what is drawn shows in space: hair, ears, noses, dark lines."""

from functools import lru_cache

import numpy as np
import pytest

from maquette.solids.bodies.fields import STEEPEST
from maquette.solids.bodies.templates import body_of
from maquette.solids.heads.making import head_of
from tests.drawn_faces import portrait

PLACE = body_of("standing").head


@lru_cache(maxsize=3)
def made(hair):
    """The drawn person's head."""
    picture, face = portrait(hair)
    return head_of(picture, picture, face, place=PLACE)


def front_of(portrayed, px):
    """How far forward the surface is behind pixels of the portrait."""
    head = portrayed.head
    xy = portrayed.fit.forth(np.array(px, np.float32))
    places = np.column_stack([xy, np.full(len(xy), head.depth + head.reach)]).astype(np.float32)
    for _ in range(80):
        places[:, 2] -= 0.9 * head.distances(places)
    return places[:, 2] - head.depth


@pytest.mark.parametrize("hair", ["short", "long", "none"])
def test_heads_cover_the_neck(hair):
    """The place where the neck enters lies well inside, and nothing is too steep."""
    head = made(hair).head
    assert head.distances(PLACE.neck[None])[0] < -0.3 * PLACE.neck_radius
    places = np.random.default_rng(1).uniform(-0.3, 0.3, (20000, 3)).astype(np.float32)
    places += head.middle
    near = np.abs(head.distances(places)) < 0.05
    for way in np.eye(3, dtype=np.float32) * np.float32(1e-3):
        rise = (head.distances(places + way) - head.distances(places - way)) / 2e-3
        assert np.quantile(np.abs(rise[near]), 0.999) < STEEPEST


def test_noses_stand_out():
    """In one colour too: the nose's tip lies before the cheeks beside it by a tenth of the head."""
    nose, left, right = front_of(made("short"), [(384, 443), (344, 443), (424, 443)])
    high = made("short").head.skull.height
    assert nose - max(left, right) > 0.02 * high
    assert pytest.approx(left, abs=0.004) == right


def test_dark_lines_are_cut_in():
    """Between the lips it is deeper than without the drawing."""
    picture, face = portrait("short")
    blank = portrait("short")[0].rgba.copy()
    blank[470:520, 300:470] = blank[430, 300]
    plain = head_of(type(picture)(blank), picture, face, place=PLACE)
    between = [(384, 489)]
    deeper = front_of(plain, between) - front_of(made("short"), between)
    assert deeper[0] > 0.002 * made("short").head.skull.height


def test_hair_covers_back_and_top_but_no_face():
    """Hair on the crown and behind; skin on the nose; none at all on a bald head."""
    head = made("short").head
    high, depth = head.skull.height, head.depth
    x, middle = head.skull.middle
    behind = (x, middle + 0.1 * high, depth - 0.46 * high)
    crown, nose = (x, head.skull.high, depth), (x, middle - 0.1 * high, depth + 0.4 * high)
    spots = np.array([behind, crown, nose], np.float32)
    assert [True, True, False] == head.hairy(spots).tolist()
    assert not made("none").head.hairy(spots).any()


def test_long_hair_falls_beside_the_neck():
    """It reaches down to the chin, and hides the ears."""
    long, short = made("long").head, made("short").head
    assert (0, 2) == (len(long.ears), len(short.ears))
    half = float(long.skull.reach[0])
    beside = np.array([[1.05 * half, long.skull.low + 0.2 * long.skull.height, long.depth]])
    beside = beside.astype(np.float32)
    assert long.distances(beside)[0] < 0 < short.distances(beside)[0]
