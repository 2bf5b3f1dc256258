"""A shot's mattes to its shapes: the one door of this package.

Mattes come one by one and are let go at once; what is kept is their contours. What belongs here:
the order of the work and its report. What does not: any of the work itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from maquette.errors import InputError
from maquette.splines.chatter import chatter_px, steadied
from maquette.splines.contours import Contour, Reals, contours_of, evenly, signed_area
from maquette.splines.curves import Samples, at
from maquette.splines.fitting import LEAST_POINTS
from maquette.splines.keys import fewest, keyed
from maquette.splines.model import Moves, Shape, outline_at
from maquette.splines.motions import STILL, bends, joined, moves_of, pose_at, poses_of
from maquette.splines.parts import Part, Parts
from maquette.splines.rasters import cover_of, cover_of_lines, iou
from maquette.splines.refits import Run
from maquette.splines.spans import Span, spans_of
from maquette.types import Floats

STRETCH = 120  # frames that are keyed at once: bounds the memory of a long shot
KEPT_POINTS = 1024  # of each contour, for the report
BRIEF = 3  # frames: what lives shorter and is small is noise
SMALL = 0.03  # of the object's area
COLOURS = ("#ff8800", "#2aa7ff", "#58c322", "#e0418b", "#a070ff", "#e5c100", "#14b8a6", "#ff5a4f")


@dataclass(frozen=True)
class Wanted:
    """What an artist asks of the shapes.

    Attributes:
        points: alive at once in one object, holes included.
        least_iou: what each frame must keep of its mask, where its own curve can.
        keyed_most: share of a shape's frames that may be keys.
    """

    points: int = 32
    least_iou: float = 0.95
    keyed_most: float = 0.5

    def __post_init__(self) -> None:
        if self.points < LEAST_POINTS:
            raise InputError(
                "SHAPES_WANTED",
                f"{self.points} points make no closed shape",
                fix=f"ask for {LEAST_POINTS} points or more",
            )
        if not (0 < self.least_iou < 1 and 0 < self.keyed_most <= 1):
            raise InputError(
                "SHAPES_WANTED",
                f"IoU {self.least_iou} or share of keys {self.keyed_most} is out of range",
                fix="both are shares: above 0, the IoU below 1",
            )


@dataclass(frozen=True)
class FrameReport:
    """How one frame came out.

    Attributes:
        iou: shapes against the matte; 1 where both are empty.
        shapes: how many are seen.
        points: how many they have together.
    """

    frame: int
    iou: float
    shapes: int
    points: int


@dataclass(frozen=True)
class ShapeReport:
    """How one shape came out.

    Attributes:
        iou: mean over its frames, against the contour it follows.
        chatter_px: mean second difference of its points from frame to frame.
    """

    name: str
    iou: float
    keys: int
    points: int
    chatter_px: float


@dataclass(frozen=True)
class Fitted:
    """The shapes of one object and how well they hold."""

    shapes: tuple[Shape, ...]
    frames: tuple[FrameReport, ...]
    reports: tuple[ShapeReport, ...]

    def worth_a_look(self, least_iou: float) -> tuple[int, ...]:
        """The plate numbers of frames on which the shapes keep less of the matte than that."""
        return tuple(report.frame for report in self.frames if report.iou < least_iou)


def fit_shot(
    mattes: Iterable[Floats], wanted: Wanted | None = None, *, name: str, first_frame: int
) -> Fitted:
    """One object's mattes, frame by frame, to its shapes.

    Args:
        mattes: (H, W) in 0..1 each, all of one size; empty ones are frames without the object.
        wanted: how few points and how close.
        name: the object's.
        first_frame: plate number of the first matte.
    """
    fitter = _Object(wanted or Wanted(), name)
    kept: list[tuple[Contour, ...]] = []
    shape: tuple[int, ...] | None = None
    for place, matte in enumerate(mattes):
        shape = shape or matte.shape
        if matte.shape != shape:
            raise InputError("ARRAY_SHAPE", f"matte {place} is {matte.shape}, the first {shape}")
        found = contours_of(matte)
        kept.append(tuple(_thinned(contour) for contour in found))
        fitter.see(first_frame + place, found)
    shapes, reports = fitter.finished()
    frames = tuple(_report(shapes, first_frame + i, found) for i, found in enumerate(kept))
    return Fitted(shapes, frames, reports)


@dataclass
class _Drawn:
    """A shape in the making: what is keyed of it so far."""

    first_frame: int
    last_frame: int
    is_hole: bool
    share: float
    reference: Reals  # the line that its motion is told against
    curve: Reals  # on its last frame, as it was followed
    keys: list[int] = field(default_factory=list)
    curves: list[Reals] = field(default_factory=list)
    confidence: list[float] = field(default_factory=list)
    moves: list[Moves] = field(default_factory=list)
    moved_only: bool = False
    stands: bool = False  # its points take all of its motion
    ious: list[float] = field(default_factory=list)


class _Object:
    """One object's shapes while its frames come in."""

    def __init__(self, wanted: Wanted, name: str) -> None:
        self.wanted = wanted
        self.name = name
        self.parts = Parts(wanted.points)
        self.drawn: list[_Drawn] = []
        self.going_on: dict[int, _Drawn] = {}  # by number of part

    def see(self, frame: int, contours: Sequence[Contour]) -> None:
        """Take in another frame; what has ended, or has come far, is keyed."""
        for part in self.parts.see(frame, contours):
            self._close(part)
        for part in self.parts.live:
            if len(part.samples) >= STRETCH:
                self._draw(part)
                part.first_frame += len(part.samples) - 1
                part.samples = part.samples[-1:]

    def finished(self) -> tuple[tuple[Shape, ...], tuple[ShapeReport, ...]]:
        """Every shape, outlines below holes, those that began first below."""
        for part in self.parts.live:
            self._close(part)
        self.drawn.sort(key=lambda each: (each.is_hole, each.first_frame, -each.share))
        shapes = tuple(self._shape(each, place) for place, each in enumerate(self.drawn))
        return shapes, tuple(map(_shape_report, shapes, self.drawn))

    def _close(self, part: Part) -> None:
        going_on = self.going_on.pop(part.number, None)
        brief = len(part.samples) < BRIEF and part.share < SMALL and going_on is None
        if brief or (going_on and len(part.samples) < 2):
            return
        if going_on:
            self.going_on[part.number] = going_on
        self._draw(part)
        self.going_on.pop(part.number, None)

    def _draw(self, part: Part) -> None:
        """Key a stretch of a part; its last span goes on in the next stretch."""
        going_on = self.going_on.get(part.number)
        begun = going_on.curve if going_on else None
        for place, span in enumerate(spans_of(part.samples, points=part.points, begun=begun)):
            first = part.first_frame + span.first
            drawn = going_on if going_on and place == 0 else self._begun(part, span, first)
            self._key(drawn, span, first)
            self.going_on[part.number] = drawn

    def _begun(self, part: Part, span: Span, first: int) -> _Drawn:
        reference = _even_line(span.curves[0])
        drawn = _Drawn(first, first, part.is_hole, part.share, reference, span.curves[-1])
        self.drawn.append(drawn)
        return drawn

    def _key(self, drawn: _Drawn, span: Span, first: int) -> None:
        """Key a span; where it goes on with a shape, the frame they share is keyed already."""
        moves = self._moves(drawn, span, first)
        found = keyed(
            _stilled(span, moves, first, held=drawn.curves[-1] if drawn.curves else None),
            least_iou=self.wanted.least_iou,
            keyed_most=self.wanted.keyed_most,
        )
        skip = 1 if drawn.keys else 0
        drawn.keys += [first + key for key in found.keys[skip:]]
        drawn.curves += list(found.curves[skip:])
        drawn.confidence += [found.ious[key] for key in found.keys[skip:]]
        drawn.ious += found.ious[skip:]
        drawn.moves.append(moves)
        drawn.curve = span.curves[-1]
        drawn.last_frame = first + len(span.curves) - 1

    def _moves(self, drawn: _Drawn, span: Span, first: int) -> Moves:
        """The motion of the whole, where a track of its own saves keys.

        Most applications hold only the keys of points, so a track's own keys are counted, too.
        """
        lines = [_even_line(curve) for curve in span.curves]
        still = moves_of([STILL] * len(lines), first, reference=drawn.reference, moved_only=True)
        begun = bool(drawn.moves)
        if drawn.stands:
            return still
        if not begun:
            drawn.moved_only = bends(drawn.reference, lines)
        poses = poses_of(drawn.reference, lines, moved_only=drawn.moved_only)
        moves = moves_of(poses, first, reference=drawn.reference, moved_only=drawn.moved_only)
        if not begun and not drawn.moved_only:
            tracked, plain = (
                fewest(_stilled(span, each, first, held=None), self.wanted.least_iou)
                for each in (moves, still)
            )
            own = {frame - first for frame in moves.frames}
            drawn.stands = len(plain) <= len(own.union(tracked))
        return still if drawn.stands else moves

    def _shape(self, drawn: _Drawn, place: int) -> Shape:
        curves = np.array(drawn.curves, np.float32)
        return Shape(
            name=self.name if place == 0 else f"{self.name} {place + 1}",
            object=self.name,
            keys=tuple(drawn.keys),
            points_xy=curves[:, :, 0].copy(),
            in_xy=curves[:, :, 1].copy(),
            out_xy=curves[:, :, 2].copy(),
            feather_px=np.zeros(curves.shape[:2], np.float32),
            colour=COLOURS[place % len(COLOURS)],
            mode="subtract" if drawn.is_hole else "add",
            moves=joined(drawn.moves),
            seen=((drawn.first_frame, drawn.last_frame),),
            confidence=tuple(drawn.confidence),
        )


