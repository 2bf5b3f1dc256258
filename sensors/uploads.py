"""Uploads start runs: one pure decision, and one thin sensor per inbox.

A sensor launches each version of an upload once. What has been launched is known from the runs
themselves, not from partitions or cursors: partitions are added before their runs, so a crash in
between must not lose an upload. Dagster's own S3 sensor loses files of the same second and
re-uploaded ones.
"""

import json
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg

from jobs.lines import MAKE
from maquette.batch.store import Entry
from maquette.batch.uploads import INBOX, NIGHTLY, Version, is_upload, write_ticket
from pipeline_assets.partitions import BATCHES
from resources.store import StoreResource

VERSION_TAG = "maquette/upload"
UPLOAD_KEY_TAG = "maquette/upload_key"
SETTLE_S = 2.0  # a file being copied into a folder changes until it is whole
RUNS_AT_MOST = 50  # a tick; the next one goes on
BUDGET_S = 40.0  # Dagster gives a tick 60
NIGHTLY_PRIORITY = "-10"


@dataclass(frozen=True)
class Decision:
    """What a tick should start, in the order things were uploaded."""

    versions: tuple[Version, ...]
    waiting: int  # new, but left for a later tick
    settling: int  # too fresh to be surely whole


def decide(
    entries: Iterable[Entry],
    *,
    launched: Collection[str],
    now: datetime,
    runs_at_most: int = RUNS_AT_MOST,
    settle_s: float = SETTLE_S,
) -> Decision:
    """Which versions have no run yet: everything listed, less what was launched.

    Args:
        entries: the inbox as it is now.
        launched: ids of the versions that have a run, whatever became of it.
        now: what "too fresh" is measured against.
        runs_at_most: how many to start at once.
        settle_s: how long an upload must have been left alone.
    """
    found = [(e, Version(e.key, e.etag, e.modified)) for e in entries if is_upload(e)]
    new = [(entry, version) for entry, version in found if version.id not in launched]
    # a time in the future is a wrong clock's: it must not keep an upload waiting for years
    settled = [v for e, v in new if abs((now - e.time).total_seconds()) >= settle_s]
    settled.sort(key=lambda version: (version.modified, version.key))
    return Decision(
        versions=tuple(settled[:runs_at_most]),
        waiting=max(0, len(settled) - runs_at_most),
        settling=len(new) - len(settled),
    )


def request(version: Version) -> dg.RunRequest:
    """The run of one version; starting it again under the same key is refused by Dagster too."""
    nightly = version.key.split("/")[-2] == NIGHTLY
    # a file name that is no text must not keep the run, and all behind it, from being stored
    shown = version.key[-250:].encode("utf-8", "replace").decode()
    tags = {VERSION_TAG: version.id, UPLOAD_KEY_TAG: shown}
    return dg.RunRequest(
        run_key=version.id,
        partition_key=version.batch,
        tags={**tags, **({"dagster/priority": NIGHTLY_PRIORITY} if nightly else {})},
    )


def launched_versions(instance: dg.DagsterInstance) -> set[str]:
    """Ids of all versions that have a run, from the runs' own tags."""
    return {value for _, values in instance.get_run_tags([VERSION_TAG]) for value in values}


def upload_sensor(line: str, *, name: str) -> dg.SensorDefinition:
    """The sensor of one line's inbox."""

    @dg.sensor(
        name=name,
        job=MAKE[line],
        minimum_interval_seconds=10,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Starts a run for every new version of an upload below {INBOX[line]}",
    )
    def sensor(context: dg.SensorEvaluationContext, store: StoreResource) -> dg.SensorResult:
        start = time.monotonic()
        opened = store.open()
        decision = decide(
            opened.list(INBOX[line]),
            launched=launched_versions(context.instance),
            now=datetime.now(UTC),
        )
        requests: list[dg.RunRequest] = []
        for version in decision.versions:
            if time.monotonic() - start > BUDGET_S:
                break  # the rest is found again by the next tick
            write_ticket(opened, line=line, key=version.key)
            requests.append(request(version))
        return _answer(context, line, decision, requests)

    return sensor


def _answer(
    context: dg.SensorEvaluationContext,
    line: str,
    decision: Decision,
    requests: list[dg.RunRequest],
) -> dg.SensorResult:
    batches = sorted({str(r.partition_key) for r in requests})
    add = BATCHES[line].build_add_request(batches)
    hint = json.dumps({"waiting": decision.waiting, "settling": decision.settling})
    if not requests:
        settling = f", {decision.settling} still settling" if decision.settling else ""
        return dg.SensorResult(skip_reason=f"nothing new below {INBOX[line]}{settling}")
    context.log.info(f"{len(requests)} new, {decision.waiting} left for the next tick")
    return dg.SensorResult(run_requests=requests, dynamic_partitions_requests=[add], cursor=hint)


new_prompt_sets = upload_sensor("stickers", name="new_prompt_sets")
