"""What a file of roto shapes says, in the words of no application: outlines at any frame.

Pixels, y down, the first pixel's corner at (0, 0), frames are plate numbers. What belongs here:
the values that all readers give, and reading them between keys. What does not: any format.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
Mode = Literal["add", "subtract"]


class Unreadable(Exception):  # noqa: N818 - told as a finding or an error by who asked
    """A file does not say what its kind must say."""


@dataclass(frozen=True)
class Line:
    """A closed spline at one frame: absolute points, relative tangents."""

    name: str
    object: str
    mode: Mode
    is_seen: bool
    points_xy: Reals  # (P, 2)
    in_xy: Reals  # (P, 2)
    out_xy: Reals  # (P, 2)
    feather_px: Reals  # (P,)


@dataclass(frozen=True)
class Spline:
    """One shape of a file: straight in time between keys, still outside of them.

    Attributes:
        values: x, y, the tangent before, the tangent after, feather.
        seen: (frame, whether it is there) in order; empty means always. Of files that hold
            visibility as a number between keys, whole frames are told.
    """

    name: str
    object: str
    mode: Mode
    keys: tuple[float, ...]
    values: Reals  # (K, P, 7)
    seen: tuple[tuple[float, bool], ...] = ()

    def at(self, frame: float) -> Line:
        """The spline at a frame, or between two."""
        place = float(np.interp(frame, self.keys, range(len(self.keys))))
        low = int(place)
        high = min(low + 1, len(self.keys) - 1)
        now: Reals = self.values[low] * (1 - place + low) + self.values[high] * (place - low)
        there = self._is_seen(frame)
        parts = now[:, :2], now[:, 2:4], now[:, 4:6], now[:, 6]
        return Line(self.name, self.object, self.mode, there, *parts)

    def _is_seen(self, frame: float) -> bool:
        if not self.seen:
            return True
        step = bisect_right([key for key, _ in self.seen], frame)
        return self.seen[max(step - 1, 0)][1]


@dataclass(frozen=True)
class Splines:
    """All shapes of a file, the lowest first, and what it says of the plates.

    Attributes:
        rate: None where the format cannot say it, as with `frames`.
    """

    size_wh: tuple[int, int]
    splines: tuple[Spline, ...]
    rate: Fraction | None = None
    frames: tuple[int, int] | None = None
    pixel_aspect: Fraction = Fraction(1)

    def at(self, frame: float) -> list[Line]:
        """Every shape at a frame, hidden ones too."""
        return [spline.at(frame) for spline in self.splines]


def spline(
    names: tuple[str, str],
    mode: str,
    keys: Iterable[tuple[float, Any]],
    *,
    seen: Iterable[tuple[float, Any]] = (),
) -> Spline:
    """A shape from what a file holds.

    Args:
        names: its own and its object's.
        mode: as the file says it, in any case.
        keys: (frame, (P, 6 or 7) numbers), in any order.
        seen: (frame, opacity or whether it is there).
    """
    ordered = sorted(keys, key=lambda key: key[0])
    if not ordered:
        raise Unreadable(f"{names[0]} has no key")
    values = np.array([key[1] for key in ordered], np.float64)
    if values.ndim != 3 or values.shape[2] not in (6, 7) or not np.isfinite(values).all():
        raise Unreadable(f"{names[0]}: its keys do not have the same points")
    if values.shape[2] == 6:
        values = np.pad(values, ((0, 0), (0, 0), (0, 1)))
    told = mode.lower()
    if told not in ("add", "subtract"):
        raise Unreadable(f"{names[0]}: mode {mode!r}")
    steps = tuple(sorted((float(frame), bool(value)) for frame, value in seen))
    kind: Mode = "subtract" if told == "subtract" else "add"
    frames = tuple(float(frame) for frame, _ in ordered)
    return Spline(*names, kind, frames, values, steps)


def flipped(values: Any, height: float) -> Reals:
    """(..., 6 or 7) numbers of an application whose y points up, as ours."""
    found = np.array(values, np.float64)
    found[..., (1, 3, 5)] *= -1
    found[..., 1] += height
    return found


def relative(points: Any) -> Reals:
    """(..., P, 3, 2) of handle, point, handle, all absolute, as (..., P, 6) numbers."""
    found = np.asarray(points, np.float64)
    before, at, after = found[..., 0, :], found[..., 1, :], found[..., 2, :]
    return np.concatenate([at, before - at, after - at], axis=-1)


def with_feather(values: Reals, away: Any) -> Reals:
    """(..., 6) numbers and how far each feather point lies off, (..., 2), as (..., 7)."""
    return np.concatenate([values, np.linalg.norm(away, axis=-1)[..., None]], axis=-1)


def rate_of(frames_a_second: float) -> Fraction:
    """A rate that was written as a decimal number: whole, or a whole one by 1.001."""
    whole = Fraction(round(frames_a_second))
    if abs(float(whole) - frames_a_second) < 1e-3:
        return whole
    pulled = Fraction(round(frames_a_second * 1.001) * 1000, 1001)
    if abs(float(pulled) - frames_a_second) < 1e-3:
        return pulled
    return Fraction(frames_a_second).limit_denominator(1001)


def numbers(text: str, count: int) -> Sequence[float]:
    """So many numbers, apart by commas or blanks."""
    found = [float(one) for one in text.replace(",", " ").split()]
    if len(found) != count:
        raise Unreadable(f"{text[:40]!r} should be {count} numbers")
    return found
