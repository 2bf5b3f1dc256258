"""Closed-form matting as a matter."""

import tracemalloc

import cv2
import numpy as np
import pytest

from maquette.engines import closed_form, guided
from maquette.errors import InputError
from maquette.roles import Matter
from maquette.types import Mask, Picture
from tests import engine_contract, zoo

pytest.importorskip("scipy")


@pytest.fixture(scope="module")
def matter():
    """The engine; it holds nothing."""
    return closed_form.make()


def disc(size_px: int, *, edge_px: float) -> np.ndarray:
    """A disc with a soft rim: (H, W) float32."""
    rows, columns = np.mgrid[:size_px, :size_px] - size_px / 2 + 0.5
    reach_px = size_px * 0.35 - np.hypot(rows, columns)
    return np.clip(reach_px / edge_px + 0.5, 0, 1).astype(np.float32)


def hairy(size_px: int) -> np.ndarray:
    """A disc with 60 hairs, each 1 px wide and 12 to 20 % of the size long."""
    drawn = np.zeros((size_px, size_px), np.uint8)
    middle, rng = size_px / 2, np.random.default_rng(5)
    cv2.circle(drawn, (int(middle), int(middle)), int(0.3 * size_px), 255, -1, cv2.LINE_AA)
    for angle in np.linspace(0, 2 * np.pi, 60, endpoint=False):
        bend, length = rng.uniform(-0.15, 0.15), rng.uniform(0.33, 0.37) * size_px
        ends = [
            tuple(int(v) for v in middle + r * np.array([np.cos(a), np.sin(a)]))
            for r, a in ((0.25 * size_px, angle), (length, angle + bend))
        ]
        cv2.line(drawn, *ends, 255, 1, cv2.LINE_AA)
    return drawn.astype(np.float32) / np.float32(255)


def composed(alpha: np.ndarray, *, seed: int = 4) -> Picture:
    """The picture that this alpha makes of two cloudy, grainy colours."""
    rng = np.random.default_rng(seed)

    def cloudy(colour):
        clouds = cv2.resize(rng.normal(0, 12, (5, 5, 3)), alpha.shape[::-1])
        return np.array(colour) + clouds

    cover = alpha[..., None]
    rgb = cloudy((215, 150, 70)) * cover + cloudy((50, 90, 140)) * (1 - cover)
    rgb = np.clip(rgb + rng.normal(0, 2, rgb.shape), 0, 255)
    return Picture(np.dstack([rgb, np.full_like(cover, 255)]).astype(np.uint8))


def off(alpha: np.ndarray, truth: np.ndarray) -> float:
    """Sum of absolute differences."""
    return float(np.abs(alpha - truth).sum())


def body_of(truth: np.ndarray) -> Mask:
    """The mask that a segmenter would give: without hairs."""
    drawn = (truth > 0.5).astype(np.uint8)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (15, 15))
    return Mask(cv2.morphologyEx(drawn, cv2.MORPH_OPEN, kernel) > 0)


@pytest.mark.parametrize(
    ("truth", "edge_px"),
    [
        pytest.param(disc(200, edge_px=8), 12, id="soft, at half size"),
        pytest.param(disc(200, edge_px=2), 4, id="crisp, at full size"),
        pytest.param(disc(700, edge_px=20), 40, id="wide, at a third, in tiles"),
        pytest.param(hairy(256), 30, id="hair"),
    ],
)
def test_is_far_nearer_to_the_truth_than_the_mask(matter, truth, edge_px):
    """On an exact composite its error is less than half of the mask's."""
    mask = body_of(truth)
    soft = matter.refine(composed(truth), mask, edge_px=edge_px).alpha
    assert off(soft, truth) < 0.5 * off(mask.inside.astype(np.float32), truth)


def test_follows_hair_better_than_the_guided_filter(matter):
    """Strands that the mask does not know are found, with less haze between them."""
    truth = hairy(256)
    picture, mask = composed(truth), body_of(truth)
    ours, theirs = (m.refine(picture, mask, edge_px=30).alpha for m in (matter, guided.make()))
    assert off(ours, truth) < 0.8 * off(theirs, truth)


def test_keeps_the_mask_where_colours_say_nothing(matter):
    """Black on black: a softened line, not a ramp as wide as the band."""
    truth = disc(256, edge_px=2)
    black = Picture(np.full((256, 256, 4), (20, 20, 20, 255), np.uint8))
    soft = matter.refine(black, Mask(truth > 0.5), edge_px=16).alpha
    ramp = (soft > 0.05) & (soft < 0.95)
    around_px = 2 * np.pi * 0.35 * 256
    assert 16 > ramp.sum() / around_px


def test_keeps_the_contract(matter):
    """Alpha in 0..1, changed at the edge only, the same each time."""
    truth = disc(90, edge_px=4)
    assert isinstance(matter, Matter)
    assert "closed-form" == matter.info.name
    for edge_px in (3, 9):
        engine_contract.check_matter(
            matter, picture=composed(truth), mask=Mask(truth > 0.5), edge_px=edge_px
        )
    matter.close()


@pytest.mark.parametrize("seed", range(4))
def test_any_mask_is_solved(matter, seed):
    """Blots with holes, specks and parts on the border, over noise: still alpha in 0..1."""
    inside = zoo.blots(seed).rgba[..., 3] > 127
    grain = np.random.default_rng(seed).integers(0, 255, (*inside.shape, 4)).astype(np.uint8)
    alpha = matter.refine(Picture(grain), Mask(inside), edge_px=7 + seed).alpha
    assert np.isfinite(alpha).all()
    assert (0, 1) == (alpha.min(), alpha.max())


@pytest.mark.parametrize(
    "inside",
    [
        pytest.param(np.eye(2, dtype=bool), id="two by two"),
        pytest.param(np.array([[True, False]]), id="one row"),
        pytest.param(np.eye(40, dtype=bool), id="a line too thin for half size"),
    ],
)
@pytest.mark.parametrize("edge_px", [2, 12])
def test_the_smallest_masks_are_no_trouble(matter, inside, edge_px):
    """No window of 3 × 3 fits, or nothing is left at the reduced size."""
    picture = Picture(np.full((*inside.shape, 4), 120, np.uint8))
    alpha = matter.refine(picture, Mask(inside), edge_px=edge_px).alpha
    assert inside.shape == alpha.shape
    assert np.isfinite(alpha).all()


def test_memory_is_that_of_a_tile(matter):
    """On a picture of 6 megapixels with a long edge it stays below 200 MB beside the picture."""
    truth = cv2.resize(disc(256, edge_px=1), (3000, 2000))
    picture, mask = composed(truth), Mask(truth > 0.5)
    tracemalloc.start()
    matter.refine(picture, mask, edge_px=24)
    peak_mb = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    assert 200 > peak_mb


def test_a_mask_of_another_size_is_refused(matter):
    """A mask that does not fit its picture is the caller's mistake."""
    with pytest.raises(InputError, match="MASK_SIZE"):
        matter.refine(zoo.sheet(), zoo.mask(), edge_px=4)
