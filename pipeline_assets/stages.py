"""The one bridge between the craft and Dagster: runs a stage over manifests and reports.

What belongs here: turning tallies into metadata, progress into log lines, errors into failures.
What does not: any stage.
"""

import base64
import html
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import dagster as dg
import polars as pl

from maquette.batch.gathers import at_most, run_gather
from maquette.batch.manifests import Manifest
from maquette.batch.private import private_store
from maquette.batch.records import ObjectRef, checked_blob
from maquette.batch.runner import Runner
from maquette.batch.stages import Stage
from maquette.batch.store import Store
from maquette.errors import InputError
from maquette.pictures.sheets import overview
from resources.coded import coded
from resources.engines import EnginesResource
from resources.placement import PlacementResource
from resources.store import StoreResource

PARTITION_TAG = "dagster/partition"
PRIVATE_LINES = ("figurines",)  # nothing of one batch is shared with another, or shown unasked
SHEET_TILES = 12
TABLE_ROWS_AT_MOST = 50


class Stages:
    """Runs stages for assets: what they are handed as ``stages``."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner

    @property
    def store(self) -> Store:
        """The store behind everything."""
        return self.runner.store

    def run(self, *stages: Stage, on: tuple[Manifest, ...], sheet: str = "") -> Manifest:
        """Run map stages one after another; each sees what those before it made.

        Args:
            stages: in order.
            on: the manifests the first one takes.
            sheet: name of the picture object to show as a contact sheet in the UI.
        """
        with coded():
            manifest = self.runner.run_through(stages, *on)
        return self.report(manifest, stages=stages, sheet=sheet)

    def gather(
        self,
        stage: Stage,
        run: Callable[[Runner], Manifest],
    ) -> Manifest:
        """Run a gather stage, as its line says, and report."""
        with coded():
            manifest = run(self.runner)
        return self.report(manifest, stages=(stage,))

    def report(
        self,
        manifest: Manifest,
        *,
        stages: tuple[Stage, ...] = (),
        sheet: str = "",
        notes: tuple[str, ...] = (),
        shown: ObjectRef | None = None,
    ) -> Manifest:
        """Put figures, a contact sheet and what was set aside beside the materialisation.

        Args:
            manifest: what the asset holds.
            stages: what made it.
            sheet: name of the picture object to show as a contact sheet.
            notes: plain sentences for whoever uploaded the batch.
            shown: a sheet that the line has drawn itself, as JPEG.
        """
        context = dg.AssetExecutionContext.get()
        manifest = manifest.named(context.asset_key.path[-1])
        context.set_data_version(context.asset_key, dg.DataVersion(manifest.digest))
        context.add_output_metadata(
            {
                **self._figures(stages, manifest),
                **({"contact_sheet": self._sheet(manifest, sheet)} if sheet else {}),
                **({"contact_sheet": self._picture(shown)} if shown else {}),
                **({"set_aside": _set_aside(manifest)} if manifest.quarantined else {}),
                **({"notes": dg.MetadataValue.md(_listed(notes))} if notes else {}),
            }
        )
        return manifest

    def _figures(self, stages: tuple[Stage, ...], manifest: Manifest) -> dict[str, Any]:
        ran = [stage for stage in stages if stage.name in self.runner.tallies]
        tallies = [self.runner.tallies[stage.name] for stage in ran]
        figures: dict[str, Any] = {"items_quarantined": len(manifest.quarantined)}
        if tallies:
            # an item is reused only if no stage of the asset had to make it; a span is many
            # items, and a gather's items are not those of the stages beside it
            same = all(stage.shape == "map" for stage in ran)
            fresh = sum(row.origin == "made" for row in manifest.delivered)
            made = max(t.made for t in tallies) if same else fresh
            figures |= tallies[-1].metadata()
            figures |= {
                "items_made": made,
                "items_reused": len(manifest.delivered) - made,
                "items_quarantined": len(manifest.quarantined),
                "seconds": round(sum(t.seconds for t in tallies), 3),
                "engine_seconds": round(sum(t.engine_seconds for t in tallies), 3),
            }
            engines = sorted({row.engine for row in manifest.rows if row.engine})
            figures["engines"] = ", ".join(engines) or "none needed"
        elif stages:  # all of it was there before
            figures |= {"items_made": 0, "items_reused": len(manifest.delivered)}
        licences = sorted({name for row in manifest.rows for name in row.licences})
        return {**figures, **({"licences": ", ".join(licences)} if licences else {})}

    def _sheet(self, manifest: Manifest, name: str) -> dg.MetadataValue:
        """The first few pictures on one sheet; made by a stage, so an unchanged one is reused."""
        first = replace(manifest, rows=manifest.delivered[:SHEET_TILES])
        made = run_gather(
            self.runner,
            overview,
            first,
            grouped=at_most(SHEET_TILES),
            params=lambda group: {"item": manifest.asset, "shown": name},
        )
        ref = made.rows[0].object("sheet") if made.rows else None
        if ref is None:
            return dg.MetadataValue.md("*nothing to show*")
        more = len(manifest.delivered) - len(first.rows)
        return self._picture(ref, below=f"\n\n*and {more} more*" if more > 0 else "")

    def _picture(self, ref: ObjectRef, *, below: str = "") -> dg.MetadataValue:
        code = base64.b64encode(checked_blob(self.store, ref)).decode()
        return dg.MetadataValue.md(f"![contact sheet](data:image/jpeg;base64,{code}){below}")


def _listed(notes: tuple[str, ...]) -> str:
    return "\n".join(f"- {html.escape(note)}" for note in notes)


def table_of(table: pl.DataFrame) -> dg.MetadataValue:
    """A small table as the UI shows it."""
    kinds = {
        name: "string" if kind == pl.String else "float" for name, kind in table.schema.items()
    }
    return dg.MetadataValue.table(
        [dg.TableRecord(row) for row in table.to_dicts()],
        schema=dg.TableSchema([dg.TableColumn(name, kind) for name, kind in kinds.items()]),
    )


def _set_aside(manifest: Manifest) -> dg.MetadataValue:
    columns = ("item", "code", "reason", "fix")
    records = [
        dg.TableRecord({name: getattr(row, name)[:300] for name in columns})
        for row in manifest.quarantined[:TABLE_ROWS_AT_MOST]
    ]
    schema = dg.TableSchema([dg.TableColumn(name, "string") for name in columns])
    return dg.MetadataValue.table(records, schema=schema)


def _private_batch(line: str, context: dg.InitResourceContext) -> str:
    """The batch whose own a run's objects are; empty for a line that shares."""
    if line not in PRIVATE_LINES:
        return ""
    batch = context.run.tags.get(PARTITION_TAG, "") if context.run else ""
    with coded():
        if not batch:
            raise InputError(
                "PRIVATE_BATCH",
                f"{line} keeps every batch apart, and this run is not of one batch",
                fix="launch one partition at a time",
            )
    return batch


def stages_of(line: str) -> dg.ResourceDefinition:
    """What runs the stages of one line, with the engines of that line."""

    @dg.resource(
        required_resource_keys={"store", "engines", "placement"},
        description=f"Runs stages of {line}; engines stay warm for a run and are freed after it.",
    )
    def stages(context: dg.InitResourceContext) -> Iterator[Stages]:
        resources: Any = context.resources
        store_resource: StoreResource = resources.store
        engines: EnginesResource = resources.engines
        placement: PlacementResource = resources.placement
        batch = _private_batch(line, context)
        store = store_resource.open()
        if batch:
            store = private_store(store, batch)
        place = placement.place(store)
        log = context.log
        runner = Runner(
            store=store,
            place=place,
            engines=engines.specs(line),
            salt=batch,
            listener=lambda progress: log.info(str(progress)) if log else None,
        )
        try:
            yield Stages(runner)
        finally:
            place.close()

    return stages
