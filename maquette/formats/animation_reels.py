"""Animation reels: the movie that shows a clip beside the mesh made from it, and its poster.

What belongs here: putting finished looks and frames together. What does not: drawing the mesh
(`maquette.solids.animation_looks`) and encoding (`maquette.video.encoding`).
"""

from __future__ import annotations

import tempfile
from fractions import Fraction
from pathlib import Path

import numpy as np

from maquette.batch.stages import Made, Member, Members, gather_stage
from maquette.formats.imprint import imprint, printable
from maquette.solids.animation_looks import LOOK_PX, LOOPS, panel_wh
from maquette.solids.previews import BACKDROP_BOTTOM, BACKDROP_TOP
from maquette.types import Bytes, File, Floats, Picture
from maquette.video.encoding import MoviePlan, MovieWriter
from maquette.video.lettering import Colour, lay, plate, width_of, write
from maquette.video.slates import Slate

GROUND: Colour = (22, 22, 25)  # above and below very wide clips
INK: Colour = (236, 237, 240)
CAPTION_PX, BASELINE_PX, INSET_PX = 14, 17, 12
PLATE_HIGH_PX, PLATE_MARGIN_PX, PLATE_CORNER_PX, PLATE_STRENGTH = 24, 9, 7, 0.6
FINEST_RATE = 1001  # of NTSC's 24000/1001: no player's rate has a larger denominator
POSTER_ROUND, POSTER_SHARE = 1, 1 / 4  # half-way into the first swing: art and depth are both seen


@gather_stage(version="1")
def roll(members: Members, *, rate: float, title: str) -> Made:
    """The preview of a clip: it plays a few rounds, the mesh beside it front, left and right.

    Args:
        members: the clip's frames in order, each with its `picture` and its `looks`.
        rate: frames per second.
        title: goes into the container, with what is known of the making.
    """
    frames = [_shown(member) for member in members]
    poster = _look(frames[int(len(frames) * POSTER_SHARE)][1], POSTER_ROUND)
    opaque = np.full((*poster.shape[:2], 1), 255, np.uint8)
    said = {**imprint(members[0].provenance), "title": printable(title)}
    slate = Slate(Fraction(rate).limit_denominator(FINEST_RATE))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "preview.mp4")
        size_wh = frames[0][0].shape[1] + LOOK_PX, LOOK_PX
        with MovieWriter(path, MoviePlan("h264", size_wh, slate, said)) as movie:
            for round_ in range(LOOPS):
                for clip, looks in frames:
                    movie.write(_beside(clip, _look(looks, round_)))
        preview = File(path.read_bytes(), "mp4")
    return Made({"preview": preview, "poster": Picture(np.concatenate([poster, opaque], axis=2))})


def _shown(member: Member) -> tuple[Bytes, Bytes]:
    """The clip's own frame as it is shown, and the strip of the mesh's looks."""
    picture: Picture = member.load("picture", Picture)
    looks: Picture = member.load("looks", Picture)
    return _panel(picture), looks.rgba[..., :3]


def _panel(picture: Picture) -> Bytes:
    """(S, W, 3) the frame as high as a look; where it is see-through it shows the same backdrop."""
    import cv2

    wide, high = panel_wh(picture.size_wh)
    shrinks = wide < picture.size_wh[0]
    fit = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    shown = picture.rgba if picture.is_opaque else _over_backdrop(picture)
    panel = np.full((LOOK_PX, wide, 3), GROUND, np.uint8)
    top = (LOOK_PX - high) // 2
    rgb = np.ascontiguousarray(shown[..., :3])
    panel[top : top + high] = cv2.resize(rgb, (wide, high), interpolation=fit)
    return panel


def _over_backdrop(picture: Picture) -> Bytes:
    ramp = np.linspace(0, 1, picture.size_wh[1], dtype=np.float32)[:, None, None]
    top, bottom = np.array([BACKDROP_TOP, BACKDROP_BOTTOM], np.float32)
    ground: Floats = top + (bottom - top) * ramp
    cover = picture.rgba[..., 3:].astype(np.float32) / np.float32(255)
    mixed = picture.rgba[..., :3] * cover + ground * (1 - cover)
    return (mixed + 0.5).astype(np.uint8)


def _look(looks: Bytes, round_: int) -> Bytes:
    return looks[:, round_ * LOOK_PX : (round_ + 1) * LOOK_PX]


def _beside(clip: Bytes, mesh: Bytes) -> Bytes:
    """A frame of the movie."""
    frame = np.hstack([clip, mesh])
    _caption(frame, "clip", middle_px=clip.shape[1] / 2)
    _caption(frame, "mesh", middle_px=clip.shape[1] + mesh.shape[1] / 2)
    return frame


def _caption(frame: Bytes, text: str, *, middle_px: float) -> None:
    top_px = frame.shape[0] - INSET_PX - PLATE_HIGH_PX
    wide = width_of(text, size_px=CAPTION_PX) + 2 * PLATE_MARGIN_PX
    ground = plate(wide, PLATE_HIGH_PX, corner_px=PLATE_CORNER_PX)
    left_px = round(middle_px - wide / 2)
    lay(frame, ground, at_xy=(left_px, top_px), colour=GROUND, strength=PLATE_STRENGTH)
    at_xy = (left_px + PLATE_MARGIN_PX, top_px + BASELINE_PX)
    write(frame, text, at_xy=at_xy, look=(CAPTION_PX, INK))
