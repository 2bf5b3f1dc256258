"""Python for Nuke's script editor that builds Roto nodes with few keys, joined by straight lines.

It calls the documented ``nuke.rotopaint`` interface, and the script's only words that came from
outside are plain ones. A key's interpolation is Nuke's own number plus one, as keys hold it. What
belongs here: the script. What does not: the text form that Nuke saves (`nuke`).
"""

from __future__ import annotations

import numpy as np

from maquette.formats.baking import Baked, Reals, bake, by_object, nodes, outwards, rate_words
from maquette.formats.nuke import format_name, format_words
from maquette.formats.script_text import literal
from maquette.splines.model import ShotShapes

# Positions have a third part of 1, what is relative to a point one of 0.
_BUILD = """
import nuke
import nuke.rotopaint as rp

STEP, LINEAR = 1, 2  # eStep + 1, eLinear + 1: how a key of a curve holds its interpolation

nuke.addFormat(FORMAT)
for OBJECT in OBJECTS:
    below = None
    for part in OBJECT["parts"]:
        roto = nuke.nodes.Roto(output="alpha", cliptype="none")
        roto["format"].setValue(FORMAT_NAME)
        roto["label"].setValue(LABEL)
        curves = roto["curves"]
        for outline in part["shapes"]:
            shape = rp.Shape(curves)
            for x, y in outline["start"]:
                shape.append(rp.ShapeControlPoint(x, y))
            shape.name = outline["name"]
            curves.rootLayer.append(shape)
            for n, keys in enumerate(outline["points"]):
                point = shape[n]
                for frame, (x, y), before, after, away in keys:
                    point.center.addPositionKey(frame, rp.CVec3(x, y, 1.0))
                    point.leftTangent.addPositionKey(frame, rp.CVec3(before[0], before[1], 0.0))
                    point.rightTangent.addPositionKey(frame, rp.CVec3(after[0], after[1], 0.0))
                    point.featherCenter.addPositionKey(frame, rp.CVec3(away[0], away[1], 0.0))
                for member in (point.center, point.leftTangent, point.rightTangent,
                               point.featherCenter):
                    for axis in (0, 1):
                        curve = member.getPositionAnimCurve(axis)
                        for k in range(len(keys)):
                            curve.getKey(k).interpolationType = LINEAR
            if outline["seen"]:
                opacity = shape.getAttributes().getCurve("opc")
                opacity.removeAllKeys()
                for k, (frame, value) in enumerate(outline["seen"]):
                    opacity.addKey(frame, value)
                    opacity.getKey(k).interpolationType = STEP
        curves.changed()
        if below:
            below = nuke.nodes.Merge2(operation=part["operation"], inputs=[below, roto])
        else:
            below = roto
    below.setName(OBJECT["name"])
"""


def write(shot: ShotShapes) -> bytes:
    """The shot's shapes as a script for Nuke."""
    objects = [
        {"name": word, "parts": nodes(shapes, lambda shape: _outline(shape, shot))}
        for word, shapes in by_object(bake(shot)).items()
    ]
    first, last = shot.frames
    lines = (
        "# Roto shapes: run in Nuke's Script Editor. Frames are plate numbers.",
        f'FORMAT = "{format_words(shot)}"',
        f'FORMAT_NAME = "{format_name(shot)}"',
        f'LABEL = "{rate_words(shot)} fps, {first}-{last}"',
        f"OBJECTS = {literal([one for one in objects if one['parts']])}",
    )
    return ("\n".join(lines) + "\n" + _BUILD).encode("ascii")


def _outline(shape: Baked, shot: ShotShapes) -> dict[str, object]:
    flip = np.array([1.0, -1.0])
    before, after = (tangent * flip for tangent in shape.tangents)
    places = shape.points * flip + (0.0, shot.size_wh[1])
    away: Reals = outwards(shape.controls) * shape.feather_px[..., None] * flip
    rows = [np.round(one, 4).transpose(1, 0, 2).tolist() for one in (places, before, after, away)]
    return {
        "name": shape.word,
        "start": np.round(places[0], 4).tolist(),
        "points": [
            [list(key) for key in zip(shape.keys, *point, strict=True)]
            for point in zip(*rows, strict=True)
        ],
        "seen": [] if shape.is_always_seen else [[f, float(there)] for f, there in shape.seen],
    }
