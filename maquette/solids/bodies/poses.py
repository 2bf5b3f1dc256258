"""Poses: where the joints of a figure are.

What belongs here: joints, in shares of the figure's size, and the poses of the templates. What
does not: flesh and clothes around them (`limbs`, `clothes`).

A figure that stands is as high as `CHIN` of its size from its soles to its chin. All places are
relative to the middle of the ground it stands on.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, sin
from typing import NamedTuple

import numpy as np

from maquette.solids.bodies.fields import Vector

CHIN = 0.865
SHOULDER: Vector = (0.165, 0.735, 0.0)
REACH = (0.17, 0.16)  # of the upper arm and of the forearm
HAND = 0.11  # how far a hand's middle is from the wrist
HAND_SPARE = 0.125  # half a hand, and a little air
HIP_HEIGHT = 0.42
SEAT, SEAT_BACK = 0.27, -0.125  # how high a seat is, and how far back one sits on it
SEATED_RISE = SEAT + 0.115 - HIP_HEIGHT  # how much higher the trunk is than in standing
BUST_RISE = -0.34  # the least that leaves room for a bust's column


class Arm(NamedTuple):
    """An arm's joints; `fingers` and `thumb` are where these point."""

    shoulder: Vector
    elbow: Vector
    wrist: Vector
    fingers: Vector
    thumb: Vector

    def mirrored(self) -> Arm:
        """The same arm of the other side."""
        return Arm(*(flipped(place) for place in self))


class Leg(NamedTuple):
    """A leg's joints; `toes_deg` is how far the foot turns to the figure's left."""

    hip: Vector
    knee: Vector
    ankle: Vector
    toes_deg: float

    def spread(self, wider: float) -> Leg:
        """The same leg with its knee and foot farther from the other one's."""
        (knee_x, *knee), (ankle_x, *ankle) = self.knee, self.ankle
        return self._replace(knee=(knee_x * wider, *knee), ankle=(ankle_x * wider, *ankle))

    def mirrored(self) -> Leg:
        """The same leg of the other side."""
        return Leg(flipped(self.hip), flipped(self.knee), flipped(self.ankle), -self.toes_deg)


def flipped(place: Vector) -> Vector:
    """The same place of the other side."""
    return -place[0], place[1], place[2]


@dataclass(frozen=True)
class Pose:
    """The left side's limbs at +x, then the right side's at -x.

    Attributes:
        arms: left, right.
        legs: left, right.
        rise: how much higher the trunk is than in standing.
        back: where the trunk is along z.
    """

    arms: tuple[Arm, Arm]
    legs: tuple[Leg, Leg]
    rise: float = 0.0
    back: float = 0.0


class Room(NamedTuple):
    """What a pose must leave room for.

    Attributes:
        wide: half the width of the egg round the head that hands keep out of.
        high: half its height.
        middle: how high its middle is.
        stout: how many times as thick limbs are as those the poses are made for.
    """

    wide: float
    high: float
    middle: float
    stout: float

    def holds(self, x: float, y: float) -> bool:
        """Whether a hand in this place would be in it."""
        spare = HAND_SPARE * self.stout
        across, up = x / (self.wide + spare), (y - self.middle) / (self.high + spare)
        return across**2 + up**2 < 1


HANGING = Arm(
    SHOULDER, (0.262, 0.59, -0.015), (0.31, 0.45, 0.02), (0.22, -0.96, 0.14), (-0.25, 0.1, 0.96)
)
AKIMBO = Arm(
    SHOULDER, (0.415, 0.615, -0.035), (0.285, 0.485, 0.06), (-0.80, -0.42, 0.46), (-0.3, 0.9, -0.1)
)
RESTING = Arm(
    SHOULDER, (0.305, 0.60, 0.015), (0.205, 0.535, 0.145), (-0.2, -0.42, 0.88), (-0.95, 0.1, -0.2)
)
SEATED = Leg((0.10, SEAT + 0.10, -0.10), (0.125, SEAT + 0.078, 0.14), (0.14, 0.1, 0.15), 10.0)


def pose_of(template: str, rise: float, room: Room) -> Pose:
    """A template's pose, its trunk raised so much, its hands out of the head's room."""
    match template:
        case "arms-up":
            arm = _raised(room, 62)
            return Pose((arm, arm.mirrored()), _standing(room, 0.125))
        case "waving":
            return Pose((_raised(room, 50), HANGING.mirrored()), _standing(room, 0.125))
        case "superhero":
            return Pose((AKIMBO, AKIMBO.mirrored()), _standing(room, 0.17, toes_deg=20.0))
        case "sitting":
            arm = _moved(RESTING, rise, SEAT_BACK)
            leg = SEATED.spread(room.stout)
            return Pose((arm, arm.mirrored()), (leg, leg.mirrored()), rise=rise, back=SEAT_BACK)
        case "bust":
            arm = _moved(HANGING, rise, 0.0)
            return Pose((arm, arm.mirrored()), _standing(room, 0.125), rise=rise)
        case _:
            return Pose((HANGING, HANGING.mirrored()), _standing(room, 0.125))


def _standing(room: Room, apart: float, *, toes_deg: float = 12.0) -> tuple[Leg, Leg]:
    knee = ((0.1 + apart) / 2, 0.25, 0.012)
    leg = Leg((0.1, 0.4, 0.0), knee, (apart, 0.1, 0.0), toes_deg).spread(room.stout)
    return leg, leg.mirrored()


def _moved(arm: Arm, rise: float, back: float) -> Arm:
    """An arm of a trunk that is elsewhere."""
    shoulder, elbow, wrist = (
        (x, y + rise, z + back) for x, y, z in (arm.shoulder, arm.elbow, arm.wrist)
    )
    return Arm(shoulder, elbow, wrist, arm.fingers, arm.thumb)


def _raised(room: Room, steepest_deg: int) -> Arm:
    """The left arm raised sideways, as steeply as the head leaves room for."""
    for steep_deg in range(steepest_deg, -31, -2):
        arm = _at(steep_deg)
        hand = np.add(arm.wrist, np.multiply(arm.fingers, HAND))
        if not room.holds(float(hand[0]), float(hand[1])):
            return arm
    return _at(-30)


def _at(steep_deg: float) -> Arm:
    # the forearm is steeper than the upper arm: a little bend looks alive
    upper, lower = np.deg2rad((steep_deg - 14, steep_deg + 10)).tolist()
    x, y, z = SHOULDER[0], SHOULDER[1] + 0.012, SHOULDER[2]
    elbow = (x + REACH[0] * cos(upper), y + REACH[0] * sin(upper), z + 0.01)
    wrist = (elbow[0] + REACH[1] * cos(lower), elbow[1] + REACH[1] * sin(lower), z + 0.03)
    thumb = (-sin(lower), cos(lower), 0.15)
    return Arm((x, y, z), elbow, wrist, (cos(lower), sin(lower), 0.08), thumb)
