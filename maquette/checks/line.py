"""LINE packs: numbered PNG, ``main.png`` and ``tab.png``.

From creator.line.me's guidelines; those for stills are known from quotes only.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from maquette.checks.pictures import Measured, measure
from maquette.checks.stickers import (
    Limits,
    Sides,
    count_finding,
    exactly,
    pictures_of,
    sticker_findings,
)
from maquette.checks.trees import Files
from maquette.checks.verdicts import Finding, fault, found

MAIN, TAB = "main.png", "tab.png"
NUMBERED = re.compile(r"\d{2}\.png")
STILL = Limits(
    ("PNG",),
    Sides("even sides within 370 x 320", lambda w, h: w <= 370 and h <= 320 and not (w | h) % 2),
    1_000_000,
)
MOVING = Limits(
    ("APNG",),
    Sides(
        "even sides within 320 x 270, one of 270 or more",
        lambda w, h: w <= 320 and h <= 270 and max(w, h) >= 270 and not (w | h) % 2,
    ),
    300_000,
    frames=(5, 20),
    most_s=4.0,
    loops=(1, 2, 3, 4),
)
MAIN_STILL = Limits(("PNG",), exactly(240, 240), 1_000_000)
MAIN_MOVING = Limits(
    ("APNG",), exactly(240, 240), 300_000, frames=(5, 20), most_s=4.0, loops=(1, 2, 3, 4)
)
TAB_STILL = Limits(("PNG",), exactly(96, 74), 1_000_000)
COUNTS_STILL, COUNTS_MOVING = (8, 16, 24, 32, 40), (8, 16, 24)
PACK_BYTES = 20_000_000
MARGIN_PX = 10


def is_line(files: Files) -> bool:
    """Whether this looks like a pack of theirs."""
    return {MAIN, TAB} <= files.keys() and any(NUMBERED.fullmatch(name) for name in files)


def check_line(files: Files, where: str) -> Iterator[Finding]:
    """A folder or zip held to LINE's rules."""
    total = sum(map(len, files.values()))
    size = f"{total:,} of {PACK_BYTES:,} bytes together"
    yield found("PACK_BYTES", where, total <= PACK_BYTES, size)
    for name, still, moving in ((MAIN, MAIN_STILL, MAIN_MOVING), (TAB, TAB_STILL, None)):
        if name in files:
            yield from sticker_findings(files[name], f"{where}/{name}", still=still, moving=moving)
        else:
            yield fault("PACK_ICON", f"{where}/{name}", "there is none")
    stickers = sorted(pictures_of(files).keys() - {MAIN, TAB})
    kinds: set[bool] = set()
    for name in stickers:
        place = f"{where}/{name}"
        yield found("STICKER_NAME", place, bool(NUMBERED.fullmatch(name)), "named 01.png, 02.png")
        yield from sticker_findings(files[name], place, still=STILL, moving=MOVING)
        yield from _margin(files[name], place)
        measured = measure(files[name])
        if isinstance(measured, Measured):
            kinds.add(measured.is_moving)
    yield found("PACK_MIXED", where, len(kinds) < 2, "all are still, or all are moving")
    counts = COUNTS_MOVING if True in kinds else COUNTS_STILL
    words = f"{', '.join(map(str, counts))} are taken"
    yield count_finding(len(stickers), where, allowed=lambda n: n in counts, words=words)


def _margin(data: bytes, where: str) -> Iterator[Finding]:
    """The guideline wants air between the drawing and the picture's edge."""
    from PIL import Image

    if isinstance(measure(data), str):
        return
    with Image.open(io.BytesIO(data)) as picture:
        box = picture.convert("RGBA").getchannel("A").getbbox()
        width_px, height_px = picture.size
    if box is None:
        return  # told already
    margin_px = min(box[0], box[1], width_px - box[2], height_px - box[3])
    words = f"{margin_px} px of air around it, {MARGIN_PX} are wanted"
    yield found("STICKER_MARGIN", where, margin_px >= MARGIN_PX, words, otherwise="warn")
