"""Pressing: flat things made from a picture, at their true size.

What belongs here: the stage, and what may be asked for. What does not: the forms, which are the
modules `pressing_*` beside this one. All lie or stand as they print: reliefs, cutters and
keychains on their back, the art upright as seen from above; a lithophane on its lower edge.
"""

from __future__ import annotations

from collections.abc import Callable

from maquette.batch.stages import Made, map_stage
from maquette.errors import InputError
from maquette.solids.inflation_cutouts import fitted
from maquette.solids.pressing_cutters import cookie_cutter
from maquette.solids.pressing_keychains import keychain
from maquette.solids.pressing_plates import lithophane, relief
from maquette.types import Mesh, Picture

Form = Callable[[Picture, float], tuple[Mesh, tuple[str, ...]]]

FORMS: dict[str, Form] = {
    "relief": relief,
    "lithophane": lithophane,
    "cookie-cutter": cookie_cutter,
    "keychain": keychain,
}
SIDES_MM = (25.0, 400.0)


@map_stage(version="1")
def press(cutout: Picture, *, form: str, long_side_mm: float = 80.0) -> Made:
    """Make a flat thing of a picture.

    Args:
        cutout: art with straight alpha, or an opaque picture.
        form: ``relief``, light parts stand out of a plate; ``lithophane``, a framed plate that
            shows the picture against a window; ``cookie-cutter``; ``keychain``, the art raised
            on a plate with an eye for the ring.
        long_side_mm: of the whole thing; of the cookie, for a cutter.

    Raises InputError PRESS_FORM_UNKNOWN, PRESS_SIZE_RANGE, or CUTOUT_EMPTY where nothing is
    opaque.
    """
    if form not in FORMS:
        raise InputError(
            "PRESS_FORM_UNKNOWN", f"form {form!r} is unknown", fix=f"use one of {sorted(FORMS)}"
        )
    low, high = SIDES_MM
    if not low <= long_side_mm <= high:  # also refuses nan
        raise InputError(
            "PRESS_SIZE_RANGE",
            f"long_side_mm is {long_side_mm:g}",
            fix=f"give a number from {low:g} to {high:g}",
        )
    mesh, notes = FORMS[form](fitted(cutout), long_side_mm)
    return Made({"model": mesh}, scores={"triangles": float(len(mesh.faces))}, notes=notes)
