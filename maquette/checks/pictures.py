"""Pictures as they really are: decoded whole, within limits, and measured.

What belongs here: decoding with Pillow, and what that tells. What does not: what any platform
allows (`maquette.checks.stickers`).
"""

from __future__ import annotations

import io
import struct
import warnings
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image

from maquette.checks.webm import read_webm

MOST_PIXELS = 64_000_000  # of all frames together
EBML = b"\x1a\x45\xdf\xa3"


@dataclass(frozen=True)
class Measured:
    """A picture that was decoded to its last frame.

    Attributes:
        format: ``PNG``, ``APNG``, ``WEBP``, ``GIF``, ``JPEG``, ``WEBM``.
        loops: how often it plays; 0 is for ever.
        first_is_seen: whether the first frame shows anything: it stands for the whole.
    """

    format: str
    size_wh: tuple[int, int]
    has_alpha: bool
    frames: int = 1
    seconds: float = 0.0
    shortest_ms: float = 0.0
    loops: int = 1
    has_sound: bool = False
    codec: str = ""
    first_is_seen: bool = True

    @property
    def is_moving(self) -> bool:
        """Whether it has more than one frame."""
        return self.frames > 1


@lru_cache(maxsize=4)  # a pack asks of one sticker several times in a row
def measure(data: bytes) -> Measured | str:
    """A picture measured, or the reason why it cannot be."""
    if data.startswith(EBML):
        return _measure_video(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # our own limit is told as a finding
            return _measure_picture(data)
    except Exception as broken:  # decoders answer damage with whatever they meet
        return f"it does not decode: {type(broken).__name__}"


def _measure_picture(data: bytes) -> Measured | str:
    with Image.open(io.BytesIO(data), formats=("PNG", "WEBP", "GIF", "JPEG")) as picture:
        pixels = picture.width * picture.height
        if pixels > MOST_PIXELS:
            return f"{picture.width:,} x {picture.height:,} px are more than are opened"
        frames = int(getattr(picture, "n_frames", 1))
        if pixels * frames > MOST_PIXELS:
            return f"{frames:,} frames of {picture.width} x {picture.height} px are too many"
        has_alpha = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
        lengths_ms: list[float] = []
        first_is_seen = picture.convert("RGBA").getchannel("A").getbbox() is not None
        for number in range(frames):
            picture.seek(number)
            picture.load()
            lengths_ms.append(float(picture.info.get("duration", 0)))
        moving = frames > 1
        kind = "APNG" if moving and picture.format == "PNG" else str(picture.format)
        return Measured(
            kind,
            (picture.width, picture.height),
            has_alpha,
            frames,
            sum(lengths_ms) / 1000 if moving else 0.0,
            min(lengths_ms) if moving else 0.0,
            int(picture.info.get("loop", 1)) if moving else 1,
            first_is_seen=first_is_seen,
        )


def _measure_video(data: bytes) -> Measured | str:
    try:
        video = read_webm(data)
    except (struct.error, IndexError, OverflowError):
        video = None
    if video is None:
        return "it is no whole WebM video"
    frames = len(video.times_s)
    return Measured(
        "WEBM" if video.doc_type == "webm" else video.doc_type.upper(),
        (video.width_px, video.height_px),
        video.has_alpha,
        frames,
        video.seconds,
        1000 / video.fps if video.fps else 0.0,
        loops=0,
        has_sound=video.has_sound,
        codec=video.codecs[0] if video.codecs else "",
    )
