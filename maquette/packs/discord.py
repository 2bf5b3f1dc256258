"""Discord: PNG of 320 px, APNG where it moves, and a name, description and tags for each."""

from __future__ import annotations

from collections.abc import Sequence

from maquette.batch.stages import Made, map_stage
from maquette.packs.fitting import fit
from maquette.packs.folders import STEPS, as_json, as_steps, named, numbered
from maquette.packs.limits import ArtRule, Limits, Play
from maquette.packs.stickers import PackFacts, Sticker
from maquette.packs.wording import characters, utf16_units
from maquette.types import Picture

LIMITS = Limits(
    name="Discord",
    stills=(ArtRule("png", (320, 320), 512_000),),
    movings=(ArtRule("apng", (320, 320), 512_000, play=Play(most_s=5)),),
    fewest=1,
    most=60,
    emoji=(1, 1),
    texts={"name": (2, 30), "description": (2, 100), "tags": (1, 200)},
    source="discord-api-types: RESTPostAPIGuildStickerFormDataBody",
)


@map_stage(version="1")
def fit_discord(cutout: Picture, *, motion: str = "still") -> Made:
    """The sticker as PNG or APNG of 320 px: 512 KB at most."""
    return fit(cutout, motion=motion, limits=LIMITS, name="discord")


def arrange(stickers: Sequence[Sticker], pack: PackFacts) -> dict[str, bytes]:
    """The files in order, and what to fill in for each."""
    del pack  # a server's stickers are single, no pack has a name
    LIMITS.admit(len(stickers))
    files = {numbered(n, sticker): sticker.file for n, sticker in enumerate(stickers, 1)}
    rows = [
        {
            "file": name,
            "name": _long_enough(sticker.words, "name"),
            "description": _long_enough(sticker.words, "description"),
            "tags": _tags(sticker),
        }
        for name, sticker in zip(files, stickers, strict=True)
    ]
    return {"stickers.json": as_json({"stickers": rows}), **files, STEPS: _steps()}


def _long_enough(words: str, field: str) -> str:
    fewest, most = LIMITS.texts[field]
    text = named(words, most, instead="sticker", measure=utf16_units)
    return text if utf16_units(text) >= fewest else f"{text} sticker"


def _tags(sticker: Sticker) -> str:
    """The related emoji: a single one, without the mark that asks for its coloured form."""
    first = next(iter(characters(sticker.emoji[0])), "")
    return first[: LIMITS.texts["tags"][1]]


def _steps() -> bytes:
    return as_steps(
        "In your server open Server settings, Stickers, Upload sticker.",
        "Choose a numbered file; fill in its name, related emoji and description of stickers.json.",
        "A server has 5 places, 15 to 60 when it is boosted.",
    )
