"""Seconds to write a shot's shapes in every format, and to read them again, with their sizes.

``python -m bench.exports`` prints one JSON line per figure: 100 plates of HD, 5 objects of 24
points, turning and changing their form, a part of them keyed on every plate. What belongs here:
writing and reading. What does not: fitting (`bench.shapes`).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from bench.figures import Figure, median, shown, spread_of, stopwatch
from maquette.checks.shapes import read_shapes
from maquette.formats.shape_files import SHAPE_FILES
from maquette.splines.model import Moves, Shape, ShotShapes

SIZE_WH = (1920, 1080)
PLATES, OBJECTS, POINTS = 100, 5, 24
MOST_S = 1.0  # the bound, all formats together
ROUNDS = 5
FIRST = 1001


def drawn(number: int, *, gap: int) -> Shape:
    """A wobbling ring of points that turns, with a key every so many plates."""
    dice = np.random.default_rng(number)
    keys = tuple(range(FIRST, FIRST + PLATES, gap))
    angle = np.linspace(0, 2 * np.pi, POINTS, endpoint=False)
    radius_px = 200 + dice.normal(0, 12, (len(keys), POINTS))
    middle = np.array([300 + 300 * number, 540])
    points = middle + radius_px[..., None] * np.stack([np.cos(angle), np.sin(angle)], -1)
    along = np.stack([-np.sin(angle), np.cos(angle)], -1) * 200 * 2 * np.pi / POINTS / 3
    after = np.broadcast_to(along, points.shape)
    ends = (FIRST, FIRST + PLATES - 1)
    moves = Moves(ends, np.zeros((2, 2), np.float32), np.array([0, 0.5], np.float32),
                  np.array([1, 1.1], np.float32), (float(middle[0]), 540.0))  # fmt: skip
    columns = (column.astype(np.float32) for column in (points, -after, after))
    feather = np.full(points.shape[:2], 1.5, np.float32)
    return Shape(f"part {number}", f"object {number}", keys, *columns, feather, moves=moves,
                 seen=((FIRST + 5, FIRST + 60), (FIRST + 70, FIRST + 99)))  # fmt: skip


def shot(*, gap: int) -> ShotShapes:
    """Five objects over a hundred plates."""
    shapes = tuple(drawn(number, gap=gap) for number in range(OBJECTS))
    return ShotShapes("shot", SIZE_WH, Fraction(24), (FIRST, FIRST + PLATES - 1), shapes)


def measure(shapes: ShotShapes, label: str) -> Iterator[Figure]:
    """All formats one after another, several times; then each by itself, and its reader."""
    whole: list[float] = []
    alone: dict[str, list[float]] = {kind: [] for kind in SHAPE_FILES}
    for _ in range(ROUNDS):
        for kind, file in SHAPE_FILES.items():
            with stopwatch() as held:
                file.write(shapes)
            alone[kind] += held
        whole.append(sum(taken[-1] for taken in alone.values()))
    yield Figure(f"exports.{label}.all", median(whole), "s", MOST_S, note=spread_of(whole))
    for kind, file in SHAPE_FILES.items():
        data = file.write(shapes)
        with stopwatch() as held:
            read_shapes(data, f"shot.{file.ending}")
        note = f"{len(data):,} bytes, read again in {held[0]:.2f} s"
        yield shown(f"exports.{label}.{kind}", median(alone[kind]), "s", note=note)


def main() -> int:
    """Print every figure; 1 if a bound is broken."""
    kept = True
    for label, gap in (("every_plate_keyed", 1), ("every_tenth_plate_keyed", 10)):
        for figure in measure(shot(gap=gap), label):
            print(figure.line, flush=True)
            kept &= figure.ok is not False
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
