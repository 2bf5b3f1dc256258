"""Thickness: discs become balls and limbs tubes; volume stays whatever way they are seen."""

import numpy as np
import pytest

from maquette.solids.animation_thickness import depths_of, heights_of
from maquette.solids.inflation_filling import filled
from maquette.types import Picture
from tests import zoo

SIZE_PX = 256
MIDDLE = SIZE_PX / 2


def capsule(half_px: float, radius_px: float) -> Picture:
    """A limb that lies."""
    y, x = np.mgrid[:SIZE_PX, :SIZE_PX] + 0.5
    along = np.maximum(np.abs(x - MIDDLE) - half_px, 0)
    inside = np.clip(radius_px - np.hypot(along, y - MIDDLE) + 0.5, 0, 1)
    return zoo.painted(inside.astype(np.float32))


def sheet_of(picture: Picture):
    """Its one part in triangles."""
    return filled(picture, faces_at_most=4_000, parts_at_most=1)[1][0]


@pytest.fixture(scope="module")
def disc():
    """A disc of a radius of 102.4 px."""
    return sheet_of(zoo.ball(SIZE_PX))


def posed(sheet, *stretches: tuple[float, float]) -> np.ndarray:
    """The sheet on one frame each, stretched about its middle."""
    return np.array([(sheet.points - MIDDLE) * stretch + MIDDLE for stretch in stretches])


def test_a_disc_becomes_a_ball(disc):
    """As deep as it is wide, everywhere."""
    radius = 0.4 * SIZE_PX
    heights = heights_of(disc, disc.points[None], anchor=0)[0]
    away = np.linalg.norm(disc.points - MIDDLE, axis=1)
    ball = np.sqrt(np.maximum(radius**2 - away**2, 0))
    assert np.sqrt(((heights - ball) ** 2).mean()) < 0.04 * radius


def test_a_limb_becomes_a_round_tube():
    """As deep as it is high, not deeper as the plain equation has it."""
    limb = sheet_of(capsule(85, 20))
    assert pytest.approx(20, rel=0.05) == heights_of(limb, limb.points[None], anchor=0)[0].max()


@pytest.mark.parametrize(
    ("stretch", "depth"),
    [((0.7, 1.0), 1 / 0.7), ((0.9, 1 / 0.81), 0.9), ((0.8, 0.8), 0.8), ((1.25, 1.25), 1.25)],
    ids=["turned-away", "squashed", "gone-away", "come-near"],
)
def test_volume_is_kept_but_for_size(disc, stretch, depth):
    """What turns or is squashed keeps its volume; what shrinks both ways keeps its shape."""
    poses = posed(disc, (1.0, 1.0), *[stretch] * 12)
    heights = heights_of(disc, poses, anchor=0)
    assert pytest.approx(depth, rel=0.05) == heights[-1].max() / heights[0].max()
    assert pytest.approx(depth, rel=0.05) == depths_of(disc, poses, heights, anchor=0)[-1]


def test_what_is_nearly_cut_off_does_not_blow_up(disc):
    """A subject of which a sliver is seen is no more than a little thicker."""
    heights = heights_of(disc, posed(disc, *[(1.0, 1.0)] * 6, *[(0.02, 1.0)] * 6), anchor=0)
    assert heights.max() < 1.5 * heights[0].max()


def test_folded_faces_do_no_harm(disc):
    """Points in disorder give heights that are finite, above the rim and of a likely size."""
    chance = np.random.default_rng(2)
    poses = posed(disc, (1.0, 1.0), (1.0, 1.0))
    poses[1] += chance.normal(0, 3.0, poses[1].shape)
    heights = heights_of(disc, poses, anchor=0)
    assert np.isfinite(heights).all()
    assert (heights[:, disc.rim_count :] > 0).all()
    assert heights.max() < 2 * heights[0].max()
    assert 0 == heights[:, : disc.rim_count].max()
