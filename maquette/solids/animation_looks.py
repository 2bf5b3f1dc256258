"""Looks: what the preview of an animation shows of the mesh, frame by frame.

The clip plays a few rounds: in the first the mesh is seen from the front, as the clip saw it, in
the others it swings to its left and to its right and comes back. All frames have one camera, so
nothing jumps, and each frame's looks are one strip, so that a run that was stopped has only the
missing frames to draw. What belongs here: drawing them. What does not: the movie
(`maquette.formats.animation_reels`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from maquette.batch.stages import map_stage
from maquette.solids.previews import ORBIT_FILLS, Sitter, View
from maquette.types import Animation, Floats, Picture

LOOPS = 3  # rounds of the clip: front, its left, its right
LOOK_PX = 400  # high and wide; three with 12,000 faces take a fifth of a second
SWING_DEG = 50.0
TILT_DEG = 8.0  # nearly as the clip saw it, and yet the floor is seen
FITTED_DEG = np.linspace(-SWING_DEG, SWING_DEG, 9)
WIDEST_SHARE = 16 / 9  # of its height: a wider clip is shown lower instead
FILLS = 0.84  # of a look, where it is fitted
LIKE_CLIP_FROM = 0.6  # of the fitted size: smaller than that, the clip's own scale is not kept


@map_stage(version="1", makes="looks")
def look(animation: Animation, picture: Picture, *, frame: int, frames: int) -> Picture:
    """What every round of the preview shows of the mesh on one frame, side by side.

    Args:
        animation: the whole clip's.
        picture: the frame, whose size tells the clip's scale.
        frame: its number, from 0.
        frames: how many the clip has.
    """
    sitter = Sitter.of(animation.posed(frame))
    turns = [swing_deg(frame / frames, round_) for round_ in range(LOOPS)]
    views = _views(animation, picture.size_wh, turns)
    return Picture(np.hstack([sitter.portrait(view, size_px=LOOK_PX).rgba for view in views]))


def swing_deg(share: float, round_: int) -> float:
    """How far the mesh is turned when a share of this round has passed.

    Every swing begins and ends at rest and at the front, so the movie loops without a jerk.
    """
    towards = (0, -1, 1)[round_]
    return towards * SWING_DEG * float(np.sin(np.pi * share)) ** 2


def panel_wh(size_wh: tuple[int, int]) -> tuple[int, int]:
    """How large the clip is shown beside a look: as high, unless it is very wide; even sides."""
    width, height = size_wh
    shrink = min(LOOK_PX / height, WIDEST_SHARE * LOOK_PX / width)
    wide, high = (max(2, 2 * round(side * shrink / 2)) for side in size_wh)
    return wide, min(high, LOOK_PX)


def _views(animation: Animation, size_wh: tuple[int, int], turns_deg: list[float]) -> list[View]:
    """The clip's one camera, turned."""
    outermost = _outermost(animation.points)
    orbit = View.orbit(outermost, FITTED_DEG.tolist(), tilt_deg=TILT_DEG)[0]
    zoom = orbit.zoom * FILLS / ORBIT_FILLS
    if animation.camera is not None:
        shrunk = panel_wh(size_wh)[1] / size_wh[1]
        like_clip = animation.camera.px_per_m * shrunk * orbit.distance / LOOK_PX
        if LIKE_CLIP_FROM * zoom <= like_clip <= zoom:
            zoom = like_clip
    middle_xy = orbit.middle_xy * (zoom / orbit.zoom)
    each = [View.around(outermost, turn_deg=turn, tilt_deg=TILT_DEG) for turn in turns_deg]
    return [replace(view, zoom=zoom, middle_xy=middle_xy) for view in each]


def _outermost(points: Floats) -> Floats:
    """(N, 3) of the (T, V, 3) points those that lie farthest out, each way: they bound the rest."""
    steps = np.array([(x, y, z) for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1)])
    towards = np.delete(steps, 13, axis=0)  # without (0, 0, 0)
    ways = (towards / np.linalg.norm(towards, axis=1, keepdims=True)).astype(np.float32)
    every = points.reshape(-1, 3)
    return every[np.unique((every @ ways.T).argmax(axis=0))]
