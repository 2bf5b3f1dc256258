"""What every reader hands on: parts with points, faces and looks, and the limits they keep.

What belongs here: the shape of a model as read, limits, and the errors all readers share. What
does not: any format, and making one mesh of the parts (`joining`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.errors import InputError
from maquette.types import Bytes

BYTES_AT_MOST = 256 * 2**20
FACES_AT_MOST = 2_000_000
POINTS_AT_MOST = 3 * FACES_AT_MOST  # as many as a file without shared points has
PARTS_AT_MOST = 10_000
TEXTURES_AT_MOST = 64

_MIXER = np.uint64(0x9E3779B97F4A7C15)

Wide = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Part:
    """One piece of a model with one look.

    Attributes:
        uv: origin at the top left of the texture; None where the part has no texture.
        colours: straight sRGB, which the texture is multiplied with; None is white.
        texture: number of its picture in `Model.textures`.
        clamped: texture coordinates outside 0..1 stop at the edge instead of starting over.
    """

    points: Wide  # (V, 3)
    faces: Whole  # (F, 3)
    uv: Wide | None = None  # (V, 2)
    colours: Bytes | None = None  # (V, 4)
    texture: int | None = None
    clamped: bool = False


@dataclass(frozen=True)
class Model:
    """A file as read: its parts, in the file's own axes and unit.

    Attributes:
        textures: whole picture files, as they were packed.
        unit: what the file itself says; empty where it says nothing.
        up: likewise.
        notes: plain sentences on what was left out.
    """

    parts: tuple[Part, ...]
    textures: tuple[bytes, ...] = ()
    unit: str = ""
    up: str = ""
    notes: tuple[str, ...] = field(default=())


def damaged(what: str) -> InputError:
    """The refusal of a file that breaks the rules of its format."""
    return InputError(
        "MESH_FILE_DAMAGED", what, fix="export it anew, and open it once to see that it is whole"
    )


def expect_faces(count: int) -> None:
    """Refuse more faces than are read."""
    if count > FACES_AT_MOST:
        raise InputError(
            "MESH_TOO_MANY_FACES",
            f"it has {count:,} faces; at most {FACES_AT_MOST:,} are read",
            fix="reduce it first: 200,000 faces are more than a print can show",
        )


def expect_points(count: int) -> None:
    """Refuse more points than faces could use."""
    if count > POINTS_AT_MOST:
        raise InputError(
            "MESH_TOO_MANY_FACES",
            f"it has {count:,} points; at most {POINTS_AT_MOST:,} are read",
            fix="reduce it first",
        )


def fans(corners: Whole, sizes: Whole) -> Whole:
    """(F, 3) triangles of polygons: their corners in one row, and how many each has.

    What has fewer than three corners is a point or a line and gives no triangle.
    """
    triangles = np.maximum(sizes - 2, 0)
    expect_faces(int(triangles.sum()))
    first = np.repeat(np.cumsum(sizes) - sizes, triangles)
    step = np.arange(triangles.sum()) - np.repeat(np.cumsum(triangles) - triangles, triangles)
    return np.stack([corners[first], corners[first + step + 1], corners[first + step + 2]], axis=1)


def numbers(words: list[bytes]) -> Wide:
    """Words as numbers; raises ValueError at the first that is none."""
    return np.fromiter(map(float, words), np.float64, len(words))


def colour_bytes(values: NDArray[Any], *, full: float) -> Bytes:
    """(V, 4) straight colours from (V, 3 or 4) values where `full` is as bright as can be.

    What is not a number counts as full: a broken colour must not cost the model.
    """
    share = np.nan_to_num(values.astype(np.float64) / full, nan=1.0, posinf=1.0, neginf=0.0)
    colours = np.full((len(values), 4), 255, np.uint8)
    colours[:, : values.shape[1]] = np.rint(np.clip(share, 0, 1) * 255)
    return colours


def moved(part: Part, turn: Wide, shift: Wide) -> Part:
    """The part after ``points @ turn + shift``; its faces stay right side out in a mirror."""
    with np.errstate(all="ignore"):  # what is not finite is dropped later, with a note
        points = part.points @ turn + shift
        mirrored = np.linalg.det(turn) < 0
    faces = np.ascontiguousarray(part.faces[:, ::-1]) if mirrored else part.faces
    return replace(part, points=points, faces=faces)


def distinct(rows: Wide) -> tuple[Whole, Whole]:
    """A row of each kind, and the kind of every row; sorting numbers is far faster than rows."""
    exact = np.ascontiguousarray(rows + 0.0)  # -0 becomes 0
    mixed = np.zeros(len(exact), np.uint64)
    for column in exact.view(np.uint64).reshape(exact.shape).T:
        mixed = (mixed ^ column) * _MIXER
        mixed ^= mixed >> np.uint64(29)
    _, first, number = np.unique(mixed, return_index=True, return_inverse=True)
    if not np.array_equal(exact[first][number], exact, equal_nan=True):  # two kinds, one number
        _, first, number = np.unique(exact, axis=0, return_index=True, return_inverse=True)
    return first.astype(np.int64), number.reshape(-1).astype(np.int64)


def welded(
    points: Wide, corners: Whole, *, uv: Wide | None = None, colours: Bytes | None = None
) -> Part:
    """A part from corners that each bring their own look: equal corners become one point.

    Args:
        points: (V, 3) of the whole object.
        corners: (3 F,) which point each corner is at.
        uv: (3 F, 2) per corner.
        colours: (3 F, 4) per corner.
    """
    key = [corners.astype(np.float64)[:, None]]
    if uv is not None:
        key.append(uv)
    if colours is not None:
        key.append(colours.astype(np.float64))
    first, number = distinct(np.hstack(key))
    return Part(
        points[corners[first]],
        number.reshape(-1, 3).astype(np.int64),
        uv=None if uv is None else uv[first],
        colours=None if colours is None else colours[first],
    )
