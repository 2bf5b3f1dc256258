"""Turns: how far a subject turns away from the camera, told by the pattern on it, and its lean.

When a thing turns about the vertical, what lies near to the camera moves sideways against its
outline, all the more the thicker it is there; when it bends or is squashed in the picture's plane
it does not. So on each frame the anchor's pattern is looked for at several such slips. What
belongs here: the angle, and how deep the middle of a leaning subject lies. What does not:
thickness (`animation_thickness`). A thing that nods or tumbles stays upright: that is seldom.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.solids.animation_smoothing import calmed
from maquette.solids.animation_thickness import stretch_of
from maquette.solids.inflation_lights import between
from maquette.solids.inflation_sheets import Sheet
from maquette.solids.inflation_swelling import stiffness
from maquette.solids.sheet_following import Seen
from maquette.types import Bools, Floats

# of the long side: a pattern is what is coarser than the first and finer than the second; light
# and shade, which stay where they are while a thing turns, are coarser
FINE_SHARE, COARSE_SHARE = 0.006, 0.06
STEP, FARTHEST = 0.05, 0.2  # sines that are tried, and how far they go from one frame to the next
BETTER = (0.0, 0.04)  # than no turn at all: a likeness that makes it sure
LIKE = (0.05, 0.25)  # below the first the pattern is lost, from the second on it is there
MORE = 1.5  # than the pattern tells, where the outline is as much narrower: springs hold it back
MOST_SINE = 0.7  # 45 degrees: farther round, another side is seen than the mesh has
TURN_FRAMES = 2.0  # sigma of smoothing in time

Wide = NDArray[np.float64]


def leans_of(
    sheet: Sheet, points: Wide, deep: Wide, *, frames: Sequence[Seen], anchor: int
) -> Wide:
    """(T,) how much nearer to the viewer the subject's middle plane comes per step to the right.

    Args:
        sheet: as it is on the anchor frame.
        points: (T, N, 2) where its points are on each frame.
        deep: (N,) how thick it is on the anchor frame.
        frames: the clip, in the sheet's pixels.
        anchor: the frame on which it is taken to face the viewer.
    """
    front = _Front.of(sheet, deep, frames[anchor])
    sines = np.zeros(len(frames))
    for way in (range(anchor + 1, len(frames)), range(anchor - 1, -1, -1)):
        slip = 0.0
        for n in way:
            slip, sure = front.slip(points[n], frames[n], near=slip)
            sines[n] = slip * sure
    across = np.array([stretch_of(sheet, pose)[0, 0] for pose in points])
    narrowed = np.sqrt(np.clip(1 - across**2, 0, 1))
    size = np.clip(narrowed, np.abs(sines), MORE * np.abs(sines))
    sines = calmed(np.sign(sines) * np.minimum(size, MOST_SINE), frames=TURN_FRAMES)
    sines = np.clip(sines, -MOST_SINE, MOST_SINE)
    # what faces us and goes to the right turns the right end away
    return -sines / np.sqrt(1 - sines**2)


def leaning(points: Wide, lean: float) -> Wide:
    """(N,) how near the middle plane is at points of one frame, 0 in their middle."""
    middle = (points[:, 0].min() + points[:, 0].max()) / 2
    return lean * (points[:, 0] - middle)


@dataclass(frozen=True)
class _Front:
    """The anchor's pattern at the inner points of its sheet.

    Attributes:
        sheet: where they are there.
        deep: (M,) how far before the rim they lie.
        pattern: (M,) what is seen there.
        weights: (M,) the material behind each.
        stiff: the matrix that joins the sheet's points.
        solver: of its inner part.
    """

    sheet: Sheet
    deep: Wide
    pattern: Wide
    weights: Wide
    stiff: Any
    solver: Any

    @classmethod
    def of(cls, sheet: Sheet, deep: Wide, seen: Seen) -> _Front:
        """What the anchor frame shows."""
        from scipy.sparse.linalg import splu

        rim = sheet.rim_count
        stiff, areas = stiffness(sheet.faces, sheet.points[sheet.faces], len(sheet.points))
        stiff = stiff.tocsc()
        solver = splu(stiff[rim:, rim:], permc_spec="MMD_AT_PLUS_A")
        pattern = between(_pattern(seen, _long_px(sheet)), sheet.points[rim:])
        weights = (areas * deep)[rim:]
        return cls(sheet, deep[rim:], pattern, weights, stiff, solver)

    def slip(self, pose: Wide, seen: Seen, *, near: float) -> tuple[float, float]:
        """The slip per depth at which a frame looks most like the anchor, and how sure that is.

        The last one, and not sure at all, where the frame shows nothing.
        """
        if seen.inside is None:
            return near, 0.0
        pattern = _pattern(seen, _long_px(self.sheet))
        at = self._carried_by_rim(pose)
        steps = round(near / STEP) + np.arange(-round(FARTHEST / STEP), round(FARTHEST / STEP) + 1)
        likes = [self._like(pattern, seen.inside, at, slip=k * STEP) for k in steps]
        best = int(np.argmax(likes))
        still = self._like(pattern, seen.inside, at, slip=0.0)
        sure = _share(likes[best] - still, BETTER) * _share(likes[best], LIKE)
        return float(steps[best]) * STEP, sure

    def _carried_by_rim(self, pose: Wide) -> Wide:
        """(M, 2) where the inner points would be if the rim alone carried them."""
        rim = self.sheet.rim_count
        moved = pose - self.sheet.points
        return self.sheet.points[rim:] - self.solver.solve(self.stiff[rim:, :rim] @ moved[:rim])

    def _like(self, pattern: Floats, inside: Bools, at: Wide, *, slip: float) -> float:
        """How the patterns agree where both can be seen, -1 .. 1."""
        at = at + np.column_stack([slip * self.deep, np.zeros(len(at))])
        weights = self.weights * (between(inside.astype(np.float32), at) > 0.5)
        one, other = self.pattern, between(pattern, at)
        total = max(float(weights.sum()), 1e-12)
        one = one - float(weights @ one) / total
        other = other - float(weights @ other) / total
        spread = float(weights @ one**2) * float(weights @ other**2)
        return float(weights @ (one * other)) / max(np.sqrt(spread), 1e-9)


def _pattern(seen: Seen, long_px: float) -> Floats:
    """(H, W) the grey without its coarse and its finest parts, of the subject alone."""
    import cv2

    assert seen.inside is not None
    inside = seen.inside.astype(np.float32)
    grey = seen.grey * inside

    def blurred(share: float) -> Floats:
        sigma = max(share * long_px, 0.3)
        spread = cv2.GaussianBlur(inside, (0, 0), sigma)
        softened = np.asarray(cv2.GaussianBlur(grey, (0, 0), sigma))
        return (softened / np.maximum(spread, 1e-3)).astype(np.float32)

    return blurred(FINE_SHARE) - blurred(COARSE_SHARE)


def _long_px(sheet: Sheet) -> float:
    return float(np.ptp(sheet.points, axis=0).max())


def _share(value: float, ends: tuple[float, float]) -> float:
    return float(np.clip((value - ends[0]) / (ends[1] - ends[0]), 0, 1))
