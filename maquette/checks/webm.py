"""WebM told from its bytes: codec, size, length, frames, sound; nothing is decoded.

Written by hand: the video libraries at hand decode before they tell, and few tell of alpha. What
belongs here: the walk over EBML elements. What does not: any platform's limits.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

# EBML element ids of the Matroska specification (RFC 9559)
_EBML, _SEGMENT, _INFO, _TRACKS, _CLUSTER = (
    0x1A45DFA3,
    0x18538067,
    0x1549A966,
    0x1654AE6B,
    0x1F43B675,
)
_DOC_TYPE, _TIMESTAMP_SCALE, _DURATION = 0x4282, 0x2AD7B1, 0x4489
_TRACK, _TRACK_TYPE, _CODEC, _VIDEO = 0xAE, 0x83, 0x86, 0xE0
_WIDTH, _HEIGHT, _ALPHA_MODE, _DEFAULT_DURATION = 0xB0, 0xBA, 0x53C0, 0x23E383
_CLUSTER_TIME, _SIMPLE_BLOCK, _BLOCK_GROUP, _BLOCK = 0xE7, 0xA3, 0xA0, 0xA1
_PARENTS = frozenset((_EBML, _SEGMENT, _INFO, _TRACKS, _CLUSTER, _TRACK, _VIDEO, _BLOCK_GROUP))
_VIDEO_TRACK, _AUDIO_TRACK = 1, 2
MOST_ELEMENTS = 100_000


@dataclass
class Webm:
    """What a WebM file says of itself."""

    doc_type: str = ""
    codecs: list[str] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    width_px: int = 0
    height_px: int = 0
    has_alpha: bool = False
    told_s: float = 0.0
    frame_s: float = 0.0
    times_s: list[float] = field(default_factory=list)

    @property
    def has_sound(self) -> bool:
        """Whether there is an audio track."""
        return _AUDIO_TRACK in self.kinds

    @property
    def seconds(self) -> float:
        """How long it plays: what the header says or the blocks show, whichever is longer."""
        last_s = max(self.times_s, default=0.0) + (self.frame_s or self._mean_step_s)
        return max(self.told_s, last_s)

    @property
    def _mean_step_s(self) -> float:
        if len(self.times_s) < 2:
            return 0.0
        return (max(self.times_s) - min(self.times_s)) / (len(self.times_s) - 1)

    @property
    def fps(self) -> float:
        """Frames per second; 0 for a single one."""
        step_s = self._mean_step_s or self.frame_s
        return 1 / step_s if step_s else 0.0


def read_webm(data: bytes) -> Webm | None:
    """The facts of a whole WebM file, or None if its elements do not add up."""
    told, scale_s, cluster = Webm(), 1e-3, 0
    for kind, body in _elements(data):
        if kind is None:
            return None
        if kind == _TIMESTAMP_SCALE:
            scale_s = _number(body) / 1e9
        elif kind == _CLUSTER_TIME:
            cluster = _number(body)
        elif kind in (_SIMPLE_BLOCK, _BLOCK) and len(body) >= 4:
            # a block begins with its track's number, one byte here, and its time in the cluster
            told.times_s.append((cluster + struct.unpack_from(">h", body, 1)[0]) * scale_s)
        elif kind == _DURATION:
            told.told_s = _real(body) * scale_s
        else:
            _note(told, kind, body)
    return told if told.kinds.count(_VIDEO_TRACK) == 1 and told.times_s else None


def _note(told: Webm, kind: int, body: bytes) -> None:
    if kind == _DOC_TYPE:
        told.doc_type = body.rstrip(b"\0").decode("ascii", "replace")
    elif kind == _CODEC:
        told.codecs.append(body.rstrip(b"\0").decode("ascii", "replace"))
    elif kind == _TRACK_TYPE:
        told.kinds.append(_number(body))
    elif kind == _WIDTH:
        told.width_px = _number(body)
    elif kind == _HEIGHT:
        told.height_px = _number(body)
    elif kind == _ALPHA_MODE:
        told.has_alpha = _number(body) == 1
    elif kind == _DEFAULT_DURATION:
        told.frame_s = _number(body) / 1e9


def _elements(data: bytes) -> Iterator[tuple[int | None, bytes]]:
    """Ids and bodies of all elements, parents opened up; an id of None where they break off."""
    place, seen = 0, 0
    while place < len(data):
        kind, after_kind = _variable(data, place, keep_mark=True)
        size, start = _variable(data, after_kind, keep_mark=False)
        seen += 1
        if start <= after_kind or seen > MOST_ELEMENTS:
            yield None, b""
            return
        if kind in _PARENTS:
            place = start  # what it holds follows; where it ends does not matter
            continue
        place = start + size
        if place > len(data):
            yield None, b""
            return
        yield kind, data[start:place]


def _variable(data: bytes, place: int, *, keep_mark: bool) -> tuple[int, int]:
    """A number of variable length and where it ends; its own place if there is none."""
    first = data[place] if place < len(data) else 0
    length = 9 - first.bit_length()
    if not first or place + length > len(data):
        return 0, place
    number = int.from_bytes(data[place : place + length], "big")
    return number if keep_mark else number & ((1 << 7 * length) - 1), place + length


def _number(body: bytes) -> int:
    return int.from_bytes(body[:8], "big")


def _real(body: bytes) -> float:
    formats = {4: ">f", 8: ">d"}
    return float(struct.unpack(formats[len(body)], body)[0]) if len(body) in formats else 0.0
