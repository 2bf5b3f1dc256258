"""Rasters of a roto shot: cut-outs and mattes plate by plate, and all objects of a plate in one.

What belongs here: the stages that hand pixels to a file format. What does not: the formats
themselves, and movies (`reels`).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.batch.stages import Members, gather_stage, map_stage
from maquette.formats.cryptomatte import object_ids
from maquette.formats.exr import layer, layer_names, write_exr
from maquette.formats.png_deep import sixteen_bit, write_deep_picture
from maquette.pictures.foregrounds import foreground
from maquette.provenance import Provenance
from maquette.types import Alpha, File, Floats, LargeFile, Plate, Source
from maquette.video.runs import PlateRun
from maquette.video.slates import Slate


@map_stage(version="1", makes="png")
def cut_png(
    plate: Source, alpha: Alpha, *, index: int, footage: dict[str, Any], provenance: Provenance
) -> File:
    """The object alone, straight alpha, its edge freed of the background's colours."""
    with PlateRun([plate], [index], footage) as run:
        shot: Plate = run[0]
    colours = _freed(shot, alpha)
    rgba = np.dstack([sixteen_bit(colours), sixteen_bit(alpha.cover)])
    return File(write_deep_picture(rgba, provenance), "png")


@map_stage(version="1", makes="exr")
def cut_exr(
    plate: Source,
    alpha: Alpha,
    *,
    index: int,
    footage: dict[str, Any],
    timecode: str,
    provenance: Provenance,
) -> LargeFile:
    """The object alone as half floats, scene linear, premultiplied."""
    with PlateRun([plate], [index], footage) as run:
        shot: Plate = run[0]
    colours = scene_linear(_freed(shot, alpha), colour=shot.colour)
    channels = layer("", alpha.cover, colours)
    return _exr(channels, slate=slate_of(footage, timecode), provenance=provenance)


@gather_stage(version="1", makes="layers")
def merge_exr(
    members: Members, *, footage: dict[str, Any], timecode: str, provenance: Provenance
) -> LargeFile:
    """All objects of a plate: one matte each under its name, and all of them together.

    The first member is the lowest; where mattes overlap, the merged one is what is not see-through.
    """
    names = layer_names([str(m.params["object"]).rpartition("/")[2] for m in members])
    channels: dict[str, NDArray[Any]] = {}
    clear: Floats | None = None
    for name, member in zip(names, members, strict=True):
        cover: Floats = member.load("alpha", Alpha).cover
        clear = (1 - cover) if clear is None else clear * (1 - cover)
        channels |= layer(name, cover)
    assert clear is not None
    channels |= layer("", (1 - clear).astype(np.float32))
    return _exr(channels, slate=slate_of(footage, timecode), provenance=provenance)


@gather_stage(version="1", makes="cryptomatte")
def identify(
    members: Members, *, footage: dict[str, Any], timecode: str, provenance: Provenance
) -> LargeFile:
    """The Cryptomatte of a plate: compositors pick objects out of it by name."""
    mattes: dict[str, Floats] = {
        str(m.params["object"]).rpartition("/")[2]: m.load("alpha", Alpha).cover for m in members
    }
    ids = object_ids(mattes)
    return _exr(
        ids.channels,
        slate=slate_of(footage, timecode),
        provenance=provenance,
        words=ids.words,
    )


def slate_of(footage: Mapping[str, Any], timecode: str) -> Slate:
    """What a delivered frame says of its place in time."""
    aspect = Fraction(str(footage["pixel_aspect"]))
    return Slate(Fraction(str(footage["rate"])), timecode=timecode, pixel_aspect=aspect)


def scene_linear(colours: Floats, *, colour: str) -> Floats:
    """Colours as EXR files hold them: display values through sRGB's curve; log stays as it is."""
    if colour != "display":
        return colours
    low = colours <= 0.04045
    curved = ((np.maximum(colours, 0) + 0.055) / 1.055) ** 2.4
    return np.where(low, colours / 12.92, curved).astype(np.float32)


def unit(shot: Plate) -> Floats:
    """The plate's colours as floats: (H, W, 3), whole numbers to 0..1."""
    rgb = shot.pixels[..., :3]
    if np.issubdtype(rgb.dtype, np.integer):
        return rgb.astype(np.float32) / np.float32(np.iinfo(rgb.dtype).max)
    return rgb.astype(np.float32)


def _freed(shot: Plate, alpha: Alpha) -> Floats:
    return foreground(unit(shot), alpha.cover)


def _exr(
    channels: Mapping[str, NDArray[Any]],
    *,
    slate: Slate,
    provenance: Provenance,
    words: Mapping[str, str] | None = None,
) -> LargeFile:
    handle, name = tempfile.mkstemp(suffix=".exr")
    path = Path(name)
    try:
        os.close(handle)  # the writer opens it by its name
        write_exr(path, channels, slate=slate, provenance=provenance, words=words)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return LargeFile(path, "exr")
