"""What a pack is made of, as every platform sees it.

What belongs here: the values that pass between the bundle, the platforms and the gallery page.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sticker:
    """One sticker as a platform gets it.

    Attributes:
        id: safe in file names.
        words: what it shows, for people who hear it read: the prompt.
        emoji: one to three, never empty.
        file: the platform's own file, squeezed to its limits.
        suffix: how that file's name ends.
        is_moving: whether it is animated.
    """

    id: str
    words: str
    emoji: tuple[str, ...]
    file: bytes
    suffix: str
    is_moving: bool = False


@dataclass(frozen=True)
class PackFacts:
    """What a pack says of itself.

    Attributes:
        id: safe in file names: ``space-cats-2``.
        name: as people read it; may be of any script and up to 120 characters.
        cover: a square picture of the first sticker, PNG, 512 px, for trays and icons.
    """

    id: str
    name: str
    cover: bytes
    publisher: str = ""
    theme: str = ""
    licence: str = ""
    links: dict[str, str] = field(default_factory=dict)
