"""Outfits: what each template wears, and in which colours.

What belongs here: the choice of clothes and colours. What does not: the shapes (`limbs`,
`clothes`), and what a figure stands on (`bases`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from maquette.solids.bodies import clothes, limbs
from maquette.solids.bodies.fields import grown, joined, rounded_box
from maquette.solids.bodies.figures import RGB, Part
from maquette.solids.bodies.limbs import Build
from maquette.solids.bodies.poses import SEAT, SEAT_BACK

SIDES = ("left", "right")
CREAM: RGB = (247, 240, 226)
DENIM: RGB = (62, 92, 148)
SCARLET: RGB = (214, 52, 60)
GOLD: RGB = (250, 200, 62)


class Palette(NamedTuple):
    """Colours of one outfit, and of the base below it."""

    top: RGB
    trim: RGB
    trousers: RGB
    shoes: RGB
    base: RGB
    ground: RGB


PALETTES = {
    "standing": Palette(
        top=(233, 92, 80),
        trim=CREAM,
        trousers=(52, 74, 116),
        shoes=(245, 196, 84),
        base=(44, 62, 98),
        ground=(222, 228, 238),
    ),
    "arms-up": Palette(
        top=(246, 184, 66),
        trim=CREAM,
        trousers=(64, 96, 110),
        shoes=(232, 98, 84),
        base=(226, 92, 80),
        ground=(250, 236, 214),
    ),
    "sitting": Palette(
        top=(52, 140, 138),
        trim=CREAM,
        trousers=(92, 78, 104),
        shoes=(240, 152, 74),
        base=(46, 108, 110),
        ground=(226, 238, 232),
    ),
    "waving": Palette(
        top=(250, 214, 102),
        trim=CREAM,
        trousers=DENIM,
        shoes=(224, 88, 84),
        base=(58, 92, 148),
        ground=(232, 238, 246),
    ),
    "superhero": Palette(
        top=(44, 98, 190),
        trim=GOLD,
        trousers=(44, 98, 190),
        shoes=SCARLET,
        base=(38, 50, 92),
        ground=(250, 214, 120),
    ),
    "bust": Palette(
        top=(58, 74, 112),
        trim=SCARLET,
        trousers=(58, 74, 112),
        shoes=(58, 74, 112),
        base=(62, 58, 68),
        ground=(232, 226, 216),
    ),
}


def outfit(template: str, build: Build) -> list[Part]:
    """All parts of a figure between its base and its neck."""
    return WORN[template](build, PALETTES[template])


def _tee(build: Build, colours: Palette) -> list[Part]:
    shirt = clothes.shirt(build)
    return [
        *_trousers(build, colours, turned_up=(96, 122, 170)),
        Part("shirt", shirt, colours.top, _seam(build)),
        *_bare_arms(build, colours.top),
        Part("collar", clothes.collar(build), colours.trim, _seam(build)),
        Part("star", clothes.star(build, shirt, y=0.60, radius=0.085), colours.trim, painted=True),
    ]


def _hoodie(build: Build, colours: Palette) -> list[Part]:
    top = clothes.shirt(build)
    pocket = clothes.on_front(build, top, (0.118, 0.068), (0.0, 0.495), 0.018)
    cords = zip(SIDES, (0.052, -0.052), strict=True)
    return [
        *_trousers(build, colours),
        Part("hoodie", top, colours.top, _seam(build)),
        *_long_arms(build, colours.top),
        Part("pocket", pocket, colours.top, _seam(build)),
        Part("hood", clothes.hood(build), colours.top, build.thick(0.03)),
        *(
            Part(f"{side} cord", clothes.cord(build, top, x), colours.trim, _seam(build))
            for side, x in cords
        ),
    ]


def _sweater(build: Build, colours: Palette) -> list[Part]:
    top = clothes.shirt(build)
    sleeves = [limbs.arm(build, joints, swell=SLEEVE) for joints in build.pose.arms]
    knit = joined([top, *sleeves], build.long(0.045))
    middle = build.at((0.0, SEAT / 2, SEAT_BACK - 0.03))
    half = build.long(0.20), build.long(SEAT / 2 + 0.02), build.long(0.145)
    return [
        Part("seat", rounded_box(middle, half, build.long(0.05)), colours.shoes, build.long(0.02)),
        *_trousers(build, colours),
        Part("sweater", top, colours.top, _seam(build)),
        *_long_arms(build, colours.top),
        Part("collar", clothes.collar(build, thick=0.034), colours.top, _seam(build)),
        Part("stripes", clothes.stripes(build, knit), colours.trim, painted=True),
    ]


def _overalls(build: Build, colours: Palette) -> list[Part]:
    top = grown(limbs.torso(build), build.long(0.006))
    waist = build.egg((0.0, 0.45, 0.003), (0.218, 0.13, 0.188))
    denim = joined([limbs.hips(build), waist], build.long(0.05))
    worn = joined([top, denim], build.long(0.08))
    bib = clothes.on_front(build, worn, (0.108, 0.165), (0.0, 0.56), BAND)
    parts = [
        *_legs(build, colours, turned_up=(108, 138, 190)),
        Part("shirt", top, colours.top, _seam(build)),
        Part("denim", grown(denim, build.thick(0.008)), colours.trousers, _seam(build)),
        *_bare_arms(build, colours.top),
        Part("collar", clothes.collar(build), colours.trim, _seam(build)),
        Part("bib", bib, colours.trousers, build.thick(0.010)),
    ]
    for side, x in zip(SIDES, (0.082, -0.082), strict=True):
        strap = clothes.strap(build, top, x, thick=BAND)
        knob = clothes.button(build, grown(top, build.thick(BAND)), (x, 0.675), radius=0.028)
        parts.append(Part(f"{side} strap", strap, colours.trousers, _seam(build)))
        parts.append(Part(f"{side} button", knob, GOLD, _seam(build)))
    return parts


def _hero(build: Build, colours: Palette) -> list[Part]:
    top = grown(limbs.torso(build), build.long(0.004))
    waist = joined([limbs.hips(build), top], build.long(0.08))
    belt = clothes.belt(build, waist, y=0.475, high=0.058, thick=BAND)
    buckle = clothes.button(build, grown(waist, build.thick(BAND)), (0.0, 0.475), radius=0.045)
    trunks = grown(limbs.hips(build), build.thick(0.008))
    boots = zip(SIDES, build.pose.legs, strict=True)
    return [
        *_legs(build, colours, soles=(156, 34, 46)),
        *(
            Part(f"{side} boot", limbs.boot(build, leg), colours.shoes, _seam(build))
            for side, leg in boots
        ),
        Part("suit", top, colours.top, build.thick(0.03)),
        Part("trunks", trunks, colours.shoes, _seam(build)),
        *_long_arms(build, colours.top),
        Part("belt", belt, colours.trim, _seam(build)),
        Part("buckle", buckle, CREAM, _seam(build)),
        Part("cape", clothes.cape(build), colours.shoes, build.thick(0.09)),
        Part("clasp", clothes.clasp(build), colours.shoes, build.thick(0.02)),
        Part("star", clothes.star(build, top, y=0.635, radius=0.09), colours.trim, painted=True),
    ]


def _black_tie(build: Build, colours: Palette) -> list[Part]:
    sleeves = [limbs.sleeve(build, joints, share=0.75) for joints in build.pose.arms]
    whole = joined([limbs.torso(build), *sleeves], build.long(0.07))
    jacket = clothes.bust(build, whole)
    tie, knot = clothes.bow_tie(build, jacket, y=0.772)
    return [
        Part("column", clothes.column(build), CREAM, build.long(0.02)),
        Part("jacket", jacket, colours.top, build.thick(0.012)),
        Part("shirt", clothes.shirt_front(build, jacket), CREAM, painted=True),
        Part("collar", clothes.collar(build, thick=0.034), CREAM, _seam(build)),
        Part("bow tie", tie, colours.trim, _seam(build)),
        Part("knot", knot, (180, 48, 60), _seam(build)),
    ]


WORN: dict[str, Callable[[Build, Palette], list[Part]]] = {
    "standing": _tee,
    "arms-up": _hoodie,
    "sitting": _sweater,
    "waving": _overalls,
    "superhero": _hero,
    "bust": _black_tie,
}
SLEEVE = 0.010  # how much wider than an arm a long sleeve is
BAND = 0.018  # how far straps, bibs and belts stand out


def _seam(build: Build) -> float:
    """What fills the corner between two pieces of cloth: a mould has no sharp ones."""
    return build.thick(0.006)


def _trousers(build: Build, colours: Palette, *, turned_up: RGB | None = None) -> list[Part]:
    # on a seat a sharp corner would fold into a film
    hips = Part("hips", limbs.hips(build), colours.trousers, build.thick(0.03))
    return [hips, *_legs(build, colours, turned_up=turned_up)]


def _legs(
    build: Build, colours: Palette, *, soles: RGB = CREAM, turned_up: RGB | None = None
) -> list[Part]:
    parts: list[Part] = []
    for side, joints in zip(SIDES, build.pose.legs, strict=True):
        leg, shoe, sole = (f(build, joints) for f in (limbs.leg, limbs.shoe, limbs.sole))
        parts.append(Part(f"{side} trouser leg", leg, colours.trousers, build.thick(0.05)))
        parts.append(Part(f"{side} shoe", shoe, colours.shoes, build.thick(0.012)))
        parts.append(Part(f"{side} sole", sole, soles, _seam(build)))
        if turned_up is not None:
            parts.append(Part(f"{side} cuff", limbs.cuff(build, joints), turned_up, _seam(build)))
    return parts


def _bare_arms(build: Build, sleeves: RGB) -> list[Part]:
    """Arms with short sleeves."""
    parts: list[Part] = []
    for side, joints in zip(SIDES, build.pose.arms, strict=True):
        worn = limbs.sleeve(build, joints, share=0.85)
        parts.append(Part(f"{side} sleeve", worn, sleeves, build.long(0.045)))
        parts.append(Part(f"{side} arm", limbs.arm(build, joints), None, build.thick(0.008)))
        parts.append(_hand(build, side, joints))
    return parts


def _long_arms(build: Build, sleeves: RGB) -> list[Part]:
    """Arms with sleeves to the wrists."""
    parts: list[Part] = []
    for side, joints in zip(SIDES, build.pose.arms, strict=True):
        worn = limbs.arm(build, joints, swell=SLEEVE)
        parts.append(Part(f"{side} sleeve", worn, sleeves, build.long(0.045)))
        parts.append(_hand(build, side, joints))
    return parts


def _hand(build: Build, side: str, joints: limbs.Arm) -> Part:
    return Part(f"{side} hand", limbs.hand(build, joints), None, build.thick(0.02))
