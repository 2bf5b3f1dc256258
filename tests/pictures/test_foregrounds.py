"""Foreground colours along a soft edge."""

import numpy as np
import pytest

from maquette.errors import InputError
from maquette.pictures.colours import without_background
from maquette.pictures.foregrounds import foreground
from tests import zoo


def soft_disc(size_px: int, *, edge_px: float) -> np.ndarray:
    """Alpha of a disc with a soft rim: (H, W) float32."""
    rows, columns = np.mgrid[:size_px, :size_px] - size_px / 2 + 0.5
    reach_px = size_px * 0.35 - np.hypot(rows, columns)
    return np.clip(reach_px / edge_px + 0.5, 0, 1).astype(np.float32)


def clouds(shape: tuple[int, int], *, seed: int, low: float, high: float) -> np.ndarray:
    """A smooth many-coloured texture: (H, W, 3) float32."""
    import cv2

    coarse = np.random.default_rng(seed).uniform(low, high, (6, 6, 3)).astype(np.float32)
    drawn = cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.clip(drawn, low, high).astype(np.float32)


def laid(fore: np.ndarray, alpha: np.ndarray, back: np.ndarray) -> np.ndarray:
    """The plate that these make."""
    cover = alpha[..., None]
    return (fore * cover + back * (1 - cover)).astype(np.float32)


def off(found: np.ndarray, fore: np.ndarray, alpha: np.ndarray) -> float:
    """The mean error along the edge, as visible as the subject is there."""
    edge = (alpha > 0) & (alpha < 1)
    return float((np.abs(found - fore) * alpha[..., None])[edge].mean())


@pytest.mark.parametrize(
    ("size_px", "edge_px"),
    [
        pytest.param(160, 4, id="crisp"),
        pytest.param(160, 24, id="wide"),
        pytest.param(600, 16, id="several tiles"),
    ],
)
@pytest.mark.parametrize("white", [1.0, 40.0], ids=["display", "linear light"])
def test_the_backdrop_is_taken_out(size_px, edge_px, white):
    """Four fifths of the backdrop's colour go, whatever the range of the values."""
    alpha = soft_disc(size_px, edge_px=edge_px)
    fore = clouds(alpha.shape, seed=1, low=0.5 * white, high=white)
    plate = laid(fore, alpha, clouds(alpha.shape, seed=2, low=0, high=0.3 * white))
    assert off(foreground(plate, alpha), fore, alpha) < 0.2 * off(plate, fore, alpha)


def test_it_is_nearer_than_the_rough_guess():
    """On a textured subject it beats the estimate that stickers make do with."""
    alpha = soft_disc(256, edge_px=16)
    fore = clouds(alpha.shape, seed=1, low=0, high=1)
    plate = laid(fore, alpha, clouds(alpha.shape, seed=2, low=0, high=1))
    rough = without_background(np.rint(plate * 255).astype(np.uint8), alpha) / 255
    assert off(foreground(plate, alpha), fore, alpha) < 0.7 * off(rough, fore, alpha)


def test_what_is_not_partly_covered_stays_as_it_is():
    """Pixels at alpha 0 and 1 keep their values to the last bit, and nothing is written to."""
    alpha = soft_disc(64, edge_px=5)
    plate = clouds(alpha.shape, seed=3, low=-0.1, high=7)
    before = plate.copy()
    found = foreground(plate, alpha)
    flat = (alpha == 0) | (alpha == 1)
    assert np.array_equal(before, plate)
    assert np.array_equal(plate[flat], found[flat])
    assert not np.array_equal(plate[~flat], found[~flat])
    assert np.float32 == found.dtype


@pytest.mark.parametrize("value", [0.0, 1.0], ids=["nothing", "all"])
def test_a_hard_matte_leaves_the_plate_alone(value):
    """Without soft pixels there is nothing to take out."""
    plate = clouds((30, 40), seed=6, low=0, high=1)
    assert np.array_equal(plate, foreground(plate, np.full((30, 40), value, np.float32)))


def test_colours_stay_within_the_plate():
    """No colour appears that is brighter or darker than all there is."""
    grain = np.random.default_rng(0).random((90, 70, 3), np.float32) + 3
    alpha = np.random.default_rng(1).random((90, 70), np.float32)
    found = foreground(grain, alpha)
    assert 3 <= found.min()
    assert 4 >= found.max()


def test_an_infinite_pixel_spoils_only_itself():
    """Renders hold infinities; colours elsewhere stay finite."""
    alpha = soft_disc(96, edge_px=8)
    plate = clouds(alpha.shape, seed=4, low=0, high=1)
    plate[5, 5], plate[48, 48] = np.inf, np.nan
    found = foreground(plate, alpha)
    assert np.isfinite(found[(alpha > 0) & (alpha < 1)]).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (3, 2)], ids=str)
def test_tiny_plates_are_no_trouble(shape):
    """A plate of a few pixels comes back finite and of its own size."""
    plate = np.full((*shape, 3), 0.25, np.float32)
    found = foreground(plate, np.full(shape, 0.5, np.float32))
    np.testing.assert_allclose(plate, found, atol=1e-5)


def test_a_matte_of_another_size_is_refused():
    """A matte that does not fit its plate is the caller's mistake."""
    with pytest.raises(InputError, match="MASK_SIZE"):
        foreground(np.zeros((8, 8, 3), np.float32), zoo.matte().alpha)
