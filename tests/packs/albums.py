"""Stickers fitted once and shared by the tests of all platforms, and files measured anew.

The measuring uses Pillow and PyAV by itself and knows none of the limits in the code.
"""

from __future__ import annotations

import functools
import importlib.util
import io
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from maquette.packs import PLATFORMS
from maquette.packs.stickers import PackFacts, Sticker
from maquette.types import Picture
from tests import zoo

HAS_VIDEO = importlib.util.find_spec("av") is not None
CAT, FOX = "\N{CAT FACE}", "\N{FOX FACE}"


@dataclass(frozen=True)
class Measured:
    """What a picture or video file is, as an outside program sees it."""

    format: str
    size_wh: tuple[int, int]
    bytes: int
    frames: int = 1
    seconds: float = 0.0
    loop: int = 0


def measured(data: bytes) -> Measured:
    """A file opened by a library that had no part in choosing its size."""
    if data.startswith(b"\x1a\x45\xdf\xa3"):
        return _video(data)
    with Image.open(io.BytesIO(data)) as image:
        frames = getattr(image, "n_frames", 1)
        lengths = []
        for number in range(frames):
            image.seek(number)
            image.load()
            lengths.append(image.info.get("duration", 0))
        kind = "APNG" if image.format == "PNG" and frames > 1 else image.format
        seconds, loop = sum(lengths) / 1000, image.info.get("loop", 0)
        return Measured(kind, image.size, len(data), frames, seconds, loop)


def _video(data: bytes) -> Measured:
    import av

    with av.open(io.BytesIO(data)) as container:
        assert 1 == len(container.streams), "one video track and no sound"
        stream = container.streams.video[0]
        assert "vp9" == stream.codec_context.name
        assert "1" == stream.metadata["ALPHA_MODE"]
        frames = sum(1 for _ in container.decode(video=0))
        size_wh, seconds = (stream.width, stream.height), container.duration / 1e6
        return Measured("WEBM", size_wh, len(data), frames, seconds)


def rgba_of(data: bytes) -> np.ndarray:
    """The first frame, (H, W, 4)."""
    with Image.open(io.BytesIO(data)) as image:
        return np.array(image.convert("RGBA"))


def noise(size_px: int = 640, *, seed: int = 0) -> Picture:
    """What no coder can make small: every pixel for itself, alpha too."""
    rng = np.random.default_rng(seed)
    return Picture(rng.integers(0, 256, (size_px, size_px, 4), dtype=np.uint8))


def cover() -> bytes:
    """A pack's cover as the bundle makes it."""
    out = io.BytesIO()
    Image.fromarray(zoo.ball(512).rgba).save(out, "PNG")
    return out.getvalue()


@functools.cache
def fitted(platform: str, motion: str = "still") -> Sticker:
    """A ball as that platform's file."""
    made = PLATFORMS[platform].fit(zoo.ball(256), motion=motion).outputs[platform]
    moving = motion != "still"
    return Sticker("ball", "a striped ball", (CAT,), made.data, made.suffix, moving)


def stickers(platform: str, still: int, moving: int = 0) -> list[Sticker]:
    """So many stickers, the moving ones last."""
    kinds = ["still"] * still + ["bob"] * moving
    return [replace(fitted(platform, kind), id=f"ball-{n}") for n, kind in enumerate(kinds, 1)]


def facts(**changed: object) -> PackFacts:
    """A pack's facts, some of them changed."""
    plain = PackFacts("space-balls", "Space balls", cover(), publisher="Ball & Co", theme="round")
    return replace(plain, **changed)


def arranged(platform: str, still: int, moving: int = 0, **changed: object) -> dict[str, bytes]:
    """The platform's folder of such a pack."""
    return PLATFORMS[platform].arrange(stickers(platform, still, moving), facts(**changed))
