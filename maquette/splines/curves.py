"""Curves: one closed cubic spline, and where the samples of a contour lie on it.

A curve is an array (P, 3, 2): where it passes, the tangent towards the point before and the one
towards the next, both relative. What belongs here: where a curve passes, samples and their
places. What does not: pulling a curve to samples (`pulls`), or where its points go (`fitting`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.splines.contours import Reals, evenly, length_px, normals

SPACING_PX = 1.5  # between samples of a contour
SAMPLES_MOST = 400
SAMPLES_PER_POINT = 6
NEARBY = 0.02  # of a segment: over this the way along a curve is told
STRIDE = 0.4  # of a segment: a place goes no farther at once
GAP = 0.34  # of a segment: where samples lie farther apart, the curve between them is unmet
LOOKOUTS = 4  # places of a segment at which that is looked for


@dataclass(frozen=True)
class Samples:
    """Even samples of one contour; `places` say where on the curve each belongs.

    A place is the number of a point plus how far it is to the next: 2.5 is halfway from the
    third point to the fourth.
    """

    points_xy: Reals  # (N, 2)
    normals: Reals  # (N, 2)
    spacing_px: float
    places: Reals  # (N,)


@dataclass(frozen=True)
class Sheaf:
    """The samples of several frames side by side, so that all are reckoned with at once.

    What a frame has fewer than the longest is made up with its last one, which weighs nothing.
    """

    points_xy: Reals  # (T, N, 2)
    normals: Reals  # (T, N, 2)
    weights_px: Reals  # (T, N): how much of its contour each sample stands for
    places: Reals  # (T, N)

    def nearer(self, curves: Reals) -> Sheaf:
        """The samples at the places nearest to them on each frame's curve, (T, P, 3, 2)."""
        return replace(self, places=nearest(self.points_xy, self.places, curves))

    def unmet(self, curves: Reals) -> Sheaf:
        """Samples of each frame's curve (T, P, 3, 2) where it runs past its contour unmet.

        A loop of a curve that no sample lies against would go unseen. It belongs to where the
        contour is between the samples before and after it.
        """
        frames, count = self.places.shape
        points = curves.shape[1]
        even = (np.arange(LOOKOUTS * points) + 0.5) / LOOKOUTS
        first = self.places[:, :1]
        own, sought = self.places - first, (even - first) % points
        apart = 2 * points * np.arange(frames)[:, None]  # so that all frames are searched at once
        after = np.searchsorted((own + apart).ravel(), (sought + apart).ravel(), side="right")
        high = after.reshape(frames, -1) - count * np.arange(frames)[:, None]
        low = np.maximum(high - 1, 0)
        before = np.take_along_axis(own, low, axis=1)
        after = np.take_along_axis(own, high % count, axis=1) + points * (high == count)
        gap = after - before
        share = ((sought - before) / np.maximum(gap, 1e-9))[..., None]
        rows = np.arange(frames)[:, None]
        meant = self.points_xy[rows, low] * (1 - share) + self.points_xy[rows, high % count] * share
        places = np.tile(even, (frames, 1))
        weights = (gap > GAP) * _speeds(curves, places) / LOOKOUTS
        return Sheaf(meant, np.zeros_like(meant), weights, places)

    def at_frames(self, frames: NDArray[np.int64]) -> Sheaf:
        """Some of the frames."""
        return Sheaf(
            *(each[frames] for each in (self.points_xy, self.normals, self.weights_px, self.places))
        )

    def singly(self, frames: Sequence[Samples]) -> tuple[Samples, ...]:
        """The samples that it was made of, at the places where they are now."""
        return tuple(
            replace(each, places=places[: len(each.places)])
            for each, places in zip(frames, self.places, strict=True)
        )


def sheaf_of(frames: Sequence[Samples]) -> Sheaf:
    """Samples of some frames as one block."""
    counts = np.array([len(each.places) for each in frames])
    most = int(counts.max())
    kept = np.minimum(np.arange(most), counts[:, None] - 1)
    rows = list(zip(frames, kept, strict=True))
    spacings = np.array([each.spacing_px for each in frames])
    return Sheaf(
        np.array([each.points_xy[row] for each, row in rows]),
        np.array([each.normals[row] for each, row in rows]),
        spacings[:, None] * (np.arange(most) < counts[:, None]),
        np.array([each.places[row] for each, row in rows]),
    )


