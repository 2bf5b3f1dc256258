"""Filling: outlines in triangles as fine as a number of faces allows, and the two sides of each.

What belongs here: how fine a sheet is for its budget, and which faces make a closed skin of it.
What does not: where the points of a sheet lie (`inflation_sheets`), and how thick it becomes
(`inflation_swelling`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from maquette.errors import EngineError
from maquette.solids.inflation_outlines import SOFTENINGS, Outline, outline_of
from maquette.solids.inflation_sheets import Fineness, Sheet, sheet_of
from maquette.types import Picture

FULL_FACES = 40_000  # the budget that the shares below are for
AIMED_SHARE = 0.85  # of the faces that are allowed: what is aimed at is not always met
RIM_STEP_SHARE = 0.0028  # of the long side
MOST_STEPS = 2600
# distances from the rim, in steps along it, at which points follow it: even angles of a circle
RINGS = (0.45, 1.2, 2.2, 3.6, 5.6)
ROUNDS = 3  # of coarser triangles before the outline is softened

Whole = NDArray[np.int64]


def filled(
    cutout: Picture, *, faces_at_most: int = FULL_FACES, parts_at_most: int | None = None
) -> tuple[Outline, list[Sheet]]:
    """The outline of a cut-out and its parts in triangles, the largest first.

    Args:
        cutout: with air around its art.
        faces_at_most: of front and back together.
        parts_at_most: smaller parts are left out.

    Raises InputError CUTOUT_EMPTY where nothing is opaque, EngineError SHEET_FOLDED where no
    outline will do: a bug, if ever.
    """
    for softened in range(len(SOFTENINGS)):
        outline = outline_of(cutout, softened=softened)
        outline = replace(outline, parts=outline.parts[:parts_at_most])
        fineness = _fineness(outline, faces_at_most)
        for _ in range(ROUNDS):
            sheets = [sheet_of(part, fineness) for part in outline.parts]
            faces = 2 * sum(len(sheet.faces) for sheet in sheets)
            if faces <= faces_at_most:
                return outline, sheets
            aimed = AIMED_SHARE * faces_at_most
            fineness = fineness.times(1.05 * float(np.sqrt(faces / aimed)))
    raise EngineError("SHEET_FOLDED", f"no outline of the {cutout.size_wh} cut-out can be filled")


def _fineness(outline: Outline, faces_at_most: int) -> Fineness:
    """Half of the faces follow the rim, where it is round; the rest share the inside."""
    area_px2 = sum(part.area for part in outline.parts)
    coarser = float(np.sqrt(FULL_FACES / faces_at_most))
    step_px = coarser * max(RIM_STEP_SHARE * outline.long_px, outline.rim_px / MOST_STEPS)
    # an equal-sided triangle has 0.43 of the square of its side
    inner_px = float(np.sqrt(area_px2 / (0.43 * AIMED_SHARE * faces_at_most / 3)))
    return Fineness(step_px, tuple(k * step_px for k in RINGS), max(inner_px, 1.5 * step_px))


def two_sided(sheet: Sheet) -> Whole:
    """(2 F, 3) the front's faces, then the back's, whose points follow the front's.

    Counter-clockwise to who looks from outside, once y points up and the front lies before the
    back. The rim is there twice, for its two textures.
    """
    return np.vstack([sheet.faces[:, ::-1], sheet.faces + len(sheet.points)])
