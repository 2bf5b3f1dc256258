"""The die line of a sticker: where the knife goes around the art and its white border.

What belongs here: from an alpha channel to one clean outline with holes, in pixels. What does
not: thickness, metres and triangles (`maquette.solids.cards`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from maquette.errors import InputError
from maquette.types import Bytes

ALPHA_INSIDE = 128  # the half-way line of an anti-aliased edge
THICKEN_PX = 2  # a hair one pixel wide has no area; five wide it has
SPECK_SHARE = 2e-4  # parts smaller than this share of the largest are dust, not art
MOST_PARTS = 24  # more separate parts than this are confetti: the largest are kept
MOST_POINTS = 360  # 8 triangles each: a card stays under 3000
CURVE_STEPS = 8  # segments per quarter circle where the border turns a corner


@dataclass(frozen=True)
class DieLine:
    """One closed outline around the art.

    Attributes:
        outline: a shapely Polygon with holes; pixels, y down, a pixel covers i .. i + 1.
        bridges: how many far parts had to be tied to the rest by a strip of white.
        dropped: how many parts were left out because there were too many.
    """

    outline: Any
    bridges: int = 0
    dropped: int = 0


def die_line(alpha: Bytes, *, border: float) -> DieLine:
    """Draw the knife's path around everything opaque, `border` of the art's long side away.

    Gaps and holes narrower than about three borders close, as a knife could not follow them.
    Parts that stay apart are tied together by white strips two borders wide, so a sticker is
    always one piece and no part of the art is lost.

    Args:
        alpha: (H, W) uint8.
        border: as a share of the art's long side; 0.024 reads as a white sticker edge.
    """
    import shapely

    parts = _art_parts(alpha)
    kept = parts[:MOST_PARTS]
    art = shapely.union_all(kept)
    x0, y0, x1, y1 = art.bounds
    long_px = max(x1 - x0, y1 - y0)
    border_px = border * long_px
    gap_px = max(0.5 * border_px, 0.006 * long_px)
    # contours run through pixel centres, half a pixel inside the thickened art
    grown = art.buffer(border_px - THICKEN_PX + 0.5, quad_segs=CURVE_STEPS)
    outline = _closed_gaps(grown, gap_px)
    bridges = len(shapely.get_parts(outline)) - 1
    if bridges:
        outline = _closed_gaps(_tied(outline, width_px=max(2 * border_px, 4 * gap_px)), gap_px)
    outline = _without_pinholes(outline, smallest_px2=4 * gap_px**2)
    return DieLine(_simplified(outline, long_px), bridges, len(parts) - len(kept))


def _art_parts(alpha: Bytes) -> list[Any]:
    """The opaque parts as polygons with holes, largest first, dust left out."""
    import cv2
    import shapely

    inside = (alpha >= ALPHA_INSIDE).astype(np.uint8)
    if not inside.any():
        raise InputError(
            "CUTOUT_EMPTY",
            f"nothing in the {alpha.shape[1]} x {alpha.shape[0]} cut-out is opaque",
            fix="check the mask of this item, or word the prompt so that it names one subject",
        )
    pad = THICKEN_PX + 1
    inside = cv2.copyMakeBorder(inside, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=0)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * THICKEN_PX + 1, 2 * THICKEN_PX + 1))
    # two levels: outlines of parts, and the holes directly in them
    found = cv2.findContours(cv2.dilate(inside, disc), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_TC89_L1)
    rings = [np.asarray(ring)[:, 0].astype(np.float64) + (0.5 - pad) for ring in found[0]]
    parents = np.asarray(found[1])[0, :, 3]
    parts: list[Any] = []
    for i in np.flatnonzero(parents < 0):
        holes = [rings[j] for j in np.flatnonzero(parents == i) if len(rings[j]) > 3]
        if len(rings[i]) > 3:
            parts.extend(_areas(shapely.make_valid(shapely.Polygon(rings[i], holes))))
    return _without_dust(parts, alpha)


def _areas(shape: Any) -> list[Any]:
    """The polygons in a shape; mending may also have left lines and points, which have no area."""
    import shapely

    pieces = shapely.get_parts(shapely.get_parts(shape))  # collections may hold multipolygons
    return [piece for piece in pieces if piece.geom_type == "Polygon" and piece.area > 0]


def _without_dust(parts: list[Any], alpha: Bytes) -> list[Any]:
    parts = sorted(parts, key=lambda part: (-part.area, part.bounds))
    dust_px2 = max(parts[0].area * SPECK_SHARE, 4 * (2 * THICKEN_PX + 1) ** 2) if parts else 0.0
    art = [part for part in parts if part.area > dust_px2]
    if not art:
        raise InputError(
            "CUTOUT_EMPTY",
            f"the {alpha.shape[1]} x {alpha.shape[0]} cut-out holds only specks",
            fix="check the mask of this item, or word the prompt so that it names one subject",
        )
    return art


def _closed_gaps(shape: Any, gap_px: float) -> Any:
    """Fill what is narrower than twice the gap, and round inner corners to that radius."""
    import shapely

    wide = shape.buffer(gap_px, quad_segs=CURVE_STEPS)
    parts = shapely.get_parts(wide.buffer(-gap_px, quad_segs=CURVE_STEPS))
    # rounding can leave splinters without any width; art is never below a pixel
    return shapely.union_all([part for part in parts if part.area > 1])


def _tied(shape: Any, *, width_px: float) -> Any:
    """Join separate parts, each to what is nearest, by straight strips."""
    import shapely

    rest = sorted(shapely.get_parts(shape), key=lambda part: (-part.area, part.bounds))
    whole = rest.pop(0)
    while rest:
        distances = [whole.distance(part) for part in rest]
        nearest = rest.pop(int(np.argmin(distances)))
        # parts that touch in a point have no line between them: their hull is that point
        ends = shapely.MultiPoint(shapely.shortest_line(whole, nearest).coords).convex_hull
        strip = ends.buffer(width_px / 2, quad_segs=CURVE_STEPS)
        whole = shapely.union_all([whole, nearest, strip])
    return whole


def _without_pinholes(outline: Any, *, smallest_px2: float) -> Any:
    import shapely

    rings = [ring for ring in outline.interiors if shapely.Polygon(ring).area >= smallest_px2]
    return shapely.Polygon(outline.exterior, rings)


def _simplified(outline: Any, long_px: float) -> Any:
    """As few points as look round: half a pixel off at 1000 px, more only to meet the budget."""
    import shapely

    tolerance_px = 0.0005 * long_px
    line = outline.simplify(tolerance_px)
    while shapely.get_num_coordinates(line) > MOST_POINTS:
        tolerance_px *= 1.4
        line = outline.simplify(tolerance_px)
    return line
