"""The bundle: a pack of finished stickers, ready for people, shops, apps and chat platforms.

``pack.json`` says everything of each sticker: words, seed, parameters, provenance, licences, and
where to put it in AR. Zip entries are in order and dated 1980, so equal stickers give equal
bytes. What belongs here: putting a pack together. What does not: any platform's rules, and how
the page looks (`maquette.packs.gallery`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from maquette.batch.stages import Made, Member, gather_stage
from maquette.errors import MaquetteError
from maquette.packs import PLATFORMS
from maquette.packs.folders import zipped
from maquette.packs.gallery import Download, NotMade, PackPage, PageSticker, Refusal, page
from maquette.packs.stickers import PackFacts, Sticker
from maquette.pictures.colours import shrunk
from maquette.pictures.sheets import contact_sheet, small_jpeg
from maquette.solids.textures import encode_png
from maquette.types import File, Picture

SHEET_BYTES_AT_MOST = 400_000
COVER_PX = 512
VIEWING_DISTANCE = 4.0  # times the height: the whole sticker stands within a phone's view
FOLDERS = {"cutout": "png", "card": "glb", "usdz": "usdz", "preview": "preview"}
PRIVATE = ("pack", "prompt")  # told elsewhere in pack.json
ANY_EMOJI = "\N{SPARKLES}"  # platforms want one, and not every engine knows a nearer one
ALONE = "too few like it (still, or moving) for a pack of their own"
PACK, SHEET, ABOUT = "pack.zip", "sheet.jpg", "pack.json"


@gather_stage(version="2")
def bundle(
    members: Sequence[Member],
    *,
    item: str,
    pack: dict[str, Any],
    refused: dict[str, dict[str, str]],
    number: int = 1,
    of: int = 1,
) -> Made:
    """One pack: every file under its path, and all of them in one zip.

    Args:
        members: stickers with their objects, those of the platforms where they fit.
        item: the pack's id, safe in file names.
        pack: what the prompt set says of the whole, and under ``not_made`` what was set aside.
        refused: platform -> sticker -> why it does not fit there.
        number: which of ``of`` packs of one set this is.
        of: how many packs the set became.
    """
    facts = _facts(members, item=item, pack=pack)
    common = {file_name(m, name): m.read(name) for m in members for name in FOLDERS}
    platforms: dict[str, dict[str, bytes]] = {}
    told: dict[str, Any] = {}
    for name in PLATFORMS:
        platforms[name], told[name] = _arranged(name, members, facts, refused.get(name, {}))
    common[SHEET] = small_jpeg(_sheet(members), at_most_bytes=SHEET_BYTES_AT_MOST)
    common[ABOUT] = _about({**pack, "pack": item, "number": number, "of": of}, members, told)
    shown = _page(members, pack, numbers=(number, of))
    folders = {
        f"{name}/{path}": d for name, files in platforms.items() for path, d in files.items()
    }
    zips = {f"platforms/{name}.zip": zipped(files) for name, files in platforms.items() if files}
    inside = {**common, **folders, **page(replace(shown, downloads=_downloads(told, "{}/", shown)))}
    outputs = {**common, **zips, **page(_delivered(shown, told, item=item))}
    outputs[PACK] = zipped(inside)
    return Made(
        {path: File(data, path.rpartition(".")[2]) for path, data in outputs.items()},
        scores={"stickers": len(members), "bytes": len(outputs[PACK])},
    )


def file_name(member: Member, name: str) -> str:
    """Where one sticker's file lies within a pack: ``usdz/space-cat.usdz``."""
    return f"{FOLDERS[name]}/{member.item}.{member.files[name][0]}"


def _facts(members: Sequence[Member], *, item: str, pack: dict[str, Any]) -> PackFacts:
    cover = shrunk(members[0].load("cutout", Picture), longest_px=COVER_PX)
    return PackFacts(
        id=item,
        name=str(pack.get("name") or item),
        cover=encode_png(cover.rgba),
        publisher=str(pack.get("publisher", "")),
        theme=str(pack.get("theme", "")),
        licence=str(pack.get("licence", "")),
    )


def _arranged(
    name: str, members: Sequence[Member], facts: PackFacts, refused: Mapping[str, str]
) -> tuple[dict[str, bytes], dict[str, Any]]:
    """A platform's files by path, and what is told of it in ``pack.json``."""
    platform = PLATFORMS[name]
    fitting = [_sticker(member, name) for member in members if name in member.files]
    why = {m.item: refused[m.item] for m in members if m.item in refused}
    told: dict[str, Any] = {"platform": platform.limits.name, "stickers": 0, "refused": why}
    try:
        arranged = platform.arrange(fitting, facts)
    except MaquetteError as trouble:  # also a coder that is not installed
        return {}, {**told, "code": trouble.code, "reason": trouble.reason, "fix": trouble.fix}
    left = platform.left_out(fitting)
    told["stickers"] = len(fitting) - len(left)
    told["refused"] = {**why, **dict.fromkeys(left, ALONE)}
    return arranged, told


