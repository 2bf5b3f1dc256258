"""Hard cuts of a movie, found by looking at it.

Two frames are as different as their colours (a histogram, which motion leaves alone) and their
layout (brightness, which light leaves alone). A cut is where the three frames before are all
different from the three after, so that a flash or a damaged frame is none, and much more different
than frames around it are from their neighbours, so that a fast pan is none. Dissolves and fades
are not looked for: there is no frame at which they cut. What does not belong here: decoding.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from maquette.types import Bytes, Floats

# Measured on ten clips of 40 frames with hand-held cameras, pans and fast sports: 0.49 is the most
# that anything but a cut gave (a fast pan), 0.89 the least between two different clips, 0.23 the
# least between two moments of one clip that are a second apart.
SURE = 0.75
LEAST = 0.2
TIMES_THE_USUAL = 2.2
SIDE = 3  # frames looked at before and after: a flash lasts one or two
AROUND = 6  # frames on either side whose changes are the usual
_SMALL_WH = (64, 36)
_BINS = (12, 4, 6)  # of hue, saturation, value
_FLAT = 4.0  # levels of contrast below which a frame has no layout: black, white, fog


@dataclass(frozen=True)
class _Look:
    """What is kept of a frame."""

    colours: Floats  # (288,), sums to 1
    layout: Floats  # (36, 64), mean 0, deviation 1


def find_scenes(frames: Iterable[Bytes]) -> tuple[range, ...]:
    """The runs of frames between hard cuts, in order, without gaps; none for no frames.

    A run is at least three frames long, but for a movie's first and last; of cuts that are nearer
    to each other the clearest counts.

    Args:
        frames: of one movie in order, each (H, W, 3) uint8 RGB as it is shown; 64 pixels of width
            are enough, whatever the shape. They are looked at once and not kept.
    """
    changes: list[float] = []
    lasting: list[float] = []
    for change, least in _changes(frames):
        changes.append(change)
        lasting.append(least)
    if not changes:
        return ()
    usual = _usual(changes)
    starts = [0]
    for at in range(1, len(changes)):
        is_cut = lasting[at] >= SURE or (
            lasting[at] >= LEAST and lasting[at] >= TIMES_THE_USUAL * usual[at]
        )
        if is_cut and (at - starts[-1] >= SIDE or starts[-1] == 0):
            starts.append(at)
        elif is_cut and lasting[at] > lasting[starts[-1]]:
            starts[-1] = at  # the frame before was the last of a pan, or damaged
    return tuple(map(range, starts, [*starts[1:], len(changes)]))


def _changes(frames: Iterable[Bytes]) -> Iterator[tuple[float, float]]:
    """Per frame: how much changed since the last one, and how much of it lasts."""
    held: deque[_Look] = deque(maxlen=2 * SIDE)
    ahead = 0  # how many held frames lie behind the one that is judged next, itself counted
    for frame in frames:
        held.append(_look(frame))
        ahead += 1
        if ahead == SIDE:
            yield _change(list(held), ahead)
            ahead -= 1
    while ahead:
        yield _change(list(held), ahead)
        ahead -= 1


def _change(held: list[_Look], ahead: int) -> tuple[float, float]:
    before, after = held[: len(held) - ahead][-SIDE:], held[len(held) - ahead :]
    if not before:
        return 0.0, 0.0
    least = min(_difference(one, other) for one in before for other in after)
    return _difference(before[-1], after[0]), least


def _look(frame: Bytes) -> _Look:
    import cv2

    small = cv2.resize(frame, _SMALL_WH, interpolation=cv2.INTER_AREA)
    hsv = cv2.cvtColor(small, cv2.COLOR_RGB2HSV)
    counts = cv2.calcHist([hsv], [0, 1, 2], None, list(_BINS), [0, 180, 0, 256, 0, 256]).ravel()
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    centred = grey - grey.mean()
    return _Look(counts / counts.sum(), centred / max(float(centred.std()), _FLAT))


def _difference(one: _Look, other: _Look) -> float:
    """0 for the same picture to 1.5 for nothing in common."""
    shared = float(np.minimum(one.colours, other.colours).sum())
    alike = float((one.layout * other.layout).mean())
    return (1 - shared) + 0.5 * min(max(1 - alike, 0.0), 1.0)


def _usual(changes: list[float]) -> list[float]:
    """Per frame: the median change of the frames around it, itself left out."""
    usual: list[float] = []
    for at in range(len(changes)):
        first = max(1, at - AROUND)  # the first frame of all has changed from nothing
        around = [*changes[first:at], *changes[at + 1 : at + AROUND + 1]]
        usual.append(float(np.median(around)) if around else 0.0)
    return usual
