"""Figures: what a body is, whatever its pose: parts with colours, and a place for a head.

What belongs here: the values and how they are asked. What does not: any shape of its own
(`templates` puts bodies together).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maquette.solids.bodies.fields import STEEPEST, Field, blended
from maquette.solids.bodies.rim_letters import RimLetters
from maquette.solids.bodies.surfacing import mesh_of, solid_of
from maquette.types import Bytes, Floats, Indices

RGB = tuple[int, int, int]

ANCHORS = (
    "left_eye",
    "right_eye",
    "nose_tip",
    "mouth",
    "left_mouth_corner",
    "right_mouth_corner",
    "chin",
    "left_ear",
    "right_ear",
    "crown",
)
SKIN: RGB = (236, 188, 156)
CELL = 0.03  # of the height: parts are looked up once for all points in a cell of this side


@dataclass(frozen=True)
class Part:
    """One piece of a figure in one colour.

    Attributes:
        name: in words, unique in its body: ``left shoe``.
        field: the distance to it.
        colour: straight sRGB; of skin, None: the body knows its skin's colour.
        blend: how softly it is joined to the parts before it.
        painted: it lends its colour to what it covers and adds nothing to the shape.
    """

    name: str
    field: Field
    colour: RGB | None
    blend: float = 0.0
    painted: bool = False


@dataclass(frozen=True)
class HeadPlace:
    """Where the head goes, and where a face goes on the plain head.

    Left is the figure's own left, at +x. The plain head is an egg without a face: bald, with
    ears. Another head may take its place as long as it covers the neck's top.

    Attributes:
        field: the distance to the plain head.
        centre: (3,) of the plain skull.
        radii: (3,) of the plain skull without ears: half its width, height and depth.
        front: (3,) unit length: where it looks.
        neck: (3,) where the neck's axis enters the skull.
        neck_radius: of the neck there.
        blend: how softly a head is joined to the neck.
        room: (3,) radii about `centre` that body and limbs keep out of, but for the neck and
            the shoulders below: hair within them touches no hand.
        anchors: places (3,) on the plain head's surface, by the names in `ANCHORS`.
    """

    field: Field
    centre: Floats
    radii: Floats
    front: Floats
    neck: Floats
    neck_radius: float
    blend: float
    room: Floats
    anchors: Mapping[str, Floats]


@dataclass(frozen=True)
class Body:
    """A whole figure, 1.0 high with its plain head, standing on y = 0.

    To give it another skin, ``dataclasses.replace(body, skin=(R, G, B))``.

    Attributes:
        template: which pose.
        parts: the later ones are joined to the earlier ones; the head is not among them.
        head: where the head goes.
        skin: colour of face, neck and hands.
        bounds: (2, 3) lowest and highest corner of everything, with the room for hair.
        letters: the name on the base, which is put on the finished mesh; None for a plain base.
    """

    template: str
    parts: tuple[Part, ...]
    head: HeadPlace
    skin: RGB
    bounds: Floats
    letters: RimLetters | None = None

    def distances(self, points: Floats, *, head: Field | None = None) -> Floats:
        """The distance to the figure's surface at (N, 3) points, below zero inside.

        Args:
            points: anywhere.
            head: in the plain head's place; joined to the neck with `HeadPlace.blend`.
        """
        solid = [part for part in self.parts if not part.painted]
        near = np.full(len(points), np.inf, np.float32)
        blends = [part.blend for part in solid]
        for part, rows in zip(solid, _active(points, solid, slack=4 * max(blends)), strict=True):
            near[rows] = blended(near[rows], part.field(points[rows]), part.blend)
        face = self.head.field if head is None else head
        return blended(near, face(points), self.head.blend)

    def mesh(
        self, *, spacing: float, head: Field | None = None, tolerance: float | None = None
    ) -> tuple[Floats, Indices]:
        """The whole figure as a closed, oriented, manifold mesh: (V, 3) points, (F, 3) faces.

        Args:
            spacing: side of a grid cell; 0.004 is 0.4 mm on a figure of 100 mm.
            head: in the plain head's place.
            tolerance: how far the mesh may be simplified from the surface; none for 0.06 cells.

        Raises EngineError FIGURE_NOT_CLOSED where the head makes it no solid.
        """
        whole = solid_of(
            lambda points: self.distances(points, head=head),
            self.bounds,
            spacing=spacing,
            tolerance=tolerance,
        )
        return mesh_of(whole if self.letters is None else whole + self.letters.solid())

    def colours(self, points: Floats, *, head: Field | None = None) -> Bytes:
        """(N, 3) the colour of the nearest part at points on the surface, without soft edges.

        Args:
            points: on or near the surface.
            head: in the plain head's place; it has the skin's colour.
        """
        number = self.nearest_parts(points, head=head)
        palette = [self.skin if p.colour is None else p.colour for p in self.parts] + [self.skin]
        return np.array(palette, np.uint8)[number]

    def nearest_parts(self, points: Floats, *, head: Field | None = None) -> NDArray[np.int64]:
        """(N,) the number in `parts` of the part each point belongs to; their count for the head.

        A painted part wins wherever a point lies inside of it.
        """
        nearest = (self.head.field if head is None else head)(points)
        number = np.full(len(points), len(self.parts), np.int64)
        rows_of = _active(points, self.parts, slack=0.0)
        order = sorted(range(len(self.parts)), key=lambda k: self.parts[k].painted)
        for k in order:
            part, rows = self.parts[k], rows_of[k]
            at = part.field(points[rows])
            wins = at < 0 if part.painted else at < nearest[rows]
            nearest[rows[wins]] = at[wins]
            number[rows[wins]] = k
        return number


def _active(
    points: Floats, parts: tuple[Part, ...] | list[Part], *, slack: float
) -> list[NDArray[np.int64]]:
    """For each part, which points it may matter to: elsewhere others are nearer for certain.

    Distances change by no more than `STEEPEST` per step, so what holds in the middle of a small
    cell, with room to spare, holds in all of it.
    """
    cells = np.floor(points / np.float32(CELL)).astype(np.int64)
    keys = (cells + (1 << 20)) @ np.array([1 << 42, 1 << 21, 1])
    _, first, cell_of = np.unique(keys, return_index=True, return_inverse=True)
    middles = ((cells[first] + 0.5) * CELL).astype(np.float32)
    at = np.stack([part.field(middles) for part in parts])  # (P, C)
    reach = STEEPEST * CELL * 3**0.5 / 2
    painted = np.array([part.painted for part in parts])[:, None]
    nearest = np.where(painted, np.inf, at).min(axis=0)
    matters = np.where(painted, at <= reach, at <= nearest + 2 * reach + slack)
    return [np.flatnonzero(row[cell_of]) for row in matters]
