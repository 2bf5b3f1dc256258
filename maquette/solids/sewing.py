"""Sewing: which face continues which across an edge, and which side of it is the outside.

What belongs here: joining points that are one, dropping faces that are none, turning faces the
way their neighbours look, and parting surfaces that only touch along an edge. What does not: new
surface (`holes`, `thin_walls`, `wrapping`), and solids that overlap (`joining`).

Every step keeps the rows of the mesh it began with, so that texture and colours stay.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.solids.soundness import (
    bodies_of,
    degenerates,
    edge_keys,
    edges_of,
    parts_of,
    places,
)

Whole = NDArray[np.int64]
Wide = NDArray[np.float64]
Rows = NDArray[np.bool_]

NOISE_RAD = 1e-7
PART_SHARE = 2e-5  # of the diagonal: 3 micrometres on a print of 15 cm
PART_STEPS = 16  # at least so many steps of float32, wherever the mesh lies


@dataclass(frozen=True)
class Draft:
    """A mesh under the needle.

    Attributes:
        points: (N, 3), each place once, or once per surface where surfaces only touch.
        faces: (F, 3) of those points.
        corners: (F, 3) rows of the mesh it was drafted from: which texture and colour; -1 for
            a corner that mesh did not have.
    """

    points: Wide
    faces: Whole
    corners: Whole

    @property
    def diagonal(self) -> float:
        """Of the box around the points that faces use."""
        used = self.points[np.unique(self.faces)]
        return float(np.linalg.norm(np.ptp(used, axis=0))) if len(used) else 0.0

    def only(self, which: Rows | Whole) -> Draft:
        """Some of the faces."""
        return replace(self, faces=self.faces[which], corners=self.corners[which])


def drafted(points: NDArray[Any], faces: NDArray[Any], *, reach: float = 0.0) -> Draft:
    """Join points within reach of each other; faces and rows are kept one for one."""
    place, first = places(points)
    wide = points[first].astype(np.float64)
    if reach > 0:
        near = _joined(wide, reach)
        lowest = np.full(int(near.max()) + 1, len(near))
        np.minimum.at(lowest, near, np.arange(len(near)))
        place, wide = near[place], wide[lowest]
    corners = faces.astype(np.int64)
    return Draft(wide, place[corners].reshape(-1, 3), corners)


def _joined(points: Wide, reach: float) -> Whole:
    from scipy.spatial import KDTree

    tree: Any = KDTree(points)
    pairs: Whole = tree.query_pairs(reach, output_type="ndarray")
    return parts_of(len(points), pairs[:, 0], pairs[:, 1])


def without_needless(draft: Draft) -> Draft:
    """No face with two corners at one place, and none twice that looks the same way."""
    draft = draft.only(~degenerates(draft.faces))
    order = np.argsort(draft.faces, axis=1)
    ranked = np.take_along_axis(draft.faces, order, axis=1)
    # the same three places in an even permutation are the same side
    side = (order[:, 1] - order[:, 0]) % 3
    _, first = np.unique(np.column_stack([ranked, side]), axis=0, return_index=True)
    return draft.only(np.sort(first))


def cancelled(draft: Draft) -> Draft:
    """Faces that lie back to back fall away: the wall between two solids, folds without depth."""
    _, number, times = np.unique(
        np.sort(draft.faces, axis=1), axis=0, return_inverse=True, return_counts=True
    )
    return draft.only(times[number.reshape(-1)] < 2)


def facing_alike(draft: Draft) -> Draft:
    """Turn faces so that neighbours agree, the larger area deciding for each surface.

    A surface ends where edges are open or crowded. One that has no two sides is left as it is.
    """
    edges = edges_of(draft.faces)
    one, other = partners(draft.faces)
    against = edges[one, 0] == edges[other, 0]  # both run the same way: one must be turned
    left, right, count = one // 3, other // 3, len(draft.faces)
    # every face twice, as it is and turned; what hangs together then looks the same way
    turned = against.astype(np.int64)
    part = parts_of(
        2 * count,
        np.concatenate([left, left + count]),
        np.concatenate([right + turned * count, right + (1 - turned) * count]),
    )
    kept, flipped = part[:count], part[count:]
    weight = areas(draft.points, draft.faces)
    as_is = np.bincount(kept, weights=weight, minlength=int(part.max(initial=0)) + 1)
    turn = as_is[flipped] > as_is[kept]
    # of two ways with equal areas the lower number wins, for all faces of a surface alike
    turn |= (as_is[flipped] == as_is[kept]) & (flipped < kept)
    return turned_over(draft, turn)


def turned_over(draft: Draft, which: Rows) -> Draft:
    """These faces look the other way."""
    back = which[:, None]
    return replace(
        draft,
        faces=np.where(back, draft.faces[:, ::-1], draft.faces),
        corners=np.where(back, draft.corners[:, ::-1], draft.corners),
    )


def partners(faces: Whole) -> tuple[Whole, Whole]:
    """Pairs of half-edges (3 * face + corner) on edges of exactly two faces."""
    keys = edge_keys(edges_of(faces))
    order = np.argsort(keys, kind="stable")
    _, start, times = np.unique(keys[order], return_index=True, return_counts=True)
    two = start[times == 2]
    return order[two], order[two + 1]


def one_sided(draft: Draft) -> Draft:
    """Of surfaces that were drawn once for each side, keep the side that comes first.

    Two solids with a common wall have such twins too, but only there; they stay.
    """
    _, first, number, times = np.unique(
        np.sort(draft.faces, axis=1), axis=0, return_index=True, return_inverse=True,
        return_counts=True,
    )  # fmt: skip
    number = number.reshape(-1)
    body = bodies_of(draft.faces)
    twins = np.bincount(body, weights=times[number] > 1) == np.bincount(body)
    second = first[number] != np.arange(len(number))
    return draft.only(~(twins[body] & second))


def parted_surfaces(draft: Draft) -> Draft:
    """Give each surface its own points along edges that more than two faces share.

    Around such an edge a face is joined to the one that ends the solid it begins. What finds no
    partner is left with an open edge. The points stay in one place; see `pulled_apart`.
    """
    parted = _parted_once(draft)
    still = _crowded(parted.faces)
    if not len(still):
        return parted
    # surfaces that are one around both ends of an edge can only be parted in its middle
    return _parted_once(_halved(draft, edge_keys(edges_of(draft.faces)[still])))


def _parted_once(draft: Draft) -> Draft:
    crowded = _crowded(draft.faces)
    if not len(crowded):
        return draft
    one, other = partners(draft.faces)
    matched = _matched(draft, crowded)
    fan = fans(
        draft.faces,
        np.concatenate([one, matched[:, 0]]),
        np.concatenate([other, matched[:, 1]]),
    )
    touched = np.zeros(len(draft.points), np.bool_)
    touched[edges_of(draft.faces)[crowded].ravel()] = True
    place = draft.faces.ravel()
    fresh = np.where(touched[place], fan + len(draft.points), place)
    _, first, number = np.unique(fresh, return_index=True, return_inverse=True)
    return Draft(draft.points[place[first]], number.reshape(-1, 3), draft.corners)


def _halved(draft: Draft, keys: Whole) -> Draft:
    """Cut edges in their middle, and the faces beside them in two."""
    keys = np.unique(keys)
    low, high = keys >> 32, keys & 0xFFFFFFFF
    points = np.concatenate([draft.points, (draft.points[low] + draft.points[high]) / 2])
    faces, corners = draft.faces, draft.corners
    while True:
        found = edge_keys(edges_of(faces)).reshape(-1, 3)
        at = np.minimum(np.searchsorted(keys, found), len(keys) - 1)
        marked = keys[at] == found
        cut = np.flatnonzero(marked.any(axis=1))
        if not len(cut):
            return Draft(points, faces, corners)
        side = marked[cut].argmax(axis=1)
        turn = (side[:, None] + np.arange(3)) % 3  # so that the edge to cut is the first
        ids = np.take_along_axis(faces[cut], turn, axis=1)
        rows = np.take_along_axis(corners[cut], turn, axis=1)
        middle = len(draft.points) + at[cut, side]
        unknown = np.full(len(cut), -1)
        first = [np.column_stack([ids[:, 0], middle, ids[:, 2]]),
                 np.column_stack([rows[:, 0], unknown, rows[:, 2]])]  # fmt: skip
        second = [np.column_stack([middle, ids[:, 1], ids[:, 2]]),
                  np.column_stack([unknown, rows[:, 1], rows[:, 2]])]  # fmt: skip
        kept = ~marked.any(axis=1)
        faces = np.concatenate([faces[kept], first[0], second[0]])
        corners = np.concatenate([corners[kept], first[1], second[1]])


def fans(faces: Whole, one: Whole, other: Whole) -> Whole:
    """(3 F,) a number per corner: faces joined across these half-edges share their corners."""
    step = np.arange(3 * len(faces))
    nexts = step // 3 * 3 + (step + 1) % 3
    along = faces.ravel()[one] == faces.ravel()[other]
    tails = np.where(along, other, nexts[other])
    heads = np.where(along, nexts[other], other)
    return parts_of(len(step), np.concatenate([one, nexts[one]]), np.concatenate([tails, heads]))


def _crowded(faces: Whole) -> Whole:
    """Half-edges on edges of more than two faces, those of one edge after each other."""
    keys = edge_keys(edges_of(faces))
    order = np.argsort(keys, kind="stable")
    _, number, times = np.unique(keys[order], return_inverse=True, return_counts=True)
    return order[times[number] > 2]


def _matched(draft: Draft, crowded: Whole) -> Whole:
    """(M, 2) half-edges of crowded edges that bound a solid between them."""
    edges = edges_of(draft.faces)[crowded]
    low, high = edges.min(axis=1), edges.max(axis=1)
    ends = edges[:, 0] == low  # the solid lies at angles below this face
    apex = draft.points[draft.faces[crowded // 3, (crowded + 2) % 3]]
    angle = _angles(draft.points[low], draft.points[high], apex)
    keys = low << 32 | high
    order = np.lexsort((~ends, angle, keys))
    starts = np.flatnonzero(np.diff(keys[order], prepend=-1))
    pairs: list[tuple[int, int]] = []
    for around in np.split(order, starts[1:]):
        pairs += _bracketed(around.tolist(), ends)
    found = np.array(pairs, np.int64).reshape(-1, 2)
    return crowded[found]


def _angles(low: Wide, high: Wide, apex: Wide) -> Wide:
    """How far around the edge from low to high each apex stands, from a side fixed per edge."""
    axis = high - low
    axis /= np.maximum(np.linalg.norm(axis, axis=1, keepdims=True), 1e-300)
    aside = np.eye(3)[np.abs(axis).argmin(axis=1)]
    east = np.cross(axis, aside)
    east /= np.maximum(np.linalg.norm(east, axis=1, keepdims=True), 1e-300)
    north = np.cross(axis, east)
    to = apex - low
    angle = np.arctan2(np.einsum("ij,ij->i", to, north), np.einsum("ij,ij->i", to, east))
    # faces that lie on each other shall not be told apart by rounding noise
    return np.round(np.where(angle < NOISE_RAD - np.pi, np.pi, angle) / NOISE_RAD)


def _bracketed(around: list[int], ends: Rows) -> list[tuple[int, int]]:
    """Pair what begins a solid with what ends it, like brackets on a ring."""
    pairs: list[tuple[int, int]] = []
    begun: list[int] = []
    for face in around + around:  # twice: a solid may lie across the first angle
        if any(face in pair for pair in pairs):
            continue
        if not ends[face]:
            begun = [*begun, face] if face not in begun else begun
        elif begun:
            pairs.append((begun.pop(), face))
    return pairs


def pulled_apart(draft: Draft) -> Draft:
    """Move points that share a place a hair into their own solids, along crowded edges.

    Files without indices would join them again, and slicers would count the edges as open.
    """
    place, _ = places(draft.points)
    crowded = _crowded(place[draft.faces])
    if not len(crowded):
        return draft
    touched = np.zeros(int(place.max()) + 1, np.bool_)
    touched[place[draft.faces.ravel()[crowded]]] = True
    touched[place[np.roll(draft.faces, -1, axis=1).ravel()[crowded]]] = True
    moved = touched[place]
    normals = point_normals(draft.points, draft.faces)
    finest = np.spacing(np.abs(draft.points).max(initial=0).astype(np.float32))
    hair = max(PART_SHARE * draft.diagonal, PART_STEPS * float(finest))
    points = draft.points - np.where(moved[:, None], hair * normals, 0)
    return replace(draft, points=points)


def areas(points: Wide, faces: Whole) -> Wide:
    """(F,) the area of each face."""
    a, b, c = (points[faces[:, k]] for k in range(3))
    return np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2


def needles(points: Wide, faces: Whole, *, width: float) -> Rows:
    """(F,) faces whose three corners stand in one line, within a width."""
    corners = points[faces]
    longest = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2).max(axis=1)
    return 2 * areas(points, faces) <= width * longest


def point_normals(points: Wide, faces: Whole) -> Wide:
    """(N, 3) unit normals, each face counted by its angle at the point; zero where none is."""
    corners = points[faces]
    along = np.roll(corners, -1, axis=1) - corners
    along /= np.maximum(np.linalg.norm(along, axis=2, keepdims=True), 1e-300)
    cosines = np.einsum("fkd,fkd->fk", along, -np.roll(along, 1, axis=1))
    angles = np.arccos(np.clip(cosines, -1, 1))
    across = np.cross(along[:, 0], along[:, 1])
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-300)
    shares = (angles[:, :, None] * across[:, None]).reshape(-1, 3)
    summed = np.column_stack(
        [np.bincount(faces.ravel(), shares[:, axis], minlength=len(points)) for axis in range(3)]
    )
    return summed / np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), 1e-300)


def split_in_bodies(draft: Draft) -> list[Draft]:
    """The parts that share no edge, those of the first faces first."""
    body = bodies_of(draft.faces)
    order = np.argsort(body, kind="stable")
    starts = np.flatnonzero(np.diff(body[order], prepend=-1))
    return [draft.only(rows) for rows in np.split(order, starts[1:])] if len(order) else []
