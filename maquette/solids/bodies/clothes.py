"""Clothes: shirts, overalls, belts, capes, ties, as shapes that lie over a trunk.

What belongs here: what is worn. What does not: who wears what in which colour (`outfits`), and
shoes, sleeves and trouser legs, which are limbs (`limbs`).
"""

from __future__ import annotations

import numpy as np

from maquette.solids.bodies.fields import (
    Field,
    Vector,
    capsule,
    common,
    ellipsoid,
    grown,
    half_space,
    joined,
    rounded_box,
    torus,
    turned,
)
from maquette.solids.bodies.limbs import Build, torso
from maquette.types import Floats

STRIPES_EVERY, STRIPE_SHARE = 0.092, 0.40
LEAST_COLUMN = 0.062  # radius of a bust's column, of the whole figure's height
UP: Vector = (0.0, 1.0, 0.0)
DOWN: Vector = (0.0, -1.0, 0.0)


def shirt(build: Build, *, hem: float = 0.405) -> Field:
    """A shirt's trunk, worn over the trousers, without its sleeves."""
    skirt = build.egg((0.0, 0.45, 0.003), (0.220, 0.14, 0.186))
    whole = joined([grown(torso(build), build.long(0.008)), skirt], build.long(0.08))
    return common([whole, half_space(build.trunk((0.0, hem, 0.0)), DOWN)], build.long(0.03))


def collar(build: Build, *, thick: float = 0.028) -> Field:
    """A round rib at the neck, lower in front."""
    ring = build.trunk((0.0, 0.814, 0.004))
    return torus(ring, 1.22 * build.neck, build.thick(thick), turned(about_x=7))


def hood(build: Build) -> Field:
    """A hood that hangs down behind the neck."""
    ring = torus(
        build.trunk((0.0, 0.800, -0.022)), build.long(0.118), build.thick(0.05), turned(about_x=16)
    )
    sack = build.egg((0.0, 0.745, -0.135), (0.125, 0.10, 0.075))
    return joined([ring, sack], build.long(0.07))


def cord(build: Build, body: Field, x: float) -> Field:
    """One end of a hood's cord, with its knot."""
    thick = build.thick(0.019)
    top, end = (on_surface(build, body, along, y) for along, y in ((x, 0.745), (1.25 * x, 0.655)))
    return capsule(top, end, thick, 1.25 * thick)


def belt(build: Build, body: Field, *, y: float, high: float, thick: float) -> Field:
    """A band that follows a body at this height of the trunk."""
    below = half_space(build.trunk((0.0, y - high / 2, 0.0)), DOWN)
    above = half_space(build.trunk((0.0, y + high / 2, 0.0)), UP)
    return common([grown(body, build.thick(thick)), below, above], build.thick(0.012))


def on_front(
    build: Build, body: Field, half: tuple[float, float], middle: tuple[float, float], thick: float
) -> Field:
    """A rounded piece of cloth on the front of a body: a pocket, a bib."""
    (wide, high), (x, y) = half, middle
    rim = build.long(min(wide, high) * 0.45)
    box = rounded_box(
        build.trunk((x, y, 0.15)), (build.long(wide), build.long(high), build.long(0.15)), rim
    )
    return common([grown(body, build.thick(thick)), box], build.thick(0.012))


def strap(build: Build, body: Field, x: float, *, thick: float) -> Field:
    """A strap over one shoulder, front and back."""
    wide = build.thick(0.026)
    middle = build.trunk((x, 0.70, 0.0))
    box = rounded_box(middle, (wide, build.long(0.2), build.long(0.25)), 0.5 * wide)
    return common([grown(body, build.thick(thick)), box], build.thick(0.012))


def button(build: Build, body: Field, at_xy: tuple[float, float], *, radius: float) -> Field:
    """A flat ball half sunk into the front of a body."""
    place = on_surface(build, body, *at_xy)
    return ellipsoid(place, (build.thick(radius), build.thick(radius), build.thick(0.62 * radius)))


def on_surface(build: Build, body: Field, x: float, y: float) -> Vector:
    """Where the front of a body is at a place of the trunk."""
    place = np.array([build.trunk((x, y, 0.5))], np.float64)
    for _ in range(40):
        place[0, 2] -= 0.8 * float(body(place.astype(np.float32))[0])
    px, py, pz = place[0].tolist()
    return px, py, pz


def stripes(build: Build, body: Field) -> Field:
    """Level stripes on a body, for painting."""
    y0 = build.trunk((0.0, 0.0, 0.0))[1]
    period = build.long(STRIPES_EVERY)

    def distances(points: Floats) -> Floats:
        phase = np.abs(np.mod((points[:, 1] - y0) / np.float32(period), 1) - np.float32(0.5))
        return (phase - np.float32(STRIPE_SHARE / 2)) * np.float32(period)

    return common([grown(body, 0.004), distances])


