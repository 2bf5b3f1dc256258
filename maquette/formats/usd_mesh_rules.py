"""What AR viewers need of the meshes and textures in a USDZ; the stock checkers miss nearly all.

What belongs here: rules about one mesh and one texture. What does not: the container
(`usdz_archive`), and rules about the stage, its prims and shaders (`usd_rules`).
"""

# usd-core has no stubs, and its modules fill themselves only when they are imported
# pyright: reportAttributeAccessIssue=false
from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maquette.formats.usdz_archive import Entry, Fault
from maquette.solids.surfaces import open_edges, volume_m3

LARGEST_TEXTURE_PX = 2048
INWARD = -0.2  # a rounded normal may lean over its face a little


def mesh_faults(mesh: Any, *, opaque: bool) -> Iterator[Fault]:
    """What is wrong with one UsdGeom.Mesh, at its first time sample."""
    where = str(mesh.GetPath())
    points = _array(mesh.GetPointsAttr(), np.float32).reshape(-1, 3)
    counts = _array(mesh.GetFaceVertexCountsAttr(), np.int64)
    corners = _array(mesh.GetFaceVertexIndicesAttr(), np.int64)
    if not len(counts) or (counts < 3).any() or counts.sum() != len(corners):
        yield Fault("MESH_COUNTS", where, f"{len(counts)} faces do not fit {len(corners)} corners")
        return
    if corners.min() < 0 or corners.max() >= len(points):
        yield Fault("MESH_INDEX", where, f"a face names point {corners.max()} of {len(points)}")
        return
    if not np.isfinite(points).all():
        yield Fault("MESH_POINTS", where, "some points are not finite numbers")
        return
    yield from _extent_faults(mesh, points, where)
    yield from _primvar_faults(mesh, len(points), counts, where)
    faces, face_corners = _fan(counts, corners)
    yield from _normal_faults(mesh, points, faces, face_corners)
    if opaque and not mesh.GetDoubleSidedAttr().Get():
        yield from _solid_faults(points, faces, where)


def _array(attribute: Any, dtype: type) -> NDArray[Any]:
    from pxr import Usd

    value = attribute.Get(Usd.TimeCode.EarliestTime())
    return np.asarray(() if value is None else value, dtype)


