"""Charts: a surface cut into pieces that are flat enough to lie on a texture.

Faces that look along the same axis and hang together are one chart, laid down as it is seen
along that axis. What belongs here: charts, their places on one square, and which place of the
surface each pixel shows. What does not: colours (`figurine_textures`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.types import Bools, Floats, Indices

Wide = NDArray[np.float64]
Whole = NDArray[np.int64]
PAD_PX = 3
CALMED = 3  # rounds of giving a face its neighbours' axis
FACES_IT = 0.35  # cosine: no flatter may a face lie on its chart
APART = 0.004  # of the surface's size: two layers of one chart are farther apart
SHRINK = 0.94


@dataclass(frozen=True)
class Pixels:
    """The pixels that charts cover, with the place on the surface that each shows.

    Attributes:
        flat: (N,) row by row on the square.
        faces: (N,) which face.
        weights: (N, 3) of its corners.
    """

    flat: Whole
    faces: Whole
    weights: Floats


@dataclass(frozen=True)
class Unwrapped:
    """A surface on a square texture.

    Attributes:
        side_px: of the square.
        uv_px: (F, 3, 2) of the faces' corners, in pixels from the top left.
        charts: (F,) which chart each face is in.
    """

    side_px: int
    uv_px: Floats
    charts: Whole

    def pixels(self) -> Pixels:
        """Every pixel whose middle is on a face; where faces overlap, one of them."""
        return _covered(self.uv_px.astype(np.float64), self.side_px)

    def welded(self, points: Floats, faces: Indices) -> tuple[Floats, Indices, Floats]:
        """Points, faces and coordinates in 0..1, points repeated along the rims of charts."""
        pair = faces.ravel().astype(np.int64) * (int(self.charts.max()) + 1) + np.repeat(
            self.charts, 3
        )
        _, first, number = np.unique(pair, return_index=True, return_inverse=True)
        uv = self.uv_px.reshape(-1, 2)[first] / np.float32(self.side_px)
        return points[faces.ravel()[first]], number.reshape(-1, 3).astype(np.int32), uv


def unwrapped(points: Floats, faces: Indices, fineness: Floats, *, side_px: int) -> Unwrapped:
    """Cut a closed surface into charts and lay them on a square.

    Args:
        points: (V, 3).
        faces: (F, 3).
        fineness: (F,) how much finer than others a face is drawn; equal within a chart.
        side_px: of the square; the charts are as large as fits on it.
    """
    corners = points[faces].astype(np.float64)
    crosses = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    areas = np.linalg.norm(crosses, axis=1)
    normals = crosses / np.maximum(areas, 1e-30)[:, None]
    beside = _neighbours(faces)
    # a chart never holds faces of two finenesses
    kinds = np.unique(fineness, return_inverse=True)[1].reshape(-1)
    axes = _axes(normals, beside)
    flat = _laid(corners, axes) * fineness[:, None, None]
    charts = _pieces(axes + 6 * kinds, beside)
    charts = _single_layered(charts, flat, corners, axes, beside)
    return _packed(flat, charts, side_px)


def _neighbours(faces: Indices) -> Whole:
    """(F, 3) the face across each edge of a closed surface."""
    count = len(faces)
    edges = np.stack([faces, np.roll(faces, -1, axis=1)], axis=2).reshape(-1, 2).astype(np.int64)
    low, high = edges.min(axis=1), edges.max(axis=1)
    order = np.argsort(low * (int(faces.max()) + 1) + high, kind="stable")
    other = np.empty(3 * count, np.int64)
    other[order[0::2]], other[order[1::2]] = order[1::2], order[0::2]
    return (other // 3).reshape(count, 3)


def _axes(normals: Wide, beside: Whole) -> Whole:
    """(F,) 0 to 5: along which axis each face is seen: +x +y +z -x -y -z."""
    facing = np.concatenate([normals, -normals], axis=1)
    axes = facing.argmax(axis=1)
    row = np.arange(len(axes))
    for _ in range(CALMED):
        votes = axes[beside]
        wanted = np.where(votes[:, 1] == votes[:, 2], votes[:, 1], votes[:, 0])
        agree = (votes == wanted[:, None]).sum(axis=1) >= 2
        change = agree & (facing[row, wanted] > FACES_IT)
        axes = np.where(change, wanted, axes)
    return axes


def _laid(corners: Wide, axes: Whole) -> Wide:
    """(F, 3, 2) corners as seen along the axes, y down, never mirrored."""
    flat = np.empty((len(axes), 3, 2))
    views = {0: (2, -1, 1), 1: (0, 1, 2), 2: (0, 1, 1), 3: (2, 1, 1), 4: (0, 1, 2), 5: (0, -1, 1)}
    for axis, (right, sign, up) in views.items():
        of = axes == axis
        flat[of, :, 0] = sign * corners[of][..., right]
        flat[of, :, 1] = (1 if axis == 1 else -1) * corners[of][..., up]
    return flat


def _pieces(kinds: Whole, beside: Whole) -> Whole:
    """(F,) a number per piece of faces of one kind that hang together."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    row = np.repeat(np.arange(len(kinds)), 3)
    column = beside.ravel()
    same = kinds[row] == kinds[column]
    links: Any = coo_matrix(
        (np.ones(int(same.sum()), np.int8), (row[same], column[same])), shape=(len(kinds),) * 2
    )
    return connected_components(links, directed=False)[1].astype(np.int64)


