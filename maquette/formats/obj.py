"""OBJ: one file with nothing beside it, millimetres, z up, colours behind the points.

A texture would need a second and a third file; its colours are read off at the points instead.
What belongs here: writing. What does not: reading what others wrote
(`maquette.formats.model_files.obj`).
"""

from __future__ import annotations

import numpy as np

from maquette.formats.imprint import printable
from maquette.formats.looks import Dressed
from maquette.formats.model_files.obj import OURS


def write_obj(print_mm: Dressed, *, title: str) -> bytes:
    """A print as OBJ bytes; same print and title, same bytes."""
    rows = print_mm.points.astype(str)  # the shortest words that read as the same float32
    colours = print_mm.point_colours()
    if colours is not None:
        rows = np.hstack([rows, np.round(colours / 255, 4).astype(str)])
    lines = [OURS.decode(), f"# {' '.join(printable(title).split())}"]
    lines += ["v " + " ".join(row) for row in rows.tolist()]
    lines += [f"f {a} {b} {c}" for a, b, c in (print_mm.faces + 1).tolist()]
    return ("\n".join(lines) + "\n").encode()
