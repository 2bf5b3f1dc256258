"""The embedded animator: a cut-out rounded into a solid that follows the clip's outlines.

No weights, no GPU, no guessing: what it makes is a 2.5D animation and is called that. What
belongs here: the role and the order of work. What does not: any step of it, which are the
modules `maquette.solids.animation_*` and `sheet_*`.

Frames are read one at a time whatever the mode, so the low-memory modes are no different; there
are no steps to take fewer of, and no chance that a seed would decide.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from maquette.roles import AnimatedMesh, AnimateRequest, Animator, EngineInfo
from maquette.solids.animation_clips import Clip, alone, clip_of
from maquette.solids.animation_models import carried, laid_over
from maquette.solids.animation_notes import notes_on
from maquette.solids.animation_poses import animation_of
from maquette.solids.animation_smoothing import calmed
from maquette.solids.animation_thickness import depths_of, heights_of
from maquette.solids.animation_turns import leaning, leans_of
from maquette.solids.inflation_cutouts import AIR_PX
from maquette.solids.inflation_filling import filled, two_sided
from maquette.solids.inflation_outlines import Outline
from maquette.solids.inflation_sheets import Sheet
from maquette.solids.inflation_textures import atlas_of
from maquette.solids.sheet_anchors import anchor_of
from maquette.solids.sheet_following import follow_sheet
from maquette.types import Mesh, Picture

WORKING_PX, FAST_PX = 512, 320
FAST_FACES = 6_000
WAY_FRAMES = 1.0  # sigma of smoothing in time
WAY_SHARE = 0.001  # of the long side: as far as that may move a point
NO_STEPS = "steps mean nothing to this engine: it has none"
FACES_Z = "the model is taken to face the viewer of the clip: +z, y up"

Wide = NDArray[np.float64]
log = logging.getLogger(__name__)


class Silhouette:
    """Makes clips into meshes; it holds nothing, so there is nothing to load or free."""

    @property
    def info(self) -> EngineInfo:
        """What it is; any number of threads may call it."""
        return EngineInfo(name="silhouette", version="1", parallel=2)

    def animate(self, request: AnimateRequest) -> AnimatedMesh:
        """The moving mesh: the request's own model, or one made from the clip.

        Raises InputError CLIP_SUBJECT_MISSING.
        """
        fast = request.mode.startswith("fast")
        watch = _Watch()
        with watch.over("reading"):
            clip = clip_of(request.frames, longest_px=FAST_PX if fast else WORKING_PX)
            anchor = anchor_of(clip.frames)
            start = _start(request.frames[anchor], clip, anchor, faces=_faces(request, fast))
        with watch.over("following"):
            poses = _followed(start, clip, anchor)
        with watch.over("rounding"):
            heights = heights_of(start.sheet, poses, anchor=anchor)
            if request.model is None:
                mesh, points = _textured(start), _both_sides(poses, heights)
            else:
                depths = depths_of(start.sheet, poses, heights, anchor=anchor)
                mesh = request.model
                points = carried(laid_over(mesh, start.sheet), start.sheet, poses, depths)
        with watch.over("turning"):
            seen, deep = clip.frames, heights[anchor]
            leans = leans_of(start.sheet, poses, deep, frames=seen, anchor=anchor)
            for pose, lean in zip(points, leans, strict=True):
                pose[:, 2] += leaning(pose, lean)
        points /= [*clip.shrink_xy, float(clip.shrink_xy.mean())]
        long_px = start.outline.long_px
        animation = animation_of(mesh, points, long_px=long_px, rate=request.rate)
        notes = (*notes_on(clip), *_asides(request))
        return AnimatedMesh(animation, notes, watch.scores)

    def close(self) -> None:
        """Nothing is held."""


def make() -> Animator:
    """The embedded animator."""
    return Silhouette()


@dataclass(frozen=True)
class _Start:
    """The frame that everything is made of, the subject alone.

    Attributes:
        cutout: with air around it.
        sheet: at the clip's working size, without that air.
        at: (N, 2) where its points lie on the cut-out.
    """

    cutout: Picture
    outline: Outline
    sheet: Sheet
    at: Wide


def _faces(request: AnimateRequest, fast: bool) -> int:
    return min(request.faces_at_most, FAST_FACES) if fast else request.faces_at_most


def _start(picture: Picture, clip: Clip, anchor: int, *, faces: int) -> _Start:
    cutout = alone(picture, clip.frames[anchor])
    outline, (sheet,) = filled(cutout, faces_at_most=faces, parts_at_most=1)
    small = replace(sheet, points=(sheet.points - AIR_PX) * clip.shrink_xy)
    return _Start(cutout, outline, small, sheet.points)


def _followed(start: _Start, clip: Clip, anchor: int) -> Wide:
    """(T, N, 2) the sheet on every frame, calmed in time."""
    if clip.still:
        return np.repeat(start.sheet.points[None], len(clip.frames), axis=0)
    poses = follow_sheet(start.sheet, clip.frames, anchor=anchor)
    long_px = float(np.ptp(start.sheet.points, axis=0).max())
    return calmed(poses, frames=WAY_FRAMES, most=WAY_SHARE * long_px)


def _textured(start: _Start) -> Mesh:
    """Front and back with the anchor frame's colours, flat: only its points are missing."""
    atlas = atlas_of(start.cutout, start.outline.bounds_xyxy)
    uv = np.concatenate([atlas.front_uv(start.at), atlas.back_uv(start.at)])
    flat = np.zeros((len(uv), 3), np.float32)
    return Mesh(flat, two_sided(start.sheet).astype(np.int32), uv, atlas.png)


def _both_sides(poses: Wide, heights: Wide) -> Wide:
    """(T, 2 N, 3) the front, then the back."""
    deep = np.concatenate([heights, -heights], axis=1)
    return np.concatenate([np.concatenate([poses, poses], axis=1), deep[..., None]], axis=2)


def _asides(request: AnimateRequest) -> tuple[str, ...]:
    steps = (NO_STEPS,) if request.steps else ()
    return (*steps, FACES_Z) if request.model is not None else steps


@dataclass
class _Watch:
    """How long each part took."""

    scores: dict[str, float] = field(default_factory=dict[str, float])

    @contextmanager
    def over(self, step: str) -> Iterator[None]:
        """Time what is done within."""
        start = perf_counter()
        yield
        self.scores[f"seconds_{step}"] = round(perf_counter() - start, 3)
        log.info("%s took %.1f s", step, self.scores[f"seconds_{step}"])
