"""Telegram: PNG of 512 px, VP9 video with alpha where it moves, an icon, and what to tell the bot.

Still and moving stickers have a command of their own each, so a mixed pack becomes two folders.
"""

from __future__ import annotations

from collections.abc import Sequence

from maquette.batch.stages import Made, map_stage
from maquette.packs.fitting import fit, reduced
from maquette.packs.folders import STEPS, as_json, as_steps, by_kind, named, numbered
from maquette.packs.limits import ArtRule, Limits, Play
from maquette.packs.stickers import PackFacts, Sticker
from maquette.types import Picture

ICON, MOVING_ICON = "icon.png", "icon.webm"
LIMITS = Limits(
    name="Telegram",
    stills=(ArtRule("png", (512, 512), 512_000),),
    movings=(ArtRule("webm", (512, 512), 256_000, play=Play(most_s=3)),),
    fewest=1,
    most=120,
    emoji=(1, 20),
    mixes=False,
    extras={
        ICON: ArtRule("png", (100, 100), 128_000),
        MOVING_ICON: ArtRule("webm", (100, 100), 32_000, play=Play(most_s=3)),
    },
    texts={"title": (1, 64)},
    source="core.telegram.org/stickers, core.telegram.org/bots/api#createnewstickerset",
)


@map_stage(version="1")
def fit_telegram(cutout: Picture, *, motion: str = "still") -> Made:
    """The sticker as PNG, 512 KB at most, or as WebM, 256 KB at most.

    Raises ToolError VIDEO_NOT_INSTALLED for one that moves where PyAV is missing.
    """
    return fit(cutout, motion=motion, limits=LIMITS, name="telegram")


def arrange(stickers: Sequence[Sticker], pack: PackFacts) -> dict[str, bytes]:
    """The files in order with their emoji and an icon; below ``still`` and ``moving`` if mixed."""
    LIMITS.admit(len(stickers))
    kinds = [kind for kind in by_kind(stickers) if kind]
    files: dict[str, bytes] = {}
    for kind in kinds:
        folder = "" if len(kinds) == 1 else ("moving/" if kind[0].is_moving else "still/")
        files |= {f"{folder}{name}": data for name, data in _one_pack(kind, pack).items()}
    return files


def _one_pack(kind: Sequence[Sticker], pack: PackFacts) -> dict[str, bytes]:
    moving = kind[0].is_moving
    files = {numbered(n, sticker): sticker.file for n, sticker in enumerate(kind, 1)}
    told = {
        "title": named(pack.name, LIMITS.texts["title"][1]),
        "stickers": [
            {"file": name, "emoji": list(sticker.emoji[: LIMITS.emoji[1]])}
            for name, sticker in zip(files, kind, strict=True)
        ],
    }
    icon = MOVING_ICON if moving else ICON
    shown = kind[0].file if moving else pack.cover
    return {
        "stickers.json": as_json(told),
        icon: reduced(shown, LIMITS.extras[icon], platform=LIMITS.name),
        **files,
        STEPS: _steps(moving=moving, icon=icon),
    }


def _steps(*, moving: bool, icon: str) -> bytes:
    return as_steps(
        "In Telegram open a chat with @Stickers.",
        f"Send {'/newvideo' if moving else '/newpack'}, then the title of stickers.json.",
        "Send the numbered files one by one, each as a file and not as a picture; after each, "
        "its emoji of stickers.json.",
        f"Send /publish, then {icon} as a file.",
        "Send a short name of Latin letters: the pack is at t.me/addstickers/<short name>.",
    )
