"""Carving: cutting a print flat at its foot, and hollowing it, with manifold3d.

What belongs here: solids as manifold3d holds them, with their looks as properties of points. What
does not: sizes (`sizing`), and where the hollow is (`hollows`). All in millimetres and print axes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.errors import InputError
from maquette.solids.hollows import Cavity, Hole, cavity_of
from maquette.solids.soundness import places
from maquette.types import Mesh

Wide = NDArray[np.float64]

TRIM_SHARE = 1e-6  # of the size: slivers that a boolean leaves behind
HOLE_SIDES = 48
LOOKS = 6  # properties of a point: u, v, red, green, blue, alpha


@dataclass(frozen=True)
class Hollow:
    """How a print is hollowed.

    Attributes:
        drain_mm: how wide the holes in its underside are; 0 is none.
    """

    wall_mm: float
    drain_mm: float


@dataclass(frozen=True)
class Carved:
    """A solid in millimetres and print axes, and which of its faces are old.

    Attributes:
        solid: a `manifold3d.Manifold`.
        skin: its number for the faces that were there before any cut.
    """

    solid: Any
    skin: int

    @property
    def size_mm(self) -> Wide:
        """(3,) along x, y, z."""
        box = np.array(self.solid.bounding_box()).reshape(2, 3)
        return box[1] - box[0]

    def scaled(self, factors: Wide) -> Carved:
        """The same, enlarged along each side."""
        return replace(self, solid=self.solid.scale(tuple(factors.tolist())))

    def mesh(self, source: Mesh) -> Mesh:
        """It as a mesh in metres, y up, with the looks it brought; cut faces are of one colour."""
        box = np.array(self.solid.bounding_box())
        made = self.solid.simplify(TRIM_SHARE * float(np.abs(box).max())).to_mesh64()
        held = np.array(made.vert_properties, np.float64)
        faces = np.array(made.tri_verts).astype(np.int32)
        x, y, z = held[:, :3].T / 1000
        points = np.stack([x, z, -y], axis=1).astype(np.float32)
        looks = self._looks(made, held, faces)
        colours = np.rint(np.clip(looks[:, 2:], 0, 255)).astype(np.uint8)
        return replace(
            source,
            points=points,
            faces=faces,
            uv=looks[:, :2].astype(np.float32),
            colours=None if source.colours is None else colours,
        )

    def _looks(self, made: Any, held: Wide, faces: NDArray[np.int32]) -> Wide:
        """(V, 6) looks; points of new faces get those of the old point nearest to their middle."""
        if held.shape[1] < 3 + LOOKS:
            return np.zeros((len(held), LOOKS))
        looks = held[:, 3 : 3 + LOOKS].copy()
        ends = np.array(made.run_index, np.int64) // 3
        skin_runs = np.array(made.run_original_id, np.int64) == self.skin
        is_skin = np.repeat(skin_runs, np.diff(ends))
        old = np.zeros(len(held), np.bool_)
        old[faces[is_skin]] = True
        new = np.flatnonzero(~old)
        if len(new) and old.any():
            rows = np.flatnonzero(old)
            middle = held[new, :3].mean(axis=0)
            away = np.linalg.norm(held[rows, :3] - middle, axis=1)
            looks[new] = looks[rows[int(away.argmin())]]
        return looks


def manifold_of(mesh: Mesh) -> Carved:
    """A mesh as manifold3d takes it, with points at one place joined.

    Raises InputError MESH_NOT_SOLID where it is not closed, manifold and oriented.
    """
    import manifold3d

    x, y, z = mesh.points.astype(np.float64).T * 1000
    columns = [np.stack([x, -z, y], axis=1)]
    if mesh.texture_png is not None or mesh.colours is not None:
        white = np.full((len(mesh.points), 4), 255, np.uint8)
        columns += [mesh.uv, white if mesh.colours is None else mesh.colours]
    place, first = places(mesh.points)
    repeated = np.flatnonzero(first[place] != np.arange(len(place)))
    skin = manifold3d.Manifold.reserve_ids(1)
    held = manifold3d.Mesh64(
        np.ascontiguousarray(np.hstack(columns), np.float64),
        mesh.faces.astype(np.uint64),
        merge_from_vert=repeated.astype(np.uint64),
        merge_to_vert=first[place[repeated]].astype(np.uint64),
        run_index=np.array([0, mesh.faces.size], np.uint64),
        run_original_id=np.array([skin], np.uint32),
    )
    solid = manifold3d.Manifold(held)
    if solid.status() != manifold3d.Error.NoError or solid.is_empty():
        raise InputError(
            "MESH_NOT_SOLID",
            f"the mesh is not a solid: {solid.status().name}",
            fix="mend it first",
        )
    return Carved(solid, skin)


def cut_flat(piece: Carved, height_mm: float) -> Carved:
    """What is above this height over the lowest point."""
    low_mm = float(piece.solid.bounding_box()[2])
    solid = piece.solid.trim_by_plane((0.0, 0.0, 1.0), low_mm + height_mm)
    return replace(piece, solid=solid)


def carved(piece: Carved, hollow: Hollow) -> tuple[Carved, tuple[str, ...]]:
    """The solid with its inside taken out, and notes; unchanged where its walls leave no room."""
    cavity = cavity_of(piece.solid, wall_mm=hollow.wall_mm, drain_mm=hollow.drain_mm)
    if cavity is None:
        return piece, (f"walls of {hollow.wall_mm:g} mm leave no room inside: it stays solid",)
    full_mm3 = float(piece.solid.volume())
    solid = piece.solid - _filled(cavity)
    for hole in cavity.holes:
        solid -= _drilled(hole)
    kept = float(solid.volume()) / full_mm3
    notes = [f"hollowed to walls of {hollow.wall_mm:g} mm: {kept:.0%} of the material is left"]
    if cavity.holes:
        count = len(cavity.holes)
        notes.append(
            f"{count} drain {'hole' if count == 1 else 'holes'} of {hollow.drain_mm:g} mm"
            f" {'goes' if count == 1 else 'go'} through its underside"
        )
    return replace(piece, solid=solid), tuple(notes)


def _filled(cavity: Cavity) -> Any:
    """The cavity as a solid."""
    import manifold3d

    held = manifold3d.Mesh64(
        np.ascontiguousarray(cavity.points_mm, np.float64), cavity.faces.astype(np.uint64)
    )
    return manifold3d.Manifold(held).simplify(cavity.pitch_mm / 20)


def _drilled(hole: Hole) -> Any:
    import manifold3d

    rod = manifold3d.Manifold.cylinder(
        hole.top_mm - hole.bottom_mm, hole.radius_mm, hole.radius_mm, HOLE_SIDES
    )
    return rod.translate((*hole.at_mm, hole.bottom_mm))
