"""Animated GLB: a mesh that changes its shape, as morph targets that take turns, one per frame.

The first frame is the mesh; every other frame is a target with its offsets from the first, and
the weights fade from each frame to the next at the clip's rate. Players know this since glTF 2.0,
and no library writes it with equal bytes. What belongs here: writing such files, and a look at
their structure. What does not: frames as files of their own (`mesh_frames`), and the judging of
foreign files (`maquette.checks`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from maquette.batch.stages import Made, map_stage
from maquette.errors import FormatError
from maquette.formats.glb_parts import (
    VERTICES,
    Buffer,
    Json,
    asset_of,
    finished,
    material_of,
    picture_of,
    primitive_of,
    unframed,
)
from maquette.formats.imprint import title_of
from maquette.provenance import Provenance
from maquette.solids.animation_shading import ShadedFrames, shaded_frames
from maquette.types import Animation, File


@dataclass(frozen=True)
class Structure:
    """What a player finds in an animated GLB.

    Attributes:
        targets: names of the shapes besides the first one.
        channels: what the animation changes: ``weights``.
        needs: extensions without which it cannot be shown.
        made_by: what the file says of its own making.
    """

    targets: tuple[str, ...]
    channels: tuple[str, ...]
    needs: tuple[str, ...]
    made_by: Json


@map_stage(version="1")
def animate_glb(animation: Animation, *, title: str, provenance: Provenance) -> Made:
    """Write an animation for players and for Blender.

    Args:
        animation: of at least two frames.
        title: told in the file.
        provenance: embedded in the file.
    """
    data = write_animated_glb(animation, provenance, title=title)
    return Made({"animated": File(data, "glb")}, {"animated_bytes": float(len(data))})


def write_animated_glb(animation: Animation, provenance: Provenance, *, title: str) -> bytes:
    """An animation as GLB bytes; same animation, provenance and title, same bytes.

    Raises FormatError GLB_EMPTY without faces and GLB_STILL with less than two frames.
    """
    mesh = animation.mesh
    if not len(mesh.faces):
        raise FormatError("GLB_EMPTY", "a mesh without faces cannot be written")
    if len(animation.points) < 2:
        raise FormatError("GLB_STILL", "an animation of one frame does not move")
    name = title_of(title) or "Clip"
    shown = shaded_frames(animation)
    buffer = Buffer()
    primitive = primitive_of(shown.surface, buffer, textured=mesh.texture_png is not None)
    primitive["targets"] = _targets(shown, buffer)
    count = len(animation.points) - 1
    names = [f"frame_{frame:03d}" for frame in range(1, count + 1)]
    one = {"name": name, "primitives": [primitive], "weights": [0] * count}
    gltf: Json = {
        "asset": asset_of(provenance),
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": name}],
        "meshes": [{**one, "extras": {"targetNames": names}}],
        "materials": [material_of(mesh)],
        **picture_of(mesh, buffer),
        "animations": [_turns(len(animation.points), animation.rate, buffer)],
    }
    return finished(gltf, buffer)


def _targets(shown: ShadedFrames, buffer: Buffer) -> list[Json]:
    """Offsets of points and normals from the first frame's, for every other frame."""

    def offsets(values: Any, frame: int) -> int:
        moved = (values[frame] - values[0]).astype("<f4")
        return buffer.accessor(moved, kind="VEC3", target=VERTICES)

    return [
        {"POSITION": offsets(shown.points, frame), "NORMAL": offsets(shown.normals, frame)}
        for frame in range(1, len(shown.points))
    ]


def _turns(frames: int, rate: float, buffer: Buffer) -> Json:
    """Weights over time: on its own frame a target counts whole, the others not at all."""
    times_s = (np.arange(frames) / rate).astype("<f4")
    weights = np.eye(frames, dtype="<f4")[:, 1:]  # the first frame is the mesh itself
    sampler = {
        "input": buffer.accessor(times_s, kind="SCALAR"),
        "output": buffer.accessor(weights.ravel(), kind="SCALAR"),
        "interpolation": "LINEAR",
    }
    channel = {"sampler": 0, "target": {"node": 0, "path": "weights"}}
    return {"name": "Clip", "channels": [channel], "samplers": [sampler]}


def structure_of(data: bytes) -> Structure:
    """What shapes and channels a GLB of one mesh tells of; arrays are not looked at.

    Raises FormatError GLB_HEADER, GLB_JSON or GLB_CONTENT.
    """
    gltf, _ = unframed(data)
    try:
        (mesh,) = gltf["meshes"]
        (primitive,) = mesh["primitives"]
        (animation,) = gltf["animations"]
        count = len(primitive["targets"])
        names = tuple(mesh.get("extras", {}).get("targetNames", ("",) * count))
        channels = tuple(channel["target"]["path"] for channel in animation["channels"])
        if len(names) != count:
            raise ValueError(f"{len(names)} names for {count} targets")
        made_by = gltf["asset"].get("extras", {})
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as missing:
        raise FormatError("GLB_CONTENT", f"not one mesh that changes: {missing!r}") from missing
    return Structure(names, channels, tuple(gltf.get("extensionsRequired", ())), made_by)
