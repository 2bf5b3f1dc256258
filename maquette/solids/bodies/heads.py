"""Heads: the plain one, and where a face goes on it.

What belongs here: an egg with ears, and the places of a face's features. What does not: anybody's
own head, which is made from a photo elsewhere.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from maquette.solids.bodies.fields import Field, Vector, capsule, ellipsoid, joined
from maquette.solids.bodies.figures import HeadPlace
from maquette.types import Floats

WIDE, DEEP = 0.94, 0.88  # of a head's height
ROOM = (1.16, 1.14, 1.2)  # times the radii: for hair
EAR_HEIGHT = 0.46  # of the head's height above the chin
NECK_ENTERS = 0.10  # likewise

# A face as people have it, in shares of the distance between the eyes: how far from the middle,
# and how far above the eyes. Twice that distance is a face's width.
FEATURES = {
    "left_eye": (0.5, 0.0),
    "right_eye": (-0.5, 0.0),
    "nose_tip": (0.0, -0.74),
    "mouth": (0.0, -1.12),
    "left_mouth_corner": (0.38, -1.10),
    "right_mouth_corner": (-0.38, -1.10),
}
EYES_APART = 0.28  # of the head's height
EYES_HEIGHT = 0.52  # above its lowest point


class Skull(NamedTuple):
    """The plain head without ears: its middle, and half its width, height and depth."""

    centre: Vector
    radii: Vector

    @classmethod
    def above(cls, chin: Vector, height: float) -> Skull:
        """A skull of this height over the place of its lowest point."""
        radii = WIDE * height / 2, height / 2, DEEP * height / 2
        return cls((chin[0], chin[1] + height / 2, chin[2]), radii)

    def at(self, across: float, up: float, forward: float) -> Vector:
        """A place by shares of the radii from the middle."""
        places = zip(self.centre, self.radii, (across, up, forward), strict=True)
        x, y, z = (c + r * share for c, r, share in places)
        return x, y, z


def head_place(chin: Vector, height: float, *, neck_radius: float) -> HeadPlace:
    """The plain head of this height over the chin's place, and everything about it."""
    skull = Skull.above(chin, height)
    field = plain_head(skull)
    neck = skull.at(0, 2 * NECK_ENTERS - 1, -0.1)
    return HeadPlace(
        field=field,
        centre=_array(skull.centre),
        radii=_array(skull.radii),
        front=_array((0.0, 0.0, 1.0)),
        neck=_array(neck),
        neck_radius=neck_radius,
        blend=0.045 * height,
        room=_array(skull.radii) * np.array(ROOM, np.float32),
        anchors=_anchors(skull, field),
    )


def plain_head(skull: Skull) -> Field:
    """An egg, fuller at the cheeks than at the crown, with ears."""
    r = skull.radii
    crown = ellipsoid(skull.at(0, 0.12, -0.02), (0.97 * r[0], 0.88 * r[1], 0.96 * r[2]))
    cheeks = ellipsoid(skull.at(0, -0.24, 0.04), (0.97 * r[0], 0.76 * r[1], 0.92 * r[2]))
    ears = [_ear(skull, side) for side in (1, -1)]
    return joined([joined([crown, cheeks], 0.30 * r[1]), *ears], 0.10 * r[1])


def _ear(skull: Skull, side: int) -> Field:
    up = 2 * EAR_HEIGHT - 1
    return capsule(
        skull.at(side * 0.95, up + 0.06, -0.05),
        skull.at(side * 0.93, up - 0.08, -0.03),
        0.135 * skull.radii[1],
        0.105 * skull.radii[1],
    )


def _anchors(skull: Skull, field: Field) -> dict[str, Floats]:
    height = 2 * skull.radii[1]
    apart, bottom = EYES_APART * height, skull.centre[1] - skull.radii[1]
    x0, y0 = skull.centre[0], bottom + EYES_HEIGHT * height
    far = skull.centre[2] + 2 * skull.radii[2]
    found = {
        name: _met(field, (x0 + across * apart, y0 + above * apart, far), (0.0, 0.0, -1.0))
        for name, (across, above) in FEATURES.items()
    }
    # where the face turns under: a ray straight from the front would miss it
    found["chin"] = _met(field, skull.at(0, -1.75, 1.2), (0.0, 0.62, -0.78))
    for side, name in ((1, "left_ear"), (-1, "right_ear")):
        beside = skull.at(2 * side, 2 * EAR_HEIGHT - 1, -0.04)
        found[name] = _met(field, beside, (-float(side), 0.0, 0.0))
    found["crown"] = _met(field, skull.at(0, 2, 0), (0.0, -1.0, 0.0))
    return found


def _met(field: Field, start: Vector, towards: Vector) -> Floats:
    """The first place on the surface along a ray."""
    place, way = np.array([start], np.float64), np.array([towards], np.float64)
    for _ in range(60):
        # shorter steps than the distance: an ellipsoid's is an estimate
        place += 0.8 * float(field(place.astype(np.float32))[0]) * way
    return place[0].astype(np.float32)


def _array(values: Vector) -> Floats:
    return np.array(values, np.float32)
