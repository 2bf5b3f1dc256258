"""Edit lists to cuts: EDL, FCP7 XML, FCPXML, AAF.

What belongs here: which files are let in, and what a cut is. What does not: reading with
OpenTimelineIO (`edit_reading`), the rate of EDLs (`edl_events`), where cuts lie in a movie
(`shots`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NoReturn
from xml.parsers import expat

from maquette.errors import InputError
from maquette.video.edit_reading import Piece, pieces_apart
from maquette.video.edl_events import checked_edl

MOST_BYTES = {"edl": 4 * 2**20, "xml": 64 * 2**20, "fcpxml": 64 * 2**20, "aaf": 128 * 2**20}
MOST_ELEMENTS = 1_000_000
MOST_DEPTH = 64
_CFB = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # compound files, which AAF is, begin so


@dataclass(frozen=True)
class Cut:
    """One piece of an edit, everything in frames at the movie's rate.

    Attributes:
        source_in: the first frame, in the source's own time code.
        source_out: the first frame behind it. A piece that is frozen or runs at another speed is
            said to be as long here as in the edit.
        record_in: where it begins in the edit, in the edit's time code.
        reel: the tape or file it was taken from, as the list says it.
        notes: dissolves, speed changes, layers that hide some of it.
    """

    name: str
    source_in: int
    source_out: int
    record_in: int
    reel: str = ""
    notes: tuple[str, ...] = ()

    @property
    def record_out(self) -> int:
        """The edit's first frame behind it."""
        return self.record_in + self.source_out - self.source_in


def read_edit(data: bytes, *, name: str, rate: Fraction) -> tuple[Cut, ...]:
    """The cuts of an edit list in the order in which they are seen.

    Titles above pictures are left out, upper layers hide lower ones, and what follows a dissolve
    without a cut belongs to it.

    Args:
        data: the whole file.
        name: its file name: the ending tells the format.
        rate: of the movie, frames a second; a list of another rate is refused.
    """
    suffix = name.rpartition(".")[2].lower()
    if suffix not in MOST_BYTES:
        raise InputError(
            "EDIT_TYPE",
            f"{name}: files ending in {suffix[:20]!r} are not edit lists",
            fix=f"use one of {', '.join(MOST_BYTES)}",
        )
    if len(data) > MOST_BYTES[suffix]:
        raise InputError(
            "EDIT_TOO_LARGE",
            f"{name} has {len(data):,} bytes, at most {MOST_BYTES[suffix]:,} are read",
        )
    safe = _GUARDS[suffix](data, name, rate)
    pieces = pieces_apart(safe, name=name, suffix=suffix, rate=rate)
    return tuple(
        Cut(p.name, p.source, p.source + p.frames, p.start, p.reel, p.notes)
        for p in _joined(pieces)
    )


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Pieces with the rest of a source that a dissolve began: an EDL makes two events of it."""
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        goes_on = (
            last is not None
            and last.fades_in == last.frames
            and (last.reel, last.end, last.source + last.frames)
            == (piece.reel, piece.start, piece.source)
        )
        if last is not None and goes_on:
            notes = tuple(dict.fromkeys((*last.notes, *piece.notes)))
            joined[-1] = replace(last, frames=last.frames + piece.frames, notes=notes)
        else:
            joined.append(piece)
    return joined


def _guard_edl(data: bytes, name: str, rate: Fraction) -> bytes:
    if b"\x00" in data:
        raise InputError("EDIT_DAMAGED", f"{name} is not text", fix="export it as a CMX 3600 list")
    # Old systems write clip names in the code page of their country; cuts do not depend on it.
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return checked_edl(text, name=name, rate=rate).encode()


def _guard_aaf(data: bytes, name: str, rate: Fraction) -> bytes:
    del rate  # an AAF says its own
    if not data.startswith(_CFB):
        raise InputError("EDIT_DAMAGED", f"{name} is not an AAF", fix="export the edit list again")
    return data


def _guard_xml(data: bytes, name: str, rate: Fraction) -> bytes:
    """The same bytes, once they are known to hold no entities and no unusual depth or number."""
    del rate  # the lists say their own
    parser = expat.ParserCreate()
    counts = _Counts(name)
    parser.StartElementHandler = counts.opened
    parser.EndElementHandler = counts.closed
    parser.StartDoctypeDeclHandler = counts.declared
    parser.EntityDeclHandler = counts.refuse_entity
    try:
        parser.Parse(data, True)
    except expat.ExpatError as trouble:
        raise InputError(
            "EDIT_DAMAGED", f"{name} is not XML: {trouble}", fix="export the edit list again"
        ) from trouble
    return data


class _Counts:
    """What an XML file holds, while it is looked through."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.depth = 0
        self.elements = 0

    def opened(self, tag: str, attributes: dict[str, str]) -> None:
        """One more element."""
        del tag, attributes
        self.depth += 1
        self.elements += 1
        if self.depth > MOST_DEPTH or self.elements > MOST_ELEMENTS:
            self._refuse(f"is deeper than {MOST_DEPTH} or larger than {MOST_ELEMENTS:,} elements")

    def closed(self, tag: str) -> None:
        """One element is complete."""
        del tag
        self.depth -= 1

    def declared(self, root: str, system: str | None, public: str | None, subset: int) -> None:
        """A DOCTYPE: the bare one that editors write, or one that brings something along."""
        del root
        if system or public or subset:
            self._refuse("has a DOCTYPE that points elsewhere or defines something")

    def refuse_entity(self, *declared: object) -> None:
        """An entity: no editing system writes one."""
        del declared
        self._refuse("defines an entity")

    def _refuse(self, why: str) -> NoReturn:
        raise InputError(
            "EDIT_UNSAFE", f"{self.name} {why}", fix="export the list from the editing system"
        )


_GUARDS: dict[str, Callable[[bytes, str, Fraction], bytes]] = {
    "edl": _guard_edl,
    "xml": _guard_xml,
    "fcpxml": _guard_xml,
    "aaf": _guard_aaf,
}
