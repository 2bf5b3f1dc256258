"""The page of a figurine: what it looks like, how good it is, whether it prints, every file.

It belongs to the person who ordered it, so it shows the figure; what others see of an order shows
no face. It works from a folder and asks nobody for anything, as the pages of prints do, whose look
and manners it shares. What belongs here: what the page says. What does not: how it looks
(``figurine_page/``), and making any of the files it links to.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maquette.batch.manifests import Manifest, Row
from maquette.batch.records import ObjectRef, checked_blob
from maquette.batch.store import Store
from maquette.engines.shelf import shelf_file
from maquette.errors import EngineError
from maquette.lines.figurine_catalogue import weakest
from maquette.lines.print_pages import OWN as PRINTS
from maquette.lines.print_pages import SAYS
from maquette.lines.showroom import kept
from maquette.packs.gallery import SHARED, TEMPLATES, VIEWER, NotMade
from maquette.packs.page_templates import solid_script, written

OWN = Path(__file__).with_name("figurine_page")
# object -> what it is and what it is for, the most asked for first
WORDS = {
    "file/3mf": ("3MF", "for a printer, in colour"),
    "file/stl": ("STL", "for any printer"),
    "file/usdz": ("USDZ", "iPhone, iPad"),
    "file/glb": ("GLB", "for the web, Android"),
    "styled": ("PNG", "the drawn face"),
    "turntable": ("WEBP", "turntable"),
    "card": ("PNG", "print card"),
    "card_facts": ("JSON", "print card, for machines"),
    "examination_sheet": ("PNG", "examination"),
    "examination": ("JSON", "examination, for machines"),
    "quality": ("JSON", "quality, for machines"),
}


@dataclass(frozen=True)
class PageFile:
    """A file to take: how people call its kind, what it is for, and its size."""

    path: str
    kind: str
    words: str
    size: str


@dataclass(frozen=True)
class PagePart:
    """One bar of the quality score.

    Attributes:
        score: 0 to 1.
        rank: ``overall``, ``weakest`` or nothing.
        says: what was measured.
    """

    name: str
    score: float
    rank: str = ""
    says: str = ""


@dataclass(frozen=True)
class PageFigurine:
    """A figurine as its page shows it; paths are from the page's folder.

    Attributes:
        paths: object -> where it lies.
        glb: the solid for a page from a server.
        examination: what was found out about it, as `examine` writes it.
        quality: how it was graded, as `grade` writes it.
    """

    row: Row
    paths: Mapping[str, str]
    glb: str
    examination: Mapping[str, Any]
    quality: Mapping[str, Any]

    @property
    def item(self) -> str:
        """Its name in all files."""
        return self.row.item

    @property
    def picture(self) -> str:
        """Its turntable."""
        return self.paths["turntable"]

    @property
    def card(self) -> str:
        """Its print card."""
        return self.paths["card"]

    @property
    def model(self) -> str:
        """The script that holds the solid."""
        return f"models/{self.item}.js"

    @property
    def downloads(self) -> tuple[PageFile, ...]:
        """Every file, the most asked for first."""
        sizes = {ref.name: ref.size for ref in self.row.objects}
        names = [name for name in WORDS if name in self.paths]
        return tuple(
            PageFile(self.paths[name], *WORDS[name], size=_size(sizes[name])) for name in names
        )

    @property
    def facts(self) -> tuple[str, ...]:
        """What fits on a chip."""
        found, params = self.examination, self.row.params
        sides = " \N{MULTIPLICATION SIGN} ".join(f"{mm:.4g}" for mm in found["size_mm"].values())
        return (
            str(params["template"]),
            f"drawn as {params['style']}",
            SAYS[found["verdict"]],
            f"{sides} mm",
            f"{found['mass_g']:.3g} g of {found['printer']['material']}",
        )

    @property
    def parts(self) -> tuple[PagePart, ...]:
        """The overall score and its parts, as they were graded."""
        if not self.quality:
            return ()
        lowest = weakest(self.row.scores)
        bars = [
            PagePart(
                _words(part["name"]),
                part["mark"],
                "weakest" if part["name"] == lowest else "",
                part["says"],
            )
            for part in self.quality["parts"]
        ]
        return (PagePart("overall", self.quality["overall"], "overall"), *bars)

    @property
    def checks(self) -> Sequence[Mapping[str, Any]]:
        """One per question about printing."""
        return self.examination["checks"]

    @property
    def notes(self) -> tuple[str, ...]:
        """What was said on the way; what the checks say stands with them."""
        said = {f"{check['says']} {check['fix']}" for check in self.checks}
        return tuple(note for note in self.row.notes if note not in said)

    @property
    def engines(self) -> tuple[str, ...]:
        """Who had a part in it, in order."""
        steps = self.row.provenance.steps
        return tuple(dict.fromkeys(step.engine for step in steps if step.engine))

    @property
    def licences(self) -> tuple[str, ...]:
        """Of all weights that touched it; what has none is not told."""
        return tuple(name for name in self.row.provenance.licences if name != "none")

    @property
    def kept(self) -> str:
        """How long it stays."""
        days = self.row.params.get("keep_days")
        return f"for {days} days" if days else "as long as this installation keeps faces"


def batch_page(
    store: Store,
    rows: Mapping[str, tuple[Row, Mapping[str, ObjectRef]]],
    *,
    history: Sequence[Manifest],
) -> dict[str, ObjectRef]:
    """The page of an order and all it needs, by path.

    Args:
        store: holds what is shown, and takes the page.
        rows: item -> its row with all its objects, and its files by path; one, or none.
        history: the manifests of the line, for what was not made.
    """
    first = next((row for manifest in history for row in manifest.rows), Row(""))
    name = str(first.params.get("title") or history[0].batch)
    viewer = _viewer() if rows else b""
    figurine = next((_shown(store, row, files) for row, files in rows.values()), None)
    aside = [
        NotMade(name, row.code, row.reason, row.fix)
        for manifest in history
        for row in manifest.quarantined
    ]
    page = written(
        "figurine.html",
        *(OWN, TEMPLATES),
        name=name,
        figurine=figurine,
        about=[said for n in ("project", "client") if (said := str(first.params.get(n, "")))],
        viewer=bool(viewer),
        says=SAYS,
        not_made=aside,
    )
    files = {"index.html": page, "page/figurine.css": (OWN / "figurine.css").read_bytes()}
    files["page/prints.css"] = (PRINTS / "prints.css").read_bytes()
    files |= {f"page/{name}": (TEMPLATES / name).read_bytes() for name in SHARED}
    refs = {path: kept(store, data, path) for path, data in files.items()}
    return {**refs, **(_solid(store, figurine, viewer) if figurine and viewer else {})}


def _shown(store: Store, row: Row, files: Mapping[str, ObjectRef]) -> PageFigurine:
    def facts(name: str) -> dict[str, Any]:
        ref = row.object(name)
        return json.loads(checked_blob(store, ref)) if ref else {}

    paths = {ref.name: path for path, ref in files.items()}
    return PageFigurine(
        row=row,
        paths=paths,
        glb=paths.get("file/glb") or f"models/{row.item}.glb",
        examination=facts("examination"),
        quality=facts("quality"),
    )


def _words(name: str) -> str:
    return name.replace("_", " ")


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{max(size, 100) / 1e3:.1f} KB"


def _viewer() -> bytes:
    """The 3D viewer from the shelf; nothing without it, and then the turntable must do."""
    try:
        return shelf_file("model-viewer").read_bytes()
    except EngineError:
        return b""


def _solid(store: Store, figurine: PageFigurine, viewer: bytes) -> dict[str, ObjectRef]:
    """The viewer, and the solid as a script for pages opened from a folder."""
    ref = figurine.row.object("file/glb")
    assert ref is not None, f"{figurine.item} has no GLB"
    script = solid_script(figurine.item, checked_blob(store, ref))
    files = {VIEWER: kept(store, viewer, VIEWER)}
    files[figurine.model] = kept(store, script, figurine.model)
    return files if figurine.glb.startswith(f"{figurine.item}/") else {**files, figurine.glb: ref}
