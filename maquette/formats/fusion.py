"""Fusion compositions (``.comp``) and settings that are pasted (``.setting``), Lua tables both.

Each shape is a polygon mask, an object's masks stand in a chain, and a white background shows its
matte. Places are shares of width and height from the middle, y up; names are plain words, because
tools are the table's own keys. What belongs here: the table. What does not: feather per point,
for which polygons have no plain place.
"""

from __future__ import annotations

import numpy as np

from maquette.formats.baking import Baked, bake, by_object, ramps
from maquette.splines.model import ShotShapes

COLUMN_PX, ROW_PX = 110, 33  # of the flow view


def write(shot: ShotShapes) -> bytes:
    """The shot's shapes as a composition."""
    first, last = shot.frames
    width, height = shot.size_wh
    frame_format = (
        f"Prefs = {{ Comp = {{ FrameFormat = {{ Width = {width}, Height = {height}, "
        f"Rate = {float(shot.rate):.6g}, AspectX = {float(shot.pixel_aspect):.6g}, AspectY = 1 "
        "}, }, },\n"
    )
    return (
        f"Composition {{\nCurrentTime = {first},\nRenderRange = {{ {first}, {last} }},\n"
        f"GlobalRange = {{ {first}, {last} }},\n{frame_format}{_tools(shot)}}}\n"
    ).encode("ascii")


def write_setting(shot: ShotShapes) -> bytes:
    """The same tools without a composition: pasted into the flow, in Resolve too."""
    return f"{{\n{_tools(shot)}}}\n".encode("ascii")


def _tools(shot: ShotShapes) -> str:
    lines: list[str] = []
    for column, (word, shapes) in enumerate(by_object(bake(shot)).items()):
        below = ""
        for row, shape in enumerate(shapes):
            place = f"{column * COLUMN_PX}, {row * ROW_PX}"
            lines += [_mask(shape, shot, below, place), _path(shape, shot), _level(shape)]
            below = f"Mask_{shape.word}"
        place = f"{column * COLUMN_PX}, {len(shapes) * ROW_PX}"
        lines.append(_background(word, shot, below, place))
    return "Tools = ordered() {\n" + "".join(lines) + "},\n"


def _mask(shape: Baked, shot: ShotShapes, below: str, place: str) -> str:
    width, height = shot.size_wh
    inputs = [
        f'PaintMode = Input {{ Value = FuID {{ "{shape.mode.capitalize()}" }}, }},',
        'OutputSize = Input { Value = FuID { "Custom" }, },',
        f"MaskWidth = Input {{ Value = {width}, }},",
        f"MaskHeight = Input {{ Value = {height}, }},",
        f"PixelAspect = Input {{ Value = {{ {float(shot.pixel_aspect):.6g}, 1 }}, }},",
        'ClippingMode = Input { Value = FuID { "None" }, },',
        f'Polyline = Input {{ SourceOp = "Path_{shape.word}", Source = "Value", }},',
        "Polyline2 = Input { Value = Polyline { }, Disabled = true, },",
    ]
    if len(shape.seen) > 1:
        inputs.append(f'Level = Input {{ SourceOp = "Level_{shape.word}", Source = "Value", }},')
    elif not shape.is_always_seen:
        inputs.append("Level = Input { Value = 0, },")
    if below:
        inputs.append(f'EffectMask = Input {{ SourceOp = "{below}", Source = "Mask", }},')
    held = "\n".join(inputs)
    return (
        f'Mask_{shape.word} = PolylineMask {{\nDrawMode = "ModifyOnly",\n'
        f'DrawMode2 = "InsertAndModify",\nCtrlWZoom = false,\nNameSet = true,\n'
        f"Inputs = {{\n{held}\n}},\nViewInfo = OperatorInfo {{ Pos = {{ {place} }} }},\n}},\n"
    )


def _path(shape: Baked, shot: ShotShapes) -> str:
    """The polygon at each key; what moves between them is the number of the polygon, straight."""
    width, height = shot.size_wh
    before, after = (tangent / (width, -height) for tangent in shape.tangents)
    places = shape.points / (width, -height) + (-0.5, 0.5)
    rows = np.concatenate([places, before, after], axis=-1).reshape(len(places), -1).tolist()
    point = "{ X = %.9f, Y = %.9f, LX = %.9f, LY = %.9f, RX = %.9f, RY = %.9f }, "
    template = point * places.shape[1]
    keys = "".join(
        f"[{frame}] = {{ {n}, Flags = {{ Linear = true, LockedY = true }}, "
        f"Value = Polyline {{ Closed = true, Points = {{ {template % tuple(values)}}} }} }},\n"
        for n, (frame, values) in enumerate(zip(shape.keys, rows, strict=True))
    )
    red, green, blue = (round(part * 255) for part in shape.rgb)
    colour = f"SplineColor = {{ Red = {red}, Green = {green}, Blue = {blue} }}"
    return f"Path_{shape.word} = BezierSpline {{\n{colour},\nKeyFrames = {{\n{keys}}},\n}},\n"


def _level(shape: Baked) -> str:
    if len(shape.seen) == 1:
        return ""
    keys = "".join(
        f"[{frame}] = {{ {int(there)}, Flags = {{ Linear = true }} }},\n"
        for frame, there in ramps(shape)
    )
    return f"Level_{shape.word} = BezierSpline {{\nKeyFrames = {{\n{keys}}},\n}},\n"


def _background(word: str, shot: ShotShapes, mask: str, place: str) -> str:
    first, last = shot.frames
    inputs = [
        f"GlobalIn = Input {{ Value = {first}, }},",
        f"GlobalOut = Input {{ Value = {last}, }},",
        f"Width = Input {{ Value = {shot.size_wh[0]}, }},",
        f"Height = Input {{ Value = {shot.size_wh[1]}, }},",
        f"PixelAspect = Input {{ Value = {{ {float(shot.pixel_aspect):.6g}, 1 }}, }},",
        "UseFrameFormatSettings = Input { Value = 0, },",
        "TopLeftRed = Input { Value = 1, },",
        "TopLeftGreen = Input { Value = 1, },",
        "TopLeftBlue = Input { Value = 1, },",
        f'EffectMask = Input {{ SourceOp = "{mask}", Source = "Mask", }},',
    ]
    held = "\n".join(inputs)
    return (
        f"Matte_{word} = Background {{\nNameSet = true,\nInputs = {{\n{held}\n}},\n"
        f"ViewInfo = OperatorInfo {{ Pos = {{ {place} }} }},\n}},\n"
    )
