"""Solids of known size for the tests of prints: millimetres and print axes in, meshes out."""

from __future__ import annotations

import manifold3d
import numpy as np

from maquette.types import Mesh


def mesh_of(solid):
    """A manifold in print axes (z up) and millimetres as a mesh: metres, y up."""
    made = solid.to_mesh()
    x, y, z = np.asarray(made.vert_properties)[:, :3].T / 1000
    points = np.stack([x, z, -y], axis=1).astype(np.float32)
    faces = np.asarray(made.tri_verts).astype(np.int32)
    return Mesh(points, faces, np.zeros((len(points), 2), np.float32))


def block(x, y, z, *, at=(0, 0, 0)):
    """A cuboid whose foot's middle is at this place."""
    centred = manifold3d.Manifold.cube((x, y, z), True)
    return centred.translate((at[0], at[1], at[2] + z / 2))


def ball(radius):
    """A sphere that touches the bed in one point."""
    return manifold3d.Manifold.sphere(radius, 128).translate((0, 0, radius))


def table():
    """A foot of 10 x 10 x 20 mm below a top of 40 x 40 x 5 mm."""
    return block(10, 10, 20) + block(40, 40, 5, at=(0, 0, 20))


def fallen():
    """A thin foot beside the middle of what it carries: it falls over."""
    return block(4, 4, 20, at=(-18, 0, 0)) + block(40, 10, 5, at=(0, 0, 20))


def bottle(wall=2.0):
    """A closed cube of 30 mm with nothing inside but air."""
    inner = 30 - 2 * wall
    return block(30, 30, 30) - block(inner, inner, inner, at=(0, 0, wall))
