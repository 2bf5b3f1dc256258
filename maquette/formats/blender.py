"""Python for Blender that builds masks: one per object, a layer per shape, in a scene of its own.

Blender keys the points of masks by an operator only, which wants an image editor: the script
borrows an area of the window and gives it back. Places are shares of the longer side from the
middle, y up, handles absolute. What belongs here: the script. What does not: starting Blender.
"""

from __future__ import annotations

import numpy as np

from maquette.formats.baking import Baked, Reals, bake, by_object, ramps
from maquette.formats.script_text import literal
from maquette.formats.spline_names import words
from maquette.splines.model import ShotShapes

_BUILD = """
import bpy

scene = bpy.data.scenes.new(SHOT["name"])
scene.render.resolution_x, scene.render.resolution_y = SHOT["size"]
scene.render.resolution_percentage = 100
scene.render.pixel_aspect_x, scene.render.pixel_aspect_y = SHOT["aspect"]
scene.render.fps, scene.render.fps_base = SHOT["rate"]
scene.frame_start, scene.frame_end = SHOT["frames"]
window = bpy.context.window_manager.windows[0]
window.scene = scene
area = window.screen.areas[0]
kind = area.type
area.type = "IMAGE_EDITOR"
space = area.spaces.active
space.ui_mode = "MASK"
for OBJECT in SHOT["objects"]:
    mask = bpy.data.masks.new(OBJECT["name"])
    mask.frame_start, mask.frame_end = SHOT["frames"]
    space.mask = mask
    for outline in OBJECT["shapes"]:
        layer = mask.layers.new(name=outline["name"])
        layer.blend = outline["blend"]
        mask.layers.active = layer
        spline = layer.splines.new()
        spline.use_cyclic = True
        spline.points.add(outline["count"] - 1)
        for n in range(outline["count"]):
            spline.points[n].handle_left_type = "FREE"
            spline.points[n].handle_right_type = "FREE"
            spline.points[n].select = True
        for frame, places in outline["keys"]:
            scene.frame_set(frame)
            for n, (before, at, after, weight) in enumerate(places):
                spline.points[n].co = at
                spline.points[n].handle_left = before
                spline.points[n].handle_right = after
                spline.points[n].weight = weight
            with bpy.context.temp_override(window=window, screen=window.screen, area=area,
                                           space_data=space, region=area.regions[-1]):
                bpy.ops.mask.shape_key_insert()
        for n in range(outline["count"]):
            spline.points[n].select = False
        for frame, alpha in outline["seen"]:
            layer.alpha = alpha
            layer.keyframe_insert("alpha", frame=frame)
area.type = kind
scene.frame_set(SHOT["frames"][0])
"""


def write(shot: ShotShapes) -> bytes:
    """The shot's shapes as a script for Blender."""
    objects = by_object(bake(shot))
    frames_a_second = max(1, round(shot.rate))
    aspect = float(shot.pixel_aspect)
    data = {
        "name": words([shot.name], otherwise="roto")[0],
        "size": list(shot.size_wh),
        # Blender holds neither side below 1
        "aspect": [max(aspect, 1.0), max(1 / aspect, 1.0)],
        "rate": [frames_a_second, float(frames_a_second / shot.rate)],
        "frames": list(shot.frames),
        "objects": [
            {"name": word, "shapes": [_outline(shape, shot) for shape in shapes]}
            for word, shapes in objects.items()
        ],
    }
    head = "# Roto shapes: run in Blender's Text Editor. Frames are plate numbers.\n"
    return f"{head}SHOT = {literal(data)}\n{_BUILD}".encode("ascii")


def _outline(shape: Baked, shot: ShotShapes) -> dict[str, object]:
    width, height = shot.size_wh
    side = max(width, height)
    places: Reals = (shape.controls - (width / 2, height / 2)) / (side, -side) + 0.5
    rows = np.round(places, 7).tolist()
    weights = np.round(shape.feather_px.clip(0, side) / side, 7).tolist()
    return {
        "name": shape.word,
        "blend": "MERGE_SUBTRACT" if shape.mode == "subtract" else "MERGE_ADD",
        "count": shape.points.shape[1],
        "keys": [
            [frame, [[*point, weight] for point, weight in zip(row, feather, strict=True)]]
            for frame, row, feather in zip(shape.keys, rows, weights, strict=True)
        ],
        "seen": [] if shape.is_always_seen else [[f, float(there)] for f, there in ramps(shape)],
    }
