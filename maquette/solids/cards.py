"""Sticker cards: a cut-out becomes a thin solid with a white border, or a see-through plane.

A die-cut card is closed and opaque, because alpha has a long record of trouble in AR viewers:
the art is printed on white, on both sides (mirrored on the back, so that the silhouette reads
from behind), the rim is chamfered, and every wall samples the white border. What belongs here:
the geometry of cards, in metres, standing on y = 0 and facing +z. What does not: how they move
(`motions`), and where a card is anchored in a room, which `maquette.formats.usdz` settles.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.batch.stages import Made, map_stage
from maquette.errors import InputError
from maquette.solids.die_lines import ALPHA_INSIDE, die_line
from maquette.solids.motions import motion_of
from maquette.solids.textures import Layout, bled, encode_png, lay_out, over_white
from maquette.types import Mesh, Picture

LONG_SIDE_M = 0.20  # at scale 1: a sticker as large as a hand
PLANE_GAP_M = 0.0002  # keeps the two sides of a plane from flickering through each other
CHAMFER_SHARE = 0.25  # of the thickness, at the front and at the back

Points = NDArray[np.float64]  # (N, 2) or (N, 3), metres or pixels as said


@map_stage(version="1", makes="card")
def stand(
    cutout: Picture,
    *,
    geometry: str = "die_cut",
    scale: float = 1.0,
    thickness_mm: float = 2.0,
    border: float = 0.024,
    motion: str = "still",
) -> Made:
    """Make a cut-out stand as a card.

    Args:
        cutout: art with straight alpha.
        geometry: ``die_cut``, a closed opaque card, or ``plane``, a quad with cut-out alpha.
        scale: 0.1 .. 2.0 times 20 cm for the longer side.
        thickness_mm: 1 .. 3 of a die-cut card.
        border: white edge as a share of the art's longer side, 0.005 .. 0.1.
        motion: ``still``, or how it moves: ``bob``, ``spin``, ``wiggle`` or ``pop``.
    """
    _expect_between("scale", scale, 0.1, 2.0)
    notes: tuple[str, ...] = ()
    if geometry == "plane":
        mesh = plane(cutout, scale=scale)
    elif geometry == "die_cut":
        _expect_between("thickness_mm", thickness_mm, 1.0, 3.0)
        _expect_between("border", border, 0.005, 0.1)
        mesh, notes = die_cut(cutout, scale=scale, thickness_mm=thickness_mm, border=border)
    else:
        raise InputError(
            "CARD_GEOMETRY_UNKNOWN",
            f"geometry {geometry!r} is unknown",
            fix="use die_cut or plane",
        )
    width_m, height_m = np.ptp(mesh.points[:, :2], axis=0).tolist()
    mesh = replace(mesh, motion=motion_of(motion, shape_wh=(width_m, height_m)))
    scores = {
        "triangles": float(len(mesh.faces)),
        "width_m": round(width_m, 6),
        "height_m": round(height_m, 6),
    }
    return Made(outputs={"card": mesh}, scores=scores, notes=notes)


def _expect_between(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:  # also refuses nan
        raise InputError(
            "CARD_OPTION_RANGE",
            f"{name} is {value:g}",
            fix=f"give a number from {low:g} to {high:g}",
        )


def die_cut(
    cutout: Picture, *, scale: float = 1.0, thickness_mm: float = 2.0, border: float = 0.024
) -> tuple[Mesh, tuple[str, ...]]:
    """Cut a card around the art: the mesh, and sentences on what had to be done to the outline.

    Raises InputError CUTOUT_EMPTY where nothing is opaque.
    """
    import shapely

    line = die_line(np.ascontiguousarray(cutout.rgba[..., 3]), border=border)
    layout = lay_out(line.outline.bounds)
    x0, y0, x1, y1 = line.outline.bounds
    m_per_px = LONG_SIDE_M * scale / max(x1 - x0, y1 - y0)
    to_metres = np.array([1.0, -1.0]) * m_per_px
    foot_px = np.array([(x0 + x1) / 2, y1])
    outline = shapely.transform(line.outline, lambda px: (px - foot_px) * to_metres)
    # counter-clockwise outside and clockwise holes: the card is left of every ring
    outline = shapely.orient_polygons(outline)
    chamfer_m = min(CHAMFER_SHARE * thickness_mm / 1000, 0.3 * border * LONG_SIDE_M * scale)
    points, faces = _card(outline, thickness_m=thickness_mm / 1000, chamfer_m=chamfer_m)
    uv = _texture_uv(points[:, :2] / to_metres + foot_px, layout)
    mesh = Mesh(points.astype(np.float32), faces, uv, encode_png(over_white(cutout, layout)))
    return mesh, _outline_notes(line.bridges, line.dropped)


def _outline_notes(bridges: int, dropped: int) -> tuple[str, ...]:
    notes: list[str] = []
    if bridges:
        notes.append(f"{bridges + 1} separate parts were joined by strips of white")
    if dropped:
        notes.append(f"{dropped} of the smallest separate parts were left off the card")
    return tuple(notes)


def plane(cutout: Picture, *, scale: float = 1.0) -> Mesh:
    """Two quads back to back, just around the art, cut out by the texture's alpha.

    Raises InputError CUTOUT_EMPTY where nothing is opaque.
    """
    rows, columns = (np.flatnonzero((cutout.rgba[..., 3] >= ALPHA_INSIDE).any(k)) for k in (1, 0))
    if not len(rows):
        raise InputError(
            "CUTOUT_EMPTY",
            "nothing in the cut-out is opaque",
            fix="check the mask of this item, or word the prompt so that it names one subject",
        )
    # one pixel of air keeps the soft edge
    box = np.array([columns[0] - 1, rows[0] - 1, columns[-1] + 2, rows[-1] + 2], np.float64)
    layout = lay_out((box[0], box[1], box[2], box[3]))
    px = np.array([[box[0], box[3]], [box[2], box[3]], [box[2], box[1]], [box[0], box[1]]])
    m_per_px = LONG_SIDE_M * scale / max(box[2] - box[0], box[3] - box[1])
    xy = (px - [(box[0] + box[2]) / 2, box[3]]) * [m_per_px, -m_per_px]
    half_gap = np.full((4, 1), PLANE_GAP_M / 2)
    points = np.vstack([np.hstack([xy, half_gap]), np.hstack([xy, -half_gap])])
    faces = np.array([[0, 1, 2], [0, 2, 3], [4, 6, 5], [4, 7, 6]], np.int32)
    uv = _texture_uv(np.vstack([px, px]), layout)
    texture = encode_png(bled(cutout, layout))
    return Mesh(points.astype(np.float32), faces, uv, texture, alpha_cutoff=0.5)


def _texture_uv(px: Points, layout: Layout) -> NDArray[np.float32]:
    uv = (px * layout.shrink + layout.offset_xy) / layout.side_px
    return uv.astype(np.float32)


def _card(
    outline: Any, *, thickness_m: float, chamfer_m: float
) -> tuple[Points, NDArray[np.int32]]:
    """Points and faces of a flat card with this outline: two caps, and strips between them."""
    rings = [np.asarray(r.coords)[:-1] for r in (outline.exterior, *outline.interiors)]
    edge = np.vstack(rings)
    inset = _inset(rings, chamfer_m)
    half_m = thickness_m / 2
    if inset is None:  # an outline too intricate to chamfer gets a square edge
        profile = [(edge, half_m), (edge, -half_m)]
    else:
        near_m = half_m - chamfer_m
        profile = [(inset, half_m), (edge, near_m), (edge, -near_m), (inset, -half_m)]
    points = np.vstack([np.column_stack([xy, np.full(len(xy), z)]) for xy, z in profile])
    cap = _triangles(profile[0][0], [len(ring) for ring in rings])
    after = _next_in_ring([len(ring) for ring in rings])
    here = np.arange(len(edge))
    faces: list[NDArray[Any]] = [cap, cap[:, ::-1] + len(edge) * (len(profile) - 1)]
    for row in range(len(profile) - 1):
        upper, lower = row * len(edge), (row + 1) * len(edge)
        faces.append(np.column_stack([here + upper, here + lower, after + lower]))
        faces.append(np.column_stack([here + upper, after + lower, after + upper]))
    return points, np.vstack(faces).astype(np.int32)


def _next_in_ring(lengths: list[int]) -> NDArray[np.int64]:
    starts = np.cumsum([0, *lengths[:-1]])
    return np.concatenate(
        [np.roll(np.arange(n), -1) + start for n, start in zip(lengths, starts, strict=True)]
    )


def _inset(rings: list[Points], distance_m: float) -> Points | None:
    """The rings moved inwards point by point, or None where that would fold an edge over."""
    import shapely

    moved: list[Points] = []
    for ring in rings:
        along = np.roll(ring, -1, axis=0) - ring
        along /= np.linalg.norm(along, axis=1, keepdims=True)
        left = np.column_stack([-along[:, 1], along[:, 0]])
        before = np.roll(left, 1, axis=0)
        open_angle = 1 + np.einsum("ij,ij->i", left, before)
        step = (left + before) / np.maximum(open_angle, 0.5)[:, None]
        inner = ring + step * distance_m
        if ((np.roll(inner, -1, axis=0) - inner) * along).sum(axis=1).min() <= 0:
            return None
        moved.append(inner)
    return np.vstack(moved) if shapely.Polygon(moved[0], moved[1:]).is_valid else None


def _triangles(xy: Points, lengths: list[int]) -> NDArray[np.int32]:
    """Counter-clockwise triangles that use every point of the rings.

    Delaunay rather than ear clipping: ear clipping skips points that come to lie on a straight
    line, and the cap would then no longer meet the wall edge by edge.
    """
    import shapely

    ends = np.cumsum(lengths)
    rings = np.split(xy, ends[:-1])
    cut = shapely.constrained_delaunay_triangles(shapely.Polygon(rings[0], rings[1:]))
    corners = shapely.get_coordinates(cut).reshape(-1, 4, 2)[:, :3]
    number = {point: i for i, point in enumerate(map(tuple, xy.tolist()))}
    flat = [number[point] for point in map(tuple, corners.reshape(-1, 2).tolist())]
    faces = np.array(flat, np.int32).reshape(-1, 3)
    a, b, c = xy[faces[:, 0]], xy[faces[:, 1]], xy[faces[:, 2]]
    turn = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    faces[turn < 0] = faces[turn < 0][:, ::-1]
    return faces
