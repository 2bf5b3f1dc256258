"""From a decoder's frames to plates: the right matrix and range, full depth, straight alpha.

What belongs here: what a stream says of its colours, and YUV to RGB by FFmpeg's scaler, set to
its exact ways. What does not: finding frames (movies), curves (views).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.errors import InputError
from maquette.video.limits import DECODE_THREADS

# ISO/IEC 23091-2, as FFmpeg numbers them; what is missing is rare enough to be told by number
_PRIMARIES = {1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 9: "bt2020", 11: "dci-p3",
              12: "display-p3"}  # fmt: skip
_TRANSFERS = {1: "bt709", 4: "gamma22", 5: "gamma28", 6: "smpte170m", 8: "linear", 9: "log",
              10: "log-sqrt", 13: "srgb", 14: "bt2020", 15: "bt2020", 16: "pq",
              18: "hlg"}  # fmt: skip
_MATRICES = {0: "rgb", 1: "bt709", 4: "fcc", 5: "bt601", 6: "bt601", 7: "smpte240m",
             9: "bt2020", 10: "bt2020"}  # fmt: skip
_SCALER_MATRICES = {"bt709": 1, "fcc": 4, "bt601": 5, "smpte240m": 7, "bt2020": 9}
_LIMITED, _FULL = 1, 2
_UNSPECIFIED = 2
# Curves that flatten highlights too much to be looked at as they are; HLG is made to be.
_LOGS = frozenset({"log", "log-sqrt", "pq"})
MOST_BITS = 16  # what a plate of whole numbers can hold
# Below this many lines video is of standard definition where it does not say.
_HD_LINES = 720


@dataclass(frozen=True)
class Colouring:
    """What the numbers of a stream mean.

    Attributes:
        bits: of one channel as decoded.
        matrix: ``rgb`` or the YUV matrix.
    """

    bits: int
    matrix: str
    is_full: bool
    is_rgb: bool
    has_alpha: bool
    colour: str
    note: str


def colouring_of(codec_context: Any, *, height_px: int, where: str) -> Colouring:
    """What a stream says of its colours; what it leaves out is assumed as players do."""
    components = codec_context.format.components
    bits = max(component.bits for component in components)
    if bits > MOST_BITS or codec_context.format.has_palette:
        raise InputError(
            "FOOTAGE_DEPTH",
            f"{where} has pixels of the form {codec_context.format.name}",
            fix="export it with 8 to 16 bits a channel",
        )
    is_rgb = bool(codec_context.format.is_rgb)
    said = _MATRICES.get(codec_context.colorspace, "")
    assumed = "bt709" if height_px >= _HD_LINES else "bt601"
    matrix = "rgb" if is_rgb else said if said not in ("", "rgb") else assumed
    is_full = is_rgb or codec_context.color_range == _FULL or _is_full_by_name(codec_context)
    transfer = _TRANSFERS.get(codec_context.color_trc, "")
    colour = "linear" if transfer == "linear" else "log" if transfer in _LOGS else "display"
    primaries = _words(_PRIMARIES, codec_context.color_primaries)
    note = (
        f"primaries {primaries}, transfer {_words(_TRANSFERS, codec_context.color_trc)}, "
        f"matrix {matrix}{'' if is_rgb or said == matrix else ' (assumed)'}, "
        f"{'full' if is_full else 'limited'} range"
        f"{' (assumed)' if not codec_context.color_range and not is_rgb else ''}"
    )
    return Colouring(
        bits,
        matrix,
        is_full,
        is_rgb,
        any(component.is_alpha for component in components),
        colour,
        note,
    )


def _is_full_by_name(codec_context: Any) -> bool:
    """JPEG's own formats are full; grey in FFV1 is a matte, which has no reason to be less."""
    name = str(codec_context.format.name)
    is_untold = not codec_context.color_range
    is_grey = name.startswith("gray") and codec_context.name == "ffv1"
    return name.startswith("yuvj") or (is_untold and is_grey)


def _words(table: dict[int, str], number: int) -> str:
    return "not told" if number == _UNSPECIFIED else table.get(number, f"number {number}")


class Developer:
    """Turns decoded frames of one stream into RGB or RGBA arrays; holds a scaler of its own."""

    def __init__(self, colouring: Colouring) -> None:
        import av.video.reformatter as scaling

        ways = scaling.Interpolation
        # bit-exact: the same bytes on every processor; the others: no shortcuts through 8 bits
        self._ways = ways.BICUBIC | ways.ACCURATE_RND | ways.FULL_CHR_H_INT | ways.BITEXACT
        self._scaler: Any = scaling.VideoReformatter()
        self._colouring = colouring
        planes = "gbrap" if colouring.has_alpha else "gbrp"
        self._format = planes if colouring.bits <= 8 else f"{planes}16le"

    def developed(self, frame: Any) -> NDArray[Any]:
        """(H, W, 3 or 4) uint8, or uint16 scaled to the full 16 bits."""
        colouring = self._colouring
        matrix = _SCALER_MATRICES.get(colouring.matrix)
        shown = self._scaler.reformat(
            frame,
            format=self._format,
            src_colorspace=matrix,
            dst_colorspace=matrix,
            src_color_range=_FULL if colouring.is_full else _LIMITED,
            dst_color_range=_FULL,
            interpolation=self._ways,
            threads=DECODE_THREADS,
        )
        pixels: NDArray[Any] = shown.to_ndarray()
        return pixels if colouring.bits <= 8 else self._widened(pixels)

    def _widened(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """The scaler's 16 bits stop short of 65535: white is brought to where it belongs.

        It shifts full-range values up, and takes limited-range white to 255 × 256.
        """
        import cv2

        bits, top = self._colouring.bits, float(np.iinfo(np.uint16).max)
        shifted = top / ((2**bits - 1) << (16 - bits))
        colours = 1.0 if self._colouring.is_rgb else shifted
        if not self._colouring.is_full:
            colours = top / (255 * 256)
        alpha = 1.0 if self._colouring.is_rgb else shifted
        if colours == alpha == 1.0:
            return pixels
        factors: Any = (colours, colours, colours, alpha)
        return np.asarray(cv2.multiply(pixels, factors), np.uint16)
