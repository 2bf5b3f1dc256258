"""Realistic bodies: people of natural proportions, dressed, for the extra `anny`.

The package `anny` (Apache-2.0, on MakeHuman's CC0 data) makes a person's bare surface; here it is
measured once, thickened so that fingers can be printed, cut off at the neck, and dressed. What
belongs here: who there is, how they stand, and their clothes. What does not: asking the package
(`anny_people`), and the measuring (`sampled_fields`).
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from maquette.errors import ToolError
from maquette.extras import require_anny
from maquette.solids.bodies import anny_people, bases
from maquette.solids.bodies.fields import Field, Vector, capsule, common, grown, half_space
from maquette.solids.bodies.figures import RGB, Body, HeadPlace, Part
from maquette.solids.bodies.heads import head_place
from maquette.solids.bodies.sampled_fields import Sampled, sampled
from maquette.types import Floats, Indices

ASK_S = 240.0  # torch alone takes a while to import on a busy machine
FIX = "look at the last lines, pip install 'maquette[anny]' again, or use another template"
CELL_M = 0.009  # of the grid: half a finger
THICKER = 0.0045  # of the figure's height: fingers of small figures would break off
CLOTH, SHOE, SEAM = 0.003, 0.008, 0.004  # how far clothes stand out, likewise
SINK = 0.002  # soles into the ground
NECK_SHARE = 0.20  # radius, of the head's height: a large head wants a stout neck
ON_ARM = 0.02  # keeps trousers off hands: a value above the largest step of a distance is none


class Person(NamedTuple):
    """One body: anny's sliders, and the colours of what it wears."""

    gender: float
    age: float
    muscle: float
    weight: float
    top: RGB
    trousers: RGB
    shoes: RGB
    base: RGB


PEOPLE = {
    "realistic": Person(
        gender=0.5,
        age=0.6,
        muscle=0.5,
        weight=0.5,
        top=(84, 142, 152),
        trousers=(58, 66, 88),
        shoes=(232, 226, 214),
        base=(52, 58, 72),
    ),
    "realistic-woman": Person(
        gender=1.0,
        age=0.6,
        muscle=0.5,
        weight=0.5,
        top=(206, 98, 92),
        trousers=(64, 84, 128),
        shoes=(240, 234, 222),
        base=(88, 62, 70),
    ),
    "realistic-man": Person(
        gender=0.0,
        age=0.6,
        muscle=0.62,
        weight=0.5,
        top=(70, 96, 140),
        trousers=(112, 98, 82),
        shoes=(74, 60, 52),
        base=(46, 58, 78),
    ),
    "realistic-child": Person(
        gender=0.5,
        age=0.32,
        muscle=0.5,
        weight=0.5,
        top=(240, 188, 80),
        trousers=(72, 104, 150),
        shoes=(214, 84, 78),
        base=(64, 104, 112),
    ),
}
HEAD_SHARE = 0.24
WAIST, HEM, COLLAR, SLEEVE = 0.30, 0.04, 0.02, 0.62  # shares of the trunk and the upper arm
GROUND: RGB = (226, 228, 230)
# from arms held away to arms that hang, for the left side: inwards, backwards
TURNS_DEG = {"upperarm01": (24, 0), "lowerarm01": (0, 18), "upperleg01": (3, 0)}


@dataclass(frozen=True)
class Bare:
    """A person without clothes, as `anny` makes one.

    Attributes:
        points: (V, 3) metres, y up, facing +z.
        faces: (F, 3).
        on_arm: (V,) 1 where a point moves with an arm or a hand.
        joints: places by the names in `anny_people.JOINTS`.
    """

    points: Floats
    faces: Indices
    on_arm: Floats
    joints: dict[str, Floats]


def realistic_body(template: str, *, share: float, text: str, skin: RGB) -> Body:
    """A dressed person of this family, as `templates.body_of` describes.

    Raises ToolError ANNY_NOT_INSTALLED or ANNY_FAILED.
    """
    colours = PEOPLE[template]
    stood = _stood(template, share)
    place = head_place(stood.chin, share, neck_radius=NECK_SHARE * share)
    x, y, z = place.neck.tolist()
    radius = max(bases.RADIUS, stood.reach)
    low, high = _vector(stood.at("neck01")), (x, y, z)
    parts = [
        *bases.plinth(radius=radius, colour=colours.base, ground=GROUND),
        *_dressed(stood, colours),
        Part("neck", capsule(low, high, place.neck_radius, place.neck_radius), None, SEAM),
    ]
    letters = bases.rim_letters(text, radius)
    if letters is not None:
        parts.append(Part("letters", letters.distances, GROUND, painted=True))
    bounds = _bounds(stood, place, radius + bases.LETTERS_RISE)
    return Body(template, tuple(parts), place, skin, bounds, letters)


@dataclass(frozen=True)
class _Stood:
    """A person on the base, in shares of the figure's height.

    Attributes:
        bare: who it is.
        solid: its surface, measured in its own metres.
        scale: shares of the figure's height per metre.
        off: (3,) where its own origin is then.
        chin: where a head's lowest point goes.
    """

    bare: Bare
    solid: Sampled
    scale: float
    off: Floats
    chin: Vector

    def at(self, joint: str) -> Floats:
        """A joint's place."""
        return self.bare.joints[joint] * np.float32(self.scale) + self.off

    @property
    def points(self) -> Floats:
        """All points of its surface."""
        return self.bare.points * np.float32(self.scale) + self.off

    @property
    def reach(self) -> float:
        """How large a base must be for its shoes."""
        points = self.points
        toes = points[points[:, 1] < bases.HIGH + 0.05]
        return float(np.hypot(toes[:, 0], toes[:, 2]).max()) + THICKER + SHOE + bases.GROUND_INSET

    def distance(self, points: Floats) -> Floats:
        """To its bare skin."""
        scale = np.float32(self.scale)
        return self.solid.distance((points - self.off) / scale) * scale

    def on_arm(self, points: Floats) -> Floats:
        """(N,) 1 where an arm is nearer than anything else, 0 elsewhere."""
        return self.solid.mark((points - self.off) / np.float32(self.scale))