def _fan(counts: NDArray[Any], corners: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Triangles of polygons: the point numbers, and the places of those in the corner list."""
    starts = np.cumsum(counts) - counts
    triangles = counts - 2
    start = np.repeat(starts, triangles)
    step = np.arange(triangles.sum()) - np.repeat(np.cumsum(triangles) - triangles, triangles)
    places = np.column_stack([start, start + step + 1, start + step + 2])
    return corners[places], places


def _extent_faults(mesh: Any, points: NDArray[Any], where: str) -> Iterator[Fault]:
    extent = _array(mesh.GetExtentAttr(), np.float32).reshape(-1, 3)
    true = np.stack([points.min(axis=0), points.max(axis=0)])
    slack = 1e-4 * float(np.ptp(true, axis=0).max()) + 1e-9
    if extent.shape != (2, 3) or not np.allclose(extent, true, rtol=0, atol=slack):
        yield Fault("MESH_EXTENT", where, f"its extent must be {true.tolist()}")


def _primvar_faults(mesh: Any, points: int, counts: NDArray[Any], where: str) -> Iterator[Fault]:
    from pxr import Usd, UsdGeom

    sizes = {
        "constant": 1,
        "uniform": len(counts),
        "vertex": points,
        "varying": points,
        "faceVarying": int(counts.sum()),
    }
    for primvar in UsdGeom.PrimvarsAPI(mesh).GetPrimvarsWithAuthoredValues():
        value = primvar.ComputeFlattened(Usd.TimeCode.EarliestTime())
        wanted = sizes[primvar.GetInterpolation()] * primvar.GetElementSize()
        if primvar.GetTypeName().isArray and len(value or ()) != wanted:
            name = primvar.GetPrimvarName()
            yield Fault("PRIMVAR_LENGTH", where, f"{name} has {len(value or ())} of {wanted}")


def _normal_faults(
    mesh: Any, points: NDArray[Any], faces: NDArray[Any], places: NDArray[Any]
) -> Iterator[Fault]:
    normals = _array(mesh.GetNormalsAttr(), np.float32).reshape(-1, 3)
    if not len(normals):
        return  # the viewer makes its own
    where = str(mesh.GetPath())
    by_corner = mesh.GetNormalsInterpolation() == "faceVarying"
    chosen = places if by_corner else faces
    if mesh.GetNormalsInterpolation() not in ("faceVarying", "vertex", "varying"):
        return
    if len(normals) != chosen.max() + 1 and len(normals) != len(points):
        yield Fault("PRIMVAR_LENGTH", where, f"{len(normals)} normals do not fit its points")
        return
    if chosen.max() >= len(normals) or not np.isfinite(normals).all():
        yield Fault("MESH_NORMALS", where, "some normals are missing or not numbers")
        return
    lengths = np.linalg.norm(normals, axis=1)
    if np.abs(lengths - 1).max() > 0.01:
        yield Fault("MESH_NORMALS", where, "some normals are not of length one")
    a, b, c = (points[faces[:, k]].astype(np.float64) for k in range(3))
    cross = np.cross(b - a, c - a)
    outward = cross / np.maximum(np.linalg.norm(cross, axis=1, keepdims=True), 1e-30)
    if np.einsum("fcx,fx->fc", normals[chosen], outward).min() < INWARD:
        yield Fault("MESH_NORMALS", where, "some normals point against their faces")


def _solid_faults(points: NDArray[Any], faces: NDArray[Any], where: str) -> Iterator[Fault]:
    """An opaque one-sided mesh is seen from all sides, so it must be closed and right side out."""
    gaps = open_edges(points, faces)
    if gaps:
        yield Fault("MESH_OPEN", where, f"{gaps} edges are open or wound against each other")
    elif volume_m3(points, faces) <= 0:
        yield Fault("MESH_INSIDE_OUT", where, "its faces look inwards")


def texture_faults(entry: Entry) -> Iterator[Fault]:
    """What is wrong with one packed picture, told from its bytes without decoding it."""
    is_png = entry.name.lower().endswith(".png")
    size_wh = _png_size(entry.data) if is_png else _jpeg_size(entry.data)
    if size_wh is None:
        kind = "PNG" if is_png else "JPEG"
        yield Fault("TEXTURE_UNREADABLE", entry.name, f"it is not a whole {kind} file")
        return
    if max(size_wh) > LARGEST_TEXTURE_PX or any(side & (side - 1) for side in size_wh):
        sides = f"{size_wh[0]} x {size_wh[1]}"
        yield Fault("TEXTURE_SIZE", entry.name, f"{sides}: sides must be powers of two to 2048")


def _png_size(data: bytes) -> tuple[int, int] | None:
    """Width and height, if every chunk is whole and the last one ends the file."""
    if not data.startswith(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"):
        return None
    place = 8
    while place + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        end = place + 12 + length
        if end > len(data):
            return None
        (checksum,) = struct.unpack_from(">I", data, end - 4)
        if zlib.crc32(memoryview(data)[place + 4 : end - 4]) != checksum:
            return None
        if kind == b"IEND":
            width, height = struct.unpack_from(">II", data, 16)
            return (width, height) if end == len(data) and width and height else None
        place = end
    return None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Width and height from the frame header, if the file begins and ends as a JPEG does."""
    if not data.startswith(b"\xff\xd8\xff") or not data.rstrip(b"\0").endswith(b"\xff\xd9"):
        return None
    place = 2
    while place + 9 <= len(data) and data[place] == 0xFF:
        kind = data[place + 1]
        # frame headers are C0 .. CF but for the tables C4, C8 and CC
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, place + 5)
            return (width, height) if width and height else None
        place += 2 + struct.unpack_from(">H", data, place + 2)[0]
    return None
