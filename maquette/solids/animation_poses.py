"""Poses: points that follow a clip's pictures as an animation in metres, and its camera.

What belongs here: from pixels to metres, and where the floor and the middle are. What does not:
how points move.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from maquette.types import Animation, Camera, Mesh

LONG_SIDE_M = 0.3  # of the subject, on the frame that the mesh is made of

Wide = NDArray[np.float64]


def animation_of(mesh: Mesh, points_px: Wide, *, long_px: float, rate: float) -> Animation:
    """A mesh that stands on y = 0 where it is lowest over the clip, its way centred on x = 0.

    Args:
        mesh: faces, uv and texture; its points are not looked at.
        points_px: (T, V, 3) on every frame, in pixels of the clip, y down, z to the viewer.
        long_px: what becomes 30 cm.
        rate: frames per second.
    """
    px_per_m = long_px / LONG_SIDE_M
    used = points_px[:, np.unique(mesh.faces)]
    middles = (used[..., 0].min(axis=1) + used[..., 0].max(axis=1)) / 2
    origin_xy = float(middles.mean()), float(used[..., 1].max())
    metres = (points_px - [*origin_xy, 0.0]) * np.array([1.0, -1.0, 1.0]) / px_per_m
    points = metres.astype(np.float32)
    still = replace(mesh, points=np.ascontiguousarray(points[0]), motion=None)
    return Animation(still, points, rate, Camera(px_per_m, origin_xy))
