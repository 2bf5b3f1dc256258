"""Many parts into one mesh with one look: points, texture coordinates, colours, one texture.

What belongs here: joining, and dropping what cannot be kept (points that are not numbers). What
does not: the pictures on the common texture (`atlas`), units and axes (`maquette.formats.models`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from maquette.errors import InputError
from maquette.formats.model_files.atlas import (
    SIDE_PX,
    Pictures,
    laid_out,
    opened,
    plain,
    share_px,
    tinted,
)
from maquette.formats.model_files.parts import Model, Part, Wide, distinct, expect_faces
from maquette.types import Bytes, Indices

WHITE = (255, 255, 255)
TINTS_AT_MOST = 64  # each is a copy of its picture
REPEATS_AT_MOST = 4  # of a picture along one side, before coordinates are folded into it


@dataclass(frozen=True)
class Joined:
    """One mesh in the file's own unit and axes, and what had to be done."""

    points: Wide
    faces: Indices
    uv: Wide
    colours: Bytes | None
    texture_png: bytes | None
    notes: tuple[str, ...]


def joined(model: Model) -> Joined:
    """All parts as one mesh.

    Raises InputError MESH_FILE_NO_FACES or MESH_NOT_FINITE where nothing is left, and the codes
    of `maquette.pictures.opening` for pictures that cannot be used.
    """
    parts = [part for part in model.parts if len(part.faces)]
    if not parts:
        raise InputError(
            "MESH_FILE_NO_FACES",
            "it has no faces: nothing in it can be printed",
            fix="export a surface of triangles; points, lines and curves are not enough",
        )
    expect_faces(sum(len(part.faces) for part in parts))
    whole = [_finite(part) for part in parts]
    dropped = sum(len(part.faces) for part in parts) - sum(len(part.faces) for part in whole)
    whole = [part for part in whole if len(part.faces)]
    if not whole:
        raise InputError(
            "MESH_NOT_FINITE",
            "none of its faces has three points that are numbers",
            fix="export it anew: its coordinates are lost",
        )
    notes = model.notes
    if dropped:
        notes = (*notes, f"{dropped:,} faces with points that are not numbers were left out")
    parts, texture_png, more = _on_one_texture(whole, model)
    points, faces = _stacked(parts)
    uv = np.vstack([np.zeros((len(p.points), 2)) if p.uv is None else p.uv for p in parts])
    return Joined(points, faces, uv, _colours(parts), texture_png, (*notes, *more))


def _finite(part: Part) -> Part:
    """The part without faces that touch a point which is not a number, or beyond float32."""
    good = np.all(np.abs(part.points) < np.finfo(np.float32).max, axis=1)
    kept = part.faces if good.all() else part.faces[good[part.faces].all(axis=1)]
    return replace(part, points=np.where(good.reshape(-1, 1), part.points, 0.0), faces=kept)


def _stacked(parts: list[Part]) -> tuple[Wide, Indices]:
    """All points, and faces that name them; points that no face uses stay behind."""
    starts = np.cumsum([0, *(len(part.points) for part in parts[:-1])])
    faces = np.vstack([part.faces + start for part, start in zip(parts, starts, strict=True)])
    return np.vstack([part.points for part in parts]), faces.astype(np.int32)


def _colours(parts: list[Part]) -> Bytes | None:
    if all(part.colours is None for part in parts):
        return None
    white = np.uint8(255)
    return np.vstack(
        [np.full((len(p.points), 4), white) if p.colours is None else p.colours for p in parts]
    )


def _on_one_texture(
    parts: list[Part], model: Model
) -> tuple[list[Part], bytes | None, tuple[str, ...]]:
    """Parts whose coordinates lie on one picture, that picture, and notes.

    A part of one colour takes it onto the picture: formats that know a texture or colours, but
    not both, then lose nothing.
    """
    used = {part.texture for part in parts if part.texture is not None}
    if not used:
        return [replace(part, uv=None) for part in parts], None, ()
    parts = [_within_repeats(part) for part in parts]
    tints = _tints(parts)
    looks = [(part.texture, tint or WHITE) for part, tint in zip(parts, tints, strict=True)]
    numbers = {look: number for number, look in enumerate(dict.fromkeys(looks))}
    side_px = share_px(sum(texture is not None for texture, _ in numbers))
    once = {texture: opened(model.textures[texture], side_px=side_px) for texture in sorted(used)}
    pictures = Pictures(
        tuple(
            plain(tint) if texture is None else tinted(once[texture], tint)
            for texture, tint in numbers
        ),
        tuple(
            _repeats([p for p, of in zip(parts, looks, strict=True) if of == n]) for n in numbers
        ),
    )
    atlas = laid_out(pictures)
    placed = [
        replace(
            part,
            uv=atlas.placed(numbers[look], _coordinates(part)),
            colours=part.colours if tint is None else None,
        )
        for part, look, tint in zip(parts, looks, tints, strict=True)
    ]
    notes = (f"{len(used)} textures were joined into one",) if len(used) > 1 else ()
    if atlas.shrunk:
        notes = (*notes, f"its textures were made smaller to fit {SIDE_PX} × {SIDE_PX} pixels")
    return placed, atlas.png, notes


def _tints(parts: list[Part]) -> list[tuple[int, ...] | None]:
    """The one colour of each part; None where it has many, or where there are too many tints."""
    tints = [_tint(part) for part in parts]
    looks = {(part.texture, tint) for part, tint in zip(parts, tints, strict=True)}
    if len(looks) <= TINTS_AT_MOST:
        return tints
    return [tint if tint == WHITE else None for tint in tints]


def _tint(part: Part) -> tuple[int, ...] | None:
    if part.colours is None:
        return WHITE
    first = part.colours[0, :3]
    return tuple(first.tolist()) if (part.colours[:, :3] == first).all() else None


def _coordinates(part: Part) -> Wide:
    return np.full((len(part.points), 2), 0.5) if part.uv is None else part.uv


def _within_repeats(part: Part) -> Part:
    """The part with coordinates from 0 up to a few repeats: every face moved by whole pictures."""
    if part.uv is None:
        return part
    uv = np.clip(np.nan_to_num(part.uv), -1e6, 1e6)
    # exporters overshoot by rounding: that is no second picture
    uv = np.where((uv > -1e-4) & (uv < 1 + 1e-4), np.clip(uv, 0, 1), uv)
    if part.clamped or (uv.min() >= 0 and uv.max() <= 1):
        return replace(part, uv=np.clip(uv, 0, 1))
    corners = part.faces.ravel()
    by_face = uv[part.faces]
    moved = by_face - np.floor(by_face.min(axis=1, keepdims=True) + 1e-6)
    moved = np.where(moved > REPEATS_AT_MOST, moved % 1, moved).reshape(-1, 2)
    moved = np.maximum(moved, 0)
    first, number = distinct(np.column_stack([corners.astype(np.float64), np.round(moved, 7)]))
    kept = corners[first]
    return replace(
        part,
        points=part.points[kept],
        faces=number.reshape(-1, 3),
        uv=moved[first],
        colours=None if part.colours is None else part.colours[kept],
    )


def _repeats(parts: list[Part]) -> tuple[int, int]:
    """How often the picture of these parts must be laid side by side, along both sides."""
    uvs = [part.uv for part in parts if part.uv is not None and len(part.uv)]
    most = np.max([uv.max(axis=0) for uv in uvs], axis=0) if uvs else np.ones(2)
    across, down = np.clip(np.ceil(most - 1e-4), 1, REPEATS_AT_MOST).astype(int).tolist()
    return across, down
