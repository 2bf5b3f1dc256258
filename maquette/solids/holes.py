"""Holes: loops of open edges, and the faces that close them.

What belongs here: finding holes and filling those that were surely surface. What does not:
sheets that were never closed (`thin_walls`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from maquette.solids.sewing import Draft, areas
from maquette.solids.soundness import bodies_of, edge_keys, edges_of

Whole = NDArray[np.int64]
Wide = NDArray[np.float64]

SMALL_SHARE = 0.015  # of its body's surface: such a hole is always damage
ONLY_SHARE = 0.03  # the same, where closing it closes the body
SLIT_SHARE = 0.009  # of the diagonal: so is one that is narrow, however long
LARGE_SHARE = 0.35  # above this the patch would be a guess, whatever it looks like
SMOOTH_COSINE = 0.7  # the patch goes on as its neighbours do, within 45 degrees
SMOOTH_SHARE = 0.3  # of the rim's length
FULL_SEARCH = 160  # corners up to which the smallest patch is searched for
TIDY = 1e-4  # how much a long chord costs against area: only settles ties


@dataclass(frozen=True)
class Filled:
    """A draft with its holes closed, as far as they should be.

    Attributes:
        patches: how many holes were filled.
        left: how many were left open, because filling them would be a guess.
    """

    draft: Draft
    patches: int
    left: int


def filled(draft: Draft) -> Filled:
    """Close small holes, and larger ones whose patch goes on as the surface around it does."""
    open_edges, owner = _rims(draft.faces)
    if not len(open_edges):
        return Filled(draft, 0, 0)
    loops = _loops(draft.points, open_edges)
    beside = _Beside.of(draft, owner, [rim for _, rim in loops])
    taken = set(edge_keys(edges_of(draft.faces)).tolist())
    patches: list[Whole] = []
    for loop, rim in loops:
        patch = _patch(draft.points, loop, taken)
        if patch is not None and beside.lost(patch, loop, rim):
            patches.append(patch)
            taken.update(edge_keys(edges_of(patch)).tolist())
    return Filled(_with(draft, patches), len(patches), len(loops) - len(patches))


@dataclass(frozen=True)
class _Beside:
    """What surrounds the holes: it tells a hole from the end of a sheet."""

    points: Wide
    bodies: Whole  # (E,) of the face beside each open edge
    normals: Wide  # (E, 3) likewise
    areas: Wide  # of each body
    holes: Whole  # how many each body has
    slit: float

    @classmethod
    def of(cls, draft: Draft, owner: Whole, rims: list[list[int]]) -> _Beside:
        body = bodies_of(draft.faces)
        weight = np.bincount(body, weights=areas(draft.points, draft.faces)).astype(np.float64)
        holes = np.zeros(len(weight), np.int64)
        for rim in rims:
            holes[np.unique(body[owner[rim]])] += 1
        normals = _face_normals(draft.points, draft.faces)[owner]
        slit = SLIT_SHARE * draft.diagonal
        return cls(draft.points, body[owner], normals, weight, holes, slit)

    def lost(self, patch: Whole, loop: list[int], rim: list[int]) -> bool:
        """Whether this patch was surely a part of the surface."""
        bodies = np.unique(self.bodies[rim])
        share = float(areas(self.points, patch).sum() / self.areas[bodies].sum())
        if share > LARGE_SHARE:
            return False
        is_only = int(self.holes[bodies].max()) == 1
        if share <= (ONLY_SHARE if is_only else SMALL_SHARE):
            return True
        if _depth(self.points, patch, loop) <= self.slit:
            return True
        ring = np.array(loop)
        lengths = np.linalg.norm(self.points[np.roll(ring, -1)] - self.points[ring], axis=1)
        goes_on = float(lengths[self._turns(patch, loop, rim) > SMOOTH_COSINE].sum())
        return goes_on >= SMOOTH_SHARE * float(lengths.sum())

    def _turns(self, patch: Whole, loop: list[int], rim: list[int]) -> Wide:
        """(E,) cosine between the patch and the surface beside it, along the rim."""
        at = {tuple(edge): row // 3 for row, edge in enumerate(edges_of(patch).tolist())}
        rows = [at[edge] for edge in zip(loop, [*loop[1:], loop[0]], strict=True)]
        normals = _face_normals(self.points, patch)[rows]
        return np.einsum("ij,ij->i", normals, self.normals[rim])


def _with(draft: Draft, patches: list[Whole]) -> Draft:
    """The draft with more faces; their corners borrow the rows of faces beside them."""
    if not patches:
        return draft
    row = np.zeros(len(draft.points), np.int64)
    row[draft.faces.ravel()] = draft.corners.ravel()
    fresh = np.concatenate(patches)
    return replace(
        draft,
        faces=np.concatenate([draft.faces, fresh]),
        corners=np.concatenate([draft.corners, row[fresh]]),
    )


def _rims(faces: Whole) -> tuple[Whole, Whole]:
    """(E, 2) open edges as a patch would run along them, and the face beside each."""
    edges = edges_of(faces)
    keys = edge_keys(edges)
    _, number, times = np.unique(keys, return_inverse=True, return_counts=True)
    alone = np.flatnonzero(times[number] == 1)
    return edges[alone][:, ::-1], alone // 3


def _loops(points: Wide, open_edges: Whole) -> list[tuple[list[int], list[int]]]:
    """Rings of open edges that pass no point twice: their points, and the numbers of the edges."""
    leaving: dict[int, list[int]] = {}
    for number, (start, _) in reversed(list(enumerate(open_edges.tolist()))):
        leaving.setdefault(start, []).append(number)
    ends = open_edges[:, 1].tolist()
    along = points[open_edges[:, 1]] - points[open_edges[:, 0]]
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-300)
    found: list[tuple[list[int], list[int]]] = []
    for start in list(leaving):
        while leaving[start]:
            found += _walk(start, leaving, ends, along)
    return found


def _walk(
    start: int, leaving: dict[int, list[int]], ends: list[int], along: Wide
) -> list[tuple[list[int], list[int]]]:
    """Walk until the way ends; every ring closed on the way is cut off."""
    rings: list[tuple[list[int], list[int]]] = []
    path, rim, seen = [start], list[int](), {start: 0}
    while leaving.get(path[-1]):
        ways = leaving[path[-1]]
        # where holes meet, the way back at the sharpest angle stays at the same hole
        sharpest = np.argmin(along[ways] @ along[rim[-1]]) if rim else -1
        number = ways.pop(int(sharpest))
        rim.append(number)
        here = ends[number]
        if here in seen:
            at = seen[here]
            rings.append((path[at:], rim[at:]))
            for gone in path[at + 1 :]:
                del seen[gone]
            del path[at + 1 :], rim[at:]
        else:
            seen[here] = len(path)
            path.append(here)
    return rings


def _depth(points: Wide, patch: Whole, loop: list[int]) -> float:
    """How far a patch's middles are from its rim at most."""
    ring = points[loop]
    along = np.roll(ring, -1, axis=0) - ring
    to = points[patch].mean(axis=1)[:, None] - ring[None]
    squared = np.maximum(np.einsum("ij,ij->i", along, along), 1e-300)
    share = np.clip(np.einsum("mij,ij->mi", to, along) / squared, 0, 1)
    gaps = np.linalg.norm(to - share[..., None] * along, axis=2)
    return float(gaps.min(axis=1).max())


