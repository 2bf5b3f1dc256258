"""File formats, one module each, and the one table of how each type is kept in the store.

What belongs here: the table. What does not: any format's rules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from maquette.formats import face_files, glb, png, png_deep, shapes_kept, vertices
from maquette.provenance import Provenance
from maquette.splines.model import ShotShapes
from maquette.types import Alpha, Animation, Face, File, Mask, Matte, Mesh, Picture


@dataclass(frozen=True)
class Codec:
    """How values of one type become bytes and come back.

    Attributes:
        suffix: of the bytes' name; empty for `File`, which brings its own.
        encode: the same value and provenance always give the same bytes.
        decode: for bytes that `encode` made.
    """

    suffix: str
    encode: Callable[[Any, Provenance], bytes]
    decode: Callable[[bytes], Any]


def _file_bytes(file: File, provenance: Provenance) -> bytes:
    """A finished file as it is: its writer has already embedded the provenance."""
    del provenance
    return file.data


def _file(data: bytes) -> File:
    # the store knows the name; whoever needs the suffix takes it from there
    return File(data, suffix="")


CODECS: dict[type, Codec] = {
    Picture: Codec("png", png.write_picture, png.read_picture),
    Mask: Codec("png", png.write_mask, png.read_mask),
    Matte: Codec("png", png.write_matte, png.read_matte),
    Alpha: Codec("png", png_deep.write_alpha, png_deep.read_alpha),
    ShotShapes: Codec("json", shapes_kept.write_shapes, shapes_kept.read_shapes),
    Face: Codec("json", face_files.write_face, face_files.read_face),
    Mesh: Codec("glb", glb.write_glb, glb.read_glb),
    Animation: Codec("npz", vertices.write_vertices, vertices.read_vertices),
    File: Codec("", _file_bytes, _file),
}
