"""Normalising: a mended mesh becomes the standard solid that sizing starts from.

Standard means: longest side 1 m, centred in x and z, standing on y = 0, no more faces than the
budget, closed, manifold and oriented as it will be written. What belongs here: the stage. What
does not: the true size, which `sizing` gives back.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from maquette.batch.stages import Made, map_stage
from maquette.errors import InputError
from maquette.solids.rebaking import carried
from maquette.solids.soundness import soundness_of
from maquette.solids.standing import placed, upright_turn
from maquette.solids.thinning import thinned
from maquette.types import Floats, Indices, Mesh

FEWEST_FACES = 100  # a budget below this keeps no shape


@map_stage(version="1")
def normalise(mended: Mesh, *, faces_at_most: int = 200_000, stand: str = "as-is") -> Made:
    """Make a mended mesh the standard solid.

    Args:
        mended: closed, manifold and oriented.
        faces_at_most: 100 or more.
        stand: ``as-is``, or ``stable``: turned by as little as lets it stand firmly.
    """
    if faces_at_most < FEWEST_FACES:
        raise InputError(
            "SOLID_OPTION_RANGE",
            f"faces_at_most is {faces_at_most}",
            fix=f"give {FEWEST_FACES} or more",
        )
    used, notes = _turned(_without_strays(mended), stand)
    at, factor = placed(used.points)
    points, faces = thinned(at, used.faces, faces_at_most=faces_at_most)
    if len(faces) < len(used.faces):
        notes += (f"{len(used.faces)} faces were thinned to {len(faces)}",)
    standard = replace(used, points=at.astype(np.float32))
    if faces is not used.faces:
        standard = carried(standard, _placed_again(points, faces), faces)
    size = np.ptp(at, axis=0) / factor * 1000
    model_mm = [round(float(size[k]), 6) for k in (0, 2, 1)]  # print axes: z is up
    scores = {"faces": float(len(faces))}
    return Made({"solid": standard}, scores=scores, notes=notes, params={"model_mm": model_mm})


def _placed_again(points: Floats, faces: Indices) -> Floats:
    """Thinning may have moved the outermost points: placed anew, if rounding leaves it sound."""
    anew = placed(points)[0].astype(np.float32)
    return anew if soundness_of(anew, faces).sound else points


def _without_strays(mesh: Mesh) -> Mesh:
    """The mesh without points that no face uses: they would count as its size."""
    used = np.zeros(len(mesh.points), np.bool_)
    used[mesh.faces] = True
    if used.all():
        return mesh
    number = (np.cumsum(used) - 1).astype(np.int32)
    colours = None if mesh.colours is None else mesh.colours[used]
    return replace(
        mesh,
        points=mesh.points[used],
        faces=number[mesh.faces],
        uv=mesh.uv[used],
        colours=colours,
    )


def _turned(mesh: Mesh, stand: str) -> tuple[Mesh, tuple[str, ...]]:
    if stand == "as-is":
        return mesh, ()
    if stand != "stable":
        raise InputError("STAND_UNKNOWN", f"stand is {stand!r}", fix="use as-is or stable")
    turn = upright_turn(mesh.points, mesh.faces)
    if turn is None:
        return mesh, ()
    points = (mesh.points.astype(np.float64) @ turn.T).astype(np.float32)
    angle_deg = np.rad2deg(np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1)))
    note = f"it was turned by {angle_deg:.1f} degrees to stand on a side that holds it"
    return replace(mesh, points=points), (note,)
