"""The nouns of the trade as plain frozen values, validated once and trusted afterwards.

Pixels: row 0 on top, x right, y down, straight (not premultiplied) alpha. Solids: metres, y up,
facing +z, counter-clockwise faces. Converters from model outputs live with their engines,
never here.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.errors import InputError

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Bools = NDArray[np.bool_]
Indices = NDArray[np.int32]


def expect(name: str, array: NDArray[Any], *, shape: str, dtype: type, ndim: int) -> None:
    """Refuse an array of the wrong dtype or number of axes, naming the shape that was meant."""
    if array.ndim != ndim or array.dtype != dtype:
        raise InputError(
            "ARRAY_SHAPE",
            f"{name} must be {shape} {np.dtype(dtype).name}, not {array.shape} {array.dtype}",
        )


@dataclass(frozen=True)
class Picture:
    """A still picture with straight alpha; an opaque one has alpha 255 everywhere."""

    rgba: Bytes  # (H, W, 4) uint8

    def __post_init__(self) -> None:
        expect("Picture.rgba", self.rgba, shape="(H, W, 4)", dtype=np.uint8, ndim=3)
        if self.rgba.shape[2] != 4 or 0 in self.rgba.shape:
            raise InputError("ARRAY_SHAPE", f"Picture.rgba must be (H, W, 4): {self.rgba.shape}")

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.rgba.shape[1], self.rgba.shape[0]

    @property
    def is_opaque(self) -> bool:
        """Whether no pixel is see-through."""
        return bool(self.rgba[..., 3].min() == 255)


@dataclass(frozen=True)
class Mask:
    """Which pixels belong to the subject."""

    inside: Bools  # (H, W) bool

    def __post_init__(self) -> None:
        expect("Mask.inside", self.inside, shape="(H, W)", dtype=np.bool_, ndim=2)


@dataclass(frozen=True)
class Matte:
    """How much of each pixel belongs to the subject."""

    alpha: Floats  # (H, W) float32, 0 outside .. 1 inside

    def __post_init__(self) -> None:
        expect("Matte.alpha", self.alpha, shape="(H, W)", dtype=np.float32, ndim=2)


@dataclass(frozen=True)
class Alpha:
    """A matte that keeps the depth of what was shot: 16 bits in the store, where `Matte` has 8."""

    cover: Floats  # (H, W) float32, 0 outside .. 1 inside

    def __post_init__(self) -> None:
        expect("Alpha.cover", self.cover, shape="(H, W)", dtype=np.float32, ndim=2)


@dataclass(frozen=True)
class Motion:
    """How a thing moves: keys over one loop, whose last key equals its first.

    Lengths are shares of the thing's longer side, so that one motion fits a 5 cm and a 50 cm
    sticker, and a picture as well as a solid. Turns and sizes are about the middle of the thing.
    """

    times_s: Floats  # (K,) float32, rising from 0
    offsets: Floats  # (K, 3) float32, x right, y up, z to the viewer
    turns_xyzw: Floats  # (K, 4) float32, unit quaternions
    sizes: Floats  # (K, 3) float32, 1 is as it is

    def __post_init__(self) -> None:
        expect("Motion.times_s", self.times_s, shape="(K,)", dtype=np.float32, ndim=1)
        for name, wide in (("offsets", 3), ("turns_xyzw", 4), ("sizes", 3)):
            values: Floats = getattr(self, name)
            expect(f"Motion.{name}", values, shape=f"(K, {wide})", dtype=np.float32, ndim=2)
            if values.shape != (len(self.times_s), wide):
                raise InputError("ARRAY_SHAPE", f"Motion.{name} must have one row per time")


@dataclass(frozen=True)
class Mesh:
    """A triangle mesh with one texture: metres, y up, facing +z, counter-clockwise outside.

    Points may repeat along texture seams; whether it is watertight is judged with equal
    positions merged.

    Attributes:
        texture_png: the base colour picture as PNG bytes, or None for plain grey.
        uv: one per point, origin at the *top left* of the texture, as in glTF.
        colours: one straight RGBA per point, which the texture is multiplied with.
    """

    points: Floats  # (V, 3) float32, metres
    faces: Indices  # (F, 3) int32
    uv: Floats  # (V, 2) float32
    texture_png: bytes | None = None
    alpha_cutoff: float | None = None  # cut-out transparency at this alpha; None is opaque
    motion: Motion | None = None
    colours: Bytes | None = None  # (V, 4) uint8

    def __post_init__(self) -> None:
        expect("Mesh.points", self.points, shape="(V, 3)", dtype=np.float32, ndim=2)
        expect("Mesh.faces", self.faces, shape="(F, 3)", dtype=np.int32, ndim=2)
        expect("Mesh.uv", self.uv, shape="(V, 2)", dtype=np.float32, ndim=2)
        if len(self.uv) != len(self.points):
            raise InputError("ARRAY_SHAPE", "Mesh.uv must have one row per point")
        if self.colours is not None:
            expect("Mesh.colours", self.colours, shape="(V, 4)", dtype=np.uint8, ndim=2)
            if self.colours.shape != (len(self.points), 4):
                raise InputError("ARRAY_SHAPE", "Mesh.colours must have one row per point")
        if len(self.faces) and int(self.faces.max()) >= len(self.points):
            raise InputError("MESH_INDEX", "Mesh.faces names a point that does not exist")
        if not np.isfinite(self.points).all():
            raise InputError("MESH_NOT_FINITE", "Mesh.points holds values that are not numbers")


@dataclass(frozen=True)
class Camera:
    """Where a mesh's front view lies in the picture it was made from, seen without perspective.

    Attributes:
        px_per_m: of the mesh.
        origin_xy: the pixel coordinates of the mesh's x = 0, y = 0; picture y runs down.
    """

    px_per_m: float
    origin_xy: tuple[float, float]


@dataclass(frozen=True)
class Animation:
    """A mesh that changes its shape from frame to frame, and never its faces.

    Attributes:
        mesh: faces, texture and the rest; its points are those of the first frame.
        points: of every frame, metres.
        rate: frames per second.
        camera: how the clip saw it; None where the engine does not tell.
    """

    mesh: Mesh
    points: Floats  # (T, V, 3) float32
    rate: float
    camera: Camera | None = None

    def __post_init__(self) -> None:
        expect("Animation.points", self.points, shape="(T, V, 3)", dtype=np.float32, ndim=3)
        if self.points.shape[1:] != self.mesh.points.shape or not len(self.points):
            raise InputError("ARRAY_SHAPE", "Animation.points must have one row per point")
        if not np.isfinite(self.points).all():
            raise InputError("MESH_NOT_FINITE", "Animation.points holds values that are no numbers")
        if not self.rate > 0:
            raise InputError("ARRAY_SHAPE", f"Animation.rate must be above 0, not {self.rate}")

    def posed(self, frame: int) -> Mesh:
        """The mesh as it is on one frame."""
        return replace(self.mesh, points=self.points[frame])


@dataclass(frozen=True)
class Face:
    """One face in a picture, found by its landmarks.

    Attributes:
        landmarks: in the order of MediaPipe's face mesh; pixels: x right, y down, z towards the
            viewer, in pixels too.
        score: 0..1, how sure the finder is that it is a human face.
        turn_deg: about the vertical; positive looks to the right side of the picture.
        nod_deg: about the line through the eyes; positive looks up.
        tilt_deg: in the picture's plane; positive is clockwise.
    """

    landmarks: Floats  # (478, 3) float32
    score: float
    turn_deg: float = 0.0
    nod_deg: float = 0.0
    tilt_deg: float = 0.0

    def __post_init__(self) -> None:
        expect("Face.landmarks", self.landmarks, shape="(478, 3)", dtype=np.float32, ndim=2)
        if self.landmarks.shape != (478, 3):
            raise InputError(
                "ARRAY_SHAPE", f"Face.landmarks must be (478, 3): {self.landmarks.shape}"
            )


PLATE_DEPTHS = tuple(np.dtype(kind) for kind in (np.uint8, np.uint16, np.float16, np.float32))


@dataclass(frozen=True)
class Plate:
    """One frame as it was shot: full size, full depth, straight alpha.

    Attributes:
        colour: what the numbers mean: ``display`` (ready to be shown: sRGB, Rec.709), ``linear``
            (scene light, 1 is diffuse white) or ``log`` (a camera's curve, left as it is).
    """

    pixels: NDArray[Any]  # (H, W, 3 or 4) uint8, uint16, float16 or float32
    colour: str = "display"

    def __post_init__(self) -> None:
        if self.pixels.ndim != 3 or self.pixels.shape[2] not in (3, 4) or 0 in self.pixels.shape:
            raise InputError("ARRAY_SHAPE", f"Plate.pixels must be (H, W, 3 or 4): {self.size_wh}")
        if self.pixels.dtype not in PLATE_DEPTHS:
            raise InputError("ARRAY_SHAPE", f"Plate.pixels is {self.pixels.dtype}")

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]


@dataclass(frozen=True)
class Source:
    """A file that stays in the store: it is opened where it is needed, never held in memory.

    Attributes:
        name: tells the kind by its ending.
        opened: a path on this machine for as long as the context lasts.
    """

    name: str
    opened: Callable[[], AbstractContextManager[Path]]


@dataclass(frozen=True)
class File:
    """A finished file: its bytes and how its name ends (``usdz``)."""

    data: bytes
    suffix: str


@dataclass(frozen=True)
class LargeFile:
    """A finished file too large for memory: whoever keeps it takes it away from its path."""

    path: Path
    suffix: str