def _stood(template: str, share: float) -> _Stood:
    """The person at the size that leaves the rest of the height to base and head."""
    bare, solid = _measured(template)
    sole = float(bare.points[:, 1].min())
    chin = float(bare.joints["neck01"][1] + bare.joints["neck03"][1]) / 2
    scale = (1 - bases.HIGH - share + SINK) / (chin - sole)
    feet = bare.points[bare.points[:, 1] < sole + 0.06 * (chin - sole)]
    back = float(feet[:, 2].min() + feet[:, 2].max()) / 2
    off = np.array([0, bases.HIGH - SINK - sole * scale, -back * scale], np.float32)
    # a neck leans forwards: the head goes over its upper end
    z = float(bare.joints["neck03"][2] * scale + off[2])
    return _Stood(bare, solid, scale, off, (0.0, 1 - share, z))


@lru_cache(maxsize=len(PEOPLE))
def _measured(template: str) -> tuple[Bare, Sampled]:
    bare = _bare(PEOPLE[template])
    return bare, sampled(bare.points, bare.faces, bare.on_arm, cell=CELL_M)


def _bare(person: Person) -> Bare:
    """Ask for the person, in a process of its own."""
    require_anny()
    sliders = {name: getattr(person, name) for name in ("gender", "age", "muscle", "weight")}
    wishes = json.dumps({"phenotype": sliders, "turns_deg": TURNS_DEG})
    with np.load(io.BytesIO(_asked(wishes.encode())), allow_pickle=False) as archive:
        joints = archive["joints"].astype(np.float32)
        return Bare(
            archive["points"].astype(np.float32),
            archive["faces"],
            archive["on_arm"].astype(np.float32),
            dict(zip(anny_people.JOINTS, joints, strict=True)),
        )


def _asked(wishes: bytes) -> bytes:
    # without -P our own modules beside the script would be found before anybody else's
    command = [sys.executable, "-P", str(Path(anny_people.__file__))]
    try:
        done = subprocess.run(
            command, input=wishes, capture_output=True, timeout=ASK_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise ToolError("ANNY_FAILED", f"anny took over {ASK_S:g} s", fix=FIX) from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        why = said[-1] if said else f"exit status {done.returncode}"
        raise ToolError("ANNY_FAILED", f"anny made no body: {why}", fix=FIX)
    return done.stdout


def _dressed(stood: _Stood, colours: Person) -> list[Part]:
    """Skin, and clothes that lie on it and end at hems."""
    skin = grown(stood.distance, THICKER)
    neck, hips, ankle = (float(stood.at(n)[1]) for n in ("neck01", "upperleg01.L", "foot.L"))
    waist = hips + WAIST * (neck - hips)

    def legs(points: Floats) -> Floats:
        ends = np.maximum(points[:, 1] - np.float32(waist), np.float32(ankle) - points[:, 1])
        return np.maximum(ends, (stood.on_arm(points) - np.float32(0.5)) * np.float32(ON_ARM))

    def feet(points: Floats) -> Floats:
        return points[:, 1] - np.float32(ankle + SHOE)

    head = half_space(_vector(stood.at("neck03")), (0.0, 1.0, 0.0))
    return [
        Part("skin", common([skin, head]), None),
        Part("trousers", common([grown(skin, CLOTH), legs]), colours.trousers, SEAM),
        Part("shoes", common([grown(skin, SHOE), feet]), colours.shoes, SEAM),
        Part("shirt", common([grown(skin, 2 * CLOTH), _shirt(stood)]), colours.top, SEAM),
    ]


def _shirt(stood: _Stood) -> Field:
    """How far beyond the shirt's collar, hem and sleeves a place is."""
    neck, hips = (float(stood.at(name)[1]) for name in ("neck01", "upperleg01.L"))
    hem, collar = hips + HEM * (neck - hips), neck - COLLAR * (neck - hips)
    shoulder, elbow = stood.at("upperarm01.L"), stood.at("lowerarm01.L")
    along = (elbow - shoulder) / np.linalg.norm(elbow - shoulder)
    end = shoulder + SLEEVE * (elbow - shoulder)

    def beyond(points: Floats) -> Floats:
        trunk = np.maximum(points[:, 1] - np.float32(collar), np.float32(hem) - points[:, 1])
        left = np.abs(points[:, :1])  # both sides are alike
        sleeve = (np.hstack([left, points[:, 1:]]) - end) @ along
        return np.where(stood.on_arm(points) > 0.5, sleeve, trunk).astype(np.float32)

    return beyond


def _bounds(stood: _Stood, place: HeadPlace, base_radius: float) -> Floats:
    """The lowest and the highest corner of whatever may be there."""
    sides = np.abs(stood.points).max(axis=0) + THICKER + SHOE
    x, _, z = np.maximum(sides, np.maximum(place.room + np.abs(place.centre), base_radius))
    top = float(place.centre[1] + place.room[1])
    return np.array([[-x, 0.0, -z], [x, top, z]], np.float32)


def _vector(place: Floats) -> Vector:
    x, y, z = place.tolist()
    return x, y, z
