"""3MF from anywhere: what its build plate holds, with colours and textures of the materials part.

What belongs here: objects, components, the plate, and materials as far as one look per face
corner can tell them. What does not: the zip and its limits (`packages`), the XML (`threemf_xml`),
beams, slices and volumes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from maquette.errors import InputError
from maquette.formats.model_files.packages import Package
from maquette.formats.model_files.parts import (
    PARTS_AT_MOST,
    TEXTURES_AT_MOST,
    Model,
    Part,
    Whole,
    Wide,
    damaged,
    expect_faces,
    moved,
    welded,
)
from maquette.formats.model_files.threemf_xml import Instance, Sheet, Solid, read_sheet, targets
from maquette.types import Bytes

DEEPEST = 50
START = "3D/3dmodel.model"
# core words for lengths -> ours
_UNITS = {
    **{"micron": "micron", "millimeter": "mm", "centimeter": "cm"},
    **{"inch": "in", "foot": "ft", "meter": "m"},
}
# extensions that change what the shape is: a file that requires one cannot be read without it
_HARMLESS = ("core/", "material/", "production/", "trianglesets/", "slic3rpe")


@dataclass
class _Reading:
    """The package, the sheets opened so far, and what limits them."""

    package: Package
    sheets: dict[str, Sheet] = field(default_factory=dict)
    textures: dict[str, int] = field(default_factory=dict)  # path -> number in the model
    parts: list[Part] = field(default_factory=list)
    faces: int = 0
    placed: int = 0

    def sheet(self, path: str) -> Sheet:
        """A model part of the package, read once."""
        path = path.lstrip("/")
        if path not in self.sheets:
            sheet = read_sheet(self.package.pieces(path))
            _expect_readable(sheet)
            self.sheets[path] = sheet
        return self.sheets[path]


def read(data: bytes) -> Model:
    """Everything on the build plate, in the unit that the file names, z up."""
    reading = _Reading(Package(data))
    start = _start(reading.package)
    root = reading.sheet(start)
    for item in root.build:
        _place(reading, item, start, np.eye(4), depth=0)
    textures = tuple(reading.package.whole(path) for path in reading.textures)
    unit = _UNITS.get(root.unit)
    if unit is None:
        raise damaged(f"its unit {root.unit[:20]!r} is unknown")
    return Model(tuple(reading.parts), textures, unit=unit, up="z")


def is_model(data: bytes) -> bool:
    """Whether these zip bytes hold a 3MF model."""
    return any(name.lower().endswith(".model") for name in Package(data).names)


def _start(package: Package) -> str:
    """The path of the root model: what the relations say, or where everyone puts it."""
    if "_rels/.rels" in package.names:
        for kind, target in targets(package.pieces("_rels/.rels")):
            if kind.endswith("/3dmodel"):
                return target.lstrip("/")
    models = sorted(name for name in package.names if name.lower().endswith(".model"))
    if START in models or not models:
        return START
    return models[0]


def _expect_readable(sheet: Sheet) -> None:
    unknown = [name for name in sheet.required if not any(word in name for word in _HARMLESS)]
    if unknown:
        raise InputError(
            "MESH_FILE_NEEDS",
            f"it needs {', '.join(name[:80] for name in unknown[:4])}",
            fix="export it as a plain 3MF of triangles",
        )


def _place(reading: _Reading, item: Instance, path: str, above: Wide, *, depth: int) -> None:
    """Add an object and its components where they are placed."""
    reading.placed += 1
    if depth > DEEPEST or reading.placed > PARTS_AT_MOST:
        raise damaged("its objects hold one another too many times")
    path = item.path or path
    sheet = reading.sheet(path)
    solid = sheet.solids.get(item.number)
    if solid is None:
        raise damaged(f"it places an object {item.number!r} that does not exist")
    here = item.placing @ above  # rows of points: the inner placing comes first
    if solid.kind in ("support", "solidsupport"):
        return
    if len(solid.faces):
        reading.faces += len(solid.faces)
        expect_faces(reading.faces)
        for part in _parts(reading, sheet, solid):
            reading.parts.append(moved(part, here[:3, :3], here[3, :3]))
    for component in solid.components:
        _place(reading, component, path, here, depth=depth + 1)


def _parts(reading: _Reading, sheet: Sheet, solid: Solid) -> list[Part]:
    """The object's faces, those of one property group together."""
    if solid.faces.min() < 0 or solid.faces.max() >= len(solid.points):
        raise damaged("a face names a point that does not exist")
    parts: list[Part] = []
    for group in np.unique(solid.groups):
        of_group = solid.groups == group
        faces, look = solid.faces[of_group], solid.looks[of_group]
        parts.append(_part(reading, sheet, solid.points, faces, (solid.names[group], look)))
    return parts


def _part(
    reading: _Reading, sheet: Sheet, points: Wide, faces: Whole, look: tuple[str, Whole]
) -> Part:
    name, rows = look
    if name in sheet.colours:
        colours: Bytes = np.array(sheet.colours[name], np.uint8)
        return welded(points, faces.ravel(), colours=colours[_within(rows, len(colours))])
    if name in sheet.coordinates:
        texture, coordinates = sheet.coordinates[name]
        uv = np.array(coordinates, np.float64)[_within(rows, len(coordinates))]
        uv[:, 1] = 1 - uv[:, 1]  # the origin of 3MF textures is at the bottom left
        picture = sheet.textures.get(texture)
        if picture is not None:
            part = welded(points, faces.ravel(), uv=uv)
            number = _texture(reading, picture.path)
            return replace(part, texture=number, clamped=picture.clamped)
    used, corners = np.unique(faces, return_inverse=True)
    return Part(points[used], corners.reshape(-1, 3).astype(np.int64))


def _within(rows: Whole, count: int) -> Whole:
    flat = rows.ravel()
    if len(flat) and not 0 <= flat.min() <= flat.max() < count:
        raise damaged("a face names a colour that does not exist")
    return flat


def _texture(reading: _Reading, path: str) -> int:
    path = path.lstrip("/")
    if len(reading.textures) >= TEXTURES_AT_MOST and path not in reading.textures:
        raise damaged(f"it has more than {TEXTURES_AT_MOST} textures")
    return reading.textures.setdefault(path, len(reading.textures))
