"""A model that ActionMesh is to move: its shape alone goes over, and all of it comes back.

ActionMesh merges points that lie on each other and drops those that no proper triangle uses; it
fails where one of these is then missed. Such points stay here and go where the nearest one that
went over goes. What belongs here: which points go, and taking them back. What does not: the wire.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maquette.errors import InputError
from maquette.types import Floats, Indices, Mesh

# Of the longest side: ActionMesh drops triangles that are lower than a few parts in 10^9.
HEIGHT_AT_LEAST = 1e-7


@dataclass(frozen=True)
class Carried:
    """The part of a model that goes over.

    Attributes:
        points: (U, 3), its longest side from -1 to 1.
        faces: (F, 3) of these points.
        chosen: which of the model's points they are.
        whole: all of the model's points, in the same measure.
    """

    points: Floats
    faces: Indices
    chosen: Indices
    whole: Floats

    def back(self, moved: Floats) -> Floats:
        """(T, V, 3): all points of the model, from poses (T, U, 3) of those that went over."""
        if len(self.chosen) == len(self.whole):
            return moved
        from scipy.spatial import KDTree

        _, nearest = KDTree(self.points).query(self.whole)
        all_of_it = moved[:, nearest] + (self.whole - self.points[nearest])
        all_of_it[:, self.chosen] = moved
        return all_of_it.astype(np.float32)


def carried(model: Mesh) -> Carried:
    """What of the model goes over.

    Raises InputError MESH_EMPTY where no triangle has an area.
    """
    if not len(model.faces):
        raise _empty()
    lowest, highest = model.points.min(axis=0), model.points.max(axis=0)
    half = max(float((highest - lowest).max()) / 2, np.finfo(np.float32).tiny)
    whole = ((model.points - (lowest + highest) / 2) / half).astype(np.float32)
    proper = model.faces[_heights(whole, model.faces) > HEIGHT_AT_LEAST]
    if not len(proper):
        raise _empty()
    chosen, renumbered = np.unique(proper, return_inverse=True)
    faces = renumbered.reshape(proper.shape).astype(np.int32)
    return Carried(whole[chosen], faces, chosen, whole)


def _empty() -> InputError:
    return InputError(
        "MESH_EMPTY", "no face of the model that is to be moved has an area", fix="check the file"
    )


def _heights(points: Floats, faces: Indices) -> Floats:
    """How far each triangle's points lie from its longest edge; nothing where two coincide."""
    corners = points[faces].astype(np.float64)
    edges = corners - np.roll(corners, 1, axis=1)
    longest = np.linalg.norm(edges, axis=2).max(axis=1)
    double_areas = np.linalg.norm(np.cross(edges[:, 0], edges[:, 1]), axis=1)
    return np.divide(double_areas, longest, out=np.zeros_like(longest), where=longest > 0)
