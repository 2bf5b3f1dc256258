"""Textures of figurines: a face on the front of a head, plain colours elsewhere.

What belongs here: which colour is where, and baking it into one atlas. What does not: charts
(`charts`), and shapes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maquette.solids.bodies.figures import RGB, Body
from maquette.solids.charts import unwrapped
from maquette.solids.figurine_looks import Looks
from maquette.solids.heads.making import Portrayed
from maquette.solids.heads.planes import between
from maquette.solids.heads.strands import parting, strands
from maquette.solids.textures import Layout, bled, encode_png
from maquette.types import Bools, Bytes, Floats, Indices, Mesh, Picture

SIDE_PX = 2048  # a power of two: players and AR viewers scale any other
FINE = 2.2  # the front of the head is drawn so much finer than the rest
FRONT_FACING = 0.35  # cosine
TURNED = (0.22, 0.5)  # cosine to the front: from here on the drawing shows, wholly from there
DARKER, LIGHTER, SOFT = -0.22, 0.34, 0.10  # where strands change their tone, and how softly
PARTED = 0.8  # how much darker a parting is


def textured(
    points: Floats, faces: Indices, *, body: Body, portrayed: Portrayed, looks: Looks
) -> Mesh:
    """The figure with one atlas.

    Args:
        points: (V, 3) in figure heights, closed.
        faces: (F, 3).
        body: with the person's skin.
        portrayed: its head.
        looks: what is drawn on it.
    """
    painter = _Painter(body, portrayed, looks)
    normals = _normals(points, faces)
    fineness = np.where(_front(painter, points, faces, normals), FINE, 1).astype(np.float32)
    laid = unwrapped(points, faces, fineness, side_px=SIDE_PX)
    shown = laid.pixels()
    corners = faces[shown.faces]
    places = np.einsum("nk,nkd->nd", shown.weights, points[corners])
    turned = np.einsum("nk,nkd->nd", shown.weights, normals[corners])
    colours = painter.colours(places, turned)
    rgba = np.zeros((SIDE_PX * SIDE_PX, 4), np.uint8)
    rgba[shown.flat, :3], rgba[shown.flat, 3] = colours, 255
    square = Picture(rgba.reshape(SIDE_PX, SIDE_PX, 4))
    # beyond the charts' rims their colours go on, so that no filter meets a seam
    atlas = bled(square, Layout(SIDE_PX, 1.0, (0, 0)))[..., :3]
    welded, parted, uv = laid.welded(points, faces)
    return Mesh(welded, parted, uv, encode_png(np.ascontiguousarray(atlas)))


@dataclass(frozen=True)
class _Painter:
    """Who knows the colour of every place on a figure."""

    body: Body
    portrayed: Portrayed
    looks: Looks

    def on_head(self, places: Floats) -> Bools:
        """Which places belong to the head."""
        head = self.portrayed.head.distances
        return self.body.nearest_parts(places, head=head) == len(self.body.parts)

    def colours(self, places: Floats, normals: Floats) -> Bytes:
        """(N, 3) the head's from the drawing, the rest in the parts' plain colours."""
        number = self.body.nearest_parts(places, head=self.portrayed.head.distances)
        parts = self.body.parts
        palette = [self.body.skin if part.colour is None else part.colour for part in parts]
        colours = np.array([*palette, self.body.skin], np.uint8)[number]
        head = np.flatnonzero(number == len(parts))
        colours[head] = _on_head(places[head], normals[head], self.portrayed, self.looks)
        return colours


def _front(painter: _Painter, points: Floats, faces: Indices, normals: Floats) -> Bools:
    """(F,) which faces the drawing will be on."""
    head = painter.portrayed.head
    facing = normals[faces].mean(axis=1)[:, 2] > FRONT_FACING
    ahead = points[faces].mean(axis=1)[:, 2] > head.depth - 0.2 * head.skull.height
    return painter.on_head(points)[faces].all(axis=1) & facing & ahead


def _on_head(places: Floats, normals: Floats, portrayed: Portrayed, looks: Looks) -> Bytes:
    """(N, 3) the drawing where it is seen from the front, plain skin and strands elsewhere."""
    head = portrayed.head
    at = portrayed.fit.back(places[:, :2]) - np.float32(0.5)
    hairy = head.hairy(places)
    facing = normals[:, 2] / np.maximum(np.linalg.norm(normals, axis=1), 1e-12)
    low, high = TURNED
    share = np.clip((facing - low) / (high - low), 0, 1)
    ahead = (places[:, 2] - head.depth) / np.float32(0.1 * head.skull.height) + 1
    share = (share * np.clip(ahead, 0, 1))[:, None].astype(np.float32)
    colours = np.empty((len(places), 3), np.float32)
    plain = np.array(looks.skin_colour, np.float32)
    for here, picture in ((~hairy, looks.skin), (hairy, looks.hair)):
        rows = np.flatnonzero(here)
        if picture is looks.hair and looks.hair_colours:
            plain = _strands(places[rows] - head.middle, looks.hair_colours)
        drawn = between(picture, at[rows, 0], at[rows, 1])
        colours[rows] = plain + share[rows] * (drawn - plain)
    return np.clip(np.rint(colours), 0, 255).astype(np.uint8)


def _strands(to: Floats, tones: tuple[RGB, ...]) -> Floats:
    """(N, 3) hair in its three tones, at places from the middle of the head."""
    dark, middle, light = np.array(tones, np.float32)
    tone = strands(to) - np.float32(PARTED) * parting(to)
    darker = np.clip((np.float32(DARKER) - tone) / np.float32(SOFT), 0, 1)[:, None]
    lighter = np.clip((tone - np.float32(LIGHTER)) / np.float32(SOFT), 0, 1)[:, None]
    return middle + darker * (dark - middle) + lighter * (light - middle)


def _normals(points: Floats, faces: Indices) -> Floats:
    """(V, 3) of unit length, averaged by area."""
    a, b, c = (points[faces[:, k]] for k in range(3))
    cross = np.cross(b - a, c - a)
    summed = np.stack(
        [np.bincount(faces.ravel(), np.repeat(cross[:, k], 3), len(points)) for k in range(3)],
        axis=1,
    )
    return (summed / np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), 1e-30)).astype(
        np.float32
    )
