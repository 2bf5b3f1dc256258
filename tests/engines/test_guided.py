"""The guided filter as a matter."""

import numpy as np
import pytest

from maquette.engines import DEFAULTS, guided, make
from maquette.roles import Matter
from maquette.types import Mask, Picture

MATTER = guided.make()


def flower(size_px: int, *, edge_px: float) -> np.ndarray:
    """Ground truth alpha: a petalled shape with a soft rim, (H, W) float32."""
    rows, columns = np.mgrid[:size_px, :size_px] - size_px / 2 + 0.5
    reach_px = size_px * (0.3 + 0.05 * np.sin(9 * np.arctan2(rows, columns)))
    return np.clip((reach_px - np.hypot(rows, columns)) / edge_px + 0.5, 0, 1).astype(np.float32)


def matted(alpha: np.ndarray, fore: tuple, back: tuple) -> Picture:
    """The picture that this alpha makes of two mildly textured colours."""
    grain = np.random.default_rng(4).normal(0, 4, (*alpha.shape, 3))
    cover = alpha[..., None]
    rgb = np.clip(np.array(fore) * cover + np.array(back) * (1 - cover) + grain, 0, 255)
    return Picture(np.dstack([rgb, np.full_like(cover, 255)]).astype(np.uint8))


def off(alpha: np.ndarray, truth: np.ndarray) -> float:
    """Sum of absolute differences."""
    return float(np.abs(alpha - truth).sum())


@pytest.mark.parametrize(
    ("size_px", "edge_px"),
    [
        pytest.param(256, 8, id="soft"),
        pytest.param(256, 2, id="crisp"),
        pytest.param(900, 12, id="large, fitted at half size"),
    ],
)
def test_is_far_nearer_to_the_truth_than_the_mask(size_px: int, edge_px: float):
    """On a known alpha its error is less than half of the hard mask's."""
    truth = flower(size_px, edge_px=edge_px)
    picture = matted(truth, (220, 140, 60), (50, 90, 150))
    mask = Mask(truth > 0.5)
    soft = MATTER.refine(picture, mask, edge_px=12).alpha
    assert off(soft, truth) < 0.5 * off(mask.inside.astype(np.float32), truth)


def test_finds_an_edge_that_the_mask_missed():
    """A mask grown by 3 px is pulled back to the true edge."""
    truth = flower(256, edge_px=2)
    grown = flower(256, edge_px=2)
    rows, columns = np.mgrid[-3:4, -3:4]
    for row, column in zip(rows.ravel(), columns.ravel(), strict=True):
        grown = np.maximum(grown, np.roll(truth, (row, column), (0, 1)))
    mask = Mask(grown > 0.5)
    soft = MATTER.refine(matted(truth, (220, 140, 60), (50, 90, 150)), mask, edge_px=12).alpha
    assert off(soft, truth) < 0.5 * off(mask.inside.astype(np.float32), truth)


def test_keeps_the_mask_where_colours_say_nothing():
    """Black on black: the matte is the mask with a softened line, not a ghost 12 px wide."""
    truth = flower(256, edge_px=2)
    soft = MATTER.refine(matted(truth, (20, 20, 20), (20, 20, 20)), Mask(truth > 0.5), edge_px=12)
    assert off(soft.alpha, truth) < 1.5 * off((truth > 0.5).astype(np.float32), truth)


@pytest.mark.parametrize("edge_px", [0, 4, 12, 30])
def test_stays_within_its_band(edge_px: int):
    """Further than edge_px from the edge nothing differs from the mask; alpha stays in 0..1."""
    inside = np.zeros((128, 128), np.bool_)
    inside[40:90, 40:] = True
    grain = np.random.default_rng(0).integers(0, 255, (128, 128, 4)).astype(np.uint8)
    alpha = MATTER.refine(Picture(grain), Mask(inside), edge_px=edge_px).alpha
    rows, columns = np.mgrid[:128, :128]
    far = np.zeros_like(inside)
    far[: max(0, 40 - edge_px)] = far[90 + edge_px :] = True
    far[:, : max(0, 40 - edge_px)] = True
    far |= (rows >= 40 + edge_px) & (rows < 90 - edge_px) & (columns >= 40 + edge_px)
    assert np.array_equal(inside[far].astype(np.float32), alpha[far])
    assert alpha.min() >= 0
    assert alpha.max() <= 1


@pytest.mark.parametrize("inside", [True, False], ids=["all", "nothing"])
def test_a_mask_without_edge_is_the_matte(inside: bool):
    """Without an edge there is nothing to refine."""
    mask = Mask(np.full((32, 32), inside))
    picture = Picture(np.full((32, 32, 4), 99, np.uint8))
    assert float(inside) == MATTER.refine(picture, mask, edge_px=12).alpha.mean()


def test_is_the_default_matter():
    """The table's default matter is this engine, ready for many threads."""
    engine = make(DEFAULTS["Matter"], role="Matter")
    assert isinstance(engine, Matter)
    assert engine.info.name == "guided"
    assert engine.info.parallel >= 1
    engine.close()
