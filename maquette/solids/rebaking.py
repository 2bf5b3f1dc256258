"""Re-baking: new geometry gets the looks of the mesh it was made from.

A new face takes its texture coordinates from the old surface beneath it, so most of the old
texture is used as it is, not resampled. That fails for faces that lie across a seam of the old
texture, or that span what the texture bends: those get a place of their own below it, baked
from the old one (`patches`). Colours of points are read off at the closest place.
What belongs here: which looks a new face gets. What does not: pixels (`patches`), and the
search for the closest place (`closest_points`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from maquette.solids.closest_points import Rows, Surface, Wide
from maquette.solids.patches import Patched, Spots, patched
from maquette.solids.soundness import bodies_of
from maquette.solids.textures import decode_png, encode_png
from maquette.types import Bools, Bytes, Floats, Indices, Mesh

NEIGHBOURS, MORE_NEIGHBOURS = 8, 48  # pieces of the old surface looked at around a corner
FACING = 0.2  # cosine: faces turned further apart are on different sides of something
BEHIND = 0.25  # of a face's size: how much farther a place may be that faces the same way
MOST_OFF_PX = 2.0  # how far texture coordinates may be from where they should be
WIDE_PX = 6.0  # faces wider than this are checked along their edges too
TILE_SLACK = 1e-4


def carried(source: Mesh, points: Floats, faces: Indices) -> Mesh:
    """New geometry with the looks of the mesh it was made from.

    Faces keep their order and places; points are repeated where looks change abruptly. A plain
    source costs nothing.

    Args:
        source: what it looked like; its geometry is near the new one.
        points: (V, 3) of the new geometry.
        faces: (F, 3) of the new geometry.
    """
    plain = Mesh(points, faces, np.zeros((len(points), 2), np.float32))
    if (source.colours is None and source.texture_png is None) or not len(faces):
        return plain
    looks = _Looks.of(source)
    laid = _laid(looks, points, faces)
    if looks.texture is None or source.texture_png is None:
        return _assembled(plain, laid, None, alpha_cutoff=source.alpha_cutoff)
    lost = np.flatnonzero(~laid.good)
    if not len(lost):
        return _assembled(plain, laid, source.texture_png, alpha_cutoff=source.alpha_cutoff)
    rebaked = _rebaked(looks, laid, lost, points.astype(np.float64)[faces[lost]])
    uv = rebaked.moved(laid.uv)
    uv[lost] = rebaked.uv
    pixels = rebaked.texture
    if pixels[..., 3].min() == 255:
        pixels = np.ascontiguousarray(pixels[..., :3])
    laid = replace(laid, uv=uv)
    return _assembled(plain, laid, encode_png(pixels), alpha_cutoff=source.alpha_cutoff)


@dataclass(frozen=True)
class _Looks:
    """The old mesh as it is asked: its surface, and what is on it."""

    surface: Surface
    normals: Wide  # (F, 3)
    charts: Rows  # (F,) faces of one chart are joined without a seam
    uv: Wide  # (F, 3, 2)
    colours: Wide | None  # (F, 3, 4)
    texture: Bytes | None
    px_per_m: Wide  # (F,) how fine the texture is on each face

    @classmethod
    def of(cls, source: Mesh) -> _Looks:
        faces = source.faces
        surface = Surface(source.points, faces)
        texture = None if source.texture_png is None else decode_png(source.texture_png)
        colours = None if source.colours is None else source.colours[faces].astype(np.float64)
        uv = source.uv.astype(np.float64)[faces]
        crosses = _crosses(surface.corners)
        areas = np.linalg.norm(crosses, axis=1)
        normals = crosses / np.maximum(areas, 1e-300)[:, None]
        fineness = np.ones(len(faces)) if texture is None else _px_per_m(uv, texture, areas)
        charts = bodies_of(_labels(source)[faces])
        return cls(surface, normals, charts, uv, colours, texture, fineness)

    def chosen(self, points: Wide, normals: Wide, slack: Wide) -> tuple[Rows, Wide]:
        """For each point the face beneath it and weights: nearest, and not from behind."""
        found = self.surface.closest(points)
        agree = np.einsum("nd,nd->n", self.normals[found.faces], normals)
        behind = np.flatnonzero(agree < FACING)
        if len(behind):
            # a thin wall: its other side may be nearer, and look otherwise
            near = self.surface.near(points[behind], count=NEIGHBOURS)
            agree = np.einsum("nkd,nd->nk", self.normals[near.faces], normals[behind])
            off = near.distances - found.distances[behind, None]
            cost = np.where(off <= slack[behind, None], 1 - agree, np.inf)
            pick = cost.argmin(axis=1)
            row = np.arange(len(behind))
            better = np.isfinite(cost[row, pick]) & (agree[row, pick] >= FACING)
            rows = behind[better]
            found.faces[rows] = near.faces[row, pick][better]
            found.weights[rows] = near.weights[row, pick][better]
        return found.faces, found.weights

    def uv_at(self, faces: Rows, weights: Wide) -> Wide:
        """Texture coordinates at places on faces."""
        return np.einsum("...k,...kd->...d", weights, self.uv[faces])


@dataclass(frozen=True)
class _Wanted:
    """For each new face: the chart its corners should be in, and how far off it they may be."""

    charts: Rows  # (F,)
    off_m: Wide  # (F,)

    def of(self, which: Rows) -> _Wanted:
        return _Wanted(self.charts[which], self.off_m[which])


@dataclass(frozen=True)
class _Laid:
    """What the corners of the new faces take from the old surface."""

    middle_uv: Wide  # (F, 2) at the faces' middles
    beneath: Rows  # (F,) the old face there
    keys: Rows  # (F, 3) corners at one point with equal keys look the same
    uv: Wide  # (F, 3, 2)
    colours: Bytes | None  # (F, 3, 4)
    good: Bools  # (F,) whether its texture coordinates can be used


def _laid(looks: _Looks, points: Floats, faces: Indices) -> _Laid:
    """Lay the new faces on the old surface, each within the chart beneath its middle."""
    wide = points.astype(np.float64)
    corners = wide[faces]
    middles, normals, size_m = corners.mean(axis=1), _normals(corners), _longest(corners)
    beneath, weights = looks.chosen(middles, normals, BEHIND * size_m)
    wanted = _Wanted(looks.charts[beneath], MOST_OFF_PX / looks.px_per_m[beneath])
    old, spots, within = _in_charts(looks, wide, faces, wanted)
    uv = looks.uv_at(old, spots)
    middle_uv = looks.uv_at(beneath, weights)
    colours = None
    if looks.colours is not None:
        mixed = np.einsum("fck,fckd->fcd", spots, looks.colours[old])
        colours = np.rint(mixed).astype(np.uint8)
    good = within.all(axis=1)
    if looks.texture is not None:
        good &= _true(looks, corners, uv, middle_uv, wanted)
    # in a tile of its own: what is below the texture must not show where it repeats
    tile = np.floor(uv.min(axis=1) + TILE_SLACK)
    good &= (uv.max(axis=1) - tile <= 1 + TILE_SLACK).all(axis=1)
    uv -= tile[:, None]
    tile_key = (tile[:, 0] * 4096 + tile[:, 1]).astype(np.int64)
    keys = np.where(within, wanted.charts[:, None], -1 - old) + (tile_key[:, None] << 32)
    return _Laid(middle_uv - tile, beneath, keys, uv, colours, good)


def _in_charts(
    looks: _Looks, points: Wide, faces: Indices, wanted: _Wanted
) -> tuple[Rows, Wide, Bools]:
    """For each corner an old face of the chart that its face is in, and where on it.

    Also whether there is one near enough; where not, the old face is simply the nearest.
    """
    old, spots, within = _picked(looks, points, faces, wanted, NEIGHBOURS)
    # around the tip of a fan the first neighbours may all be of other charts
    again = np.flatnonzero(~within.all(axis=1))
    if len(again):
        used, corners = np.unique(faces[again], return_inverse=True)
        corners = corners.reshape(-1, 3).astype(np.int32)
        old[again], spots[again], within[again] = _picked(
            looks, points[used], corners, wanted.of(again), MORE_NEIGHBOURS
        )
    return old, spots, within


def _picked(
    looks: _Looks, points: Wide, faces: Indices, wanted: _Wanted, count: int
) -> tuple[Rows, Wide, Bools]:
    near = looks.surface.near(points, count=count)
    distances = near.distances[faces]
    own = np.where(
        looks.charts[near.faces][faces] == wanted.charts[:, None, None], distances, np.inf
    )
    within = own.min(axis=2) <= distances.min(axis=2) + wanted.off_m[:, None]
    pick = np.where(within, own.argmin(axis=2), distances.argmin(axis=2))
    return near.faces[faces, pick], near.weights[faces, pick], within


def _true(looks: _Looks, corners: Wide, uv: Wide, middle_uv: Wide, wanted: _Wanted) -> Bools:
    """Whether straight lines between the corners' coordinates are where they should be."""
    assert looks.texture is not None
    size_px = np.array(looks.texture.shape[1::-1], np.float64)
    off_px = np.linalg.norm((uv.mean(axis=1) - middle_uv) * size_px, axis=1)
    good = off_px <= MOST_OFF_PX
    wide = np.flatnonzero(good & (_longest(uv * size_px) > WIDE_PX))
    if not len(wide):
        return good
    ends, ends_uv = corners[wide], uv[wide]
    halfway = (ends + np.roll(ends, -1, axis=1)).reshape(-1, 3) / 2
    halfway_uv = (ends_uv + np.roll(ends_uv, -1, axis=1)) / 2
    rows = np.arange(len(halfway), dtype=np.int32).reshape(-1, 3)
    old, spots, within = _in_charts(looks, halfway, rows, wanted.of(wide))
    there = looks.uv_at(old, spots)
    off_px = np.linalg.norm((there - halfway_uv) * size_px, axis=2)
    good[wide] = (within & (off_px <= MOST_OFF_PX)).all(axis=1)
    return good


