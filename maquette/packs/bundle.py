"""The bundle: a zip of finished stickers with ``pack.json`` and a thumbnail sheet.

``pack.json`` says everything a shop, an app or a person needs to know of each sticker: words,
seed, parameters, provenance, licences, and where to put it in AR. Zip entries are in order and
dated 1980, so equal stickers give equal bytes.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from typing import Any

from maquette.batch.stages import Made, Member, gather_stage
from maquette.pictures.sheets import contact_sheet, small_jpeg
from maquette.types import File, Picture

SHEET_BYTES_AT_MOST = 400_000
VIEWING_DISTANCE = 4.0  # times the height: the whole sticker stands within a phone's view
FILES = ("cutout", "card", "usdz", "preview")  # object names, in the order they are packed
FOLDERS = {"cutout": "png", "card": "glb", "usdz": "usdz", "preview": "preview"}
PRIVATE = ("pack", "prompt")  # told elsewhere in pack.json


@gather_stage(version="1")
def bundle(
    members: Sequence[Member],
    *,
    item: str,
    pack: dict[str, Any],
    number: int = 1,
    of: int = 1,
) -> Made:
    """One pack of stickers: the zip, its sheet and its ``pack.json``."""
    sheet = small_jpeg(_sheet(members), at_most_bytes=SHEET_BYTES_AT_MOST)
    about = json.dumps(
        {
            **pack,
            "pack": item,
            "number": number,
            "of": of,
            "stickers": [_about(member) for member in members],
        },
        indent=1,
        sort_keys=True,
        ensure_ascii=False,
    ).encode()
    files = {"pack.json": about, "sheet.jpg": sheet}
    return Made(
        {
            "pack": File(_zipped(members, files), "zip"),
            "sheet": File(sheet, "jpg"),
            "about": File(about, "json"),
        },
        scores={"stickers": len(members)},
    )


def file_name(member: Member, name: str) -> str:
    """Where one sticker's file lies within a pack: ``usdz/space-cat.usdz``."""
    return f"{FOLDERS[name]}/{member.item}.{member.files[name][0]}"


def _sheet(members: Sequence[Member]) -> Picture:
    pictures = [member.load("preview", Picture) for member in members]
    return contact_sheet(pictures, [str(m.params.get("prompt") or m.item) for m in members])


def _zipped(members: Sequence[Member], files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            archive.writestr(_entry(name), data)
        for member in members:
            for name in FILES:
                archive.writestr(_entry(file_name(member, name)), member.read(name))
    return out.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.external_attr = 0o644 << 16
    return entry


def _about(member: Member) -> dict[str, Any]:
    return {
        "id": member.item,
        "prompt": member.params.get("prompt", ""),
        "parameters": {n: v for n, v in sorted(member.params.items()) if n not in PRIVATE},
        "notes": list(member.notes),
        "files": {name: file_name(member, name) for name in FILES},
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