def _even_line(curve: Reals) -> Reals:
    return at(curve, np.arange(0, len(curve), 0.25))


def _shape_report(shape: Shape, drawn: _Drawn) -> ShapeReport:
    frames = range(drawn.first_frame, drawn.last_frame + 1)
    points = np.array([outline_at(shape, frame).points_xy for frame in frames], np.float64)
    return ShapeReport(
        name=shape.name,
        iou=float(np.mean(drawn.ious)),
        keys=len(shape.keys),
        points=shape.points_xy.shape[1],
        chatter_px=chatter_px(points),
    )


def _thinned(contour: Contour) -> Contour:
    """A contour light enough to be kept for the report of a long shot."""
    if len(contour.points_xy) <= KEPT_POINTS:
        return contour
    return replace(contour, points_xy=evenly(contour.points_xy, KEPT_POINTS).astype(np.float32))


def _stilled(span: Span, moves: Moves, first: int, *, held: Reals | None) -> Run:
    """What was followed, with the motion of the whole taken out and its trembling damped."""
    backs = [pose_at(moves, first + place).undone() for place in range(len(span.curves))]
    curves = np.array([b.moved_curve(c) for b, c in zip(backs, span.curves, strict=True)])
    samples = tuple(
        Samples(
            back.moved(each.points_xy),
            _turned(each.normals, back.matrix),
            each.spacing_px * float(np.sqrt(abs(np.linalg.det(back.matrix)))),
            each.places,
        )
        for back, each in zip(backs, span.samples, strict=True)
    )
    areas = tuple(abs(signed_area(each.points_xy)) for each in samples)
    curves, samples = steadied(curves, samples)
    return Run(curves, samples, areas, held)


def _turned(normals: Reals, matrix: Reals) -> Reals:
    turned = normals @ matrix
    return turned / np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-9)


def _report(shapes: Sequence[Shape], frame: int, contours: Sequence[Contour]) -> FrameReport:
    seen = [shape for shape in shapes if shape.is_seen(frame)]
    points = sum(shape.points_xy.shape[1] for shape in seen)
    if not seen or not contours:
        return FrameReport(frame, 1.0 if not seen and not contours else 0.0, len(seen), points)
    low, high = contours[0].points_xy.min(axis=0), contours[0].points_xy.max(axis=0)
    for contour in contours:
        low = np.minimum(low, contour.points_xy.min(axis=0))
        high = np.maximum(high, contour.points_xy.max(axis=0))
    margin = 16 + (high - low) // 4
    corner = (int(low[0] - margin[0]), int(low[1] - margin[1]))
    size_wh = (int(high[0] + margin[0]) - corner[0] + 1, int(high[1] + margin[1]) - corner[1] + 1)
    drawn = cover_of(seen, frame, size_wh=size_wh, corner_xy=corner)
    meant = cover_of_lines([each.points_xy for each in contours], size_wh, corner_xy=corner)
    return FrameReport(frame, iou(drawn, meant), len(seen), points)
