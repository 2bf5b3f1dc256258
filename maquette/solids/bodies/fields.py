"""Fields: shapes as the distance to their surface, below zero inside.

What belongs here: plain shapes, how they are joined, and how they are cut. What does not: what a
figure is made of (`limbs`, `clothes`, `bases`).

A field takes (N, 3) float32 points and gives (N,) float32. Outside of a shape and a little below
its surface no field is steeper than `STEEPEST`, which is what lets a search leave out what is
far from a surface. Smooth joints use the quadratic polynomial: where two shapes are farther apart
than the blend, it leaves them exactly as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from maquette.types import Floats

Field = Callable[[Floats], Floats]
Vector = tuple[float, float, float]
Turn = NDArray[np.float32]  # (3, 3): columns are where the shape's own x, y and z point

STEEPEST = 1.5  # of an ellipsoid's estimate, as long as no radius is 2.7 times another


def turned(*, about_x: float = 0.0, about_y: float = 0.0, about_z: float = 0.0) -> Turn:
    """A turn by these degrees: about z first, then x, then y."""
    cos, sin = (
        np.cos(np.deg2rad((about_x, about_y, about_z))),
        np.sin(np.deg2rad((about_x, about_y, about_z))),
    )
    x = np.array([[1, 0, 0], [0, cos[0], -sin[0]], [0, sin[0], cos[0]]])
    y = np.array([[cos[1], 0, sin[1]], [0, 1, 0], [-sin[1], 0, cos[1]]])
    z = np.array([[cos[2], -sin[2], 0], [sin[2], cos[2], 0], [0, 0, 1]])
    return (y @ x @ z).astype(np.float32)


def ellipsoid(centre: Vector, radii: Vector, turn: Turn | None = None) -> Field:
    """An ellipsoid; its distance is an estimate, good near the surface, steep in its middle."""
    r = np.array(radii, np.float32)

    def distances(points: Floats) -> Floats:
        at = _own(points, centre, turn) / r
        near = _lengths(at)
        steep = np.maximum(_lengths(at / r), np.float32(1e-6))
        # in the very middle both are zero; there it is the smallest radius deep
        return np.maximum(near * (near - 1) / steep, -r.min()) - (near < 1e-3) * r.min()

    return distances


def capsule(start: Vector, end: Vector, start_radius: float, end_radius: float) -> Field:
    """A ball that changes its size on the way from one place to another."""
    a, way = np.array(start, np.float32), np.array(end, np.float32) - np.array(start, np.float32)
    length = float(np.linalg.norm(way))
    axis = way / np.float32(length)
    shrinks = np.float32((start_radius - end_radius) / length)
    lean = shrinks / np.sqrt(max(1 - float(shrinks) ** 2, 1e-6), dtype=np.float32)

    def distances(points: Floats) -> Floats:
        to = points - a
        along = to @ axis
        beside = np.sqrt(np.maximum(np.einsum("ij,ij->i", to, to) - along * along, 0))
        # the nearest ball's middle is not straight across: the side leans with the radii
        on = np.clip(along - lean * beside, 0, np.float32(length))
        return np.hypot(beside, along - on) - (np.float32(start_radius) - shrinks * on)

    return distances


def rounded_box(centre: Vector, half: Vector, rim: float, turn: Turn | None = None) -> Field:
    """A box of these half sides, edges and corners rounded by `rim`."""
    inner = np.array(half, np.float32) - np.float32(rim)

    def distances(points: Floats) -> Floats:
        beyond = np.abs(_own(points, centre, turn)) - inner
        outside = _lengths(np.maximum(beyond, 0))
        return outside + np.minimum(beyond.max(axis=1), 0) - np.float32(rim)

    return distances


def disc(centre: Vector, radius: float, half_height: float, rim: float) -> Field:
    """An upright cylinder whose two edges are rounded by `rim`."""

    def distances(points: Floats) -> Floats:
        at = _own(points, centre, None)
        beside = np.hypot(at[:, 0], at[:, 2]) - np.float32(radius - rim)
        above = np.abs(at[:, 1]) - np.float32(half_height - rim)
        outside = np.hypot(np.maximum(beside, 0), np.maximum(above, 0))
        return outside + np.minimum(np.maximum(beside, above), 0) - np.float32(rim)

    return distances


def torus(centre: Vector, radius: float, thick: float, turn: Turn | None = None) -> Field:
    """A ring that lies flat before it is turned; `thick` is the radius of its round section."""

    def distances(points: Floats) -> Floats:
        at = _own(points, centre, turn)
        beside = np.hypot(at[:, 0], at[:, 2]) - np.float32(radius)
        return np.hypot(beside, at[:, 1]) - np.float32(thick)

    return distances


def half_space(point: Vector, outwards: Vector) -> Field:
    """Everything behind the plane through a point."""
    normal = np.array(outwards, np.float32)
    normal /= np.float32(np.linalg.norm(normal))

    def distances(points: Floats) -> Floats:
        return np.asarray(_own(points, point, None) @ normal, np.float32)

    return distances


def joined(fields: Sequence[Field], blend: float = 0.0) -> Field:
    """All of these shapes as one, the edges between them filled by a radius of about `blend`."""

    def distances(points: Floats) -> Floats:
        near = fields[0](points)
        for field in fields[1:]:
            near = blended(near, field(points), blend)
        return near

    return distances


def common(fields: Sequence[Field], blend: float = 0.0) -> Field:
    """What all of these shapes share, the new edges rounded."""

    def distances(points: Floats) -> Floats:
        far = -fields[0](points)
        for field in fields[1:]:
            far = blended(far, -field(points), blend)
        return -far

    return distances


def grown(field: Field, by: float) -> Field:
    """A shape with a skin of this thickness put on, or taken off."""

    def distances(points: Floats) -> Floats:
        return field(points) - np.float32(by)

    return distances


def blended(one: Floats, other: Floats, blend: float) -> Floats:
    """The distance to the smooth union of two shapes, from the distances to each."""
    nearer = np.minimum(one, other)
    if blend <= 0:
        return nearer
    overlap = np.maximum(np.float32(1) - np.abs(one - other) / np.float32(blend), 0)
    return nearer - overlap * overlap * np.float32(blend / 4)


def _own(points: Floats, centre: Vector, turn: Turn | None) -> Floats:
    """Points in a shape's own axes."""
    to = points - np.array(centre, np.float32)
    return to if turn is None else to @ turn


def _lengths(vectors: Floats) -> Floats:
    return np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
