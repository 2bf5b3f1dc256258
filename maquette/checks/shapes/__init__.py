"""Roto shapes opened again: one reader per application, none of which shares a line with a writer.

What a file says becomes plain outlines at any frame, so that two files of the same shot can be
compared, and either with the shapes they were written from. Any file may be handed in, a hostile
one too: nothing in it is carried out. What belongs here: which reader a file wants. What does
not: judging what was read.
"""

from __future__ import annotations

from collections.abc import Callable

from maquette.checks.shapes import (
    after_effects,
    blender,
    fusion,
    lottie,
    natron,
    nuke,
    nuke_script,
    shapes_json,
    silhouette,
    svg,
)
from maquette.checks.shapes.outlines import Line, Spline, Splines, Unreadable
from maquette.errors import FormatError

__all__ = ["READERS", "Line", "Spline", "Splines", "read_shapes"]

MOST_BYTES = 512 * 2**20

# How a file's name ends -> its reader; the longer endings are tried first.
READERS: dict[str, Callable[[bytes], Splines]] = {
    "shapes.json": shapes_json.read,
    "lottie.json": lottie.read,
    "nuke.py": nuke_script.read,
    "blender.py": blender.read,
    "natron.py": natron.read,
    "setting": fusion.read,
    "comp": fusion.read,
    "fxs": silhouette.read,
    "jsx": after_effects.read,
    "svg": svg.read,
    "nk": nuke.read,
}
# What a file that is not as it must be can set off in a reader that expects it to be.
_TROUBLES = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    SyntaxError,
    RecursionError,
    MemoryError,
    StopIteration,
    OverflowError,
    ZeroDivisionError,
    Unreadable,
)


def read_shapes(data: bytes, name: str) -> Splines:
    """What a file of roto shapes says.

    Args:
        data: the whole file.
        name: its name, whose ending tells the application.
    """
    reader = next((read for end, read in READERS.items() if name.lower().endswith(end)), None)
    if reader is None:
        raise FormatError(
            "SHAPES_KIND",
            f"{name[-60:]} is no file of roto shapes",
            fix=f"names end in {', '.join(READERS)}",
        )
    if len(data) > MOST_BYTES:
        raise FormatError("SHAPES_TOO_LARGE", f"{name} has {len(data):,} bytes")
    try:
        return reader(data)
    except _TROUBLES as trouble:
        told = f"{type(trouble).__name__}: {trouble}"[:300]
        raise FormatError(
            "SHAPES_UNREADABLE", f"{name}: {told}", fix="export the shapes again"
        ) from trouble
