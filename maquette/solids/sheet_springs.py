"""The springs of a sheet: as firm as can be around every point, and pulled where it is told to.

Points are complex numbers, x + iy, and so is what a deformation makes of an edge e of a face:
`kept` * e + `mirrored` * conj(e). The first turns and grows it; the second squashes it along a
line; where that is the larger one, the face is turned over. What belongs here: the elastic solve.
What does not: what pulls at the sheet, and for how long.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maquette.solids.inflation_sheets import Sheet

Wide = NDArray[np.float64]
Plane = NDArray[np.complex128]
Choice = NDArray[np.bool_]

COTANGENTS = (0.05, 3.0)  # slivers would be as good as glued together
EVENED = 3  # rounds of mixing with the faces around, so that no face is bent alone
GROWTH = 1.2  # no face grows or shrinks by more against the whole
SKEW = 0.5  # of its size: no face is squashed more
MEMORY = 0.95  # of how it is squashed already, what a face holds on to
THIN = 0.7  # of its size: a face that is squashed below this grows stiff
FIRM = 50.0  # how stiff, where it is about to turn over


@dataclass(frozen=True)
class Shapes:
    """What a deformation makes of each face, (F,): see the module."""

    kept: Plane
    mirrored: Plane

    @property
    def least(self) -> Wide:
        """How long the shortest way across a face has become; below 0 it is turned over."""
        return np.abs(self.kept) - np.abs(self.mirrored)

    def mixed(self, other: Shapes, share: Wide) -> Shapes:
        """As much of another as is said, face by face."""
        return Shapes(
            self.kept + share * (other.kept - self.kept),
            self.mirrored + share * (other.mirrored - self.mirrored),
        )


class Springs:
    """A sheet at rest: what its faces are like, and how they hang together."""

    def __init__(self, sheet: Sheet) -> None:
        self.rest: Plane = sheet.points[:, 0] + 1j * sheet.points[:, 1]
        self.faces = sheet.faces
        corners = self.rest[self.faces]
        ahead, behind = np.roll(corners, -1, axis=1), np.roll(corners, 1, axis=1)
        across = np.conj(corners - behind) * (ahead - behind)
        cotangents = np.real(across) / np.maximum(np.imag(across), 1e-9)
        self._weights = np.clip(cotangents, *COTANGENTS) / 2
        self._edges = ahead - corners
        self.areas: Wide = np.imag(np.conj(self._edges[:, 0]) * self._edges[:, 1]) / 2
        self._connect()

    def _connect(self) -> None:
        """The matrices that depend on nothing but which points make a face."""
        import scipy.sparse as sparse

        count, faces = len(self.rest), len(self.faces)
        start, end = self.faces.ravel(), np.roll(self.faces, -1, axis=1).ravel()
        each = np.arange(3 * faces)
        signs = np.repeat([-1.0, 1.0], 3 * faces)
        places = (np.concatenate([start, end]), np.tile(each, 2))
        self._forces = sparse.coo_matrix((signs, places), shape=(count, 3 * faces)).tocsr()
        belongs = (np.ones(3 * faces), (start, np.repeat(np.arange(faces), 3)))
        self._around = sparse.coo_matrix(belongs, shape=(count, faces)).tocsr()
        self._shares = self._around @ self.areas
        # each edge adds to four entries of the system
        rows, columns = np.r_[start, end, start, end], np.r_[start, end, end, start]
        keys, entry = np.unique(columns * count + rows, return_inverse=True)
        values = np.repeat([1.0, 1.0, -1.0, -1.0], 3 * faces)
        shape = (len(keys), 3 * faces)
        self._gather = sparse.coo_matrix((values, (entry, np.tile(each, 4))), shape=shape).tocsr()
        self._rows = keys % count
        self._ends = np.searchsorted(keys, np.arange(count + 1) * count)
        self._diagonal = np.searchsorted(keys, np.arange(count) * (count + 1))

    def shapes(self, points: Plane) -> Shapes:
        """What became of each face."""
        corners = points[self.faces]
        first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 1]
        e, f = self._edges[:, 0], self._edges[:, 1]
        across = -4j * self.areas
        kept = (first * np.conj(f) - second * np.conj(e)) / across
        return Shapes(kept, (e * second - f * first) / across)

    def growth(self, shapes: Shapes) -> float:
        """How much the whole has grown."""
        return float((np.abs(shapes.kept) * self.areas).sum() / self.areas.sum())

    def evened(self, values: Plane, rounds: int = EVENED) -> Plane:
        """What faces have, mixed with the faces around, as often as is said."""
        for _ in range(rounds):
            mixed = (self._around @ (values * self.areas)) / self._shares
            values = mixed[self.faces].mean(axis=1)
        return values

    def aims(self, shapes: Shapes) -> tuple[Shapes, Wide]:
        """The shapes that faces would rather have, near those they have, and how firm they are."""
        whole = self.growth(shapes)
        turns = self.evened(shapes.kept)
        turns = turns / np.maximum(np.abs(turns), 1e-9)
        grown = self.evened(np.abs(shapes.kept)).real / max(whole, 1e-9)
        sizes = whole * np.clip(grown, 1 / GROWTH, GROWTH)
        skews = MEMORY * self.evened(shapes.mirrored * np.conj(turns)) * turns
        skews *= np.minimum(1, SKEW * sizes / np.maximum(np.abs(skews), 1e-9))
        squashed = np.clip(1 - shapes.least / (THIN * sizes), 0, 1.5)
        return Shapes(turns * sizes, skews), 1 + FIRM * squashed**2

    def least_around(self, values: Wide) -> Wide:
        """For each point the least of what its faces have."""
        least = np.full(len(self.rest), np.inf)
        for corner in range(3):
            np.minimum.at(least, self.faces[:, corner], values)
        return least

    def widened(self, chosen: Choice, rings: int) -> Choice:
        """(N,) these points and so many rings of points around them."""
        for _ in range(rings):
            touched = chosen[self.faces].any(axis=1)
            chosen = chosen.copy()
            chosen[self.faces[touched]] = True
        return chosen

    def relaxed(self, aims: Shapes, firm: Wide, weights: Wide, targets: Plane) -> Plane:
        """Points whose faces have these shapes as nearly as can be, while others pull.

        Args:
            aims: what each face would be like.
            firm: (F,), how stiff each face is.
            weights: (N,), how much each point is pulled.
            targets: (N,), and where to.
        """
        from scipy.sparse import csc_matrix
        from scipy.sparse.linalg import splu

        stiff = self._weights * firm[:, None]
        entries = self._gather @ stiff.ravel()
        entries[self._diagonal] += weights
        count = len(weights)
        system = csc_matrix((entries, self._rows, self._ends), shape=(count, count))
        factors = splu(
            system,
            permc_spec="MMD_AT_PLUS_A",
            diag_pivot_thresh=0.0,
            options={"SymmetricMode": True},
        )
        wanted = self._edges * aims.kept[:, None] + np.conj(self._edges) * aims.mirrored[:, None]
        right = self._forces @ (stiff * wanted).ravel() + weights * targets
        found = factors.solve(np.column_stack([right.real, right.imag]))
        return found[:, 0] + 1j * found[:, 1]
