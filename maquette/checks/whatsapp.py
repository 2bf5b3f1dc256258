"""WhatsApp packs: a folder with ``contents.json``, or a ``.wastickers`` of title, author, pictures.

Rules re-stated from WhatsApp/stickers: ``StickerPackValidator.java``, ``Limits.swift`` and the
README of its Android sample.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import Any

from maquette.checks.pictures import Measured, measure
from maquette.checks.stickers import (
    Limits,
    Sides,
    count_finding,
    exactly,
    pictures_of,
    sticker_findings,
    text_finding,
)
from maquette.checks.trees import Files, as_list, as_object, as_text, read_json, suffix_of
from maquette.checks.verdicts import Finding, fault, found

CONTENTS, TITLE, AUTHOR = "contents.json", "title.txt", "author.txt"
STILL = Limits(("WEBP",), exactly(512, 512), 100_000)  # Limits.swift: 100 KB
MOVING = Limits(  # StickerPackValidator: 500 KB, frames of 8 ms, 10 s in all
    ("WEBP",), exactly(512, 512), 500_000, frames=(2, 1250), most_s=10.0, least_frame_ms=8.0
)
# README: 96 x 96; the Android validator takes 24 to 512 px, the iOS one does not
TRAY = Limits(("PNG",), Sides("96 x 96", lambda w, h: (w, h) == (96, 96)), 50_000)
COUNT = (3, 30)
NAME_CHARS = (1, 128)  # identifier, name, publisher
IDENTIFIER = re.compile(r"[\w\-.,'\s]+")
EMOJI = (1, 3)
SPOKEN_STILL, SPOKEN_MOVING = 125, 255  # accessibility text


def is_whatsapp(files: Files) -> bool:
    """Whether this looks like a pack of theirs."""
    told = as_object(read_json(files.get(CONTENTS, b"")))
    return "sticker_packs" in told or "tray_image_file" in told or {TITLE, AUTHOR} <= files.keys()


def check_whatsapp(files: Files, where: str) -> Iterator[Finding]:
    """A folder or a ``.wastickers`` held to WhatsApp's rules."""
    if CONTENTS not in files:
        yield from _plain_pack(files, where)
        return
    told = read_json(files[CONTENTS])
    packs = as_list(as_object(told).get("sticker_packs")) or [told]
    for pack in packs:
        if not isinstance(pack, dict):
            yield fault("PACK_CONTENTS", f"{where}/{CONTENTS}", "it does not hold a pack")
            continue
        yield from _pack(files, pack, where)


def _plain_pack(files: Files, where: str) -> Iterator[Finding]:
    """The form that sticker apps exchange: texts, one PNG for the tray, WebP for the rest."""
    for name in (TITLE, AUTHOR):
        text = files.get(name, b"").decode("utf-8", "replace").strip()
        yield text_finding("PACK_TEXT", f"{where}/{name}", text, span=NAME_CHARS)
    pictures = pictures_of(files)
    trays = [name for name in pictures if suffix_of(name) == "png"]
    yield found("PACK_TRAY", where, len(trays) == 1, f"{len(trays)} tray pictures (PNG), 1 needed")
    for name in trays:
        yield from sticker_findings(files[name], f"{where}/{name}", still=TRAY)
    yield from _stickers(files, sorted(pictures.keys() - set(trays)), where)


def _pack(files: Files, pack: dict[str, Any], where: str) -> Iterator[Finding]:
    contents = f"{where}/{CONTENTS}"
    identifier = as_text(pack.get("identifier"))
    for name in ("identifier", "name", "publisher"):
        text = as_text(pack.get(name)).strip()
        yield text_finding("PACK_TEXT", f"{contents} {name}", text, span=NAME_CHARS)
    safe = bool(IDENTIFIER.fullmatch(identifier))
    yield found("PACK_IDENTIFIER", contents, safe, f"{identifier[:40]!r} is plain text")
    version = as_text(pack.get("image_data_version"))
    yield found("PACK_VERSION", contents, bool(version), f"image_data_version {version!r}")
    tray = _within(files, identifier, as_text(pack.get("tray_image_file")))
    if tray in files:
        yield from sticker_findings(files[tray], f"{where}/{tray}", still=TRAY)
    else:
        yield fault("PACK_TRAY", contents, f"there is no tray picture {tray!r}")
    rows = [as_object(row) for row in as_list(pack.get("stickers"))]
    names = [_within(files, identifier, as_text(row.get("image_file"))) for row in rows]
    yield from _stickers(files, names, where, said=pack.get("animated_sticker_pack") is True)
    longest = SPOKEN_MOVING if pack.get("animated_sticker_pack") is True else SPOKEN_STILL
    for row, name in zip(rows, names, strict=True):
        emoji = len(as_list(row.get("emojis")))
        told = f"{emoji} emoji, {EMOJI[0]} to {EMOJI[1]}"
        yield found("STICKER_EMOJI", f"{where}/{name}", EMOJI[0] <= emoji <= EMOJI[1], told)
        spoken = as_text(row.get("accessibility_text"))
        yield text_finding("STICKER_SPOKEN", f"{where}/{name}", spoken, span=(0, longest))


def _within(files: Files, identifier: str, name: str) -> str:
    """Where a pack's file lies: the sample app keeps each pack in a folder of its identifier."""
    inner = posixpath.join(identifier, name)
    return inner if inner in files and name not in files else name


def _stickers(
    files: Files, names: Sequence[str], where: str, *, said: bool | None = None
) -> Iterator[Finding]:
    low, high = COUNT
    yield count_finding(
        len(names), where, allowed=lambda n: low <= n <= high, words=f"{low} to {high} are taken"
    )
    kinds: set[bool] = set()
    for name in names:
        if name not in files:
            yield fault("STICKER_MISSING", f"{where}/{name}", "named, but not there")
            continue
        measured = measure(files[name])
        if isinstance(measured, Measured):
            kinds.add(measured.is_moving)
        yield from sticker_findings(files[name], f"{where}/{name}", still=STILL, moving=MOVING)
    yield found("PACK_MIXED", where, len(kinds) < 2, "all are still, or all are moving")
    if said is not None and len(kinds) == 1:
        yield found("PACK_MOVING", where, kinds == {said}, f"animated_sticker_pack is {said}")
