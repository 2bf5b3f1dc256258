"""Uploads start runs: one pure decision, and one thin sensor per inbox.

A sensor launches each version of an upload once. What has been launched is known from the runs
themselves, not from partitions or cursors: partitions are added before their runs, so a crash in
between must not lose an upload. Dagster's own S3 sensor loses files of the same second and
re-uploaded ones.
"""

import json
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg

from jobs.lines import MAKE
from maquette.batch.store import Entry, Store
from maquette.batch.uploads import INBOX, NIGHTLY, Arrival, Version, is_upload, write_ticket
from maquette.lines.figurine_arrivals import faces_among
from maquette.lines.motion_arrivals import clips_among
from maquette.lines.print_arrivals import prints_among
from maquette.lines.roto_arrivals import shots_among
from pipeline_assets.partitions import BATCHES
from resources.store import StoreResource

VERSION_TAG = "maquette/upload"
UPLOAD_KEY_TAG = "maquette/upload_key"
SETTLE_S = 2.0  # a file being copied into a folder changes until it is whole
RUNS_AT_MOST = 50  # a tick; the next one goes on
LACKING_TOLD = 5
BUDGET_S = 40.0  # Dagster gives a tick 60
NIGHTLY_PRIORITY = "-10"
PRIORITIES = {"interactive": "10", "normal": "", "background": NIGHTLY_PRIORITY}

Look = Callable[[Version], Arrival]


@dataclass(frozen=True)
class Decision:
    """What a tick should start, in the order things were uploaded."""

    arrivals: tuple[Arrival, ...]
    waiting: int  # new, but left for a later tick
    settling: int  # too fresh to be surely whole
    lacking: tuple[str, ...] = ()  # what some uploads wait for

    @property
    def versions(self) -> tuple[Version, ...]:
        """The versions to start."""
        return tuple(arrival.version for arrival in self.arrivals)


def plain_look(version: Version) -> Arrival:
    """An upload that needs nothing beside it; those of a folder named nightly may wait."""
    nightly = version.key.split("/")[-2] == NIGHTLY
    return Arrival(version, priority="background" if nightly else "normal")


def decide(
    uploads: Iterable[Entry],
    *,
    launched: Collection[str],
    now: datetime,
    runs_at_most: int = RUNS_AT_MOST,
    look: Look = plain_look,
) -> Decision:
    """Which versions have no run yet: everything listed, less what was launched.

    Args:
        uploads: what stands for a batch in the inbox as it is now.
        launched: ids of the versions that have a run, whatever became of it.
        now: what "too fresh" is measured against.
        runs_at_most: how many to start at once.
        look: a closer look at a version that may start; it may lack something yet.
    """
    found = [(e, Version(e.key, e.etag, e.modified)) for e in uploads]
    new = [(entry, version) for entry, version in found if version.id not in launched]
    settled = [version for entry, version in new if _is_settled(entry, now)]
    settled.sort(key=lambda version: (version.modified, version.key))
    ready: list[Arrival] = []
    lacking: list[str] = []
    looked_at = growing = 0
    for version in settled:
        if len(ready) == runs_at_most:
            break
        arrival = look(version)
        looked_at += 1
        if arrival.waits_for:
            lacking.append(arrival.waits_for)
        elif not all(_is_settled(entry, now) for entry in arrival.beside):
            growing += 1  # a movie that is still being copied is there, and not whole
        else:
            ready.append(arrival)
    return Decision(
        arrivals=tuple(ready),
        waiting=len(settled) - looked_at,
        settling=len(new) - len(settled) + growing,
        lacking=tuple(lacking),
    )


def _is_settled(entry: Entry, now: datetime) -> bool:
    # a time in the future is a wrong clock's: it must not keep an upload waiting for years
    return abs((now - entry.time).total_seconds()) >= SETTLE_S


def request(arrival: Arrival) -> dg.RunRequest:
    """The run of one version; starting it again under the same key is refused by Dagster too."""
    version, priority = arrival.version, PRIORITIES[arrival.priority]
    # a file name that is no text must not keep the run, and all behind it, from being stored
    shown = version.key[-250:].encode("utf-8", "replace").decode()
    tags = {VERSION_TAG: version.id, UPLOAD_KEY_TAG: shown}
    return dg.RunRequest(
        run_key=version.id,
        partition_key=version.batch,
        tags={**tags, **({"dagster/priority": priority} if priority else {})},
    )


def launched_versions(instance: dg.DagsterInstance) -> set[str]:
    """Ids of all versions that have a run, from the runs' own tags."""
    return {value for _, values in instance.get_run_tags([VERSION_TAG]) for value in values}


def prompt_sets_among(store: Store, listed: Sequence[Entry]) -> tuple[list[Entry], Look]:
    """The prompt sets of an inbox."""
    del store
    return [entry for entry in listed if is_upload(entry)], plain_look


# line -> which of the listed objects stand for a batch, and how each is looked at
AMONG: dict[str, Callable[[Store, Sequence[Entry]], tuple[list[Entry], Look]]] = {
    "stickers": prompt_sets_among,
    "roto": shots_among,
    "prints": prints_among,
    "motion": clips_among,
    "figurines": faces_among,
}


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
        uploads, look = AMONG[line](opened, list(opened.list(INBOX[line])))
        decision = decide(
            uploads,
            launched=launched_versions(context.instance),
            now=datetime.now(UTC),
            look=look,
        )
        requests: list[dg.RunRequest] = []
        for arrival in decision.arrivals:
            if time.monotonic() - start > BUDGET_S:
                break  # the rest is found again by the next tick
            write_ticket(opened, line=line, key=arrival.version.key)
            requests.append(request(arrival))
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
        lacking = "".join(f"; {words}" for words in decision.lacking[:LACKING_TOLD])
        return dg.SensorResult(skip_reason=f"nothing new below {INBOX[line]}{settling}{lacking}")
    context.log.info(f"{len(requests)} new, {decision.waiting} left for the next tick")
    return dg.SensorResult(run_requests=requests, dynamic_partitions_requests=[add], cursor=hint)


new_prompt_sets = upload_sensor("stickers", name="new_prompt_sets")
new_shots = upload_sensor("roto", name="new_shots")
new_print_orders = upload_sensor("prints", name="new_print_orders")
new_clips = upload_sensor("motion", name="new_clips")
new_faces = upload_sensor("figurines", name="new_faces")
