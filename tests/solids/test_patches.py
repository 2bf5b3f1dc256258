"""Patches: every face has a place of its own, and textures stay within their size."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from maquette.solids.patches import LARGEST_PX, Patched, Spots, patched
from maquette.types import Bytes

RED = (255, 0, 0, 255)
Wide = NDArray[np.float64]


def plain(width_px: int, height_px: int) -> Bytes:
    """A red texture."""
    return np.full((height_px, width_px, 4), RED, np.uint8)


def spots(count: int, *, px_per_m: float) -> Spots:
    """Faces of many shapes, the same every time."""
    corners = np.random.default_rng(3).random((count, 3, 3))
    return Spots(corners, np.full(count, px_per_m), np.full((count, 2), 0.5))


def laid(texture: Bytes, faces: Spots) -> Patched:
    """Patched with the middle of the old texture everywhere."""
    return patched(texture, faces, lambda at, _: np.full((len(at), 2), 0.5))


def test_every_face_has_a_place_of_its_own():
    """No two triangles share a pixel, and none lies on the old texture."""
    faces = spots(40, px_per_m=30)
    made = laid(plain(300, 100), faces)
    height, width = made.texture.shape[:2]
    assert (300, 100) == tuple(np.rint(made.share * [width, height]).astype(int))
    y, x = np.mgrid[:height, :width] + 0.5
    covered = np.zeros((height, width), int)
    for corners in made.uv * [width, height]:
        edges = np.roll(corners, -1, axis=0) - corners
        sides = [
            along[0] * (y - start[1]) - along[1] * (x - start[0])
            for start, along in zip(corners, edges, strict=True)
        ]
        covered += (np.min(sides, axis=0) > 0) | (np.max(sides, axis=0) < 0)
    assert covered.max() == 1
    assert covered[:100].max() == 0


def test_old_coordinates_find_their_pixels_again():
    """What was at the lower right corner is there still, above the patches."""
    made = laid(plain(64, 32), spots(4, px_per_m=30))
    assert np.allclose([1, 1] * made.share, made.moved(np.array([[1.0, 1.0]]))[0])
    assert tuple(made.texture[0, 0]) == RED


@pytest.mark.parametrize(
    ("side_px", "count", "px_per_m"),
    [
        pytest.param(4096, 3, 10, id="a texture that is too large"),
        pytest.param(2048, 50, 200, id="no room below"),
        pytest.param(64, 2000, 2000, id="more patches than fit"),
    ],
)
def test_no_texture_is_larger_than_viewers_take(side_px: int, count: int, px_per_m: float):
    """All of it shrinks until it fits, and the coordinates stay on it."""
    made = laid(plain(side_px, side_px), spots(count, px_per_m=px_per_m))
    assert max(made.texture.shape) <= LARGEST_PX
    assert made.uv.min() >= 0
    assert made.uv.max() <= 1
    assert np.array_equal(np.broadcast_to(RED, made.texture.shape), made.texture)


def test_a_tiny_face_is_one_colour_of_the_old_texture():
    """No place is baked for what is smaller than a pixel."""
    made = laid(plain(256, 256), spots(5, px_per_m=0.1))
    assert np.allclose(np.array([0.5, 0.5]) * made.share, made.uv)
