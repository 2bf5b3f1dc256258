"""The sticker line through Dagster: the assets of production, in process, on a store of its own.

What belongs here: running a batch and reading what the run said. What does not: figures.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg

from bench.figures import stopwatch
from maquette.batch.host import EngineSpec, Job, Outcome, Task
from maquette.batch.manifests import Manifest, current
from maquette.batch.runner import Place
from maquette.batch.stages import Stage
from maquette.batch.store import FolderStore, Store
from maquette.batch.uploads import submit, write_ticket
from pipeline_assets.definitions import build_defs
from pipeline_assets.partitions import BATCHES
from pipeline_assets.stickers import STICKERS
from resources.engines import EnginesResource
from resources.placement import PlacementResource
from resources.store import StoreResource

ROOT = Path(__file__).parents[1]


@dataclass
class CountedPlace:
    """A place that counts how often it was sent work for an engine."""

    place: Place
    counts: dict[str, int]

    def slots(self, parallel: int) -> int:
        """As the place itself."""
        return self.place.slots(parallel)

    def prepare(self, stage: Stage) -> None:
        """As the place itself."""
        self.place.prepare(stage)

    def run(self, job: Job, tasks: Sequence[Task]) -> list[Outcome]:
        """Count, then run."""
        for spec in job.engines.values():
            self.counts[spec.name] = self.counts.get(spec.name, 0) + len(tasks)
        return self.place.run(job, tasks)

    def info(self, spec: EngineSpec) -> Any:
        """As the place itself."""
        return self.place.info(spec)

    def close(self) -> None:
        """As the place itself."""
        self.place.close()


COUNTS: dict[str, int] = {}  # a resource may hold no mutable state


class CountedPlacement(PlacementResource):
    """The usual placement, counting."""

    def place(self, store: Store) -> Place:
        """The place, counted into `COUNTS`."""
        return CountedPlace(super().place(store), COUNTS)


@dataclass(frozen=True)
class Ran:
    """What one run of a batch through Dagster did."""

    seconds: float
    batch: str
    success: bool
    error: str = ""
    passed: dict[str, bool] = field(default_factory=dict)  # asset -> its check
    figures: dict[str, dict[str, float]] = field(default_factory=dict)  # asset -> metadata
    engine_items: dict[str, int] = field(default_factory=dict)  # engine -> items sent to it

    def made(self, asset: str) -> int:
        """How many items of an asset were made anew."""
        return int(self.figures.get(asset, {}).get("items_made", 0))


class Bench:
    """A store and a Dagster instance of its own on disk, as ``make ui`` would have them."""

    def __init__(
        self,
        root: Path,
        *,
        engine: str,
        instance: dg.DagsterInstance | None = None,
        store: StoreResource | None = None,
    ) -> None:
        self.store = FolderStore(root / "store")
        self.instance = instance or _instance(root / "dagster")
        defs = build_defs(
            store=store or StoreResource(url=str(self.store.root)),
            engines=EnginesResource(image_generator=engine),
            placement=CountedPlacement(),
        )
        self._job = defs.resolve_job_def("make_stickers")

    def put(self, upload: bytes, *, name: str = "bench.csv") -> str:
        """Upload a prompt set under a fixed name, replacing what was there; returns its batch."""
        key = f"inbox/prompts/{name}"
        self.store.put(key, upload)
        batch = write_ticket(self.store, line="stickers", key=key)
        self.instance.add_dynamic_partitions(str(BATCHES["stickers"].name), [batch])
        return batch

    def submitted(self, upload: bytes, *, name: str) -> str:
        """Upload a prompt set as a user would; returns its batch."""
        key = submit(self.store, line="stickers", name=name, data=upload)
        batch = write_ticket(self.store, line="stickers", key=key)
        self.instance.add_dynamic_partitions(str(BATCHES["stickers"].name), [batch])
        return batch

    def run(self, batch: str) -> Ran:
        """One run of `make_stickers`."""
        COUNTS.clear()
        with stopwatch() as seconds:
            result = self._job.execute_in_process(
                instance=self.instance, partition_key=batch, raise_on_error=False
            )
        return Ran(
            seconds[0],
            batch,
            result.success,
            error=_failure(result),
            passed={
                check.asset_key.path[-1]: check.passed
                for check in result.get_asset_check_evaluations()
            },
            figures=_figures(result),
            engine_items=dict(COUNTS),
        )

    def manifest(self, asset: str, batch: str) -> Manifest:
        """What an asset committed."""
        found = current(self.store, asset=asset, batch=batch)
        assert found is not None, f"{asset} has nothing for {batch}"
        return found

    def finished(self, batch: str) -> list[Manifest]:
        """All manifests of a batch, in pipeline order."""
        return [self.manifest(asset.key.path[-1], batch) for asset in STICKERS]

    def close(self) -> None:
        """Let go of the instance."""
        self.instance.dispose()


def _instance(home: Path) -> dg.DagsterInstance:
    """An instance on SQLite with the repository's own settings."""
    home.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "dagster.yaml", home)
    return dg.DagsterInstance.from_config(str(home))


def _failure(result: dg.ExecuteInProcessResult) -> str:
    """The code of the step that failed first, or what it said where it had none."""
    for event in result.all_events:
        if event.is_step_failure:
            data = event.step_failure_data
            metadata = data.user_failure_data.metadata if data.user_failure_data else {}
            return str(metadata["code"].value) if "code" in metadata else _told_by(data.error)
    return ""


def _told_by(error: Any) -> str:
    """The code of an error that Dagster has wrapped in its own."""
    link = error
    while link:
        if coded := re.match(r"[\w.]+: ([A-Z][A-Z0-9_]+): ", link.message):
            return coded[1]
        link = link.cause
    return error.message[:300] if error else "failed without a word"


def _figures(result: dg.ExecuteInProcessResult) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for event in result.all_events:
        if event.is_step_materialization and event.asset_key:
            metadata = event.step_materialization_data.materialization.metadata
            found[event.asset_key.path[-1]] = {
                name: float(value.value)
                for name, value in metadata.items()
                if isinstance(value.value, int | float)
            }
    return found
