"""Cookie cutters: a wall around the art's outline, thin where it cuts, wide where one presses.

What belongs here: the cutter. What does not: the outline, which is a sticker's die line
(`die_lines`): one piece, rounded as dough can follow.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from maquette.solids.die_lines import die_line
from maquette.solids.pressing_prisms import lying, prism
from maquette.types import Mesh, Picture

BORDER = 0.012  # around the art, of its long side
# outwards from the cookie, and up to which height: the rim, the wall, the cutting edge
STEPS_MM = ((6.0, 2.4), (1.6, 10.0), (0.8, 15.0))
ROUND_STEPS = 8  # segments per quarter circle


def cookie_cutter(cutout: Picture, long_side_mm: float) -> tuple[Mesh, tuple[str, ...]]:
    """A cutter for a cookie that long; it lies on its rim, the cutting edge upwards."""
    import shapely

    line = die_line(np.ascontiguousarray(cutout.rgba[..., 3]), border=BORDER)
    x0, y0, x1, y1 = line.outline.bounds
    mm_per_px = long_side_mm / max(x1 - x0, y1 - y0)
    cookie = shapely.transform(
        shapely.Polygon(line.outline.exterior),
        lambda px: (px - [(x0 + x1) / 2, (y0 + y1) / 2]) * [mm_per_px, -mm_per_px],
    )
    rings = [_around(cookie, width_mm, up_mm) for width_mm, up_mm in STEPS_MM]
    solid = rings[0] + rings[1] + rings[2]
    return lying(solid), _notes(line.bridges, line.dropped, len(line.outline.interiors))


def _around(cookie: Any, width_mm: float, up_mm: float) -> Any:
    return prism(cookie.buffer(width_mm, quad_segs=ROUND_STEPS).difference(cookie), up_mm)


def _notes(bridges: int, dropped: int, holes: int) -> tuple[str, ...]:
    notes: list[str] = []
    if bridges:
        notes.append(f"{bridges + 1} separate parts were joined to one cookie")
    if dropped:
        notes.append(f"{dropped} of the smallest separate parts were left out")
    if holes:
        notes.append("holes in the art are not cut out of the cookie")
    return tuple(notes)
