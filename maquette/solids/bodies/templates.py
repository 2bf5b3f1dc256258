"""Templates: whole bodies by name.

What belongs here: the sizes of head, trunk and base, and putting the parts together. What does
not: the parts' shapes (`limbs`, `clothes`, `bases`, `heads`) and clothes' colours (`outfits`).
"""

from __future__ import annotations

import numpy as np

from maquette.errors import InputError
from maquette.solids.bodies import bases
from maquette.solids.bodies.figures import RGB, SKIN, Body, HeadPlace, Part
from maquette.solids.bodies.heads import ROOM, WIDE, head_place
from maquette.solids.bodies.lettering import plain_line
from maquette.solids.bodies.limbs import STOUT, Build, neck, reach
from maquette.solids.bodies.outfits import PALETTES, outfit
from maquette.solids.bodies.poses import BUST_RISE, CHIN, SEATED_RISE, Room, pose_of
from maquette.solids.bodies.realistic import HEAD_SHARE as REALISTIC_SHARE
from maquette.solids.bodies.realistic import PEOPLE, realistic_body
from maquette.types import Floats

TEMPLATES = ("standing", "arms-up", "sitting", "waving", "superhero", "bust")
REALISTIC = tuple(PEOPLE)  # for the extra `anny`
EVERY_TEMPLATE = (*TEMPLATES, *REALISTIC)
HEAD_SHARE = {
    **dict.fromkeys(TEMPLATES, 0.42),
    "bust": 0.50,
    **dict.fromkeys(REALISTIC, REALISTIC_SHARE),
}
HEAD_SHARES = (0.30, 0.55)
NECK, WIDEST_NECK = 0.092, 0.2  # of the size, of the head's height
WIDEST_BUST = 2.15  # size of a bust, in head heights
TOES_SPARE = 0.02


def body_of(template: str, *, head_share: float = 0.0, text: str = "", skin: RGB = SKIN) -> Body:
    """A body in the pose of a template, 1.0 high with its plain head.

    Args:
        template: one of `TEMPLATES`, or with the extra `anny` one of `REALISTIC`.
        head_share: how much of the height is head, 0.3 to 0.55; 0 is what suits the template.
        text: on the front of the base, at most 24 letters; empty for a plain base.
        skin: colour of face, neck and hands.

    Raises InputError TEMPLATE_UNKNOWN, HEAD_SHARE_RANGE or BASE_TEXT_LONG, and for realistic
    bodies ToolError ANNY_NOT_INSTALLED or ANNY_FAILED.
    """
    if template not in EVERY_TEMPLATE:
        raise InputError(
            "TEMPLATE_UNKNOWN",
            f"there is no template {template!r}",
            fix=f"use one of {', '.join(EVERY_TEMPLATE)}",
        )
    low, high = HEAD_SHARES
    if head_share and not low <= head_share <= high:  # also refuses nan
        raise InputError(
            "HEAD_SHARE_RANGE",
            f"head_share is {head_share:g}",
            fix=f"give a number from {low:g} to {high:g}, or 0",
        )
    share = head_share or HEAD_SHARE[template]
    if template in PEOPLE:
        return realistic_body(template, share=share, text=plain_line(text), skin=skin)
    return _built(template, share, plain_line(text), skin)


def _built(template: str, share: float, text: str, skin: RGB) -> Body:
    colours = PALETTES[template]
    build = _build(template, share)
    chin = build.trunk((0.0, CHIN, 0.012))
    place = head_place(chin, share, neck_radius=build.neck)
    x, y, z = place.neck.tolist()
    wide = bases.RADIUS if template == "bust" else max(bases.RADIUS, reach(build) + TOES_SPARE)
    parts = [
        *bases.plinth(radius=wide, colour=colours.base, ground=colours.ground),
        *outfit(template, build),
        Part("neck", neck(build, (x, y, z)), None, build.thick(0.012)),
    ]
    letters = bases.rim_letters(text, wide)
    if letters is not None:
        parts.append(Part("letters", letters.distances, colours.ground, painted=True))
    bounds = _bounds(build, place, wide + bases.LETTERS_RISE)
    return Body(template, tuple(parts), place, skin, bounds, letters)


def _build(template: str, share: float) -> Build:
    """The pose at the size that leaves the rest of the height to base and head."""
    high = 1 - bases.HIGH - share  # of the chin over the ground
    size = high / (CHIN + {"sitting": SEATED_RISE, "bust": BUST_RISE}.get(template, 0.0))
    if template == "bust":  # a small head has a tall column rather than wide shoulders
        size = min(size, WIDEST_BUST * share)
    half = share / 2 / size
    stout = max(size, STOUT) / size
    room = Room(ROOM[0] * WIDE * half, ROOM[1] * half, high / size + half, stout)
    pose = pose_of(template, high / size - CHIN, room)
    return Build(pose, size, bases.HIGH, min(NECK * stout * size, WIDEST_NECK * share))


def _bounds(build: Build, place: HeadPlace, base_radius: float) -> Floats:
    """The lowest and the highest corner of whatever may be there."""
    hands = max(abs(arm.wrist[0]) for arm in build.pose.arms) * build.size + build.thick(0.22)
    elbows = max(abs(arm.elbow[0]) for arm in build.pose.arms) * build.size + build.thick(0.12)
    top = float(place.centre[1] + place.room[1])
    x = max(base_radius, hands, elbows, float(place.room[0]))
    z = max(base_radius, float(place.room[2]), build.long(0.40)) + 0.02
    return np.array([[-x, 0.0, -z], [x, top, z]], np.float32)
