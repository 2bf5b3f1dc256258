"""Names that people gave, made fit for files that are programs to some application.

What belongs here: plain words for identifiers, and single lines for quoted text. What does not:
quoting, which each format does by its own rules.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

LONGEST_WORD = 48  # Blender's names end at 63 bytes, and a number may follow
LONGEST_LINE = 120


def words(names: Iterable[str], *, otherwise: str) -> list[str]:
    """A word of letters, digits and underscores for each name, no two alike in any case.

    Args:
        names: as people gave them.
        otherwise: what stands for a name of which nothing can be kept.
    """
    return _apart((_word(name, otherwise) for name in names), joined="_")


def lines(names: Iterable[str], *, otherwise: str) -> list[str]:
    """A line of text for each name, no two alike in any case; see `words`."""
    return _apart((line(name) or otherwise for name in names), joined=" ")


def _apart(names: Iterable[str], *, joined: str) -> list[str]:
    """Names with a number behind those that were taken."""
    taken: set[str] = set()
    found: list[str] = []
    for first in names:
        name, number = first, 1
        while name.lower() in taken:
            number += 1
            name = f"{first}{joined}{number}"
        taken.add(name.lower())
        found.append(name)
    return found


def _word(name: str, otherwise: str) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    word = re.sub(r"[^A-Za-z0-9]+", "_", letters).strip("_")[:LONGEST_WORD].strip("_")
    return word if word[:1].isalpha() else f"{otherwise}_{word}".rstrip("_")


def line(name: str) -> str:
    """A name as one line of text that every encoding and XML can carry."""
    kept = (c if unicodedata.category(c)[0] != "C" else " " for c in name)
    return " ".join("".join(kept).split())[:LONGEST_LINE]
