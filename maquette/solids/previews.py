"""Previews: a mesh as it would look on a table, drawn in numpy, without GPU or display.

A z-buffer of perspective-correct triangles, drawn twice as large and averaged down; a soft key
light with a little gloss, and a shadow on the floor. What belongs here: still pictures of one
mesh. What does not: contact sheets and movies, which are made of such pictures elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.batch.stages import map_stage
from maquette.solids.surfaces import Shaded, shaded
from maquette.solids.textures import decode_png
from maquette.types import Bools, Bytes, Floats, Mesh, Picture

PREVIEW_PX = 384
OVERSAMPLED = 2
FILLS = 0.72  # of the frame, along the tighter side
ORBIT_FILLS = 0.68  # shadows wander round it
DISTANCE = 3.0  # of the camera, in largest dimensions: a normal lens

Wide = NDArray[np.float64]

# towards the key light, in the camera's frame: from the upper left, before the subject
KEY_LIGHT = np.array([-0.42, 0.58, 0.70]) / np.linalg.norm([-0.42, 0.58, 0.70])
AMBIENT, KEY, GLOSS, SHARPNESS = 0.72, 0.37, 0.20, 40.0
BACKDROP_TOP, BACKDROP_BOTTOM = (231, 235, 242), (206, 213, 224)
# a lamp that is not a point: shadows of several places on it, and how dark each is
LAMPS = ((-0.22, 1.0, 0.62), (-0.32, 1.0, 0.50), (-0.42, 1.0, 0.60), (-0.32, 1.0, 0.74))
SHADOW_DARKNESS, CONTACT_DARKNESS = 0.36, 0.40
CONTACT_SHARE = 0.05  # of the height: what is higher up throws no contact shadow
PLAIN_GREY = 190
TILT_DEG, FROM_ABOVE_DEG = 14.0, 55.0
LIES_SHARE = 0.3  # lower than this share of its shorter side, it lies
SLIVER_PX2 = 1e-6  # faces seen edge-on


@map_stage(version="1", makes="preview")
def portray(card: Mesh) -> Picture:
    """Picture a card, a little turned, on a light ground."""
    return render(card, size_px=PREVIEW_PX)


def render(
    mesh: Mesh, *, size_px: int = 512, turn_deg: float = -25.0, tilt_deg: float = 12.0
) -> Picture:
    """Draw a mesh that stands on y = 0.

    Args:
        mesh: any triangle mesh; faces are seen from their outside only.
        size_px: of the square picture.
        turn_deg: about the vertical; negative shows its left wall.
        tilt_deg: how far the camera looks down.
    """
    sitter = Sitter.of(mesh)
    return sitter.portrait(sitter.view(turn_deg, tilt_deg), size_px=size_px)


def tilt_of(mesh: Mesh) -> float:
    """How far a camera looks down at a mesh: at what lies flat, from above."""
    wide, high, deep = np.ptp(mesh.points, axis=0).tolist()
    return FROM_ABOVE_DEG if high < LIES_SHARE * min(wide, deep) else TILT_DEG


@dataclass(frozen=True)
class Sitter:
    """A mesh made ready to be drawn from many sides: shading it takes as long as a picture."""

    surface: Shaded
    texture: Bytes
    cutoff: float | None

    @classmethod
    def of(cls, mesh: Mesh) -> Sitter:
        """The mesh with its normals found and its texture opened."""
        return cls(shaded(mesh), _texture(mesh), mesh.alpha_cutoff)

    def view(self, turn_deg: float, tilt_deg: float) -> View:
        """A camera of its own for this side, that shows all of it as large as it can."""
        return View.around(self.surface.points, turn_deg=turn_deg, tilt_deg=tilt_deg)

    def portrait(self, view: View, *, size_px: int, floor: bool = True) -> Picture:
        """The mesh as this camera sees it; without a floor it hangs before the backdrop."""
        drawn = _drawn(self, view, side_px=size_px * OVERSAMPLED)
        return Picture(_over(drawn, _ground(self if floor else None, view, size_px), size_px))


@dataclass(frozen=True)
class View:
    """A camera that looks at the middle of a mesh and is as far away as shows all of it."""

    turn: Wide  # (3, 3) world to camera axes
    centre: Wide  # (3,)
    distance: float
    zoom: float  # screen widths per unit of x / z
    middle_xy: Wide  # (2,) of the projected bounds, to be centred

    @classmethod
    def around(cls, points: Floats, *, turn_deg: float, tilt_deg: float) -> View:
        """The camera that centres the mesh."""
        a, b = np.deg2rad([turn_deg, tilt_deg])
        about_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
        about_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
        low, high = points.min(axis=0).astype(float), points.max(axis=0).astype(float)
        distance = DISTANCE * float((high - low).max())
        far = cls(about_x @ about_y, (low + high) / 2, distance, 1.0, np.zeros(2))
        xy, _ = far.project(points)
        span = float(np.ptp(xy, axis=0).max())
        middle = (xy.min(axis=0) + xy.max(axis=0)) / 2 - 0.5
        return cls(far.turn, far.centre, distance, FILLS / span, middle * FILLS / span)

    @classmethod
    def orbit(cls, points: Floats, turns_deg: Sequence[float], *, tilt_deg: float) -> list[View]:
        """Cameras round a mesh at one height and one zoom, so that it turns on the spot."""
        each = [cls.around(points, turn_deg=turn, tilt_deg=tilt_deg) for turn in turns_deg]
        spans = [replace(view, zoom=1.0, middle_xy=np.zeros(2)).project(points)[0] for view in each]
        beside = max(float(np.abs(xy[:, 0] - 0.5).max()) for xy in spans)
        top, bottom = (f(f(xy[:, 1]) for xy in spans) - 0.5 for f in (min, max))
        zoom = ORBIT_FILLS / max(2 * beside, float(bottom - top))
        middle = np.array([0.0, (top + bottom) / 2 * zoom])
        return [replace(view, zoom=zoom, middle_xy=middle) for view in each]

    def project(self, points: NDArray[Any]) -> tuple[Wide, Wide]:
        """Screen positions in 0..1, y down, and one over the distance from the camera."""
        seen = (points - self.centre) @ self.turn.T
        nearness = 1 / (self.distance - seen[:, 2])
        across = seen[:, :2] * [1, -1] * nearness[:, None] * self.zoom
        return across + 0.5 - self.middle_xy, nearness


@dataclass(frozen=True)
class _Fragments:
    """Pixels covered by faces: one entry per face and pixel."""

    face: NDArray[np.int64]
    x: Floats  # pixel centres
    y: Floats
    place: NDArray[np.int64]  # row * side + column


def _fragments(corners: Wide, side_px: int) -> _Fragments:
    """Every pixel whose centre lies in a counter-clockwise (on screen) face, (F, 3, 2) pixels."""
    top = np.clip(np.ceil(corners[..., 1].min(axis=1) - 0.5), 0, side_px).astype(np.int64)
    end = np.clip(np.ceil(corners[..., 1].max(axis=1) - 0.5), 0, side_px).astype(np.int64)
    face, row = _runs(top, np.maximum(end - top, 0))
    y = row + 0.5
    left, right = np.full(len(face), -np.inf), np.full(len(face), np.inf)
    for k in range(3):
        start, stop = corners[face, k], corners[face, (k + 1) % 3]
        rise = stop[:, 1] - start[:, 1]
        with np.errstate(divide="ignore", invalid="ignore"):
            x = start[:, 0] + (y - start[:, 1]) * (stop[:, 0] - start[:, 0]) / rise
        # with y down, edges of such a face that go down bound it on the left
        left = np.where(rise > 0, np.maximum(left, x), left)
        right = np.where(rise < 0, np.minimum(right, x), right)
    first = np.clip(np.ceil(left - 0.5), 0, side_px).astype(np.int64)
    last = np.clip(np.ceil(right - 0.5), 0, side_px).astype(np.int64)
    run, column = _runs(first, np.maximum(last - first, 0))
    place = row[run] * side_px + column
    x32, y32 = (column + 0.5).astype(np.float32), y[run].astype(np.float32)
    return _Fragments(face[run], x32, y32, place)


def silhouette(corners_px: Wide, side_px: int) -> Floats:
    """(S, S) 1 where the faces of a closed mesh, (F, 3, 2) on the screen, cover a pixel."""
    # its other half falls on the same place
    seen = np.flatnonzero(_turns(corners_px) < -SLIVER_PX2)
    return _cover(_fragments(corners_px[seen], side_px), side_px)


def _cover(fragments: _Fragments, side_px: int) -> Floats:
    cover = np.zeros(side_px * side_px, np.float32)
    cover[fragments.place] = 1
    return cover.reshape(side_px, side_px)


def _runs(
    starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Runs written out: the number of each entry's run, and its value counted from the start."""
    owner = np.repeat(np.arange(len(starts)), lengths)
    before = np.cumsum(lengths) - lengths
    return owner, np.arange(len(owner)) + np.repeat(starts - before, lengths)


