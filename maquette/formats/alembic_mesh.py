"""Alembic: a moving mesh as effects programs cache it, where the package that writes it is there.

Points of every frame over one set of faces, with texture coordinates and what made it; Alembic
knows neither pictures nor materials. The package is ``alembic3d`` (PyAlembic in a wheel;
``alembic`` on PyPI is for databases). What belongs here: those files. What does not: the same
arrays for pipelines that have numpy (`vertices`).
"""

from __future__ import annotations

import importlib.util
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from maquette.batch.stages import Made, map_stage
from maquette.errors import FormatError, ToolError
from maquette.formats.imprint import imprint, title_of
from maquette.provenance import Provenance
from maquette.types import Animation, File

PACKAGE = "alembic3d"
OBJECT = "Clip"  # a title may hold signs that paths in a scene may not


def alembic_here() -> str:
    """The package on this machine, ``alembic3d 1.8.12.1``; empty where there is none."""
    return f"{PACKAGE} {version(PACKAGE)}" if importlib.util.find_spec(PACKAGE) else ""


@map_stage(version="1")
def cache_alembic(
    animation: Animation, *, title: str, provenance: Provenance, package: str = ""
) -> Made:
    """Write an animation as an Alembic cache; nothing is made where the package is missing.

    Args:
        animation: of any number of frames.
        title: told in the file.
        provenance: embedded in the file.
        package: as `alembic_here` told it, so that another version is another recipe.

    Raises ToolError ALEMBIC_MISSING where that package is not on this machine.
    """
    if not package:
        return Made()
    if package != alembic_here():
        raise ToolError(
            "ALEMBIC_MISSING",
            f"{package} was asked for, here is {alembic_here() or 'none'}",
            fix=f"pip install '{package.replace(' ', '==')}', or order the clip again",
        )
    data = write_alembic(animation, provenance, title=title)
    return Made({"alembic": File(data, "abc")}, {"alembic_bytes": float(len(data))})


def write_alembic(animation: Animation, provenance: Provenance, *, title: str) -> bytes:
    """An animation as Alembic bytes; same animation, provenance and title, same bytes.

    Raises FormatError ALEMBIC_EMPTY without faces.
    """
    if not len(animation.mesh.faces):
        raise FormatError("ALEMBIC_EMPTY", "a mesh without faces cannot be written")
    with tempfile.TemporaryDirectory(prefix="maquette_alembic_") as folder:
        path = Path(folder, "clip.abc")
        _write(animation, {"Title": title_of(title), **imprint(provenance)}, path)
        return path.read_bytes()


def _write(animation: Animation, said: dict[str, str], path: Path) -> None:
    """The file is whole when the archive is let go, at the end of this function."""
    import imath
    from alembic3d import Abc, AbcCoreAbstract, AbcGeom

    archive = Abc.OArchive(str(path))
    pace = AbcCoreAbstract.TimeSampling(1 / animation.rate, 0.0)
    solid = AbcGeom.OPolyMesh(archive.getTop(), OBJECT, archive.addTimeSampling(pace))
    schema: Any = solid.getSchema()
    for frame, points in enumerate(animation.points):
        at = imath.V3fArrayFromBuffer(np.ascontiguousarray(points))
        # later samples only move: faces that are not told again are known to be the same
        whole = _surface(animation) if frame == 0 else ()
        schema.set(AbcGeom.OPolyMeshSchemaSample(at, *whole))
    told = schema.getUserProperties()
    for keyword, text in sorted(said.items()):
        Abc.OStringProperty(told, keyword).setValue(text)


def _surface(animation: Animation) -> tuple[Any, Any, Any]:
    """Corners and counts of the faces, and texture coordinates, in Alembic's sense of turning."""
    import imath
    from alembic3d import AbcGeom

    mesh = animation.mesh
    clockwise = np.ascontiguousarray(mesh.faces[:, ::-1]).ravel()
    counts = np.full(len(mesh.faces), 3, np.int32)
    # its texture origin is at the bottom left
    bottom_up = np.column_stack([mesh.uv[:, 0], 1 - mesh.uv[:, 1]]).astype(np.float32)
    places = imath.V2fArrayFromBuffer(np.ascontiguousarray(bottom_up))
    uv = AbcGeom.OV2fGeomParamSample(places, AbcGeom.GeometryScope.kVertexScope)
    return imath.IntArrayFromBuffer(clockwise), imath.IntArrayFromBuffer(counts), uv
