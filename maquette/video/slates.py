"""The slate: what a delivered frame or movie says of its place in time.

What belongs here: the value that picture and movie writers share. What does not: reading time
code, and what a file says of its making (imprint).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Slate:
    """Rate, time code and pixel shape of a frame, or of a movie from its first frame on.

    Attributes:
        rate: frames per second, exact: 24000/1001 is not 23.976.
        timecode: of this very frame, ``hh:mm:ss:ff`` or ``hh:mm:ss;ff`` where frames are
            dropped; empty where nothing is known.
        pixel_aspect: how wide a pixel is against its height; 1 is square.
    """

    rate: Fraction
    timecode: str = ""
    pixel_aspect: Fraction = Fraction(1)