def _rebaked(looks: _Looks, laid: _Laid, lost: Rows, corners: Wide) -> Patched:
    """A texture with places for the faces that the old one cannot serve."""
    assert looks.texture is not None
    normals, size_m = _normals(corners), _longest(corners)

    def art_at(points: Wide, owners: Rows) -> Wide:
        faces, weights = looks.chosen(points, normals[owners], BEHIND * size_m[owners])
        return looks.uv_at(faces, weights)

    spots = Spots(corners, looks.px_per_m[laid.beneath[lost]], laid.middle_uv[lost])
    return patched(looks.texture, spots, art_at)


def _assembled(
    plain: Mesh, laid: _Laid, texture_png: bytes | None, *, alpha_cutoff: float | None
) -> Mesh:
    """One point per place and look: corners that agree share it."""
    textured = texture_png is not None
    keys = laid.keys.copy()
    if textured:
        keys[~laid.good] = -(1 << 40) - np.arange(3 * int((~laid.good).sum())).reshape(-1, 3)
    pair = np.stack([plain.faces.ravel().astype(np.int64), keys.ravel()], axis=1)
    order = np.lexsort((pair[:, 1], pair[:, 0]))
    new = np.ones(len(order), np.bool_)
    new[1:] = (pair[order[1:]] != pair[order[:-1]]).any(axis=1)
    number = np.empty(len(order), np.int32)
    number[order] = np.cumsum(new) - 1
    first = order[new]
    uv = laid.uv.reshape(-1, 2)[first] if textured else np.zeros((len(first), 2))
    return Mesh(
        points=plain.points[pair[first, 0]],
        faces=number.reshape(-1, 3),
        uv=uv.astype(np.float32),
        texture_png=texture_png,
        alpha_cutoff=alpha_cutoff,
        colours=None if laid.colours is None else laid.colours.reshape(-1, 4)[first],
    )


