"""Prints as slicers want them: millimetres, z up, every place once, looks per face corner.

What belongs here: the change from a `Mesh`, where points repeat along seams of the texture. What
does not: any file.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maquette.solids.sizing import written_mm
from maquette.solids.soundness import places
from maquette.solids.textures import decode_png
from maquette.types import Bytes, Floats, Indices, Mesh


@dataclass(frozen=True)
class Dressed:
    """A print in millimetres and print axes.

    Attributes:
        corners: (F, 3) which row of `uv` and `colours` each face corner has.
        uv: origin at the top left of the texture.
    """

    points: Floats  # (P, 3), no two alike
    faces: Indices  # (F, 3)
    corners: Indices  # (F, 3)
    uv: Floats  # (V, 2)
    colours: Bytes | None  # (V, 4)
    texture_png: bytes | None

    def point_colours(self) -> Bytes | None:
        """(P, 3) one colour per place, read from the texture where there is one."""
        if self.texture_png is None and self.colours is None:
            return None
        rgb = np.full((len(self.uv), 3), 255.0)
        if self.texture_png is not None:
            texture = decode_png(self.texture_png)
            height, width = texture.shape[:2]
            column = np.clip(self.uv[:, 0] * width, 0, width - 1).astype(np.int64)
            row = np.clip(self.uv[:, 1] * height, 0, height - 1).astype(np.int64)
            rgb = texture[row, column, :3].astype(np.float64)
        if self.colours is not None:
            rgb = rgb * self.colours[:, :3] / 255
        found = np.zeros((len(self.points), 3), np.uint8)
        # where several meet, the first face decides: last written wins, so backwards
        flat, rows = self.faces.ravel()[::-1], self.corners.ravel()[::-1]
        found[flat] = np.rint(rgb[rows]).astype(np.uint8)
        return found


def dressed(mesh: Mesh) -> Dressed:
    """A print at its final size, in metres, as it is written."""
    points = written_mm(mesh.points)
    place, first = places(points)
    faces = place[mesh.faces].astype(np.int32)
    return Dressed(points[first], faces, mesh.faces, mesh.uv, mesh.colours, mesh.texture_png)
