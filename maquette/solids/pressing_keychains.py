"""Keychains: the art raised on a plate of its own outline, with an eye for the ring.

What belongs here: the plate, the eye and their picture. What does not: the plate's outline, which
is a sticker's die line (`die_lines`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from maquette.solids.die_lines import die_line
from maquette.solids.inflation_outlines import Outline, outline_of
from maquette.solids.inflation_textures import Atlas, carried_on
from maquette.solids.pressing_prisms import prism, standing_up, surface_of
from maquette.solids.textures import encode_png, lay_out, over_white
from maquette.types import Mesh, Picture

BORDER = 0.03  # of the plate around the art, of its long side
PLATE_MM, ART_MM = 2.2, 3.0  # heights of the plate and of the art on it
NARROW_MM = 0.8  # raised art that is narrower does not print
EYE_MM, HOLE_MM = 5.0, 2.5  # outer and inner radius
OUT_MM = 3.3  # from the plate's edge to the middle of the eye
CLEAR_MM = 0.6  # of plate between the art's outline and the hole
ROUND_STEPS = 24  # segments per quarter circle
PLACES = 41  # across the plate, that are tried for the eye
SIZINGS = 12  # each gets 10 times nearer
BLED_PX = 5  # the art's colour goes on so far, down the sides of what is raised


def keychain(cutout: Picture, long_side_mm: float) -> tuple[Mesh, tuple[str, ...]]:
    """A keychain, that long with its eye; it lies on its back, which shows the art mirrored."""
    line = die_line(np.ascontiguousarray(cutout.rgba[..., 3]), border=BORDER)
    outline = outline_of(cutout)
    mm_per_px = _mm_per_px(line.outline, long_side_mm)
    plate = _up(line.outline, mm_per_px)
    eye = _eye(plate)
    art = _up(_raised(outline, mm_per_px), mm_per_px)
    solid = prism(plate.union(_disc(eye, EYE_MM)).difference(_disc(eye, HOLE_MM)), PLATE_MM)
    if not art.is_empty:
        solid = solid + prism(art, ART_MM)
    notes = [f"{line.bridges + 1} separate parts stand on one plate"] if line.bridges else []
    if line.dropped:
        notes.append(f"{line.dropped} of the smallest separate parts were left out")
    return _painted(solid, _atlas(cutout, line.outline.bounds), mm_per_px), tuple(notes)


def _mm_per_px(outline: Any, long_side_mm: float) -> float:
    """How large the art must be so that the plate with its eye is as long as asked for."""
    x0, y0, x1, y1 = outline.bounds
    mm_per_px = long_side_mm / max(x1 - x0, y1 - y0)
    for _ in range(SIZINGS):
        plate = _up(outline, mm_per_px)
        x0, y0, x1, y1 = plate.union(_disc(_eye(plate), EYE_MM)).bounds
        mm_per_px *= long_side_mm / max(x1 - x0, y1 - y0)
    return mm_per_px


def _up(shape: Any, mm_per_px: float) -> Any:
    """Pixels, y down, to millimetres, y up."""
    import shapely

    return shapely.transform(shape, lambda px: px * [mm_per_px, -mm_per_px])


def _eye(plate: Any) -> Any:
    """Where the eye goes: above the plate, as near over its centre of mass as leaves it whole."""
    import shapely

    x0, y0, x1, y1 = plate.bounds
    corners = shapely.get_coordinates(plate)
    middle, highest = float(plate.centroid.x), float(corners[corners[:, 1].argmax(), 0])
    columns: list[float] = np.linspace(x0, x1, PLACES)[1:-1].tolist()
    columns.sort(key=lambda x: abs(x - middle))
    for x in (middle, *columns):
        above = plate.intersection(shapely.LineString([(x, y0 - 1), (x, y1 + 1)]))
        place = shapely.Point(x, above.bounds[3] + OUT_MM)
        if place.distance(plate) >= HOLE_MM + CLEAR_MM:
            return place
    # over the highest point everything is at least that far away
    return shapely.Point(highest, y1 + OUT_MM)


def _disc(place: Any, radius_mm: float) -> Any:
    return place.buffer(radius_mm, quad_segs=ROUND_STEPS)


def _raised(outline: Outline, mm_per_px: float) -> Any:
    """The art without what is too narrow to print."""
    import shapely

    narrow_px = NARROW_MM / 2 / mm_per_px
    art = shapely.union_all([part.simplify(0.2) for part in outline.parts])
    return art.buffer(-narrow_px, quad_segs=4).buffer(narrow_px, quad_segs=4).simplify(0.2)


def _atlas(cutout: Picture, bounds_xyxy: tuple[float, float, float, float]) -> Atlas:
    """The art on white, for both sides."""
    import cv2

    layout = lay_out(bounds_xyxy)
    rgba = carried_on(cutout)
    wider = np.ones((BLED_PX, BLED_PX), np.uint8)
    rgba[..., 3] = cv2.dilate(np.ascontiguousarray(cutout.rgba[..., 3]), wider)
    side = over_white(Picture(rgba), layout)
    return Atlas(encode_png(np.hstack([side, side])), layout)


def _painted(solid: Any, atlas: Atlas, mm_per_px: float) -> Mesh:
    """The solid with its picture: the front from above and on the walls, the back from below."""
    points, faces = surface_of(solid)
    px = points[:, :2] / [mm_per_px, -mm_per_px]
    below = (points[faces][..., 2] == 0).all(axis=1)
    faces = np.vstack([faces[~below], faces[below] + len(points)]).astype(np.int32)
    low, high = points.min(axis=0), points.max(axis=0)
    points = points - [*((low + high) / 2)[:2], 0.0]
    metres = np.tile(standing_up(points), (2, 1))
    uv = np.vstack([atlas.front_uv(px), atlas.back_uv(px)])
    used = np.unique(faces)
    faces = np.searchsorted(used, faces).astype(np.int32)
    return Mesh(metres[used], faces, uv[used], atlas.png)
