"""Plates whose thickness follows a picture: reliefs and lithophanes.

What belongs here: heights over a plate and the plate below them. What does not: how light a
picture is (`inflation_lights`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.solids.inflation_cutouts import AIR_PX
from maquette.solids.inflation_lights import between, light_at, lightness
from maquette.solids.inflation_outlines import outline_of
from maquette.solids.inflation_sheets import Fineness, Sheet, caps_of, sheet_of, walls_between
from maquette.solids.inflation_textures import Atlas, atlas_of
from maquette.types import Floats, Mesh, Picture

STEPS = 230  # across the long side; what is finer than a nozzle's 0.4 mm is lost
FINEST_MM = 0.3
BASE_MM = 1.6  # of a relief below its darkest part
RISE_SHARE, RISE_MM = 0.03, (1.0, 3.0)  # of a relief, of its long side and within these
THIN_MM, THICK_MM = 0.8, 3.0  # of a lithophane where it is white, where it is black
BLACK = 1 / 32  # of white's light: what is darker is as thick as can be
GAMMA = 2.2  # from display values to light
FRAME_SHARE, FRAME_MM = 0.035, 2.5  # of a lithophane's frame, of its long side and at least
FRAME_THICK_MM = 4.0
DRAFT_MM = 0.5  # over which the frame slopes down to the picture

Wide = NDArray[np.float64]
Whole = NDArray[np.int64]


def relief(cutout: Picture, long_side_mm: float) -> tuple[Mesh, tuple[str, ...]]:
    """A plate that follows the outline of the art, its light parts raised; it lies on its back."""
    outline = outline_of(cutout)
    mm_per_px = long_side_mm / outline.long_px
    step_px = max(FINEST_MM, long_side_mm / STEPS) / mm_per_px
    fineness = Fineness(step_px, (0.6 * step_px,), step_px)
    sheets = [sheet_of(part, fineness) for part in outline.parts]
    atlas = atlas_of(cutout, outline.bounds_xyxy)
    rise_mm = float(np.clip(RISE_SHARE * long_side_mm, *RISE_MM))
    plates = _Solid(atlas)
    for sheet in sheets:
        light = light_at(cutout, sheet.points, blur_px=0.5 * step_px)
        plates.add(sheet, (BASE_MM + rise_mm * light) / mm_per_px)
    return plates.lying(long_side_mm), outline.notes


class _Solid:
    """Plates of one picture, gathered to one mesh; pixels, y down, heights towards the viewer."""

    def __init__(self, atlas: Atlas) -> None:
        self._atlas = atlas
        self._points: list[Wide] = []
        self._uv: list[Floats] = []
        self._faces: list[Whole] = []

    def add(self, sheet: Sheet, heights: Wide) -> None:
        """A plate from 0 up to these heights over the sheet."""
        start = sum(map(len, self._points))
        rim = sheet.points[: sheet.rim_count]
        floor = np.column_stack([rim, np.zeros(len(rim))])
        # the floor's rim is there twice: for the walls, which go on in the colour of the edge,
        # and for the back
        self._points += [np.column_stack([sheet.points, heights]), floor, floor]
        self._uv += [self._atlas.front_uv(p) for p in (sheet.points, rim)]
        self._uv.append(self._atlas.back_uv(rim))
        lower = start + len(sheet.points)
        walls = walls_between(sheet.rims, start, lower)
        back = caps_of(np.split(rim, np.cumsum(sheet.rims)[:-1])) + lower + len(rim)
        # seen with y up, as the solid will be, everything turns the other way round
        self._faces += [sheet.faces[:, ::-1] + start, walls[:, ::-1], back]

    def lying(self, long_side_mm: float) -> Mesh:
        """Metres: heights are y, the top of the picture is away from the viewer."""
        points = np.vstack(self._points)
        low, high = points.min(axis=0), points.max(axis=0)
        middle = (low + high) / 2
        m_per_px = long_side_mm / 1000 / float((high - low)[:2].max())
        metres = (points - [middle[0], middle[1], 0.0])[:, [0, 2, 1]] * m_per_px
        faces = np.vstack(self._faces).astype(np.int32)
        return Mesh(metres.astype(np.float32), faces, np.vstack(self._uv), self._atlas.png)


def lithophane(cutout: Picture, long_side_mm: float) -> tuple[Mesh, tuple[str, ...]]:
    """A framed plate, thin where the picture is light; it stands on its lower edge.

    See-through parts are white. Light falls off by the same share in every tenth of a
    millimetre, so the thickness follows the logarithm of the light that is to come through.
    """
    art = cutout.rgba[AIR_PX:-AIR_PX, AIR_PX:-AIR_PX]
    high_px, wide_px = art.shape[:2]
    frame_mm = max(FRAME_MM, FRAME_SHARE * long_side_mm)
    mm_per_px = (long_side_mm - 2 * frame_mm) / max(wide_px, high_px)
    step_mm = max(FINEST_MM, long_side_mm / STEPS)
    lines = [_lines(side_px * mm_per_px, frame_mm, step_mm) for side_px in (wide_px, high_px)]
    x, y = np.meshgrid(*lines)  # y down
    light = lightness(_on_white(art), blur_px=0.5 * step_mm / mm_per_px)
    places = (np.column_stack([x.ravel(), y.ravel()]) - frame_mm) / mm_per_px
    seen = np.maximum(between(light, places) ** GAMMA, BLACK)
    thick = THIN_MM + (THICK_MM - THIN_MM) * np.log(seen) / np.log(BLACK)
    thick = thick.reshape(x.shape)
    inside = np.zeros(x.shape, np.bool_)
    inside[2:-2, 2:-2] = True
    return _standing(x, y, np.where(inside, thick, FRAME_THICK_MM)), ()


def _lines(art_mm: float, frame_mm: float, step_mm: float) -> Wide:
    """Where grid lines run along one side: the frame's two edges, then even steps."""
    draft_mm = min(DRAFT_MM, art_mm / 4)
    start, end = frame_mm + draft_mm, frame_mm + art_mm - draft_mm
    inner = np.linspace(start, end, max(2, 1 + round((end - start) / step_mm)))
    return np.concatenate([[0.0, frame_mm], inner, [frame_mm + art_mm, 2 * frame_mm + art_mm]])


