"""STL: the shape of a print and nothing else, binary, millimetres, z up.

What belongs here: writing. What does not: reading what others wrote
(`maquette.formats.model_files.stl`).
"""

from __future__ import annotations

import struct

import numpy as np

from maquette.formats.imprint import MAKER
from maquette.formats.looks import Dressed

HEAD_BYTES = 80
_FACE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])


def write_stl(print_mm: Dressed, *, title: str) -> bytes:
    """A print as STL bytes; same print and title, same bytes."""
    # a header that begins with "solid" would be taken for text
    said = f"{MAKER}, millimetres, z up: {title}".encode("ascii", "replace")
    corners = print_mm.points[print_mm.faces]
    wide = corners.astype(np.float64)
    normals = np.cross(wide[:, 1] - wide[:, 0], wide[:, 2] - wide[:, 0])
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    rows = np.zeros(len(corners), _FACE)
    rows["corners"] = corners
    rows["normal"] = normals / np.maximum(lengths, 1e-30)
    count = struct.pack("<I", len(rows))
    return said[:HEAD_BYTES].ljust(HEAD_BYTES, b" ") + count + rows.tobytes()
