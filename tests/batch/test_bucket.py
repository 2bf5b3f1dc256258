"""The store in a bucket: what only a bucket has, against a real HTTP server."""

import http.server
import threading
from functools import partial
from types import SimpleNamespace

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from maquette.batch.bucket import BucketStore
from maquette.batch.store import StoreSpec
from maquette.errors import InputError, ToolError

ENCRYPTED = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "alias/toys"}


def headed(s3, store, key):
    """What the server knows of an object."""
    return s3.head_object(Bucket=store.bucket, Key=store.prefix + key)


@pytest.mark.parametrize("act", ["put", "put_if_absent", "put_file", "copy"])
def test_every_write_is_encrypted_as_told(s3, tmp_path, act):
    """Server-side encryption settings arrive with each kind of write."""
    store = BucketStore(StoreSpec(f"s3://toys/encrypted-{act}", ENCRYPTED), client=s3)
    source = tmp_path / "source"
    source.write_bytes(b"1")
    BucketStore(StoreSpec(store.spec.url), client=s3).put("plain", b"1")
    {
        "put": lambda: store.put("new", b"1"),
        "put_if_absent": lambda: store.put_if_absent("new", b"1"),
        "put_file": lambda: store.put_file("new", source),
        "copy": lambda: store.copy("plain", "new"),
    }[act]()
    found = headed(s3, store, "new")
    assert (found["ServerSideEncryption"], found["SSEKMSKeyId"]) == ("aws:kms", "alias/toys")


@pytest.mark.parametrize(
    ("url", "key"),
    [("s3://toys", "a"), ("s3://toys/", "a"), ("s3://toys/x/y/", "x/y/a")],
    ids=["no prefix", "a slash", "a deep prefix"],
)
def test_objects_lie_below_the_prefix(s3, url, key):
    """The prefix of the URL stands before every key, and is not told by listings."""
    store = BucketStore(StoreSpec(url), client=s3)
    store.put("a", b"1")
    assert s3.get_object(Bucket="toys", Key=key)["Body"].read() == b"1"
    assert [entry.key for entry in store.list("a") if entry.key == "a"] == ["a"]
    store.delete("a")


def test_a_url_without_a_bucket_is_refused():
    """``s3://`` alone names nothing."""
    with pytest.raises(InputError, match="STORE_URL"):
        BucketStore(StoreSpec("s3:///prefix"))


def test_a_bucket_that_is_not_there_is_refused_with_a_fix(s3, tmp_path):
    """Every act on a missing bucket says what to check."""
    store = BucketStore(StoreSpec("s3://nowhere/x"), client=s3)
    source = tmp_path / "source"
    source.write_bytes(b"1")
    for act in (
        lambda: store.put("a", b"1"),
        lambda: store.put_if_absent("a", b"1"),
        lambda: store.put_file("a", source),
        lambda: list(store.list("a")),
    ):
        with pytest.raises(ToolError, match=r"STORE_REFUSED.*check bucket"):
            act()


def client_of(url):
    """A client that gives up at once."""
    return boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="y",  # noqa: S106 - likewise
        config=Config(retries={"total_max_attempts": 1}, connect_timeout=1, read_timeout=1),
    )


def test_a_server_that_is_away_is_told_with_a_code():
    """No answer is STORE_FAILED, which a run may retry."""
    store = BucketStore(StoreSpec("s3://toys"), client=client_of("http://127.0.0.1:9"))
    with pytest.raises(ToolError, match=r"STORE_FAILED.*network") as told:
        store.get("a")
    assert not told.value.lasting


