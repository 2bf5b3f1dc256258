"""Closest points: where on a mesh's surface is nearest to a point in space.

The faces are cut, in thought, into pieces no larger than a set radius, and a tree is built over
the pieces' middles. A face can only be nearest if one of its pieces is within the best distance
so far plus that piece's radius, so a few neighbours in the tree settle almost every question,
and those they do not settle are asked again with more. Far from the surface, where hundreds of
pieces are about equally near, the search ends early: it is then off by less than the square of
a piece's radius over the distance. What belongs here: the search. What does not: what is read
off at the place found (`rebaking`), and how far two meshes are apart (`distances`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.errors import InputError

Wide = NDArray[np.float64]
Rows = NDArray[np.int64]

PIECES = 100_000  # at least this many for a mesh of few faces: the tree is then fine enough
PIECES_PER_FACE = 1.5
NEIGHBOURS = (4, 16, 64, 256)
FAR = 12  # pieces' radii: from here on the first neighbours are good enough
HELD_AT_ONCE = 4_000_000  # pairs of points and pieces: keeps memory flat


@dataclass(frozen=True)
class Closest:
    """For each point asked: the face that is nearest, and where on it."""

    faces: Rows  # (N,)
    weights: Wide  # (N, 3) of the face's corners, summing to one
    points: Wide  # (N, 3)
    distances: Wide  # (N,)


@dataclass(frozen=True)
class Near:
    """For each point asked: some faces around it, and where on each is nearest."""

    faces: Rows  # (N, K)
    weights: Wide  # (N, K, 3)
    distances: Wide  # (N, K)


class Surface:
    """A mesh's surface, ready to be asked; building it costs about 0.3 s per 200 k faces."""

    def __init__(self, points: NDArray[Any], faces: NDArray[Any]) -> None:
        from scipy.spatial import KDTree

        if not len(faces):
            raise InputError("MESH_EMPTY", "the mesh has no faces", fix="check the uploaded file")
        self.corners: Wide = points.astype(np.float64)[faces]  # (F, 3, 3)
        centres, self._radii, self._owners = _pieces(self.corners)
        self._largest = float(self._radii.max())
        # half a sorted split is as good here and builds in a third of the time
        self._tree: Any = KDTree(centres, balanced_tree=False, compact_nodes=False)

    def closest(self, points: NDArray[Any]) -> Closest:
        """The nearest place on the surface to each of (N, 3) points."""
        found = Closest(
            points=points.astype(np.float64),
            faces=np.zeros(len(points), np.int64),
            weights=np.zeros((len(points), 3)),
            distances=np.full(len(points), np.inf),
        )
        asked, pending = found.points.copy(), np.arange(len(points))
        tried = 0
        for count in np.minimum(NEIGHBOURS, len(self._owners)).tolist():
            if len(pending) and count > tried:
                ranks = np.arange(tried + 1, count + 1)
                step = max(1, HELD_AT_ONCE // len(ranks))
                parts = [pending[k : k + step] for k in range(0, len(pending), step)]
                pending = np.concatenate([self._asked(asked, found, k, ranks) for k in parts])
            tried = count
        return found

    def near(self, points: NDArray[Any], *, count: int) -> Near:
        """The faces of the pieces next to each point; a long face may be there several times."""
        wide = points.astype(np.float64)
        _, pieces = self._tree.query(wide, k=np.arange(1, min(count, len(self._owners)) + 1))
        faces = self._owners[pieces]
        repeated = np.repeat(wide, faces.shape[1], axis=0)
        weights, found = nearest_on(self.corners[faces.ravel()], repeated)
        distances = np.sqrt(((found - repeated) ** 2).sum(axis=1))
        return Near(faces, weights.reshape(*faces.shape, 3), distances.reshape(faces.shape))

    def _asked(self, asked: Wide, found: Closest, pending: Rows, ranks: Rows) -> Rows:
        """Try the neighbours of these ranks; returns the points that are still open."""
        far, pieces = self._tree.query(asked[pending], k=ranks)
        for k in range(len(ranks)):
            reach = far[:, k] - self._radii[pieces[:, k]]
            near = np.flatnonzero(reach < found.distances[pending])
            rows, faces = pending[near], self._owners[pieces[near, k]]
            weights, places = nearest_on(self.corners[faces], asked[rows])
            distances = np.linalg.norm(places - asked[rows], axis=1)
            better = distances < found.distances[rows]
            rows = rows[better]
            found.faces[rows], found.weights[rows] = faces[better], weights[better]
            found.points[rows], found.distances[rows] = places[better], distances[better]
        best = found.distances[pending]
        return pending[(far[:, -1] - self._largest < best) & (best < FAR * self._largest)]


def nearest_on(corners: Wide, points: Wide) -> tuple[Wide, Wide]:
    """The nearest place on each of (N, 3, 3) triangles to its own one of (N, 3) points.

    Returns (N, 3) weights of the corners and (N, 3) places. Triangles without area count as the
    lines they are.
    """
    a = corners[:, 0]
    ab, ac, ap = corners[:, 1] - a, corners[:, 2] - a, points - a
    bb, bc, cc = _dot(ab, ab), _dot(ab, ac), _dot(ac, ac)
    pb, pc = _dot(ap, ab), _dot(ap, ac)
    area = bb * cc - bc * bc
    with np.errstate(divide="ignore", invalid="ignore"):
        v = (cc * pb - bc * pc) / area
        w = (bb * pc - bc * pb) / area
        inside = (v >= 0) & (w >= 0) & (v + w <= 1) & (area > 1e-14 * bb * cc)
        weights = np.stack([1 - v - w, v, w], axis=1)
    out = np.flatnonzero(~inside)
    if len(out):
        weights[out] = _nearest_on_rim(corners[out], points[out])
    return weights, np.einsum("nk,nkd->nd", weights, corners)


def _nearest_on_rim(corners: Wide, points: Wide) -> Wide:
    best = np.full(len(points), np.inf)
    weights = np.zeros((len(points), 3))
    for k in range(3):
        start = corners[:, k]
        along = corners[:, (k + 1) % 3] - start
        to = points - start
        share = np.clip(_dot(to, along) / np.maximum(_dot(along, along), 1e-300), 0, 1)
        off = to - share[:, None] * along
        squared = _dot(off, off)
        nearer = np.flatnonzero(squared < best)
        best[nearer] = squared[nearer]
        weights[nearer] = 0
        weights[nearer, k] = 1 - share[nearer]
        weights[nearer, (k + 1) % 3] = share[nearer]
    return weights


def _dot(one: Wide, other: Wide) -> Wide:
    return np.einsum("ij,ij->i", one, other)


def _pieces(corners: Wide) -> tuple[Wide, Wide, Rows]:
    """Middles, radii and faces of the pieces that the faces are cut into."""
    most = _radius(corners, most=max(PIECES, int(PIECES_PER_FACE * len(corners))))
    open_corners, open_owners = corners, np.arange(len(corners), dtype=np.int64)
    done: list[tuple[Wide, Wide, Rows]] = []
    while len(open_owners):
        centres = open_corners.mean(axis=1)
        radii = np.sqrt(((open_corners - centres[:, None]) ** 2).sum(axis=2).max(axis=1))
        small = radii <= most
        done.append((centres[small], radii[small], open_owners[small]))
        open_corners, open_owners = _halved(open_corners[~small]), open_owners[~small]
        open_owners = np.concatenate([open_owners, open_owners])
    centres, radii, owners = (np.concatenate(column) for column in zip(*done, strict=True))
    return centres, radii, owners


def _radius(corners: Wide, *, most: int) -> float:
    """The radius at which the pieces number about `most`, long thin faces counted by length."""
    edges = np.roll(corners, -1, axis=1) - corners
    longest = np.sqrt((edges**2).sum(axis=2).max(axis=1))
    area = np.linalg.norm(np.cross(edges[:, 0], edges[:, 1]), axis=1) / 2
    radius = max(float(np.sqrt(area.sum() / most)), float(longest.max()) * 1e-4, 1e-30)
    while (np.maximum(1, np.maximum(area / radius**2, longest / radius))).sum() > 1.5 * most:
        radius *= 1.25
        if radius > longest.max():
            break
    return radius


def _halved(corners: Wide) -> Wide:
    """(2 N, 3, 3) each triangle cut in two across its longest edge, first halves first."""
    edges = np.roll(corners, -1, axis=1) - corners
    longest = (edges**2).sum(axis=2).argmax(axis=1)
    row = np.arange(len(corners))
    a, b, c = (corners[row, (longest + k) % 3] for k in range(3))
    middle = (a + b) / 2
    return np.concatenate([np.stack([a, middle, c], 1), np.stack([middle, b, c], 1)])
