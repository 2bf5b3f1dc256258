"""Outlines: how far a head reaches from its middle, in every direction of the front plane.

What belongs here: tables over the angle, for the skull and for its hair. What does not: depth
(`shapes`, `relief`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maquette.solids.heads.fitting import Fit
from maquette.solids.heads.hair import Hair
from maquette.solids.heads.landmarks import CHIN, OVAL, SIDES, TOP
from maquette.solids.heads.planes import CELLS, Plane
from maquette.types import Bools, Floats

Wide = NDArray[np.float64]
ANGLES = 720  # of a table, anticlockwise from +x
CROWN_RISE = (0.17, 0.27)  # over the top of the face, of its height
FULLER = 1.03  # a skull is a little wider than its face
HAIR_THICK = 0.045  # over the skull, of the skull's height: the least
HAIR_BEHIND_EARS = 0.022  # likewise
HAIR_TALLEST = 0.20  # likewise, at the top: the most
STEEPEST_TURN = 0.8  # of the logarithm of a table per radian


@dataclass(frozen=True)
class Skull:
    """The head without hair, in the front plane.

    Attributes:
        middle: (2,) what angles are about.
        reach: (ANGLES,) from there to the outline.
        low: of its lowest point.
        high: of its highest point.
    """

    middle: tuple[float, float]
    reach: Floats
    low: float
    high: float

    @property
    def height(self) -> float:
        """From the chin to the crown."""
        return self.high - self.low


def skull_of(landmarks: Floats, fit: Fit, cover: Bools, plane: Plane) -> Skull:
    """The person's own face outline, both sides alike, and a vault above it.

    Args:
        landmarks: in pixels.
        fit: from pixels to the plane.
        cover: where the cut-out is.
        plane: the front plane.
    """
    points = fit.forth(landmarks[:, :2])
    oval = points[list(OVAL)].astype(np.float64)
    x = float((oval[:, 0].min() + oval[:, 0].max()) / 2)
    low, top = float(points[CHIN, 1]), float(points[TOP, 1])
    high = _crown(cover, plane, x, low, top)
    y = low + 0.52 * (high - low)
    half = FULLER * float(np.ptp(oval[:, 0])) / 2
    ears = float(points[list(SIDES), 1].mean())
    angles = _angles()
    # below the ears the face's outline, above them a vault
    down = _reach_of_polygon(oval - [x, y])
    vault = _reach_of_vault(half, ears - y, high - ears)
    share = _smooth((np.sin(angles) * half - (ears - y)) / (0.35 * half) + 0.5)
    reach = down + (vault - down) * share
    reach = (reach + _mirrored(reach)) / 2
    return Skull((x, y), _blurred(reach, 4.0), low, high)


def hair_reach(hair: Hair, skull: Skull, plane: Plane, most: Floats) -> Floats:
    """How far hair reaches in every direction; where it has none, a little into the skull.

    Args:
        hair: where it is in the front view.
        skull: what it grows on.
        plane: the front plane.
        most: (ANGLES,) it may not reach farther.
    """
    along, found = _rays(hair.inside, skull, plane)
    outer = np.where(found, along, 0).max(axis=1)
    has = _blurred(np.clip((outer - 0.93 * skull.reach) / (0.07 * skull.reach), 0, 1), 5.0)
    least = skull.reach + HAIR_THICK * skull.height
    wanted = np.minimum(np.maximum(outer, least), skull.reach + HAIR_TALLEST * skull.height)
    beside = np.sin(_angles()) < 0.35
    wanted = np.where(beside, np.maximum(outer, least), wanted)
    bare = 0.94 * skull.reach
    reach = _blurred(bare + (np.minimum(wanted, most) - bare) * has, 4.0)
    return _gentle(reach)


def back_reach(front: Floats, skull: Skull) -> Floats:
    """(ANGLES,) how far hair reaches behind, where it grows on all of the skull."""
    grown = np.maximum(front, skull.reach + HAIR_BEHIND_EARS * skull.height)
    return _blurred(grown, 4.0)


def hairline(hair: Hair, skull: Skull, plane: Plane) -> Floats:
    """(ANGLES,) where hair begins along each direction, at most the skull's outline."""
    along, found = _rays(hair.depth > 0, skull, plane)
    first = np.where(found, along, np.inf).min(axis=1)
    return _blurred(np.clip(first, 0.35 * skull.reach, 0.97 * skull.reach), 6.0)


