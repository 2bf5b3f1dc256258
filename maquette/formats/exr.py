"""OpenEXR: named channels in half or full float, with slate and imprint in the header.

Through OpenImageIO, an extra that only rasters of film depth need. Colours in an EXR are
premultiplied by custom, unlike everywhere else in the house: `layer` does it, nobody else. What
belongs here: writing, naming layers, and reading back our own files. What does not: plates of
other people (`maquette.video`), which need limits; ids of objects (cryptomatte).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.errors import FormatError, InputError, ToolError
from maquette.extras import video_library
from maquette.formats.imprint import imprint
from maquette.provenance import Provenance
from maquette.types import Floats
from maquette.video.slates import Slate

HALF_MOST = 65504.0  # beyond it a half is infinite, and compositors spread that over the frame
STRIP_ROWS = 256  # written at a time: a multiple of ZIP's 16 rows, and no second copy of a plate
LONGEST_LAYER = 24  # with ``.A`` it stays below the 31 letters that older readers take
FASTEST_TIMECODE = 60  # frames a second: SMPTE has no bits for more
WORD_PREFIX = "maquette/"
_TIMECODE = re.compile(r"(\d\d):([0-5]\d):([0-5]\d)([:;])(\d\d)")


@dataclass(frozen=True)
class Raster:
    """An EXR read back: channels by name, and the words of its header."""

    channels: dict[str, NDArray[Any]]  # each (H, W) float16 or float32, as stored
    words: dict[str, Any]


def write_exr(
    path: Path,
    channels: Mapping[str, NDArray[Any]],
    *,
    slate: Slate,
    provenance: Provenance,
    words: Mapping[str, str] | None = None,
) -> None:
    """Write one frame, ZIP compressed; equal channels and words give equal bytes.

    Args:
        path: is overwritten; what a failure leaves there is not a file anyone should read.
        channels: name -> (H, W) float16 or float32; ``R``, ``hero.A``. One size for all.
        slate: of this frame.
        provenance: goes into the header, each word under ``maquette/``.
        words: more of them, such as Cryptomatte's.
    """
    names = tuple(channels)
    shapes = {values.shape for values in channels.values()}
    depths = {values.dtype for values in channels.values()}
    if len(shapes) != 1 or not depths <= {np.dtype(np.float16), np.dtype(np.float32)}:
        raise InputError(
            "ARRAY_SHAPE", f"EXR channels must be float and of one size: {shapes} {depths}"
        )
    oiio = video_library("OpenImageIO", use="EXR frames are written")
    spec = _spec(oiio, channels, slate=slate)
    said = {WORD_PREFIX + keyword: text for keyword, text in imprint(provenance).items()}
    for keyword, text in {**said, **(words or {})}.items():
        spec.attribute(keyword, text)
    out = oiio.ImageOutput.create("exr")
    done = out.open(str(path), spec)
    height = spec.height
    for top in range(0, height if done else 0, STRIP_ROWS):
        below = min(top + STRIP_ROWS, height)
        strip = np.stack([channels[name][top:below].astype(np.float32) for name in names], -1)
        done = done and out.write_scanlines(top, below, 0, strip)
    if not (done and out.close()):
        raise ToolError(
            "EXR_NOT_WRITTEN", f"{path.name}: {out.geterror()}", fix="look for a full disk"
        )


def read_exr(path: Path) -> Raster:
    """The channels and words of an EXR that we wrote."""
    oiio = video_library("OpenImageIO", use="EXR frames are written")
    opened = oiio.ImageInput.open(str(path))
    if opened is None:
        raise FormatError("EXR_UNREADABLE", f"{path.name}: {oiio.geterror()}")
    spec = opened.spec()
    pixels = opened.read_image(oiio.FLOAT)
    words = {word.name: word.value for word in spec.extra_attribs}
    opened.close()
    if pixels is None:
        raise FormatError("EXR_UNREADABLE", f"{path.name}: {opened.geterror()}")
    channels: dict[str, NDArray[Any]] = {}
    for index, name in enumerate(spec.channelnames):
        half = spec.channelformat(index) == oiio.HALF
        channels[name] = pixels[..., index].astype(np.float16 if half else np.float32)
    return Raster(channels, words)


def layer(name: str, alpha: Floats, colours: Floats | None = None) -> dict[str, NDArray[Any]]:
    """The half channels of one object, or of the merged picture where `name` is empty.

    Args:
        name: as `layer_names` gave it.
        alpha: (H, W) float32 in 0..1.
        colours: (H, W, 3) float32 straight foreground colours, scene linear; None for a matte
            alone.
    """
    before = f"{name}." if name else ""
    channels: dict[str, NDArray[Any]] = {}
    for index, letter in enumerate("RGB" if colours is not None else ""):
        assert colours is not None
        laid = np.clip(colours[..., index] * alpha, -HALF_MOST, HALF_MOST)
        channels[before + letter] = laid.astype(np.float16)
    return {**channels, before + "A": alpha.astype(np.float16)}


def layer_names(labels: Iterable[str]) -> list[str]:
    """One layer name per label: letters, digits and underscores, none of them twice.

    Compositors split channel names at dots and stumble over blanks, so nothing else is kept.
    """
    names: list[str] = []
    for label in labels:
        plain = re.sub(r"[^A-Za-z0-9]+", "_", label).strip("_")[:LONGEST_LAYER] or "object"
        # a leading digit is no name in most expression languages
        stem = f"_{plain}" if plain[0].isdigit() else plain
        name, count = stem, 1
        while name in names:
            count += 1
            name = f"{stem}_{count}"
        names.append(name)
    return names


def _spec(oiio: Any, channels: Mapping[str, NDArray[Any]], *, slate: Slate) -> Any:
    height, width = next(iter(channels.values())).shape
    spec = oiio.ImageSpec(width, height, len(channels), oiio.FLOAT)
    spec.channelnames = tuple(channels)
    spec.channelformats = tuple(
        oiio.TypeDesc(oiio.HALF if values.dtype == np.float16 else oiio.FLOAT)
        for values in channels.values()
    )
    spec.attribute("compression", "zip")
    spec.attribute("DateTime", "")  # otherwise the clock's, and no two files would be equal
    rate = (slate.rate.numerator, slate.rate.denominator)
    spec.attribute("framesPerSecond", oiio.TypeDesc("rational"), rate)
    spec.attribute("PixelAspectRatio", float(slate.pixel_aspect))
    if slate.timecode and slate.rate <= FASTEST_TIMECODE:
        packed = packed_timecode(slate.timecode, fast=slate.rate > 30)
        spec.attribute("smpte:TimeCode", oiio.TypeDesc("timecode"), (packed, 0))
    return spec


def packed_timecode(timecode: str, *, fast: bool) -> int:
    """The 32 bits of a SMPTE time code: decimal digits in fours, flags between them.

    Args:
        timecode: ``hh:mm:ss:ff``; a semicolon before the frame means that frames are dropped.
        fast: more than 30 frames a second: frames are counted in pairs, the odd one is a flag,
            because the tens of frames have two bits only.
    """
    found = _TIMECODE.fullmatch(timecode)
    if not found:
        raise InputError("TIMECODE_WRONG", f"{timecode!r} is not a time code", fix="hh:mm:ss:ff")
    hours, minutes, seconds, frame = (int(found[group]) for group in (1, 2, 3, 5))
    pair, odd = divmod(frame, 2) if fast else (frame, 0)
    digits = (
        (pair % 10, 0), (pair // 10 % 4, 4), (found[4] == ";", 6),
        (seconds % 10, 8), (seconds // 10, 12), (odd, 15),
        (minutes % 10, 16), (minutes // 10, 20),
        (hours % 10, 24), (hours // 10 % 4, 28),
    )  # fmt: skip
    return sum(int(value) << bit for value, bit in digits)