@pytest.fixture
def stubborn():
    """A server that answers every put with one status and every head with another."""

    class Stubborn(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # so that `Expect: 100-continue` is answered at once
        put_status, head_status, puts = 409, 404, 0

        def do_PUT(self):
            type(self).puts += 1
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = b"<Error><Code>ConditionalRequestConflict</Code></Error>"
            self.send_response(self.put_status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_HEAD(self):
            self.send_response(self.head_status)
            self.send_header("Content-Length", "1")
            self.send_header("ETag", '"1"')
            self.send_header("Last-Modified", "Fri, 20 Nov 2026 00:00:00 GMT")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stubborn)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    Stubborn.url = f"http://127.0.0.1:{server.server_port}"
    yield Stubborn
    server.shutdown()
    server.server_close()


def test_a_key_another_is_writing_is_tried_again_and_never_claimed(stubborn):
    """Conflict after conflict with nothing written is an error: nobody may think it was stored."""
    store = BucketStore(StoreSpec("s3://toys"), client=client_of(stubborn.url))
    with pytest.raises(ToolError, match="STORE_BUSY"):
        store.put_if_absent("a", b"1")
    assert stubborn.puts == 3


def test_a_conflict_another_writer_won_is_a_loss(stubborn):
    """Conflicts that end with the object in place mean that somebody else wrote it."""
    stubborn.head_status = 200
    store = BucketStore(StoreSpec("s3://toys"), client=client_of(stubborn.url))
    assert store.put_if_absent("a", b"1") is False


@pytest.fixture
def versioned(s3):
    """A store in a bucket that keeps older versions."""
    if "versioned" not in {one["Name"] for one in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket="versioned")
        status = {"Status": "Enabled"}
        s3.put_bucket_versioning(Bucket="versioned", VersioningConfiguration=status)
    return BucketStore(StoreSpec("s3://versioned/deep"), client=s3)


def versions_in(s3):
    """Every version and every marker of a bucket that keeps them."""
    told = s3.list_object_versions(Bucket="versioned")
    found = (*told.get("Versions", ()), *told.get("DeleteMarkers", ()))
    return sorted(one["Key"] for one in found)


def test_erasing_takes_older_versions_with_it(s3, versioned):
    """Replaced and deleted objects go as well, and the marks that say so; neighbours stay."""
    for data in (b"first", b"second"):
        versioned.put("faces/anna.jpg", data)
    versioned.put("faces/anna/a", b"1")
    versioned.put("faces/ben/a", b"1")
    versioned.delete("faces/anna/a")
    assert [6, 5] == [entry.size for entry in versioned.erase("faces/anna.jpg")]
    assert ["faces/anna/a"] == [entry.key for entry in versioned.erase("faces/anna/")]
    assert ["deep/faces/ben/a"] == versions_in(s3)
    versioned.erase("faces/")
    assert [] == versions_in(s3)


class ShortPages:
    """A client that is told three objects to a page."""

    def __init__(self, client):
        self._client = client

    def __getattr__(self, name):
        return getattr(self._client, name)

    def get_paginator(self, call):
        """The paginator, with its pages cut."""
        paginate = self._client.get_paginator(call).paginate
        return SimpleNamespace(paginate=partial(paginate, PaginationConfig={"PageSize": 3}))


def test_erasing_more_than_a_page_of_versions(s3, versioned):
    """Pages after the first are found, though what came before them is deleted."""
    versioned.put("stays", b"1")
    for data in (b"1", b"2"):
        for n in range(7):
            versioned.put(f"many/{n}", data)
    store = BucketStore(versioned.spec, client=ShortPages(s3))
    assert 14 == len(store.erase("many/"))
    assert ["deep/stays"] == versions_in(s3)
    versioned.erase("stays")


def test_erasing_ends_uploads_that_never_did(s3, bucket):
    """What a killed writer sent of a large file is not kept."""
    for key in ("faces/anna.jpg", "faces/ben.jpg"):
        s3.create_multipart_upload(Bucket=bucket.bucket, Key=bucket.prefix + key)
    assert [] == bucket.erase("faces/anna.jpg")
    told = s3.list_multipart_uploads(Bucket=bucket.bucket, Prefix=bucket.prefix)
    assert [f"{bucket.prefix}faces/ben.jpg"] == [one["Key"] for one in told["Uploads"]]


class Plain:
    """A client of a server that knows nothing of versions."""

    def __init__(self, client):
        self._client = client

    def __getattr__(self, name):
        return getattr(self._client, name)

    def get_paginator(self, call):
        """As the server does, or its refusal."""
        if call == "list_object_versions":
            raise ClientError({"Error": {"Code": "NotImplemented"}}, call)
        return self._client.get_paginator(call)


def test_a_server_without_versions_is_erased_all_the_same(s3, bucket):
    """What it lists is deleted by its key."""
    store = BucketStore(bucket.spec, client=Plain(s3))
    for key in ("faces/a", "faces/b", "other"):
        store.put(key, b"1")
    assert ["faces/a", "faces/b"] == [entry.key for entry in store.erase("faces/")]
    assert ["other"] == [entry.key for entry in store.list("")]
