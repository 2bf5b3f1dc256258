"""Walls: how much material lies behind each place of a print's surface.

The surface is cut into small patches, and from the middle of each a ray goes straight in, until
it meets the other side. What belongs here: patches, and their thickness. What does not: which
wall is too thin (`maquette.solids.examining`), and pictures of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.solids.printed import Printed

Wide = NDArray[np.float64]
MANY_PATCHES = 24_000  # large faces are cut until there are about so many
LONG_EDGE = 1.6  # times the side of an even patch
LEAST_CUT = 0.25  # of an even patch: the tips of needles stay whole
START_SHARE = 2e-6  # of the farthest coordinate, if that is more
START_MM = 1e-3  # below the surface: a ray must not meet the face it starts from


@dataclass(frozen=True)
class Patches:
    """Pieces of a surface.

    Attributes:
        corners_mm: (P, 3, 3), in print axes.
        normals: (P, 3) outward, of the face that each was cut from.
        areas_mm2: (P,).
        body: (P,) the number of the body it belongs to.
    """

    corners_mm: Wide
    normals: Wide
    areas_mm2: Wide
    body: NDArray[np.int64]

    def share(self, which: NDArray[np.bool_]) -> float:
        """How much of the whole area these make up, 0..1."""
        return float(self.areas_mm2[which].sum() / max(self.areas_mm2.sum(), 1e-30))


def patches(solid: Printed) -> Patches:
    """Halve faces until no edge is long, so that a wall of two faces is looked at everywhere."""
    even_mm2 = solid.areas_mm2.sum() / MANY_PATCHES
    long_mm = LONG_EDGE * np.sqrt(even_mm2 * 4 / np.sqrt(3))  # of an equilateral one's side
    done: list[tuple[Wide, NDArray[np.int64]]] = []
    corners, face = solid.corners_mm, np.arange(len(solid.corners_mm))
    while len(corners):
        edges = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2)
        cut = (edges.max(axis=1) > long_mm) & (_areas_mm2(corners) > LEAST_CUT * even_mm2)
        done.append((corners[~cut], face[~cut]))
        corners, face = _halved(corners[cut], edges[cut]), np.tile(face[cut], 2)
    whole = np.concatenate([piece for piece, _ in done])
    owner = np.concatenate([numbers for _, numbers in done])
    return Patches(whole, solid.normals[owner], _areas_mm2(whole), solid.body_of_face[owner])


def _areas_mm2(corners: Wide) -> Wide:
    crosses = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return np.linalg.norm(crosses, axis=1) / 2


def _halved(corners: Wide, edges: Wide) -> Wide:
    """(2 N, 3, 3) triangles cut across their longest edge: all first halves, then all second."""
    turn = (edges.argmax(axis=1)[:, None] + np.arange(3)) % 3  # the longest edge is now a to b
    a, b, c = (corners[np.arange(len(corners)), turn[:, k]] for k in range(3))
    middle = (a + b) / 2
    return np.concatenate([np.stack([a, middle, c], axis=1), np.stack([middle, b, c], axis=1)])


def thicknesses_mm(solid: Printed, of: Patches) -> Wide:
    """(P,) how far a ray goes through the material behind each patch; inf where it never ends."""
    inward = -of.normals
    # what is as large as a house has no float32 between neighbouring micrometres
    start_mm = max(START_MM, START_SHARE * float(np.abs(solid.corners_mm).max()))
    starts = of.corners_mm.mean(axis=1) + start_mm * inward
    hit = _first_hits(solid.corners_mm, starts, inward)
    meets = hit >= 0
    plane = solid.normals[hit]
    # embree counts in float32: it names the face, the distance is worked out here
    with np.errstate(divide="ignore", invalid="ignore"):
        way = np.einsum("ij,ij->i", solid.corners_mm[hit, 0] - starts, plane)
        way /= np.einsum("ij,ij->i", inward, plane)
    sound = meets & np.isfinite(way)
    return np.where(sound, np.maximum(way, 0) + start_mm, np.inf)


def _first_hits(corners_mm: Wide, starts: Wide, towards: Wide) -> NDArray[np.int64]:
    """(P,) the face that each ray meets first, -1 for none."""
    from embreex.mesh_construction import TriangleMesh
    from embreex.rtcore_scene import EmbreeScene

    scene: Any = EmbreeScene()
    TriangleMesh(scene, np.ascontiguousarray(corners_mm, np.float32))
    hits = scene.run(starts.astype(np.float32), towards.astype(np.float32))
    return np.asarray(hits, np.int64)


def percentile_mm(thick_mm: Wide, areas_mm2: Wide, percent: float) -> float:
    """The thickness that this percentage of the area is at most."""
    order = np.argsort(thick_mm, kind="stable")
    reached = np.cumsum(areas_mm2[order])
    n = int(np.searchsorted(reached, percent / 100 * reached[-1]))
    return float(thick_mm[order][min(n, len(order) - 1)])
