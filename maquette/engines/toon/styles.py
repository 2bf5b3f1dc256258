"""What differs from style to style: a row each.

What belongs here: names and numbers. What does not: code that draws; it is the same for all.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """How a head is drawn; widths are in distances from eye to eye.

    Attributes:
        eye_growth: share by which eyes are larger than in the photo.
        vivid: what saturation is multiplied with.
        paper: skin becomes nearly white and all else follows, as ink on tinted paper.
        line_width: of lines that are found in the photo.
        line_low: how strong such a line must be to go on.
        line_high: and how strong it must be somewhere.
        line_dark: how dark it is drawn: 0 as what lies below it, 1 as ink.
    """

    name: str
    eye_growth: float = 0.18
    vivid: float = 1.12
    paper: bool = False
    line_width: float = 0.009
    line_low: float = 0.42
    line_high: float = 1.2
    line_dark: float = 0.72


STYLES = {
    style.name: style
    for style in (
        Style("toon"),
        Style("ink", paper=True, line_width=0.011, line_low=0.35, line_high=0.9, line_dark=0.95),
    )
}
