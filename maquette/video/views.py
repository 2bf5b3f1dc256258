"""What networks see of a plate: 8 bits, ready to be looked at. The plate itself stays as it is.

Fixed curves, never stretched to a frame's own contents: flow and colour models compare frames.
What belongs here: plate to picture. What does not: colour management for people's eyes.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.types import Bytes, Floats, Picture, Plate

# Highlights above this share of the range are rolled off instead of cut: a window keeps its
# frame, a lamp its edge.
KNEE = 0.8
# Camera logs put black near 0.09 and diffuse white near 0.6 to 0.7 of their range; a network is
# used to black at 0 and white near 1.
LOG_BLACK, LOG_WHITE = 0.09, 0.70


def view(plate: Plate) -> Picture:
    """The plate as an 8-bit picture: display as it is, linear through sRGB, log stretched.

    Linear light above white is rolled off; what is no number is black.
    """
    pixels = plate.pixels
    if pixels.dtype == np.float32:
        # half keeps eleven bits, more than eight need, and lets one table serve both
        with np.errstate(over="ignore"):
            pixels = pixels.astype(np.float16)
    keys: NDArray[Any] = pixels.view(np.uint16) if pixels.dtype == np.float16 else pixels
    rgba = np.full((*pixels.shape[:2], 4), 255, np.uint8)
    table = _table(pixels.dtype.name, plate.colour)
    rgba[..., :3] = keys[..., :3] if table is None else table[keys[..., :3]]
    if pixels.shape[2] == 4:
        plain = _table(pixels.dtype.name, "display")
        rgba[..., 3] = keys[..., 3] if plain is None else plain[keys[..., 3]]
    return Picture(rgba)


@cache
def _table(sample: str, colour: str) -> Bytes | None:
    """The 8-bit value of every value a sample can have; None where it is the same."""
    if sample == "uint8" and colour == "display":
        return None
    shown = _curve(_every(sample), colour=colour)
    table = (np.clip(shown, 0, 1) * 255 + 0.5).astype(np.uint8)
    table.setflags(write=False)
    return table


def _every(sample: str) -> Floats:
    """All values of a sample type in order, 1 being the top of its range (or white)."""
    if sample == "float16":
        halves: NDArray[Any] = np.arange(2**16, dtype=np.uint16).view(np.float16)
        return np.nan_to_num(halves.astype(np.float32), nan=0, posinf=65504, neginf=0)
    top = np.iinfo(sample).max
    return (np.arange(top + 1) / top).astype(np.float32)


def _curve(values: Floats, *, colour: str) -> Floats:
    if colour == "linear":
        light = np.maximum(values, 0)
        bent = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
        return _rolled(np.asarray(bent, np.float32))
    if colour == "log":
        return _rolled((values - np.float32(LOG_BLACK)) / np.float32(LOG_WHITE - LOG_BLACK))
    return values


def _rolled(values: Floats) -> Floats:
    """The same up to the knee, then ever closer to 1."""
    over = np.maximum(values - KNEE, 0) / (1 - KNEE)
    rolled = KNEE + (1 - KNEE) * (1 - np.exp(-over))
    return np.where(values <= KNEE, values, rolled).astype(np.float32)
