"""A head drawn anew as a cartoon: flat tones, clean lines, larger eyes; numpy and OpenCV only.

What belongs here: the factory, named in the table of engines. What does not: anything of the
craft. `engine` has the order of work; `warping` enlarges the eyes, `heads` and `skin` look at the
photo, `palettes` and `styles` choose colours, `tones` lays flat areas, `lines` finds lines,
`eyes` and `features` draw along the landmarks, and `curves` is the pen.
"""

from __future__ import annotations

from maquette.engines.toon.engine import Toon
from maquette.roles import Stylist


def make() -> Stylist:
    """The stylist; it has no weights."""
    return Toon()
