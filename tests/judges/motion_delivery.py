"""What a person gets of a drawn clip: the motion line at a terminal, with the judges' own packer.

The clip has alpha, so that nothing is looked for in it, and no two of its frames are alike: a wrong
frame is a wrong picture. What belongs here: making it. What does not: judging it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pytest
import yaml

from maquette.batch.uploads import READY
from maquette.cli import main
from maquette.formats.vertices import read_vertices
from maquette.formats.web_glb import packer_here
from maquette.types import Animation
from tests.drawn_clips import Clip, write_cutouts
from tests.judges.asking import HERE, program
from tests.judges.films import SIDE_PX
from tests.judges.front_views import Window, drawn

CLIP = Clip(frames=16, side_px=200)
NAME, LAST = "walker", CLIP.frames - 1
WATCHED = (0, CLIP.frames // 2, LAST)
MOVING, PACKED = "animated_mesh.glb", "animated_mesh.web.glb"
PACKAGE, PREVIEW = "animated_mesh.usdz", "preview.mp4"


@dataclass(frozen=True)
class Delivered:
    """The clip's delivery, and the animation in it."""

    root: Path  # where the page is

    @property
    def folder(self) -> Path:
        """Where the clip's files are."""
        return self.root / NAME

    @cached_property
    def animation(self) -> Animation:
        """As the vertices tell it."""
        return read_vertices((self.folder / "vertices.npz").read_bytes())

    @property
    def window(self) -> Window:
        """What a camera sees that shows all of it at all times."""
        return Window.around(self.animation)

    def at_s(self, frame: int) -> float:
        """When a frame is shown."""
        return frame / self.animation.rate

    def drawn(self, frame: int) -> np.ndarray:
        """Our own picture of a frame."""
        return drawn(self.animation.posed(frame), self.window, side_px=SIDE_PX)


def delivered(folder: Path) -> Delivered:
    """The clip through the whole line."""
    (write_cutouts(folder / NAME, CLIP) / READY).touch()
    order = folder / f"{NAME}.yaml"
    order.write_text(yaml.safe_dump({"clip": NAME}))
    store, out = str(folder / "store"), folder / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAQUETTE_GLTF_PACKER", str(HERE / "node_modules" / ".bin" / "gltfpack"))
        patch.setenv("PATH", str(Path(program("node")).parent), prepend=os.pathsep)
        packer_here.cache_clear()
        assert 0 == main(["make", "motion", str(order), "--store", store, "-o", str(out)])
    packer_here.cache_clear()
    (moving,) = out.rglob(MOVING)
    return Delivered(moving.parent.parent)
