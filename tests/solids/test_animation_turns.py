"""Turns: told by the slip of what is painted on a solid, and by nothing else."""

import cv2
import numpy as np
import pytest

from maquette.solids.animation_thickness import heights_of
from maquette.solids.animation_turns import leaning, leans_of
from maquette.solids.inflation_filling import filled
from maquette.solids.sheet_following import Seen
from tests import zoo

SIDE_PX, MIDDLE, RADIUS = 128, 64.0, 0.4 * 128
FRAMES = 12
TURN_DEG = 40.0


@pytest.fixture(scope="module")
def disc():
    """A disc as a sheet."""
    return filled(zoo.ball(SIDE_PX), faces_at_most=3_000, parts_at_most=1)[1][0]


def spots() -> np.ndarray:
    """Soft spots that nothing repeats."""
    noise = np.random.default_rng(5).normal(size=(SIDE_PX, SIDE_PX))
    soft = cv2.GaussianBlur(noise, (0, 0), 2.5)
    return np.clip(128 + 60 * soft / soft.std(), 0, 255).astype(np.float32)


def seen(back) -> Seen:
    """A disc as a motion shows it: back tells where each place of the frame was at rest."""
    x, y = np.meshgrid(np.arange(SIDE_PX) + 0.5 - MIDDLE, np.arange(SIDE_PX) + 0.5 - MIDDLE)
    at_x, at_y = (np.asarray(k, np.float32) for k in back(x, y))
    inside = np.hypot(at_x, at_y) < RADIUS
    off = np.float32(MIDDLE - 0.5)
    grey = cv2.remap(spots(), at_x + off, at_y + off, cv2.INTER_LINEAR)
    return Seen(inside, grey.astype(np.uint8))


def leans(disc, motion, back) -> np.ndarray:
    """What is told of a disc whose points move so, and which looks so."""
    times = np.linspace(0, 1, FRAMES)
    poses = np.array([motion(disc.points - MIDDLE, time) + MIDDLE for time in times])
    frames = [seen(lambda x, y, time=time: back(x, y, time)) for time in times]
    deep = heights_of(disc, disc.points[None], anchor=0)[0]
    return leans_of(disc, poses, deep, frames=frames, anchor=0)


@pytest.mark.parametrize("way", [1, -1], ids=["right", "left"])
def test_a_ball_that_turns_leans_as_far(disc, way):
    """Its outline stays; what is painted on it tells."""

    def back(x, y, time):
        a = np.deg2rad(TURN_DEG) * time * way
        near = np.sqrt(np.maximum(RADIUS**2 - x**2 - y**2, 0))
        own = np.hypot(x, y) < RADIUS
        return np.where(own, x * np.cos(a) - near * np.sin(a), x), y

    found = leans(disc, lambda at, time: at, back)
    assert pytest.approx(-way * np.tan(np.deg2rad(TURN_DEG)), rel=0.25) == found[-1]
    assert abs(found[0]) < 0.15


@pytest.mark.parametrize(
    ("motion", "back"),
    [
        (lambda at, time: at * [1 - 0.3 * time, 1], lambda x, y, time: (x / (1 - 0.3 * time), y)),
        (
            lambda at, time: at + time * np.column_stack([at[:, 1] ** 2 / 200, 0 * at[:, 0]]),
            lambda x, y, time: (x - time * y**2 / 200, y),
        ),
        (lambda at, time: at + time * np.array([9, 0]), lambda x, y, time: (x - 9 * time, y)),
    ],
    ids=["narrowed", "bent", "moved"],
)
def test_nothing_else_is_taken_for_a_turn(disc, motion, back):
    """Motions in the picture's plane leave it upright to within a few degrees."""
    assert np.abs(leans(disc, motion, back)).max() < 0.12


def test_frames_that_show_nothing_tell_nothing(disc):
    """A clip of which only the anchor is seen leaves it upright."""
    frames = [seen(lambda x, y: (x, y)), *[Seen(None, np.zeros((SIDE_PX, SIDE_PX), np.uint8))] * 3]
    poses = np.repeat(disc.points[None], 4, axis=0)
    deep = heights_of(disc, disc.points[None], anchor=0)[0]
    assert [0.0] * 4 == leans_of(disc, poses, deep, frames=frames, anchor=0).tolist()


def test_it_leans_about_its_middle():
    """The right end comes near by as much as the left one goes away."""
    at = np.array([[10.0, 0.0], [20.0, 5.0], [30.0, 0.0]])
    assert [-5.0, 0.0, 5.0] == leaning(at, 0.5).tolist()
