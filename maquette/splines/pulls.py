"""Pulls: how samples pull at a curve, and the curves that they pull to.

Every sample touches one segment only: the point it comes from, that point's tangent, the tangent
into the next point, and that point. So a pull is kept segment by segment, and what a system looks
like is never written out: it is a ring of segments. What belongs here: least squares of curves.
What does not: where points go, or which frames are kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maquette.splines.contours import Reals
from maquette.splines.curves import Sheaf, at, basis

SLIDE = 0.06  # how much a sample holds along the contour, against 1 across it
FAR_PX = 2.0  # from here on a sample counts by its distance, no more by the square of it
UNMET = 0.1  # how much a loop of a curve counts that lies against nothing
HANDLES = 4e-3  # pull of the tangents towards a third of the chord
UPPER = np.triu_indices(4)
PAIRS = np.zeros((4, 4), np.int64)
PAIRS[UPPER] = PAIRS.T[UPPER] = np.arange(10)
# Where the form of a segment's eight numbers, (4, xy, 4, xy), is found in the 30 different sums.
SPREAD = (3 * PAIRS[:, None, :, None] + np.array([[0, 1], [1, 2]])[None, :, None, :]).ravel()
THIRDS = np.array([[1 / 3, 1, 0, -1 / 3], [-1 / 3, 0, 1, 1 / 3]])
EASE = np.kron(THIRDS.T @ THIRDS, np.eye(2))  # the tangents' distances from a third of the chord
SHARED = np.array([0.5, 0.5, 1, 1, 1, 1, 0.5, 0.5])  # points belong to two segments each
ENDS = [0, 1, 6, 7]
SMALL = 64  # numbers that are sought at once rather than block by block


@dataclass(frozen=True)
class Pull:
    """How the samples of each frame pull: a quadratic form over the eight numbers of a segment."""

    forms: Reals  # (T, P, 8, 8)
    vectors: Reals  # (T, P, 8)

    @property
    def strength(self) -> Reals:
        """The mean pull at one number, (T,)."""
        count, points = self.vectors.shape[:2]
        return np.einsum("tpaa->t", self.forms).reshape(count) / (6 * points)

    def __add__(self, other: Pull) -> Pull:
        return Pull(self.forms + other.forms, self.vectors + other.vectors)

    def held(self, curves: Reals, holds: Reals) -> Pull:
        """The same, held at a curve per frame as firmly as is said per frame."""
        firm = holds[:, None, None] * SHARED
        forms = self.forms.copy()
        np.einsum("tpaa->tpa", forms)[...] += firm
        return Pull(forms, self.vectors + firm * by_segments(curves))


def pull_of(
    sheaf: Sheaf, points: int, *, slide: float = SLIDE, counts: Reals | None = None
) -> Pull:
    """The least squares of samples at their places: firm across the contour, loose along it.

    Args:
        sheaf: samples at their places.
        points: of the curve.
        slide: how much a sample holds along the contour, against 1 across it.
        counts: how much each sample counts, (T, N); all alike if it is not said.
    """
    frames = len(sheaf.places)
    weights = sheaf.weights_px if counts is None else sheaf.weights_px * counts
    segment = np.floor(sheaf.places).astype(np.int64) % points
    order = np.argsort(segment, axis=1, kind="stable")
    shares = basis(np.take_along_axis(sheaf.places, order, axis=1).ravel()).T  # (4, T * N)
    turns = np.arange(frames)[:, None]
    segment = np.take_along_axis(segment, order, axis=1) + points * turns
    rows = (order + order.shape[1] * turns).ravel()
    x, y = sheaf.normals.reshape(-1, 2)[rows].T
    hold = np.stack([(1 - slide) * x * x + slide, (1 - slide) * x * y, (1 - slide) * y * y + slide])
    hold *= weights.ravel()[rows]
    x, y = sheaf.points_xy.reshape(-1, 2)[rows].T
    pulled = np.stack([hold[0] * x + hold[1] * y, hold[1] * x + hold[2] * y])
    terms = np.empty((38, len(rows)))
    pairs = shares[UPPER[0]] * shares[UPPER[1]]
    np.multiply(pairs[:, None], hold, out=terms[:30].reshape(10, 3, -1))
    np.multiply(shares[:, None], pulled, out=terms[30:].reshape(4, 2, -1))
    sums = _summed(terms, segment.ravel(), frames * points)
    forms = sums[SPREAD].T.reshape(frames, points, 8, 8)
    ease = HANDLES * weights.sum(axis=1) / points
    forms += ease[:, None, None, None] * EASE
    return Pull(forms, sums[30:].T.reshape(frames, points, 8))


def loops_of(sheaf: Sheaf, curves: Reals) -> Pull:
    """How contours pull at loops of the curves (T, P, 3, 2) that no sample lies against."""
    unmet = sheaf.unmet(curves)
    apart = np.linalg.norm(unmet.points_xy - at(curves, unmet.places), axis=-1)
    return pull_of(unmet, curves.shape[1], slide=1.0, counts=UNMET * counts_of(apart))


def counts_of(away_px: Reals) -> Reals:
    """How much samples count that lie so far away: a limb out of reach must not bend the others."""
    return FAR_PX / np.maximum(away_px, FAR_PX)


def solved(pull: Pull, *, towards: Reals | None = None, firm: float = 0.0) -> Reals:
    """The curves that samples pull to frame by frame, (T, P, 3, 2), held softly at others."""
    holds = pull.strength * max(firm, 1e-9)
    count, points = pull.vectors.shape[:2]
    still = np.zeros((count, points, 3, 2)) if towards is None else towards
    held = pull.held(still, holds)
    return ring_solved(held.forms[..., None, :, None], held.vectors[..., None])[:, 0]


def by_segments(curves: Reals) -> Reals:
    """Curves (..., P, 3, 2) as the eight numbers of each segment, (..., P, 8)."""
    following = np.roll(curves, -1, axis=-3)
    parts = (curves[..., 0, :], curves[..., 2, :], following[..., 1, :], following[..., 0, :])
    return np.concatenate(parts, axis=-1)


def ring_solved(forms: Reals, vectors: Reals) -> Reals:
    """Curves (B, K, P, 3, 2) at which quadratic forms over their segments are least.

    Tangents touch their own segment only and go first; what is left is a ring of points.

    Args:
        forms: (B, P, 8, K, 8, K), for K curves that are sought together.
        vectors: (B, P, 8, K).
    """
    batch, points, _, keys = vectors.shape
    half = 2 * keys

    def block(rows: list[int], columns: list[int]) -> Reals:
        return forms[:, :, rows][:, :, :, :, columns].reshape(batch, points, 2 * half, 2 * half)

    inner = [2, 3, 4, 5]
    cross = block(inner, ENDS)
    right = vectors[:, :, inner].reshape(batch, points, 2 * half, 1)
    gain = np.linalg.solve(block(inner, inner), np.concatenate([cross, right], axis=3))
    back = np.swapaxes(cross, 2, 3) @ gain
    left = block(ENDS, ENDS) - back[..., :-1]
    rest = vectors[:, :, ENDS].reshape(batch, points, 2 * half) - back[..., -1]
    ends = _around(
        left[:, :, :half, :half] + np.roll(left[:, :, half:, half:], 1, axis=1),
        left[:, :, :half, half:],
        rest[:, :, :half] + np.roll(rest[:, :, half:], 1, axis=1),
    )
    both = np.concatenate([ends, np.roll(ends, -1, axis=1)], axis=2)
    tangents = gain[..., -1] - (gain[..., :-1] @ both[..., None])[..., 0]
    arriving = np.roll(tangents[:, :, half:], 1, axis=1)
    found = np.stack([ends, arriving, tangents[:, :, :half]], axis=2)
    return found.reshape(batch, points, 3, 2, keys).transpose(0, 4, 1, 2, 3)


def _around(own: Reals, onward: Reals, right: Reals) -> Reals:
    """A ring of blocks solved: every other one is expressed by its neighbours and left out.

    Args:
        own: (B, P, n, n), each with itself.
        onward: (B, P, n, n), each with the next; the last one's is the first.
        right: (B, P, n).
    """
    count = own.shape[1]
    if count == 1 or count * own.shape[2] <= SMALL:
        return _at_once(own, onward, right)
    gone = slice(1, count // 2 * 2, 2)
    before, after = onward[:, : count // 2 * 2 : 2], onward[:, gone]
    known = [np.swapaxes(before, 2, 3), after, right[:, gone, :, None]]
    gain = np.linalg.solve(own[:, gone], np.concatenate(known, axis=3))
    size = own.shape[2]
    own, right = own[:, ::2].copy(), right[:, ::2].copy()
    halves = count // 2
    following = np.arange(1, halves + 1) % own.shape[1]
    back = before @ gain
    forth = np.swapaxes(after, 2, 3) @ gain[..., size:]
    own[:, :halves] -= back[..., :size]
    right[:, :halves] -= back[..., -1]
    own[:, following] -= forth[..., :size]
    right[:, following] -= forth[..., -1]
    bridged = np.concatenate([-back[..., size:-1], onward[:, halves * 2 :]], axis=1)
    kept = _around(own, bridged, right)
    around = np.concatenate([kept[:, :halves], kept[:, following]], axis=2)[..., None]
    found = np.empty((len(own), count, size))
    found[:, ::2] = kept
    found[:, gone] = gain[..., -1] - (gain[..., :-1] @ around)[..., 0]
    return found


def _at_once(own: Reals, onward: Reals, right: Reals) -> Reals:
    """A ring of blocks solved as one system: for a small one that is less work."""
    batch, count, size = right.shape
    whole = np.zeros((batch, count, size, count, size))
    by_blocks = whole.transpose(1, 3, 0, 2, 4)
    here = np.arange(count)
    following = (here + 1) % count
    by_blocks[here, here] = own.swapaxes(0, 1)
    by_blocks[here, following] += onward.swapaxes(0, 1)
    by_blocks[following, here] += onward.transpose(1, 0, 3, 2)
    flat = whole.reshape(batch, count * size, count * size)
    found = np.linalg.solve(flat, right.reshape(batch, -1, 1))
    return np.asarray(found, np.float64).reshape(right.shape)


def _summed(terms: Reals, segment: NDArray[np.int64], count: int) -> Reals:
    """Columns added up by segment, (..., count); faster than adding at places one by one."""
    firsts = np.searchsorted(segment, np.arange(count))
    found = np.zeros((len(terms), count))
    filled = np.flatnonzero(np.diff(np.append(firsts, len(segment))))
    found[:, filled] = np.add.reduceat(terms, firsts[filled], axis=1)
    return found
