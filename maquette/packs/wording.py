"""Words on their way into other people's forms: cleaned, and cut where a character ends.

Every platform counts in its own way and refuses what is one too long, so a text is cut by the
platform's measure but never inside an emoji, an accent or a flag. Boundaries follow Unicode's
annex 29, short of Indic conjuncts. What belongs here: texts. What does not: which text has
which limit (each platform's module).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

ZWJ = "\u200d"
# Joiners and plain left/right marks belong to scripts and emoji. Embeddings and overrides are
# dropped: cut off before their end, they would turn around whatever stands behind the title.
_KEPT_FORMATS = frozenset("\u200c\u200d\u200e\u200f\u061c")
_TAGS = range(0xE0020, 0xE0080)  # flags of England, Scotland, Wales
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_SARA_AM = frozenset("\u0e33\u0eb3")  # vowels of Thai and Lao that are written as letters
_REGIONS = range(0x1F1E6, 0x1F200)

Measure = Callable[[str], int]


def cleaned(text: str) -> str:
    """One line of it, without control characters, half surrogates and direction overrides."""
    shown = "".join(_shown(character) for character in text)
    return " ".join(shown.split())


def cut(text: str, most: int, *, measure: Measure = len) -> str:
    """The beginning of a text that measures at most so much, ending in whole characters.

    Where something is lost, an ellipsis takes the last place.
    """
    line = cleaned(text)
    if measure(line) <= most:
        return line
    room, held = most - measure("…"), ""
    for character in characters(line):
        if measure(held + character) > room:
            break
        held += character
    return held.rstrip() + "…"


def characters(text: str) -> Iterator[str]:
    """What a reader takes for single characters, joined emoji and accents kept whole."""
    held = ""
    for code in text:
        if held and not _joins(held, code):
            yield held
            held = ""
        held += code
    if held:
        yield held


def utf16_units(text: str) -> int:
    """Its length as Java, Kotlin and JavaScript count: an emoji is two or more."""
    return len(text.encode("utf-16-le")) // 2


def wide_units(text: str) -> int:
    """Its length as LINE counts: East Asian characters and symbols are two each."""
    return sum(1 + (unicodedata.east_asian_width(code) in "WFA") for code in text)


def _shown(code: str) -> str:
    kind = unicodedata.category(code)
    if kind in ("Cc", "Zl", "Zp"):
        return " "
    if kind in ("Cs", "Cn", "Co"):
        return ""
    is_tag = ord(code) in _TAGS
    return "" if kind == "Cf" and code not in _KEPT_FORMATS and not is_tag else code


def _joins(held: str, code: str) -> bool:
    """Whether a code point goes on with the character that stands before it."""
    number, last = ord(code), held[-1]
    if unicodedata.category(code) in ("Mn", "Mc", "Me") or code in (ZWJ, "\u200c"):
        return True
    if number in _SKIN_TONES or number in _TAGS or code in _SARA_AM:
        return True
    if last == ZWJ:
        return unicodedata.category(code) == "So"
    if number in _REGIONS:  # flags are pairs
        return len(held) % 2 == 1 and all(ord(c) in _REGIONS for c in held)
    return _goes_on_in_hangul(ord(last), number)


def _goes_on_in_hangul(last: int, number: int) -> bool:
    """Jamo, the letters that Korean syllables are composed of: L L* V V* T*, or a syllable T*."""
    leads, vowels, tails = range(0x1100, 0x1160), range(0x1160, 0x11A8), range(0x11A8, 0x1200)
    syllables = range(0xAC00, 0xD7A4)
    open_syllable = last in syllables and (last - 0xAC00) % 28 == 0
    if last in leads:
        return number in leads or number in vowels or number in syllables
    if last in vowels or open_syllable:
        return number in vowels or number in tails
    return (last in tails or last in syllables) and number in tails
