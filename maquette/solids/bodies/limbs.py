"""Limbs and trunk: a figure without clothes, as shapes round the joints of a pose.

What belongs here: flesh, and shoes, which follow it. What does not: what is worn over it
(`clothes`), and colours (`outfits`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maquette.solids.bodies.fields import (
    Field,
    Turn,
    Vector,
    capsule,
    common,
    disc,
    ellipsoid,
    half_space,
    joined,
    rounded_box,
    turned,
)
from maquette.solids.bodies.poses import Arm, Leg, Pose

STOUT = 0.46  # limbs of a smaller figure do not get thinner than this one's
ARM = (0.086, 0.072)  # radii at the shoulder and at the wrist
LEG = (0.108, 0.088)  # at the hip and at the ankle
FLATTER = 0.86  # how deep a trunk is against its width


@dataclass(frozen=True)
class Build:
    """A pose at its true size.

    Attributes:
        pose: in shares of the size.
        size: in shares of the whole figure.
        ground: how high the ground is that it stands on.
        neck: radius of its neck.
    """

    pose: Pose
    size: float
    ground: float
    neck: float

    def at(self, place: Vector) -> Vector:
        """A place of the pose."""
        x, y, z = place
        return x * self.size, y * self.size + self.ground, z * self.size

    def trunk(self, place: Vector) -> Vector:
        """A place of the trunk, as it is when standing."""
        x, y, z = place
        return self.at((x, y + self.pose.rise, z + self.pose.back))

    def long(self, share: float) -> float:
        """A length that follows the size."""
        return share * self.size

    def thick(self, share: float) -> float:
        """A length that follows the size, but stays stout in a small figure."""
        return share * max(self.size, STOUT)

    def egg(self, middle: Vector, radii: Vector) -> Field:
        """An ellipsoid of the trunk."""
        x, y, z = (self.long(r) for r in radii)
        return ellipsoid(self.trunk(middle), (x, y, z))


def hips(build: Build) -> Field:
    """The seat of the trousers."""
    return build.egg((0.0, 0.425, -0.005), (0.198, 0.125, 0.162))


def torso(build: Build) -> Field:
    """Belly and chest, with the slope of the shoulders."""
    belly = build.egg((0.0, 0.53, 0.012), (0.205, 0.19, 0.172))
    chest = build.egg((0.0, 0.675, 0.0), (0.182, 0.145, 0.142))
    x, y, z = 0.105, 0.755, -0.005
    radius = build.long(0.072)
    slope = capsule(build.trunk((x, y, z)), build.trunk((-x, y, z)), radius, radius)
    return joined([belly, chest, slope], build.long(0.09))


def neck(build: Build, top: Vector) -> Field:
    """From between the shoulders into the head."""
    return capsule(build.trunk((0.0, 0.74, -0.012)), top, 1.12 * build.neck, build.neck)


def arm(build: Build, joints: Arm, *, swell: float = 0.0) -> Field:
    """An arm without its hand; `swell` makes a sleeve of it."""
    top, end = (build.thick(r + swell) for r in ARM)
    middle = (top + end) / 2
    upper = capsule(build.at(joints.shoulder), build.at(joints.elbow), top, middle)
    lower = capsule(build.at(joints.elbow), build.at(joints.wrist), middle, end)
    return joined([upper, lower], build.thick(0.02))


def sleeve(build: Build, joints: Arm, *, share: float) -> Field:
    """A short sleeve: this share of the upper arm, a little wider at its end."""
    end = _between(joints.shoulder, joints.elbow, share)
    top = build.thick(ARM[0] + 0.014)
    tube = capsule(build.at(joints.shoulder), build.at(end), top, top * 1.02)
    way = np.subtract(joints.elbow, joints.shoulder)
    cut = half_space(build.at(end), (float(way[0]), float(way[1]), float(way[2])))
    return common([tube, cut], build.thick(0.025))


def hand(build: Build, joints: Arm) -> Field:
    """A mitten: a palm, fingers that lie together, and a thumb."""
    turn = _turn(joints)
    wrist = np.array(build.at(joints.wrist))

    def on(across: float, along: float, up: float = 0.0) -> Vector:
        x, y, z = (wrist + turn @ (build.thick(1.0) * np.array([across, along, up]))).tolist()
        return x, y, z

    def flat(middle: Vector, radii: Vector) -> Field:
        x, y, z = (build.thick(r) for r in radii)
        return ellipsoid(middle, (x, y, z), turn)

    palm = flat(on(0.0, 0.075), (0.080, 0.088, 0.060))
    fingers = flat(on(-0.008, 0.130), (0.066, 0.070, 0.050))
    thumb = capsule(
        on(0.045, 0.060), on(0.092, 0.118, 0.008), build.thick(0.036), build.thick(0.031)
    )
    mitten = joined([palm, fingers], build.thick(0.05))
    return joined([mitten, thumb], build.thick(0.022))


def _turn(joints: Arm) -> Turn:
    """A hand's own axes: to the thumb, to the fingers, out of the palm."""
    along = np.array(joints.fingers) / np.linalg.norm(joints.fingers)
    across = np.array(joints.thumb) - np.dot(joints.thumb, along) * along
    across /= np.linalg.norm(across)
    return np.column_stack([across, along, np.cross(across, along)]).astype(np.float32)


