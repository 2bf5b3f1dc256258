"""Forgetting: ``forget_faces`` deletes orders of figurines, asked for or past their time.

What is told of it names no person: a run of this job stays when the order is gone. What belongs
here: the job and its schedule. What does not: which objects are a person's
(`maquette.lines.figurine_forgetting`), and what Dagster keeps of a run (`jobs.traces`).
"""

from collections import Counter
from datetime import UTC, datetime

import dagster as dg
from pydantic import Field

from maquette.batch.store import Store
from maquette.lines.figurine_forgetting import Forgotten, due, forget, tickets
from pipeline_assets.partitions import BATCHES
from resources.coded import coded
from resources.store import StoreResource

FACES = str(BATCHES["figurines"].name)


class ForgetConfig(dg.Config):
    """What is to be forgotten."""

    batch: str = Field(
        default="",
        description="An order, as its partition is called; empty takes all past their time.",
    )
    dry_run: bool = Field(default=True, description="Only say how much would be deleted.")


@dg.op(description="Deletes a person's order: store, runs, events, captured output, partition.")
def forget_orders(
    context: dg.OpExecutionContext, config: ForgetConfig, store: StoreResource
) -> None:
    """Forget one order, or all that are due; one that is being made is left, and told."""
    opened = store.open()
    with coded():
        asked = [config.batch] if config.batch else _past_their_time(context.instance, opened)
    done: list[Forgotten] = []
    busy: list[str] = []
    for batch in asked:
        gone = _forgotten(context, opened, batch, dry_run=config.dry_run)
        if gone is None:
            busy.append(_unnamed(batch))
        else:
            done.append(gone)
    if done and not config.dry_run:
        from jobs.traces import write_anew

        write_anew(context.instance)
    if busy:
        raise dg.Failure(
            f"FORGET_BUSY: a run of {', '.join(busy)} has not ended",
            metadata={"code": "FORGET_BUSY", "fix": "end the run, then forget the order again"},
        )
    context.add_output_metadata(
        {
            "orders": len(done),
            "objects": sum(len(one.keys) for one in done),
            "bytes": sum(one.freed_bytes for one in done),
            "dry_run": config.dry_run,
        }
    )


def _past_their_time(instance: dg.DagsterInstance, store: Store) -> list[str]:
    """Orders that are due, and partitions without one: their forgetting was cut off."""
    # partitions first: one that is added meanwhile has its ticket already
    partitions = instance.get_dynamic_partitions(FACES)
    held = tickets(store)
    cut_off = [batch for batch in partitions if batch not in held]
    return list(dict.fromkeys([*cut_off, *due(store, now=datetime.now(UTC))]))


def _forgotten(
    context: dg.OpExecutionContext, store: Store, batch: str, *, dry_run: bool
) -> Forgotten | None:
    """What was deleted of an order, or would be; None while a run of it has not ended."""
    from jobs.traces import runs_of, strike  # its SQL tables take a second to import

    instance = context.instance
    runs = runs_of(instance, batch)
    if not all(run.is_finished for run in runs):
        return None
    with coded():
        gone = forget(store, batch, dry_run=dry_run)
    if not dry_run:
        strike(instance, runs, batch)
        instance.delete_dynamic_partition(FACES, batch)  # last: it tells of one that was cut off
    kinds = Counter(key.partition("/")[0] for key in gone.keys)
    told = ", ".join(f"{count} of {kind}" for kind, count in sorted(kinds.items())) or "no objects"
    verb = "would delete" if dry_run else "deleted"
    context.log.info(f"{_unnamed(batch)}: {verb} {told}, {len(runs)} runs")
    for _ in gone.kept:
        context.log.info(f"{_unnamed(batch)}: a photo stays that another order names, too")
    return gone


def _unnamed(batch: str) -> str:
    """A batch without the name that somebody gave it."""
    return f"order {batch.rpartition('-')[2]}"


@dg.job(
    description="Delete a person's order everywhere, or all orders past their time. A dry run "
    "unless told otherwise.",
    executor_def=dg.in_process_executor,
)
def forget_faces() -> None:
    """Forget people."""
    forget_orders()


@dg.schedule(
    cron_schedule="30 2 * * *",
    job=forget_faces,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Deletes each night what is past its time (keep_days, MAQUETTE_FACES_KEEP_DAYS).",
)
def nightly_forgetting(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Forget all that is due."""
    return dg.RunRequest(
        run_key=f"forget-{context.scheduled_execution_time:%Y-%m-%d}",
        run_config=dg.RunConfig(ops={"forget_orders": ForgetConfig(dry_run=False)}),
    )