def _sticker(member: Member, platform: str) -> Sticker:
    suffix, _ = member.files[platform]
    return Sticker(
        id=member.item,
        words=_words(member),
        emoji=(_emoji(member),),
        file=member.read(platform),
        suffix=suffix,
        is_moving=member.params.get("motion", "still") != "still",
    )


def _words(member: Member) -> str:
    photo = PurePosixPath(str(member.params.get("picture", ""))).stem
    return str(member.params.get("prompt") or re.sub(r"[-_]+", " ", photo) or member.item)


def _emoji(member: Member) -> str:
    return str(member.params.get("emoji") or ANY_EMOJI)


def _sheet(members: Sequence[Member]) -> Picture:
    pictures = [member.load("preview", Picture) for member in members]
    return contact_sheet(pictures, [_words(member) for member in members])


def _downloads(told: Mapping[str, Any], path: str, shown: PackPage) -> tuple[Download, ...]:
    """What each platform has for people to take, below a path with room for its name."""
    told_as = {sticker.id: sticker.words for sticker in shown.stickers}
    return tuple(
        Download(
            label=facts["platform"],
            path=path.format(platform) if facts["stickers"] else "",
            count=facts["stickers"],
            refused=tuple(
                [Refusal(why, words=told_as[name]) for name, why in facts["refused"].items()]
                + ([Refusal(f"{facts['reason']}; {facts['fix']}")] if "reason" in facts else [])
            ),
        )
        for platform, facts in told.items()
    )


def _delivered(shown: PackPage, told: Mapping[str, Any], *, item: str) -> PackPage:
    """The page as it lies among the deliveries, where it can link to what lies around it."""
    return replace(
        shown,
        downloads=_downloads(told, "platforms/{}.zip", shown),
        whole=f"../{item}.zip",
        all_packs="../index.html",
    )


def _page(
    members: Sequence[Member],
    pack: dict[str, Any],
    *,
    numbers: tuple[int, int],
) -> PackPage:
    viewer = members[0].read("viewer") if "viewer" in members[0].files else b""
    return PackPage(
        name=str(pack.get("name", "")),
        stickers=tuple(_shown(member) for member in members),
        viewer=viewer,
        publisher=str(pack.get("publisher", "")),
        theme=str(pack.get("theme", "")),
        licence=str(pack.get("licence", "")),
        number=numbers[0],
        of=numbers[1],
        sheet=SHEET,
        about=ABOUT,
        not_made=tuple(NotMade(**one) for one in pack.get("not_made", ())),
    )


def _shown(member: Member) -> PageSticker:
    known = ("style", "alignment", "motion", "approximate")
    given = {name: member.params[name] for name in known if name in member.params}
    return PageSticker(
        id=member.item,
        words=_words(member),
        png=file_name(member, "cutout"),
        glb=file_name(member, "card"),
        glb_data=member.read("card"),
        usdz=file_name(member, "usdz"),
        preview=file_name(member, "preview"),
        size_m=(member.scores.get("width_m", 0.0), member.scores.get("height_m", 0.0)),
        provenance=member.provenance,
        emoji=(_emoji(member),),
        anchor=str(member.params.get("anchor_type", "plane")),
        notes=member.notes,
        **given,
    )


def _about(pack: dict[str, Any], members: Sequence[Member], platforms: Mapping[str, Any]) -> bytes:
    stickers = [_about_one(member) for member in members]
    told = {**pack, "platforms": platforms, "stickers": stickers}
    return json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False).encode()


def _about_one(member: Member) -> dict[str, Any]:
    return {
        "id": member.item,
        "prompt": member.params.get("prompt", ""),
        "parameters": {n: v for n, v in sorted(member.params.items()) if n not in PRIVATE},
        "notes": list(member.notes),
        "files": {name: file_name(member, name) for name in FOLDERS},
        "ar": _placement(member),
        "licences": list(member.provenance.licences),
        "provenance": json.loads(member.provenance.to_json()),
    }


def _placement(member: Member) -> dict[str, Any]:
    """How an app should put the sticker into the room."""
    width_m, height_m = member.scores.get("width_m", 0.0), member.scores.get("height_m", 0.0)
    return {
        "anchor": member.params.get("anchor_type", "plane"),
        "size_m": [round(width_m, 4), round(height_m, 4)],
        "suggested_distance_m": round(max(width_m, height_m) * VIEWING_DISTANCE, 2),
        "faces": "+z",
        "base_on_plane": True,
    }
