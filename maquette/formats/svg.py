"""SVG pictures of a shot's shapes that move: for browsers, and for people without the programs.

One group per object, its shapes in a mask (white adds, black cuts), moved by SMIL; the first plate
is what a reader without animation shows. What belongs here: the picture and, as ``data-``
attributes, what a reader needs to know of the shot. What does not: feather.
"""

from __future__ import annotations

import numpy as np

from maquette.formats.baking import Baked, Reals, bake, by_object, length_of, rate_words
from maquette.formats.spline_names import line
from maquette.splines.model import ShotShapes

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def write(shot: ShotShapes) -> bytes:
    """The shot's shapes as one SVG."""
    width, height = shot.size_wh
    aspect = shot.pixel_aspect
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{float(width * aspect):g}"'
        f' height="{height}" viewBox="0 0 {width} {height}" preserveAspectRatio="none"'
        f' data-rate="{rate_words(shot)}" data-first="{shot.frames[0]}"'
        f' data-last="{shot.frames[1]}"'
        f' data-pixel-aspect="{aspect.numerator}/{aspect.denominator}">\n'
        f"<title>{_text(shot.name)}</title>\n"
    )
    groups = "".join(
        _group(n, shapes, shot) for n, shapes in enumerate(by_object(bake(shot)).values())
    )
    return f"{head}{groups}</svg>\n".encode("ascii", "xmlcharrefreplace")


def _group(number: int, shapes: list[Baked], shot: ShotShapes) -> str:
    width, height = shot.size_wh
    box = f'x="0" y="0" width="{width}" height="{height}"'
    colour = "#" + "".join(f"{round(part * 255):02x}" for part in shapes[0].rgb)
    paths = "".join(_shape(shape, shot) for shape in shapes)
    return (
        f"<g>\n<title>{_text(shapes[0].object)}</title>\n"
        f'<mask id="object{number}" maskUnits="userSpaceOnUse" {box}>\n{paths}</mask>\n'
        f'<rect {box} fill="{colour}" mask="url(#object{number})"/>\n</g>\n'
    )


def _shape(shape: Baked, shot: ShotShapes) -> str:
    drawn = _paths(shape)
    fill = "#000000" if shape.mode == "subtract" else "#ffffff"
    shown = "visible" if shape.seen[0][1] else "hidden"
    moving = _moving(shape, drawn, shot) + _appearing(shape, shot)
    return (
        f'<path d="{drawn[0]}" fill="{fill}" visibility="{shown}">'
        f"<title>{_text(shape.name)}</title>{moving}</path>\n"
    )


def _paths(shape: Baked) -> list[str]:
    """The outline at each key, as cubics from its first point round to it again."""
    controls = shape.controls
    rest: Reals = np.stack(
        [
            controls[:, :, 2],
            np.roll(controls[:, :, 0], -1, axis=1),
            np.roll(controls[:, :, 1], -1, axis=1),
        ],
        axis=2,
    )
    rows = np.concatenate([controls[:, 0, 1], rest.reshape(len(controls), -1)], axis=1).tolist()
    template = "M%.3f,%.3f" + "C%.3f,%.3f %.3f,%.3f %.3f,%.3f" * controls.shape[1] + "Z"
    return [template % tuple(row) for row in rows]


def _moving(shape: Baked, drawn: list[str], shot: ShotShapes) -> str:
    if len(drawn) == 1:
        return ""
    frames = list(shape.keys)
    first, last = shot.frames
    if frames[0] > first:  # times begin at 0 and end at 1
        frames, drawn = [first, *frames], [drawn[0], *drawn]
    return _animate("d", drawn + drawn[-1:], [*frames, last + 1], shot, mode="linear")


def _appearing(shape: Baked, shot: ShotShapes) -> str:
    if len(shape.seen) == 1:
        return ""
    values = ["visible" if there else "hidden" for _, there in shape.seen]
    return _animate("visibility", values, [f for f, _ in shape.seen], shot, mode="discrete")


def _animate(name: str, values: list[str], frames: list[int], shot: ShotShapes, mode: str) -> str:
    count = length_of(shot)
    times = ";".join(f"{(frame - shot.frames[0]) / count:.9g}" for frame in frames)
    return (
        f'<animate attributeName="{name}" calcMode="{mode}" dur="{float(count / shot.rate):.9g}s"'
        f' fill="freeze" keyTimes="{times}" values="{";".join(values)}"/>'
    )


def _text(name: str) -> str:
    return line(name).translate(_ESCAPES)
