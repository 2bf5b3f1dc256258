"""Following: a sheet that is deformed so that it covers a subject on every frame of a clip.

From the anchor outwards each frame begins where the one before is seen to go, and the sheet is
pulled to the frame's mask; then all frames are steadied together and laid against their masks
once more. What belongs here: that order of work. What does not: each of its steps, which are the
modules `sheet_*` beside this one, and anything of depth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from maquette.solids.inflation_sheets import Sheet
from maquette.solids.sheet_fitting import Course, Fitter, Ties
from maquette.solids.sheet_flow import carried
from maquette.solids.sheet_rims import Edge, Rim, edge_of
from maquette.solids.sheet_springs import Springs
from maquette.solids.sheet_times import filled_in, steadied
from maquette.solids.sheet_unfolding import unfolded
from maquette.types import Bools, Bytes

Wide = NDArray[np.float64]
Plane = NDArray[np.complex128]

LEAST_SHARE = 0.02  # of the anchor's mask: less says nothing of where the subject is
SEEN = 0.06  # how much a point holds where it is seen, against 1 for a point of the rim
WHOLE = 2.0  # the same while all move as one: the rim has a say where little is seen
STEADY = 0.02  # how much it holds where it would move most smoothly
EASED = 2  # rounds in which the sheet takes on what is seen to move
ALIGNED = Course(rounds=6, pull=(1.0, 1.0), facing=(0.12, 0.06), fullness=(0.1, 0.1), reach=0.04)
FOUND = Course(
    rounds=9,
    pull=(0.7, 2.0),
    facing=(0.12, 0.036),
    fullness=(0.5, 0.0),
    reach=0.04,
    fading=0.5,
)
LAID = Course(
    rounds=4,
    pull=(4.0, 20.0),
    facing=(0.06, 0.036),
    fullness=(0.1, 0.0),
    reach=0.03,
    own=1.0,
)


@dataclass(frozen=True)
class Seen:
    """One frame, at working size.

    Attributes:
        inside: (H, W); None where nothing is known of this frame.
        grey: (H, W), of which only the inside is looked at.
    """

    inside: Bools | None
    grey: Bytes

    @property
    def area_px2(self) -> int:
        """How much is inside."""
        return 0 if self.inside is None else int(self.inside.sum())


def follow_sheet(sheet: Sheet, frames: Sequence[Seen], *, anchor: int) -> Wide:
    """(T, N, 2) where each point of the sheet lies on each frame, in pixels.

    A pixel covers i .. i + 1, as in outlines. Frames without a mask, or with next to nothing in it,
    lie between their neighbours; at the ends they are held.

    Args:
        sheet: made of the mask of frame `anchor`.
        frames: all of one size.
        anchor: a frame that has a mask.
    """
    least_px2 = max(1.0, LEAST_SHARE * frames[anchor].area_px2)
    seen = {
        time: (frame.inside, frame.grey)
        for time, frame in enumerate(frames)
        if frame.inside is not None and frame.area_px2 >= least_px2
    }
    size_px = float(np.ptp(sheet.points, axis=0).max())
    edges = {time: edge_of(inside, size_px) for time, (inside, _) in seen.items()}
    springs = Springs(sheet)
    fitter = Fitter(springs, Rim(sheet, seen[anchor][0], size_px), size_px)
    times = sorted(seen)
    found = _found(fitter, seen, edges, anchor)
    held = times.index(anchor)
    runs = steadied(np.array([found[time] for time in times]), times, held=held)
    runs[held] = springs.rest
    for row, time in enumerate(times):
        if row != held:
            runs[row] = _laid(fitter, runs[row], edges[time])
    runs = filled_in(runs, times, len(frames))
    runs = np.array([unfolded(springs, points) for points in runs])
    return np.stack([runs.real, runs.imag], axis=2)


def _found(
    fitter: Fitter, seen: dict[int, tuple[Bools, Bytes]], edges: dict[int, Edge], anchor: int
) -> dict[int, Plane]:
    """The points on each frame that has a mask, each frame from its neighbour."""
    found = {anchor: fitter.springs.rest}
    times = sorted(seen)
    middle = times.index(anchor)
    for order in (times[middle:], times[middle::-1]):
        for before, time in pairwise(order):
            places, trust = carried(found[before], seen[before], seen[time])
            start = found[before] + (places - found[before]).mean()
            start = fitter.aligned(start, edges[time], Ties(places, WHOLE * trust), ALIGNED)
            ties = Ties(places, SEEN * trust)
            start = fitter.eased(start, ties, EASED)
            points = fitter.fitted(start, edges[time], ties, FOUND)
            found[time] = unfolded(fitter.springs, points)
    return found


def _laid(fitter: Fitter, points: Plane, edge: Edge) -> Plane:
    """Points laid against a mask that they nearly lie against."""
    ties = Ties(points, np.full(len(points), STEADY))
    return fitter.fitted(points, edge, ties, LAID)
