"""Faces drawn from formulas: a head in plain colours, and the landmarks that belong to it.

What belongs here: made-up people for tests. What does not: anybody's photo.
"""

from __future__ import annotations

import numpy as np

from maquette.solids.heads.landmarks import (
    BROW_OUTLINES,
    EYES,
    IRISES,
    MOUTH,
    MOUTH_INNER,
    OVAL,
)
from maquette.types import Face, Floats, Picture

SIDE_PX = 768
MIDDLE = np.array([384.0, 400.0])  # of the face
HALF_WH = (140.0, 178.0)
SKIN, HAIR, LIPS, DARK, WHITE = (
    *((224, 172, 138), (92, 58, 36), (176, 72, 70)),
    *((40, 30, 30), (250, 250, 246)),
)
GOLDEN = np.pi * (3 - 5**0.5)

# where named points are: shares of the face's half width and half height, y down
NAMED = {
    33: (-0.66, -0.17),
    133: (-0.34, -0.17),
    362: (0.34, -0.17),
    263: (0.66, -0.17),
    4: (0.0, 0.24),
    61: (-0.36, 0.50),
    291: (0.36, 0.50),
    105: (-0.5, -0.36),
    334: (0.5, -0.36),
    13: (0.0, 0.488),
    14: (0.0, 0.512),
    9: (0.0, -0.34),
    151: (0.0, -0.62),
    108: (-0.2, -0.66),
    337: (0.2, -0.66),
    50: (-0.55, 0.15),
    280: (0.55, 0.15),
    101: (-0.36, 0.10),
    330: (0.36, 0.10),
    118: (-0.42, 0.04),
    347: (0.42, 0.04),
    205: (-0.5, 0.32),
    425: (0.5, 0.32),
    36: (-0.36, 0.24),
    266: (0.36, 0.24),
    5: (0.0, 0.16),
    195: (0.0, 0.04),
}
# ovals around which points lie: middle and half sides, first point and way
ROUND = {
    EYES[0]: ((-0.5, -0.17, 0.16, 0.09), np.pi, -1),
    EYES[1]: ((0.5, -0.17, 0.16, 0.09), 0.0, 1),
    BROW_OUTLINES[0]: ((-0.5, -0.36, 0.2, 0.03), np.pi, -1),
    BROW_OUTLINES[1]: ((0.5, -0.36, 0.2, 0.03), 0.0, 1),
    MOUTH: ((0.0, 0.5, 0.36, 0.06), np.pi, -1),
    MOUTH_INNER: ((0.0, 0.5, 0.33, 0.012), np.pi, -1),
    IRISES[0][1:]: ((-0.5, -0.17, 0.08, 0.08), 0.0, 1),
    IRISES[1][1:]: ((0.5, -0.17, 0.08, 0.08), 0.0, 1),
}


def landmarks() -> Floats:
    """(478, 3) of a face that is the same on both sides."""
    at = np.empty((478, 2))
    # what has no name is strewn evenly over the face, pair by pair
    number = np.arange(239)
    spread, turn = np.sqrt((number + 0.5) / 239) * 0.96, number * GOLDEN
    one = np.stack([spread * np.cos(turn), spread * np.sin(turn)], axis=1)
    at[0::2], at[1::2] = one, one * [-1, 1]
    turns = np.arange(len(OVAL)) * (2 * np.pi / len(OVAL))
    at[list(OVAL)] = np.stack([np.sin(turns), -np.cos(turns)], axis=1)
    for which, ((x, y, wide, high), first, way) in ROUND.items():
        turns = first + way * np.arange(len(which)) * (2 * np.pi / len(which))
        at[list(which)] = np.stack([x + wide * np.cos(turns), y - high * np.sin(turns)], axis=1)
    for point, place in NAMED.items():
        at[point] = place
    at[468], at[473] = (-0.5, -0.17), (0.5, -0.17)
    px = MIDDLE + at * HALF_WH
    return np.column_stack([px, _depth(at) * HALF_WH[0]]).astype(np.float32)


def _depth(at: Floats) -> Floats:
    """Towards the viewer: a round face with a nose, brows, lips, a chin and eye sockets."""
    x, y = at.T

    def bump(x0: float, y0: float, wide: float, high: float) -> Floats:
        return np.exp(-(((x - x0) / wide) ** 2) - ((y - y0) / high) ** 2)

    face = np.sqrt(np.maximum(1.1 - 0.8 * x**2 - 0.3 * y**2, 0)) - 1
    nose = 0.34 * bump(0, 0.2, 0.14, 0.14) + 0.16 * bump(0, 0, 0.1, 0.2)
    eyes = -0.10 * (bump(0.5, -0.17, 0.2, 0.1) + bump(-0.5, -0.17, 0.2, 0.1))
    rest = 0.08 * bump(0, 0.5, 0.3, 0.08) + 0.08 * bump(0, 0.85, 0.2, 0.12)
    return face + nose + eyes + rest + 0.06 * bump(0, -0.36, 0.7, 0.07)


def portrait(hair: str = "short") -> tuple[Picture, Face]:
    """A drawing of this face, and its landmarks.

    Args:
        hair: ``short``, ``long`` to below the chin, or ``none``.
    """
    y, x = np.mgrid[:SIDE_PX, :SIDE_PX] + 0.5
    at_x, at_y = (x - MIDDLE[0]) / HALF_WH[0], (y - MIDDLE[1]) / HALF_WH[1]
    rgba = np.zeros((SIDE_PX, SIDE_PX, 4), np.uint8)

    def fill(inside: Floats, colour: tuple[int, int, int]) -> None:
        rgba[inside] = (*colour, 255)

    def oval(x0: float, y0: float, wide: float, high: float) -> Floats:
        return ((at_x - x0) / wide) ** 2 + ((at_y - y0) / high) ** 2 < 1

    if hair == "long":
        fill((np.abs(at_x) < 1.4) & (at_y > -0.4) & (at_y < 1.15), HAIR)
    if hair != "none":
        fill(oval(0, -0.35, 1.2 if hair == "short" else 1.4, 1.1) & (at_y < -0.1), HAIR)
    fill((np.abs(at_x) < 0.45) & (at_y > 0.6) & (at_y < 1.3), SKIN)
    fill(oval(0, 0, 1, 1), SKIN)
    if hair == "none":
        fill(oval(0, -0.4, 1, 1), SKIN)
    if hair == "short":
        fill(oval(1.05, 0, 0.14, 0.2) | oval(-1.05, 0, 0.14, 0.2), SKIN)
    for side in (-0.5, 0.5):
        fill(oval(side, -0.17, 0.18, 0.09), WHITE)
        fill(oval(side, -0.17, 0.08, 0.08), DARK)
        fill(oval(side, -0.36, 0.2, 0.03), HAIR)
    fill(oval(0, 0.5, 0.36, 0.06), LIPS)
    fill(oval(0, 0.5, 0.34, 0.012), DARK)
    return Picture(rgba), Face(landmarks(), 1.0)
