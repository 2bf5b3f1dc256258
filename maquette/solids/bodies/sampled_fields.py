"""Sampled fields: the distance to a mesh, measured once on a grid and then read off it.

What belongs here: the grid. What does not: the search for what is nearest (`closest_points`), and
whose mesh it is (`realistic`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.solids.closest_points import Surface
from maquette.types import Floats, Indices

Wide = NDArray[np.float64]
NEAR_CELLS = 4  # within so many the distance is measured, farther off it is counted in cells
MARGIN_CELLS = 5
CAUTIOUS = 0.9  # counted distances are a little too long at times: a search must not miss anything


@dataclass(frozen=True)
class Sampled:
    """The distance to a closed mesh, and one more value of what is nearest on it.

    Attributes:
        low: (3,) the first node.
        cell: a cell's side.
        distances: (X, Y, Z) at the nodes, below zero inside.
        marks: (X, Y, Z) the value, from 0 to 1, that the nearest points were given.
    """

    low: Floats
    cell: float
    distances: Floats
    marks: Floats

    def distance(self, points: Floats) -> Floats:
        """(N,) float32: outside of the grid never more than it truly is."""
        inside, beyond = self._inside(points)
        near = self._read(self.distances, inside)
        return np.where(beyond > 0, np.hypot(near, beyond), near).astype(np.float32)

    def mark(self, points: Floats) -> Floats:
        """(N,) float32: the value of the nearest points on the mesh."""
        return self._read(self.marks, self._inside(points)[0])

    def _inside(self, points: Floats) -> tuple[Floats, Floats]:
        """(N, 3) places in cells, moved into the grid; and (N,) how far that was."""
        at = (points - self.low) / np.float32(self.cell)
        most = np.array(self.distances.shape, np.float32) - np.float32(1.001)
        kept = np.clip(at, 0, most)
        beyond = np.sqrt(((at - kept) ** 2).sum(axis=1)) * np.float32(self.cell)
        return kept, beyond.astype(np.float32)

    def _read(self, values: Floats, at: Floats) -> Floats:
        """Between the eight nodes round each place."""
        first = at.astype(np.int64)
        share = at - first
        _, wide, deep = values.shape
        flat = first @ np.array([wide * deep, deep, 1])
        table = values.ravel()
        found = np.zeros(len(at), np.float32)
        for corner in range(8):
            x, y, z = (corner >> 2) & 1, (corner >> 1) & 1, corner & 1
            weight = np.ones(len(at), np.float32)
            for axis, far in enumerate((x, y, z)):
                weight *= share[:, axis] if far else 1 - share[:, axis]
            found += weight * table[flat + (x * wide * deep + y * deep + z)]
        return found


def sampled(points: Floats, faces: Indices, marks: Floats, *, cell: float) -> Sampled:
    """Measure a closed mesh.

    Args:
        points: (V, 3).
        faces: (F, 3), seen from outside counter-clockwise.
        marks: (V,) a value from 0 to 1 of each point.
        cell: side of a grid cell; what is thinner than one may be lost.
    """
    from scipy import ndimage

    low = points.min(axis=0) - np.float32(MARGIN_CELLS * cell)
    shape = np.ceil((points.max(axis=0) - low) / cell).astype(np.int64) + MARGIN_CELLS + 1
    surface = Surface(points, faces)
    nodes = _near(surface.corners, low, cell, shape)
    places = np.stack(np.nonzero(nodes), axis=1) * cell + low
    signed, values = _measured(surface, points, faces, marks, places)
    distances = np.zeros(tuple(shape.tolist()), np.float32)
    distances[nodes] = signed
    measured: Any = ndimage.distance_transform_edt(~nodes, return_indices=True)
    away, index = measured
    # beyond the band every node has the sign of the band's node that is nearest
    border = distances[tuple(index)]
    counted = np.sign(border) * (np.abs(border) + away.astype(np.float32) * np.float32(cell))
    marked = np.zeros_like(distances)
    marked[nodes] = values
    far = np.where(nodes, distances, CAUTIOUS * counted).astype(np.float32)
    return Sampled(low.astype(np.float32), cell, far, marked[tuple(index)])


def _near(corners: Wide, low: Floats, cell: float, shape: NDArray[np.int64]) -> NDArray[np.bool_]:
    """The nodes within a few cells of a mesh whose faces are about as small as a cell."""
    from scipy import ndimage

    touched = np.zeros(tuple(shape.tolist()), np.bool_)
    middles = [corners.reshape(-1, 3), corners.mean(axis=1)]
    middles += [(corners[:, k] + corners[:, (k + 1) % 3]) / 2 for k in range(3)]
    index = np.rint((np.concatenate(middles) - low) / cell).astype(np.int64)
    touched[tuple(index.T)] = True
    away: Any = ndimage.distance_transform_edt(~touched)
    return away <= NEAR_CELLS


def _measured(
    surface: Surface, points: Floats, faces: Indices, marks: Floats, places: Wide
) -> tuple[Floats, Floats]:
    """(N,) signed distances and marks."""
    found = surface.closest(places)
    normals = _point_normals(points.astype(np.float64), faces)
    around = faces[found.faces]
    # the sign of a corner or an edge is that of all the faces that meet there
    outwards = np.einsum("nk,nkd->nd", found.weights, normals[around])
    side = np.einsum("nd,nd->n", places - found.points, outwards)
    values = np.einsum("nk,nk->n", found.weights, marks[around])
    signed = np.where(side < 0, -found.distances, found.distances)
    return signed.astype(np.float32), values.astype(np.float32)


def _point_normals(points: Wide, faces: Indices) -> Wide:
    """(V, 3) outwards, every face counted by its angle there: right on both sides of an edge."""
    corners = points[faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-300)
    normals = np.zeros_like(points)
    for k in range(3):
        one = corners[:, (k + 1) % 3] - corners[:, k]
        other = corners[:, (k + 2) % 3] - corners[:, k]
        lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
        cosine = np.einsum("nd,nd->n", one, other) / np.maximum(lengths, 1e-300)
        angle = np.arccos(np.clip(cosine, -1, 1))
        np.add.at(normals, faces[:, k], across * angle[:, None])
    return normals
