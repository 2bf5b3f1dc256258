"""iMessage packs: an Xcode asset catalog with one sticker pack.

From Apple's MSSticker and MSStickerSize and the Asset Catalog Format Reference. PNG, APNG, GIF
and JPEG are taken, HEIC is not.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from maquette.checks.pictures import Measured, measure
from maquette.checks.stickers import Limits, Sides, sticker_findings, text_finding
from maquette.checks.trees import Files, as_list, as_object, as_text, read_json
from maquette.checks.verdicts import Finding, fault, found

CONTENTS = "Contents.json"
CATALOG, PACK, ICONS = ".xcassets", ".stickerpack", ".stickersiconset"
MOST_BYTES = 500_000
GRID_PX = {"small": 300, "regular": 408, "large": 618}
SPOKEN_CHARS = (0, 150)
FORMATS = ("PNG", "APNG", "GIF", "JPEG")


def is_imessage(files: Files) -> bool:
    """Whether this holds an Xcode sticker pack."""
    tops = (place.partition("/")[0] for place in _catalogs(files, PACK))
    return any(top.endswith((CATALOG, PACK)) for top in tops)


def check_imessage(files: Files, where: str) -> Iterator[Finding]:
    """An asset catalog held to Apple's rules."""
    packs = _catalogs(files, PACK)
    if not packs:
        yield fault("PACK_CONTENTS", where, f"there is no {PACK}/{CONTENTS}")
    for place in packs:
        yield from _pack(files, place, where)
    for place in _catalogs(files, ICONS):
        yield from _icons(files, place, where)


def _catalogs(files: Files, suffix: str) -> list[str]:
    """The folders of this kind that say what they hold."""
    return sorted(
        posixpath.dirname(name)
        for name in files
        if posixpath.dirname(name).endswith(suffix) and posixpath.basename(name) == CONTENTS
    )


def _pack(files: Files, place: str, where: str) -> Iterator[Finding]:
    told = as_object(read_json(files[f"{place}/{CONTENTS}"]))
    grid = as_text(as_object(told.get("properties")).get("grid-size"))
    sizes = ", ".join(GRID_PX)
    yield found("PACK_GRID", f"{where}/{place}", grid in GRID_PX, f"grid-size {grid!r} of {sizes}")
    names = [as_text(as_object(row).get("filename")) for row in as_list(told.get("stickers"))]
    yield found("PACK_COUNT", f"{where}/{place}", bool(names), f"{len(names)} stickers")
    for name in names:
        folder = f"{place}/{name}"
        if f"{folder}/{CONTENTS}" not in files:
            yield fault("STICKER_MISSING", f"{where}/{folder}", "named, but not there")
            continue
        yield from _sticker(files, folder, where, side_px=GRID_PX.get(grid, 0))


def _sticker(files: Files, folder: str, where: str, *, side_px: int) -> Iterator[Finding]:
    facts = as_object(as_object(read_json(files[f"{folder}/{CONTENTS}"])).get("properties"))
    spoken = as_text(facts.get("accessibility-label"))
    yield text_finding("STICKER_SPOKEN", f"{where}/{folder}", spoken, span=SPOKEN_CHARS)
    name = f"{folder}/{as_text(facts.get('filename'))}"
    if name not in files:
        yield fault("STICKER_MISSING", f"{where}/{name}", "named, but not there")
        return
    # MSSticker takes 300 to 618 px; the size of the grid is shown without scaling
    sides = Sides(
        f"{side_px} x {side_px}" if side_px else "300 to 618",
        lambda w, h: w == h == side_px if side_px else 300 <= min(w, h) <= max(w, h) <= 618,
    )
    still = Limits(FORMATS, sides, MOST_BYTES)
    moving = Limits(FORMATS, sides, MOST_BYTES, frames=(2, 1000), most_s=60.0)
    yield from sticker_findings(files[name], f"{where}/{name}", still=still, moving=moving)


def _icons(files: Files, place: str, where: str) -> Iterator[Finding]:
    """Every icon that is named must be there, with the size that its slot asks for."""
    rows = as_list(as_object(read_json(files[f"{place}/{CONTENTS}"])).get("images"))
    for row in map(as_object, rows):
        name = as_text(row.get("filename"))
        if not name:
            continue  # an empty slot
        measured = measure(files.get(f"{place}/{name}", b""))
        wanted = _slot_wh(row)
        size = measured.size_wh if isinstance(measured, Measured) else None
        message = f"{size or measured}; {wanted[0]} x {wanted[1]} px is asked for"
        yield found("PACK_ICON", f"{where}/{place}/{name}", size == wanted, message)


def _slot_wh(row: dict[str, Any]) -> tuple[int, int]:
    """The pixels of a slot: its size in points times its scale."""
    try:
        width, height = (float(side) for side in as_text(row.get("size")).split("x"))
        scale = float(as_text(row.get("scale")).rstrip("x") or 1)
        return round(width * scale), round(height * scale)
    except (ValueError, OverflowError):
        return 0, 0
