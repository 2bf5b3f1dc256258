"""The print line: order → concept pictures → models → solids → files that a slicer accepts.

Runs by itself (`make`); the assets in ``pipeline_assets/prints.py`` call the same pieces one by
one. What belongs here: order, and what is particular to prints. What does not: how any stage
works, and what prints are made of (`print_sources`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from maquette.batch.deliveries import Delivery, deliver, set_aside
from maquette.batch.manifests import Manifest, Row, commit, join
from maquette.batch.records import ObjectRef
from maquette.batch.runner import Runner
from maquette.batch.stages import Stage
from maquette.batch.store import Store, sha256_of
from maquette.batch.uploads import read_upload, upload_key
from maquette.extras import require_solids
from maquette.formats.examinations import examine
from maquette.formats.models import read_model
from maquette.formats.print_cards import card_up
from maquette.formats.print_files import write_print
from maquette.formats.slicing import slice_print, slicer_here
from maquette.lines.print_licences import allowed
from maquette.lines.print_orders import LONG_SIDE_MM
from maquette.lines.print_pages import batch_page
from maquette.lines.print_sources import LINE, take_in
from maquette.pictures.drawings import draw_alone
from maquette.pictures.masks import cut_out
from maquette.pictures.mattes import soften
from maquette.solids.mending import mend
from maquette.solids.normalising import normalise
from maquette.solids.pressing import press
from maquette.solids.shaping import shape_up
from maquette.solids.sizing import size_up
from maquette.solids.turntables import turn

CUTTING = (cut_out, soften)
MENDING = (mend, normalise)
FINISHING = (size_up, examine, turn, write_print, slice_print, card_up)


@dataclass(frozen=True)
class Finished:
    """What the line made of one batch: one manifest per asset, and where it was delivered."""

    manifests: tuple[Manifest, ...]
    delivery: Delivery


def make(runner: Runner, *, batch: str) -> Finished:
    """Run the whole line over one submitted batch."""
    concepts = conceive(runner, take_in(runner.store, batch=batch)).named("print_concepts")
    models = shape(runner, concepts).named("print_models")
    solids = solidify(runner, models).named("print_solids")
    files = finish(runner, solids).named("print_files")
    history = (concepts, models, solids, files)
    for manifest in history:
        commit(runner.store, manifest)
    return Finished(history, hand_over(runner.store, *history))


def conceive(runner: Runner, ordered: Manifest) -> Manifest:
    """Concept pictures: drawn or opened; what comes from an earlier batch passes through."""
    checked = allowed(runner, ordered, roles={"prompt": ("ImageGenerator",)})
    kept, fresh = _parted(checked, lambda row: row.params["source"] in ("prompt", "pictures"))
    made = runner.run(draw_alone, fresh).rows if fresh.rows else ()
    return replace(checked, rows=(*kept, *made))


def shape(runner: Runner, concepts: Manifest) -> Manifest:
    """Models: shaped or pressed from cut-outs, read from files, or delivered before."""
    wanted = [row for row in concepts.rows if row.params["operation"] != "concept"]
    if wanted:
        require_solids()
    figures = ("Segmenter", "Matter", "Shaper")
    roles = {"prompt": figures, "pictures": figures, "concept": figures}
    checked = allowed(runner, replace(concepts, rows=tuple(wanted)), roles=roles)
    kept, fresh = _parted(checked, lambda row: row.params["source"] != "delivered")
    rows = tuple(row for row in kept if row.ok)
    for stages in dict.fromkeys(_shapers(row) for row in fresh.rows):
        mine = tuple(row for row in fresh.rows if _shapers(row) == stages)
        rows += runner.run_through(stages, replace(fresh, rows=mine)).rows
    return replace(checked, rows=(*rows, *_refused(checked, before=concepts)))


def _shapers(row: Row) -> tuple[Stage, ...]:
    if row.params["source"] == "file":
        return (read_model,)
    return (*CUTTING, shape_up if row.params["form"] == "figure" else press)


def _parted(
    manifest: Manifest, is_fresh: Callable[[Row], bool]
) -> tuple[tuple[Row, ...], Manifest]:
    """Rows that stay as they are, and those that stages have yet to see."""
    fresh = tuple(row for row in manifest.delivered if is_fresh(row))
    kept = tuple(row for row in manifest.rows if not row.ok or not is_fresh(row))
    return kept, replace(manifest, rows=fresh)


def _refused(checked: Manifest, *, before: Manifest) -> tuple[Row, ...]:
    """What was set aside here and not before: that is told by the asset that did it."""
    lost = {row.item for row in before.quarantined}
    return tuple(row for row in checked.quarantined if row.item not in lost)


def solidify(runner: Runner, models: Manifest) -> Manifest:
    """Closed solids of a standard size."""
    return runner.run_through(MENDING, models)


def finish(runner: Runner, solids: Manifest) -> Manifest:
    """Prints at their final size: examined, shown, written."""
    slicer = {"slicer": slicer_here()} if solids.delivered else {}
    sized = replace(solids, rows=tuple(_measured(row, slicer) for row in solids.rows))
    return runner.run_through(FINISHING, sized)


def _measured(row: Row, slicer: dict[str, Any]) -> Row:
    """The row with the size that its order means, and the slicer that is here.

    A shaper's size means nothing, so a figure is 80 mm long before a factor; a delivered model is
    as large as it was delivered.
    """
    if not row.ok:
        return row
    model_mm: list[float] = row.params["model_mm"]
    source, form = row.params["source"], row.params["form"]
    if source == "delivered":
        model_mm = row.params["delivered_mm"]
    elif source != "file" and form == "figure":
        model_mm = [side * LONG_SIDE_MM / max(model_mm) for side in model_mm]
    return replace(row, params={**row.params, **slicer, "model_mm": model_mm})


def hand_over(
    store: Store, concepts: Manifest, models: Manifest, solids: Manifest, files: Manifest
) -> Delivery:
    """Deliver under readable names, with a page to look at, and say what was set aside."""
    history = (concepts, models, solids, files)
    finished = {row.item: (row, paths_of(row)) for row in delivered_rows(*history)}
    named = {path: ref for _, paths in finished.values() for path, ref in paths.items()}
    pages = batch_page(store, finished, history=history)
    key = upload_key(store, line=LINE, batch=concepts.batch)
    about = {
        "line": LINE,
        "batch": concepts.batch,
        "upload": {"key": key, "sha256": sha256_of(read_upload(store, key))},
        "set_aside": set_aside(store, history),
    }
    return deliver(store, line=LINE, batch=concepts.batch, files={**named, **pages}, about=about)


def delivered_rows(
    concepts: Manifest, models: Manifest, solids: Manifest, files: Manifest
) -> Sequence[Row]:
    """Every item that was finished, with all that was made of it on the way."""
    if any(row.params["operation"] == "concept" for row in concepts.rows):
        return concepts.delivered
    return join(concepts, models, solids, files)


# object -> what it is called below the item's folder
NAMED = {
    "mending": "mending",
    "examination": "examination",
    "examination_sheet": "examination",
    "turntable": "turntable",
    "card": "card",
    "card_facts": "card",
}


def paths_of(row: Row) -> dict[str, ObjectRef]:
    """Where an item's objects go: ``dragon/dragon.stl``, ``dragon/card.png``."""
    found: dict[str, ObjectRef] = {}
    wanted: dict[str, Any] = dict(NAMED)
    if row.params["operation"] == "concept" or row.params["source"] in ("prompt", "concept"):
        wanted["picture"] = "concept" if row.object("print") else row.item
    for ref in row.objects:
        kind, _, ending = ref.name.partition("/")
        end = ref.key.rpartition(".")[2]
        if kind == "file":
            name = row.item if end == ending else f"{row.item}-{ending}"
            found[f"{row.item}/{name}.{end}"] = ref
        elif kind in wanted:
            found[f"{row.item}/{wanted[kind]}.{end}"] = ref
    return found
