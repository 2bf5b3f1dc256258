"""Stores to test on, a folder and a bucket behind a real HTTP server; a runner and its pauses."""

import itertools

import boto3
import pytest
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

from maquette.batch import runner as runner_module
from maquette.batch.bucket import BucketStore
from maquette.batch.private import private_store
from maquette.batch.store import FolderStore, StoreSpec
from tests import toys

BUCKET = "toys"
NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def endpoint_url():
    """An S3 server of this session."""
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def s3(endpoint_url):
    """A client of that server, with one empty bucket."""
    client = boto3.client(
        "s3",
        endpoint_url=endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="nobody",
        aws_secret_access_key="nothing",  # noqa: S106 - a server of our own that asks for none
    )
    client.create_bucket(Bucket=BUCKET)
    return client


@pytest.fixture
def bucket(s3):
    """A store in the bucket, below a prefix no other test has."""
    return BucketStore(StoreSpec(f"s3://{BUCKET}/test-{next(NUMBERS)}"), client=s3)


@pytest.fixture
def folder(tmp_path):
    """A store in a folder."""
    return FolderStore(tmp_path / "store")


@pytest.fixture
def private_folder(folder):
    """A folder as one private batch sees it."""
    return private_store(folder, "anna-1f3a9c02")


@pytest.fixture
def private_bucket(bucket):
    """A bucket as one private batch sees it."""
    return private_store(bucket, "anna-1f3a9c02")


@pytest.fixture(params=["folder", "bucket", "private_folder", "private_bucket"])
def store(request):
    """Each kind of store in turn: the contract is the same."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def runner(folder):
    """A runner over a fresh folder."""
    return toys.runner_on(folder)


@pytest.fixture
def waits(monkeypatch):
    """Seconds the runner would have slept between attempts; nobody waits for them."""
    slept = []
    monkeypatch.setattr(runner_module.time, "sleep", slept.append)
    return slept
