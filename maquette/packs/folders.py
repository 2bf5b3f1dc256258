"""Folders: what the platforms' parts of a pack have in common, from file names to zips.

What belongs here: plain pieces that more than one platform uses. What does not: what any of
them asks for.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from maquette.packs.stickers import Sticker
from maquette.packs.wording import Measure, cut

STEPS = "upload.txt"  # in every folder: how a person gets the pack onto the platform
NOBODY = "unnamed publisher"  # platforms insist on one
UNTITLED = "stickers"


def numbered(number: int, sticker: Sticker) -> str:
    """A file name that sorts as the pack does: ``07-space-cat.webp``."""
    return f"{number:02d}-{sticker.id}.{sticker.suffix}"


def by_kind(stickers: Sequence[Sticker]) -> tuple[list[Sticker], list[Sticker]]:
    """Those that keep still, and those that move."""
    still = [sticker for sticker in stickers if not sticker.is_moving]
    return still, [sticker for sticker in stickers if sticker.is_moving]


def ids(stickers: Sequence[Sticker]) -> tuple[str, ...]:
    """The stickers' names."""
    return tuple(sticker.id for sticker in stickers)


def named(text: str, most: int, *, instead: str = UNTITLED, measure: Measure = len) -> str:
    """A title or name within a platform's limit, never empty."""
    return cut(text, most, measure=measure) or instead


def as_json(value: Any) -> bytes:
    """JSON as people can read it, in the order given."""
    return json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n"


def as_steps(*lines: str, left_out: Sequence[str] = ()) -> bytes:
    """Numbered steps, and which stickers the platform had no room for."""
    told = [f"{number}. {line}" for number, line in enumerate(lines, 1)]
    if left_out:
        told += ["", "Left out, because the platform takes no such number or mixture:"]
        told += [f"- {name}" for name in left_out]
    return "\n".join([*told, ""]).encode()


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files stored, in order and dated 1980: equal files give equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return out.getvalue()


def unzipped(data: bytes) -> dict[str, bytes]:
    """The files of a zip that we made."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
