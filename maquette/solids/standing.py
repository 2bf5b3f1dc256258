"""Standing: on which of its sides a solid stays put, and which of them is down.

A solid can stand on a facet of its convex hull if its centre of mass is above that facet. How
firmly is said by the angle it can be tipped before it falls. What belongs here: turning and
placing points. What does not: whether a print holds on its bed (`examining`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.types import Indices

Wide = NDArray[np.float64]

FIRM_DEG = 6.0  # a pose that falls when tipped by less is chosen only where there is none firmer
FLAT_SHARE = 0.003  # of the longest side: points so near the bed are taken to touch it
CANDIDATES = 96  # facets looked at closely, the largest first
ALREADY_DEG = 0.1  # a turn by less is no turn: nobody sees it, and a bed is no flatter
DOWN = np.array([0.0, -1.0, 0.0])


def placed(points: NDArray[Any]) -> tuple[Wide, float]:
    """Points scaled to a longest side of 1, centred in x and z, on y = 0; and the factor."""
    wide = points.astype(np.float64)
    low, high = wide.min(axis=0), wide.max(axis=0)
    factor = 1.0 / float((high - low).max())
    foot = np.array([(low[0] + high[0]) / 2, low[1], (low[2] + high[2]) / 2])
    return (wide - foot) * factor, factor


def upright_turn(points: NDArray[Any], faces: Indices) -> Wide | None:
    """(3, 3) the least turn that puts a solid on a side it stands on firmly.

    The least turn, and not the firmest side: a figure keeps standing instead of lying down.
    None where it stands already.
    """
    wide = points.astype(np.float64)
    centre = centre_of_mass(wide, faces)
    downs, tips_deg = poses(wide - centre)
    turns_deg = np.rad2deg(np.arccos(np.clip(downs @ DOWN, -1, 1)))
    firm = tips_deg >= min(FIRM_DEG, float(tips_deg.max()))
    best = int(np.flatnonzero(firm)[turns_deg[firm].argmin()])
    return None if turns_deg[best] < ALREADY_DEG else _turn_down(downs[best])


def centre_of_mass(points: Wide, faces: Indices) -> Wide:
    """(3,) of the volume inside a closed mesh."""
    middle = points.mean(axis=0)
    a, b, c = ((points - middle)[faces[:, k]] for k in range(3))
    sixths = np.einsum("ij,ij->i", a, np.cross(b, c))
    return middle + ((a + b + c) * sixths[:, None]).sum(axis=0) / (4 * sixths.sum())


def poses(points: Wide) -> tuple[Wide, Wide]:
    """Sides a solid can stand on: which way is down, and how far it can be tipped, in degrees.

    Args:
        points: (V, 3) with the centre of mass at the origin.
    """
    from scipy.spatial import ConvexHull

    hull: Any = ConvexHull(points)
    rim = points[hull.vertices]
    side = float(np.ptp(rim, axis=0).max())
    downs = _directions(hull)
    tips = np.array([_tip_deg(rim, down, side) for down in downs])
    stays = tips > 0
    if not stays.any():  # a needle's hull can be all edges: what is longest lies down
        stays = tips == tips.max()
    return downs[stays], tips[stays]


def _directions(hull: Any) -> Wide:
    """Outward directions of the hull's facets, equal ones once, the largest areas first."""
    corners = hull.points[hull.simplices]
    areas = np.linalg.norm(
        np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
    )
    normals = hull.equations[:, :3]
    grid = np.round(normals * 500).astype(np.int64)
    _, group = np.unique(grid, axis=0, return_inverse=True)
    size = np.bincount(group.ravel(), weights=areas)
    kept = np.argsort(-size, kind="stable")[:CANDIDATES]
    summed = np.stack(
        [np.bincount(group.ravel(), weights=areas * normals[:, k]) for k in range(3)], axis=1
    )[kept]
    return summed / np.linalg.norm(summed, axis=1, keepdims=True)


def _tip_deg(rim: Wide, down: Wide, side: float) -> float:
    """How far it can be tipped when it stands with this direction down; negative if it falls."""
    depth = rim @ down
    height = float(depth.max())
    feet = rim[depth >= height - FLAT_SHARE * side]
    across: Wide = np.cross(down, np.eye(3)[int(np.abs(down).argmin())]).astype(np.float64)
    across /= np.linalg.norm(across)
    along: Wide = np.cross(down, across).astype(np.float64)
    flat = np.stack([feet @ across, feet @ along], axis=1)
    return float(np.rad2deg(np.arctan2(_margin(flat), height)))


def _margin(flat: Wide) -> float:
    """How far the origin is inside the outline of (N, 2) points; negative outside."""
    from scipy.spatial import ConvexHull, QhullError

    try:
        outline: Any = ConvexHull(flat)
    except (QhullError, ValueError):  # fewer than three feet, or all in a line
        return -1e-9
    return float(-outline.equations[:, 2].max())


def _turn_down(direction: Wide) -> Wide:
    """The shortest turn that brings a unit direction to -y; about z where it is +y."""
    cosine = float(direction @ DOWN)
    if cosine < -1 + 1e-9:
        return np.diag([-1.0, -1.0, 1.0])
    axis = np.cross(direction, DOWN)
    skew = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    return np.eye(3) + skew + skew @ skew / (1 + cosine)
