"""What Dagster itself keeps of a partition: runs, events, captured output, ticks; deleting it.

Dagster deletes runs with their events and no more: the last materialisation of an asset, check
results, ticks and backfills repeat what stood there, and stay. What belongs here: those places.
What does not: the store (`maquette.lines.figurine_forgetting`), and when any of it is deleted
(`jobs.forgetting`).
"""

import contextlib
from collections.abc import Sequence
from pathlib import Path

import dagster as dg
import sqlalchemy as sa
from dagster._core.execution.backfill import BULK_ACTION_TERMINAL_STATUSES
from dagster._core.storage.event_log import (
    AssetKeyTable,
    SqlEventLogStorage,
    SqlEventLogStorageTable,
    SqliteEventLogStorage,
)
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster._core.storage.runs import SqlRunStorage
from dagster._core.storage.runs.schema import BulkActionsTable
from dagster._core.storage.schedules.schema import JobTickTable
from dagster._core.storage.schedules.sql_schedule_storage import SqlScheduleStorage
from sqlalchemy.exc import OperationalError

TAGS = tuple(
    f"dagster/{name}"
    for name in ("partition", "asset_partition_range_start", "asset_partition_range_end")
)


def runs_of(instance: dg.DagsterInstance, batch: str) -> list[dg.DagsterRun]:
    """All runs of a partition, whatever launched them, of ranges that it begins or ends too."""
    found = {
        run.run_id: run
        for tag in TAGS
        for run in instance.get_runs(dg.RunsFilter(tags={tag: batch}))
    }
    return list(found.values())


def strike(instance: dg.DagsterInstance, runs: Sequence[dg.DagsterRun], batch: str) -> None:
    """Delete runs that have ended with all that tells of them, and of their partition.

    Each run goes last: as long as it stands, whoever is cut off finds the rest of it again.
    """
    for run in runs:
        instance.compute_log_manager.delete_logs(prefix=[run.run_id])
        instance.event_log_storage.delete_events(run.run_id)
        _strike_copies(instance, run.run_id, batch)
        instance.delete_run(run.run_id)
        _remove_shard(instance, run.run_id)
    _strike_copies(instance, "", batch)
    _strike_requests(instance, batch)


def write_anew(instance: dg.DagsterInstance) -> None:
    """Have SQLite write its files anew: until then they may hold what was deleted.

    One that is in use is left for the next time.
    """
    books, ticks, runs = instance.event_log_storage, instance.schedule_storage, instance.run_storage
    opened = [
        *([books.index_connection] if isinstance(books, SqlEventLogStorage) else []),
        *([ticks.connect] if isinstance(ticks, SqlScheduleStorage) else []),
        *([runs.connect] if isinstance(runs, SqlRunStorage) else []),
    ]
    for connect in opened:
        with connect() as table:
            if table.dialect.name == "sqlite":
                with contextlib.suppress(OperationalError):
                    table.exec_driver_sql("VACUUM")


def _strike_copies(instance: dg.DagsterInstance, run_id: str, batch: str) -> None:
    """What the tables of assets and checks repeat of a run, or of the partition alone."""
    books = instance.event_log_storage
    if not isinstance(books, SqlEventLogStorage):
        return
    last, status = AssetKeyTable.c.last_materialization, AssetKeyTable.c.cached_status_data
    told = last.contains(run_id or batch, autoescape=True)
    assets = sa.update(AssetKeyTable)
    with books.index_connection() as tables:
        tables.execute(assets.where(told).values(last_materialization=None))
        cached = status.contains(batch, autoescape=True)
        tables.execute(assets.where(cached).values(cached_status_data=None))
        for table in (AssetCheckExecutionsTable, SqlEventLogStorageTable):
            tables.execute(sa.delete(table).where(_either(table, run_id, batch)))


def _strike_requests(instance: dg.DagsterInstance, batch: str) -> None:
    """The ticks and the backfills that asked for runs of the partition, of other ones too."""
    ticks, runs = instance.schedule_storage, instance.run_storage
    if isinstance(ticks, SqlScheduleStorage):
        body = JobTickTable.c.tick_body.contains(batch, autoescape=True)
        with ticks.connect() as tables:
            tables.execute(sa.delete(JobTickTable).where(body))
    if isinstance(runs, SqlRunStorage):
        ended = BulkActionsTable.c.status.in_([one.value for one in BULK_ACTION_TERMINAL_STATUSES])
        body = BulkActionsTable.c.body.contains(batch, autoescape=True)
        with runs.connect() as tables:
            tables.execute(sa.delete(BulkActionsTable).where(ended, body))


def _either(table: sa.Table, run_id: str, batch: str) -> sa.ColumnElement[bool]:
    """Rows of a run, or of the partition."""
    return sa.or_(table.c.partition == batch, table.c.run_id == run_id if run_id else sa.false())


def _remove_shard(instance: dg.DagsterInstance, run_id: str) -> None:
    """SQLite keeps a file of events for each run, which stays when it is empty."""
    books = instance.event_log_storage
    if isinstance(books, SqliteEventLogStorage):
        path = Path(books.path_for_shard(run_id))
        for ending in ("", "-wal", "-shm"):
            with contextlib.suppress(OSError):
                path.with_name(path.name + ending).unlink(missing_ok=True)
