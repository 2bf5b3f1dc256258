"""Shapes: a person's head as one field.

What belongs here: skull, hair, ears and relief in space. What does not: where they come from in
a portrait (`outlines`, `hair`, `relief`).

Skull and hair are cushions: around a middle each direction of the front plane has a reach, and
seen from there towards front or back they are ovals of a common depth. The jaw lies before the
middle, the nape with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from maquette.solids.bodies.fields import Field, Vector, blended, capsule, ellipsoid
from maquette.solids.heads.ends import SPARED, Ends, thin_ends
from maquette.solids.heads.hair import Hair
from maquette.solids.heads.outlines import Skull, read
from maquette.solids.heads.planes import Plane
from maquette.solids.heads.strands import strands
from maquette.types import Bools, Floats

CALM = np.float32(0.72)  # fields are this much flatter than distances, so that steps stay safe
FRONT, BACK = 0.41, 0.43  # depths of a skull, of its height
ROUND = 2.25  # exponent of the ovals: 2 is round, more is boxier
JAW_FORWARD = 0.10  # of the skull's height, at the chin
HAIR_BEHIND = 0.045  # of the skull's height, over the back of the skull
HAIR_EDGE, NAPE_EDGE = 0.03, 0.11  # how round the edges of hair are
STRAND = 0.006  # of the skull's height: how far strands stand out
NAPE_BOW = 0.06  # of the skull's height: how much higher the nape is behind the ears
BARE_BEHIND_EARS = 0.05  # of the skull's height
GOES_ROUND = 0.12  # of the skull's height: hair behind is reached so far back
FALLS_BACK = 0.8  # how fast hair covers the sides behind the ears, going back
TEMPLES = 0.6  # how fast hair comes forward above the ears
EAR_SIZE, EAR_HIGH, EAR_BACK = 0.062, 0.43, -0.02  # of the skull's height
ENDS_BELOW = 0.56  # of the skull's height: higher up, hair lies on the skull
FAR = 0.12  # beyond the hair: distances are rough there


@dataclass(frozen=True)
class Head:
    """A head on a body.

    Attributes:
        skull: its outline; `depth` is where its middle is.
        hair_reach: of the hair, per angle, in the front half.
        hair_back: likewise behind, where it covers what is bare in front.
        hair_front: how far hair reaches forward, per angle.
        hair: where it is in the front view.
        raised: what stands out of the front.
        ears: those that are to be seen.
        neck: what the neck is stuck into.
        nape: where hair ends behind.
        ends: where hair is cut because it would be too thin; None for nowhere.
    """

    skull: Skull
    depth: float
    plane: Plane
    hair: Hair
    hair_reach: Floats
    hair_back: Floats
    hair_front: Floats
    raised: Floats
    ears: tuple[Field, ...]
    neck: Field
    nape: float
    ends: Ends | None = None

    def distances(self, points: Floats) -> Floats:
        """The distance to the head's surface, below zero inside."""
        far = np.float32(self.reach + FAR)
        to = points - self.middle
        away = np.sqrt(np.einsum("ij,ij->i", to, to))
        near = np.flatnonzero(away < far)
        found = (away - np.float32(self.reach)).astype(np.float32) * CALM
        if len(near):
            at = points[near]
            skull, hair = self._parted(at)
            found[near] = blended(skull, hair, 0.02 * self.skull.height)
        return found

    def hairy(self, points: Floats) -> Bools:
        """Whether hair rather than skin is at points on the surface."""
        skull, hair = self._parted(points)
        return hair < skull

    @property
    def middle(self) -> Floats:
        """(3,) what the cushions are about."""
        return np.array([*self.skull.middle, self.depth], np.float32)

    @property
    def reach(self) -> float:
        """From the middle to the farthest point, at most."""
        longest = float(self.hair_back.max())
        deep = (BACK + HAIR_BEHIND + JAW_FORWARD) * self.skull.height
        return float(np.hypot(longest, 0.5 * deep)) if longest > deep else deep * 1.05

    def blunt(self) -> Head:
        """The same head, its hair cut where it runs out too thin to be printed."""
        if self.hair.bald:
            return self
        wide, high = self.reach, self.skull.height
        x, y = self.skull.middle
        low = (x - wide, y - wide, self.depth - 0.6 * high)
        top = (x + wide, self.skull.low + ENDS_BELOW * high, self.depth + 0.6 * high)
        corners = np.array([low, top], np.float32)
        return replace(self, ends=thin_ends(lambda at: np.minimum(*self._parted(at)), corners))

    def _parted(self, points: Floats) -> tuple[Floats, Floats]:
        """Distances to skin and to hair."""
        high = self.skull.height
        to = points - self.middle
        to[:, 2] -= self._forward(to[:, 1])
        beside = np.hypot(to[:, 0], to[:, 1])
        turns = np.arctan2(to[:, 1], to[:, 0])
        ahead = _clipped(to[:, 2] / np.float32(0.3 * FRONT * high))
        raised = self.plane.read(self.raised, points[:, :2]) * ahead
        skull = _cushion(
            beside, to[:, 2], read(self.skull.reach, turns), (FRONT * high, BACK * high)
        )
        skull -= raised
        for ear in self.ears:
            skull = blended(skull, ear(points), 0.05 * self.skull.height)
        skull = blended(skull, self.neck(points), 0.06 * self.skull.height)
        if self.hair.bald:
            return skull * CALM, np.full(len(points), 9, np.float32)
        deep = read(self.hair_front, turns), (BACK + HAIR_BEHIND) * high
        behind = _clipped(-to[:, 2] / np.float32(GOES_ROUND * high))
        front, back = read(self.hair_reach, turns), read(self.hair_back, turns)
        front += (back - front) * behind
        hair = _cushion(beside, to[:, 2], front, deep)
        hair -= np.minimum(raised, 0)
        hair -= np.float32(STRAND * high) * strands(points - self.middle)
        bare, below = self._openings(points, to[:, 2])
        hair = -blended(-hair, -bare, HAIR_EDGE * self.skull.height)
        hair = -blended(-hair, -below, NAPE_EDGE * self.skull.height)
        if self.ends is not None:
            hair = -blended(-hair, -self.ends(points), SPARED)
        return skull * CALM, hair * CALM

    def _openings(self, points: Floats, ahead: Floats) -> tuple[Floats, Floats]:
        """Above zero where no hair is: before the hairline, and below the nape."""
        high = np.float32(self.skull.height)
        shown = self.plane.read(self.hair.depth, points[:, :2])
        shown = np.maximum(shown, -np.float32(BARE_BEHIND_EARS) * high)
        above = np.clip(points[:, 1] - np.float32(self.skull.low + EAR_HIGH * high), 0, 0.3 * high)
        edge = np.float32((EAR_BACK - 0.06) * high) + np.float32(TEMPLES) * above
        behind = np.float32(FALLS_BACK) * (edge - ahead)
        aside = (points[:, 0] - np.float32(self.skull.middle[0])) / (np.float32(0.35) * high)
        # hair that falls beside the neck is in the front view; behind it ends at the nape
        below = np.float32(self.nape) - points[:, 1] + np.float32(NAPE_BOW) * high * aside * aside
        return -(shown + np.maximum(behind, 0)), np.minimum(below, np.float32(0.2))

    def _forward(self, up: Floats) -> Floats:
        low = np.clip(-up / np.float32(0.52 * self.skull.height), 0, 1.15).astype(np.float32)
        return low * low * np.float32(JAW_FORWARD * self.skull.height)


