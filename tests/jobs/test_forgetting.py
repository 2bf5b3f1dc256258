"""Forgetting through Dagster: no run, no event, no partition and no copy of one is left."""

import os
import sys
import time
from datetime import UTC, datetime
from uuid import uuid4

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster._core.execution.backfill import BulkActionStatus, PartitionBackfill
from dagster._core.scheduler.instigation import InstigatorType, TickData, TickStatus
from dagster._core.utils import make_new_backfill_id

from jobs.forgetting import forget_faces, nightly_forgetting
from jobs.traces import runs_of
from maquette.batch.manifests import Manifest
from maquette.batch.store import FolderStore
from pipeline_assets.partitions import BATCHES
from pipeline_assets.stages import Stages, stages_of
from resources.engines import EnginesResource
from resources.manifests import ManifestIOManager
from resources.placement import PlacementResource
from resources.store import StoreResource
from tests import toys
from tests.stored_faces import Person, found, made

ANNA, BEN = Person("Anna"), Person("Ben")
FACES = BATCHES["figurines"]
BOTH = pytest.mark.parametrize("instance", ["local", "ephemeral"], indirect=True)
NIGHT = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)


@dg.asset(partitions_def=FACES)
def heads(context: dg.AssetExecutionContext, figurine_stages: dg.ResourceParam[Stages]) -> Manifest:
    """An asset that says whose face it has in every way there is."""
    words = f"{context.partition_key} of the Marigolds"
    context.log.info(words)
    sys.stdout.write(words)
    asked = toys.asked(words, batch=context.partition_key)
    context.add_output_metadata({"whose": words})
    return figurine_stages.report(figurine_stages.runner.run(toys.write, asked))


@dg.asset(partitions_def=FACES)
def failing(heads: Manifest) -> Manifest:
    """An asset that fails."""
    raise ValueError(f"{heads.batch} of the Marigolds")


