"""The figurine line: an order and a photo → a portrait → a drawing → a figure → files.

Runs by itself (`make`); the assets in ``pipeline_assets/figurines.py`` call the same pieces one by
one. What belongs here: order, and what is particular to figurines. What does not: how any stage
works, what an order may say (`figurine_orders`), and that what is one person's stays apart
(`maquette.batch.private`, and the runner's salt).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from maquette.batch.deliveries import Delivery, deliver, set_aside
from maquette.batch.manifests import Manifest, Row, commit, join, merged
from maquette.batch.records import ObjectRef
from maquette.batch.runner import Runner
from maquette.batch.store import Store, sha256_of
from maquette.batch.uploads import read_upload, upload_key
from maquette.engines import make as make_engine
from maquette.extras import require_solids
from maquette.formats.examinations import examine
from maquette.formats.figurine_grades import grade
from maquette.formats.figurine_usdz import pack_for_ar
from maquette.formats.print_cards import card_up
from maquette.formats.print_files import write_print
from maquette.formats.slicing import slice_print, slicer_here
from maquette.lines import error_form
from maquette.lines.figurine_pages import batch_page
from maquette.lines.figurine_sources import LINE, take_in
from maquette.lines.licences import judged
from maquette.lines.showroom import kept
from maquette.pictures.face_photos import open_photo
from maquette.pictures.face_scores import judge_identity, judge_style
from maquette.pictures.portraits import cut_head, find_face
from maquette.pictures.styling import stylise
from maquette.solids.figure_scores import judge_figure
from maquette.solids.figurines import sculpt
from maquette.solids.turntables import turn

PHOTOGRAPHING = (open_photo, find_face, cut_head)
DRAWING = (stylise, judge_identity, judge_style)
SCULPTING = (sculpt,)
JUDGING = (examine, judge_figure)
# a slicer takes as long as all the others, which need nothing of it
FILING = (slice_print, turn, write_print, pack_for_ar)
FINISHING = (*JUDGING, grade, *FILING, card_up)
ROLES = ("FaceFinder", "Segmenter", "Stylist", "FaceRecogniser", "StyleJudge")


@dataclass(frozen=True)
class Finished:
    """What the line made of one batch: one manifest per asset, and where it was delivered."""

    manifests: tuple[Manifest, ...]
    delivery: Delivery


def make(runner: Runner, *, batch: str) -> Finished:
    """Run the whole line over one submitted order."""
    photos = photograph(runner, take_in(runner.store, batch=batch)).named("face_photos")
    styles = draw(runner, photos).named("face_styles")
    figures = sculpt_up(runner, photos, styles).named("figurines")
    files = finish(runner, photos, styles, figures).named("figurine_files")
    history = (photos, styles, figures, files)
    for manifest in history:
        commit(runner.store, manifest)
    return Finished(history, hand_over(runner.store, *history))


def photograph(runner: Runner, ordered: Manifest) -> Manifest:
    """The head of the one person in the photo, level and cut out."""
    if ordered.delivered:
        require_solids()  # told before anything is looked at
    rows = tuple(judged(runner, row, roles=ROLES) for row in ordered.rows)
    good = tuple(row for row in rows if row.ok)
    made = runner.run_through(PHOTOGRAPHING, replace(ordered, rows=good))
    return replace(made, rows=(*(row for row in rows if not row.ok), *made.rows))


def draw(runner: Runner, photos: Manifest) -> Manifest:
    """The head drawn anew, and how well that went."""
    styled = replace(photos, rows=tuple(_styled(runner, row) for row in photos.delivered))
    return runner.run_through(DRAWING, styled)


def _styled(runner: Runner, row: Row) -> Row:
    """The row with the style by its name: an order may leave it to the stylist."""
    if row.params["style"]:
        return row
    spec = runner.engines["Stylist"]
    stylist = make_engine(spec.name, role=spec.role, settings=spec.settings)  # loads nothing
    return replace(row, params={**row.params, "style": stylist.styles[0]})


def sculpt_up(runner: Runner, photos: Manifest, styles: Manifest) -> Manifest:
    """A figure at its final size, with the drawn face on its head."""
    return runner.run_through(SCULPTING, photos, styles)


def finish(runner: Runner, photos: Manifest, styles: Manifest, figures: Manifest) -> Manifest:
    """The figure judged, examined, shown and written; one that is not good enough is set aside."""
    rows = join(photos, styles, figures)
    slicer = {"slicer": slicer_here()} if rows else {}
    named = tuple(_as_print(replace(row, params={**row.params, **slicer})) for row in rows)
    given = replace(figures, rows=named)
    seen = merged(*runner.run_beside(JUDGING, given))
    good = merged(seen, runner.run(grade, given, seen))
    filed = merged(*runner.run_beside(FILING, given, good))
    return merged(good, filed, runner.run(card_up, given, good, filed))


def _as_print(row: Row) -> Row:
    """The row as the stages of prints know it: its figure is at its final size already."""
    objects = (replace(ref, name="print") if ref.name == "figure" else ref for ref in row.objects)
    return replace(row, objects=tuple(objects))


def hand_over(
    store: Store, photos: Manifest, styles: Manifest, figures: Manifest, files: Manifest
) -> Delivery:
    """Deliver under readable names, with a page to look at, and say what was set aside."""
    history = (photos, styles, figures, files)
    finished = {row.item: (row, paths_of(row)) for row in delivered_rows(*history)}
    named = {path: ref for _, paths in finished.values() for path, ref in paths.items()}
    pages = batch_page(store, finished, history=history)
    key = upload_key(store, line=LINE, batch=photos.batch)
    about = {
        "line": LINE,
        "batch": photos.batch,
        "upload": {"key": key, "sha256": sha256_of(read_upload(store, key))},
        "set_aside": set_aside(store, history),
    }
    given = {**named, **pages, **_errors(store, history)}
    return deliver(store, line=LINE, batch=photos.batch, files=given, about=about)


def _errors(store: Store, history: Sequence[Manifest]) -> dict[str, ObjectRef]:
    """The error of an order that came to nothing, in its published form."""
    lost = next((row for manifest in history for row in manifest.quarantined), None)
    if lost is None:
        return {}
    data = error_form.error_bytes(lost, at=datetime.now(UTC))
    return {error_form.NAME: kept(store, data, error_form.NAME)}


def delivered_rows(
    photos: Manifest, styles: Manifest, figures: Manifest, files: Manifest
) -> Sequence[Row]:
    """Every item that was finished, with all that was made of it on the way."""
    return join(photos, styles, figures, files)


# object -> what it is called below the item's folder
NAMED = {
    "styled": "portrait",
    "quality": "quality",
    "examination": "examination",
    "examination_sheet": "examination",
    "turntable": "turntable",
    "card": "card",
    "card_facts": "card",
}


def paths_of(row: Row) -> dict[str, ObjectRef]:
    """Where an item's objects go: ``anna/anna.3mf``, ``anna/card.png``."""
    found: dict[str, ObjectRef] = {}
    wanted: dict[str, Any] = {f"file/{ending}": row.item for ending in row.params["wanted"]}
    for ref in row.objects:
        if called := (wanted | NAMED).get(ref.name):
            found[f"{row.item}/{called}.{ref.key.rpartition('.')[2]}"] = ref
    return found