def _labels(source: Mesh) -> NDArray[np.int64]:
    """A number per point, the same for points with equal place, coordinates and colour."""
    parts = [source.points.view(np.uint32), source.uv.view(np.uint32)]
    if source.colours is not None:
        parts.append(np.ascontiguousarray(source.colours).view(np.uint32))
    rows = np.ascontiguousarray(np.concatenate(parts, axis=1))
    whole = rows.view(f"V{rows.shape[1] * 4}").ravel()
    return np.unique(whole, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _px_per_m(uv: Wide, texture: Bytes, double_m2: Wide) -> Wide:
    """(F,) how many pixels of texture a metre of each face gets, within reason."""
    edges = (uv[:, 1:] - uv[:, :1]) * texture.shape[1::-1]
    double_px2 = np.abs(edges[:, 0, 0] * edges[:, 1, 1] - edges[:, 0, 1] * edges[:, 1, 0])
    usual = max(float(np.sqrt(double_px2.sum() / max(double_m2.sum(), 1e-300))), 1e-6)
    own = np.sqrt(double_px2 / np.maximum(double_m2, 1e-300))
    return np.clip(own, usual / 4, usual * 4)


def _crosses(corners: Wide) -> Wide:
    return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])


def _normals(corners: Wide) -> Wide:
    crosses = _crosses(corners)
    return crosses / np.maximum(np.linalg.norm(crosses, axis=1, keepdims=True), 1e-300)


def _longest(corners: Wide) -> Wide:
    """(F,) the longest edge of (F, 3, D) triangles."""
    return np.sqrt(((np.roll(corners, -1, axis=1) - corners) ** 2).sum(axis=2).max(axis=1))
