"""Schedules: a themed pack a night, unless one is still under way."""

from datetime import UTC, datetime

import dagster as dg
import pytest
import yaml

from jobs.orders import StickerForm, sticker_upload
from jobs.schedules import NIGHTLY_PRIORITY, THEMES, UNDER_WAY, nightly_packs, theme_of
from maquette.lines.prompt_sets import read_prompt_set
from sensors import uploads

ALL = yaml.safe_load(THEMES.read_text(encoding="utf-8"))
TONIGHT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.fixture
def instance(tmp_path):
    """An instance of its own, which other processes could open too, as schedules need."""
    with dg.DagsterInstance.local_temp(str(tmp_path)) as made:
        yield made


def asked(instance, *, at=TONIGHT):
    """What the schedule answers at that time."""
    context = dg.build_schedule_context(instance=instance, scheduled_execution_time=at)
    return nightly_packs(context)


@pytest.mark.parametrize("theme", ALL, ids=lambda theme: theme["name"])
def test_every_theme_is_an_order_that_can_be_made(theme):
    """No night fails for a typing error in the list."""
    ordered = read_prompt_set(sticker_upload(StickerForm(**theme)), name="x.yaml")
    assert ((), len(theme["prompts"])) == (ordered.bad_rows, len(ordered.rows))


def test_themes_take_turns_and_names_never_repeat_within_a_round():
    """Every theme once, then every theme again under another name."""
    nights = [theme_of(n, themes=ALL) for n in range(2 * len(ALL))]
    assert [t["prompts"] for t in ALL] * 2 == [night["prompts"] for night in nights]
    assert 2 * len(ALL) == len({night["name"] for night in nights})


def test_asking_for_a_theme_leaves_the_list_alone():
    """The list is not written to."""
    theme_of(0, themes=ALL)
    assert ALL == yaml.safe_load(THEMES.read_text(encoding="utf-8"))


def test_a_night_is_one_run_of_low_priority(instance):
    """The order may wait, both as a run and as an upload, and has one key per night."""
    run = asked(instance)
    assert f"night-{TONIGHT.toordinal()}" == run.run_key
    assert NIGHTLY_PRIORITY == run.tags["dagster/priority"] == uploads.NIGHTLY_PRIORITY
    form = run.run_config["ops"]["place_sticker_order"]["config"]
    assert form["nightly"] is True
    assert asked(instance).run_key == run.run_key


def test_the_next_night_is_another_theme(instance):
    """Night after night."""
    first, second = (asked(instance, at=TONIGHT.replace(day=day)) for day in (20, 21))
    names = [r.run_config["ops"]["place_sticker_order"]["config"]["name"] for r in (first, second)]
    assert names[0] != names[1]


# a queued run cannot be made by hand; that it counts is checked by the table
ADDED = [status for status in UNDER_WAY if status is not dg.DagsterRunStatus.QUEUED]


def test_a_queued_run_is_under_way():
    """It waits for its turn, and it will be made."""
    assert dg.DagsterRunStatus.QUEUED in UNDER_WAY


@pytest.mark.parametrize("status", ADDED, ids=lambda status: status.value)
def test_it_skips_while_a_nightly_pack_is_under_way(instance, status):
    """Whether that is starting or running; the reason names the run."""
    busy = dg.DagsterRun(
        job_name="make_stickers", status=status, tags={"dagster/priority": NIGHTLY_PRIORITY}
    )
    instance.add_run(busy)
    answer = asked(instance)
    assert isinstance(answer, dg.SkipReason)
    assert busy.run_id in answer.skip_message


@pytest.mark.parametrize(
    ("status", "priority"),
    [
        (dg.DagsterRunStatus.SUCCESS, NIGHTLY_PRIORITY),
        (dg.DagsterRunStatus.FAILURE, NIGHTLY_PRIORITY),
        (dg.DagsterRunStatus.CANCELED, NIGHTLY_PRIORITY),
        (dg.DagsterRunStatus.STARTED, "0"),
    ],
    ids=["done", "failed", "cancelled", "somebody's by day"],
)
def test_other_runs_do_not_hold_it_up(instance, status, priority):
    """Only nightly packs that are under way do."""
    instance.add_run(
        dg.DagsterRun(job_name="make_stickers", status=status, tags={"dagster/priority": priority})
    )
    assert isinstance(asked(instance), dg.RunRequest)
