"""Runs of plates as stages are handed them: blobs of the store, opened when they are asked for.

A movie is one blob and many plates; a sequence is one blob per plate. What belongs here: making
the two alike for stages. What does not: decoding (`footage`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from maquette.types import Picture, Plate, Source
from maquette.video.footage import MOST_HELD_BYTES, open_footage
from maquette.video.views import view

if TYPE_CHECKING:
    from types import TracebackType

    from maquette.video.footage import Footage

STILLS_HELD = 4  # of a sequence: trackers and smoothing look at neighbours


@dataclass(frozen=True)
class Told:
    """What every row of a shot tells of its footage.

    Attributes:
        movie: all plates are in one file.
        colour: what the numbers mean; see `Plate`.
    """

    movie: bool
    colour: str


class PlateRun(Sequence[Plate]):
    """The plates of a run, each decoded when it is indexed; for one thread, in a ``with`` block.

    Args:
        sources: one per plate.
        indices: the place of each plate in its footage, from 0.
        footage: the shot's own words on its footage, as `Told` has them.
    """

    def __init__(
        self, sources: Sequence[Source], indices: Sequence[int], footage: dict[str, Any]
    ) -> None:
        self._sources = sources
        self._indices = indices
        self._told = Told(bool(footage["movie"]), str(footage["colour"]))
        self._open = ExitStack()
        self._movie: Footage | None = None
        self._held: OrderedDict[int, Plate] = OrderedDict()

    def __enter__(self) -> PlateRun:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def __len__(self) -> int:
        return len(self._sources)

    def __getitem__(self, n: Any) -> Any:
        if isinstance(n, slice):
            return [self[k] for k in range(*n.indices(len(self)))]
        n = range(len(self))[n]
        return self._frame(n) if self._told.movie else self._still(n)

    def _frame(self, n: int) -> Plate:
        if self._movie is None:
            path = self._open.enter_context(self._sources[n].opened())
            self._movie = self._open.enter_context(open_footage([path], colour=self._told.colour))
        return self._movie[self._indices[n]]

    def _still(self, n: int) -> Plate:
        if n in self._held:
            self._held.move_to_end(n)
            return self._held[n]
        with (
            self._sources[n].opened() as path,
            open_footage([path], colour=self._told.colour) as still,
        ):
            plate = still[0]
        self._held[n] = plate
        room = max(1, min(STILLS_HELD, MOST_HELD_BYTES // plate.pixels.nbytes))
        while len(self._held) > room:
            self._held.popitem(last=False)
        return plate


class Views(Sequence[Picture]):
    """The same plates as a network sees them: 8 bits, ready to be shown."""

    def __init__(self, plates: Sequence[Plate]) -> None:
        self._plates = plates

    def __len__(self) -> int:
        return len(self._plates)

    def __getitem__(self, n: Any) -> Any:
        if isinstance(n, slice):
            return [self[k] for k in range(*n.indices(len(self)))]
        return view(self._plates[n])
