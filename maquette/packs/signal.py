"""Signal: PNG of 512 px, APNG where it moves, a cover and ``manifest.yaml``."""

from __future__ import annotations

from collections.abc import Sequence

import yaml

from maquette.batch.stages import Made, map_stage
from maquette.packs.fitting import fit, reduced
from maquette.packs.folders import NOBODY, STEPS, as_steps, named, numbered
from maquette.packs.limits import ArtRule, Limits, Play
from maquette.packs.stickers import PackFacts, Sticker
from maquette.types import Picture

COVER = "cover.png"
LIMITS = Limits(
    name="Signal",
    stills=(ArtRule("png", (512, 512), 300_000),),
    movings=(ArtRule("apng", (512, 512), 300_000, play=Play(most_s=3)),),
    fewest=1,
    most=200,
    emoji=(1, 1),
    extras={COVER: ArtRule("png", (512, 512), 300_000)},
    texts={"title": (1, 128), "author": (1, 128)},
    source="signalapp/Signal-Desktop: sticker-creator/src/constants.ts",
)


@map_stage(version="1")
def fit_signal(cutout: Picture, *, motion: str = "still") -> Made:
    """The sticker as PNG or APNG: 300 KB at most."""
    return fit(cutout, motion=motion, limits=LIMITS, name="signal")


def arrange(stickers: Sequence[Sticker], pack: PackFacts) -> dict[str, bytes]:
    """The pictures in order, the cover, and what belongs to which as YAML."""
    LIMITS.admit(len(stickers))
    files = {numbered(n, sticker): sticker.file for n, sticker in enumerate(stickers, 1)}
    manifest = {
        "title": named(pack.name, LIMITS.texts["title"][1]),
        "author": named(pack.publisher, LIMITS.texts["author"][1], instead=NOBODY),
        "cover": COVER,
        "stickers": [
            {"file": name, "emoji": sticker.emoji[0]}
            for name, sticker in zip(files, stickers, strict=True)
        ],
    }
    told = yaml.safe_dump(manifest, allow_unicode=True, sort_keys=False, width=1000)
    return {
        "manifest.yaml": told.encode(),
        COVER: reduced(pack.cover, LIMITS.extras[COVER], platform=LIMITS.name),
        **files,
        STEPS: _steps(),
    }


def _steps() -> bytes:
    return as_steps(
        "In Signal Desktop choose File, Create or upload sticker pack.",
        "Drop the numbered pictures into the window, in order.",
        "Give each the emoji that manifest.yaml names for it.",
        "Set the title and author of manifest.yaml, and cover.png as the cover; upload.",
    )
