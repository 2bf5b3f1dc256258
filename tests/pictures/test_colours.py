"""Colours beside and under alpha."""

import numpy as np

from maquette.pictures.colours import bled, over, shrunk, without_background
from maquette.types import Picture


def soft_disc(size_px: int = 128, edge_px: float = 6.0) -> np.ndarray:
    """Alpha of a disc with a soft rim: (H, W) float32."""
    rows, columns = np.mgrid[:size_px, :size_px] - size_px / 2 + 0.5
    reach_px = size_px * 0.35 - np.hypot(rows, columns)
    return np.clip(reach_px / edge_px + 0.5, 0, 1).astype(np.float32)


def test_takes_the_background_out():
    """Orange on blue: along the edge at least three quarters of the blue cast go."""
    alpha = soft_disc()
    orange, blue = np.array([230, 120, 30], float), np.array([20, 60, 200], float)
    seen = (orange * alpha[..., None] + blue * (1 - alpha[..., None])).round().astype(np.uint8)
    edge = (alpha > 0.1) & (alpha < 0.9)
    cleaned = without_background(seen, alpha)
    before = np.abs(seen[edge] - orange).mean()
    assert np.abs(cleaned[edge] - orange).mean() < before / 4
    assert np.array_equal(seen[alpha == 1], cleaned[alpha == 1])


def test_hard_edges_are_left_alone():
    """Without soft pixels nothing is changed."""
    rgb = np.random.default_rng(0).integers(0, 255, (20, 20, 3)).astype(np.uint8)
    assert rgb is without_background(rgb, np.ones((20, 20), np.float32))


def test_bleeds_under_transparency():
    """Hidden pixels take the colour of what is visible nearby; visible ones and alpha stay."""
    rgba = np.zeros((70, 90, 4), np.uint8)
    rgba[20:40, 10:30] = 200, 10, 10, 255
    rgba[20:40, 60:80] = 10, 10, 200, 255
    spread = bled(rgba)
    visible = rgba[..., 3] > 0
    assert np.array_equal(rgba[visible], spread[visible])
    assert np.array_equal(rgba[..., 3], spread[..., 3])
    assert spread[30, 5, 0] > 150
    assert spread[30, 85, 2] > 150
    assert spread[~visible][:, :3].max(axis=1).min() > 80


def test_bleeding_leaves_no_dark_rim():
    """Halving a bled picture without regard to alpha keeps the edge's colour."""
    alpha = soft_disc()
    rgba = np.zeros((128, 128, 4), np.uint8)
    rgba[alpha > 0, :3] = 240, 200, 40
    rgba[..., 3] = (alpha * 255).astype(np.uint8)
    spread = bled(rgba)[..., :3].reshape(64, 2, 64, 2, 3).mean(axis=(1, 3))
    assert np.abs(spread - (240, 200, 40)).max() < 4


def test_shrinks_by_what_is_visible():
    """Scaling down mixes only visible colours, and never enlarges."""
    rgba = np.zeros((40, 80, 4), np.uint8)
    rgba[:, ::2] = 250, 0, 0, 255
    rgba[:, 1::2] = 0, 250, 0, 0
    small = shrunk(Picture(rgba), longest_px=40)
    assert small.size_wh == (40, 20)
    assert small.rgba[5, 5].tolist() == [250, 0, 0, 128]
    assert small is shrunk(small, longest_px=100)


def test_lays_on_a_backdrop():
    """Half transparent black on white is grey."""
    rgba = np.zeros((1, 1, 4), np.uint8)
    rgba[..., 3] = 128
    assert over(Picture(rgba), (255, 255, 255))[0, 0].tolist() == [127, 127, 127]
