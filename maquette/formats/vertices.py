"""NPZ: a moving mesh as plain arrays, for pipelines, and how the store keeps one.

`numpy.load` opens it: ``points`` (T, V, 3) in metres, ``faces``, ``uv`` from the top left,
``texture_png``, ``colours`` and ``alpha_cutoff`` where there are any, ``rate`` in frames a second,
``camera`` as pixels per metre and the pixel of the mesh's origin. What belongs here: the arrays
of our own files. What does not: formats that players know (`animated_glb`, `animated_usdz`).
"""

from __future__ import annotations

import io
import json
import math
import struct
import tokenize
import zipfile
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.errors import FormatError, InputError
from maquette.formats.imprint import imprint
from maquette.provenance import Provenance
from maquette.types import Animation, Camera, Mesh

ABOUT = "about.json"
# what the readers of zips, of arrays and of their heads raise where bytes are not as they were
_DAMAGES = (
    *(KeyError, IndexError, TypeError, ValueError, EOFError, OSError, RuntimeError, SyntaxError),
    *(OverflowError, MemoryError, zipfile.BadZipFile, zlib.error, struct.error),
    tokenize.TokenError,
)
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can tell: same animation, same bytes


def write_vertices(animation: Animation, provenance: Provenance) -> bytes:
    """An animation as NPZ bytes; the same animation and provenance give the same bytes."""
    mesh, camera = animation.mesh, animation.camera
    arrays: dict[str, NDArray[Any]] = {
        "points": animation.points,
        "faces": mesh.faces,
        "uv": mesh.uv,
        "rate": np.array(animation.rate, np.float64),
    }
    if mesh.texture_png is not None:
        arrays["texture_png"] = np.frombuffer(mesh.texture_png, np.uint8)
    if mesh.colours is not None:
        arrays["colours"] = mesh.colours
    if mesh.alpha_cutoff is not None:
        arrays["alpha_cutoff"] = np.array(mesh.alpha_cutoff, np.float64)
    if camera is not None:
        arrays["camera"] = np.array([camera.px_per_m, *camera.origin_xy], np.float64)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, array in arrays.items():
            one = io.BytesIO()
            np.lib.format.write_array(one, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _DAY), one.getvalue())
        about = json.dumps(imprint(provenance), sort_keys=True)
        archive.writestr(zipfile.ZipInfo(ABOUT, _DAY), about)
    return held.getvalue()


def read_vertices(data: bytes) -> Animation:
    """The animation in NPZ bytes that we wrote; FormatError VERTICES_DAMAGED for anything else."""
    try:
        return _animation(_arrays(data))
    except (*_DAMAGES, InputError) as trouble:
        told = f"not an animation as we keep it: {str(trouble)[:200] or repr(trouble)}"
        raise FormatError("VERTICES_DAMAGED", told) from trouble


def _arrays(data: bytes) -> dict[str, NDArray[Any]]:
    """Every array by its name; each is checked against its sum as it is read."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if name != ABOUT]
        return {name.removesuffix(".npy"): _array(archive.read(name)) for name in names}


def _array(data: bytes) -> NDArray[Any]:
    """An array that fills its bytes, whatever size it claims."""
    held = io.BytesIO(data)
    version = np.lib.format.read_magic(held)
    read_header = _HEADERS[version]
    shape, _, dtype = read_header(held)
    if math.prod(shape) * dtype.itemsize != len(data) - held.tell() or dtype.hasobject:
        raise ValueError(f"an array of {shape} does not fit {len(data)} bytes")
    return np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)


def _animation(arrays: dict[str, NDArray[Any]]) -> Animation:
    points, faces = np.ascontiguousarray(arrays["points"]), np.ascontiguousarray(arrays["faces"])
    if faces.size and int(faces.min()) < 0:
        raise ValueError("a face names a point below 0")
    cutoff, colours = arrays.get("alpha_cutoff"), arrays.get("colours")
    mesh = Mesh(
        points[0].copy(),
        faces,
        np.ascontiguousarray(arrays["uv"]),
        arrays["texture_png"].tobytes() if "texture_png" in arrays else None,
        alpha_cutoff=None if cutoff is None else _number(cutoff),
        colours=None if colours is None else np.ascontiguousarray(colours),
    )
    return Animation(mesh, points, _number(arrays["rate"]), _camera(arrays.get("camera")))


def _number(told: NDArray[Any]) -> float:
    number = float(told)
    if not math.isfinite(number):
        raise ValueError(f"{number} is no number")
    return number


def _camera(told: NDArray[Any] | None) -> Camera | None:
    if told is None:
        return None
    px_per_m, x, y = (_number(value) for value in told)
    return Camera(px_per_m, (x, y))
