"""WhatsApp: WebP of 512 px, a tray picture, ``contents.json``, and a ``.wastickers`` to share.

The folder is laid out as the assets of WhatsApp's sample apps. A pack is all still or all
moving, so a mixed one becomes two. Recommended air of 16 px is kept; the white edge that is
recommended too is part of the art already.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any

from maquette.batch.stages import Made, map_stage
from maquette.packs.fitting import fit, reduced
from maquette.packs.folders import (
    NOBODY,
    STEPS,
    as_json,
    as_steps,
    by_kind,
    ids,
    named,
    numbered,
    zipped,
)
from maquette.packs.limits import ArtRule, Limits, Play
from maquette.packs.stickers import PackFacts, Sticker
from maquette.packs.wording import cut, utf16_units
from maquette.types import Picture

TRAY = "tray.png"
LIMITS = Limits(
    name="WhatsApp",
    stills=(ArtRule("webp", (512, 512), 100_000, margin_px=16),),
    movings=(ArtRule("webp", (512, 512), 500_000, margin_px=16, play=Play(most_s=10)),),
    fewest=3,
    most=30,
    emoji=(1, 3),
    mixes=False,
    extras={TRAY: ArtRule("png", (96, 96), 50_000)},
    texts={
        "identifier": (1, 128),
        "name": (1, 128),
        "publisher": (1, 128),
        "accessibility text": (0, 125),
        "accessibility text, moving": (0, 255),
    },
    source="WhatsApp/stickers: StickerPackValidator.java, Limits.swift, Android README",
)
WEBSITES = (
    *("publisher_email", "publisher_website"),
    *("privacy_policy_website", "license_agreement_website"),
)
STORES = ("android_play_store_link", "ios_app_store_link")


@map_stage(version="1")
def fit_whatsapp(cutout: Picture, *, motion: str = "still") -> Made:
    """The sticker as WebP: 100 KB at most, 500 KB if it moves."""
    return fit(cutout, motion=motion, limits=LIMITS, name="whatsapp")


def arrange(stickers: Sequence[Sticker], pack: PackFacts) -> dict[str, bytes]:
    """``contents.json``, a folder and a ``.wastickers`` for each of one or two packs."""
    kinds = _kinds(stickers)
    tray = reduced(pack.cover, LIMITS.extras[TRAY], platform=LIMITS.name)
    files: dict[str, bytes] = {}
    packs: list[dict[str, Any]] = []
    for kind in kinds:
        identifier = _identifier(pack, kind, alone=len(kinds) == 1)
        pictures = {numbered(n, sticker): sticker.file for n, sticker in enumerate(kind, 1)}
        packs.append(_contents(kind, pack, identifier=identifier, names=list(pictures)))
        files |= {f"{identifier}/{TRAY}": tray}
        files |= {f"{identifier}/{name}": data for name, data in pictures.items()}
        files[f"{identifier}.wastickers"] = _wastickers(packs[-1], tray=tray, pictures=pictures)
    links = {name: pack.links.get(name, "") for name in STORES}
    contents = as_json({**links, "sticker_packs": packs})
    return {"contents.json": contents, **files, STEPS: _steps(stickers)}


def left_out(stickers: Sequence[Sticker]) -> tuple[str, ...]:
    """Stickers of a kind too few of which there are for a pack of their own."""
    few = [kind for kind in by_kind(stickers) if len(kind) < LIMITS.fewest]
    return tuple(name for kind in few for name in ids(kind))


def _kinds(stickers: Sequence[Sticker]) -> list[list[Sticker]]:
    """The packs that can be made: of the still ones, of the moving ones."""
    kinds = by_kind(stickers)
    LIMITS.admit(max(map(len, kinds)))
    return [kind for kind in kinds if len(kind) >= LIMITS.fewest]


def _identifier(pack: PackFacts, kind: Sequence[Sticker], *, alone: bool) -> str:
    # letters and digits only, though a little more is allowed: it is a folder's name as well
    plain = re.sub(r"[^A-Za-z0-9]+", "-", pack.id).strip("-")[:100] or "stickers"
    return plain if alone else f"{plain}-{'moving' if kind[0].is_moving else 'still'}"


def _contents(
    kind: Sequence[Sticker], pack: PackFacts, *, identifier: str, names: Sequence[str]
) -> dict[str, Any]:
    """One entry of ``sticker_packs``."""
    digest = hashlib.sha256(b"".join(sticker.file for sticker in kind)).hexdigest()
    moving = kind[0].is_moving
    spoken = LIMITS.texts["accessibility text, moving" if moving else "accessibility text"][1]
    return {
        "identifier": identifier,
        "name": named(pack.name, 128, measure=utf16_units),
        "publisher": named(pack.publisher, 128, instead=NOBODY, measure=utf16_units),
        "tray_image_file": TRAY,
        # the app fetches pictures anew when this changes, so it follows from them
        "image_data_version": digest[:12],
        "avoid_cache": False,
        **{name: pack.links.get(name, "") for name in WEBSITES},
        "animated_sticker_pack": moving,
        "stickers": [
            {
                "image_file": name,
                "emojis": list(sticker.emoji[: LIMITS.emoji[1]]),
                "accessibility_text": cut(sticker.words, spoken, measure=utf16_units),
            }
            for sticker, name in zip(kind, names, strict=True)
        ],
    }


def _wastickers(told: dict[str, Any], *, tray: bytes, pictures: dict[str, bytes]) -> bytes:
    """What sticker apps exchange: a zip of two texts, the tray's PNG and the WebP files."""
    texts = {"author.txt": told["publisher"], "title.txt": told["name"]}
    return zipped({name: text.encode() for name, text in texts.items()} | {TRAY: tray} | pictures)


def _steps(stickers: Sequence[Sticker]) -> bytes:
    return as_steps(
        "On the phone, open the .wastickers file with a sticker app such as Sticker Maker.",
        'Tap "Add to WhatsApp".',
        "To publish an app of your own instead, copy contents.json and the folders beside it "
        "over the assets of WhatsApp's sample app (github.com/WhatsApp/stickers).",
        left_out=left_out(stickers),
    )
