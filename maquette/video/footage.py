"""Footage: a movie or a sequence of frame files, asked for plates by number.

The one door for moving pictures from outside. Plates are decoded when they are asked for; a few
are kept, so that neighbours are cheap in both directions, and the clip is never in memory whole.
What belongs here: which plates are held. What does not: decoding (movies, stills), file names
(sequences), what one upload may ask of the machine (limits).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Protocol

from maquette.errors import InputError
from maquette.types import Plate
from maquette.video.facts import COLOURS, Facts
from maquette.video.kinds import MOVIES, kind_of
from maquette.video.limits import FASTEST, SLOWEST, refuse_length
from maquette.video.movies import MovieReel
from maquette.video.stills import StillReel
from maquette.video.timecode import frame_of

# Sixteen 4K plates of 8 bits are 400 MB; deeper or larger ones are fewer.
MOST_PLATES = 16
MOST_HELD_BYTES = 512 * 2**20
# Kept when a run backwards fetches its next stretch: whoever compares neighbours still needs them.
NEIGHBOURS = 4


class Reel(Protocol):
    """What a kind of footage must be able to do; frames are numbered from 0."""

    facts: Facts

    def start_of(self, n: int) -> int:
        """The frame from which decoding must begin to reach frame n."""
        ...

    def plates(self, first: int, last: int) -> Iterator[tuple[int, Plate]]:
        """Frames first to last, both included, in order."""
        ...

    def close(self) -> None:
        """Let go of the files."""
        ...


def open_footage(
    paths: Sequence[Path], *, colour: str = "", rate: Fraction | None = None
) -> Footage:
    """Footage ready to be indexed; the caller closes it, or uses it in a ``with`` block.

    Only the first file of a sequence is looked at here; every other one is compared with it when
    it is read. `probe` looks at all of them.

    Args:
        paths: one movie, or the frame files in order.
        colour: what the numbers mean, where the user knows better than the file.
        rate: frames per second, where the user knows better; a sequence that tells none gets 24.
    """
    return Footage(_reel(paths, colour=colour, rate=rate))


def probe(paths: Sequence[Path], *, colour: str = "", rate: Fraction | None = None) -> Facts:
    """What is known of footage; of a movie one frame is decoded, of a sequence every header read.

    Raises:
        InputError: as `open_footage`, and for any frame file that differs from the first.
    """
    reel = _reel(paths, colour=colour, rate=rate)
    try:
        if isinstance(reel, StillReel):
            reel.compare_all()
        return reel.facts
    finally:
        reel.close()


class Footage:
    """An open movie or sequence: ``footage[n]`` is plate n, in any order, counted from 0.

    The arrays of its plates are read-only, since they are shared. Not for several threads at
    once: each opens its own.

    Attributes:
        facts: what the file says of itself, and the user of it.
    """

    def __init__(self, reel: Reel) -> None:
        self.facts = reel.facts
        self._reel = reel
        self._held: OrderedDict[int, Plate] = OrderedDict()
        self._last_asked = -1

    def __enter__(self) -> Footage:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        trouble: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return self.facts.frames

    def __getitem__(self, n: int) -> Plate:
        if not 0 <= n < len(self):
            raise IndexError(f"frame {n} of footage with {len(self)} frames")
        if n not in self._held:
            for index, plate in self._reel.plates(self._stretch_to(n), n):
                self._hold(index, plate)
        self._held.move_to_end(n)
        self._last_asked = n
        return self._held[n]

    @property
    def held(self) -> int:
        """How many decoded plates are in memory."""
        return len(self._held)

    def close(self) -> None:
        """Let go of the files and of all plates."""
        self._held.clear()
        self._reel.close()

    def _stretch_to(self, n: int) -> int:
        """The first frame to decode in order to have n: going back, a stretch before it as well.

        Each step back would otherwise decode from the key frame again.
        """
        room = self._room()
        if not self._last_asked - room <= n < self._last_asked:
            return n
        return max(self._reel.start_of(n), n - max(1, room - NEIGHBOURS) + 1)

    def _hold(self, n: int, plate: Plate) -> None:
        plate.pixels.setflags(write=False)
        self._held[n] = plate
        while len(self._held) > self._room():
            self._held.popitem(last=False)

    def _room(self) -> int:
        """How many plates of this size may be held."""
        if not self._held:
            return MOST_PLATES
        largest = max(plate.pixels.nbytes for plate in self._held.values())
        return max(1, min(MOST_PLATES, MOST_HELD_BYTES // largest))


def _reel(paths: Sequence[Path], *, colour: str, rate: Fraction | None) -> MovieReel | StillReel:
    """The files opened as what they are, with the user's word on top."""
    _refuse_wishes(colour=colour, rate=rate)
    if not paths:
        raise InputError("FRAMES_NONE", "there are no files", fix="upload the footage first")
    kind = kind_of(paths[0])
    if kind in MOVIES and len(paths) > 1:
        raise InputError(
            "FRAMES_MIXED",
            f"{len(paths)} files, the first of which is a movie",
            fix="upload one movie, or the frames of one sequence",
        )
    refuse_length(len(paths), seconds=0, where="the sequence")
    reel = MovieReel(paths[0], kind=kind) if kind in MOVIES else StillReel(paths, kind=kind)
    facts = reel.facts
    facts = replace(facts, colour=colour or facts.colour, rate=rate or facts.rate)
    reel.facts = _with_sound_timecode(facts)
    return reel


def _with_sound_timecode(facts: Facts) -> Facts:
    """A time code that cannot be at this rate is left out: it is only a remark of the file."""
    if not facts.timecode:
        return facts
    try:
        frame_of(facts.timecode, rate=facts.rate)
    except InputError as wrong:
        return replace(facts, timecode="", notes=(*facts.notes, f"left out: {wrong.reason}"))
    return facts


def _refuse_wishes(*, colour: str, rate: Fraction | None) -> None:
    if colour and colour not in COLOURS:
        raise InputError(
            "FOOTAGE_COLOUR", f"{colour[:40]!r} is no colour", fix=f"write {', '.join(COLOURS)}"
        )
    if rate is not None and not SLOWEST <= rate <= FASTEST:
        raise InputError("FRAME_RATE", f"{rate} frames a second", fix="write 24 or 24000/1001")
