"""Frames of an animation as plain meshes, one GLB each, for programs that know no morph targets.

All frames of a clip have the same points in the same order and the same faces: whoever moves one
onto the other need not look for what belongs together. What belongs here: one pose as a file.
What does not: the clip as a whole (`animated_glb`).
"""

from __future__ import annotations

from dataclasses import replace

from maquette.batch.stages import map_stage
from maquette.errors import FormatError
from maquette.formats.glb import write_shaded_glb
from maquette.formats.imprint import title_of
from maquette.provenance import Provenance
from maquette.solids.animation_shading import shaded_frames
from maquette.solids.surfaces import Shaded
from maquette.types import Animation, File


@map_stage(version="1", makes="mesh")
def pose(animation: Animation, *, frame: int, title: str, provenance: Provenance) -> File:
    """Write the mesh as it is on one frame.

    Args:
        animation: of the clip that the frame is of.
        frame: counted from 0.
        title: of the clip, told in the file.
        provenance: embedded in the file.
    """
    if not len(animation.mesh.faces):
        raise FormatError("GLB_EMPTY", "a mesh without faces cannot be written")
    name = title_of(title) or "Clip"
    names = (f"{name} {frame:03d}", f"frame_{frame:03d}")
    surface = _surface(animation, frame)
    return File(write_shaded_glb(animation.mesh, surface, provenance, names=names), "glb")


def _surface(animation: Animation, frame: int) -> Shaded:
    """The corners as the first frame splits them, where they are on this one."""
    two = shaded_frames(replace(animation, points=animation.points[[0, frame]]))
    return replace(two.surface, points=two.points[1], normals=two.normals[1])