def _single_layered(charts: Whole, flat: Wide, corners: Wide, axes: Whole, beside: Whole) -> Whole:
    """Charts without faces that lie over others of the same chart: these get their own."""
    packed = _packed(flat, charts, 1024)
    flat_px, faces, _ = _candidates(packed.uv_px.astype(np.float64), 1024)
    order = np.argsort(flat_px, kind="stable")
    flat_px, faces = flat_px[order], faces[order]
    twice = np.flatnonzero(flat_px[1:] == flat_px[:-1])
    one, other = faces[twice], faces[twice + 1]
    along = axes % 3
    depth = np.take_along_axis(corners.mean(axis=1), along[:, None], axis=1)[:, 0]
    depth *= np.where(axes < 3, 1, -1)
    gap = APART * float(np.ptp(corners, axis=(0, 1)).max())
    apart = np.abs(depth[one] - depth[other]) > gap
    below = np.where(depth[one] < depth[other], one, other)[apart]
    hidden = np.zeros(len(charts), np.bool_)
    hidden[below] = True
    return _pieces(2 * charts + hidden, beside) if hidden.any() else charts


def _packed(flat: Wide, charts: Whole, side_px: int) -> Unwrapped:
    """The charts in rows, the tallest first, as large as fits."""
    count = int(charts.max()) + 1
    low, high = np.full((count, 2), np.inf), np.full((count, 2), -np.inf)
    np.minimum.at(low, charts, flat.min(axis=1))
    np.maximum.at(high, charts, flat.max(axis=1))
    sizes = high - low
    scale = 1.1 * side_px / float(np.sqrt(sizes.prod(axis=1).sum()))
    while True:
        boxes = np.ceil(sizes * scale).astype(np.int64) + 2 * PAD_PX
        places = _rows(boxes, side_px)
        if places is not None:
            break
        scale *= SHRINK
    uv_px = (flat - low[charts][:, None]) * scale + (places[charts] + PAD_PX)[:, None]
    return Unwrapped(side_px, uv_px.astype(np.float32), charts)


def _rows(boxes: Whole, side_px: int) -> Whole | None:
    """Places of boxes on a square; None where they are too many."""
    if boxes.max() > side_px:
        return None
    places = np.zeros_like(boxes)
    x = y = tall = 0
    for k in np.lexsort((-boxes[:, 0], -boxes[:, 1])).tolist():
        across, down = boxes[k].tolist()
        if x + across > side_px:
            x, y, tall = 0, y + tall, 0
        if y + down > side_px:
            return None
        places[k] = x, y
        x, tall = x + across, max(tall, down)
    return places


def _covered(uv_px: Wide, side_px: int) -> Pixels:
    flat, faces, weights = _candidates(uv_px, side_px)
    # on a shared edge a pixel may be found twice
    flat, first = np.unique(flat, return_index=True)
    return Pixels(flat, faces[first], weights[first].astype(np.float32))


def _candidates(uv_px: Wide, side_px: int) -> tuple[Whole, Whole, Wide]:
    """Pixels whose middle is on a face: where, which face, and weights of its corners."""
    low = np.ceil(uv_px.min(axis=1) - 0.5 - 1e-6).astype(np.int64)
    high = np.floor(uv_px.max(axis=1) - 0.5 + 1e-6).astype(np.int64)
    size = np.maximum(high - low + 1, 0)
    count = size.prod(axis=1)
    owner = np.repeat(np.arange(len(uv_px)), count)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    wide = size[owner, 0]
    x, y = low[owner, 0] + within % wide, low[owner, 1] + within // wide
    a, b, c = uv_px[:, 0], uv_px[:, 1], uv_px[:, 2]
    ab, ac = b - a, c - a
    area = ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0]
    area = np.where(np.abs(area) < 1e-12, 1e-12, area)
    px, py = x + 0.5 - a[owner, 0], y + 0.5 - a[owner, 1]
    v = (px * ac[owner, 1] - py * ac[owner, 0]) / area[owner]
    w = (py * ab[owner, 0] - px * ab[owner, 1]) / area[owner]
    inside: Bools = (v >= -1e-6) & (w >= -1e-6) & (v + w <= 1 + 1e-6)
    v, w = v[inside], w[inside]
    return y[inside] * side_px + x[inside], owner[inside], np.stack([1 - v - w, v, w], axis=1)
