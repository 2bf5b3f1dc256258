"""Colours of a figure's head: where its drawing shows, and whether the drawing's border does.

What belongs here: comparing a figure's texture with the drawing that it was made from. What does
not: making textures (`figurine_textures`), and the stage that judges (`figure_scores`).

A figure is looked at patch by patch: each face of its mesh has a middle, a direction and a colour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from maquette.solids.figurine_textures import TURNED
from maquette.solids.heads.landmarks import FACE_POINTS
from maquette.solids.heads.planes import between
from maquette.solids.textures import decode_png
from maquette.types import Bools, Bytes, Face, Floats, Mesh, Picture

OPAQUE = 200  # of 255: what is less holds some of what was behind the head
SAME_COLOUR = 12.0  # CIEDE2000: colours of one place, read once in each of two pictures
CELL, HIDDEN = 0.03, 0.12  # of the head's width: a grid, and how far behind its foremost is hidden
# cosine to the front: the drawing shows wholly on this side of its border, not at all on that one
INNER, OUTER = (TURNED[1], TURNED[1] + 0.12), (TURNED[0] - 0.12, TURNED[0])
REACH = 0.25  # of the head's width: what is farther off is not the other side of the border
BESIDE = 0.75  # of the head's width: hands are beyond
PAIRS_LEAST = 40
SEAM_PERCENT = 50


@dataclass(frozen=True)
class Laid:
    """How a drawing lies on a figure, as `figurines.sculpt` tells it."""

    told: Mapping[str, Any]

    @property
    def head_width_m(self) -> float:
        """Of the skull."""
        return float(self.told["head_width_m"])

    @property
    def m_per_px(self) -> float:
        """Of the drawing."""
        return float(self.told["similarity"]["m_per_px"])

    def anchor_m(self, name: str) -> Floats:
        """(3,) where a part of the face should be."""
        return np.array(self.told["anchors_m"][name], np.float32)

    def px(self, points_m: Floats) -> Floats:
        """(N, 2) the drawing's pixels that lie at points of the figure."""
        turn = np.radians(float(self.told["similarity"]["turn_deg"]))
        cos, sin = np.cos(turn), np.sin(turn)
        # pictures count downwards
        back = np.array([[cos, sin], [sin, -cos]]) / self.m_per_px
        return ((points_m[:, :2] - self.told["similarity"]["shift_m"]) @ back).astype(np.float32)


@dataclass(frozen=True)
class Patches:
    """A figure's faces: middles, outward directions, areas and colours."""

    middles_m: Floats  # (F, 3)
    normals: Floats  # (F, 3)
    areas_m2: Floats  # (F,)
    rgb: Floats  # (F, 3) 0..255

    @classmethod
    def of(cls, figure: Mesh) -> Patches:
        """All faces that have an area."""
        corners = figure.points.astype(np.float64)[figure.faces]
        cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        twice = np.linalg.norm(cross, axis=1)
        kept = np.flatnonzero(twice > 0)
        normals = cross[kept] / twice[kept, None]
        uv = figure.uv[figure.faces[kept]].mean(axis=1)
        parts = (corners[kept].mean(axis=1), normals, twice[kept] / 2, _painted(figure, uv))
        return cls(*(part.astype(np.float32) for part in parts))

    def chosen(self, which: Bools) -> Patches:
        """Some of them."""
        return Patches(
            self.middles_m[which], self.normals[which], self.areas_m2[which], self.rgb[which]
        )


def coverage(figure: Patches, laid: Laid, styled: Picture, face: Face) -> float:
    """How much of the face's hull, seen from the front, shows the drawing, 0..1.

    What counts is foremost, faces front, lies under an opaque pixel and has that pixel's colour.
    Bare skin looks like drawn skin: so it is the smaller of two shares, that of the whole hull and
    that of eyes, brows, lips and whatever else is drawn in another colour than skin.
    """
    import cv2

    hull: Any = cv2.convexHull(np.ascontiguousarray(face.landmarks[:FACE_POINTS, :2]))
    seen = _ahead(figure, laid, hull, styled.size_wh)
    if not len(seen.rgb):
        return 0.0
    at = laid.px(seen.middles_m)
    opaque = _read(styled.rgba[..., 3].astype(np.float32), at) >= OPAQUE
    drawn = _read(styled.rgba[..., :3].astype(np.float32), at)
    shows = opaque & (delta_e(seen.rgb, drawn) < SAME_COLOUR)
    skin = np.broadcast_to(np.array(laid.told["skin"], np.float32), drawn.shape)
    told = delta_e(drawn, skin) >= SAME_COLOUR
    flat_m2 = seen.areas_m2 * seen.normals[:, 2]
    hull_m2 = float(cv2.contourArea(hull)) * laid.m_per_px**2
    of_hull = float(flat_m2[shows].sum()) / max(hull_m2, 1e-12)
    told_m2 = float(flat_m2[told].sum())
    of_told = float(flat_m2[told & shows].sum()) / told_m2 if told_m2 else 1.0
    return min(1.0, of_hull, of_told)


