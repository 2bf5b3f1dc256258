"""Python for Natron's script editor that builds Roto nodes, in the calls its own exporter writes.

Natron's keys are straight in time, its handles absolute, y up. Holes are Roto nodes of their own
behind a stencil, as for Nuke. What belongs here: the script. What does not: project files, which
are an archive of Natron's own memory.
"""

from __future__ import annotations

import numpy as np

from maquette.formats.baking import Baked, Reals, bake, by_object, nodes, outwards
from maquette.formats.nuke import format_name
from maquette.formats.script_text import literal
from maquette.splines.model import ShotShapes

_BUILD = """
app = app1  # the project, as Natron's script editor names it
app.addFormat(SHOT["format"])
app.getProjectParam("outputFormat").set(SHOT["format_name"])
app.getProjectParam("frameRate").set(SHOT["rate"])
app.getProjectParam("frameRange").set(SHOT["frames"][0], SHOT["frames"][1])
for OBJECT in SHOT["objects"]:
    below = None
    for part in OBJECT["parts"]:
        node = app.createNode("fr.inria.built-in.Roto")
        for outline in part["shapes"]:
            x, y = outline["start"][0]
            bezier = node.getRotoContext().createBezier(x, y, outline["first"])
            bezier.setScriptName(outline["name"])
            for x, y in outline["start"][1:]:
                bezier.addControlPoint(x, y)
            for frame, points in outline["keys"]:
                for n, (p, f) in enumerate(points):
                    bezier.setPointAtIndex(n, frame, p[0], p[1], p[2], p[3], p[4], p[5])
                    bezier.setFeatherPointAtIndex(n, frame, f[0], f[1], f[2], f[3], f[4], f[5])
            bezier.setCurveFinished(True)
            for frame, there in outline["seen"]:
                bezier.setActivated(frame, there)
        if below:
            merge = app.createNode("net.sf.openfx.MergePlugin")
            merge.getParam("operation").set(part["operation"])
            merge.connectInput(0, below)
            merge.connectInput(1, node)
            below = merge
        else:
            below = node
    below.setScriptName(OBJECT["name"])
"""


def write(shot: ShotShapes) -> bytes:
    """The shot's shapes as a script for Natron."""
    width, height = shot.size_wh
    data = {
        "format": f"{format_name(shot)} {width}x{height} {float(shot.pixel_aspect):g}",
        "format_name": format_name(shot),
        "rate": round(float(shot.rate), 6),
        "frames": list(shot.frames),
        "objects": [
            {"name": word, "parts": parts}
            for word, shapes in by_object(bake(shot)).items()
            if (parts := nodes(shapes, lambda shape: _outline(shape, shot)))
        ],
    }
    head = "# Roto shapes: run in Natron's Script Editor. Frames are plate numbers.\n"
    return f"{head}SHOT = {literal(data)}\n{_BUILD}".encode("ascii")


def _outline(shape: Baked, shot: ShotShapes) -> dict[str, object]:
    flip, lift = np.array([1.0, -1.0]), np.array([0.0, shot.size_wh[1]])
    away = outwards(shape.controls) * shape.feather_px[..., None]
    inner = _rows(shape.controls * flip + lift)
    outer = _rows((shape.controls + away[:, :, None]) * flip + lift)
    keys = [
        [frame, [[p, f] for p, f in zip(points, feather, strict=True)]]
        for frame, points, feather in zip(shape.keys, inner, outer, strict=True)
    ]
    return {
        "name": shape.word,
        "first": shape.keys[0],
        "start": [point[:2] for point in inner[0]],
        "keys": keys,
        "seen": [] if shape.is_always_seen else [[f, int(there)] for f, there in shape.seen],
    }


def _rows(controls: Reals) -> list[list[list[float]]]:
    """(K, P) rows of the point and its handles: x, y, left x, left y, right x, right y."""
    ordered = np.round(controls[:, :, (1, 0, 2)], 4)
    return ordered.reshape(*ordered.shape[:2], 6).tolist()