def star(build: Build, body: Field, *, y: float, radius: float) -> Field:
    """A five-pointed star on the front of a body, for painting."""
    middle = on_surface(build, body, 0.0, y)
    size = build.long(radius)

    def distances(points: Floats) -> Floats:
        x, up = points[:, 0] - np.float32(middle[0]), points[:, 1] - np.float32(middle[1])
        angle = np.mod(np.arctan2(x, up), 2 * np.pi / 5) - np.pi / 5
        # one of ten equal edges, from a point of the star to the notch beside it
        along, beside = np.hypot(x, up) * np.cos(angle), np.hypot(x, up) * np.abs(np.sin(angle))
        notch = 0.5 * size
        tip = size * np.array([np.cos(np.pi / 5), np.sin(np.pi / 5)])
        edge = tip - [notch, 0.0]
        normal = np.array([edge[1], -edge[0]]) / np.linalg.norm(edge)
        return ((along - notch) * normal[0] + beside * normal[1]).astype(np.float32)

    front = half_space((0.0, 0.0, middle[2] - build.long(0.08)), (0.0, 0.0, -1.0))
    return common([grown(body, 0.006), distances, front])


def cape(build: Build) -> Field:
    """A cape from the shoulders to the calves, in soft folds."""
    top, end = 0.80, 0.17
    high = build.long(top - end)
    x0, y0, z0 = build.trunk((0.0, top, -0.125))
    thick = build.thick(0.030)
    reach = build.long(0.17), build.long(0.30)
    swing, bulge, fold = build.long(0.19), build.long(0.045), build.long(0.020)

    def distances(points: Floats) -> Floats:
        x, z = points[:, 0] - np.float32(x0), points[:, 2] - np.float32(z0)
        down = np.clip((np.float32(y0) - points[:, 1]) / np.float32(high), 0, 1)
        half = reach[0] + (reach[1] - reach[0]) * down
        share = np.clip(x / half, -1, 1)
        hangs = -swing * down**0.8 + bulge * share**2 + fold * down * np.cos(share * 3 * np.pi)
        across = np.abs(x) - half
        level = np.maximum(np.float32(y0 - high) - points[:, 1], points[:, 1] - np.float32(y0))
        beyond = np.stack([across, level, np.abs(z - hangs)], axis=1) + np.array(
            [thick, thick, 0.0], np.float32
        )
        inside = np.minimum(np.maximum(beyond[:, 0], beyond[:, 1]), 0)
        far = np.sqrt((np.maximum(beyond, 0) ** 2).sum(axis=1))
        # the folds lean: what is across them is a little nearer than it looks along z
        return ((far + np.where(beyond[:, 2] <= 0, inside, 0) - thick) * 0.8).astype(np.float32)

    return distances


def clasp(build: Build) -> Field:
    """What holds a cape round the neck."""
    return torus(
        build.trunk((0.0, 0.795, -0.005)), build.long(0.125), build.thick(0.036), turned(about_x=14)
    )


def bow_tie(build: Build, body: Field, *, y: float) -> list[Field]:
    """Two wings and a knot."""
    x0, y0, z0 = on_surface(build, body, 0.0, y)
    z0 += build.thick(0.012)
    wings = [
        ellipsoid(
            (x0 + side * build.thick(0.062), y0, z0),
            (build.thick(0.066), build.thick(0.044), build.thick(0.034)),
            turned(about_z=side * 8, about_y=side * 18),
        )
        for side in (1, -1)
    ]
    knot = ellipsoid(
        (x0, y0, z0 + build.thick(0.008)),
        (build.thick(0.028), build.thick(0.032), build.thick(0.036)),
    )
    return [joined(wings, 0.004), knot]


def bust(build: Build, body: Field) -> Field:
    """A trunk cut off below the chest, its lower end rounded like a bowl."""
    bowl = build.egg((0.0, 0.80, -0.005), (0.36, 0.335, 0.26))
    return common([body, bowl], build.long(0.06))


def column(build: Build) -> Field:
    """What a bust stands on."""
    x, y, z = build.trunk((0.0, 0.56, -0.005))
    foot, thick = build.ground, max(build.long(0.085), LEAST_COLUMN)
    shaft = capsule((x, foot + 0.5 * thick, z), (x, y, z), thick, 0.88 * thick)
    flare = ellipsoid((x, foot, z), (1.85 * thick, 0.7 * thick, 1.85 * thick))
    ring = torus((x, foot + thick, z), 0.95 * thick, 0.25 * thick)
    return joined([joined([shaft, flare], 0.6 * thick), ring], 0.15 * thick)


def shirt_front(build: Build, body: Field) -> Field:
    """The wedge of a shirt that an open jacket shows, for painting."""
    x, y, z = build.trunk((0.0, 0.56, 0.0))
    sides = [half_space((x, y, z), (side * 0.93, -0.37, 0.0)) for side in (1.0, -1.0)]
    front = half_space((x, y, z + build.long(0.05)), (0.0, 0.0, -1.0))
    return common([grown(body, 0.004), *sides, front])
