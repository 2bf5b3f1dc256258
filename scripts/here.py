"""Runs of a line here and now: the very assets, requests and store of production, no server.

What belongs here: what both demos need. What does not: their samples, and what they tell.
"""

import logging
import os
import sys
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from maquette.batch.manifests import Manifest, current
from maquette.batch.store import Store
from maquette.batch.uploads import Version, upload_key
from pipeline_assets.definitions import build_defs
from pipeline_assets.partitions import BATCHES
from resources.store import StoreResource
from sensors.uploads import AMONG, request

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Ran:
    """A batch that was run."""

    manifests: tuple[Manifest, ...]
    seconds: float

    @property
    def set_aside(self) -> list[dict[str, str]]:
        """What goes no further, and why."""
        return [
            {"code": r.code, "item": r.item, "reason": r.reason, "fix": r.fix}
            for manifest in self.manifests
            for r in manifest.quarantined
        ]


def opened_store() -> Store:
    """The store that ``make ui`` shows, too."""
    return StoreResource().open()


def run_batch(
    store: Store, batch: str, *, line: str, assets: list[dg.AssetsDefinition]
) -> Ran | None:
    """Run a batch of a line as its sensor would start it; None where the run failed and said why.

    Args:
        store: holds the upload.
        batch: has a ticket.
        line: stickers, roto.
        assets: of the line, in order.
    """
    warnings.simplefilter("ignore", dg.PreviewWarning)  # checks know partitions since 1.13
    os.environ.setdefault("DAGSTER_HOME", str(_home()))
    entry = store.entry(upload_key(store, line=line, batch=batch))
    place = entry.key.rpartition("/")[0]
    _, look = AMONG[line](store, list(store.list(f"{place}/")))
    run = request(look(Version(entry.key, entry.etag, entry.modified)))
    start = time.monotonic()
    with dg.DagsterInstance.get() as instance:
        instance.add_dynamic_partitions(str(BATCHES[line].name), [batch])
        job = build_defs().resolve_job_def(f"make_{line}").with_logger_defs({"plain": plain})
        result = job.execute_in_process(
            run_config={"loggers": {"plain": {}}},
            instance=instance,
            partition_key=batch,
            tags=dict(run.tags),
            raise_on_error=False,
        )
    if not result.success:
        _tell_failure(result)
        return None
    held = [current(store, asset=asset.key.path[-1], batch=batch) for asset in assets]
    return Ran(tuple(one for one in held if one is not None), time.monotonic() - start)


def tell_where(ran: Ran, look_at: str) -> None:
    """How long it took, and where to look."""
    sys.stdout.write(
        f"\nfinished in {ran.seconds:.0f} s\n"
        f"  look at it: {look_at}\n"
        f"  in Dagster: make ui   (then http://127.0.0.1:3000)\n"
    )


class _Plain(logging.Formatter):
    """What was said, without run ids."""

    def format(self, record: logging.LogRecord) -> str:
        """The words alone."""
        meta = getattr(record, "dagster_meta", {})
        return f"  {meta.get('orig_message') or record.getMessage()}"


@dg.logger(description="Progress for a person at a terminal.")
def plain(context: dg.InitLoggerContext) -> logging.Logger:
    """A logger that tells how far stages are, and what goes wrong."""
    del context
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Plain())
    logger = logging.Logger("maquette.demo", level=logging.INFO)
    logger.addHandler(handler)
    return logger


def _home() -> Path:
    """An instance folder with the repository's own settings, as ``make ui`` uses it."""
    home = ROOT / "var" / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    (home / "dagster.yaml").write_text((ROOT / "dagster.yaml").read_text(encoding="utf-8"))
    return home


def _tell_failure(result: dg.ExecuteInProcessResult) -> None:
    for event in result.all_events:
        if event.is_step_failure and event.step_failure_data.error:
            sys.stderr.write(event.step_failure_data.error.message + "\n")
            break
