"""Every file that roto shapes are handed over in, in one table.

What belongs here: which there are. What does not: how any is written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from maquette.formats import (
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
from maquette.splines.model import ShotShapes


@dataclass(frozen=True)
class ShapeFile:
    """One kind of file.

    Attributes:
        application: who reads it.
        ending: of the file's name, telling it from the others: ``nuke.py``.
        write: the same shapes always give the same bytes.
    """

    application: str
    ending: str
    write: Callable[[ShotShapes], bytes]


SHAPE_FILES: dict[str, ShapeFile] = {
    "silhouette": ShapeFile("Silhouette", "fxs", silhouette.write),
    "nuke": ShapeFile("Nuke", "nk", nuke.write),
    "nuke-script": ShapeFile("Nuke", "nuke.py", nuke_script.write),
    "after-effects": ShapeFile("After Effects", "jsx", after_effects.write),
    "lottie": ShapeFile("Lottie players", "lottie.json", lottie.write),
    "fusion": ShapeFile("Fusion", "comp", fusion.write),
    "fusion-setting": ShapeFile("Fusion, Resolve", "setting", fusion.write_setting),
    "blender": ShapeFile("Blender", "blender.py", blender.write),
    "natron": ShapeFile("Natron", "natron.py", natron.write),
    "svg": ShapeFile("browsers", "svg", svg.write),
    "json": ShapeFile("any program", "shapes.json", shapes_json.write),
}
