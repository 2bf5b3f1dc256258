"""How much one piece of footage may ask of the machine, and the refusals that say so.

What belongs here: the numbers, their reasons, and checks of what a header claims. What does not:
reading headers (movies, stills).
"""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

from maquette.errors import InputError
from maquette.pictures.opening import shown

# 8K of cinema is 8192 × 4320; as 32-bit float with alpha one such plate is 566 MB.
MOST_PIXELS = 40_000_000
LONGEST_PX = 16_384
# Two hours at 60 frames a second: a whole reel that a cut list takes apart. A ten-hour recording
# is a mistake or an attack, and its index alone would take minutes.
MOST_FRAMES = 432_000
MOST_SECONDS = 4 * 3600
# Decoders and scalers gain little beyond it, and each of them holds a frame.
DECODE_THREADS = 2
# For one read of the file; nothing here reads from a network.
READ_TIMEOUT_S = 60.0
# Cameras count up to a few thousand frames a second, time lapses one in a minute.
FASTEST, SLOWEST = Fraction(10_000), Fraction(1, 3600)


def named(path: Path) -> str:
    """What a message calls a file."""
    return shown(path.name)


def refuse_name(path: Path) -> None:
    """Refuse names that are not UTF-8: decoders could not be told them."""
    try:
        os.fspath(path).encode()
    except UnicodeEncodeError:
        # ascii() keeps the odd bytes readable where a terminal could not print them
        raise InputError(
            "FOOTAGE_NAME",
            f"the name {ascii(path.name)[:120]} is not UTF-8",
            fix="rename it with plain letters and digits",
        ) from None


def refuse_size(size_wh: tuple[int, int], *, where: str) -> None:
    """Refuse frames that no camera makes, before any pixel is decoded."""
    width, height = size_wh
    if width < 1 or height < 1:
        raise InputError(
            "FOOTAGE_DAMAGED", f"{where} claims {width} × {height} pixels", fix=EXPORT_ANEW
        )
    if width * height > MOST_PIXELS or max(size_wh) > LONGEST_PX:
        raise InputError(
            "FOOTAGE_TOO_LARGE",
            f"{where} is {width} × {height} pixels, at most {MOST_PIXELS:,} and {LONGEST_PX:,} "
            "along a side are decoded",
            fix="scale it down, or crop the data window",
        )


def refuse_length(frames: int, *, seconds: float, where: str) -> None:
    """Refuse footage that is longer than any reel."""
    if frames > MOST_FRAMES or seconds > MOST_SECONDS:
        long = f"{frames:,} frames" if frames > MOST_FRAMES else f"{seconds / 3600:.1f} hours"
        raise InputError(
            "FOOTAGE_TOO_LONG",
            f"{where} is {long} long, at most {MOST_FRAMES:,} frames and "
            f"{MOST_SECONDS // 3600} hours are taken",
            fix="cut it into shots first",
        )


EXPORT_ANEW = "upload it again; if it does not play elsewhere either, export it anew"
