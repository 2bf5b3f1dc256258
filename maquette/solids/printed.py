"""A print as its printer sees it: millimetres, z up, the lowest point on the bed.

What belongs here: the change of axes for judging, and what follows from faces alone: areas,
volume, centre of mass, bodies. What does not: judgements (`maquette.solids.examining`) and
writing files, which change axes on their own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.errors import InputError
from maquette.solids.soundness import Soundness, bodies_of, places, soundness_of
from maquette.types import Mesh

Wide = NDArray[np.float64]
MM_PER_M = 1000.0


@dataclass(frozen=True)
class Body:
    """One connected shell; a hollow is one too, with a volume below zero."""

    volume_mm3: float
    size_mm: tuple[float, float, float]


@dataclass(frozen=True)
class Printed:
    """Points in print axes: x right, y away, z up from the bed; millimetres."""

    mesh: Mesh
    points_mm: Wide  # (V, 3)

    @cached_property
    def corners_mm(self) -> Wide:
        """(F, 3, 3) each face's."""
        return self.points_mm[self.mesh.faces]

    @cached_property
    def _crosses(self) -> Wide:
        a, b, c = (self.corners_mm[:, k] for k in range(3))
        return np.cross(b - a, c - a)

    @cached_property
    def areas_mm2(self) -> Wide:
        """(F,) areas."""
        return np.linalg.norm(self._crosses, axis=1) / 2

    @cached_property
    def normals(self) -> Wide:
        """(F, 3) outward, length one; zero where a face has no area."""
        return self._crosses / np.maximum(2 * self.areas_mm2, 1e-30)[:, None]

    @property
    def size_mm(self) -> Wide:
        """(3,) along x, y, z."""
        return np.ptp(self.points_mm, axis=0)

    @cached_property
    def volume_mm3(self) -> float:
        """Enclosed."""
        return float(self._cones_mm3.sum())

    @property
    def _cones_mm3(self) -> Wide:
        """(F,) signed volume between each face and the origin."""
        return np.einsum("ij,ij->i", self.corners_mm[:, 0], self._crosses) / 6

    @cached_property
    def centre_mm(self) -> Wide:
        """(3,) the centre of mass, were it solid and all of one material."""
        cones = self._cones_mm3
        volume = cones.sum()
        if abs(volume) < 1e-9:
            return self.points_mm.mean(axis=0)
        return (self.corners_mm.sum(axis=1) * cones[:, None]).sum(axis=0) / (4 * volume)

    @cached_property
    def soundness(self) -> Soundness:
        """What is wrong with it as a solid."""
        return soundness_of(self.mesh.points, self.mesh.faces)

    @cached_property
    def body_of_face(self) -> NDArray[np.int64]:
        """(F,) the number of the body that each face belongs to."""
        place, _ = places(self.mesh.points)
        return bodies_of(place[self.mesh.faces.astype(np.int64)])

    @cached_property
    def bodies(self) -> tuple[Body, ...]:
        """All shells, the largest first."""
        numbers, cones = self.body_of_face, self._cones_mm3
        count = int(numbers.max()) + 1
        volumes = np.bincount(numbers, weights=cones, minlength=count)
        low, high = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
        np.minimum.at(low, numbers, self.corners_mm.min(axis=1))
        np.maximum.at(high, numbers, self.corners_mm.max(axis=1))
        sizes: list[Any] = (high - low).tolist()
        each = [Body(float(v), (x, y, z)) for v, (x, y, z) in zip(volumes, sizes, strict=True)]
        return tuple(sorted(each, key=lambda body: -abs(body.volume_mm3)))


def printed(mesh: Mesh) -> Printed:
    """The mesh on its bed, its foot at height 0 and its middle over x = y = 0."""
    if not len(mesh.faces):
        raise InputError("MESH_EMPTY", "the print has no faces", fix="give a model with a surface")
    x, y, z = (mesh.points.astype(np.float64) * MM_PER_M).T
    points = np.stack([x, -z, y], axis=1)
    low, high = points.min(axis=0), points.max(axis=0)
    foot = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]])
    return Printed(mesh, points - foot)


def standing(mesh: Mesh) -> Mesh:
    """The mesh with its foot on y = 0, where previews draw the floor."""
    points = mesh.points - [0, mesh.points[:, 1].min(), 0]
    return replace(mesh, points=points.astype(np.float32))
