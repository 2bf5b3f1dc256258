"""Signal packs: pictures and a ``manifest.yaml``.

From Signal-Desktop's sticker-creator, ``src/constants.ts``: 300 KB, 512 px, 200 stickers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from maquette.checks.stickers import Limits, count_finding, exactly, sticker_findings, text_finding
from maquette.checks.trees import Files, as_list, as_object, as_text
from maquette.checks.verdicts import Finding, fault, found

MANIFEST = "manifest.yaml"
MOST_MANIFEST_BYTES = 64_000  # 200 stickers take 16 KB
MOST_BRACKETS = 1_000  # PyYAML's time grows with the square of those that are open
STILL = Limits(("PNG", "WEBP"), exactly(512, 512), 300_000)
MOVING = Limits(("APNG",), exactly(512, 512), 300_000, frames=(2, 300), most_s=3.0)
COUNT = (1, 200)
TITLE_CHARS = (1, 128)


def check_signal(files: Files, where: str) -> Iterator[Finding]:
    """A folder held to Signal's rules."""
    told = _manifest(files.get(MANIFEST, b""))
    place = f"{where}/{MANIFEST}"
    if not told:
        yield fault("PACK_MANIFEST", place, "there is none that can be read")
        return
    for name in ("title", "author"):
        text = as_text(told.get(name))
        yield text_finding("PACK_TEXT", f"{place} {name}", text, span=TITLE_CHARS)
    cover = _file_of(told.get("cover"))
    yield found("PACK_COVER", place, cover in files, f"its cover is {cover!r}")
    rows = as_list(told.get("stickers"))
    low, high = COUNT
    yield count_finding(
        len(rows), where, allowed=lambda n: low <= n <= high, words=f"{low} to {high} are taken"
    )
    for row in rows:
        name = _file_of(row)
        if name not in files:
            yield fault("STICKER_MISSING", f"{where}/{name}", "named, but not there")
            continue
        emoji = as_text(as_object(row).get("emoji"))
        yield found("STICKER_EMOJI", f"{where}/{name}", bool(emoji), f"its emoji is {emoji!r}")
        yield from sticker_findings(files[name], f"{where}/{name}", still=STILL, moving=MOVING)


def _manifest(data: bytes) -> dict[str, Any]:
    brackets = data.count(b"[") + data.count(b"{")
    if len(data) > MOST_MANIFEST_BYTES or brackets > MOST_BRACKETS:
        return {}
    try:
        return as_object(yaml.safe_load(data))
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}


def _file_of(row: Any) -> str:
    """The file a row of the manifest names; a cover may be named plainly."""
    return as_text(row) or as_text(as_object(row).get("file"))