def _turns(corners: NDArray[Any]) -> NDArray[Any]:
    """(F,) twice the signed area of (F, 3, 2) triangles."""
    edge, other = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return edge[:, 0] * other[:, 1] - edge[:, 1] * other[:, 0]


def _slopes(corners: Wide, values: Wide) -> Floats:
    """(F, 3, K) a, b, c with value = a x + b y + c over each face, from (F, 3, K) at corners."""
    system = np.concatenate([corners, np.ones_like(corners[..., :1])], axis=2)
    return np.linalg.solve(system, values).astype(np.float32)


def _values(slopes: Floats, fragments: _Fragments) -> Floats:
    """(N, K) what the slopes give at each fragment."""
    own = slopes[fragments.face]
    at = own[:, 0] * fragments.x[:, None] + own[:, 1] * fragments.y[:, None] + own[:, 2]
    return at.astype(np.float32, copy=False)


def _texture(mesh: Mesh) -> Bytes:
    if mesh.texture_png is None:
        paint = PLAIN_GREY if mesh.colours is None else 255  # colours are multiplied with it
        return np.full((2, 2, 4), (paint, paint, paint, 255), np.uint8)
    return decode_png(mesh.texture_png)


def _chosen(fragments: _Fragments, which: NDArray[Any]) -> _Fragments:
    return _Fragments(
        fragments.face[which], fragments.x[which], fragments.y[which], fragments.place[which]
    )


