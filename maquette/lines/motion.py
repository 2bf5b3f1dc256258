"""The motion line: clips → frames and cut-outs → moving meshes → files that players play.

Runs by itself (`make`); the assets in ``pipeline_assets/motion.py`` call the same pieces one by
one. What belongs here: order, and what is particular to motion. What does not: how any stage
works, where frames come from (`motion_sources`) and how they are cut out (`motion_cutouts`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from maquette.batch.deliveries import Delivery, deliver, set_aside
from maquette.batch.gathers import Group, alike, at_most, run_gather
from maquette.batch.manifests import Manifest, Row, commit, merged
from maquette.batch.records import ObjectRef
from maquette.batch.runner import Runner
from maquette.batch.store import Store
from maquette.batch.taking import take
from maquette.batch.uploads import upload_key
from maquette.extras import require_motion
from maquette.formats.alembic_mesh import alembic_here, cache_alembic
from maquette.formats.animated_glb import animate_glb
from maquette.formats.animated_usdz import animate_usdz
from maquette.formats.animation_reels import roll
from maquette.formats.mesh_frames import pose
from maquette.formats.models import read_model
from maquette.formats.web_glb import pack_for_web, packer_here
from maquette.lines.licences import judged
from maquette.lines.motion_cutouts import OF_FRAMES, clips_in, cut_out
from maquette.lines.motion_pages import batch_page
from maquette.lines.motion_sources import LINE, take_in
from maquette.pictures.sheets import overview
from maquette.solids.animating import animate
from maquette.solids.animation_looks import look

MESHING = (read_model, animate)
FRAMES, FILMS = (pose, look), (animate_glb, animate_usdz, cache_alembic)
FINISHING = (*FRAMES, *FILMS, pack_for_web, roll)
SHEET_TILES = 12


@dataclass(frozen=True)
class Finished:
    """What the line made of one batch: one manifest per asset, and where it was delivered."""

    manifests: tuple[Manifest, ...]
    delivery: Delivery


def make(runner: Runner, *, batch: str) -> Finished:
    """Run the whole line over one submitted batch."""
    frames = extract(runner, batch=batch).named("motion_frames")
    meshes = mesh_up(runner, frames).named("motion_meshes")
    films = finish(runner, frames, meshes).named("animated_meshes")
    history = (frames, meshes, films)
    for manifest in history:
        commit(runner.store, manifest)
    return Finished(history, hand_over(runner.store, *history))


def extract(runner: Runner, *, batch: str) -> Manifest:
    """The frames of an upload's clips, each with its subject cut out."""
    require_motion()
    frames = cut_out(runner, take_in(runner, batch=batch))
    runner.place.close()  # what cuts holds over a gigabyte, and nothing more is cut
    return frames


def mesh_up(runner: Runner, frames: Manifest) -> Manifest:
    """A moving mesh of every clip, one row each."""
    asked = [judged(runner, _clip_row(rows), roles=("Animator",)) for rows in clips_in(frames)]
    ready = _read_models(runner, asked)
    clips = {row.item: row for row in ready if row.ok}
    members = tuple(
        _member(row, clips[item])
        for row in frames.delivered
        if (item := str(row.params["clip"])) in clips
    )

    def params(group: Group) -> dict[str, Any]:
        clip = clips[str(group.rows[0].params["clip"])]
        return {**clip.params, "item": clip.item}

    lost = tuple(row for row in ready if not row.ok)
    given = replace(frames, rows=members)
    made = run_gather(runner, animate, given, grouped=alike("clip"), params=params)
    rows = (_noted(row, clips) for row in made.rows)
    return replace(made, rows=(*rows, *lost))


def _clip_row(rows: Sequence[Row]) -> Row:
    """A clip as one row: what is the same on all its frames."""
    first = rows[0]
    params = {name: value for name, value in first.params.items() if name not in OF_FRAMES}
    return replace(first, item=str(first.params["clip"]), params=params, scores={})


def _read_models(runner: Runner, clips: Sequence[Row]) -> list[Row]:
    """The clips, those that came with a model with it read."""
    named = [
        replace(row, params={**row.params, "model_name": row.params["model"], "unit": "", "up": ""})
        for row in clips
        if row.ok and row.object("model_file")
    ]
    if not named:
        return list(clips)
    made = runner.run(read_model, Manifest(LINE, "models", "", tuple(named))).rows
    read = {row.item: row for row in made}
    return [_with_model(row, read[row.item]) if row.item in read else row for row in clips]


def _with_model(clip: Row, read: Row) -> Row:
    if not read.ok:
        return replace(clip, objects=(), code=read.code, reason=read.reason, fix=read.fix)
    notes = tuple(dict.fromkeys((*clip.notes, *read.notes)))
    return replace(clip, objects=(*clip.objects, *read.objects), notes=notes)


def _member(row: Row, clip: Row) -> Row:
    """A frame as the animator is handed it: with nothing that another order would change."""
    params = {"clip": clip.item, "frame": row.params["frame"]}
    named = [row.object("cutout"), clip.object("model") if row.params["frame"] == 0 else None]
    provenance = row.provenance
    if named[1] is not None and (file := row.object("model_file")):
        provenance = replace(provenance, parents=(*provenance.parents, file.sha256))
    objects = tuple(ref for ref in named if ref is not None)
    return Row(row.item, params, objects=objects, provenance=provenance)


