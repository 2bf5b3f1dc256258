"""Schedules: a pack a night from a list of themes, behind everything else."""

from pathlib import Path
from typing import Any

import dagster as dg
import yaml

from jobs.orders import StickerForm, order_stickers

THEMES = Path(__file__).with_name("themes.yaml")
UNDER_WAY = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]
NIGHTLY_PRIORITY = "-10"


def theme_of(night: int, *, themes: list[dict[str, Any]]) -> dict[str, Any]:
    """The themes in turn, night after night; a name gets the round it is in."""
    theme = dict(themes[night % len(themes)])
    theme["name"] = f"{theme['name']} {night // len(themes) % 1000}"
    return theme


@dg.schedule(
    cron_schedule="0 2 * * *",
    job=order_stickers,
    description="Orders a themed pack each night (jobs/themes.yaml); skips while one is running.",
)
def nightly_packs(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Tonight's theme, unless a nightly pack is still under way."""
    busy = context.instance.get_runs(
        dg.RunsFilter(tags={"dagster/priority": NIGHTLY_PRIORITY}, statuses=UNDER_WAY), limit=1
    )
    if busy:
        return dg.SkipReason(f"run {busy[0].run_id} of an earlier night is still under way")
    night = context.scheduled_execution_time.toordinal()
    theme = theme_of(night, themes=yaml.safe_load(THEMES.read_text(encoding="utf-8")))
    order = StickerForm(**theme, nightly=True)
    return dg.RunRequest(
        run_key=f"night-{night}",
        run_config=dg.RunConfig(ops={"place_sticker_order": order}),
        tags={"dagster/priority": NIGHTLY_PRIORITY},
    )
