"""The page of a batch of clips: every clip beside its mesh, the mesh to turn and play, all files.

It works from a folder and asks nobody for anything, as the pages of stickers and prints do, whose
look and manners it shares. What belongs here: what the page says. What does not: how it looks
(``motion_page/``), and making any of the files it links to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from maquette.batch.manifests import Manifest, Row
from maquette.batch.records import ObjectRef, checked_blob
from maquette.batch.store import Store
from maquette.engines.licences import forbids_sale
from maquette.engines.shelf import shelf_file
from maquette.errors import EngineError
from maquette.formats.vertices import read_vertices
from maquette.lines.showroom import kept
from maquette.packs.gallery import SHARED, TEMPLATES, VIEWER, NotMade
from maquette.packs.page_templates import solid_script, written
from maquette.provenance import Provenance

OWN = Path(__file__).with_name("motion_page")
OWN_FILES = ("motion.css", "motion.js")  # copied as they are, below page/
FRAME_MESH = re.compile(r"mesh_\d+\.glb")
# file name -> what it is and what it is for
WORDS = {
    "animated_mesh.glb": ("GLB", "animated mesh"),
    "animated_mesh.usdz": ("USDZ", "iPhone, iPad"),
    "preview.mp4": ("MP4", "preview"),
    "animated_mesh.web.glb": ("GLB", "small, for the web"),
    "vertices.npz": ("NPZ", "vertices, for pipelines"),
    "animated_mesh.abc": ("ABC", "Alembic, for effects"),
    "poster.png": ("PNG", "poster"),
}


@dataclass(frozen=True)
class PageFile:
    """A file to take: how people call its kind, and what it is for."""

    path: str
    kind: str
    words: str


@dataclass(frozen=True)
class PageClip:
    """One clip as the page shows it; paths are from the page's folder.

    Attributes:
        paths: object name -> where it lies, one of each.
        files: all that is delivered of it.
        frames: of the animation, as are `faces` and `rate`.
    """

    row: Row
    paths: Mapping[str, str]
    files: tuple[str, ...]
    frames: int
    faces: int
    rate: float

    @property
    def item(self) -> str:
        """Its name in all files."""
        return self.row.item

    @property
    def title(self) -> str:
        """Its name for people."""
        return str(self.row.params.get("title") or self.row.item)

    @property
    def provenance(self) -> Provenance:
        """How it was made."""
        return self.row.provenance

    @property
    def engines(self) -> tuple[str, ...]:
        """Who had a part in it, in order."""
        return tuple(dict.fromkeys(s.engine for s in self.provenance.steps if s.engine))

    @property
    def model(self) -> str:
        """The script that holds the animated mesh."""
        return f"models/{self.item}.js"

    @property
    def glb(self) -> str:
        """The animated mesh for a page from a server."""
        return self.paths["animated"]

    @property
    def downloads(self) -> tuple[PageFile, ...]:
        """Every file but the single frames', the most asked for first."""
        order = {name: n for n, name in enumerate(WORDS)}
        names = [path for path in self.files if path not in self.meshes]
        names.sort(key=lambda path: (order.get(_name(path), len(order)), path))
        plain = [(path, *WORDS.get(_name(path), ("", _name(path)))) for path in names]
        return tuple(PageFile(p, kind or p.rpartition(".")[2].upper(), w) for p, kind, w in plain)

    @property
    def meshes(self) -> tuple[str, ...]:
        """The meshes of single frames, in order."""
        return tuple(sorted(path for path in self.files if FRAME_MESH.fullmatch(_name(path))))

    @property
    def facts(self) -> tuple[str, ...]:
        """What fits on a chip."""
        said = [f"{self.frames} frames", f"{self.rate:.4g} fps", f"{self.faces:,} faces"]
        if "follows" in self.row.scores:
            said.append(f"follows the outline to {self.row.scores['follows']:.0%}")
        return tuple(said)

    @property
    def unsold(self) -> tuple[str, ...]:
        """Parts whose licences forbid earning with it: ``actionmesh, under LicenseRef-X-NC``."""
        found: dict[str, None] = {}
        for step in self.provenance.steps:
            names = [name for name in step.licences if forbids_sale(name)]
            if names:
                found[f"{step.engine or step.stage}, under {', '.join(names)}"] = None
        return tuple(found)


