"""Turntables: a whole turn, from the preview's side, the same bytes every time."""

from io import BytesIO

import numpy as np
from PIL import Image

from maquette.solids.previews import Sitter, View
from maquette.solids.turntables import FRAMES, TURNTABLE_PX, turn
from tests import printable


def frames(data):
    """The pictures of an animated WebP."""
    movie = Image.open(BytesIO(data))
    shown = []
    for n in range(movie.n_frames):
        movie.seek(n)
        shown.append(np.asarray(movie.convert("RGB")).astype(int))
    return movie, shown


def test_a_print_turns_once():
    """Frames are as many and as large as told, loop for ever, and differ from each other."""
    made = turn(printable.mesh_of(printable.table()))
    movie, shown = frames(made.data)
    assert ("webp", FRAMES, (TURNTABLE_PX, TURNTABLE_PX), 0) == (
        made.suffix,
        movie.n_frames,
        movie.size,
        movie.info["loop"],
    )
    quarter = FRAMES // 4  # a square table looks the same after a quarter, and not before
    assert np.abs(shown[0] - shown[quarter]).mean() < 2
    assert np.abs(shown[0] - shown[quarter // 2]).mean() > 2


def test_equal_prints_give_equal_bytes():
    """Nothing in a turntable is random."""
    mesh = printable.mesh_of(printable.block(30, 20, 10))
    assert turn(mesh).data == turn(mesh).data


def test_a_print_turns_on_the_spot():
    """No frame zooms: a stick seen from its end is as high as seen from its side."""
    mesh = printable.mesh_of(printable.block(60, 4, 20))
    sitter = Sitter.of(mesh)
    views = View.orbit(sitter.surface.points, [0, 90], tilt_deg=0)
    low, high = zip(
        *((xy[:, 1].min(), xy[:, 1].max()) for xy, _ in (v.project(mesh.points) for v in views)),
        strict=True,
    )
    assert views[0].zoom == views[1].zoom
    # nearer is larger: the end of the stick comes closer than its side
    assert 1 <= (high[1] - low[1]) / (high[0] - low[0]) < 1.3
