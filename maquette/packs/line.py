"""LINE: numbered PNG, APNG where it moves, ``main.png`` and ``tab.png`` for the shop.

LINE takes a few sizes of pack only, and packs that are all still or all moving: the largest
that the stickers allow is made, the rest is named in ``upload.txt``.
"""

from __future__ import annotations

from collections.abc import Sequence

from maquette.batch.stages import Made, map_stage
from maquette.packs.fitting import fit, reduced
from maquette.packs.folders import NOBODY, STEPS, as_json, as_steps, by_kind, ids, named
from maquette.packs.limits import ArtRule, Limits, Play
from maquette.packs.stickers import PackFacts, Sticker
from maquette.packs.wording import wide_units
from maquette.types import Picture

MAIN, TAB, MOVING_MAIN = "main.png", "tab.png", "main.png, moving"
# repeats count: four seconds in all, and LINE wants rounds of whole seconds
PLAY = Play(most_s=4, fewest=5, most=20, most_plays=4, whole_seconds=True)
LIMITS = Limits(
    name="LINE",
    stills=(ArtRule("png", (370, 320), 1_000_000, margin_px=10),),
    movings=(ArtRule("apng", (320, 270), 300_000, margin_px=10, play=PLAY),),
    fewest=8,
    most=40,
    counts=(8, 16, 24, 32, 40),
    moving_counts=(8, 16, 24),
    emoji=(0, 0),
    mixes=False,
    extras={
        MAIN: ArtRule("png", (240, 240), 1_000_000),
        MOVING_MAIN: ArtRule("apng", (240, 240), 300_000, play=PLAY),
        TAB: ArtRule("png", (96, 74), 1_000_000),
    },
    texts={
        "title": (1, 40),
        "description": (1, 160),
        "creator": (1, 50),
        "copyright": (1, 50),
    },
    source="creator.line.me/en/guideline and /animationsticker",
)


@map_stage(version="1")
def fit_line(cutout: Picture, *, motion: str = "still") -> Made:
    """The sticker as PNG of 370 × 320, or as APNG of 320 × 270 and 300 KB at most."""
    return fit(cutout, motion=motion, limits=LIMITS, name="line")


def arrange(stickers: Sequence[Sticker], pack: PackFacts) -> dict[str, bytes]:
    """``01.png`` onwards, the shop's two pictures, and its texts."""
    chosen = _chosen(stickers)
    moving = chosen[0].is_moving
    main = LIMITS.extras[MOVING_MAIN if moving else MAIN]
    shown = chosen[0].file if moving else pack.cover
    return {
        MAIN: reduced(shown, main, platform=LIMITS.name),
        TAB: reduced(pack.cover, LIMITS.extras[TAB], platform=LIMITS.name),
        **{f"{n:02d}.png": sticker.file for n, sticker in enumerate(chosen, 1)},
        "texts.json": as_json(_texts(pack)),
        STEPS: _steps(stickers),
    }


def left_out(stickers: Sequence[Sticker]) -> tuple[str, ...]:
    """Stickers beyond the largest number that LINE takes, and those of the other kind."""
    chosen = set(ids(_chosen(stickers)))
    return tuple(name for name in ids(stickers) if name not in chosen)


def _chosen(stickers: Sequence[Sticker]) -> list[Sticker]:
    """The largest pack that can be made: of the still ones or of the moving ones."""
    still, moving = by_kind(stickers)
    LIMITS.admit(max(len(still), len(moving)))
    packs = [_most_of(still, LIMITS.counts), _most_of(moving, LIMITS.moving_counts)]
    return max(packs, key=len)


def _most_of(stickers: list[Sticker], counts: Sequence[int]) -> list[Sticker]:
    return stickers[: max((count for count in counts if count <= len(stickers)), default=0)]


def _texts(pack: PackFacts) -> dict[str, str]:
    """What the shop's form asks for; wide characters count twice."""
    creator = pack.publisher or NOBODY
    told = {
        "title": pack.name,
        "description": pack.theme or pack.name,
        "creator": creator,
        "copyright": f"© {creator}",
    }
    return {
        field: named(text, LIMITS.texts[field][1], measure=wide_units)
        for field, text in told.items()
    }


def _steps(stickers: Sequence[Sticker]) -> bytes:
    return as_steps(
        "Open creator.line.me, My Page, New submission, Sticker, and choose the kind and number.",
        "Fill in the texts of texts.json; answer truthfully whether AI was used.",
        "Zip the numbered files with main.png and tab.png and upload the zip under Sticker images.",
        "Request the review.",
        left_out=left_out(stickers),
    )