def _drawn(sitter: Sitter, view: View, *, side_px: int) -> Floats:
    """(S, S, 4) the lit mesh: colours 0..255 premultiplied with coverage, and coverage 0 or 1."""
    surface, texture, cutoff = sitter.surface, sitter.texture, sitter.cutoff
    xy, nearness = view.project(surface.points)
    corners = xy[surface.faces] * side_px
    turns = _turns(corners)
    front = np.flatnonzero(turns < -SLIVER_PX2)  # y down turns counter-clockwise round
    texels_px = _texels_per_px(surface.uv[surface.faces[front]], texture, -turns[front].sum())
    fragments = _fragments(corners[front], side_px)
    # many faces of a fine mesh lie between the pixels
    hit = np.bincount(fragments.face, minlength=len(front)) > 0
    fragments = replace(fragments, face=(np.cumsum(hit) - 1)[fragments.face])
    corners, faces = corners[front[hit]], surface.faces[front[hit]].astype(np.int64)
    near = nearness[faces][..., None]
    # what is linear on the screen is value / distance
    columns = [surface.uv, surface.normals @ view.turn.T]
    if surface.colours is not None:
        columns.append(surface.colours[:, :3] / 255)
    lit = np.concatenate(columns, axis=1)[faces] * near
    slopes = _slopes(corners, np.concatenate([near, lit], axis=2))
    if cutoff is not None:
        fragments = _chosen(fragments, _opaque(slopes, fragments, texture, cutoff))
    closeness = _values(slopes[..., :1], fragments)[:, 0]
    nearest = np.zeros(side_px * side_px, np.float32)
    np.maximum.at(nearest, fragments.place, closeness)
    shown = np.flatnonzero(closeness == nearest[fragments.place])
    fragments = _chosen(fragments, shown)
    values = _values(slopes[..., 1:], fragments) / closeness[shown, None]
    art = _sampled(texture, values[:, :2], fragments.place, side_px=side_px, shrink=texels_px)
    if surface.colours is not None:
        art *= np.clip(values[:, 5:], 0, 1)
    canvas = np.zeros((side_px * side_px, 4), np.float32)
    canvas[fragments.place, :3] = _lit(art, values[:, 2:5])
    canvas[fragments.place, 3] = 1
    return canvas.reshape(side_px, side_px, 4)


def _opaque(slopes: Floats, fragments: _Fragments, texture: Bytes, cutoff: float) -> Bools:
    """Which fragments the texture's alpha keeps."""
    values = _values(slopes[..., :3], fragments)
    height, width = texture.shape[:2]
    u, v = (values[:, 1:] / values[:, :1]).T
    column = np.clip(u * width, 0, width - 1).astype(np.int64)
    row = np.clip(v * height, 0, height - 1).astype(np.int64)
    return texture[row, column, 3] >= cutoff * 255


def _texels_per_px(uv: Floats, texture: Bytes, twice_screen_px2: float) -> float:
    """How many texture pixels fall on one screen pixel, along one side, on the average."""
    texels = float(np.abs(_turns(uv)).sum()) * texture.shape[0] * texture.shape[1]
    return float(np.sqrt(texels / max(twice_screen_px2, 1.0)))


