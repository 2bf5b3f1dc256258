"""Spans: for how long one curve can follow a part before another has to take over.

What grows out of a smooth contour has no points to grow from, while what shrinks into one leaves
its points behind. So a curve begins on the frame that shows most and is followed both ways, until
it lies clearly worse than a fresh one would. What belongs here: where curves begin and end. What
does not: one step of following, or keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from maquette.splines.contours import Reals, signed_area
from maquette.splines.curves import Samples
from maquette.splines.fitting import fit_samples
from maquette.splines.following import carried, matched
from maquette.splines.refits import lies

SURE = 0.95  # an IoU at which nobody asks for a fresh curve
BRIEF = 4  # frames


@dataclass(frozen=True)
class Patience:
    """How much worse a followed curve may lie before another takes over, in IoU.

    Attributes:
        lost: than a fresh curve on the same frame.
        torn: what lies between the frames before and after, than its own curve: by that is seen
            that points jumped along their contour.
    """

    lost: float
    torn: float


FIRST = Patience(lost=0.06, torn=0.2)
LAST = Patience(lost=0.2, torn=0.4)  # where otherwise a curve would live for a moment only
Step = tuple[Reals, Samples]  # a curve on one frame, and the contour at its places on it


@dataclass(frozen=True)
class Span:
    """One curve on consecutive frames.

    Attributes:
        first: place of its first frame.
        curves: (T, P, 3, 2).
        samples: the contour of each frame at its places on the curve.
    """

    first: int
    curves: Reals
    samples: tuple[Samples, ...]

    @property
    def after(self) -> int:
        """The place after its last."""
        return self.first + len(self.curves)


def spans_of(contours: Sequence[Samples], *, points: int, begun: Reals | None = None) -> list[Span]:
    """A part's contours, all frames of it, as spans in order.

    Args:
        contours: of consecutive frames, their places not known yet.
        points: of each curve, or as many as the contour has room for.
        begun: a curve from before, which the first span goes on with as long as it can.
    """
    growing = _Growing(contours, points)
    found: list[Span] = []
    open_runs = [(0, len(contours))]
    if begun is not None:
        found.append(growing.grown(0, begun, (0, len(contours))))
        open_runs = [(found[0].after, len(contours))]
    while open_runs:
        first, after = open_runs.pop()
        if first >= after:
            continue
        seed = max(range(first, after), key=lambda place: growing.windings[place])
        span = growing.grown(seed, growing.fresh(seed), (first, after))
        found.append(span)
        open_runs += [(first, span.first), (span.after, after)]
    found.sort(key=lambda span: span.first)
    return growing.evened(growing.joined(found, going_on=begun is not None))


class _Growing:
    """Follows curves from where they begin, and remembers what fresh ones would reach."""

    def __init__(self, contours: Sequence[Samples], points: int) -> None:
        self.contours = contours
        self.points = points
        self.windings = [_windings(each) for each in contours]
        self.fresh_curves: dict[int, Reals] = {}

    def fresh(self, place: int) -> Reals:
        """The curve through one contour alone."""
        if place not in self.fresh_curves:
            self.fresh_curves[place] = fit_samples(self.contours[place], points=self.points)
        return self.fresh_curves[place]

    def grown(self, seed: int, curve: Reals, limits: tuple[int, int]) -> Span:
        """The longest span around a frame that a curve can follow."""
        first, after = limits
        own = matched(curve, self.contours[seed])
        begin = (curve, own)
        back = self._followed([begin], range(seed - 1, first - 1, -1), FIRST)
        forth = self._followed([*back[:1], begin], range(seed + 1, after), FIRST)
        return _span(seed - len(back), [*back[::-1], begin, *forth])

    def _followed(
        self, begun: Sequence[Step], places: Iterable[int], patience: Patience
    ) -> list[Step]:
        """The steps after those that there are, as far as they go well."""
        steps = list(begun)
        for place in places:
            curve, placed = carried(steps[-1][0], self.contours[place])
            reached = lies(curve, placed)
            if reached < SURE and reached < lies(self.fresh(place), placed) - patience.lost:
                break
            if len(steps) > 1 and _torn(steps[-2][0], steps[-1], curve) > patience.torn:
                break
            steps.append((curve, placed))
        return steps[len(begun) :]

    def joined(self, spans: Sequence[Span], *, going_on: bool) -> list[Span]:
        """Spans without those that live for a moment only, where a neighbour can do without.

        The first one stays where it goes on with a curve from before.
        """
        kept: list[Span] = list(spans)
        place = 1 if going_on else 0
        while place < len(kept):
            brief = kept[place]
            if len(kept) > 1 and len(brief.curves) < BRIEF:
                merged = self._taken_over(kept, place)
                if merged is not None:
                    low = max(place - 1, 0)
                    kept[low : low + 2] = [merged]
                    place = max(low, 1 if going_on else 0)
                    continue
            place += 1
        return kept

    def evened(self, spans: Sequence[Span]) -> list[Span]:
        """Spans with a frame passed on where two neighbours are odd: keys come on every other one.

        The frame goes to the side that the contour likes better.
        """
        kept = list(spans)
        for place in range(len(kept) - 1):
            one, other = kept[place], kept[place + 1]
            if len(one.curves) % 2 and len(other.curves) % 2:
                longer = self._passed_on(one, other)
                kept[place : place + 2] = longer
        return kept

    def _passed_on(self, one: Span, other: Span) -> tuple[Span, Span]:
        """One frame more for either, whichever follows it better."""
        forth = list(zip(one.curves, one.samples, strict=True))
        back = list(zip(other.curves, other.samples, strict=True))
        more = self._followed(forth, [other.first], LAST) if len(back) > 1 else []
        less = self._followed(back[::-1], [one.after - 1], LAST) if len(forth) > 1 else []
        if more and (not less or lies(*more[0]) >= lies(*less[0])):
            return _span(one.first, [*forth, *more]), _span(other.first + 1, back[1:])
        if less:
            return _span(one.first, forth[:-1]), _span(other.first - 1, [*less, *back])
        return one, other

    def _taken_over(self, spans: Sequence[Span], place: int) -> Span | None:
        """A brief span as part of the one before it, or of the one after it if it is the first."""
        brief = spans[place]
        if place:
            host = spans[place - 1]
            places = range(brief.first, brief.after)
            steps = list(zip(host.curves, host.samples, strict=True))
            more = self._followed(steps, places, LAST)
            steps += more
        else:
            host = spans[1]
            places = range(brief.after - 1, brief.first - 1, -1)
            steps = list(zip(host.curves, host.samples, strict=True))
            more = self._followed(steps[::-1], places, LAST)
            steps = [*more[::-1], *steps]
        if len(more) < len(brief.curves):
            return None
        return _span(min(host.first, brief.first), steps)


def _torn(before: Reals, here: Step, after: Reals) -> float:
    """How much worse than its own curve the middle of its neighbours lies."""
    middle = lies((before + after) / 2, here[1])
    return 0.0 if middle >= SURE else lies(*here) - middle


def _span(first: int, steps: Sequence[Step]) -> Span:
    return Span(first, np.array([curve for curve, _ in steps]), tuple(each for _, each in steps))


def _windings(samples: Samples) -> float:
    """How long a contour is for what it encloses."""
    length = samples.spacing_px * len(samples.points_xy)
    return length / float(np.sqrt(max(abs(signed_area(samples.points_xy)), 1.0)))
