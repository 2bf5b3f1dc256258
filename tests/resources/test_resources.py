"""Resources: stores, manifests, engines and places as Dagster hands them out."""

import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from maquette.batch.host import EngineSpec
from maquette.batch.manifests import Manifest, Row, current
from maquette.batch.runner import LocalPlace
from maquette.batch.store import FolderStore, StoreSpec, open_store
from maquette.engines.workers import WorkerPlace
from resources.engines import EnginesResource
from resources.manifests import ManifestIOManager
from resources.placement import PlacementResource
from resources.store import StoreResource

BATCHES = dg.DynamicPartitionsDefinition(name="toy_batches")
ROWS = (Row("a"), Row("b", code="CODE", reason="why", fix="how"))


def test_a_store_is_where_its_url_says(tmp_path, monkeypatch):
    """The URL wins over the environment, the environment over the default."""
    monkeypatch.delenv("MAQUETTE_STORE", raising=False)
    assert "./var/store" == StoreResource().spec().url
    monkeypatch.setenv("MAQUETTE_STORE", str(tmp_path / "by-environment"))
    assert tmp_path / "by-environment" == StoreResource().open().root
    assert tmp_path / "by-url" == StoreResource(url=str(tmp_path / "by-url")).open().root


def test_a_bucket_gets_its_settings():
    """Encryption and endpoint travel in the spec, to other processes too."""
    resource = StoreResource(
        url="s3://toys/x",
        endpoint_url="http://localhost:1",
        put_options={"ServerSideEncryption": "aws:kms"},
    )
    assert resource.spec() == StoreSpec(
        "s3://toys/x", {"ServerSideEncryption": "aws:kms"}, {"endpoint_url": "http://localhost:1"}
    )


def test_a_bucket_is_opened_with_what_was_configured(monkeypatch):
    """Against a real server, credentials from the environment: what is put is encrypted as told."""
    from moto.moto_server.threaded_moto_server import ThreadedMotoServer

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    server = ThreadedMotoServer(port=0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        resource = StoreResource(
            url="s3://toys/deep/prefix",
            endpoint_url=f"http://{host}:{port}",
            region_name="us-east-1",
            put_options={"ServerSideEncryption": "AES256"},
        )
        client = resource._client()
        client.create_bucket(Bucket="toys")
        resource.open().put("a", b"1")
        found = client.head_object(Bucket="toys", Key="deep/prefix/a")
        # a worker opens the same store without Dagster, from the spec alone
        assert b"1" == open_store(resource.spec()).get("a")
    finally:
        server.stop()
    assert "AES256" == found["ServerSideEncryption"]


def test_a_folder_loads_nothing_of_s3(tmp_path):
    """Whoever has no bucket does not wait for boto3."""
    code = (
        "import sys; from resources.store import StoreResource;"
        "StoreResource(url=sys.argv[1]).open().put('a', b'1');"
        "sys.exit(any(m in sys.modules for m in ('boto3', 'botocore', 'dagster_aws')))"
    )
    root = Path(__file__).parents[2]
    run = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=root, check=False)
    assert 0 == run.returncode


def test_manifests_go_from_asset_to_asset(tmp_path):
    """What one asset returns the next one is handed, batch by batch, and the store keeps."""
    seen = []

    @dg.asset(partitions_def=BATCHES)
    def first(context: dg.AssetExecutionContext) -> Manifest:
        return Manifest("stickers", "first", context.partition_key, ROWS)

    @dg.asset(partitions_def=BATCHES)
    def second(first: Manifest) -> Manifest:
        seen.append(first)
        return first.named("second")

    store = StoreResource(url=str(tmp_path / "store"))
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("toy_batches", ["one", "two"])
        for batch in ("one", "two"):
            dg.materialize(
                [first, second],
                partition_key=batch,
                instance=instance,
                resources={"io_manager": ManifestIOManager(store=store)},
            )
    assert [Manifest("stickers", "first", batch, ROWS) for batch in ("one", "two")] == seen
    assert seen[0].named("second") == current(store.open(), asset="second", batch="one")


def test_a_manifest_nobody_made_is_told(tmp_path):
    """The asset before has nothing for this batch: which one, and what to do."""
    manager = ManifestIOManager(store=StoreResource(url=str(tmp_path)))
    context = dg.build_input_context(asset_key=dg.AssetKey(["first"]), partition_key="three")
    with pytest.raises(dg.Failure, match=r"MANIFEST_MISSING: first.*three.*materialise first"):
        manager.load_input(context)


def test_engines_are_those_named_then_those_of_the_environment(monkeypatch):
    """Configuration wins over the environment, settings go to their engine alone."""
    monkeypatch.setenv("MAQUETTE_SEGMENTER", "sam2")
    resource = EnginesResource(
        image_generator="stored", settings={"stored": {"folder": "x"}, "u2netp": {"y": 1}}
    )
    specs = resource.specs("stickers")
    assert EngineSpec("ImageGenerator", "stored", {"folder": "x"}) == specs["ImageGenerator"]
    assert EngineSpec("Segmenter", "sam2") == specs["Segmenter"]


def test_a_place_is_here_or_in_workers(tmp_path):
    """By one word of configuration; nothing is started for it."""
    store = FolderStore(tmp_path)
    here = PlacementResource().place(store)
    there = PlacementResource(kind="worker", count=3).place(store)
    assert (LocalPlace, WorkerPlace, 3) == (type(here), type(there), there.slots(8))
    here.close()
    there.close()


@pytest.mark.parametrize("bad", [{"count": 0}, {"deadline_s": 0}, {"kind": "moon"}], ids=str)
def test_a_place_that_cannot_be_is_refused(bad):
    """Ranges are checked when it is configured."""
    with pytest.raises((dg.DagsterInvalidConfigError, ValueError)):
        PlacementResource(**bad)
