"""The outline that a cut-out is blown up or cut along: smooth, finer than a pixel, holes kept.

What belongs here: from an alpha channel to polygons in the picture's pixels. What does not: the
die line of a sticker, which joins parts and rounds for a knife (`die_lines`), and triangles.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.solids.inflation_cutouts import empty
from maquette.types import Floats, Picture

HALF_ALPHA = 127.5  # no 8-bit alpha is exactly this: outlines never run through a pixel's centre
# takes the steps out of masks without anti-aliasing; hairs and cracks of one pixel go as well
SOFTENED_PX = 0.8
SOFTENINGS = (1.0, 2.0, 4.0, 8.0, 16.0)  # times that, for masks that are full of noise
LONGEST_RIM = 50.0  # long sides: what has more is noise
DETAIL_PX = 0.01  # how far a simplified outline may be off
SPECK_SHARE = 5e-4  # of the largest part's area: smaller ones are dust
SPECK_PX2 = 24.0  # what is smaller has no shape
PINHOLE_PX2 = 12.0
MOST_PARTS = 48
# waves of the rim shorter than some ten steps go; in small pictures the steps are shorter
IRONED_PX, IRONED_SHARE = 1.8, 0.0028
IRONINGS, SHRINK, GROW = 96, 0.5, -0.503
FEWEST_POINTS = 8  # of a ring

Points = NDArray[np.float64]  # (N, 2)


@dataclass(frozen=True)
class Outline:
    """What a cut-out covers.

    Attributes:
        parts: shapely Polygons with holes, the largest first; pixels, y down, a pixel covers
            i .. i + 1.
        dropped: how many parts were too many.
        softened: whether the art was too finely divided to be followed.
    """

    parts: tuple[Any, ...]
    dropped: int = 0
    softened: bool = False

    @property
    def bounds_xyxy(self) -> tuple[float, float, float, float]:
        """The box around all parts."""
        boxes = np.array([part.bounds for part in self.parts])
        low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    @property
    def long_px(self) -> float:
        """The longer side of that box."""
        x0, y0, x1, y1 = self.bounds_xyxy
        return max(x1 - x0, y1 - y0)

    @property
    def rim_px(self) -> float:
        """How long all its rings are."""
        return float(sum(part.length for part in self.parts))

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for who asked, where it is not one piece."""
        notes: list[str] = []
        if len(self.parts) > 1:
            notes.append(f"{len(self.parts)} parts do not touch: they print as separate bodies")
        if self.dropped:
            notes.append(f"{self.dropped} of the smallest separate parts were left out")
        if self.softened:
            notes.append("its outline is too fine to follow: details were rounded off")
        return tuple(notes)


def outline_of(cutout: Picture, *, softened: int = 0) -> Outline:
    """Follow where alpha is one half; where that is noise, a softer alpha.

    Args:
        cutout: with air around its art.
        softened: which of SOFTENINGS to begin with.

    Raises InputError CUTOUT_EMPTY where nothing is opaque, or nothing but specks.
    """
    alpha = cutout.rgba[..., 3].astype(np.float32)
    rough = None
    for grade in range(softened, len(SOFTENINGS)):
        art = _parts(alpha, SOFTENED_PX * SOFTENINGS[grade])
        if not art:
            break
        rough = Outline(tuple(art[:MOST_PARTS]), max(0, len(art) - MOST_PARTS), grade > 0)
        if rough.rim_px <= LONGEST_RIM * rough.long_px:
            break
    if rough is None:
        raise empty("holds only specks")
    step_px = min(IRONED_PX, IRONED_SHARE * rough.long_px)
    return replace(rough, parts=tuple(_smooth(part, step_px) for part in rough.parts))


def _parts(alpha: Floats, softened_px: float) -> list[Any]:
    """The areas inside the half-way line of a softened alpha, the largest first."""
    import cv2
    import shapely
    from skimage.measure import find_contours

    alpha = np.asarray(cv2.GaussianBlur(alpha, (0, 0), softened_px), np.float32)
    # contours count from pixel centres
    lines = [line[:, ::-1] + 0.5 for line in find_contours(alpha, HALF_ALPHA) if len(line) > 3]
    # what lies within an odd number of lines is inside
    area = shapely.build_area(shapely.MultiLineString(lines))
    return _without_specks(shapely.get_parts(area).tolist())


def _without_specks(areas: list[Any]) -> list[Any]:
    import shapely

    largest = sorted(areas, key=lambda area: (-area.area, area.bounds))
    least_px2 = max(SPECK_PX2, SPECK_SHARE * largest[0].area) if largest else 0.0
    kept: list[Any] = []
    for area in largest:
        holes = [ring for ring in area.interiors if shapely.Polygon(ring).area > PINHOLE_PX2]
        if area.area > least_px2:
            kept.append(shapely.Polygon(area.exterior, holes))
    return kept


def _smooth(part: Any, step_px: float) -> Any:
    """Without the waves that pixels leave, unless that would fold it."""
    import shapely

    rings = [_ironed(evenly(ring, step_px)) for ring in (part.exterior, *part.interiors)]
    smooth = shapely.Polygon(rings[0], rings[1:])
    return (smooth if smooth.is_valid else part).simplify(DETAIL_PX)


def evenly(ring: Any, spacing: float) -> Points:
    """Points along a shapely ring, about so far apart."""
    import shapely

    count = max(FEWEST_POINTS, round(ring.length / spacing))
    places = np.arange(count) / count
    return shapely.get_coordinates(shapely.line_interpolate_point(ring, places, normalized=True))


def _ironed(ring: Points) -> Points:
    """Shrunk and blown up again in turn (Taubin), so that round things keep their size."""
    for _ in range(IRONINGS):
        for share in (SHRINK, GROW):
            middle = (np.roll(ring, 1, axis=0) + np.roll(ring, -1, axis=0)) / 2
            ring = ring + share * (middle - ring)
    return ring
