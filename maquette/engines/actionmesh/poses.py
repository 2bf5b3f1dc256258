"""What ActionMesh answers, as an animation of ours: checked, in metres, on the floor.

Its meshes stand as ours do, y up and facing +z, x to the right of whoever films: its own example
of a model to be moved and its own renderings of clips show it. What belongs here: from the bytes
of an answer to an `Animation`. What does not: how it came to it (`worker`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from maquette.engines.actionmesh.carrying import Carried
from maquette.engines.actionmesh.settings import NAME
from maquette.engines.shapers.meshes import outward
from maquette.errors import EngineError, InputError
from maquette.solids.animation_poses import animation_of
from maquette.types import Animation, Floats, Indices, Mesh


def poses_of(head: dict[str, Any], payload: bytes, *, frames: int) -> tuple[Indices, Floats]:
    """Faces and (T, V, 3) points of an answer, in its own measure.

    Raises EngineError ENGINE_FAILED for an answer that contradicts itself, and InputError
    SHAPED_NOTHING where there is no face: the same clip and seed would give none again.
    """
    points_at = 12 * int(head["faces"])
    per_pose = 3 * int(head["points"])
    if min(points_at, per_pose) < 0 or len(payload) != points_at + 4 * per_pose * frames:
        raise _wrong(f"{len(payload)} bytes for {head['points']} points on {frames} frames")
    faces = np.frombuffer(payload[:points_at], np.int32).reshape(-1, 3).copy()
    points = np.frombuffer(payload[points_at:], np.float32).reshape(frames, -1, 3).copy()
    if not len(faces):
        raise InputError(
            "SHAPED_NOTHING",
            f"{NAME} made no solid of this clip",
            fix="use another seed, or a larger, clearer subject",
        )
    if faces.min() < 0 or faces.max() >= points.shape[1]:
        raise _wrong("faces without points")
    if not np.isfinite(points).all():
        raise _wrong("points that are not numbers")
    return faces, points


def made(faces: Indices, points: Floats, *, rate: float) -> Animation:
    """The moving mesh that it made of a clip, its faces counter-clockwise seen from outside."""
    uv = np.zeros((points.shape[1], 2), np.float32)
    return _standing(Mesh(points[0], outward(points[0], faces), uv), points, rate=rate)


def moved(model: Mesh, sent: Carried, answer: tuple[Indices, Floats], *, rate: float) -> Animation:
    """The model as it moves: all of its points, its own faces, colours and texture.

    Raises EngineError ENGINE_FAILED where the answer is about other faces than were sent.
    """
    faces, points = answer
    if not np.array_equal(faces, sent.faces) or points.shape[1] != len(sent.points):
        raise _wrong("other faces than those of the model")
    return _standing(model, sent.back(points), rate=rate)


def _standing(mesh: Mesh, points: Floats, *, rate: float) -> Animation:
    used = points[:, np.unique(mesh.faces)].astype(np.float64)
    long_side = float(np.ptp(used[0], axis=0).max())
    if not long_side:
        raise _wrong("a mesh without any size")
    depth = (used[..., 2].min(axis=1) + used[..., 2].max(axis=1)).mean() / 2
    y_down = (points.astype(np.float64) - [0.0, 0.0, depth]) * [1.0, -1.0, 1.0]
    animation = animation_of(mesh, y_down, long_px=long_side, rate=rate)
    return replace(animation, camera=None)  # it sees in perspective, and tells nothing of it


def _wrong(what: str) -> EngineError:
    return EngineError(
        "ENGINE_FAILED",
        f"{NAME} answered {what}",
        fix="use another seed or mode; compare with the checkout's own inference scripts",
    )
