"""iMessage: an asset catalog for Xcode's Sticker Pack App, PNG or APNG in three sizes, and icons.

The catalog holds the regular size; small and large lie beside it as sticker packs to put in its
place, since an app shows one size. Icons are opaque, as the App Store demands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from maquette.batch.stages import Made, map_stage
from maquette.packs.fitting import as_made, fit_all, placed
from maquette.packs.folders import STEPS, as_json, as_steps, unzipped, zipped
from maquette.packs.limits import ArtRule, Limits, Play
from maquette.packs.stickers import PackFacts, Sticker
from maquette.packs.wording import cut
from maquette.pictures.colours import over
from maquette.solids.textures import decode_png, encode_png
from maquette.types import Picture

SIZES_PX = {"small": 300, "regular": 408, "large": 618}  # 100, 136, 206 pt at @3x
CHOSEN = "regular"
CATALOG, PACK, ICONS = "Stickers.xcassets", "Sticker Pack.stickerpack", "iMessage App Icon"
INFO = {"author": "xcode", "version": 1}
PAPER = (255, 255, 255)
AIR_SHARE = 0.08  # of an icon's shorter side


class Slot(NamedTuple):
    """A place for an icon in the catalog; its size is in points."""

    idiom: str
    width_pt: int
    height_pt: int
    scale: int
    is_of_messages: bool = False

    @property
    def size_wh(self) -> tuple[int, int]:
        """Its pixels."""
        return self.width_pt * self.scale, self.height_pt * self.scale

    @property
    def file(self) -> str:
        """Its file within the icon set."""
        return f"{self.idiom}-{self.width_pt}x{self.height_pt}@{self.scale}x.png"


SLOTS = (
    Slot("iphone", 29, 29, 2),
    Slot("iphone", 29, 29, 3),
    Slot("ipad", 29, 29, 2),
    Slot("ios-marketing", 1024, 1024, 1),
    Slot("iphone", 60, 45, 2),
    Slot("iphone", 60, 45, 3),
    Slot("ipad", 67, 50, 2),
    Slot("ipad", 74, 55, 2),
    Slot("universal", 27, 20, 2, is_of_messages=True),
    Slot("universal", 27, 20, 3, is_of_messages=True),
    Slot("universal", 32, 24, 2, is_of_messages=True),
    Slot("universal", 32, 24, 3, is_of_messages=True),
    Slot("ios-marketing", 1024, 768, 1, is_of_messages=True),
)


def _icon_rule(slot: Slot) -> ArtRule:
    return ArtRule("png", slot.size_wh, 0, margin_px=round(min(slot.size_wh) * AIR_SHARE))


LIMITS = Limits(
    name="iMessage",
    stills=tuple(ArtRule("png", (side, side), 500_000) for side in SIZES_PX.values()),
    movings=tuple(
        ArtRule("apng", (side, side), 500_000, play=Play(most_s=2)) for side in SIZES_PX.values()
    ),
    fewest=1,
    most=0,
    emoji=(0, 0),
    extras={slot.file: _icon_rule(slot) for slot in SLOTS},
    texts={"accessibility label": (0, 150)},
    source="developer.apple.com: MSSticker, MSStickerSize, Asset Catalog Format Reference",
)


@map_stage(version="1")
def fit_imessage(cutout: Picture, *, motion: str = "still") -> Made:
    """The sticker in all three sizes, 500 KB at most each, as a zip that `arrange` opens."""
    fitted = fit_all(cutout, motion=motion, limits=LIMITS)
    files = {f"{size}.png": one.data for size, one in zip(SIZES_PX, fitted, strict=True)}
    return as_made("imessage", "zip", zipped(files), fitted)


def arrange(stickers: Sequence[Sticker], pack: PackFacts) -> dict[str, bytes]:
    """The catalog in the regular size, and the two other sizes beside it."""
    LIMITS.admit(len(stickers))
    sizes = [unzipped(sticker.file) for sticker in stickers]
    files = {f"{CATALOG}/Contents.json": as_json({"info": INFO})}
    for size in (CHOSEN, *(name for name in SIZES_PX if name != CHOSEN)):
        folder = f"{CATALOG}/{PACK}" if size == CHOSEN else f"{size}/{PACK}"
        pictures = [one[f"{size}.png"] for one in sizes]
        files |= _pack(folder, size, stickers=stickers, pictures=pictures)
    return {**files, **_icons(pack.cover), STEPS: _steps()}


def _pack(
    folder: str, size: str, *, stickers: Sequence[Sticker], pictures: Sequence[bytes]
) -> dict[str, bytes]:
    """One ``.stickerpack``: its list, and a folder per sticker."""
    names = [f"{sticker.id}.sticker" for sticker in stickers]
    listed = {
        "info": INFO,
        "properties": {"grid-size": size},
        "stickers": [{"filename": name} for name in names],
    }
    files = {f"{folder}/Contents.json": as_json(listed)}
    for sticker, name, picture in zip(stickers, names, pictures, strict=True):
        files[f"{folder}/{name}/Contents.json"] = as_json(_told(sticker))
        files[f"{folder}/{name}/{sticker.id}.png"] = picture
    return files


def _told(sticker: Sticker) -> dict[str, Any]:
    spoken = cut(sticker.words, LIMITS.texts["accessibility label"][1])
    return {
        "info": INFO,
        "properties": {"accessibility-label": spoken, "filename": f"{sticker.id}.png"},
    }


def _icons(cover: bytes) -> dict[str, bytes]:
    """The icon set, each size drawn from the cover on white paper."""
    art, folder = Picture(decode_png(cover)), f"{CATALOG}/{ICONS}.stickersiconset"
    drawn = {
        f"{folder}/{slot.file}": encode_png(over(Picture(placed(art, _icon_rule(slot))), PAPER))
        for slot in SLOTS
    }
    listed = {"images": [_listed(slot) for slot in SLOTS], "info": INFO}
    return {f"{folder}/Contents.json": as_json(listed), **drawn}


def _listed(slot: Slot) -> dict[str, str]:
    platform = {"platform": "ios"} if slot.is_of_messages else {}
    return {
        "filename": slot.file,
        "idiom": slot.idiom,
        **platform,
        "scale": f"{slot.scale}x",
        "size": f"{slot.width_pt}x{slot.height_pt}",
    }


def _steps() -> bytes:
    return as_steps(
        "In Xcode choose File, New, Project, iOS, Sticker Pack App.",
        "Delete the Stickers catalog of the new project and drag Stickers.xcassets in.",
        "For small or large stickers put that folder's Sticker Pack.stickerpack into the catalog "
        "instead of its own.",
        "Choose the team, run it on a device or archive it for the App Store.",
    )
