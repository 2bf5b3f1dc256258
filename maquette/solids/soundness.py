"""Whether a mesh is a solid: closed, manifold and oriented, with equal positions merged.

What belongs here: counts that tell what is wrong with points and faces, and the bodies they fall
into. What does not: making it right (`maquette.solids.ladder`), and shading (`surfaces`).

Slicers read files that have no indices, so points at one float32 position are one point here,
however they are indexed.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Wide = NDArray[np.float64]

# odd numbers, far apart in their bits: three coordinates to one number, seldom the same twice
MIXERS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)


@dataclass(frozen=True)
class Soundness:
    """What is wrong with a mesh, by count; all zero for a solid that prints.

    Attributes:
        open_edges: edges with one face only.
        crowded_edges: edges of more than two faces.
        flipped_edges: directed edges used more than once: neighbours disagree on the outside.
        degenerate_faces: faces with two corners at one place.
        duplicate_faces: faces on the same three places as an earlier one.
        bodies: parts that share no edge.
        volume: enclosed, in the cube of the points' unit; negative when inside out.
    """

    faces: int
    open_edges: int
    crowded_edges: int
    flipped_edges: int
    degenerate_faces: int
    duplicate_faces: int
    bodies: int
    volume: float

    @property
    def sound(self) -> bool:
        """Whether this encloses a volume and every slicer will see the same one."""
        return self.faces > 0 and self.volume > 0 and not any(self.troubles.values())

    @property
    def troubles(self) -> dict[str, int]:
        """The counts that must be zero."""
        kept = asdict(self)
        return {
            name: kept[name]
            for name in (
                "open_edges",
                "crowded_edges",
                "flipped_edges",
                "degenerate_faces",
                "duplicate_faces",
            )
        }


def soundness_of(points: NDArray[Any], faces: NDArray[Any]) -> Soundness:
    """Judge a mesh in the unit its points are in; they are rounded to float32 first."""
    place, first = places(points)
    corners = place[faces.astype(np.int64)].reshape(-1, 3)
    degenerate = degenerates(corners)
    whole = corners[~degenerate]
    duplicate = duplicates(whole)
    edges = edges_of(whole)
    _, times = np.unique(edge_keys(edges), return_counts=True)
    _, directed = np.unique(_directed_keys(edges), return_counts=True)
    return Soundness(
        faces=len(faces),
        open_edges=int((times == 1).sum()),
        crowded_edges=int((times > 2).sum()),
        flipped_edges=int((directed > 1).sum()),
        degenerate_faces=int(degenerate.sum()),
        duplicate_faces=int(duplicate.sum()),
        bodies=int(bodies_of(whole).max(initial=-1)) + 1,
        volume=volume_of(np.asarray(points, np.float32)[first], whole),
    )


def places(points: NDArray[Any]) -> tuple[Whole, Whole]:
    """A number per point, the same for equal float32 positions; and a point of each number."""
    exact = np.ascontiguousarray(np.asarray(points, np.float32) + np.float32(0))  # -0 becomes 0
    bits = exact.view(np.uint32).reshape(-1, 3).astype(np.uint64)
    mixed = np.zeros(len(bits), np.uint64)
    for axis, mixer in enumerate(MIXERS):
        mixed = (mixed ^ bits[:, axis]) * np.uint64(mixer)
        mixed ^= mixed >> np.uint64(29)
    _, first, number = np.unique(mixed, return_index=True, return_inverse=True)
    if not np.array_equal(exact[first][number], exact):  # two places with one number: never yet
        _, first, number = np.unique(exact, axis=0, return_index=True, return_inverse=True)
    return number.reshape(-1).astype(np.int64), first.astype(np.int64)


def edges_of(faces: NDArray[Any]) -> Whole:
    """(3 F, 2) directed edges: those of the first face, then of the second, ..."""
    wide = faces.astype(np.int64)
    return np.stack([wide, np.roll(wide, -1, axis=1)], axis=2).reshape(-1, 2)


def edge_keys(edges: Whole) -> Whole:
    """One number per edge, the same in both directions."""
    return edges.min(axis=1) << 32 | edges.max(axis=1)


def _directed_keys(edges: Whole) -> Whole:
    return edges[:, 0] << 32 | edges[:, 1]


def degenerates(faces: NDArray[Any]) -> NDArray[np.bool_]:
    """Which faces name a point twice."""
    a, b, c = faces[:, 0], faces[:, 1], faces[:, 2]
    return (a == b) | (b == c) | (c == a)


def duplicates(faces: NDArray[Any]) -> NDArray[np.bool_]:
    """Which faces name the same points as an earlier face, in whatever order."""
    low, middle, high = np.sort(faces.astype(np.int64), axis=1).T
    order = np.lexsort((high, middle, low))
    same = np.zeros(len(faces), np.bool_)
    ranked = np.stack([low, middle, high], axis=1)[order]
    same[order[1:]] = (ranked[1:] == ranked[:-1]).all(axis=1)  # lexsort keeps the earlier first
    return same


def bodies_of(faces: NDArray[Any]) -> Whole:
    """(F,) the number of the body each face belongs to; faces that share an edge are of one."""
    keys = edge_keys(edges_of(faces))
    order = np.argsort(keys, kind="stable")
    together = keys[order[1:]] == keys[order[:-1]]
    owner = order // 3
    return parts_of(len(faces), owner[:-1][together], owner[1:][together])


def parts_of(count: int, left: Whole, right: Whole) -> Whole:
    """(count,) the number of the connected part each thing is in; pairs are what connects them."""
    parent = np.arange(count)
    while True:
        a, b = parent[left], parent[right]
        apart = a != b
        if not apart.any():
            break
        left, right, a, b = left[apart], right[apart], a[apart], b[apart]
        # hang the higher root below the lower one, then let everyone look up to its root
        np.minimum.at(parent, np.maximum(a, b), np.minimum(a, b))
        while True:
            above = parent[parent]
            if np.array_equal(above, parent):
                break
            parent = above
    _, number = np.unique(parent, return_inverse=True)
    return number.reshape(-1).astype(np.int64)


def volume_of(points: NDArray[Any], faces: NDArray[Any]) -> float:
    """Signed volume that the faces enclose, however far from the origin they lie."""
    if not len(faces):
        return 0.0
    corners = points[faces].astype(np.float64)  # only what is used: a body may be a small part
    a, b, c = (corners - corners.mean(axis=(0, 1))).transpose(1, 0, 2)
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)
