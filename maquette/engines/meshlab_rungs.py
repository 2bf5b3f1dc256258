"""PyMeshLab's rungs of the ladder: its repair, and its alpha wrap.

Imported by `mending_worker` alone: PyMeshLab is GPL-3.0 and native, and stays in its own process.
What belongs here: calls of PyMeshLab. What does not: judging what comes out (`solids.ladder`).
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from maquette.solids.joining import fresh, settled
from maquette.solids.ladder import Candidate, Rung
from maquette.solids.sewing import Draft, drafted, without_needless
from maquette.types import Mesh

HOLE_EDGES = 200
# filter -> settings, in the order in which each needs what the one before it left
REPAIRS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("meshing_remove_duplicate_vertices", {}),
    ("meshing_remove_duplicate_faces", {}),
    ("meshing_remove_null_faces", {}),
    ("meshing_remove_folded_faces", {}),
    ("meshing_repair_non_manifold_edges", {}),
    ("meshing_repair_non_manifold_vertices", {}),
    ("meshing_remove_unreferenced_vertices", {}),
    ("meshing_close_holes", {"maxholesize": HOLE_EDGES}),
    ("meshing_re_orient_faces_coherently", {}),
    ("meshing_re_orient_faces_by_geometry", {}),
)
ALPHA_PERCENT, OFFSET_PERCENT = 1.0, 0.3  # of the diagonal: finer takes minutes


def repaired(mesh: Mesh) -> Iterator[Candidate]:
    """Drop, close and turn what PyMeshLab can, leaving the rest of the surface as it is."""
    pymeshlab = _library()
    meshes = _opened(mesh)
    try:
        for name, settings in REPAIRS:
            meshes.apply_filter(name, **settings)
    except pymeshlab.PyMeshLabException:
        return  # it says so itself where a filter cannot go on; the next rung may
    draft = _taken(meshes)
    if draft is not None:
        yield Candidate("meshlab-repair", draft, ("PyMeshLab repaired it",))


def alpha_wrapped(mesh: Mesh) -> Iterator[Candidate]:
    """CGAL's wrap by way of PyMeshLab."""
    pymeshlab = _library()
    meshes = _opened(mesh)
    try:
        meshes.generate_alpha_wrap(
            alpha=pymeshlab.PercentageValue(ALPHA_PERCENT),
            offset=pymeshlab.PercentageValue(OFFSET_PERCENT),
        )
    except pymeshlab.PyMeshLabException:
        return
    draft = _taken(meshes)
    if draft is not None:
        done = f"wrapped anew, alpha {ALPHA_PERCENT} % and offset {OFFSET_PERCENT} %"
        yield Candidate("alpha-wrap", draft, (done,))


def _library() -> Any:
    return importlib.import_module("pymeshlab")


def _opened(mesh: Mesh) -> Any:
    pymeshlab = _library()
    draft = without_needless(drafted(mesh.points, mesh.faces))
    meshes = pymeshlab.MeshSet(verbose=False)
    meshes.add_mesh(pymeshlab.Mesh(draft.points, draft.faces.astype(np.int32)))
    return meshes


def _taken(meshes: Any) -> Draft | None:
    held = meshes.current_mesh()
    if not held.face_number():
        return None
    return settled(fresh(held.vertex_matrix(), held.face_matrix()))


RUNGS: tuple[Rung, ...] = (repaired, alpha_wrapped)
