"""What a person gets of a portrait: the figurine line at a terminal, and the figure as read back.

The portrait is scikit-image's astronaut, in the public domain. What belongs here: making the
delivery, and reading its GLB by a library that wrote none of it. What does not: judging.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import trimesh
import yaml
from PIL import Image

from maquette.cli import main
from maquette.solids.textures import encode_png
from maquette.types import Mesh
from tests.faces import astronaut
from tests.judges.front_views import Window, drawn

NAME, TITLE, TEXT = "collins", "Eileen <Collins> & “漢字”", "Eileen"
HEIGHT_MM = 100.0
SIDE_PX = 512
AIR = 1.08


@dataclass(frozen=True)
class Figurine:
    """The order's delivery."""

    root: Path  # where the page is

    @property
    def folder(self) -> Path:
        """Where the figure's files are."""
        (found,) = self.root.rglob("*.glb")
        return found.parent

    def file(self, ending: str) -> Path:
        """The figure in that format."""
        (found,) = self.folder.glob(f"*.{ending}")
        return found

    @cached_property
    def solid(self) -> Any:
        """The GLB as trimesh reads it, its points left as they are."""
        return trimesh.load_mesh(self.file("glb"), process=False)

    @cached_property
    def mesh(self) -> Mesh:
        """The same as a mesh of ours."""
        solid = self.solid
        uv = np.column_stack([solid.visual.uv[:, 0], 1 - solid.visual.uv[:, 1]])
        texture = np.asarray(solid.visual.material.baseColorTexture.convert("RGB"))
        return Mesh(
            solid.vertices.astype(np.float32),
            solid.faces.astype(np.int32),
            uv.astype(np.float32),
            texture_png=encode_png(texture),
        )

    @property
    def window(self) -> Window:
        """What a camera sees that shows all of it from the front."""
        low, high = self.mesh.points[:, :2].min(axis=0), self.mesh.points[:, :2].max(axis=0)
        side = AIR * float((high - low).max())
        left, bottom = (low + high - side) / 2
        return Window(float(left), float(bottom), side)

    @cached_property
    def drawn(self) -> np.ndarray:
        """Our own picture of its front."""
        return drawn(self.mesh, self.window, side_px=SIDE_PX)

    @property
    def facts(self) -> dict[str, Any]:
        """What its card says of it, for machines."""
        return json.loads((self.folder / "card.json").read_text("utf-8"))


def delivered(folder: Path) -> Figurine:
    """The portrait through the whole line."""
    Image.fromarray(astronaut().rgba[..., :3]).save(folder / f"{NAME}.png")
    order = folder / f"{NAME}.yaml"
    fields = {"photo": f"{NAME}.png", "consent": True, "name": TITLE, "text": TEXT}
    order.write_text(yaml.safe_dump({**fields, "height_mm": HEIGHT_MM}), "utf-8")
    out = folder / "out"
    asked = ["make", "figurines", str(order), "--store", str(folder / "store"), "-o", str(out)]
    assert 0 == main(asked)
    (page,) = out.rglob("index.html")
    return Figurine(page.parent)
