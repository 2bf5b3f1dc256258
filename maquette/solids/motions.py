"""Motions: how a sticker moves, as keys over one loop; solids and pictures play the same ones.

Easing is baked into the keys, because viewers agree on straight lines between keys and on little
else. Every loop begins at rest, so that a viewer that plays nothing shows the sticker as it is,
and no pose sinks into the table. What belongs here: the motions, and reading them between their
keys. What does not: how a format writes them, how a picture is bent by them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.errors import InputError
from maquette.types import Floats, Motion

STILL = "still"
KEYS_PER_S = 24  # whole frames of film, hence whole time codes in USD

BOB_S, SPIN_S, WIGGLE_S, POP_S = 1.5, 2.0, 1.5, 1.5
SPIN_LINGERS = 0.2  # slower face on than edge on; at 0.5 it would stop
WIGGLE_DEG = 9.0

# what is eased: (share of the loop, value)
BOB_RISES = ((0.0, 0.0), (0.13, 0.0), (0.5, 0.09), (0.87, 0.0), (1.0, 0.0))
BOB_STRETCHES = (
    *((0.0, 1.0), (0.12, 0.95), (0.29, 1.04), (0.5, 1.0)),
    *((0.71, 1.04), (0.88, 0.95), (1.0, 1.0)),
)
POP_GROWS = (
    *((0.0, 1.0), (0.16, 0.9), (0.36, 1.09), (0.52, 0.97)),
    *((0.66, 1.015), (0.78, 1.0), (1.0, 1.0)),
)

Wide = NDArray[np.float64]
Eased = tuple[tuple[float, float], ...]


def motion_of(name: str, *, shape_wh: tuple[float, float] = (1.0, 1.0)) -> Motion | None:
    """The motion of this name, or None for ``still``.

    Args:
        name: ``still``, ``bob``, ``spin``, ``wiggle`` or ``pop``.
        shape_wh: width and height of what moves, in any unit: it rocks on its own lower corners
            and squashes against its own base.

    Raises InputError MOTION_UNKNOWN.
    """
    if name == STILL:
        return None
    if name not in _MAKERS:
        raise InputError(
            "MOTION_UNKNOWN",
            f"motion {name!r} is unknown",
            fix=f"use one of {', '.join((STILL, *_MAKERS))}",
        )
    longer = max(shape_wh)
    return _MAKERS[name](shape_wh[0] / longer, shape_wh[1] / longer)


def sampled(motion: Motion, times_s: NDArray[Any]) -> Motion:
    """The motion's poses at any times, counted on through as many loops as it takes."""
    keys = motion.times_s.astype(np.float64)
    within_s = np.mod(times_s, keys[-1])
    row = np.clip(np.searchsorted(keys, within_s, side="right") - 1, 0, len(keys) - 2)
    share = ((within_s - keys[row]) / (keys[row + 1] - keys[row]))[:, None]

    def between(values: Floats) -> Wide:
        wide = values.astype(np.float64)
        return wide[row] * (1 - share) + wide[row + 1] * share

    turns = between(motion.turns_xyzw)
    turns /= np.linalg.norm(turns, axis=1, keepdims=True)
    poses = (between(motion.offsets), turns, between(motion.sizes))
    return Motion(*(values.astype(np.float32) for values in (times_s, *poses)))


def matrices(motion: Motion) -> Wide:
    """(K, 3, 3) what turns and stretches a point around the middle, one matrix per key."""
    x, y, z, w = motion.turns_xyzw.astype(np.float64).T
    turns = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    return turns.transpose(2, 0, 1) * motion.sizes[:, None, :].astype(np.float64)


def middle_and_side(points: Floats) -> tuple[Wide, float]:
    """What a motion is relative to: the middle of the points' box, and its longest side."""
    low, high = points.min(axis=0).astype(np.float64), points.max(axis=0).astype(np.float64)
    return (low + high) / 2, float((high - low).max())


def reach(points: Floats, motion: Motion) -> Wide:
    """(2, 3) the lowest and highest coordinates that the points' box ever gets to."""
    middle, side = middle_and_side(points)
    ends = np.stack([points.min(axis=0), points.max(axis=0)]) - middle
    corners = np.array(list(itertools.product(*ends.T)))  # (8, 3)
    places = np.einsum("kij,cj->kci", matrices(motion), corners)
    places += middle + motion.offsets[:, None, :].astype(np.float64) * side
    return np.stack([places.min(axis=(0, 1)), places.max(axis=(0, 1))])


