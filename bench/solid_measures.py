"""Measures of solids that owe nothing to the code they judge.

What belongs here: faults of a mesh as a slicer sees it, how far two surfaces are apart, and what
a solid looks like from the front. What does not: running anything that is measured.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from maquette.types import Mesh

Wide = NDArray[np.float64]
SEED = 6
PROBES = 20_000  # on the surface that is asked how far it is away
STONES = 120_000  # on the surface that is far away or not; they only say which faces are near
LOOKS = ((6, 10**6), (40, 4_000), (300, 300))  # stones to look at, and for how many probes
FINER = 8  # times finer than its picture is a silhouette drawn: OpenCV fills half a pixel too much


def stl_corners_mm(data: bytes) -> NDArray[np.float32]:
    """(F, 3, 3) of a binary STL, as the numbers stand in it."""
    (count,) = struct.unpack_from("<I", data, 80)
    kind = np.dtype([("normal", "<f4", 3), ("points", "<f4", (3, 3)), ("attribute", "<u2")])
    return np.frombuffer(data, kind, count, 84)["points"]


def faults(corners: NDArray[np.float32]) -> dict[str, int]:
    """What is wrong with these faces once equal float32 positions are one; empty for a solid."""
    places, number = np.unique(corners.reshape(-1, 3) + 0.0, axis=0, return_inverse=True)
    faces = number.reshape(-1, 3)
    directed = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    _, uses = np.unique(np.sort(directed, axis=1), axis=0, return_counts=True)
    _, same_way = np.unique(directed, axis=0, return_counts=True)
    a, b, c = places[faces].astype(np.float64).transpose(1, 0, 2)
    counts = {
        "no faces": int(len(faces) == 0),
        "open edges": int((uses == 1).sum()),
        "crowded edges": int((uses > 2).sum()),
        "edges used twice one way": int((same_way > 1).sum()),
        "faces with two corners in one place": int((directed[:, 0] == directed[:, 1]).sum()),
        "no volume": int((np.cross(a, b) * c).sum() <= 0),
    }
    return {name: count for name, count in counts.items() if count}


def mesh_faults(mesh: Mesh) -> dict[str, int]:
    """The same of a mesh, in millimetres as it would be written."""
    return faults((mesh.points.astype(np.float64) * 1000).astype(np.float32)[mesh.faces])


def volume(mesh: Mesh) -> float:
    """Cubic metres enclosed; negative inside out."""
    a, b, c = corners_of(mesh).transpose(1, 0, 2)
    return float((np.cross(a, b) * c).sum() / 6)


def diagonal_m(mesh: Mesh) -> float:
    """Of the box around all faces."""
    return float(np.linalg.norm(np.ptp(mesh.points[mesh.faces.ravel()], axis=0)))


def corners_of(mesh: Mesh) -> Wide:
    """(F, 3, 3) points of the faces."""
    return mesh.points[mesh.faces].astype(np.float64)


# -- how far apart


def moved_shares(before: Mesh, after: Mesh) -> tuple[float, float]:
    """How far a surface was moved, in shares of the first one's diagonal: (added, lost).

    Added: the farthest that the new surface is from the old one. Lost: the farthest that the old
    surface stands outside of the new solid; what is inside prints all the same.
    """
    old, new = corners_of(before), corners_of(after)
    added = distances(probes_on(new), old).max()
    probes = probes_on(old)
    away = distances(probes, new)
    far = away > 1e-5 * diagonal_m(before)
    if far.any():
        away[far] *= ~inside(probes[far], after)
    return float(added) / diagonal_m(before), float(away.max()) / diagonal_m(before)


def probes_on(corners: Wide) -> Wide:
    """Points all over a surface: its corners, the middles of its faces, and by area."""
    spread, _ = sprinkled(corners, PROBES)
    fixed = np.unique(np.concatenate([corners.reshape(-1, 3), corners.mean(axis=1)]), axis=0)
    if len(fixed) > PROBES:
        fixed = fixed[np.random.default_rng(SEED).permutation(len(fixed))[:PROBES]]
    return np.concatenate([spread, fixed])


def sprinkled(corners: Wide, count: int) -> tuple[Wide, NDArray[np.int64]]:
    """Points on faces by their area, and the face of each."""
    chance = np.random.default_rng(SEED)
    area = np.linalg.norm(
        np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
    )
    total = np.cumsum(area + 1e-12 * area.sum() + 1e-300)
    which = np.searchsorted(total, chance.random(count) * total[-1]).clip(0, len(corners) - 1)
    u, v = np.sqrt(chance.random(count)), chance.random(count)
    weights = np.stack([1 - u, u * (1 - v), u * v], axis=1)
    return (corners[which] * weights[:, :, None]).sum(axis=1), which


def distances(points: Wide, corners: Wide) -> Wide:
    """From each point to the surface: exact to the faces of its nearest stones.

    Never too small. The farthest points are looked at again among more faces, as it is they that
    are told.
    """
    from scipy.spatial import cKDTree

    spread, on = sprinkled(corners, STONES)
    # small faces get theirs too, just inside of their corners: no two faces share a stone
    own = np.concatenate([corners, corners.mean(axis=1, keepdims=True)], axis=1)
    own = 0.9 * own + 0.1 * own[:, 3:]
    stones = cKDTree(np.concatenate([spread, own.reshape(-1, 3)]))
    owner = np.concatenate([on, np.repeat(np.arange(len(corners)), 4)])
    found = np.full(len(points), np.inf)
    for near, most in LOOKS:
        again = np.argsort(-found)[:most]
        _, which = stones.query(points[again], k=min(near, stones.n))
        for column in owner[which].reshape(len(again), -1).T:
            found[again] = np.minimum(found[again], to_triangles(points[again], corners[column]))
    return found


def to_triangles(points: Wide, corners: Wide) -> Wide:
    """The distance of each point to its own triangle."""
    a, b, c = corners.transpose(1, 0, 2)
    normal = np.cross(b - a, c - a)
    square = (normal**2).sum(axis=1)
    over = np.ones(len(points), bool)
    nearest = np.full(len(points), np.inf)
    for start, end in ((a, b), (b, c), (c, a)):
        along = end - start
        length = np.maximum((along**2).sum(axis=1), 1e-300)
        share = (((points - start) * along).sum(axis=1) / length).clip(0, 1)
        off = points - start - share[:, None] * along
        nearest = np.minimum(nearest, np.linalg.norm(off, axis=1))
        over &= (np.cross(along, points - start) * normal).sum(axis=1) >= 0
    height = np.abs(((points - a) * normal).sum(axis=1)) / np.sqrt(np.maximum(square, 1e-300))
    return np.where(over & (square > 0), height, nearest)


def inside(points: Wide, solid: Mesh) -> NDArray[np.bool_]:
    """Which points a closed mesh encloses."""
    import trimesh

    middle, size = points.mean(axis=0), diagonal_m(solid)  # embree counts in float32
    scaled = trimesh.Trimesh((solid.points - middle) / size, solid.faces, process=False)
    return scaled.contains((points - middle) / size)


# -- from the front


def silhouette(mesh: Mesh, shape: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The solid seen from +z, drawn into the box that the picture's shape fills."""
    rows, columns = (np.flatnonzero(shape.any(axis=axis)) for axis in (1, 0))
    points = mesh.points[:, :2].astype(np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    box = np.array([columns[-1] + 1 - columns[0], rows[-1] + 1 - rows[0]])
    scale = float((box / (high - low)).mean())
    off = (box - scale * (high - low)) / 2 + (columns[0], rows[0])
    flat = (points - low) * scale
    flat[:, 1] = scale * (high - low)[1] - flat[:, 1]
    drawn = np.zeros([FINER * side for side in shape.shape], np.uint8)
    fixed = np.rint(((flat + off) * FINER - 0.5) * 256).astype(np.int32)
    for face in fixed[mesh.faces]:
        cv2.fillConvexPoly(drawn, face, 255, shift=8)
    return cv2.resize(drawn, shape.shape[::-1], interpolation=cv2.INTER_AREA) > 127


def iou(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Intersection over union."""
    return float((one & other).sum() / max((one | other).sum(), 1))


def rim_turns_deg(mesh: Mesh) -> float:
    """How far faces near the rim of a disc look away from its axis' plane, at the 95th percentile.

    A round picture must give a solid that is the same all around: ridges turn its faces.
    """
    corners = corners_of(mesh)
    low, high = corners.min(axis=(0, 1)), corners.max(axis=(0, 1))
    middles = corners.mean(axis=1) - (low + high) / 2
    away = np.linalg.norm(middles[:, :2], axis=1)
    radius = float((high - low)[:2].max()) / 2
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    near = (away > 0.9 * radius) & (np.linalg.norm(normals[:, :2], axis=1) > 0)
    outwards = middles[near, :2] / away[near, None]
    seen = normals[near, :2] / np.linalg.norm(normals[near], axis=1, keepdims=True)
    across = np.abs(seen[:, 0] * outwards[:, 1] - seen[:, 1] * outwards[:, 0])
    return float(np.rad2deg(np.arcsin(np.percentile(across, 95))))


def percentile(values: Sequence[float], share: float) -> float:
    """Of what was measured; every value is one that was taken."""
    return float(np.percentile(np.asarray(values, float), share, method="higher"))
