"""Making: a portrait becomes a head.

What belongs here: the order in which the parts of a head are found. What does not: the parts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maquette.solids.bodies.figures import HeadPlace
from maquette.solids.heads import accents, outlines, relief, shapes
from maquette.solids.heads import hair as hairs
from maquette.solids.heads.fitting import Fit, fitted
from maquette.solids.heads.hair import Hair
from maquette.solids.heads.planes import Plane
from maquette.types import Face, Floats, Picture

GROWN = 1.12  # faces of figurines are larger than people's, so that they can be read
PLANE_SIDE = 1.7  # of the plain head's height
HAIR_RISE = 0.03  # over the skull at the hairline, of the skull's height
ROOM_SPARE = 0.97
ROOM_ABOVE, ROOM_BELOW = 1.25, 1.08  # of the room's height: nothing is above, shoulders are below


@dataclass(frozen=True)
class Portrayed:
    """A head and how it was laid on the body.

    Attributes:
        head: its shape.
        fit: from the portrait's pixels to its front.
        hair: where it is in the front view.
    """

    head: shapes.Head
    fit: Fit
    hair: Hair


def head_of(styled: Picture, cutout: Picture, face: Face, *, place: HeadPlace) -> Portrayed:
    """The head of a person, on a body's neck.

    Args:
        styled: the drawing that goes on it.
        cutout: the photo it was drawn from, in the same frame.
        face: landmarks in that frame.
        place: where a body has its head.
    """
    width, height = 2 * float(place.radii[0]), 2 * float(place.radii[1])
    fit = fitted(face, place.anchors, head_width=width, grown=GROWN)
    middle = float(place.centre[0]), float(place.centre[1])
    plane = Plane.around(middle, PLANE_SIDE * height)
    photo, drawn = plane.laid(cutout, fit), plane.laid(styled, fit)
    hair = hairs.hair_of(photo, plane, fit, face.landmarks)
    skull = outlines.skull_of(face.landmarks, fit, photo[..., 3] > 127, plane)
    reach = outlines.hair_reach(hair, skull, plane, _room(place))
    line = outlines.hairline(hair, skull, plane)
    at = face.landmarks, fit, skull, plane
    raised = relief.features(*at) + accents.accents(*at)
    # brows are dark lines, but they stand out
    raised -= (1 - accents.brows(*at)) * relief.grooves(drawn, skull, plane)
    depth = float(place.centre[2])
    head = shapes.Head(
        skull=skull,
        depth=depth,
        plane=plane,
        hair=hair,
        hair_reach=reach,
        hair_back=outlines.back_reach(reach, skull),
        hair_front=shapes.hair_fronts(skull, line, reach, HAIR_RISE),
        raised=raised,
        ears=_ears(skull, depth, hair, plane),
        neck=shapes.neck_socket(place.neck, place.neck_radius),
        nape=_nape(hair, skull, plane),
    )
    return Portrayed(head.blunt(), fit, hair)


def _room(place: HeadPlace) -> Floats:
    """(ANGLES,) how far hair may reach without touching a hand."""
    turns = np.arange(outlines.ANGLES) * (2 * np.pi / outlines.ANGLES)
    wide = ROOM_SPARE * place.room[0]
    high = np.where(np.sin(turns) > 0, ROOM_ABOVE, ROOM_BELOW) * place.room[1]
    return 1 / np.hypot(np.cos(turns) / wide, np.sin(turns) / high)


def _ears(
    skull: outlines.Skull, depth: float, hair: Hair, plane: Plane
) -> tuple[shapes.Field, ...]:
    """The ears that no hair covers."""
    half = float(skull.reach[0])
    y = skull.low + shapes.EAR_HIGH * skull.height
    beside = half + np.linspace(-0.04, 0.08, 5) * skull.height
    seen: list[shapes.Field] = []
    for side in (1, -1):
        spots = np.column_stack([skull.middle[0] + side * beside, np.full(5, y)])
        if plane.read(hair.depth, spots.astype(np.float32)).max() < 0:
            seen.append(shapes.ear(skull, depth, side))
    return tuple(seen)


def _nape(hair: Hair, skull: outlines.Skull, plane: Plane) -> float:
    """Where hair ends behind: as low as in front when it is long, else at the ears' lobes."""
    short = skull.low + 0.30 * skull.height
    rows = np.flatnonzero(hair.inside.any(axis=1))
    if not len(rows):
        return short
    lowest = plane.top - plane.step * float(rows[-1])
    return min(short, lowest)
