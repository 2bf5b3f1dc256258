"""Charts: every face has a place of its own on the texture, and the surface stays closed."""

import numpy as np
import pytest

from maquette.solids.bodies.templates import body_of
from maquette.solids.charts import unwrapped
from maquette.solids.surfaces import open_edges

SIDE_PX = 512
BODY = body_of("superhero")
POINTS, FACES = BODY.mesh(spacing=0.012)


def laid(fineness=None):
    """The body on a square."""
    even = np.ones(len(FACES), np.float32)
    return unwrapped(POINTS, FACES, even if fineness is None else fineness, side_px=SIDE_PX)


def doubled(uv_px):
    """(F,) twice the area of faces on the texture, above zero where none is mirrored."""
    a, b, c = (uv_px[:, k].astype(np.float64) for k in range(3))
    return np.cross(b - a, c - a)


def test_welded_points_close_the_surface_again():
    """Points are repeated along rims and nowhere moved."""
    points, faces, uv = laid().welded(POINTS, FACES)
    assert 0 == open_edges(points, faces)
    assert np.array_equal(POINTS[FACES], points[faces])
    assert uv.min() >= 0
    assert uv.max() <= 1


def test_no_face_is_mirrored():
    """On the texture, whose y goes down, all faces turn the same way."""
    assert (doubled(laid().uv_px) <= 1e-3).all()


def test_hardly_a_pixel_is_wanted_twice():
    """Faces cover as many pixels as they have area: none lies on another."""
    found = laid()
    area = -doubled(found.uv_px).sum() / 2
    assert pytest.approx(area, rel=0.02) == len(found.pixels().flat)


def test_pixels_show_their_face():
    """Weights are a mixture of the corners, and lead to the pixel's own middle."""
    found = laid()
    shown = found.pixels()
    at = np.einsum("nk,nkd->nd", shown.weights, found.uv_px[shown.faces])
    middles = np.stack([shown.flat % SIDE_PX, shown.flat // SIDE_PX], axis=1) + 0.5
    assert pytest.approx(1, abs=1e-4) == shown.weights.sum(axis=1)
    assert np.abs(at - middles).max() < 0.02


def test_finer_faces_are_larger():
    """What is to be drawn finer gets more pixels than the rest."""
    head = POINTS[FACES].mean(axis=1)[:, 1] > BODY.head.neck[1]
    size = np.sqrt(np.maximum(-doubled(laid(np.where(head, 2, 1)).uv_px), 1e-9))
    a, b, c = (POINTS[FACES[:, k]].astype(np.float64) for k in range(3))
    size /= np.sqrt(np.linalg.norm(np.cross(b - a, c - a), axis=1))
    assert pytest.approx(2, rel=0.05) == np.median(size[head]) / np.median(size[~head])
