"""The XML of 3MF parts, read as it streams by: a million faces never stand in memory as a tree.

What belongs here: elements and attributes to plain rows. What does not: what is placed where
(`threemf`). Document types are refused: 3MF forbids them, and entity bombs need them.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import cast
from xml.parsers import expat

import numpy as np

from maquette.formats.model_files.parts import (
    FACES_AT_MOST,
    POINTS_AT_MOST,
    Whole,
    Wide,
    damaged,
    expect_faces,
    expect_points,
)

ELEMENTS_AT_MOST = 2 * (FACES_AT_MOST + POINTS_AT_MOST)
_NO_GROUP = ""
Attributes = dict[str, str]
Colour = tuple[int, int, int, int]


@dataclass(frozen=True)
class Instance:
    """An object placed on the plate or within another one."""

    number: str
    placing: Wide  # (4, 4), for rows of points
    path: str = ""  # of the model part it is in, where that is another one


@dataclass(frozen=True)
class Solid:
    """One object; each face has the number of a group and a row of it per corner."""

    kind: str
    points: Wide  # (V, 3)
    faces: Whole  # (F, 3)
    groups: Whole  # (F,) into names
    looks: Whole  # (F, 3) rows within the group
    names: tuple[str, ...]
    components: tuple[Instance, ...]


@dataclass(frozen=True)
class Texture:
    """Where a picture lies in the package, and whether it stops at its edges."""

    path: str
    clamped: bool


@dataclass
class Sheet:
    """One model part: what it defines, and what it puts on the plate."""

    unit: str = "millimeter"
    required: tuple[str, ...] = ()
    solids: dict[str, Solid] = field(default_factory=dict)
    build: list[Instance] = field(default_factory=list)
    colours: dict[str, list[Colour]] = field(default_factory=dict)
    coordinates: dict[str, tuple[str, list[tuple[float, float]]]] = field(default_factory=dict)
    textures: dict[str, Texture] = field(default_factory=dict)


def read_sheet(pieces: Iterable[bytes]) -> Sheet:
    """A model part from its bytes."""
    reader = _SheetReader()
    _parse(pieces, reader.start, reader.end, reader.namespace)
    return reader.sheet


def targets(pieces: Iterable[bytes]) -> list[tuple[str, str]]:
    """Kind and target of every relation in a relations part."""
    found: list[tuple[str, str]] = []

    def start(name: str, said: Attributes) -> None:
        if name == "Relationship":
            found.append((said.get("Type", ""), said.get("Target", "")))

    _parse(pieces, start, lambda _: None, lambda _prefix, _uri: None)
    return found


def _parse(
    pieces: Iterable[bytes],
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None],
    namespace: Callable[[str | None, str], None],
) -> None:
    parser = expat.ParserCreate(namespace_separator="|")

    def started(name: str, said: Attributes) -> None:
        start(name.rpartition("|")[2], said)

    def no_document_type(*_: object) -> None:
        raise damaged("its XML has a document type, which 3MF forbids")

    parser.StartElementHandler = started
    parser.EndElementHandler = lambda name: end(name.rpartition("|")[2])
    parser.StartNamespaceDeclHandler = namespace
    parser.StartDoctypeDeclHandler = no_document_type
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as broken:
        raise damaged(f"its XML is broken: {broken}") from broken


class _SheetReader:
    """Fills a sheet from the elements that stream by."""

    def __init__(self) -> None:
        self.sheet = Sheet()
        self._elements = 0
        self._prefixes: dict[str, str] = {}
        self._group = ""  # of properties, the one being read
        self._object = _ObjectReader("", {})
        self._starters: dict[str, Callable[[Attributes], None]] = {
            "model": self._model,
            "object": self._begin_object,
            "item": lambda said: self.sheet.build.append(_instance(said)),
            "basematerials": self._begin_colours,
            "colorgroup": self._begin_colours,
            "base": lambda said: self._colour(said["displaycolor"]),
            "color": lambda said: self._colour(said["color"]),
            "texture2d": self._texture,
            "texture2dgroup": self._begin_coordinates,
            "tex2coord": self._coordinate,
        }

    def namespace(self, prefix: str | None, uri: str) -> None:
        self._prefixes[prefix or ""] = uri

    def start(self, name: str, said: Attributes) -> None:
        self._elements += 1
        if self._elements > ELEMENTS_AT_MOST:
            raise damaged(f"it has more than {ELEMENTS_AT_MOST:,} elements")
        if name in self._starters:
            self._starters[name](said)

    def end(self, name: str) -> None:
        if name == "object":
            self.sheet.solids[self._object.number] = self._object.solid()

    def _model(self, said: Attributes) -> None:
        self.sheet.unit = said.get("unit", "millimeter")
        required = said.get("requiredextensions", "").split()
        self.sheet.required = tuple(self._prefixes.get(prefix, prefix) for prefix in required)

    def _begin_object(self, said: Attributes) -> None:
        self._object = _ObjectReader(said["id"], said)
        self._starters |= {
            "vertex": self._object.vertex,
            "triangle": self._object.triangle,
            "component": self._object.component,
        }

    def _begin_colours(self, said: Attributes) -> None:
        self._group = said["id"]
        self.sheet.colours[self._group] = []

    def _colour(self, text: str) -> None:
        self.sheet.colours[self._group].append(_colour(text))

    def _texture(self, said: Attributes) -> None:
        styles = (said.get("tilestyleu", "wrap"), said.get("tilestylev", "wrap"))
        clamped = all(style in ("clamp", "none") for style in styles)
        self.sheet.textures[said["id"]] = Texture(said["path"], clamped)

    def _begin_coordinates(self, said: Attributes) -> None:
        self._group = said["id"]
        self.sheet.coordinates[self._group] = (said["texid"], [])

    def _coordinate(self, said: Attributes) -> None:
        self.sheet.coordinates[self._group][1].append((float(said["u"]), float(said["v"])))


class _ObjectReader:
    """The object that is being read, in flat rows."""

    def __init__(self, number: str, said: Attributes) -> None:
        self.number = number
        self.components: list[Instance] = []
        self._kind = said.get("type", "model")
        self._default = (said.get("pid", _NO_GROUP), said.get("pindex", "0"))
        self._points = array("d")
        self._faces = array("q")
        self._looks = array("q")
        self._groups = array("q")
        self._names: dict[str, int] = {}

    def component(self, said: Attributes) -> None:
        self.components.append(_instance(said))

    def vertex(self, said: Attributes) -> None:
        self._points.extend((float(said["x"]), float(said["y"]), float(said["z"])))
        expect_points(len(self._points) // 3)

    def triangle(self, said: Attributes) -> None:
        self._faces.extend((int(said["v1"]), int(said["v2"]), int(said["v3"])))
        expect_faces(len(self._groups))
        group, first = self._default
        if "p1" in said:
            group, first = said.get("pid", group), said["p1"]
        elif "pid" in said:
            group = said["pid"] if said["pid"] == group else _NO_GROUP
        self._groups.append(self._names.setdefault(group, len(self._names)))
        looks = (int(first), int(said.get("p2", first)), int(said.get("p3", first)))
        self._looks.extend(looks)

    def solid(self) -> Solid:
        def whole(row: array[int]) -> Whole:
            return np.array(row, np.int64)

        return Solid(
            self._kind,
            np.array(self._points, np.float64).reshape(-1, 3),
            whole(self._faces).reshape(-1, 3),
            whole(self._groups),
            whole(self._looks).reshape(-1, 3),
            tuple(self._names),
            tuple(self.components),
        )


def _instance(said: Attributes) -> Instance:
    placing = np.eye(4)
    if "transform" in said:
        placing[:, :3] = np.array(said["transform"].split(), np.float64).reshape(4, 3)
    path = next((text for name, text in said.items() if name.rpartition("|")[2] == "path"), "")
    return Instance(said["objectid"], placing, path)


def _colour(text: str) -> Colour:
    """``#RRGGBB`` or ``#RRGGBBAA``; alpha is left behind, plastic is not see-through."""
    rgb = bytes.fromhex(text.strip().removeprefix("#"))[:3]
    return cast(Colour, (*rgb, 255))
