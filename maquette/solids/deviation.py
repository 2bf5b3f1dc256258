"""Deviation: how far mending moved a surface, as a share of the diagonal.

What belongs here: the two ways between a mesh and what was made of it, and which of it counts.
What does not: distances of any two meshes (`distances`), and which deviation is too far.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from maquette.solids.closest_points import Surface
from maquette.solids.samples import sampled
from maquette.solids.sewing import areas
from maquette.types import Mesh

Wide = NDArray[np.float64]
Whole = NDArray[np.int64]

SAMPLES = 8_000
CANDIDATES = 8
MORE_CANDIDATES = 48
DOUBTFUL_SHARE = 1e-5  # of the diagonal
ASKED_AT_ONCE = 2_000  # places that are looked at for being inside
GRID_AT_MOST = 256
LEAN = np.array([0.1273, 0.0871, 1.0])  # along no axis, so that no edge of a box is grazed


@dataclass(frozen=True)
class Deviation:
    """How far a mesh and the solid made of it are apart, in shares of the mesh's diagonal.

    Attributes:
        added_share: the farthest that the solid's surface is from the mesh.
        lost_share: the farthest that the mesh is from the solid, where it does not lie inside:
            what is inside prints all the same.
        mean_share: of the mesh's surface to the solid, likewise.
    """

    added_share: float
    lost_share: float
    mean_share: float

    @property
    def share(self) -> float:
        """The Hausdorff distance: the larger of both ways."""
        return max(self.added_share, self.lost_share)


class _HasFaces(Protocol):
    @property
    def points(self) -> NDArray[Any]: ...
    @property
    def faces(self) -> NDArray[Any]: ...


def deviation_of(
    mesh: _HasFaces, made: _HasFaces, *, patched: _HasFaces | None = None
) -> Deviation:
    """Compare a mesh with the closed solid made of it.

    Args:
        mesh: what was there.
        made: the solid.
        patched: the mesh with holes closed that are meant to be; what is added is measured from
            it.
    """
    before, after = _plain(mesh), _plain(made)
    diagonal = float(np.linalg.norm(np.ptp(before.points[np.unique(before.faces)], axis=0)))
    doubtful = DOUBTFUL_SHARE * diagonal
    at = sampled(before, SAMPLES)
    _, there = nearby(Surface(after.points, after.faces), at, doubtful=doubtful)
    whole = before if patched is None else _plain(patched)
    surface = Surface(whole.points, whole.faces)
    _, back = nearby(surface, sampled(after, SAMPLES), doubtful=doubtful)
    there[~_outside(at, there, after)] = 0
    scale = max(diagonal, 1e-300)
    return Deviation(
        added_share=float(back.max()) / scale,
        lost_share=float(there.max()) / scale,
        mean_share=float(there.mean()) / scale,
    )


def nearby(surface: Surface, at: Wide, *, doubtful: float = np.inf) -> tuple[Wide, Wide]:
    """(N, 3) places on a surface close to these, and (N,) how far they are.

    They are the closest among some candidates; what is doubtfully far is asked for among more.
    What was missed is less than the size of the pieces that the surface is cut into.
    """
    found, distances = _closest_of(surface, at, CANDIDATES)
    again = np.flatnonzero(distances > doubtful)
    if len(again):
        found[again], distances[again] = _closest_of(surface, at[again], MORE_CANDIDATES)
    return found, distances


def _closest_of(surface: Surface, at: Wide, count: int) -> tuple[Wide, Wide]:
    near = surface.near(at, count=count)
    row, best = np.arange(len(at)), near.distances.argmin(axis=1)
    corners = surface.corners[near.faces[row, best]]
    return np.einsum("nk,nkd->nd", near.weights[row, best], corners), near.distances[row, best]


def _plain(mesh: _HasFaces) -> Mesh:
    points = np.asarray(mesh.points, np.float32)
    faces = np.asarray(mesh.faces, np.int32)
    faces = faces[areas(points.astype(np.float64), faces.astype(np.int64)) > 0]
    return Mesh(points, faces, np.zeros((len(points), 2), np.float32))


def _outside(at: Wide, distances: Wide, solid: Mesh) -> NDArray[np.bool_]:
    """Which places do not lie inside; the nearest are not asked once a farther one does not."""
    seen = np.ones(len(at), np.bool_)
    order = np.argsort(-distances, kind="stable")
    far = order[distances[order] > 1e-4 * float(np.ptp(at, axis=0).max(initial=0))]
    for start in range(0, len(far), ASKED_AT_ONCE):
        rows = far[start : start + ASKED_AT_ONCE]
        within = inside(at[rows], solid.points.astype(np.float64), solid.faces.astype(np.int64))
        seen[rows] = ~within
        if (~within).any():
            break  # from here on distances are smaller than one that counts
    return seen


def inside(at: Wide, points: Wide, faces: Whole) -> NDArray[np.bool_]:
    """Which of (N, 3) places a closed surface winds around."""
    # the ray along which is looked becomes the z axis
    flat = points[:, :2] - points[:, 2:] * LEAN[:2]
    flat_at = at[:, :2] - at[:, 2:] * LEAN[:2]
    corners = flat[faces]
    asked, hit = _over_each_other(flat_at, corners)
    weights, total = _weights(corners[hit] - flat_at[asked][:, None])
    over = ((weights >= 0).all(axis=1) | (weights <= 0).all(axis=1)) & (total != 0)
    asked, hit, weights, total = asked[over], hit[over], weights[over], total[over]
    height = np.einsum("ij,ij->i", weights, points[:, 2][faces[hit]]) / total
    crossed = np.where(height > at[asked, 2], np.sign(total), 0)
    return np.bincount(asked, weights=crossed, minlength=len(at)) > 0.5


def _over_each_other(at: Wide, corners: Wide) -> tuple[Whole, Whole]:
    """Pairs of a place and a face that may cover it, by the squares of a grid."""
    side = int(np.clip(np.sqrt(len(corners)) / 2, 1, GRID_AT_MOST))
    low = corners.min(axis=(0, 1))
    step = np.maximum((corners.max(axis=(0, 1)) - low) / side, 1e-300)
    first = np.clip(((corners.min(axis=1) - low) / step).astype(np.int64), 0, side - 1)
    last = np.clip(((corners.max(axis=1) - low) / step).astype(np.int64), 0, side - 1)
    wide, high = (last - first + 1).T
    face, within = _repeated(wide * high)
    square = first[face] + np.stack([within % wide[face], within // wide[face]], axis=1)
    number = square[:, 0] * side + square[:, 1]
    order = np.argsort(number, kind="stable")
    counts = np.bincount(number, minlength=side * side)
    starts = np.cumsum(counts) - counts
    own = np.floor((at - low) / step).astype(np.int64)
    held = ((own >= 0) & (own <= side)).all(axis=1)
    own = np.clip(own, 0, side - 1)
    mine = own[:, 0] * side + own[:, 1]
    asked, within = _repeated(np.where(held, counts[mine], 0))
    return asked, face[order[starts[mine[asked]] + within]]


def _repeated(times: Whole) -> tuple[Whole, Whole]:
    """Each number so many times, and which time it is."""
    number = np.repeat(np.arange(len(times)), times)
    return number, np.arange(len(number)) - np.repeat(np.cumsum(times) - times, times)


def _weights(corners: Wide) -> tuple[Wide, Wide]:
    """How the origin is weighed by each triangle's corners, times twice its area; and that area."""
    a, b, c = (corners[:, k] for k in range(3))
    weights = np.stack([_cross(b, c), _cross(c, a), _cross(a, b)], axis=1)
    return weights, weights.sum(axis=1)


def _cross(one: Wide, other: Wide) -> Wide:
    return one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
