"""Cut three published icon sets and two word lists down to the one small file the composer reads.

Left out: skin tones, flags, symbols, and whatever has no drawing. The archive is the same bytes
on every machine: fixed dates, sorted names, and bzip2, whose encoder has not changed in years,
where zlib has several that differ. What does not belong here: fetching (the shelf) and reading
(`art`).
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

SETS = {"soft": "fluent-emoji", "flat": "fluent-emoji-flat", "noto": "noto"}
LEFT_OUT = ("Flags", "Symbols", "Component")
SYMBOLS_KEPT = ("recycling-symbol", "peace-symbol", "musical-note", "musical-notes", "yin-yang")
# where an icon set's own name differs from the slug of the Unicode name
RENAMED = {
    "merperson": "person-merpeople",
    "phoenix": "phoenix-bird",
    "pi-ata": "pinata",
    "enraged-face": "pouting-face",
    "smiling-face-with-open-hands": "hugging-face",
    "face-with-crossed-out-eyes": "knocked-out-face",
}
KEYWORDS_KEPT = 16
_DATE = (2000, 1, 1, 0, 0, 0)


def cut(sources: Mapping[str, Path], out: Path) -> None:
    """Write the art file: every drawing we may use, one entry each, and an index of words.

    Args:
        sources: ``fluent-emoji``, ``fluent-emoji-flat``, ``noto`` (each an icons.json),
            ``emojilib`` (emoji-en-US.json) and ``unicode-emoji`` (data-by-emoji.json).
        out: the archive to write; 10 MB for the sets named in the shelf.
    """
    index = _index(_read(sources["unicode-emoji"]), _read(sources["emojilib"]))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_BZIP2) as archive:
        for label, source in SETS.items():  # one set in memory at a time: one alone is 104 MB
            for name, drawing in _drawings(_read(sources[source]), index):
                index[name]["sets"].append(label)
                _write(archive, f"{label}/{name}.svg", drawing)
        kept = {name: facts for name, facts in sorted(index.items()) if facts["sets"]}
        _write(archive, "index.json", json.dumps(kept, sort_keys=True, ensure_ascii=False))


def slug(name: str) -> str:
    """The Unicode name as icon sets spell it: ``face with tears of joy`` joined by hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower().replace("’", "")).strip("-")


def _read(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


def _index(names: dict[str, Any], keywords: dict[str, list[str]]) -> dict[str, dict[str, Any]]:
    index: dict[str, dict[str, Any]] = {}
    for emoji, facts in names.items():
        name = slug(facts["name"])
        if facts["group"] in LEFT_OUT and name not in SYMBOLS_KEPT:
            continue
        words = [word.replace("_", " ").lower() for word in keywords.get(emoji, [])]
        index[name] = {
            "emoji": emoji,
            "group": facts["group"],
            "keywords": words[:KEYWORDS_KEPT],
            "sets": [],
        }
    return index


def _drawings(icons: dict[str, Any], index: Iterable[str]) -> Iterable[tuple[str, str]]:
    width = icons.get("width", 16)
    for name in sorted(index):
        for key in (name, RENAMED.get(name, name), f"person-{name}"):
            body = _body(icons, key, width)
            if body:
                yield name, f"<!--{width}-->{body}"
                break


def _body(icons: dict[str, Any], key: str, width: int) -> str:
    """The drawing inside the svg element, with an alias followed and its mirroring applied."""
    alias = icons.get("aliases", {}).get(key, {})
    icon = icons["icons"].get(alias.get("parent", key))
    if icon is None:
        return ""
    if alias.get("hFlip"):
        return f'<g transform="translate({width} 0) scale(-1 1)">{icon["body"]}</g>'
    return str(icon["body"])


def _write(archive: zipfile.ZipFile, name: str, text: str) -> None:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.compress_type = zipfile.ZIP_BZIP2
    entry.create_system = 3  # the same byte whichever system writes it
    archive.writestr(entry, text, compresslevel=9)
