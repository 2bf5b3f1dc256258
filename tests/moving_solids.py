"""Moving solids whose truth is known: four bodies, three motions, seen without perspective.

What belongs here: the bodies, how they move, and what a camera before them sees. What does not:
measuring anything that was made of such a clip (`bench.moving_solids`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from maquette.solids.previews import Sitter, View, silhouette
from maquette.types import Camera, Mesh, Picture

FRAMES = 24
FILLS = 0.4  # pixels of the picture per unit of a body, as a share of its side: bodies are 2 long
GRID = 60  # cells along a body's longest side
FAR = 1000.0  # body lengths between it and the camera: no perspective to speak of
TURN_DEG = (-15.0, 45.0)
BENDS = (-0.35, 0.55)  # radians per unit of length
SQUASHED = 0.78  # of its height, at half time
FINER = 2  # times the picture's size: covers are averaged

Wide = NDArray[np.float64]
Way = Callable[[Wide, float], Wide]


@dataclass(frozen=True)
class Moving:
    """A body on every frame, in its own units: y up, z to the viewer, the origin in the middle.

    Attributes:
        mesh: closed, with colours; its points are not on any frame.
        points: (T, V, 3) on every frame.
        size_px: of the square pictures.
    """

    mesh: Mesh
    points: Wide
    size_px: int

    @property
    def camera(self) -> Camera:
        """Where the body lies in the pictures."""
        return Camera(FILLS * self.size_px, (self.size_px / 2, self.size_px / 2))

    def truth(self, frame: int) -> Mesh:
        """The body as it is."""
        return replace(self.mesh, points=self.points[frame].astype(np.float32))

    def cutout(self, frame: int) -> Picture:
        """What the camera sees of it, with straight alpha."""
        mesh, side_px = self.truth(frame), self.size_px
        sitter = Sitter.of(mesh)
        # the screen is one unit wide, the body FILLS of it per unit of its own
        view = View(np.eye(3), np.zeros(3), FAR, FILLS * FAR, np.zeros(2))
        rgba = sitter.portrait(view, size_px=side_px, floor=False).rgba.copy()
        at_px = (mesh.points[:, :2] * (FILLS, -FILLS) + 0.5) * side_px * FINER
        fine = silhouette(at_px[mesh.faces].astype(np.float64), side_px * FINER)
        cover = fine.reshape(side_px, FINER, side_px, FINER).mean(axis=(1, 3))
        rgba[..., 3] = np.rint(255 * cover)
        rgba[rgba[..., 3] == 0] = 0
        return Picture(rgba)


class Cutouts(Sequence[Picture]):
    """The cut-outs of a moving body, rendered when they are asked for."""

    def __init__(self, moving: Moving) -> None:
        self.moving = moving

    def __len__(self) -> int:
        return len(self.moving.points)

    def __getitem__(self, n: int) -> Picture:
        return self.moving.cutout(range(len(self))[n])


def moving(body: str, motion: str, *, frames: int = FRAMES, size_px: int = 512) -> Moving:
    """A body of BODIES that moves as one of MOTIONS."""
    mesh = _meshed(BODIES[body])
    times = np.linspace(0, 1, frames)
    points = np.array([MOTIONS[motion](mesh.points.astype(np.float64), t) for t in times])
    return Moving(mesh, points, size_px)


# -- bodies: how far places are from them, negative within


def ellipsoid(at: Wide) -> Wide:
    """Longer than high, and as deep as high."""
    axes = np.array([1.0, 0.62, 0.62])
    near, slope = at / axes, at / axes**2
    length = np.linalg.norm(near, axis=-1)
    return length * (length - 1) / np.maximum(np.linalg.norm(slope, axis=-1), 1e-9)


def bean(at: Wide) -> Wide:
    """A thick tube along an arc."""
    middle, radius, half = np.array([0.0, -0.55, 0.0]), 0.75, 1.0
    angle = np.clip(np.arctan2(at[..., 0], at[..., 1] - middle[1]), -half, half)
    axis = np.stack([np.sin(angle), np.cos(angle), 0 * angle], axis=-1) * radius + middle
    return np.linalg.norm(at - axis, axis=-1) - 0.34


def two_lobed(at: Wide) -> Wide:
    """A large ball and a smaller one, grown together."""
    large = np.linalg.norm(at - (-0.42, -0.05, 0), axis=-1) - 0.55
    small = np.linalg.norm(at - (0.5, 0.1, 0), axis=-1) - 0.40
    return _grown(large, small, 0.18)


def creature(at: Wide) -> Wide:
    """A body, a head on a neck, four legs and a tail, all of them round limbs."""
    limbs = (
        ((-0.50, 0.05, 0), (0.45, 0.10, 0), 0.26),
        ((0.45, 0.12, 0), (0.72, 0.48, 0), 0.15),
        ((0.72, 0.50, 0), (0.88, 0.46, 0), 0.17),
        ((-0.55, 0.12, 0), (-0.92, 0.34, 0), 0.07),
        ((-0.58, -0.05, 0.13), (-0.66, -0.68, 0.13), 0.085),
        ((-0.36, -0.05, -0.13), (-0.34, -0.68, -0.13), 0.085),
        ((0.34, -0.05, 0.13), (0.26, -0.68, 0.13), 0.085),
        ((0.54, -0.05, -0.13), (0.62, -0.68, -0.13), 0.085),
    )
    whole = np.full(at.shape[:-1], np.inf)
    for start, end, radius in limbs:
        whole = _grown(whole, _limb(at, np.array(start), np.array(end)) - radius, 0.06)
    return whole


BODIES = {"ellipsoid": ellipsoid, "bean": bean, "two-lobed": two_lobed, "creature": creature}


def _limb(at: Wide, start: Wide, end: Wide) -> Wide:
    along = end - start
    share = np.clip((at - start) @ along / (along @ along), 0, 1)
    return np.linalg.norm(at - start - share[..., None] * along, axis=-1)


def _grown(one: Wide, other: Wide, soft: float) -> Wide:
    """Both, their seam filled over this width."""
    share = np.clip(0.5 + 0.5 * (other - one) / soft, 0, 1)
    either = np.where(np.isinf(one), other, one)
    return np.where(
        np.isinf(one), other, other + (either - other) * share - soft * share * (1 - share)
    )


def _meshed(body: Callable[[Wide], Wide]) -> Mesh:
    """The surface of a body, patterned so that its motion can be seen."""
    from skimage.measure import marching_cubes

    axis = np.linspace(-1.15, 1.15, round(GRID * 1.15))
    at = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1)
    points, faces, _, _ = marching_cubes(body(at), 0.0)
    points = points * (axis[1] - axis[0]) + axis[0]
    uv = np.zeros((len(points), 2), np.float32)
    return Mesh(points.astype(np.float32), faces.astype(np.int32), uv, colours=_pattern(points))


def _pattern(points: Wide) -> NDArray[np.uint8]:
    """Spots of several sizes, fixed to the body."""
    chance = np.random.default_rng(4)
    light = np.zeros(len(points))
    for waves in (5.0, 9.0, 15.0):
        for _ in range(4):
            towards = chance.normal(size=3)
            towards *= waves / np.linalg.norm(towards)
            light += np.sin(points @ towards + chance.uniform(0, 2 * np.pi)) / 4
    share = np.clip(0.5 + 0.35 * light, 0, 1)[:, None]
    mixed = share * np.array([236, 190, 120]) + (1 - share) * np.array([86, 62, 110])
    return np.concatenate([mixed, np.full_like(share, 255)], axis=1).astype(np.uint8)


# -- motions: where places of a body are, at a time of 0 .. 1


def turning(at: Wide, time: float) -> Wide:
    """About the vertical, evenly."""
    start, end = np.deg2rad(TURN_DEG)
    a = start + (end - start) * time
    return at @ np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]]).T


def bending(at: Wide, time: float) -> Wide:
    """In the plane of the picture, from one side to the other; its axis keeps its length."""
    start, end = BENDS
    bent = start + (end - start) * (1 - np.cos(np.pi * time)) / 2
    if abs(bent) < 1e-6:
        return at
    angle, radius = at[..., 0] * bent, 1 / bent - at[..., 1]
    return np.stack(
        [np.sin(angle) * radius, 1 / bent - np.cos(angle) * radius, at[..., 2]], axis=-1
    )


def squashing(at: Wide, time: float) -> Wide:
    """Down and up again, wider and deeper meanwhile: its volume stays."""
    high = 1 - (1 - SQUASHED) * np.sin(np.pi * time) ** 2
    return at * [1 / np.sqrt(high), high, 1 / np.sqrt(high)]


MOTIONS: dict[str, Way] = {"turning": turning, "bending": bending, "squashing": squashing}