def read(table: Floats, turns: Floats) -> Floats:
    """A table at angles in radians, between its entries."""
    at = turns * np.float32(ANGLES / (2 * np.pi))
    low = np.floor(at)
    share = at - low
    first = low.astype(np.int32) % ANGLES
    found = table[first] + (table[(first + 1) % ANGLES] - table[first]) * share
    return found.astype(np.float32, copy=False)


def _crown(cover: Bools, plane: Plane, x: float, low: float, top: float) -> float:
    """As high as the cut-out allows with a little hair on it, within what people have."""
    column = round(float(plane.cells(np.array([[x, 0]], np.float32))[0, 0]))
    rows = np.flatnonzero(cover[:, max(0, column - 8) : column + 9].any(axis=1))
    shown = plane.top - plane.step * float(rows[0]) if len(rows) else top
    least, most = (top + rise * (top - low) for rise in CROWN_RISE)
    return float(np.clip(shown - 0.05 * (top - low), least, most))


def _rays(inside: Bools, skull: Skull, plane: Plane) -> tuple[Floats, Bools]:
    """Distances along rays from the middle, and whether each place is inside."""
    angles = _angles()
    longest = 0.5 * plane.step * CELLS
    along = np.linspace(0, longest, 320, dtype=np.float32)
    ways = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    xy = np.array(skull.middle, np.float32) + ways[:, None] * along[None, :, None]
    at = np.rint(plane.cells(xy.reshape(-1, 2).astype(np.float32, copy=False))).astype(np.int32)
    within = ((at >= 0) & (at < CELLS)).all(axis=1)
    at = np.clip(at, 0, CELLS - 1)
    found = (inside[at[:, 1], at[:, 0]] & within).reshape(ANGLES, -1)
    return np.broadcast_to(along, found.shape), found


def _reach_of_polygon(polygon: Wide) -> Wide:
    """(ANGLES,) from the origin to a polygon that is seen whole from there."""
    turns = np.unwrap(np.arctan2(polygon[:, 1], polygon[:, 0]))
    lengths = np.hypot(polygon[:, 0], polygon[:, 1])
    order = np.argsort(turns % (2 * np.pi))
    return np.interp(_angles(), (turns % (2 * np.pi))[order], lengths[order], period=2 * np.pi)


def _reach_of_vault(half: float, base: float, high: float) -> Wide:
    """(ANGLES,) from the origin to an ellipse whose middle is `base` above it."""
    cos, sin = np.cos(_angles()), np.sin(_angles())
    a = (cos / half) ** 2 + (sin / high) ** 2
    b = sin * base / high**2
    c = (base / high) ** 2 - 1
    return np.asarray((b + np.sqrt(np.maximum(b * b - a * c, 1e-9))) / a, np.float64)


def _angles() -> Wide:
    return np.linspace(0, 2 * np.pi, ANGLES, endpoint=False)


def _mirrored(table: Wide) -> Wide:
    return np.roll(table[::-1], ANGLES // 2 + 1)


def _blurred(table: Wide | Floats, degrees: float) -> Floats:
    from scipy.ndimage import gaussian_filter1d

    blurred = gaussian_filter1d(table, degrees * ANGLES / 360, mode="wrap")
    return np.asarray(blurred, np.float32)


def _gentle(reach: Floats) -> Floats:
    """A table lowered where it rises faster than a printable shape may."""
    grown = np.exp(STEEPEST_TURN * 2 * np.pi / ANGLES)
    gentle = reach.astype(np.float64)
    for _ in range(2):
        for k in range(ANGLES):
            gentle[k] = min(gentle[k], gentle[k - 1] * grown)
        for k in range(ANGLES - 1, -1, -1):
            gentle[k] = min(gentle[k], gentle[(k + 1) % ANGLES] * grown)
    return _blurred(gentle, 2.0)


def _smooth(share: Wide) -> Wide:
    share = np.clip(share, 0, 1)
    return share * share * (3 - 2 * share)
