"""Shaping: a cut-out becomes a solid, by whatever engine plays the part.

What belongs here: the stage. What does not: any way to do it: `maquette.engines`.
"""

from __future__ import annotations

from maquette.batch.stages import Made, map_stage
from maquette.errors import InputError
from maquette.roles import Shaper, ShapeRequest
from maquette.types import Picture


@map_stage(version="1")
def shape_up(cutout: Picture, *, shaper: Shaper, seed: int, relief: float = 0.0) -> Made:
    """Make a mesh of a cut-out; its size means nothing yet.

    Args:
        cutout: the subject with straight alpha.
        shaper: how.
        seed: of engines that guess.
        relief: 0 .. 1, how much of the depth follows light and dark.

    Raises InputError SHAPE_OPTION_RANGE, or whatever the engine says of this cut-out.
    """
    if not 0 <= relief <= 1:  # also refuses nan
        raise InputError(
            "SHAPE_OPTION_RANGE", f"relief is {relief:g}", fix="give a number from 0 to 1"
        )
    (shaped,) = shaper.shape([ShapeRequest(cutout, seed, relief)])
    if isinstance(shaped, Exception):
        raise shaped
    scores = {"triangles": float(len(shaped.mesh.faces)), **shaped.scores}
    return Made({"model": shaped.mesh}, scores=scores, notes=shaped.notes)
