"""Turntables: a print turning once, as an animated WebP that any browser plays.

What belongs here: the movie of a solid at rest. What does not: single pictures (`previews`) and
solids that move by themselves (`motions`).
"""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from maquette.batch.stages import map_stage
from maquette.solids.previews import Sitter, View, tilt_of
from maquette.types import File, Mesh

TURNTABLE_PX = 384
FRAMES = 24
FRAME_MS = 110
FIRST_DEG = -25.0  # begins as the preview is seen
QUALITY, EFFORT = 90, 3  # below that, blocks of the frame before shine through


@map_stage(version="1", makes="turntable")
def turn(print: Mesh) -> File:  # noqa: A002 - the object's name
    """Show a print from all sides.

    Args:
        print: as it stands, in metres.
    """
    sitter = Sitter.of(print)
    turns = FIRST_DEG - np.arange(FRAMES) * (360 / FRAMES)  # its right side comes to the front
    tilt_deg = tilt_of(print)
    views = View.orbit(sitter.surface.points, turns.tolist(), tilt_deg=tilt_deg)
    frames = [
        Image.fromarray(sitter.portrait(view, size_px=TURNTABLE_PX).rgba[..., :3]) for view in views
    ]
    held = BytesIO()
    frames[0].save(
        held,
        "WEBP",
        save_all=True,
        append_images=frames[1:],
        duration=FRAME_MS,
        loop=0,
        quality=QUALITY,
        method=EFFORT,
    )
    return File(held.getvalue(), "webp")
