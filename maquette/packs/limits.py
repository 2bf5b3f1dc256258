"""What a chat platform takes, as data: one `Limits` per platform, written down in its module.

Sizes are read strictly, 1 KB as 1,000 bytes, because sources differ and the smaller file passes
both readings. What belongs here: the types. What does not: any platform's numbers, and the work
of meeting them (`maquette.packs.fitting`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from maquette.errors import InputError

Kind = Literal["png", "apng", "webp", "webm"]
SUFFIXES: dict[Kind, str] = {"png": "png", "apng": "png", "webp": "webp", "webm": "webm"}


@dataclass(frozen=True)
class Play:
    """How long and how fast a moving file may be.

    Attributes:
        most_s: seconds of everything it plays by itself, repeats included where they count.
        most_fps: pictures a second.
        fewest: pictures that differ, at least.
        most: pictures at most; 0 is as many as the rest allows.
        most_plays: how often it may repeat; 0 is for ever, and then only one round counts.
        whole_seconds: a round must last whole seconds.
    """

    most_s: float
    most_fps: float = 30
    fewest: int = 2
    most: int = 0
    most_plays: int = 0
    whole_seconds: bool = False


@dataclass(frozen=True)
class ArtRule:
    """What one picture file must be: exactly this canvas, at most so many bytes.

    Attributes:
        most_bytes: 0 is no limit.
        margin_px: left clear on each side of the canvas.
        play: of a file that moves; None is a still.
    """

    kind: Kind
    size_wh: tuple[int, int]
    most_bytes: int
    margin_px: int = 0
    play: Play | None = None

    def keeps(self, data: bytes) -> bool:
        """Whether a file is small enough."""
        return not self.most_bytes or len(data) <= self.most_bytes

    @property
    def box_wh(self) -> tuple[int, int]:
        """The part of the canvas that the art may cover."""
        return self.size_wh[0] - 2 * self.margin_px, self.size_wh[1] - 2 * self.margin_px


@dataclass(frozen=True)
class Limits:
    """Everything a platform asks of a pack.

    Attributes:
        name: as the platform writes itself.
        stills: of a sticker that does not move; several where a platform knows several sizes.
        movings: likewise of one that does.
        fewest: stickers in a pack, at least.
        most: stickers in a pack, at most; 0 is no limit.
        counts: the only numbers of stickers it takes, where it names some.
        moving_counts: likewise in a pack that moves.
        mixes: whether still and moving stickers may share a pack.
        extras: file -> what it must be: trays, icons, covers.
        texts: field -> characters, at least and at most.
        emoji: per sticker, at least and at most.
        source: where the numbers stand.
    """

    name: str
    stills: tuple[ArtRule, ...]
    movings: tuple[ArtRule, ...]
    fewest: int
    most: int
    emoji: tuple[int, int]
    source: str
    counts: tuple[int, ...] = ()
    moving_counts: tuple[int, ...] = ()
    mixes: bool = True
    extras: Mapping[str, ArtRule] = field(default_factory=dict[str, ArtRule])
    texts: Mapping[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])

    def rules(self, *, moving: bool) -> tuple[ArtRule, ...]:
        """What a sticker's files must be."""
        return self.movings if moving else self.stills

    def admit(self, stickers: int) -> None:
        """Refuse a pack that is too small or too large for the platform."""
        if stickers < self.fewest:
            raise InputError(
                "PACK_TOO_SMALL",
                f"{self.name} takes packs of {self.fewest} stickers or more, this one has "
                f"{stickers}",
                fix=f"add {self.fewest - stickers} to the prompt set",
            )
        if self.most and stickers > self.most:
            raise InputError(
                "PACK_NOT_POSSIBLE",
                f"{self.name} takes packs of {self.most} stickers or fewer, this one has "
                f"{stickers}",
                fix="split the prompt set",
            )
