"""Silhouette shape files (``.fxs``): XML that Silhouette imports, and Mocha and others read.

Lengths are shares of the image's height from its middle, y down, x times the pixel aspect; each
point stands before its two handles, all three absolute; keys count from the session's first
frame. What belongs here: one layer per object, its shapes in it. What does not: feather and the
rate, for which the format has no known place.
"""

from __future__ import annotations

import uuid
from xml.sax.saxutils import quoteattr

from maquette.formats.baking import Baked, Reals, bake, by_object
from maquette.splines.model import ShotShapes

# Random ids would give other bytes each time.
NAMESPACE = uuid.UUID("6d617175-6574-7465-8073-706c696e6573")


def write(shot: ShotShapes) -> bytes:
    """The shot's shapes as a Silhouette shape file."""
    first, last = shot.frames
    width, height = shot.size_wh
    head = (
        "<!-- Silhouette Shape File -->\n"
        f'<Silhouette width="{width}" height="{height}" pixelAspect="{float(shot.pixel_aspect):g}"'
        f' workRangeStart="0" workRangeEnd="{last - first}" sessionStartFrame="{first}">\n'
    )
    layers = "".join(
        _layer(number, shapes, shot) for number, shapes in enumerate(by_object(bake(shot)).values())
    )
    return f"{head}{layers}</Silhouette>\n".encode("ascii", "xmlcharrefreplace")


def _layer(number: int, shapes: list[Baked], shot: ShotShapes) -> str:
    name = shapes[0].object
    head = f'id="{number}" label={quoteattr(name)} expanded="True" uuid="{_id("layer", name)}"'
    inner = "".join(_shape(n, shape, shot) for n, shape in enumerate(shapes, start=1))
    return (
        f'<Layer type="Layer" {head}><Properties>\n'
        f"{_constant('color', '(1.000000,1.000000,1.000000)')}"
        f"{_constant('invert', 'false')}{_constant('mode', 'Add')}"
        f'<Property id="objects" expanded="True" constant="True">\n{inner}</Property>\n'
        "</Properties></Layer>\n"
    )


def _shape(number: int, shape: Baked, shot: ShotShapes) -> str:
    head = (
        f'id="{number}" label={quoteattr(shape.name)} uuid="{_id("shape", shape.word)}"'
        ' shape_type="Bezier" hidden="False" locked="False"'
    )
    colour = ",".join(f"{part:.6f}" for part in shape.rgb)
    return (
        f'<Object type="Shape" {head}><Properties>\n{_opacity(shape, shot.frames[0])}'
        f"{_constant('motionBlur', 'true')}{_constant('outlineColor', f'({colour})')}"
        f"{_constant('mode', shape.mode.capitalize())}{_constant('invert', 'false')}"
        f'<Property id="path">\n{_path(shape, shot)}</Property>\n</Properties></Object>\n'
    )


def _constant(name: str, value: str) -> str:
    return f'<Property id="{name}" constant="True"><Value>{value}</Value></Property>\n'


def _opacity(shape: Baked, first: int) -> str:
    if shape.is_always_seen:
        return _constant("opacity", "100")
    keys = "".join(
        f'<Key frame="{frame - first}" interp="hold">{100 if there else 0}</Key>'
        for frame, there in shape.seen
    )
    return f'<Property id="opacity">{keys}</Property>\n'


def _path(shape: Baked, shot: ShotShapes) -> str:
    width, height = shot.size_wh
    aspect = float(shot.pixel_aspect)
    places: Reals = shape.controls[:, :, (1, 0, 2)].copy()  # the point first
    places[..., 0] = (places[..., 0] - width / 2) / height * aspect
    places[..., 1] = (places[..., 1] - height / 2) / height
    point = "<Point>(%.6f,%.6f),(%.6f,%.6f),(%.6f,%.6f)</Point>"
    template = point * places.shape[1]
    return "".join(
        f'<Key frame="{frame - shot.frames[0]}" interp="linear"><Path closed="True" type="Bezier">'
        f"{template % tuple(row)}</Path></Key>\n"
        for frame, row in zip(shape.keys, places.reshape(len(places), -1).tolist(), strict=True)
    )


def _id(kind: str, name: str) -> str:
    return str(uuid.uuid5(NAMESPACE, f"{kind} {name}")).upper()
