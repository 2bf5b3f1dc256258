"""What the header of one frame file says, judged before its pixels are decoded.

What belongs here: size, windows, channels, depth, colour, and the refusals. What does not:
pixels (stills).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from typing import Any

from maquette.errors import InputError
from maquette.video.limits import FASTEST, MOST_PIXELS, SLOWEST, refuse_size
from maquette.video.timecode import rate_of
from maquette.video.turns import Turn, turn_of_exif

# A render of many layers has hundreds of channels; of these at most so many are read at once.
MOST_CHANNELS_APART = 8
# Fax and exotic codecs inside TIFF are where its decoders break.
_TIFF_PACKINGS = frozenset({"none", "lzw", "zip", "packbits", "jpeg", ""})
# the sample types a plate can hold; a double is read as a float
_DEPTHS = {"uint8": 8, "uint16": 16, "half": 16, "float": 32, "double": 32}
_DPX_RATES = ("dpx:FrameRate", "dpx:TemporalFrameRate")
_COLOUR_NAMES = ("r", "g", "b", "a")


@dataclass(frozen=True)
class Header:
    """One frame file before its pixels: what must be alike in a sequence, and what may differ.

    Attributes:
        picks: the places of red, green, blue (and alpha) among the file's channels; grey thrice.
        canvas_xywh: the display window in the coordinates of the data window.
        has_straight_alpha: colours are not multiplied by alpha.
    """

    size_wh: tuple[int, int]
    data_xywh: tuple[int, int, int, int]
    canvas_xywh: tuple[int, int, int, int]
    sample: str
    bits: int
    picks: tuple[int, ...]
    has_straight_alpha: bool
    turn: Turn
    colour: str
    colour_note: str
    pixel_aspect: Fraction
    rate: Fraction | None
    timecode: str

    @property
    def has_alpha(self) -> bool:
        """Whether a fourth channel is read."""
        return len(self.picks) == 4

    @property
    def is_cropped(self) -> bool:
        """Whether the data window is another than the display window."""
        return self.data_xywh != self.canvas_xywh

    @property
    def likeness(self) -> tuple[object, ...]:
        """What all frames of a sequence share."""
        return self.size_wh, self.sample, self.has_alpha, self.colour


def header_of(spec: Any, *, kind: str, where: str) -> Header:
    """The header that OpenImageIO read, or a refusal.

    Args:
        spec: its ``ImageSpec`` of the first part.
        kind: the plugin's name: ``openexr``.
        where: what messages call the file.
    """
    data = (int(spec.x), int(spec.y), int(spec.width), int(spec.height))
    canvas = (int(spec.full_x), int(spec.full_y), int(spec.full_width), int(spec.full_height))
    _refuse_shape(spec, canvas_wh=canvas[2:], where=where)
    sample = str(spec.format)
    if sample not in _DEPTHS:
        raise InputError(
            "FOOTAGE_DEPTH",
            f"{where} has pixels of type {sample}",
            fix="save it with 8 or 16 bits, half or float",
        )
    turn = turn_of_exif(spec.get_int_attribute("Orientation", 1))
    colour, note = _colour_of(spec, kind=kind, is_float=_DEPTHS[sample] == 32 or sample == "half")
    return Header(
        size_wh=turn.of_size((canvas[2], canvas[3])),
        data_xywh=data,
        canvas_xywh=canvas,
        sample=sample,
        bits=spec.get_int_attribute("oiio:BitsPerSample", _DEPTHS[sample]),
        picks=_picks(spec, where=where),
        has_straight_alpha=kind != "openexr"
        and bool(kind != "tiff" or spec.get_int_attribute("oiio:UnassociatedAlpha", 0)),
        turn=turn,
        colour=colour,
        colour_note=note,
        pixel_aspect=turn.of_aspect(_aspect_of(spec)),
        rate=_rate_of(spec),
        timecode=_timecode_of(spec),
    )


def _refuse_shape(spec: Any, *, canvas_wh: tuple[int, ...], where: str) -> None:
    if spec.deep:
        raise InputError(
            "FOOTAGE_DEEP", f"{where} is a deep image", fix="flatten it before it is uploaded"
        )
    if spec.depth > 1 or spec.full_depth > 1:
        raise InputError("FOOTAGE_KIND", f"{where} is a volume", fix="upload flat frames")
    refuse_size((spec.width, spec.height), where=where)
    refuse_size((canvas_wh[0], canvas_wh[1]), where=where)
    # one tile is unpacked whole, however little of it the picture shows
    if spec.tile_width * spec.tile_height > MOST_PIXELS:
        raise InputError(
            "FOOTAGE_TOO_LARGE",
            f"{where} has tiles of {spec.tile_width:,} × {spec.tile_height:,} pixels",
            fix="save it in scan lines",
        )
    packing = str(spec.get_string_attribute("compression", ""))
    if "tiff:Compression" in spec and packing not in _TIFF_PACKINGS:
        raise InputError(
            "FOOTAGE_CODEC",
            f"{where} is a TIFF packed as {packing[:40]}",
            fix="save it with LZW, deflate or no compression",
        )


def _picks(spec: Any, *, where: str) -> tuple[int, ...]:
    """Where the colours stand: R, G, B without a layer, else those of the first that has them."""
    names = [str(name).lower() for name in spec.channelnames]
    if {"ry", "by"} & {name.rpartition(".")[2] for name in names}:
        raise InputError(
            "FOOTAGE_CHANNELS",
            f"{where} holds luminance and chroma, not red, green and blue",
            fix="save it as RGB",
        )
    for layer in dict.fromkeys(["", *(name.rpartition(".")[0] for name in names)]):
        wanted = [f"{layer}.{name}" if layer else name for name in _COLOUR_NAMES]
        places = tuple(names.index(name) for name in wanted if name in names)
        if all(name in names for name in wanted[:3]):
            return _near(places, where=where)
    if names == ["y", "a"]:
        return (0, 0, 0, 1)
    if names == ["y"]:
        return (0, 0, 0)
    told = ", ".join(names[:8])
    raise InputError(
        "FOOTAGE_CHANNELS",
        f"{where} has no channels R, G and B, but {told[:120]}",
        fix="save the colours as R, G, B and A",
    )


def _near(places: tuple[int, ...], *, where: str) -> tuple[int, ...]:
    if max(places) - min(places) >= MOST_CHANNELS_APART:
        raise InputError(
            "FOOTAGE_CHANNELS", f"{where} has its colours far apart", fix="save it as plain RGB"
        )
    return places


def _colour_of(spec: Any, *, kind: str, is_float: bool) -> tuple[str, str]:
    """What the numbers mean: floats are scene light, DPX says, the rest is ready to be shown."""
    if is_float:
        return "linear", "floating point, taken as linear"
    transfer = str(spec.get_string_attribute("dpx:Transfer", ""))
    if kind != "dpx":
        return "display", str(spec.get_string_attribute("oiio:ColorSpace", "")) or "not told"
    told = f"transfer {transfer.lower()}" if transfer else "transfer not told"
    if re.search("linear", transfer, re.IGNORECASE):
        return "linear", told
    # Ten-bit DPX without a word is a film scan or a camera's log, as the format was made for.
    is_film = re.search("density|log", transfer, re.IGNORECASE)
    is_told = bool(transfer) and not re.search("user|undefined", transfer, re.IGNORECASE)
    is_deep = spec.get_int_attribute("oiio:BitsPerSample", 8) >= 10
    if is_film or (is_deep and not is_told):
        return "log", told if is_told else f"{told}, taken as log"
    return "display", told


def _aspect_of(spec: Any) -> Fraction:
    told = spec.get_float_attribute("PixelAspectRatio", 1.0)
    return Fraction(told).limit_denominator(1000) if 0.1 < told < 10 else Fraction(1)


def _rate_of(spec: Any) -> Fraction | None:
    """EXR tells a fraction (or, from older writers, a float), DPX a float in either header."""
    told: Any = spec.getattribute("FramesPerSecond")
    if isinstance(told, tuple | list):
        numerator, denominator = int(told[0]), int(told[1])
        rate = Fraction(numerator, denominator) if denominator else Fraction(0)
    else:
        floats = (told, *(spec.get_float_attribute(name, 0.0) for name in _DPX_RATES))
        number = next((float(value) for value in floats if value), 0.0)
        rate = Fraction(number).limit_denominator(1001) if isfinite(number) else Fraction(0)
    return rate_of(rate) if SLOWEST <= rate <= FASTEST else None


def _timecode_of(spec: Any) -> str:
    """SMPTE time code as text; EXR and DPX keep it as two packed numbers."""
    text = str(spec.get_string_attribute("dpx:TimeCode", ""))
    packed: Any = spec.getattribute("smpte:TimeCode")
    if text or not isinstance(packed, Sequence) or not packed:
        return text
    return _unpacked(int(packed[0]))


def _unpacked(word: int) -> str:
    """SMPTE 12M: two decimal digits a byte, frames lowest, bit 6 of the frames is drop-frame."""
    frames, seconds, minutes, hours = (word >> shift & 0xFF for shift in (0, 8, 16, 24))
    parts = ((hours, 0x3F), (minutes, 0x7F), (seconds, 0x7F), (frames, 0x3F))
    digits = [f"{(byte & mask) >> 4}{byte & 0x0F}" for byte, mask in parts]
    return f"{':'.join(digits[:3])}{';' if frames & 0x40 else ':'}{digits[3]}"