def _face_normals(points: Wide, faces: Whole) -> Wide:
    a, b, c = (points[faces[:, k]] for k in range(3))
    across = np.cross(b - a, c - a)
    return across / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-300)


def _patch(points: Wide, loop: list[int], taken: set[int]) -> Whole | None:
    """Faces over a loop, or None for one that cannot be closed without a crowded edge."""
    if len(loop) < 3:
        return None
    ring = np.array(loop, np.int64)
    if len(loop) <= FULL_SEARCH:
        return _smallest(points[ring], ring, taken)
    return _halved(points, loop, taken)


def _smallest(corners: Wide, ring: Whole, taken: set[int]) -> Whole | None:
    """The patch of least area whose chords are no edges yet, by dynamic programming."""
    count = len(ring)
    chords = np.linalg.norm(corners[:, None] - corners[None], axis=2)
    cost = np.full((count, count), np.inf)
    step = np.arange(count - 1)
    cost[step, step + 1] = 0
    middle = np.zeros((count, count), np.int64)
    barred = _barred(ring, taken)
    for span in range(2, count):
        for i in range(count - span):
            j = i + span
            if barred[i, j]:
                continue
            k = np.arange(i + 1, j)
            across = np.cross(corners[k] - corners[i], corners[j] - corners[i])
            area = np.sqrt(np.einsum("ij,ij->i", across, across)) / 2
            total = cost[i, k] + cost[k, j] + area
            best = int(total.argmin())
            cost[i, j] = total[best] + TIDY * chords[i, j] ** 2
            middle[i, j] = k[best]
    if not np.isfinite(cost[0, count - 1]):
        return None
    return ring[_unrolled(middle, count)]


def _barred(ring: Whole, taken: set[int]) -> NDArray[np.bool_]:
    """(N, N) which chords are edges of the mesh already; the rim itself is not barred."""
    count = len(ring)
    low = np.minimum(ring[:, None], ring[None])
    high = np.maximum(ring[:, None], ring[None])
    keys = (low << 32 | high).ravel().tolist()
    barred = np.array([key in taken for key in keys]).reshape(count, count)
    step = np.arange(count)
    barred[step, (step + 1) % count] = barred[(step + 1) % count, step] = False
    return barred


def _unrolled(middle: Whole, count: int) -> Whole:
    faces: list[tuple[int, int, int]] = []
    open_spans = [(0, count - 1)]
    while open_spans:
        i, j = open_spans.pop()
        if j - i < 2:
            continue
        k = int(middle[i, j])
        faces.append((i, k, j))
        open_spans += [(i, k), (k, j)]
    return np.array(faces, np.int64)


def _halved(points: Wide, loop: list[int], taken: set[int]) -> Whole | None:
    """A long loop cut across where its two sides come closest, and each half filled."""
    ring = np.array(loop, np.int64)
    count, quarter = len(loop), len(loop) // 4
    best, cut = np.inf, (0, 0)
    for i in range(count // 2):
        opposite = np.arange(i + quarter, min(i + count - quarter, count))
        gaps = np.linalg.norm(points[ring[opposite]] - points[ring[i]], axis=1)
        for place in np.argsort(gaps, kind="stable")[:3].tolist():
            low, high = sorted((loop[i], loop[opposite[place]]))
            if gaps[place] < best and (low << 32 | high) not in taken:
                best, cut = float(gaps[place]), (i, int(opposite[place]))
                break
    if not np.isfinite(best):
        return None
    i, j = cut
    halves = [_patch(points, part, taken) for part in (loop[i : j + 1], loop[j:] + loop[: i + 1])]
    sound = [half for half in halves if half is not None]
    return np.concatenate(sound) if len(sound) == 2 else None
