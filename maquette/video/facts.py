"""What is known of a piece of footage before its pixels are looked at.

What belongs here: the value that movies and frame sequences share. What does not: finding it
out (movies, stills).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

COLOURS = ("display", "linear", "log")


@dataclass(frozen=True)
class Facts:
    """What a movie or frame sequence says of itself.

    Attributes:
        size_wh: of every plate, upright, in pixels.
        rate: frames per second; the average where it varies.
        frames: how many plates there are.
        bits: of one channel, as stored: 8, 10, 12, 16, 32.
        codec: a short word: ``h264``, ``prores``, ``openexr``.
        colour: what the numbers mean: ``display``, ``linear`` or ``log`` (see `Plate`).
        colour_note: the file's own words on primaries, transfer, matrix and range.
        pixel_aspect: how wide a pixel is against its height; 1 is square.
        timecode: of the first frame, empty when the file says none.
        notes: what a person should know: turned upright, variable rate, cut short.
        lost: frames that do not decode, counted from 0; only known once all have been tried.
    """

    size_wh: tuple[int, int]
    rate: Fraction
    frames: int
    bits: int
    codec: str
    colour: str
    colour_note: str
    pixel_aspect: Fraction
    timecode: str
    has_alpha: bool
    notes: tuple[str, ...] = ()
    lost: tuple[int, ...] = ()

    def plain(self) -> dict[str, Any]:
        """The facts as JSON holds them."""
        return {**asdict(self), "rate": str(self.rate), "pixel_aspect": str(self.pixel_aspect)}

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Facts:
        """The facts that `plain` gave, also when they have been JSON in between."""
        width, height = plain["size_wh"]
        held: dict[str, Any] = {
            **plain,
            "size_wh": (int(width), int(height)),
            "rate": Fraction(plain["rate"]),
            "pixel_aspect": Fraction(plain["pixel_aspect"]),
            "notes": tuple(plain["notes"]),
            "lost": tuple(int(n) for n in plain["lost"]),
        }
        return cls(**held)