def _bob(wide: float, high: float) -> Motion:
    """Ducks, stretches upwards, hangs for a moment, comes down and gives a little."""
    del wide
    phase = _phases(BOB_S)
    tall = _eased(phase, BOB_STRETCHES)
    broad = 1 / np.sqrt(tall)  # what it loses in height it gains around
    rise = _eased(phase, BOB_RISES) + _footing(tall, high)
    return _keyed(BOB_S, rise=rise, sizes=np.column_stack([broad, tall, broad]))


def _spin(wide: float, high: float) -> Motion:
    """Once around the upright through its middle, lingering face on."""
    del wide, high
    phase = _phases(SPIN_S)
    angle = 2 * np.pi * phase - SPIN_LINGERS * np.sin(4 * np.pi * phase)
    return _keyed(SPIN_S, turns=_about(1, angle))


def _wiggle(wide: float, high: float) -> Motion:
    """Rocks twice from one lower corner to the other, gently in and gently out."""
    phase = _phases(WIGGLE_S)
    angle = np.deg2rad(WIGGLE_DEG) * np.sin(4 * np.pi * phase) * np.sin(np.pi * phase)
    # about the middle of the base, lifted by what the lower corner would sink
    aside = -np.sin(angle) * high / 2
    rise = (np.cos(angle) - 1) * high / 2 + np.abs(np.sin(angle)) * wide / 2
    return _keyed(WIGGLE_S, aside=aside, rise=rise, turns=_about(2, angle))


def _pop(wide: float, high: float) -> Motion:
    """Draws in its breath, bursts out a little too far and settles."""
    del wide
    size = _eased(_phases(POP_S), POP_GROWS)
    return _keyed(POP_S, rise=_footing(size, high), sizes=np.column_stack([size, size, size]))


def _phases(loop_s: float) -> Wide:
    """Shares of the loop, 0 to 1, one per key."""
    return np.linspace(0, 1, round(loop_s * KEYS_PER_S) + 1)


def _eased(phase: Wide, poses: Eased) -> Wide:
    """Values that leave each pose slowly and arrive slowly at the next."""
    at, values = np.array(poses).T
    row = np.clip(np.searchsorted(at, phase, side="right") - 1, 0, len(at) - 2)
    share = (phase - at[row]) / (at[row + 1] - at[row])
    return values[row] + (values[row + 1] - values[row]) * share * share * (3 - 2 * share)


def _footing(tall: Wide, high: float) -> Wide:
    """How far the middle must rise for the base to stay where it is."""
    return (tall - 1) * high / 2


def _about(axis: int, angle: Wide) -> Wide:
    """(K, 4) turns about x, y or z; after a full one the same pose is written -1.

    So the signs run on, and no viewer turns back.
    """
    turns = np.zeros((len(angle), 4))
    turns[:, axis], turns[:, 3] = np.sin(angle / 2), np.cos(angle / 2)
    return turns


def _keyed(
    loop_s: float,
    *,
    aside: Wide | None = None,
    rise: Wide | None = None,
    turns: Wide | None = None,
    sizes: Wide | None = None,
) -> Motion:
    """Keys from what moves; the rest stays at rest."""
    phase = _phases(loop_s)
    none = np.zeros_like(phase)
    offsets = np.column_stack([none if move is None else move for move in (aside, rise, None)])
    turns = _about(0, none) if turns is None else turns
    sizes = np.ones((len(phase), 3)) if sizes is None else sizes
    keys = (phase * loop_s, offsets, turns, sizes)
    # rounding keeps sin(pi) from being 1e-16
    return Motion(*((np.round(key, 9) + 0.0).astype(np.float32) for key in keys))


_MAKERS: dict[str, Callable[[float, float], Motion]] = {
    "bob": _bob,
    "spin": _spin,
    "wiggle": _wiggle,
    "pop": _pop,
}

# of something as wide as it is high
MOTIONS: dict[str, Motion] = {name: make(1.0, 1.0) for name, make in _MAKERS.items()}
