"""Panels: paper with rounded tiles, verdicts and short paragraphs, for sheets about prints.

What belongs here: how such a sheet looks. What does not: what stands on it
(`examination_sheets`, `print_cards`) and letters (`maquette.video.lettering`).
"""

from __future__ import annotations

import re

import numpy as np

from maquette.types import Bytes
from maquette.video.lettering import Colour, dot, fitted, lay, plate, width_of, write

PAPER, INK, FAINT, RULE = (250, 250, 251), (44, 46, 54), (112, 115, 126), (224, 226, 232)
VERDICT_COLOURS = {"ok": (38, 150, 96), "look": (214, 134, 14), "bad": (204, 52, 56)}
CORNER_PX = 14.0
LINE_HEIGHT = 1.42
_UNIT = re.compile(r"(?<=\d) (?=(?:mm|cm|g|%|°|×))|(?<=×) ")


def paper(width_px: int, height_px: int) -> Bytes:
    """An empty sheet, (H, W, 3)."""
    return np.full((height_px, width_px, 3), PAPER, np.uint8)


def set_tile(canvas: Bytes, pixels: Bytes, at_xy: tuple[int, int]) -> None:
    """Lay a picture on the sheet with round corners."""
    height, width = pixels.shape[:2]
    left, top = at_xy
    under = canvas[top : top + height, left : left + width]
    cover = plate(width, height, corner_px=CORNER_PX)[..., None]
    under[:] = (under + (pixels[..., :3].astype(np.float32) - under) * cover + 0.5).astype(np.uint8)


def set_verdict(canvas: Bytes, verdict: str, at_xy: tuple[float, float]) -> None:
    """A dot in the colour of a verdict around this place."""
    sign = dot(5.5)
    half = sign.shape[0] // 2
    corner = (round(at_xy[0]) - half, round(at_xy[1]) - half)
    lay(canvas, sign, at_xy=corner, colour=VERDICT_COLOURS[verdict])


def set_paragraph(
    canvas: Bytes, lines: list[str], *, at_xy: tuple[float, float], look: tuple[int, Colour]
) -> float:
    """Lines of text below each other; the baseline that the next line would have."""
    x, y = at_xy
    for line in lines:
        write(canvas, line, at_xy=(x, y), look=look)
        y += look[0] * LINE_HEIGHT
    return y


def broken(text: str, *, size_px: int, most_px: float, most_lines: int) -> list[str]:
    """Text in lines of this width; what does not fit ends in an ellipsis."""
    lines: list[str] = []
    # a number keeps its unit beside it
    words = _UNIT.sub("\u00a0", text).split(" ") if text else []
    while words and len(lines) < most_lines - 1:
        n = 1
        while n < len(words) and width_of(" ".join(words[: n + 1]), size_px=size_px) <= most_px:
            n += 1
        lines.append(fitted(" ".join(words[:n]), size_px=size_px, most_px=most_px))
        words = words[n:]
    if words:
        lines.append(fitted(" ".join(words), size_px=size_px, most_px=most_px))
    return lines
