"""Surfacing: closed meshes that lie on their field, at a cost that grows with the surface."""

import numpy as np
import pytest

from maquette.errors import EngineError
from maquette.solids.bodies import fields
from maquette.solids.bodies.surfacing import surface_of
from maquette.solids.soundness import soundness_of

AROUND = np.array([[-0.6, -0.6, -0.6], [0.6, 0.6, 0.6]], np.float32)
BALL = fields.ellipsoid((0, 0, 0), (0.5, 0.5, 0.5))
RING = fields.torus((0, 0, 0), 0.35, 0.12)


def test_a_ball_is_round():
    """The mesh of a ball is closed, and off by less than simplifying may change."""
    points, faces = surface_of(BALL, AROUND, spacing=0.02)
    sound = soundness_of(points, faces)
    assert (True, 1) == (sound.sound, sound.bodies)
    assert np.abs(np.linalg.norm(points, axis=1) - 0.5).max() < 2e-5
    assert pytest.approx(np.pi / 6, rel=0.004) == sound.volume
    assert (np.float32, np.int32) == (points.dtype, faces.dtype)


def test_a_ring_keeps_its_hole():
    """What is meant to be open stays open."""
    import manifold3d

    points, faces = surface_of(RING, AROUND, spacing=0.02)
    solid = manifold3d.Manifold(manifold3d.Mesh(points, faces.astype(np.uint32)))
    assert (manifold3d.Error.NoError, 1) == (solid.status(), solid.genus())


def test_flat_sides_on_grid_planes_are_no_trouble():
    """A box whose sides lie exactly on the grid has no face without area."""
    box = fields.rounded_box((0, 0, 0), (0.4, 0.4, 0.4), 0.0)
    points, faces = surface_of(box, AROUND, spacing=0.05)
    assert soundness_of(points, faces).sound
    assert np.allclose(0.4, np.abs(points).max(axis=0), atol=1e-4)


def test_far_from_the_surface_nothing_is_asked():
    """Halving the cells costs about four times as many distances, not eight."""
    asked = []

    def counting(points):
        asked.append(len(points))
        return BALL(points)

    for spacing in (0.02, 0.01):
        asked.append(0)
        surface_of(counting, AROUND, spacing=spacing)
    second = len(asked) - asked[::-1].index(0)
    coarse, fine = sum(asked[: second - 1]), sum(asked[second:])
    assert 3 < fine / coarse < 5


def test_only_the_largest_body_is_kept():
    """A crumb beside the figure is left out."""
    crumb = fields.ellipsoid((0.52, 0.52, 0.52), (0.05, 0.05, 0.05))
    points, faces = surface_of(fields.joined([BALL, crumb]), AROUND, spacing=0.02)
    assert 1 == soundness_of(points, faces).bodies


def test_the_same_field_gives_the_same_bytes():
    """Twice the same is twice the same."""
    first, second = (surface_of(RING, AROUND, spacing=0.03) for _ in range(2))
    assert [a.tobytes() for a in first] == [a.tobytes() for a in second]


def test_nothing_inside_is_an_error():
    """A field that is nowhere below zero has no surface."""
    with pytest.raises(EngineError, match="FIGURE_NOT_CLOSED"):
        surface_of(fields.grown(BALL, -2.0), AROUND, spacing=0.05)
