"""PNG in 16 bits: mattes and cut-outs that keep the depth of what was shot.

Alpha is straight, as PNG wants it: colours are written as they are, never multiplied. OpenCV
packs the pixels, because OpenImageIO multiplies and divides by alpha on the way. What belongs
here: writing, and reading back our own files. What does not: 8-bit pictures (png).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.errors import FormatError, InputError
from maquette.formats.png import SIGNATURE, imprinted
from maquette.provenance import Provenance
from maquette.types import Alpha

Words = NDArray[np.uint16]
MOST = 65535
# zlib's: flat mattes halve from 3 to 6 at no cost, grain only doubles the time for 2 % of the bytes
MATTE_LEVEL, PICTURE_LEVEL = 6, 3


def write_alpha(alpha: Alpha, provenance: Provenance) -> bytes:
    """A matte as 16-bit grey; it is an intermediate and carries no imprint."""
    del provenance
    return _packed(sixteen_bit(alpha.cover), level=MATTE_LEVEL)


def read_alpha(data: bytes) -> Alpha:
    """The matte in PNG bytes that we wrote, in steps of 1/65535."""
    return Alpha(_unpacked(data, channels=1).astype(np.float32) / np.float32(MOST))


def write_deep_picture(rgba: Words, provenance: Provenance) -> bytes:
    """A cut-out for people: (H, W, 4) uint16, straight alpha, with its imprint."""
    if rgba.dtype != np.uint16 or rgba.ndim != 3 or rgba.shape[2] != 4:
        raise InputError("ARRAY_SHAPE", f"must be (H, W, 4) uint16: {rgba.shape} {rgba.dtype}")
    import cv2

    bgra = np.asarray(cv2.cvtColor(rgba, cv2.COLOR_RGBA2BGRA), np.uint16)
    return imprinted(_packed(bgra, level=PICTURE_LEVEL), provenance)


def read_deep_picture(data: bytes) -> Words:
    """The (H, W, 4) uint16 pixels in PNG bytes that we wrote."""
    import cv2

    return np.asarray(cv2.cvtColor(_unpacked(data, channels=4), cv2.COLOR_BGRA2RGBA), np.uint16)


def sixteen_bit(values: NDArray[Any]) -> Words:
    """Pixels of any depth as full 16 bits; floats are cut to 0..1."""
    if values.dtype == np.uint16:
        return values
    if values.dtype == np.uint8:
        return values.astype(np.uint16) * np.uint16(257)
    return np.rint(np.clip(values.astype(np.float32), 0, 1) * MOST).astype(np.uint16)


def _packed(pixels: Words, *, level: int) -> bytes:
    import cv2

    return bytes(cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, level])[1])


def _unpacked(data: bytes, *, channels: int) -> Words:
    import cv2

    pixels = None
    if data.startswith(SIGNATURE):
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    found = "nothing" if pixels is None else f"{pixels.shape} {pixels.dtype}"
    if pixels is None or pixels.dtype != np.uint16 or pixels.size % channels or (
        (1 if pixels.ndim == 2 else pixels.shape[2]) != channels
    ):  # fmt: skip
        raise FormatError(
            "PNG_UNREADABLE", f"{len(data)} bytes are no 16-bit PNG of {channels}: {found}"
        )
    return np.asarray(pixels, np.uint16)
