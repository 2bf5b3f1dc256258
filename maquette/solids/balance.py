"""On the bed: what touches it, what hangs over, what fits, and whether it stands.

What belongs here: geometry against a flat bed. What does not: verdicts
(`maquette.solids.examining`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.solids.printed import Printed
from maquette.solids.walls import Patches

Wide = NDArray[np.float64]
ON_BED_MM = 0.15  # the middle of a first layer: what lies lower is drawn on the bed itself
STEEP_DEG = 45.0  # a layer may reach out by half its line without support


def touching(of: Patches) -> NDArray[np.bool_]:
    """(P,) the patches that are printed right onto the bed."""
    return _looks_down(of) & (of.corners_mm[:, :, 2].mean(axis=1) <= ON_BED_MM)


def hanging(of: Patches) -> NDArray[np.bool_]:
    """(P,) the patches that look down by more than 45 degrees, with air below them."""
    return _looks_down(of) & (of.corners_mm[:, :, 2].mean(axis=1) > ON_BED_MM)


def _looks_down(of: Patches) -> NDArray[np.bool_]:
    return of.normals[:, 2] < -np.sin(np.deg2rad(STEEP_DEG)) - 1e-6


@dataclass(frozen=True)
class Stance:
    """How a print stands.

    Attributes:
        support_xy: (N, 2) corners of the convex area it stands on, mm; may be a line or a point.
        centre_mm: (3,) of mass.
        margin_mm: from the centre of mass to the nearest edge of the support; below 0 outside.
        weak_xy: (2,) the direction in which it falls first, length one.
    """

    support_xy: Wide
    centre_mm: Wide
    margin_mm: float
    weak_xy: Wide

    @property
    def tilt_deg(self) -> float:
        """How far it may be tilted before it falls; below 0 it falls by itself."""
        return float(np.rad2deg(np.arctan2(self.margin_mm, max(self.centre_mm[2], 1e-9))))


def stance(solid: Printed, of: Patches) -> Stance:
    """Where it stands, and which way it would fall."""
    import shapely
    import shapely.ops

    flat = of.corners_mm.reshape(-1, 3)
    low = np.unique(flat[flat[:, 2] <= ON_BED_MM, :2], axis=0)
    hull: Any = shapely.convex_hull(shapely.multipoints(low))
    centre = solid.centre_mm
    over = shapely.Point(centre[:2])
    rim = hull.exterior if hull.geom_type == "Polygon" else hull
    nearest = np.asarray(shapely.ops.nearest_points(rim, over)[0].coords[0])
    inside = hull.geom_type == "Polygon" and hull.contains(over)
    margin = float(over.distance(rim)) * (1 if inside else -1)
    way = (nearest - centre[:2]) * (1 if inside else -1)
    length = np.linalg.norm(way)
    weak = way / length if length > 1e-9 else np.array([1.0, 0.0])
    return Stance(np.asarray(rim.coords)[:, :2], centre, margin, weak)


@dataclass(frozen=True)
class Fit:
    """How a print lies on a bed.

    Attributes:
        fits: whether it does, turned or not.
        turned_deg: about the vertical; 0 is as it is.
        scale: what it may be multiplied by to fit; below 1 it must be.
    """

    fits: bool
    turned_deg: float
    scale: float


def bed_fit(solid: Printed, bed_mm: tuple[float, float, float]) -> Fit:
    """The smallest turn about the vertical with which it fits, or the one that comes nearest."""
    import shapely

    hull = shapely.convex_hull(shapely.multipoints(solid.points_mm[:, :2]))
    outline = shapely.get_coordinates(hull)
    turns = np.deg2rad(np.arange(0, 180))
    cos, sin = np.cos(turns), np.sin(turns)
    across = np.ptp(outline[:, :1] * cos - outline[:, 1:] * sin, axis=0)
    along = np.ptp(outline[:, :1] * sin + outline[:, 1:] * cos, axis=0)
    flat = np.minimum(bed_mm[0] / np.maximum(across, 1e-9), bed_mm[1] / np.maximum(along, 1e-9))
    up = bed_mm[2] / max(float(solid.size_mm[2]), 1e-9)
    scales = np.minimum(flat, up)
    fitting = np.flatnonzero(scales >= 1)
    best = int(fitting[0]) if len(fitting) else int(scales.argmax())
    # turning does not help what is too high
    best = 0 if scales[0] >= scales[best] - 1e-9 else best
    return Fit(bool(len(fitting)), float(best), float(scales[best]))