def _ahead(figure: Patches, laid: Laid, hull: Any, size_wh: tuple[int, int]) -> Patches:
    """The patches that are seen from the front within a hull of the drawing's pixels."""
    import cv2

    width, height = size_wh
    inside = np.zeros((height, width), np.uint8)
    cv2.fillConvexPoly(inside, np.rint(hull).astype(np.int32), 1)
    ahead = figure.chosen(figure.normals[:, 2] > sum(TURNED) / 2)
    ahead = ahead.chosen(_read(inside.astype(np.float32), laid.px(ahead.middles_m)) > 0.5)
    return ahead.chosen(_foremost(ahead.middles_m, laid.head_width_m))


def seam(figure: Patches, laid: Laid) -> float | None:
    """How far colours on both sides of the drawing's border lie apart, CIEDE2000.

    Of all places along it the middle one. Where the face's skin meets hair nothing is wrong, so
    only skin is held against skin and hair against hair; None where there is too little of both.
    """
    from scipy.spatial import KDTree

    head = figure.chosen(_on_head(figure.middles_m, laid))
    inner = head.chosen(_within(head.normals[:, 2], INNER))
    outer = head.chosen(_within(head.normals[:, 2], OUTER))
    if not len(inner.rgb) or not len(outer.rgb):
        return None
    away, nearest = KDTree(outer.middles_m).query(inner.middles_m)
    ours, theirs = inner.rgb, outer.rgb[nearest]
    meet = (away <= REACH * laid.head_width_m) & (_is_hair(ours, laid) == _is_hair(theirs, laid))
    if meet.sum() < PAIRS_LEAST:
        return None
    return float(np.percentile(delta_e(ours[meet], theirs[meet]), SEAM_PERCENT))


def delta_e(one: Floats, other: Floats) -> Floats:
    """(N,) CIEDE2000 between (N, 3) colours of sRGB, 0..255: 2 is just seen, 10 at a glance."""
    from skimage.color import deltaE_ciede2000

    return np.asarray(deltaE_ciede2000(_lab(one), _lab(other)), np.float32)


def _lab(rgb: Floats) -> Floats:
    import cv2

    row = np.ascontiguousarray(rgb, np.float32).reshape(1, -1, 3) / np.float32(255)
    return np.asarray(cv2.cvtColor(row, cv2.COLOR_RGB2LAB), np.float32)[0]


def _painted(figure: Mesh, uv: Floats) -> Floats:
    """(N, 3) the texture's colours; plain grey where there is none."""
    if figure.texture_png is None:
        return np.full((len(uv), 3), 190, np.float32)
    texture: Bytes = decode_png(figure.texture_png)
    height, width = texture.shape[:2]
    at = (uv * [width, height]).astype(np.float32)
    return _read(texture[..., :3].astype(np.float32), at)


def _read(picture: Floats, px: Floats) -> Floats:
    """What a picture has at places; the first pixel's middle is 0.5."""
    return between(picture, px[:, 0] - np.float32(0.5), px[:, 1] - np.float32(0.5))


def _foremost(middles_m: Floats, head_width_m: float) -> Bools:
    """(N,) which places nothing is in front of."""
    cells = np.floor(middles_m[:, :2] / (CELL * head_width_m)).astype(np.int64)
    _, cell = np.unique(cells, axis=0, return_inverse=True)
    cell = cell.ravel()
    front = np.full(int(cell.max(initial=-1)) + 1, -np.inf)
    np.maximum.at(front, cell, middles_m[:, 2])
    return middles_m[:, 2] >= front[cell] - HIDDEN * head_width_m


def _on_head(middles_m: Floats, laid: Laid) -> Bools:
    """(N,) what is higher than the chin and no farther to the side than hands are."""
    eyes = (laid.anchor_m("left_eye") + laid.anchor_m("right_eye")) / 2
    beside = np.abs(middles_m[:, 0] - eyes[0]) <= BESIDE * laid.head_width_m
    return beside & (middles_m[:, 1] >= laid.anchor_m("chin")[1])


def _within(values: Floats, ends: tuple[float, float]) -> Bools:
    return (values >= ends[0]) & (values <= ends[1])


def _is_hair(rgb: Floats, laid: Laid) -> Bools:
    """(N,) whether colours are nearer to the person's hair than to the skin."""
    skin = _lab(np.array([laid.told["skin"]], np.float32))
    hair = np.array(laid.told["hair"], np.float32).reshape(-1, 3)
    if not len(hair):
        return np.zeros(len(rgb), np.bool_)
    seen = _lab(rgb)
    to_skin = np.linalg.norm(seen - skin, axis=1)
    to_hair = np.linalg.norm(seen[:, None] - _lab(hair)[None], axis=2).min(axis=1)
    return to_hair < to_skin