@dataclass(frozen=True)
class PageBatch:
    """A batch as its page shows it.

    Attributes:
        viewer: whether the 3D viewer lies beside the page.
    """

    name: str
    clips: tuple[PageClip, ...]
    viewer: bool
    project: str
    client: str

    @property
    def licences(self) -> tuple[str, ...]:
        """Of all weights and art that touched it, each once; what has none is not told."""
        names = (name for clip in self.clips for name in clip.provenance.licences)
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
        rows: clip -> its row with all its objects, and its files by path, the single frames' too.
        history: the manifests of the line, for what was not made.
    """
    viewer = _viewer()
    clips = tuple(_shown(store, row, files) for row, files in rows.values())
    first = next((row for manifest in history for row in manifest.rows), Row(""))
    batch = PageBatch(
        name=_batch_name(clips, first, history[0].batch),
        clips=clips,
        viewer=bool(viewer),
        project=str(first.params.get("project", "")),
        client=str(first.params.get("client", "")),
    )
    page = written("clips.html", OWN, TEMPLATES, batch=batch, not_made=not_made(*history))
    files = {"index.html": page}
    files |= {f"page/{name}": (OWN / name).read_bytes() for name in OWN_FILES}
    files |= {f"page/{name}": (TEMPLATES / name).read_bytes() for name in SHARED}
    refs = {path: kept(store, data, path) for path, data in files.items()}
    return {**refs, **(_solids(store, clips, rows, viewer) if viewer else {})}


def not_made(*manifests: Manifest) -> list[NotMade]:
    """What was set aside, by clip: frames that share a fault are told in one sentence."""
    found: dict[tuple[str, str], list[Row]] = {}
    for manifest in manifests:
        for row in manifest.quarantined:
            called = str(row.params.get("title") or row.params.get("clip") or row.item)
            found.setdefault((called, row.code), []).append(row)
    return [
        NotMade(called + _frames_of(rows), code, rows[0].reason, rows[0].fix)
        for (called, code), rows in found.items()
    ]


def _frames_of(rows: Sequence[Row]) -> str:
    """Which frames of a clip: ``, frames 3 to 7 and 9``; nothing where it is the clip itself."""
    numbers = sorted({int(row.params["frame"]) for row in rows if "frame" in row.params})
    if not numbers:
        return ""
    starts = [b for a, b in pairwise([-2, *numbers]) if b != a + 1]
    ends = [a for a, b in pairwise([*numbers, numbers[-1] + 2]) if b != a + 1]
    runs = [f"{a}" if a == b else f"{a} to {b}" for a, b in zip(starts, ends, strict=True)]
    last = f" and {runs[-1]}" if len(runs) > 1 else runs[0]
    return f", frame{'s' if len(numbers) > 1 else ''} {', '.join(runs[:-1])}{last}"


def _batch_name(clips: Sequence[PageClip], first: Row, batch: str) -> str:
    """The order's name; of a clip alone its own."""
    return clips[0].title if len(clips) == 1 else str(first.params.get("order") or batch)


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _shown(store: Store, row: Row, files: Mapping[str, ObjectRef]) -> PageClip:
    held = row.object("animation")
    assert held is not None, f"{row.item} has no animation"
    animation = read_vertices(checked_blob(store, held))
    return PageClip(
        row=row,
        paths={ref.name: path for path, ref in files.items()},
        files=tuple(files),
        frames=len(animation.points),
        faces=len(animation.mesh.faces),
        rate=animation.rate,
    )


def _viewer() -> bytes:
    """The 3D viewer from the shelf; nothing without it, and then the movies must do."""
    try:
        return shelf_file("model-viewer").read_bytes()
    except EngineError:
        return b""


def _solids(
    store: Store,
    clips: Sequence[PageClip],
    rows: Mapping[str, tuple[Row, Mapping[str, ObjectRef]]],
    viewer: bytes,
) -> dict[str, ObjectRef]:
    """The viewer, and every animated mesh as a script for pages opened from a folder."""
    files = {VIEWER: kept(store, viewer, VIEWER)}
    for clip in clips:
        glb = checked_blob(store, rows[clip.item][1][clip.glb])
        files[clip.model] = kept(store, solid_script(clip.item, glb), clip.model)
    return files