def _noted(row: Row, clips: dict[str, Row]) -> Row:
    """What was said of a clip's footage is said of its mesh."""
    return replace(row, notes=tuple(dict.fromkeys((*clips[row.item].notes, *row.notes))))


def finish(runner: Runner, frames: Manifest, meshes: Manifest) -> Manifest:
    """Every frame as a mesh of its own, every clip as files that play, and what shows them."""
    if not meshes.delivered:
        return replace(meshes, rows=())
    posed = merged(*runner.run_beside(FRAMES, _frame_rows(frames, meshes)))
    here = {"packer": packer_here(), "package": alembic_here()}
    clips = (
        replace(row, params={**row.params, **here}, notes=(), scores={}) for row in meshes.delivered
    )
    given = replace(meshes, rows=tuple(clips))
    glbs, usdzs, caches = runner.run_beside(FILMS, given)
    webs = runner.run(pack_for_web, glbs)
    films = merged(glbs, webs, usdzs, caches, _reels(runner, frames, meshes, posed))
    return replace(meshes, rows=(*posed.rows, *films.rows))


def _frame_rows(frames: Manifest, meshes: Manifest) -> Manifest:
    """A row per frame of every clip that became a mesh: the whole animation, and the picture."""
    clips = {row.item: row for row in meshes.delivered}
    rows: list[Row] = []
    for row in frames.delivered:
        clip = clips.get(str(row.params["clip"]))
        if clip is not None:
            found = (clip.object("animation"), row.object("picture"))
            params = {**clip.params, "frame": row.params["frame"]}
            objects = tuple(ref for ref in found if ref is not None)
            rows.append(Row(row.item, params, objects=objects, provenance=clip.provenance))
    return replace(frames, rows=tuple(rows))


def _reels(runner: Runner, frames: Manifest, meshes: Manifest, posed: Manifest) -> Manifest:
    """The preview and the poster of every clip."""
    pictures = {row.item: row.object("picture") for row in frames.delivered}
    clips = {row.item: row.params for row in meshes.delivered}
    rows: list[Row] = []
    for row in posed.delivered:
        found = (pictures[row.item], row.object("looks"))
        about = {"clip": row.params["clip"], "frame": row.params["frame"]}
        objects = tuple(ref for ref in found if ref is not None)
        rows.append(Row(row.item, about, objects=objects, provenance=row.provenance))

    def params(group: Group) -> dict[str, Any]:
        item = str(group.rows[0].params["clip"])
        return {**clips[item], "item": item}

    given = replace(posed, rows=tuple(rows))
    return run_gather(runner, roll, given, grouped=alike("clip"), params=params)


def look_over(runner: Runner, manifest: Manifest, shown: str) -> ObjectRef | None:
    """A contact sheet of a few items from all over a batch, for the UI."""
    rows = [row for row in manifest.delivered if row.object(shown)]
    if not rows:
        return None
    step = max(1.0, len(rows) / SHEET_TILES)
    few = tuple(rows[int(n * step)] for n in range(min(SHEET_TILES, len(rows))))
    made = run_gather(
        runner,
        overview,
        replace(manifest, rows=few),
        grouped=at_most(SHEET_TILES),
        params=lambda group: {"item": manifest.asset, "shown": shown},
    )
    return made.delivered[0].object("sheet") if made.delivered else None


def hand_over(store: Store, frames: Manifest, meshes: Manifest, films: Manifest) -> Delivery:
    """Deliver under readable names, with a page to look at, and say what was set aside."""
    history = (frames, meshes, films)
    finished = {row.item: (row, paths_of(row, films)) for row in delivered_clips(meshes, films)}
    named = {path: ref for _, paths in finished.values() for path, ref in paths.items()}
    pages = batch_page(store, finished, history=history)
    key = upload_key(store, line=LINE, batch=frames.batch)
    about = {
        "line": LINE,
        "batch": frames.batch,
        # a movie is not read into memory for its checksum
        "upload": {"key": key, "sha256": take(store, key, name="upload").sha256},
        "set_aside": set_aside(store, history),
    }
    return deliver(store, line=LINE, batch=frames.batch, files={**named, **pages}, about=about)


def delivered_clips(meshes: Manifest, films: Manifest) -> Sequence[Row]:
    """Every clip that was finished, with its animation and all files made of it."""
    made = {row.item: row for row in films.delivered}
    return [
        replace(
            row,
            objects=(*row.objects, *made[row.item].objects),
            notes=tuple(dict.fromkeys((*row.notes, *made[row.item].notes))),
            provenance=made[row.item].provenance,
        )
        for row in meshes.delivered
        if row.item in made
    ]


# object -> what it is called below the clip's folder
NAMED = {
    "animated": "animated_mesh.glb",
    "web": "animated_mesh.web.glb",
    "usdz": "animated_mesh.usdz",
    "alembic": "animated_mesh.abc",
    "animation": "vertices.npz",
    "preview": "preview.mp4",
    "poster": "poster.png",
}


def paths_of(clip: Row, films: Manifest) -> dict[str, ObjectRef]:
    """Where a clip's objects go: ``dance/mesh_000.glb``, ``dance/preview.mp4``."""
    found: dict[str, ObjectRef] = {}
    for row in films.delivered:
        mesh = row.object("mesh")
        if mesh is not None and row.params["clip"] == clip.item:
            found[f"{clip.item}/mesh_{int(row.params['frame']):03d}.glb"] = mesh
    for ref in clip.objects:
        if ref.name in NAMED:
            found[f"{clip.item}/{NAMED[ref.name]}"] = ref
    return found