def _sampled(
    texture: Bytes, uv: Floats, place: NDArray[np.int64], *, side_px: int, shrink: float
) -> Floats:
    """(N, 3) colours at (N, 2) texture coordinates, from a texture no finer than the screen."""
    import cv2

    art = np.ascontiguousarray(texture[..., :3])
    if shrink > 1.15:
        size_wh = (max(1, round(art.shape[1] / shrink)), max(1, round(art.shape[0] / shrink)))
        art = cv2.resize(art, size_wh, interpolation=cv2.INTER_AREA)
    # remap wants maps in the shape of a picture
    maps = np.zeros((side_px * side_px, 2), np.float32)
    maps[place] = uv * np.array([art.shape[1], art.shape[0]], np.float32) - 0.5
    maps = maps.reshape(side_px, side_px, 2)
    no_map: Any = None
    seen = cv2.remap(art, maps, no_map, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return seen.reshape(-1, 3)[place].astype(np.float32)


def _lit(art: Floats, normals: Floats) -> Floats:
    """Colours under the key light: even where the subject faces us, glossy along the rim."""
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-6)
    facing = np.maximum(normals @ KEY_LIGHT.astype(np.float32), 0)
    half = KEY_LIGHT + np.array([0, 0, 1])
    shine = np.maximum(normals @ (half / np.linalg.norm(half)).astype(np.float32), 0) ** SHARPNESS
    sky = 0.06 * normals[:, 1]  # light comes from above rather than from the floor
    lit = art * (AMBIENT + sky + KEY * facing)[:, None] + (255 * GLOSS) * shine[:, None]
    return np.minimum(lit, 255)


def _ground(sitter: Sitter | None, view: View, size_px: int) -> Floats:
    """(S, S, 3) the backdrop, with a shadow on the floor of whoever stands there."""
    import cv2

    ramp = np.linspace(0, 1, size_px, dtype=np.float32)[:, None, None]
    top, bottom = np.array([BACKDROP_TOP, BACKDROP_BOTTOM], np.float32)
    if sitter is None:
        return np.broadcast_to(top + (bottom - top) * ramp, (size_px, size_px, 3))
    cast = _Cast(sitter.surface, sitter.texture, view, size_px, sitter.cutoff)
    dark = np.zeros((size_px, size_px), np.float32)
    for lamp in LAMPS:
        # lamps keep their place beside the camera
        dark += cast.shadow(np.array(lamp) @ view.turn) / len(LAMPS)
    dark = cv2.GaussianBlur(dark, (0, 0), size_px * 0.020)
    contact = cast.near_floor().shadow(np.array([0.0, 1.0, 0.0]))
    contact = np.minimum(cv2.GaussianBlur(contact, (0, 0), size_px * 0.012) * 2, 1)
    kept = (1 - SHADOW_DARKNESS * dark) * (1 - CONTACT_DARKNESS * contact)
    # a cool shadow: the sky fills it in
    tint = np.array([1.0, 0.97, 0.90], np.float32)
    shaded_floor = (top + (bottom - top) * ramp) * (1 - (1 - kept[..., None]) * tint)
    return shaded_floor.astype(np.float32)


@dataclass(frozen=True)
class _Cast:
    """What throws shadows, and onto which picture."""

    surface: Shaded
    texture: Bytes
    view: View
    side_px: int
    cutoff: float | None

    def near_floor(self) -> _Cast:
        """Only the faces that begin close to the floor."""
        height = self.surface.points[:, 1] - self.surface.points[:, 1].min()
        low = height[self.surface.faces].max(axis=1) <= CONTACT_SHARE * height.max()
        return replace(self, surface=replace(self.surface, faces=self.surface.faces[low]))

    def shadow(self, towards: Wide) -> Floats:
        """(S, S) 1 where the mesh keeps a far lamp's light from the floor."""
        points = self.surface.points.astype(np.float64)
        height = points[:, 1] - points[:, 1].min()
        xy, nearness = self.view.project(points - towards * (height / towards[1])[:, None])
        corners = xy[self.surface.faces] * self.side_px
        # a closed mesh's other half falls on the same place
        seen = np.flatnonzero(_turns(corners) < -SLIVER_PX2)
        fragments = _fragments(corners[seen], self.side_px)
        if self.cutoff is not None:
            faces = self.surface.faces[seen]
            near = nearness[faces][..., None]
            values = np.concatenate([near, self.surface.uv[faces] * near], axis=2)
            slopes = _slopes(corners[seen], values)
            kept = _opaque(slopes, fragments, self.texture, self.cutoff)
            fragments = _chosen(fragments, kept)
        return _cover(fragments, self.side_px)


def _over(drawn: Floats, ground: Floats, size_px: int) -> Bytes:
    """The drawing averaged down and laid over the ground, opaque."""
    import cv2

    small = np.asarray(cv2.resize(drawn, (size_px, size_px), interpolation=cv2.INTER_AREA))
    rgb = small[..., :3] + ground * (1 - small[..., 3:])
    rgba = np.full((size_px, size_px, 4), 255, np.uint8)
    rgba[..., :3] = np.clip(np.rint(rgb), 0, 255)
    return rgba
