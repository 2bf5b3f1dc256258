"""A small animation that every writer can be tried on: a textured ball that sways and squashes.

Its points are doubled along a seam and at the poles, as in every mesh with texture coordinates.
What belongs here: drawing it. What does not: bodies with a truth to measure (`moving_solids`).
"""

from __future__ import annotations

import numpy as np

from maquette.solids.textures import encode_png
from maquette.types import Animation, Camera, Floats, Indices, Mesh

RADIUS_M = 0.15


def swaying(*, frames: int = 5, rows: int = 12, texture: bool = True, still: bool = False):
    """An animation with (2 rows + 1) rows points, standing on y = 0 where it is lowest."""
    at_rest, faces, uv = _ball(rows)
    phases = np.zeros(frames) if still else 2 * np.pi * np.arange(frames) / frames
    points = np.stack([_swayed(at_rest, phase) for phase in phases])
    points[..., 1] -= points[..., 1].min()
    points = points.astype(np.float32)
    mesh = Mesh(points[0].copy(), faces, uv, _squares() if texture else None)
    return Animation(mesh, points, 12.5, Camera(640.0, (128.0, 250.5)))


def _ball(rows: int) -> tuple[Floats, Indices, Floats]:
    """Points, faces and texture coordinates; the last column lies on the first."""
    columns = 2 * rows + 1
    turn, drop = np.meshgrid(np.linspace(0, 2 * np.pi, columns), np.linspace(0, np.pi, rows))
    turn[:, -1] = 0  # exactly where the first column is
    ring = np.sin(drop)
    ring[[0, -1]] = 0
    unit = np.stack([ring * np.cos(turn), np.cos(drop), -ring * np.sin(turn)], axis=-1)
    corner = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    below, beside, across = corner + columns, corner + 1, corner + columns + 1
    upper = np.column_stack([corner, below, beside])[columns - 1 :]  # none at the upper pole
    lower = np.column_stack([beside, below, across])[: -(columns - 1)]
    u, v = np.meshgrid(np.linspace(0, 1, columns), np.linspace(0, 1, rows))
    faces = np.vstack([upper, lower]).astype(np.int32)
    uv = np.stack([u, v], axis=-1).reshape(-1, 2).astype(np.float32)
    return (unit.reshape(-1, 3) * RADIUS_M).astype(np.float32), faces, uv


def _swayed(points: Floats, phase: float) -> Floats:
    """The ball at a moment: longer or flatter, and bent aside."""
    tall = 1 + 0.3 * np.sin(phase)
    moved = points.astype(np.float64) * (tall**-0.5, tall, tall**-0.5)
    moved[:, 0] += 2 * np.sin(phase + 0.5) * moved[:, 1] ** 2
    return moved


def _squares() -> bytes:
    """A texture of 64 x 64 px."""
    y, x = np.mgrid[:64, :64]
    dark = (x // 8 + y // 8) % 2
    return encode_png(np.stack([80 + 120 * dark, 4 * x, 4 * y], axis=-1).astype(np.uint8))