def _on_white(art: Any) -> Any:
    cover = art[..., 3:].astype(np.float32) / 255
    rgba = np.full_like(art, 255)
    rgba[..., :3] = np.rint(art[..., :3] * cover + 255 * (1 - cover))
    return rgba


def _standing(x: Wide, y: Wide, thick: Wide) -> Mesh:
    """A grid with thicknesses as a solid of metres, upright, thicknesses towards the viewer."""
    high, wide = x.shape
    number = np.arange(high * wide).reshape(high, wide)
    a, b, c, d = (
        part.ravel()
        for part in (number[:-1, :-1], number[:-1, 1:], number[1:, 1:], number[1:, :-1])
    )
    front = np.vstack([np.column_stack([a, d, c]), np.column_stack([a, c, b])])
    # counter-clockwise to the eye: down the left side, along the foot, up and back
    around = np.concatenate([number[:-1, 0], number[-1, :-1], number[:0:-1, -1], number[0, :0:-1]])
    flat = np.column_stack([x.ravel(), y.max() - y.ravel()])
    rim = flat[around]
    points = np.vstack(
        [
            np.column_stack([flat, thick.ravel()]),
            np.column_stack([rim, thick.ravel()[around]]),
            np.column_stack([rim, np.zeros(len(rim))]),
        ]
    )
    upper, lower = len(flat), len(flat) + len(rim)
    back = caps_of([rim])[:, ::-1] + lower
    faces = np.vstack([front, walls_between((len(rim),), upper, lower), back])
    points -= [flat[:, 0].max() / 2, 0.0, FRAME_THICK_MM / 2]
    uv = np.zeros((len(points), 2), np.float32)
    return Mesh((points / 1000).astype(np.float32), faces.astype(np.int32), uv)