@dg.asset_check(asset=heads)
def recognised(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
    """A check that says whose face it saw."""
    return dg.AssetCheckResult(
        passed=True, metadata={"whose": context.run.tags["dagster/partition"]}
    )


@pytest.fixture
def store(tmp_path):
    """A store with the orders of two people, made and delivered."""
    held = FolderStore(tmp_path / "store")
    for person in (ANNA, BEN):
        made(held, person)
    return held


def local_instance(root):
    """An instance on SQLite with its files below ``dagster``."""
    (root / "dagster").mkdir()
    return dg.DagsterInstance.local_temp(str(root / "dagster"))


@pytest.fixture
def instance(request, tmp_path):
    """An instance in memory, or one on SQLite where a test asks for it."""
    if getattr(request, "param", "") == "local":
        with local_instance(tmp_path) as held:
            yield held
    else:
        with dg.DagsterInstance.ephemeral() as held:
            yield held


def run(instance, store, batch, *assets):
    """Make assets of a batch, as a run of the line does."""
    instance.add_dynamic_partitions(str(FACES.name), [batch])
    resource = StoreResource(url=str(store.root))
    return dg.materialize(
        [*assets, recognised] if heads in assets else list(assets),
        instance=instance,
        partition_key=batch,
        raise_on_error=False,
        resources={
            "store": resource,
            "engines": EnginesResource(),
            "placement": PlacementResource(),
            "figurine_stages": stages_of("figurines"),
            "io_manager": ManifestIOManager(store=resource),
        },
    )


def forgotten(instance, store, **config):
    """Run the job."""
    return forget_faces.execute_in_process(
        instance=instance,
        run_config={"ops": {"forget_orders": {"config": config}}},
        resources={"store": StoreResource(url=str(store.root))},
        raise_on_error=False,
    )


def ticked(instance, batch):
    """Note what a sensor's tick did, as the daemon does."""
    request = dg.RunRequest(run_key="1", partition_key=batch, tags={"maquette/upload_key": batch})
    instance.create_tick(
        TickData(
            "origin",
            "new_faces",
            InstigatorType.SENSOR,
            TickStatus.SUCCESS,
            time.time(),
            run_ids=[str(uuid4())],
            selector_id="selector",
            run_requests=[request],
        )
    )


def filled(instance, batch, status):
    """Note a backfill of a partition, as the UI launches one."""
    instance.add_backfill(
        PartitionBackfill(
            make_new_backfill_id(),
            status=status,
            from_failure=False,
            tags={},
            backfill_timestamp=time.time(),
            asset_selection=[heads.key],
            serialized_asset_backfill_data=f'"{batch}"',
        )
    )


def events_of(instance, batch):
    """What the event log has of a partition, asset by asset."""
    return [
        record
        for asset in (heads, failing)
        for record in instance.fetch_materializations(
            dg.AssetRecordsFilter(asset.key, asset_partitions=[batch]), limit=100
        ).records
    ]


def last_made(instance):
    """The partition that the asset was last made of, as its page shows it."""
    (record,) = instance.get_asset_records([heads.key])
    last = record.asset_entry.last_materialization_record
    return last.partition_key if last else None


@BOTH
def test_nothing_is_left_of_a_person(instance, store):
    """Runs that went well and that failed are gone, and those of the other person stay."""
    for batch in (BEN.batch, ANNA.batch):
        assert run(instance, store, batch, heads).success
        assert not run(instance, store, batch, heads, failing).success
    assert (2, 2) == (len(runs_of(instance, ANNA.batch)), len(events_of(instance, ANNA.batch)))
    assert ANNA.batch == last_made(instance)
    assert forgotten(instance, store, batch=ANNA.batch, dry_run=False).success
    assert ([], []) == (runs_of(instance, ANNA.batch), events_of(instance, ANNA.batch))
    assert [BEN.batch] == instance.get_dynamic_partitions(str(FACES.name))
    assert {BEN.batch} == instance.get_materialized_partitions(heads.key)
    assert BEN.batch == last_made(instance)
    assert (set(), set(BEN.marks)) == (found(store, ANNA), found(store, BEN))
    assert (2, 2) == (len(runs_of(instance, BEN.batch)), len(events_of(instance, BEN.batch)))


@pytest.fixture(params=["ON", "OFF"])
def overwriting(request):
    """Whether SQLite overwrites what is deleted, which depends on how it was built."""

    def told(connection, _):
        connection.execute(f"PRAGMA secure_delete = {request.param}")

    sa.event.listen(sa.Engine, "connect", told)
    yield request.param
    sa.event.remove(sa.Engine, "connect", told)


@pytest.mark.usefixtures("overwriting")
def test_no_file_of_dagster_names_the_person(tmp_path, store):
    """Neither tables nor captured output, after a night in which the order was due."""
    with local_instance(tmp_path) as instance:
        run(instance, store, ANNA.batch, heads)
        run(instance, store, ANNA.batch, heads, failing)
        ticked(instance, ANNA.batch)
        filled(instance, ANNA.batch, BulkActionStatus.COMPLETED_SUCCESS)
        filled(instance, BEN.batch, BulkActionStatus.COMPLETED_SUCCESS)
        assert naming(tmp_path / "dagster", ANNA)
        path = store.root / f"batches/figurines/{ANNA.batch}.json"
        os.utime(path, (0, 0))
        assert forgotten(instance, store, dry_run=False).success
        assert 1 == len(instance.get_backfills())
    assert [] == naming(tmp_path / "dagster", ANNA)
    assert (set(), set(BEN.marks)) == (found(store, ANNA), found(store, BEN))


def naming(folder, person):
    """The files below a folder in whose name or bytes the batch stands."""
    mark = person.batch.encode()
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if mark in path.read_bytes() or mark in bytes(path)]


def test_it_is_a_dry_run_unless_told_otherwise(instance, store):
    """What would go is told, and it stays."""
    run(instance, store, ANNA.batch, heads)
    result = forgotten(instance, store, batch=ANNA.batch)
    (event,) = [e for e in result.all_events if e.event_type_value == "STEP_OUTPUT"]
    told = {name: value.value for name, value in event.event_specific_data.metadata.items()}
    assert (1, True) == (told["orders"], told["dry_run"])
    assert told["objects"] > 10
    assert set(ANNA.marks) == found(store, ANNA)
    assert 1 == len(runs_of(instance, ANNA.batch))


