"""Thin walls: an open sheet becomes a solid of even thickness around it.

What belongs here: giving a sheet two sides and a rim. What does not: holes that are closed
instead (`holes`), and joining walls that meet (`joining`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from maquette.solids.sewing import Draft, areas, fans, partners, point_normals
from maquette.solids.soundness import edge_keys, edges_of

Wide = NDArray[np.float64]
Whole = NDArray[np.int64]

SHARPEST = 0.6  # at a sharper fold than 106 degrees the wall is thinner rather than a spike


def thickened(sheet: Draft, *, wall: float) -> tuple[Wide, Whole]:
    """Points and faces of the solid within half a wall's thickness of a sheet.

    The sheet's edges must have at most two faces, which look alike; it may be of any shape.
    """
    faces = sheet.faces[areas(sheet.points, sheet.faces) > 0]
    used, number = np.unique(faces, return_inverse=True)
    faces, points = number.reshape(-1, 3).astype(np.int64), sheet.points[used]
    faces, points = _fans_apart(faces, points)
    step = wall / 2 * _mitred(points, faces)
    rims = _open_edges(faces)
    count = len(points)
    start, end = rims[:, 0], rims[:, 1]
    around = np.concatenate(
        [
            np.stack([end, start, start + count], axis=1),
            np.stack([end, start + count, end + count], axis=1),
        ]
    )
    both = np.concatenate([faces, faces[:, ::-1] + count, around])
    return np.concatenate([points + step, points - step]), both


def _mitred(points: Wide, faces: Whole) -> Wide:
    """(N, 3) normals, longer at folds so that the wall keeps its thickness there."""
    normals = point_normals(points, faces)
    a, b, c = (points[faces[:, k]] for k in range(3))
    across = np.cross(b - a, c - a)
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-300)
    lean = np.einsum("fkd,fd->fk", normals[faces], across).ravel()
    weight = np.repeat(areas(points, faces), 3)
    leaning = np.bincount(faces.ravel(), lean * weight, minlength=len(points))
    mean = leaning / np.maximum(np.bincount(faces.ravel(), weight, minlength=len(points)), 1e-300)
    return normals / np.clip(mean, SHARPEST, 1.0)[:, None]


def _open_edges(faces: Whole) -> Whole:
    edges = edges_of(faces)
    _, number, times = np.unique(edge_keys(edges), return_inverse=True, return_counts=True)
    return edges[times[number] == 1]


def _fans_apart(faces: Whole, points: Wide) -> tuple[Whole, Wide]:
    """A point where parts of the sheet only touch becomes one per part: each has its own rim."""
    one, other = partners(faces)
    agree = faces.ravel()[one] != faces.ravel()[other]  # a sheet with one side is cut somewhere
    fan = fans(faces, one[agree], other[agree])
    _, first, number = np.unique(fan, return_index=True, return_inverse=True)
    return number.reshape(-1, 3).astype(np.int64), points[faces.ravel()[first]]
