"""Surfaces of meshes: shading normals, and whether a mesh is closed and right side out.

What belongs here: what can be told from points and faces alone. What does not: making meshes
and writing them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.types import Bytes, Floats, Indices, Mesh

Wide = NDArray[np.float64]

CREASE_DEG = 65.0  # a 45 degree chamfer shades round even around a bend, a box keeps its edges
CROWDED = 64  # faces at one point; beyond it they are taken together
CELLS = 8  # steps from 0 to 1 along each axis of a direction


@dataclass(frozen=True)
class Shaded:
    """A mesh's corners with one normal each; points are repeated only along creases.

    Attributes:
        corners: which of the mesh's corners, counted face by face, each point was taken from.
    """

    points: Floats  # (V, 3)
    normals: Floats  # (V, 3), length one
    uv: Floats  # (V, 2)
    faces: Indices  # (F, 3)
    corners: NDArray[np.int64]  # (V,)
    colours: Bytes | None = None  # (V, 4)


def merged(points: NDArray[Any]) -> NDArray[np.int64]:
    """(V,) a number per point, the same for points at the same float32 position."""
    exact = np.ascontiguousarray(points.astype(np.float32) + np.float32(0))  # -0 becomes 0
    _, number = np.unique(exact.view("V12").ravel(), return_inverse=True)
    return number.astype(np.int64)


def shaded(mesh: Mesh) -> Shaded:
    """Give every corner a normal: round where faces meet gently, sharp along creases."""
    corners = mesh.faces.ravel().astype(np.int64)
    normals = corner_normals(mesh)
    # the grid keeps rounding noise from splitting points whose corners agree
    grid = np.round(normals * 2048).astype(np.int64) + 4096
    key = ((corners << 39) | (grid[:, 0] << 26)) | (grid[:, 1] << 13) | grid[:, 2]
    _, first, number = np.unique(key, return_index=True, return_inverse=True)
    kept = corners[first]
    faces = number.reshape(-1, 3).astype(np.int32)
    colours = None if mesh.colours is None else mesh.colours[kept]
    return Shaded(mesh.points[kept], normals[first], mesh.uv[kept], faces, first, colours)


def corner_normals(mesh: Mesh) -> Floats:
    """(3 F, 3) unit normals, one per corner of every face.

    A corner averages the faces around its position that lie within the crease angle of its own.
    Large flats outweigh the strips beside them, so a chamfer rounds the rim and leaves the art
    evenly lit.
    """
    normals, weights = _weighted_faces(mesh)
    face = np.repeat(np.arange(len(mesh.faces)), 3)
    place = merged(mesh.points)[mesh.faces.ravel()]
    crowded = np.bincount(place)[place] > CROWDED
    summed = np.empty((len(place), 3))
    few = face[~crowded]
    summed[~crowded] = _averaged(place[~crowded], normals[few], weights[few])
    if crowded.any():
        many = face[crowded]
        summed[crowded] = _averaged_in_cells(place[crowded], normals[many], weights[many])
    lengths = np.linalg.norm(summed, axis=1, keepdims=True)
    summed = np.where(lengths > 0, summed / np.maximum(lengths, 1e-30), (0.0, 0.0, 1.0))
    return summed.astype(np.float32)


def _averaged(place: NDArray[np.int64], normals: Wide, weights: Wide) -> Wide:
    """Per corner the weighted sum of the normals at its place that are not across a crease."""
    if not len(place):
        return np.zeros((0, 3))
    order = np.argsort(place, kind="stable")
    counts = np.bincount(place)
    starts = np.cumsum(counts) - counts
    # every pair of corners that share a position, the corners in order
    degree = counts[place[order]]
    owner = np.repeat(order, degree)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(degree) - degree, degree)
    other = order[np.repeat(starts[place[order]], degree) + within]
    cosines = np.einsum("ij,ij->i", normals[owner], normals[other])
    gentle = cosines >= np.cos(np.deg2rad(CREASE_DEG))
    shares = normals[other] * (weights[other] * gentle)[:, None]
    summed = np.empty((len(place), 3))
    summed[order] = np.add.reduceat(shares, np.cumsum(degree) - degree)
    return summed


def _averaged_in_cells(place: NDArray[np.int64], normals: Wide, weights: Wide) -> Wide:
    """The same where very many faces meet: those that look nearly the same way are taken as one.

    The hub of a disc with 10,000 spokes has 10^8 pairs of corners, but few directions.
    """
    grid = np.round(normals * CELLS).astype(np.int64) + CELLS
    key = ((place * (2 * CELLS + 1) + grid[:, 0]) * (2 * CELLS + 1) + grid[:, 1]) * (
        2 * CELLS + 1
    ) + grid[:, 2]
    _, first, cell = np.unique(key, return_index=True, return_inverse=True)
    sums = [np.bincount(cell, weights=normals[:, axis] * weights) for axis in range(3)]
    towards = np.stack(sums, axis=1)
    lengths = np.linalg.norm(towards, axis=1)
    units = towards / np.maximum(lengths, 1e-30)[:, None]
    return _averaged(place[first], units, lengths)[cell]


def _weighted_faces(mesh: Mesh) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Unit normals of the faces, and as weight the area of all faces that look the same way."""
    normals, twice_area = face_normals(mesh.points, mesh.faces)
    flat = flats(normals)
    areas: NDArray[np.float64] = np.bincount(flat, weights=twice_area).astype(np.float64)
    return normals, areas[flat]


def face_normals(points: NDArray[Any], faces: Indices) -> tuple[Wide, Wide]:
    """(F, 3) unit normals, and (F,) twice the areas."""
    a, b, c = (points[faces[:, k]].astype(np.float64) for k in range(3))
    cross = np.cross(b - a, c - a)
    twice_area = np.linalg.norm(cross, axis=1)
    return cross / np.maximum(twice_area, 1e-30)[:, None], twice_area


def flats(normals: Wide) -> NDArray[np.int64]:
    """(F,) a number per face, the same for faces that look the same way."""
    grid = np.round(normals * 1000).astype(np.int64) + 1000
    key = (grid[:, 0] * 2001 + grid[:, 1]) * 2001 + grid[:, 2]
    _, group = np.unique(key, return_inverse=True)
    return group.astype(np.int64)


def open_edges(points: NDArray[Any], faces: NDArray[Any]) -> int:
    """How many directed edges have no partner running back, with equal positions merged.

    0 is watertight and consistently wound; faces that fold onto themselves count as open.
    """
    place = merged(points)[faces.astype(np.int64)]
    edges = np.stack([place, np.roll(place, -1, axis=1)], axis=2).reshape(-1, 2)
    key = edges[:, 0] << 32 | edges[:, 1]
    back = edges[:, 1] << 32 | edges[:, 0]
    distinct, times = np.unique(key, return_counts=True)
    paired = np.isin(key, back) & (edges[:, 0] != edges[:, 1])
    return int((~paired).sum() + (times - 1).sum()) if len(distinct) else 0


def volume_m3(points: NDArray[Any], faces: NDArray[Any]) -> float:
    """Enclosed volume of a closed mesh; negative when it is inside out."""
    a, b, c = (points[faces[:, k]].astype(np.float64) for k in range(3))
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)
