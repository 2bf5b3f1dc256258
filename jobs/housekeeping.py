"""Housekeeping: ``prune`` frees what nothing names any more. A dry run unless told otherwise."""

from datetime import UTC, datetime

import dagster as dg
from pydantic import Field

from jobs.lines import LINES
from maquette.batch.pruning import Policy, carry_out, plan
from resources.store import StoreResource

SHOWN = 20
_MAKING = dg.RunsFilter(
    tags={"maquette/line": list(LINES)},
    statuses=[
        dg.DagsterRunStatus.STARTING,
        dg.DagsterRunStatus.STARTED,
        dg.DagsterRunStatus.CANCELING,
    ],
)


class PruneConfig(dg.Config):
    """What may go."""

    dry_run: bool = Field(default=True, description="Only say what would be deleted.")
    keep_days: int | None = Field(
        default=None, ge=1, description="Delete intermediates older than this; empty keeps them."
    )
    history_days: int = Field(default=365, ge=1, description="Keep old manifests this long.")


@dg.op(description="Deletes objects that no manifest names, and intermediates past their time.")
def sweep(context: dg.OpExecutionContext, config: PruneConfig, store: StoreResource) -> None:
    """Plan, tell, and delete unless it is a dry run or a batch is under way."""
    if not config.dry_run and (busy := context.instance.get_runs(_MAKING, limit=1)):
        raise dg.Failure(
            f"PRUNE_BUSY: {busy[0].job_name} is under way and may need what would go",
            metadata={"code": "PRUNE_BUSY", "fix": "run prune again when it has ended"},
        )
    opened = store.open()
    policy = Policy(keep_days=config.keep_days, history_days=config.history_days)
    found = plan(opened, policy=policy, now=datetime.now(UTC))
    verb = "would delete" if config.dry_run else "deletes"
    context.log.info(f"{verb} {len(found.keys)} objects, {found.freed_bytes / 1e6:.1f} MB")
    for key in found.keys[:SHOWN]:
        context.log.info(f"{verb} {key}")
    if not config.dry_run:
        carry_out(opened, found)
    context.add_output_metadata(
        {"objects": len(found.keys), "bytes": found.freed_bytes, "dry_run": config.dry_run}
    )


@dg.job(
    description="Free space: objects no manifest names, and intermediates past a retention time.",
    executor_def=dg.in_process_executor,
)
def prune() -> None:
    """Free space."""
    sweep()
