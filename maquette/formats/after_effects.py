"""After Effects scripts (``.jsx``): a composition with one matte layer per object, masks on it.

ExtendScript is JavaScript of 1999 without ``JSON``: what is built stands as one literal, and the
rest is always the same program. Masks are filled one after another, because adding one makes
earlier references stale. What belongs here: the script. What does not: Lottie, whose file is data.
"""

from __future__ import annotations

import numpy as np

from maquette.formats.baking import Baked, bake, by_object, length_of
from maquette.formats.script_text import literal
from maquette.formats.spline_names import line
from maquette.splines.model import ShotShapes

_PROGRAM = """
(function () {
    function keyed(property, keys, kind) {
        var times = [], values = [], k;
        for (k = 0; k < keys.length; k++) {
            times.push((keys[k][0] - SHOT.first) / SHOT.rate);
            values.push(keys[k][1]);
        }
        property.setValuesAtTimes(times, values);
        for (k = 1; k <= property.numKeys; k++) {
            property.setInterpolationTypeAtKey(k, kind, kind);
        }
    }

    function path(key) {
        var shape = new Shape(), n, zeros = [], segments = [];
        shape.vertices = key.points;
        shape.inTangents = key.before;
        shape.outTangents = key.after;
        shape.closed = true;
        if (key.feather) {
            for (n = 0; n < key.feather.length; n++) {
                segments.push(n);
                zeros.push(0);
            }
            shape.featherSegLocs = segments;
            shape.featherRelSegLocs = zeros;
            shape.featherRadii = key.feather;
            shape.featherTypes = zeros;
            shape.featherInterps = zeros;
            shape.featherTensions = zeros;
            shape.featherRelCornerAngles = zeros;
        }
        return shape;
    }

    function mask(layer, drawn) {
        var made = layer.property("ADBE Mask Parade").addProperty("ADBE Mask Atom"), keys = [], k;
        made.name = drawn.name;
        made.maskMode = drawn.mode === "subtract" ? MaskMode.SUBTRACT : MaskMode.ADD;
        made.color = drawn.rgb;
        for (k = 0; k < drawn.keys.length; k++) {
            keys.push([drawn.keys[k].frame, path(drawn.keys[k])]);
        }
        keyed(made.property("ADBE Mask Shape"), keys, KeyframeInterpolationType.LINEAR);
        if (drawn.seen.length) {
            keyed(made.property("ADBE Mask Opacity"), drawn.seen, KeyframeInterpolationType.HOLD);
        }
    }

    var seconds = SHOT.frames / SHOT.rate, comp, layer, o, s;
    app.beginUndoGroup("Roto shapes");
    comp = app.project.items.addComp(
        SHOT.name, SHOT.width, SHOT.height, SHOT.aspect, seconds, SHOT.rate);
    comp.displayStartFrame = SHOT.first;
    for (o = 0; o < SHOT.objects.length; o++) {
        layer = comp.layers.addSolid(
            [1, 1, 1], SHOT.objects[o].name, SHOT.width, SHOT.height, SHOT.aspect, seconds);
        for (s = 0; s < SHOT.objects[o].shapes.length; s++) {
            mask(layer, SHOT.objects[o].shapes[s]);
        }
    }
    app.endUndoGroup();
}());
"""


def write(shot: ShotShapes) -> bytes:
    """The shot's shapes as a script for After Effects."""
    data = {
        "name": line(shot.name) or "roto",
        "width": shot.size_wh[0],
        "height": shot.size_wh[1],
        "aspect": float(shot.pixel_aspect),
        "rate": float(shot.rate),
        "first": shot.frames[0],
        "frames": length_of(shot),
        "objects": [
            {"name": shapes[0].object, "shapes": [_mask(shape) for shape in shapes]}
            for shapes in by_object(bake(shot)).values()
        ],
    }
    head = "// Roto shapes: File > Scripts > Run Script File in After Effects.\n"
    return f"{head}var SHOT = {literal(data)};\n{_PROGRAM}".encode("ascii")


def _mask(shape: Baked) -> dict[str, object]:
    before, after = (np.round(tangent, 3).tolist() for tangent in shape.tangents)
    keys: list[dict[str, object]] = [
        {"frame": frame, "points": points, "before": b, "after": a}
        for frame, points, b, a in zip(
            shape.keys, np.round(shape.points, 3).tolist(), before, after, strict=True
        )
    ]
    if shape.is_feathered:
        for key, feather in zip(keys, np.round(shape.feather_px, 3).tolist(), strict=True):
            key["feather"] = feather
    return {
        "name": shape.name,
        "mode": shape.mode,
        "rgb": np.round(shape.rgb, 4).tolist(),
        "keys": keys,
        "seen": [] if shape.is_always_seen else [[f, 100 * there] for f, there in shape.seen],
    }