def leg(build: Build, joints: Leg, *, swell: float = 0.0) -> Field:
    """A leg without its foot; `swell` makes a trouser leg of it."""
    top, end = (build.thick(r + swell) for r in LEG)
    middle = (top + end) / 2
    upper = capsule(build.at(joints.hip), build.at(joints.knee), top, middle)
    lower = capsule(build.at(joints.knee), build.at(joints.ankle), middle, end)
    return joined([upper, lower], build.thick(0.03))


def cuff(build: Build, joints: Leg) -> Field:
    """The turned-up end of a trouser leg."""
    x, y, z = build.at(joints.ankle)
    half = build.thick(0.032)
    middle = x, y + build.thick(0.042), z
    return disc(middle, build.thick(LEG[1] + 0.016), half, 0.6 * half)


def boot(build: Build, joints: Leg) -> Field:
    """The shaft of a boot, half way to the knee."""
    x, y, z = _between(joints.ankle, joints.knee, 0.72)
    top = half_space(build.at((x, y, z)), (0.0, 1.0, 0.0))
    return common([leg(build, joints, swell=0.014), top], build.thick(0.03))


def shoe(build: Build, joints: Leg) -> Field:
    """A round-toed shoe, flat on the ground."""
    sole_y, turn = build.ground, turned(about_y=joints.toes_deg)
    heel = _foot(build, joints, (0.0, 0.085, -0.02), (0.100, 0.092, 0.105), turn)
    toe = _foot(build, joints, (0.0, 0.068, 0.105), (0.108, 0.088, 0.118), turn)
    upper = joined([heel, toe], build.thick(0.07))
    return common([upper, half_space((0.0, sole_y, 0.0), (0.0, -1.0, 0.0))], build.thick(0.02))


def sole(build: Build, joints: Leg) -> Field:
    """The edge of a shoe's sole, a little wider than the shoe."""
    turn = turned(about_y=joints.toes_deg)
    x, y, z = (build.thick(v) for v in (0.113, 0.026, 0.172))
    middle = _on_foot(build, joints, (0.0, 0.0, 0.047), turn)
    slab = rounded_box((middle[0], build.ground + y, middle[2]), (x, 2 * y, z), y, turn)
    round_toe = _foot(build, joints, (0.0, 0.03, 0.047), (0.118, 0.2, 0.182), turn)
    flat = half_space((0.0, build.ground + 2 * y, 0.0), (0.0, 1.0, 0.0))
    return common([slab, round_toe, flat], build.thick(0.02))


def reach(build: Build) -> float:
    """How far the toes are from the middle of the ground."""
    far = [
        _on_foot(build, joints, (0.0, 0.0, 0.22), turned(about_y=joints.toes_deg))
        for joints in build.pose.legs
    ]
    return max(float(np.hypot(x, z)) for x, _, z in far)


def _on_foot(build: Build, joints: Leg, place: Vector, turn: Turn) -> Vector:
    """A place on a foot: under the ankle, in the foot's own directions."""
    x, _, z = build.at(joints.ankle)
    to = turn @ (build.thick(1.0) * np.array(place))
    return x + float(to[0]), build.ground + float(to[1]), z + float(to[2])


def _foot(build: Build, joints: Leg, middle: Vector, radii: Vector, turn: Turn) -> Field:
    x, y, z = (build.thick(r) for r in radii)
    return ellipsoid(_on_foot(build, joints, middle, turn), (x, y, z), turn)


def _between(start: Vector, end: Vector, share: float) -> Vector:
    x, y, z = (a + share * (b - a) for a, b in zip(start, end, strict=True))
    return x, y, z
