"""Telegram packs: a folder of pictures or videos and an icon. From core.telegram.org/stickers."""

from __future__ import annotations

from collections.abc import Iterator

from maquette.checks.pictures import Measured, measure
from maquette.checks.stickers import Limits, Sides, exactly, pictures_of, sticker_findings
from maquette.checks.trees import Files
from maquette.checks.verdicts import Finding, fault, found

_SIDES = Sides("one side 512, the other at most 512", lambda w, h: max(w, h) == 512)
STILL = Limits(("PNG", "WEBP"), _SIDES, 512_000)
# video stickers: VP9, 3 s, 30 frames a second, 256 KB, no sound
MOVING = Limits(("WEBM",), _SIDES, 256_000, frames=(2, 90), most_s=3.0, least_frame_ms=1000 / 30)
ICON_STILL = Limits(("PNG", "WEBP"), exactly(100, 100), 128_000)
ICON_MOVING = Limits(
    ("WEBM",), exactly(100, 100), 32_000, frames=(2, 90), most_s=3.0, least_frame_ms=1000 / 30
)
ICONS = ("icon", "cover", "thumbnail", "thumb")


def check_telegram(files: Files, where: str) -> Iterator[Finding]:
    """A folder held to Telegram's rules."""
    pictures = pictures_of(files)
    icons = [name for name in pictures if _stem(name) in ICONS]
    stickers = sorted(pictures.keys() - set(icons))
    if not stickers:
        yield fault("PACK_COUNT", where, "there is no sticker")
    for name in icons:
        place = f"{where}/{name}"
        yield from sticker_findings(files[name], place, still=ICON_STILL, moving=ICON_MOVING)
    for name in stickers:
        place = f"{where}/{name}"
        yield from sticker_findings(files[name], place, still=STILL, moving=MOVING)
        yield from _video_findings(files[name], place)


def _stem(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[0].lower()


def _video_findings(data: bytes, where: str) -> Iterator[Finding]:
    video = measure(data)
    if isinstance(video, Measured) and video.format == "WEBM":
        codec = f"coded as {video.codec}, VP9 is taken"
        yield found("VIDEO_CODEC", where, video.codec == "V_VP9", codec)
        sound = "a sound track" if video.has_sound else "no sound track"
        yield found("VIDEO_SOUND", where, not video.has_sound, sound)
