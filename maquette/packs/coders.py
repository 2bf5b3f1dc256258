"""Coders: frames to the bytes of a sticker file, each with its settings from fine to coarse.

What belongs here: PNG, APNG and WebP through Pillow, and the table of all kinds. What does not:
VP9 (`maquette.packs.webm`), and which setting meets a limit (`maquette.packs.fitting`).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from PIL import Image

from maquette.packs.limits import Kind
from maquette.packs.palettes import paletted
from maquette.packs.webm import write_webm
from maquette.types import Bytes

ALL_COLOURS = 0
PACKED = 6  # zlib's levels above save 2 % in four times the time
LOSSLESS = 101  # above any quality
QUALITIES = (95, 90, 80, 70, 60, 50, 40, 30)
COLOURS = (256, 128, 64, 32)
RATES = (20, 28, 36, 44, 52)  # VP9's constant rate factor


@dataclass(frozen=True)
class Timing:
    """How long each frame of a film is shown, and how often the film plays; 0 is for ever."""

    lengths_ms: tuple[int, ...] = ()
    plays: int = 0

    @classmethod
    def of(cls, frames: int, *, seconds: float, plays: int) -> Timing:
        """Even lengths in whole milliseconds that add up to the whole."""
        ends_ms = [round(1000 * seconds * n / frames) for n in range(frames + 1)]
        lengths = (after - before for before, after in pairwise(ends_ms))
        return cls(tuple(lengths), plays)

    @property
    def seconds(self) -> float:
        """One round."""
        return sum(self.lengths_ms) / 1000


@dataclass(frozen=True)
class Coder:
    """One way to write frames.

    Attributes:
        settings: from the finest to the coarsest that still looks like the sticker.
        write: frames (H, W, 4), one of the settings, timing (of films).
        told: a setting as people read it.
    """

    settings: tuple[int, ...]
    write: Callable[[Sequence[Bytes], int, Timing], bytes]
    told: Callable[[int], str]


def write_png(frames: Sequence[Bytes], colours: int, timing: Timing) -> bytes:
    """PNG of one frame, APNG of several; all colours, or so many."""
    if colours == ALL_COLOURS:
        return _saved([Image.fromarray(frame) for frame in frames], timing)
    drawn = paletted(frames, colours=colours)
    rgb, alpha = drawn.colours[:, :3].tobytes(), drawn.colours[:, 3].tobytes()
    images: list[Image.Image] = []
    for frame in drawn.frames:
        image = Image.frombytes("P", (frame.shape[1], frame.shape[0]), frame.tobytes())
        image.putpalette(rgb)
        image.info["transparency"] = alpha  # frames are compared with their alpha
        images.append(image)
    return _saved(images, timing)


def _saved(images: Sequence[Image.Image], timing: Timing) -> bytes:
    out = io.BytesIO()
    if len(images) == 1:
        images[0].save(out, "PNG", compress_level=PACKED)
        return out.getvalue()
    images[0].save(
        out,
        "PNG",
        compress_level=PACKED,
        save_all=True,
        append_images=images[1:],
        duration=list(timing.lengths_ms),
        loop=timing.plays,
        # each frame replaces what lies below it: art moves off as well as on
        blend=0,
        disposal=0,
    )
    return out.getvalue()


def write_webp(frames: Sequence[Bytes], quality: int, timing: Timing) -> bytes:
    """WebP of one frame or several, lossy at a quality or lossless."""
    images = [Image.fromarray(frame) for frame in frames]
    how: dict[str, Any] = {"quality": quality}
    if quality == LOSSLESS:
        how = {"lossless": True, "quality": 40}  # here an effort, not a quality
    first = io.BytesIO()
    images[0].save(first, "WEBP", method=4, **how)
    if len(images) == 1:
        return first.getvalue()
    out = io.BytesIO()
    lengths = list(timing.lengths_ms)
    images[0].save(
        out,
        "WEBP",
        method=2,
        save_all=True,
        append_images=images[1:],
        duration=lengths,
        loop=timing.plays,
        background=(0, 0, 0, 0),
        **how,
    )
    return _with_whole_first(out.getvalue(), first.getvalue(), size_wh=images[0].size)


def _with_whole_first(film: bytes, first: bytes, *, size_wh: tuple[int, int]) -> bytes:
    """An animated WebP whose first frame is replaced by one that covers the canvas.

    libwebp crops frames to what is seen; WhatsApp wants the first one complete.
    """
    chunks = _chunks(film)
    place = next((n for n, (name, _) in enumerate(chunks) if name == b"ANMF"), None)
    if place is None:  # nothing moved: libwebp wrote a still
        return film
    header = b"\0" * 6 + b"".join((side - 1).to_bytes(3, "little") for side in size_wh)
    header += chunks[place][1][len(header) : 16]  # duration, blending, disposal stay
    pixels = [chunk for chunk in _chunks(first) if chunk[0] != b"VP8X"]
    chunks[place] = (b"ANMF", header + _joined(pixels))
    body = b"WEBP" + _joined(chunks)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _chunks(webp: bytes) -> list[tuple[bytes, bytes]]:
    """The chunks of a WebP file: four letters and what they hold."""
    found: list[tuple[bytes, bytes]] = []
    place = 12
    while place + 8 <= len(webp):
        size = int.from_bytes(webp[place + 4 : place + 8], "little")
        found.append((webp[place : place + 4], webp[place + 8 : place + 8 + size]))
        place += 8 + size + size % 2
    return found


def _joined(chunks: Sequence[tuple[bytes, bytes]]) -> bytes:
    return b"".join(
        name + len(data).to_bytes(4, "little") + data + b"\0" * (len(data) % 2)
        for name, data in chunks
    )


def _video(frames: Sequence[Bytes], rate: int, timing: Timing) -> bytes:
    return write_webm(frames, seconds=timing.seconds, rate=rate)


def _colours(setting: int) -> str:
    return "all colours" if setting == ALL_COLOURS else f"{setting} colours"


def _quality(setting: int) -> str:
    return "lossless" if setting == LOSSLESS else f"quality {setting}"


def frames_in(data: bytes) -> int:
    """How many frames a PNG, APNG or WebP has."""
    with Image.open(io.BytesIO(data)) as film:
        return int(getattr(film, "n_frames", 1))


def read_frames(data: bytes) -> tuple[list[Bytes], Timing]:
    """The frames of a PNG, APNG or WebP that we wrote, and their timing."""
    frames: list[Bytes] = []
    lengths: list[int] = []
    with Image.open(io.BytesIO(data)) as film:
        plays = int(film.info.get("loop", 0))
        for number in range(int(getattr(film, "n_frames", 1))):
            film.seek(number)
            frames.append(np.array(film.convert("RGBA")))
            lengths.append(round(float(film.info.get("duration", 0))))
    return frames, Timing(tuple(lengths), plays)


STILL_CODERS: dict[Kind, Coder] = {
    "png": Coder((ALL_COLOURS, *COLOURS), write_png, _colours),
    "webp": Coder((LOSSLESS, *QUALITIES, 20, 10), write_webp, _quality),
}
FILM_CODERS: dict[Kind, Coder] = {
    "apng": Coder(COLOURS, write_png, _colours),
    "webp": Coder(QUALITIES, write_webp, _quality),
    "webm": Coder(RATES, _video, "rate factor {}".format),
}
