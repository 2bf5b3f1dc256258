"""Models that are given: laid over the subject's outline and carried along by its sheet.

What belongs here: where each point of a model lies on the sheet, and where that takes it. What
does not: how the sheet moves (`sheet_following`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.solids.inflation_sheets import Sheet
from maquette.types import Mesh

EVENED = 12  # times each point's stretch is averaged with its neighbours': beyond the rim it tells

Wide = NDArray[np.float64]
Whole = NDArray[np.int64]


def laid_over(model: Mesh, sheet: Sheet) -> Wide:
    """(V, 3) the model in the sheet's pixels: as high as the sheet, its middle on the sheet's.

    It is taken to face +z; y points down from here on, z still to the viewer.
    """
    points = model.points.astype(np.float64)
    used = points[np.unique(model.faces)]
    low, high = used.min(axis=0), used.max(axis=0)
    top, bottom = sheet.points[:, 1].min(), sheet.points[:, 1].max()
    grown = (bottom - top) / max(float(high[1] - low[1]), 1e-9)
    middle = (sheet.points.min(axis=0) + sheet.points.max(axis=0)) / 2
    return (points - (low + high) / 2) * [grown, -grown, grown] + [*middle, 0.0]


def carried(placed: Wide, sheet: Sheet, poses: Wide, depths: Wide) -> Wide:
    """(T, V, 3) the points of a model on every frame.

    Args:
        placed: (V, 3) where they are on the sheet's own frame.
        sheet: as it is there.
        poses: (T, N, 2) where the sheet's points are on each frame.
        depths: (T,) how deep the subject is, as a multiple.
    """
    held = _held(sheet, placed[:, :2])
    evened = _evening(sheet)
    corners = sheet.faces[held.face]
    moved = np.empty((len(poses), *placed.shape))
    for n, pose in enumerate(poses):
        stretch = _stretches(sheet, pose)
        for _ in range(EVENED):
            stretch = evened @ stretch
        own = (stretch.reshape(-1, 2, 2)[corners] * held.shares[..., None, None]).sum(axis=1)
        near = (pose[corners] * held.shares[..., None]).sum(axis=1)
        moved[n, :, :2] = near + np.einsum("nij,nj->ni", own, held.beyond)
        moved[n, :, 2] = placed[:, 2] * depths[n]
    return moved


@dataclass(frozen=True)
class _Held:
    """Where points lie on a sheet.

    Attributes:
        face: (V,) the face each is on, or the nearest to it.
        shares: (V, 3) how much of each of its corners.
        beyond: (V, 2) from that place to the point: nothing within the sheet.
    """

    face: Whole
    shares: Wide
    beyond: Wide


def _held(sheet: Sheet, places: Wide) -> _Held:
    import shapely

    corners = sheet.points[sheet.faces]
    rings = np.concatenate([corners, corners[:, :1]], axis=1)
    triangles: Any = shapely.polygons(rings)
    tree = shapely.STRtree(triangles)
    asked, found = tree.query_nearest(shapely.points(places), all_matches=False)
    face = np.empty(len(places), np.int64)
    face[asked] = found
    shares = _shares(corners[face], places)
    near = (corners[face] * shares[..., None]).sum(axis=1)
    return _Held(face, shares, places - near)


def _shares(corners: Wide, places: Wide) -> Wide:
    """(V, 3) barycentric shares of each place in its own face, or of the face's nearest place."""
    a, b, c = corners.transpose(1, 0, 2)
    u, v, w = b - a, c - a, places - a
    double = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    along = (w[:, 0] * v[:, 1] - w[:, 1] * v[:, 0]) / double
    up = (u[:, 0] * w[:, 1] - u[:, 1] * w[:, 0]) / double
    shares = np.stack([1 - along - up, along, up], axis=1)
    outside = np.flatnonzero((shares < 0).any(axis=1))
    shares[outside] = _on_edges(corners[outside], places[outside])
    return shares


def _on_edges(corners: Wide, places: Wide) -> Wide:
    """The shares of the nearest place on the edges of each face."""
    nearest = np.full(len(places), np.inf)
    shares = np.zeros((len(places), 3))
    for start in range(3):
        end = (start + 1) % 3
        edge = corners[:, end] - corners[:, start]
        share = ((places - corners[:, start]) * edge).sum(axis=1) / (edge**2).sum(axis=1)
        share = np.clip(share, 0, 1)
        gap = corners[:, start] + share[:, None] * edge - places
        away = (gap**2).sum(axis=1)
        better = np.flatnonzero(away < nearest)
        nearest[better] = away[better]
        shares[better] = 0
        shares[better, start], shares[better, end] = 1 - share[better], share[better]
    return shares


def _stretches(sheet: Sheet, pose: Wide) -> Wide:
    """(N, 4) how the sheet is stretched and turned round each point: 2 x 2, row by row."""
    rest, now = sheet.points[sheet.faces], pose[sheet.faces]
    before = np.stack([rest[:, 1] - rest[:, 0], rest[:, 2] - rest[:, 0]], axis=2)
    after = np.stack([now[:, 1] - now[:, 0], now[:, 2] - now[:, 0]], axis=2)
    weights = np.linalg.det(before)
    each = (after @ np.linalg.inv(before)).reshape(-1, 4) * weights[:, None]
    count, owner = len(sheet.points), sheet.faces.ravel()
    summed = [np.bincount(owner, np.repeat(column, 3), count) for column in each.T]
    return np.stack(summed, axis=1) / np.bincount(owner, np.repeat(weights, 3), count)[:, None]


def _evening(sheet: Sheet) -> Any:
    """The matrix that averages every point's values with those of its neighbours."""
    import scipy.sparse as sparse

    count = len(sheet.points)
    rows = np.concatenate([sheet.faces.ravel(), np.roll(sheet.faces, -1, axis=1).ravel()])
    columns = np.concatenate([np.roll(sheet.faces, -1, axis=1).ravel(), sheet.faces.ravel()])
    near = sparse.coo_matrix((np.ones(len(rows)), (rows, columns)), (count, count)).tocsr()
    near.data[:] = 1
    near = near + sparse.eye(count)
    return sparse.diags(1 / np.asarray(near.sum(axis=1)).ravel()) @ near
