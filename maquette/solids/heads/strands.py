"""Strands: how hair flows over a head.

What belongs here: one number for every place on hair, which its relief and its colours share.
What does not: where hair is (`hair`), and which colours it has.
"""

from __future__ import annotations

import numpy as np

from maquette.types import Floats

# hair grows away from a crown that lies behind the top of the head
CROWN = np.array([0.0, 0.80, -0.60], np.float32)
AHEAD = np.array([0.0, 0.60, 0.80], np.float32)
# waves around the crown, how they turn on the way down, where they begin, how strong they are
WAVES = ((7, 1.1, 0.4, 0.38), (13, -1.7, 2.1, 0.34), (23, 0.9, 4.4, 0.28))
PARTING, PARTING_WIDE, PARTING_LONG = 0.35, 0.03, 0.75  # radians, share of the radius, radians


def strands(to: Floats) -> Floats:
    """(N,) from about -1 between strands to about 1 on them.

    Args:
        to: (N, 3) places, from the middle of the head.
    """
    turn, down, wide = _about_crown(to)
    found = np.zeros(len(to), np.float32)
    for count, twist, start, strength in WAVES:
        # close to the crown fine strands would run into each other
        calm = np.clip(wide * np.float32(24 / count), 0, 1)
        wave = np.sin(np.float32(count) * turn + np.float32(twist) * down + np.float32(start))
        found += np.float32(strength) * calm * wave
    return found


def parting(to: Floats) -> Floats:
    """(N,) 1 in the parting, 0 away from it, soft between."""
    turn, down, wide = _about_crown(to)
    aside = wide * np.sin(turn - np.float32(PARTING))
    near = np.exp(-((aside / np.float32(PARTING_WIDE)) ** 2))
    ends = np.clip((np.float32(PARTING_LONG) - down) / np.float32(0.2), 0, 1)
    return (near * ends * (np.cos(turn) > 0)).astype(np.float32)


def _about_crown(to: Floats) -> tuple[Floats, Floats, Floats]:
    """Angles around the crown and away from it, and the distance from its axis."""
    away = np.maximum(np.sqrt(np.einsum("ij,ij->i", to, to)), np.float32(1e-6))
    up, ahead = (to @ CROWN) / away, (to @ AHEAD) / away
    aside = to[:, 0] / away
    wide = np.hypot(aside, ahead)
    return np.arctan2(aside, ahead), np.arctan2(wide, up), wide
