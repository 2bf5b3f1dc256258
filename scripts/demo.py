"""``make demo``: a sample prompt set, materialised through Dagster, told in a table.

The very assets, sensor request and store of production, in one process and without a server.
"""

import argparse
import logging
import os
import sys
import time
import warnings
from pathlib import Path

import dagster as dg

from maquette.batch.manifests import current
from maquette.batch.uploads import Version, submit, write_ticket
from maquette.cli import print_made
from pipeline_assets.definitions import build_defs
from pipeline_assets.partitions import BATCHES
from pipeline_assets.stickers import STICKERS
from resources.store import StoreResource
from sensors.uploads import request

SAMPLE = Path(__file__).parents[1] / "examples" / "prompts.yaml"


def main() -> int:
    """Make the sample pack; returns the exit status."""
    warnings.simplefilter("ignore", dg.PreviewWarning)  # checks know partitions since 1.13
    asked = _parser().parse_args()
    store = StoreResource().open()
    os.environ.setdefault("DAGSTER_HOME", str(_home()))
    key = submit(store, line="stickers", name=asked.upload.name, data=asked.upload.read_bytes())
    batch = write_ticket(store, line="stickers", key=key)
    entry = store.entry(key)
    run = request(Version(entry.key, entry.etag, entry.modified))  # as the sensor would
    start = time.monotonic()
    with dg.DagsterInstance.get() as instance:
        instance.add_dynamic_partitions(str(BATCHES["stickers"].name), [batch])
        job = build_defs().resolve_job_def("make_stickers").with_logger_defs({"plain": plain})
        result = job.execute_in_process(
            run_config={"loggers": {"plain": {}}},
            instance=instance,
            partition_key=batch,
            tags=dict(run.tags),
            raise_on_error=False,
        )
    if not result.success:
        return _tell_failure(result)
    manifests = [current(store, asset=a.key.path[-1], batch=batch) for a in STICKERS]
    rows = [manifest for manifest in manifests if manifest is not None]
    aside = [
        {"code": r.code, "item": r.item, "reason": r.reason, "fix": r.fix}
        for manifest in rows
        for r in manifest.quarantined
    ]
    print_made(rows, aside)
    _tell_where(batch, seconds=time.monotonic() - start, url=store.spec.url)
    return 0


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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("upload", nargs="?", type=Path, default=SAMPLE, help="a prompt set")
    return parser


def _home() -> Path:
    """An instance folder with the repository's own settings, as ``make ui`` uses it."""
    root = Path(__file__).parents[1]
    home = root / "var" / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    (home / "dagster.yaml").write_text((root / "dagster.yaml").read_text(encoding="utf-8"))
    return home


def _tell_failure(result: dg.ExecuteInProcessResult) -> int:
    for event in result.all_events:
        if event.is_step_failure and event.step_failure_data.error:
            sys.stderr.write(event.step_failure_data.error.message + "\n")
            break
    return 1


def _tell_where(batch: str, *, seconds: float, url: str) -> None:
    sys.stdout.write(
        f"\nfinished in {seconds:.0f} s\n"
        f"  look at it: {url}/deliveries/stickers/{batch}/index.html\n"
        f"  in Dagster: make ui   (then http://127.0.0.1:3000)\n"
    )


if __name__ == "__main__":
    sys.exit(main())
