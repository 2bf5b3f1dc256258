"""The embedded shaper: cushions from cut-outs, without weights, GPU or guessing.

What belongs here: the role. What does not: the craft (`maquette.solids.inflation`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from maquette.errors import MaquetteError
from maquette.roles import EngineInfo, ShapedMesh, Shaper, ShapeRequest
from maquette.solids.inflation import inflate


class Inflate:
    """Blows up outlines; it holds nothing, so there is nothing to load or free."""

    @property
    def info(self) -> EngineInfo:
        """What it is; any number of threads may call it."""
        return EngineInfo(name="inflate", version="1", parallel=os.cpu_count() or 1)

    def shape(self, requests: Sequence[ShapeRequest]) -> list[ShapedMesh | Exception]:
        """A closed, textured cushion per cut-out; a cut-out with nothing in it is an error."""
        return [_shaped(request) for request in requests]

    def close(self) -> None:
        """Nothing is held."""


def make() -> Shaper:
    """The embedded shaper."""
    return Inflate()


def _shaped(request: ShapeRequest) -> ShapedMesh | Exception:
    try:
        mesh, notes = inflate(request.cutout, relief=request.relief)
    except MaquetteError as error:
        return error
    return ShapedMesh(mesh, notes)