@pytest.mark.parametrize("status", ["NOT_STARTED", "STARTED", "CANCELING"])
def test_an_order_that_is_being_made_is_refused(instance, store, status):
    """Nothing of it is touched; the others are forgotten all the same, and its name is not told."""
    run(instance, store, ANNA.batch, heads)
    instance.add_run(
        dg.DagsterRun(
            "make_figurines",
            run_id=str(uuid4()),
            tags={"dagster/partition": ANNA.batch},
            status=dg.DagsterRunStatus(status),
        )
    )
    for person in (ANNA, BEN):
        os.utime(store.root / f"batches/figurines/{person.batch}.json", (0, 0))
    result = forgotten(instance, store, dry_run=False)
    (failure,) = [e for e in result.all_events if e.is_step_failure]
    assert "FORGET_BUSY" == failure.step_failure_data.user_failure_data.metadata["code"].value
    assert "anna" not in failure.step_failure_data.user_failure_data.description
    assert (set(ANNA.marks), set()) == (found(store, ANNA), found(store, BEN))
    assert 2 == len(runs_of(instance, ANNA.batch))


@BOTH
@pytest.mark.parametrize("config", [{"batch": ANNA.batch}, {}], ids=["asked for", "by night"])
def test_a_forgetting_that_died_half_way_is_run_again(instance, store, monkeypatch, config):
    """The store was done, the runs were not: whichever comes next ends it."""
    for _ in range(3):
        run(instance, store, ANNA.batch, heads)
    delete_run, calls = instance.delete_run, []

    def dying(run_id):
        calls.append(run_id)
        if len(calls) == 2:
            raise RuntimeError("the machine is switched off")
        delete_run(run_id)

    monkeypatch.setattr(instance, "delete_run", dying)
    assert not forgotten(instance, store, batch=ANNA.batch, dry_run=False).success
    monkeypatch.undo()
    assert 2 == len(runs_of(instance, ANNA.batch))
    assert forgotten(instance, store, **config, dry_run=False).success
    assert ([], []) == (runs_of(instance, ANNA.batch), events_of(instance, ANNA.batch))
    assert [] == instance.get_dynamic_partitions(str(FACES.name))


def test_what_it_says_names_nobody(instance, store):
    """Its own run stays: there is no name in its log, whether it deletes or only tells."""
    for dry_run in (True, False):
        os.utime(store.root / f"batches/figurines/{ANNA.batch}.json", (0, 0))
        result = forgotten(instance, store, dry_run=dry_run)
        told = [log.message for log in instance.all_logs(result.run_id)]
        assert any(ANNA.batch.rpartition("-")[2] in line for line in told)
        assert [] == [line for line in told if "anna" in line.lower()]


def test_a_batch_of_another_line_is_refused(instance, store):
    """With the code of the store's own refusal."""
    store.put("batches/stickers/cats-1.json", b"{}")
    result = forgotten(instance, store, batch="cats-1", dry_run=False)
    (failure,) = [e for e in result.all_events if e.is_step_failure]
    assert "FORGET_LINE" == failure.step_failure_data.user_failure_data.metadata["code"].value


def test_a_run_without_a_batch_has_no_store_of_its_own(instance, store):
    """The line's stages run batch by batch, and say so."""

    @dg.asset
    def all_heads(figurine_stages: dg.ResourceParam[Stages]) -> None:
        figurine_stages.store.put("blobs/a", b"1")

    resource = StoreResource(url=str(store.root))
    with pytest.raises(dg.DagsterResourceFunctionError) as told:
        dg.materialize(
            [all_heads],
            instance=instance,
            resources={
                "store": resource,
                "engines": EnginesResource(),
                "placement": PlacementResource(),
                "figurine_stages": stages_of("figurines"),
            },
        )
    assert "PRIVATE_BATCH" in str(told.value.__cause__)


def test_a_run_of_a_batch_keeps_its_objects_apart(instance, store):
    """What the asset's stages make lies with the batch, in a recipe of its own."""
    for batch in (ANNA.batch, BEN.batch):
        assert run(instance, store, batch, heads).success
    assert [] == [*store.list("blobs/"), *store.list("records/")]
    recipes = [
        {entry.key.rpartition("/")[2] for entry in store.list(f"private/{batch}/records/write/")}
        for batch in (ANNA.batch, BEN.batch)
    ]
    assert [1, 1, 2] == [*map(len, recipes), len(set.union(*recipes))]


@pytest.mark.parametrize("instance", ["local"], indirect=True)
def test_every_night_forgets_what_is_due(instance):
    """One run a night, which deletes, and which names nobody."""
    context = dg.build_schedule_context(instance=instance, scheduled_execution_time=NIGHT)
    request = nightly_forgetting(context)
    assert "forget-2026-11-20" == request.run_key
    assert {"batch": "", "dry_run": False} == request.run_config["ops"]["forget_orders"]["config"]
    assert dg.DefaultScheduleStatus.RUNNING == nightly_forgetting.default_status