def samples_of(points_xy: NDArray[Any], *, points: int) -> Samples:
    """A contour's samples, dense enough for as many points; places are still along its length."""
    length = length_px(points_xy)
    wanted = max(length / SPACING_PX, SAMPLES_PER_POINT * points)
    count = int(min(wanted, max(SAMPLES_MOST, SAMPLES_PER_POINT * points)))
    even = evenly(points_xy, count)
    places = np.arange(count) * points / count
    return Samples(even, normals(even), max(length / count, 1e-6), places)


def at(curve: Reals, places: Reals) -> Reals:
    """Where a curve passes, (N, 2); for a block of curves (T, P, 3, 2) their places are (T, N)."""
    return _along(_powers(curve), places)


def line_of(curve: Reals, *, steps: int = 12) -> Reals:
    """A curve as a closed line of straight pieces."""
    u = np.arange(steps)[:, None] / steps
    found = _valued(_powers(curve)[..., None, :], u)
    return found.reshape(*curve.shape[:-3], -1, 2)


def basis(places: Reals) -> Reals:
    """The shares of a segment's point, both its tangents and the next point, (..., 4)."""
    u = places - np.floor(places)
    v = 1 - u
    second, third = 3 * v * v * u, 3 * v * u * u
    return np.stack([v * v * v + second, second, third, third + u * u * u], axis=-1)


def basis_rows(places: Reals, points: int) -> Reals:
    """The share of each of the 3 P numbers in each place, (N, 3P)."""
    here = np.floor(places).astype(np.int64) % points
    following = (here + 1) % points
    which = np.stack([3 * here, 3 * here + 2, 3 * following + 1, 3 * following], axis=1)
    rows = np.zeros((len(places), 3 * points))
    np.put_along_axis(rows, which, basis(places), axis=1)
    return rows


def nearer(samples: Samples, curve: Reals) -> Samples:
    """The samples at the places nearest to them on a curve, their order kept."""
    return replace(samples, places=nearest(samples.points_xy, samples.places, curve))


def nearest(points_xy: Reals, places: Reals, curves: Reals) -> Reals:
    """One step of places towards the nearest on a curve each, or on a block of curves."""
    powers = _powers(curves)
    here = _along(powers, places)
    along = (_along(powers, places + NEARBY) - _along(powers, places - NEARBY)) / (2 * NEARBY)
    miss = ((points_xy - here) * along).sum(axis=-1)
    moved = places + np.clip(miss / ((along**2).sum(axis=-1) + 1e-9), -STRIDE, STRIDE)
    # the order is kept from both ends, so that a fold is shared by both its sides
    forth = np.maximum.accumulate(moved, axis=-1)
    back = np.minimum.accumulate(moved[..., ::-1], axis=-1)[..., ::-1]
    around = moved.min(axis=-1, keepdims=True) + curves.shape[-3] - 1e-6
    return np.minimum((forth + back) / 2, around)


def _speeds(curves: Reals, places: Reals) -> Reals:
    """How long a segment is where a place is."""
    way = at(curves, places + NEARBY) - at(curves, places - NEARBY)
    return np.sqrt((way**2).sum(axis=-1)) / (2 * NEARBY)


def _powers(curve: Reals) -> Reals:
    """Each segment as a polynomial of how far along it is, (..., P, 8): x, y per power from 0."""
    point, leaving = curve[..., 0, :], curve[..., 2, :]
    following = np.roll(curve, -1, axis=-3)
    way, arriving = following[..., 0, :] - point, following[..., 1, :]
    line = 3 * leaving
    square = 3 * (way + arriving - 2 * leaving)
    return np.concatenate([point, line, square, way - line - square], axis=-1)


def _along(powers: Reals, places: Reals) -> Reals:
    points = powers.shape[-2]
    whole = np.floor(places)
    rows = whole.astype(np.int64) % points
    if rows.ndim > 1:
        rows += points * np.arange(len(rows))[:, None]
    return _valued(powers.reshape(-1, 8)[rows], (places - whole)[..., None])


def _valued(powers: Reals, u: Reals) -> Reals:
    found = powers[..., 6:] * u
    for power in (4, 2):
        found += powers[..., power : power + 2]
        found *= u
    found += powers[..., :2]
    return found