def _cushion(
    beside: Floats, ahead: Floats, reach: Floats, depth: tuple[Floats | float, float]
) -> Floats:
    """The way along the ray from the middle to the surface."""
    deep = np.where(ahead > 0, np.float32(depth[0]), np.float32(depth[1]))
    power = np.float32(ROUND)
    share = (beside / reach) ** power + (np.abs(ahead) / deep) ** power
    share = np.maximum(share, np.float32(1e-4)) ** np.float32(1 / ROUND)
    away = np.hypot(beside, ahead)
    found = away - away / share - (away < 1e-5) * np.float32(0.1)
    return found.astype(np.float32, copy=False)


def _clipped(share: Floats) -> Floats:
    return np.clip(share, 0, 1).astype(np.float32, copy=False)


def ear(skull: Skull, depth: float, side: int) -> Field:
    """An ear on the left (1) or on the right (-1)."""
    high = skull.height
    half = float(read(skull.reach, np.array([0.0], np.float32))[0])
    x, y = skull.middle[0] + side * (half + 0.006 * high), skull.low + EAR_HIGH * high
    z, size = depth + EAR_BACK * high, EAR_SIZE * high
    top: Vector = (x + side * 0.25 * size, y + 0.65 * size, z)
    lobe: Vector = (x - side * 0.1 * size, y - 0.75 * size, z + 0.2 * size)
    whole = capsule(top, lobe, size, 0.72 * size)
    within = capsule(
        (x + side * 0.95 * size, y + 0.50 * size, z + 0.90 * size),
        (x + side * 0.65 * size, y - 0.50 * size, z + 0.90 * size),
        *(0.58 * size, 0.40 * size),
    )

    def distances(points: Floats) -> Floats:
        # hollowed from before, so that it shows from the side and from the front
        return -blended(-whole(points), within(points), 0.25 * size)

    return distances


def neck_socket(neck: Floats, radius: float) -> Field:
    """A ball about the place where the neck enters."""
    x, y, z = (float(value) for value in neck)
    return ellipsoid((x, y, z), (1.02 * radius, 0.9 * radius, 1.02 * radius))


def hair_fronts(skull: Skull, line: Floats, reach: Floats, rise: float) -> Floats:
    """How far hair reaches forward, so that it stands `rise` over the skull at the hairline."""
    high = skull.height
    on_skull = FRONT * high * (1 - (line / skull.reach) ** ROUND) ** (1 / ROUND)
    share = np.maximum(1 - np.clip(line / reach, 0, 0.96) ** ROUND, 0.05) ** (1 / ROUND)
    fronts = np.clip((on_skull + rise * high) / share, 0.42 * FRONT * high, 1.12 * FRONT * high)
    return fronts.astype(np.float32)
