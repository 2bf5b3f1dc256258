"""Bases: what a figure stands on, and the name on its rim.

What belongs here: plinths, and how large letters are on them. What does not: the letters
(`lettering`, `rim_letters`).
"""

from __future__ import annotations

import numpy as np

from maquette.solids.bodies.fields import disc
from maquette.solids.bodies.figures import RGB, Part
from maquette.solids.bodies.lettering import inscription
from maquette.solids.bodies.rim_letters import RimLetters

RADIUS, HIGH, RIM = 0.25, 0.088, 0.015  # the radius is the least
GROUND_INSET = 0.022
ARC_DEG = 150.0  # of the rim for letters: what can be read from the front
LETTERS_HIGH = HIGH - 2 * RIM + 0.002
LETTERS_RISE = 0.009
STROKE = 0.0062  # 0.6 mm on a figure of 100 mm


def plinth(*, radius: float, colour: RGB, ground: RGB) -> list[Part]:
    """A round plinth, its top in a colour of its own."""
    base = disc((0.0, HIGH / 2, 0.0), radius, HIGH / 2, RIM)
    top = disc((0.0, HIGH, 0.0), radius - GROUND_INSET, 0.006, 0.002)
    return [Part("base", base, colour), Part("ground", top, ground, painted=True)]


def rim_letters(text: str, radius: float) -> RimLetters | None:
    """The text as large as the rim has room for; None where nothing is to be seen."""
    arc = float(np.deg2rad(ARC_DEG)) * radius
    flat = inscription(text, wide=arc, high=LETTERS_HIGH, stroke=STROKE) if text else None
    return None if flat is None else RimLetters(flat, radius, HIGH / 2, LETTERS_RISE)
