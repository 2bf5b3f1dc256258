"""Discord stickers: single files, and a JSON file with their names, descriptions and tags.

From discord-api-types, ``RESTPostAPIGuildStickerFormDataBody``, and Discord's own upload rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from maquette.checks.stickers import Limits, exactly, pictures_of, sticker_findings, text_finding
from maquette.checks.trees import Files, as_list, as_object, as_text, read_json, suffix_of
from maquette.checks.verdicts import Finding, fault

STILL = Limits(("PNG", "GIF"), exactly(320, 320), 512_000)
MOVING = Limits(("APNG", "GIF"), exactly(320, 320), 512_000, frames=(2, 400), most_s=5.0)
NAME_CHARS, ABOUT_CHARS, TAG_CHARS = (2, 30), (2, 100), (1, 200)


def check_discord(files: Files, where: str) -> Iterator[Finding]:
    """A folder held to Discord's rules."""
    stickers = pictures_of(files)
    if not stickers:
        yield fault("PACK_COUNT", where, "there is no sticker")
    for name, data in sorted(stickers.items()):
        yield from sticker_findings(data, f"{where}/{name}", still=STILL, moving=MOVING)
    for name, data in sorted(files.items()):
        if suffix_of(name) == "json":
            for row in _rows(read_json(data)):
                yield from _texts(row, files, f"{where}/{name}")


def _rows(told: Any) -> list[dict[str, Any]]:
    rows = as_list(told) or as_list(as_object(told).get("stickers"))
    return [row for row in rows if isinstance(row, dict)]


def _texts(row: dict[str, Any], files: Files, where: str) -> Iterator[Finding]:
    name, about = as_text(row.get("name")), as_text(row.get("description"))
    place = f"{where} {name[:40]}"
    yield text_finding("STICKER_TITLE", place, name, span=NAME_CHARS)
    if about:  # none at all is taken, too
        yield text_finding("STICKER_ABOUT", place, about, span=ABOUT_CHARS)
    yield text_finding("STICKER_TAGS", place, as_text(row.get("tags")), span=TAG_CHARS)
    file = as_text(row.get("file"))
    if file and file not in files:
        yield fault("STICKER_MISSING", f"{where} {file}", "named, but not there")
