"""Nuke scripts (``.nk``) with one Roto node per object, keyed on every frame.

A ``.nk`` file is Tcl: no name reaches it but words of letters, digits and underscores. How Nuke
joins keys whose way is not written is told differently by different sources, so none is left to
join; `nuke_script` gives the few keys an artist wants. Nuke's own blending modes work on pixels
within one outline, so holes are Roto nodes of their own behind a stencil. What belongs here: the
text as Nuke saves it. What does not: Nuke's Python.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from maquette.formats.baking import Baked, Reals, bake, by_object, length_of, outwards, runs
from maquette.splines.model import ShotShapes

RELATIVE_CLOSED = 8192  # a curve's flags: tangents are relative, it is closed
RENDERED = 512  # a shape's
ROOT_FLAGS = 2097152


def write(shot: ShotShapes) -> bytes:
    """The shot's shapes as a script that is opened, or whose nodes are pasted."""
    nodes = "".join(
        _object(word, shapes, shot)
        for word, shapes in by_object(bake(shot, every_frame=True)).items()
    )
    first, last = shot.frames
    root = (
        "version 13.0 v1\n"
        f"Root {{\n inputs 0\n first_frame {first}\n last_frame {last}\n"
        f' fps {float(shot.rate):.6g}\n format "{format_words(shot)}"\n}}\n'
    )
    return (root + nodes).encode("ascii")


def format_words(shot: ShotShapes) -> str:
    """The plates' format as Nuke names formats: sizes, the whole as its box, aspect, a name."""
    width, height = shot.size_wh
    return f"{width} {height} 0 0 {width} {height} {float(shot.pixel_aspect):g} {format_name(shot)}"


def format_name(shot: ShotShapes) -> str:
    """A name that no format of Nuke's has."""
    return f"roto_{shot.size_wh[0]}x{shot.size_wh[1]}"


def _object(word: str, shapes: list[Baked], shot: ShotShapes) -> str:
    """An object's nodes. A merge takes its B from the top of the stack, so holes come first."""
    parts = list(runs(shapes))
    names = [word if len(parts) == 1 else f"{word}_part{n + 1}" for n in range(len(parts))]
    rotos = [_roto(name, members, shot) for name, (_, members) in zip(names, parts, strict=True)]
    merges = [
        f"Merge2 {{\n inputs 2\n operation {'stencil' if mode == 'subtract' else 'max'}\n"
        f" name {word if n == len(parts) - 1 else f'{word}_merge{n}'}\n}}\n"
        for n, (mode, _) in enumerate(parts)
        if n
    ]
    return "".join([*reversed(rotos), *merges])


def _roto(name: str, shapes: list[Baked], shot: ShotShapes) -> str:
    width, height = shot.size_wh
    curves = "\n".join(_curve(shape, shot) for shape in shapes)
    return (
        f"Roto {{\n inputs 0\n output alpha\n cliptype none\n"
        f' format "{format_words(shot)}"\n'
        " curves {{{v x3f99999a}\n  {f 0}\n  {n\n   {layer Root\n"
        f"    {{f {ROOT_FLAGS}}}\n    {{t {_hex(width / 2)} {_hex(height / 2)}}}\n    {{a}}\n"
        f"{curves}}}}}}}}}\n name {name}\n}}\n"
    )


def _curve(shape: Baked, shot: ShotShapes) -> str:
    height = shot.size_wh[1]
    before, after = shape.tangents
    values: Reals = np.stack([before, shape.points, after], axis=2)
    values[..., 1] *= -1
    values[:, :, 1, 1] += height
    frames = _hexes(np.asarray(shape.keys, np.float64))
    feather = f"\n     {_cc(frames, _feather(shape, values))}" if shape.is_feathered else " idem"
    pivot = values[0, :, 1].mean(axis=0)
    attributes = f"osw x41200000 osf 0 str 1 sb 1 tt x40800000{_visibility(shape, shot)}"
    return (
        f"    {{curvegroup {shape.word} {RENDERED} bezier\n"
        f"     {{{_cc(frames, values)}{feather}}}\n"
        f"     {{tx {frames[0]} {_hex(pivot[0])} {_hex(pivot[1])}}}\n"
        f"     {{a {attributes}}}}}"
    )


def _cc(frames: Sequence[str], values: Reals) -> str:
    """Control points of (K, P, 3, 2): three to a point, each coordinate with its own keys."""
    coordinates = _hexes(values.transpose(1, 2, 3, 0).ravel())
    keys = len(frames)
    curves = [
        "{" + " ".join(map(_key, frames, coordinates[start : start + keys])) + "}"
        for start in range(0, len(coordinates), keys)
    ]
    points = "\n".join(f"        {{{curves[n]} {curves[n + 1]}}}" for n in range(0, len(curves), 2))
    return f"{{cc\n       {{f {RELATIVE_CLOSED}}}\n       {{p\n{points}}}}}"


def _feather(shape: Baked, values: Reals) -> Reals:
    """The feather's outline: each point relative to the shape's, with the same tangents."""
    feather = values.copy()
    away = outwards(shape.controls) * shape.feather_px[..., None]
    feather[:, :, 1] = away * (1, -1)
    return feather


def _visibility(shape: Baked, shot: ShotShapes) -> str:
    if shape.is_always_seen:
        return ""
    first = shot.frames[0]
    there = np.zeros(length_of(shot))
    for frame, seen in shape.seen:
        there[frame - first :] = seen
    frames = _hexes(np.arange(first, first + len(there), dtype=np.float64))
    return " opc {" + " ".join(map(_key, frames, _hexes(there))) + "}"


def _key(frame: str, value: str) -> str:
    return f"{{{frame} {value}}}"


def _hexes(values: Reals) -> list[str]:
    """Numbers as Nuke writes them: the bits of a 32 bit float, nought as 0."""
    bits = (values.astype(np.float32) + np.float32(0)).view(np.uint32).tolist()
    return [f"x{one:08x}" if one else "0" for one in bits]


def _hex(value: float) -> str:
    return _hexes(np.array([value]))[0]
