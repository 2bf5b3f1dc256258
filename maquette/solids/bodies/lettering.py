"""Lettering: a name as the distance to the edges of its letters, for raising it from a base.

What belongs here: lines of text fitted to a place, none of their strokes too thin to print. What
does not: the base they stand on (`bases`).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.errors import InputError
from maquette.types import Bools, Floats

MOST_LETTERS = 24
TALL_PX = 160  # of an em when drawn
WEIGHT = 800
EXACT_SHARE = 0.5  # of a pixel: what outlines may be off
LINE = 1.12  # from one baseline to the next, in ems


@dataclass(frozen=True)
class Inscription:
    """Letters on a plane, around its origin.

    Attributes:
        away: (H, W) distance to the nearest edge, below zero in letters; row 0 is at the top.
        pixel: side of a pixel, in the unit of the place.
    """

    away: Floats
    pixel: float

    @property
    def size_wh(self) -> tuple[float, float]:
        """Width and height of the map, margins included."""
        return self.away.shape[1] * self.pixel, self.away.shape[0] * self.pixel

    def distances(self, x: Floats, y: Floats) -> Floats:
        """The distance at places of the plane, y up; far from all letters, to the map's edge."""
        import cv2

        high, wide = self.away.shape
        column = x / np.float32(self.pixel) + np.float32(wide / 2 - 0.5)
        row = np.float32(high / 2 - 0.5) - y / np.float32(self.pixel)
        inside_x, inside_y = np.clip(column, 0, wide - 1), np.clip(row, 0, high - 1)
        # remap takes no map as long as all points
        side = 1 << 14
        padded = side - len(x) % side  # at least one: it takes no empty map either
        maps = [np.pad(v, (0, padded)).reshape(-1, side) for v in (inside_x, inside_y)]
        off = np.hypot(column - inside_x, row - inside_y) * np.float32(self.pixel)
        no_map: Any = maps[1]
        found = cv2.remap(self.away, maps[0], no_map, cv2.INTER_LINEAR)
        return np.asarray(found, np.float32).ravel()[: len(x)] + off

    def outlines(self) -> Any:
        """The letters' outlines as a `manifold3d.CrossSection`, y up."""
        import manifold3d
        from skimage.measure import find_contours

        high, wide = self.away.shape
        rings = [
            np.column_stack([ring[:-1, 1] - (wide / 2 - 0.5), (high / 2 - 0.5) - ring[:-1, 0]])
            for ring in find_contours(self.away, 0.0)
        ]
        section: Any = manifold3d.CrossSection(
            [ring * self.pixel for ring in rings], manifold3d.FillRule.EvenOdd
        )
        return section.simplify(EXACT_SHARE * self.pixel)


def plain_line(text: str) -> str:
    """The text on one line, in one spelling of every letter.

    Raises InputError BASE_TEXT_LONG where it has more than 24 letters, BASE_TEXT_LETTERS where
    the lettering cannot set one of them.
    """
    seen = "".join(sign if sign.isprintable() else " " for sign in text)
    line = " ".join(unicodedata.normalize("NFC", seen).split())
    if len(line) > MOST_LETTERS:
        raise InputError(
            "BASE_TEXT_LONG",
            f"the text for the base has {len(line)} letters",
            fix=f"give at most {MOST_LETTERS}",
        )
    unknown = [sign for sign in dict.fromkeys(line) if not _is_set(sign)]
    if unknown:
        raise InputError(
            "BASE_TEXT_LETTERS",
            f"the lettering of bases cannot set {' '.join(unknown)}",
            fix="spell the text with Latin, Greek, Cyrillic, Chinese, Japanese or Korean letters",
        )
    return line


def _is_set(sign: str) -> bool:
    """Whether the font has this sign and writes it the right way round."""
    if sign in " ?":
        return True
    if unicodedata.bidirectional(sign) in ("R", "AL"):
        return False
    # what the font has not, it writes as a question mark
    return not np.array_equal(_drawn((sign,)), _drawn(("?",)))


def inscription(text: str, *, wide: float, high: float, stroke: float) -> Inscription | None:
    """Letters as large as fit into a place, on one line or two; None where nothing is to be seen.

    Args:
        text: as `plain_line` gives it.
        wide: of the place.
        high: of the place.
        stroke: the least width of a stroke, in the same unit; thinner letters are made bolder.
    """
    drawn = [_drawn((text,)), *(_drawn(pair) for pair in _halves(text))]
    fitting = [(_pixel(one, wide, high), one) for one in drawn if one.any()]
    if not fitting:
        return None
    # letters on one line are larger, unless it is long
    pixel, cover = max(fitting, key=lambda pair: pair[0])
    away = _away(cover) * np.float32(pixel)
    return Inscription(away - np.float32(max(0.0, (stroke - _stroke(away)) / 2)), pixel)


def _halves(text: str) -> list[tuple[str, str]]:
    """The text on two lines, in every way that cuts between words."""
    words = text.split(" ")
    return [(" ".join(words[:k]), " ".join(words[k:])) for k in range(1, len(words))]


def _drawn(lines: tuple[str, ...]) -> Bools:
    """(H, W) the letters' pixels, each line in the middle, trimmed to a margin."""
    import cv2

    font: Any = cv2.FontFace("sans")
    widths = [cv2.getTextSize((0, 0), line, (0, 0), font, TALL_PX, WEIGHT)[2] for line in lines]
    leap = round(LINE * TALL_PX)
    sheet = np.zeros((leap * len(lines) + TALL_PX, max(widths) + 2 * TALL_PX), np.uint8)
    for k, (line, width) in enumerate(zip(lines, widths, strict=True)):
        at = (sheet.shape[1] - width) // 2, leap * (k + 1)
        cv2.putText(sheet, line, at, (255,), font, TALL_PX, WEIGHT)
    inked = sheet >= 128
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    if not len(rows):
        return inked[:1, :1]
    return np.pad(inked[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], TALL_PX // 10)


def _pixel(cover: Bools, wide: float, high: float) -> float:
    """How large a pixel may be; capitals alone are not drawn larger than others."""
    return min(wide / cover.shape[1], high / cover.shape[0], high / TALL_PX)


def _away(cover: Bools) -> Floats:
    """(H, W) pixels to the nearest edge, below zero inside."""
    import cv2

    outside, inside = (
        cv2.distanceTransform(part.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        for part in (~cover, cover)
    )
    away = np.asarray(outside - inside, np.float32)
    away += np.where(cover, np.float32(0.5), np.float32(-0.5))
    return np.asarray(cv2.GaussianBlur(away, (0, 0), 1.5), np.float32)


def _stroke(away: Floats) -> float:
    """How wide most strokes are; where they end they narrow to nothing."""
    depth: NDArray[np.float32] = -away
    inner = depth[1:-1, 1:-1]
    # the middle of a stroke is deeper than what lies beside it, on both sides of one axis
    ridge = ((inner > depth[1:-1, :-2]) & (inner >= depth[1:-1, 2:])) | (
        (inner > depth[:-2, 1:-1]) & (inner >= depth[2:, 1:-1])
    )
    found = inner[ridge & (inner > 0)]
    return 2 * float(np.median(found)) if len(found) else 0.0
