"""The page of a batch of prints: what was made, whether it prints, and every file to take.

It works from a folder and asks nobody for anything, as the pages of stickers do, whose look and
manners it shares. What belongs here: what the page says. What does not: how it looks
(``print_page/``), and making any of the files it links to.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maquette.batch.manifests import Manifest, Row
from maquette.batch.records import ObjectRef, checked_blob
from maquette.batch.store import Store
from maquette.engines.shelf import shelf_file
from maquette.errors import EngineError
from maquette.lines.showroom import kept, not_made
from maquette.packs.gallery import SHARED, TEMPLATES, VIEWER, NotMade
from maquette.packs.page_templates import solid_script, written
from maquette.provenance import Provenance

OWN = Path(__file__).with_name("print_page")
SAYS = {"ok": "prints well", "look": "print with care", "bad": "will not print"}
FIRST = ("stl", "3mf", "glb", "obj")  # of the files, then all others by name
SHEETS = ("card.png", "examination.png")


@dataclass(frozen=True)
class PagePrint:
    """One print, or one concept picture, as the page shows it; paths are from its folder.

    Attributes:
        picture: its turntable, or the picture itself.
        glb: the solid for a page from a server; empty where there is none.
        examination: what was found out about it, as `examine` writes it.
    """

    row: Row
    picture: str
    files: tuple[str, ...]
    glb: str
    examination: Mapping[str, Any]

    @property
    def item(self) -> str:
        """Its name in all files."""
        return self.row.item

    @property
    def title(self) -> str:
        """What it shows, in the words it was asked for."""
        return str(self.row.params.get("prompt") or self.row.params.get("title") or self.row.item)

    @property
    def provenance(self) -> Provenance:
        """How it was made."""
        return self.row.provenance

    @property
    def notes(self) -> tuple[str, ...]:
        """What was said on the way; what the checks say stands with them."""
        said = {f"{check['says']} {check['fix']}" for check in self.checks}
        return tuple(note for note in self.row.notes if note not in said)

    @property
    def engines(self) -> tuple[str, ...]:
        """Who had a part in it, in order."""
        return tuple(dict.fromkeys(s.engine for s in self.provenance.steps if s.engine))

    @property
    def model(self) -> str:
        """The script that holds the solid; empty where there is none."""
        return f"models/{self.item}.js" if self.glb else ""

    @property
    def sheets(self) -> tuple[str, ...]:
        """Pictures full of figures."""
        return tuple(path for path in self.files if path.endswith(SHEETS))

    @property
    def verdict(self) -> str:
        """ok, look or bad; empty for a picture."""
        return str(self.examination.get("verdict", ""))

    @property
    def checks(self) -> Sequence[Mapping[str, Any]]:
        """One per question that was asked."""
        return self.examination.get("checks", ())

    @property
    def size(self) -> str:
        """As people say it: ``60 x 45.5 x 80 mm``."""
        sides = self.examination.get("size_mm", {})
        return " \N{MULTIPLICATION SIGN} ".join(f"{sides[s]:.4g}" for s in sides) + (
            " mm" if sides else ""
        )

    @property
    def facts(self) -> tuple[str, ...]:
        """What fits on a chip."""
        found = self.examination
        if not found:
            return (str(self.row.params.get("style", "")).replace("_", " "),)
        printer = found["printer"]
        return (
            SAYS[self.verdict],
            self.size,
            f"{found['volume_cm3']:.3g} cm³",
            f"{found['mass_g']:.3g} g of {printer['material']}",
        )


@dataclass(frozen=True)
class PageBatch:
    """A batch as its page shows it.

    Attributes:
        viewer: whether the 3D viewer lies beside the page.
        says: verdict -> how the page words it.
    """

    name: str
    prints: tuple[PagePrint, ...]
    kind: str
    viewer: bool
    project: str
    client: str
    says: Mapping[str, str]

    @property
    def verdicts(self) -> list[tuple[str, int]]:
        """How many of each, the best first."""
        counted = Counter(one.verdict for one in self.prints if one.verdict)
        return [(verdict, counted[verdict]) for verdict in SAYS if counted[verdict]]

    @property
    def licences(self) -> tuple[str, ...]:
        """Of all weights and art that touched it, each once; what has none is not told."""
        names = (name for one in self.prints for name in one.provenance.licences)
        return tuple(name for name in dict.fromkeys(names) if name != "none")


def batch_page(
    store: Store,
    rows: Mapping[str, tuple[Row, Mapping[str, ObjectRef]]],
    *,
    history: Sequence[Manifest],
) -> dict[str, ObjectRef]:
    """The page of a batch and all it needs, by path.

    Args:
        store: holds what is shown, and takes the page.
        rows: item -> its row with all its objects, and its files by path.
        history: the manifests of the line, for what was not made.
    """
    viewer = _viewer()
    prints = tuple(_shown(store, row, files) for row, files in rows.values())
    first = next((row for manifest in history for row in manifest.rows), Row(""))
    facts = {name: str(first.params.get(name, "")) for name in ("project", "client")}
    batch = PageBatch(
        name=str(first.params.get("title") or history[0].batch),
        prints=prints,
        kind="print" if first.params.get("operation") != "concept" else "concept",
        viewer=bool(viewer),
        says=SAYS,
        **facts,
    )
    aside = [NotMade(**one) for one in not_made(*history)]
    page = written("prints.html", OWN, TEMPLATES, batch=batch, not_made=aside)
    files = {"index.html": page, "page/prints.css": (OWN / "prints.css").read_bytes()}
    files |= {f"page/{name}": (TEMPLATES / name).read_bytes() for name in SHARED}
    refs = {path: kept(store, data, path) for path, data in files.items()}
    return {**refs, **(_solids(store, prints, viewer) if viewer else {})}


def _shown(store: Store, row: Row, files: Mapping[str, ObjectRef]) -> PagePrint:
    def path_of(*names: str) -> str:
        return next((path for path, ref in files.items() if ref.name in names), "")

    examination = row.object("examination")
    glb = path_of("file/glb") or (f"models/{row.item}.glb" if row.object("print") else "")
    order = {f"{row.item}/{row.item}.{ending}": n for n, ending in enumerate(FIRST)}
    return PagePrint(
        row=row,
        picture=path_of("turntable") or path_of("picture"),
        files=tuple(sorted(files, key=lambda path: (order.get(path, len(order)), path))),
        glb=glb,
        examination=json.loads(checked_blob(store, examination)) if examination else {},
    )


def _viewer() -> bytes:
    """The 3D viewer from the shelf; nothing without it, and then pictures must do."""
    try:
        return shelf_file("model-viewer").read_bytes()
    except EngineError:
        return b""


def _solids(store: Store, prints: Sequence[PagePrint], viewer: bytes) -> dict[str, ObjectRef]:
    """The viewer, and every solid as a script for pages opened from a folder."""
    files = {VIEWER: kept(store, viewer, VIEWER)}
    for one in prints:
        ref = one.row.object("print")
        if ref is not None:
            script = solid_script(one.item, checked_blob(store, ref))
            files[one.model] = kept(store, script, one.model)
            if one.glb.startswith("models/"):
                files[one.glb] = ref
    return files
