"""The store in an S3 bucket. What belongs here: the only calls of boto3 in the craft."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

from maquette.batch.copies import LocalCopies
from maquette.batch.objects import Entry, ObjectMissing, StoreSpec, checked
from maquette.errors import InputError, ToolError

MISSING = {"404", "NoSuchKey", "NotFound"}
TAKEN = {"PreconditionFailed", "412"}
BUSY = {"ConditionalRequestConflict", "409"}
UNKNOWN = {"NotImplemented", "501"}  # of servers that keep no versions
REFUSED = {"AccessDenied", "403", "InvalidAccessKeyId", "SignatureDoesNotMatch", "NoSuchBucket"}


class BucketStore:
    """Object storage in ``s3://bucket/prefix``; create-only writes by conditional put."""

    def __init__(self, spec: StoreSpec, *, client: Any = None) -> None:
        bucket, _, prefix = spec.url.removeprefix("s3://").partition("/")
        if not bucket:
            raise InputError("STORE_URL", f"{spec.url!r} names no bucket", fix="s3://bucket/prefix")
        self.bucket = bucket
        self.prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._spec = spec
        self._client: Any = client or _client(spec)
        self._copies = LocalCopies(self._bring)

    @property
    def spec(self) -> StoreSpec:
        """How another process opens the same store."""
        return self._spec

    def _at(self, key: str) -> dict[str, str]:
        return {"Bucket": self.bucket, "Key": self.prefix + checked(key)}

    def get(self, key: str) -> bytes:
        """The whole object; raises ObjectMissing."""
        with _coded(key):
            return bytes(self._client.get_object(**self._at(key))["Body"].read())

    def put(self, key: str, data: bytes) -> None:
        """Write or replace the object; a bucket does that atomically."""
        with _coded(key):
            self._client.put_object(**self._at(key), Body=data, **self._spec.put_options)

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """Write the object unless the key exists; says whether it wrote."""
        for _ in range(3):
            try:
                with _coded(key):
                    self._client.put_object(
                        **self._at(key), Body=data, IfNoneMatch="*", **self._spec.put_options
                    )
                return True
            except ToolError as trouble:
                if trouble.code == "STORE_TAKEN":
                    return False
                if trouble.code != "STORE_BUSY":
                    raise
        if not self.exists(key):
            raise _named("409", key)
        return False

    def put_file(self, key: str, path: Path) -> None:
        """Write or replace the object from a file, in parts if it is large."""
        at = self._at(key)
        with _coded(key), path.open("rb") as source:
            self._client.upload_fileobj(
                source, at["Bucket"], at["Key"], ExtraArgs=dict(self._spec.put_options)
            )

    def opened(self, key: str) -> contextlib.AbstractContextManager[Path]:
        """A local copy, kept for whoever opens it next."""
        return self._copies.opened(key)

    def _bring(self, key: str, path: Path) -> None:
        at = self._at(key)
        with _coded(key):
            self._client.download_file(at["Bucket"], at["Key"], str(path))

    def copy(self, source: str, target: str) -> None:
        """Copy an object within the bucket, without the bytes passing through here."""
        with _coded(source):
            self._client.copy_object(
                **self._at(target), CopySource=self._at(source), **self._spec.put_options
            )

    def exists(self, key: str) -> bool:
        """Whether the key exists."""
        try:
            self.entry(key)
        except ObjectMissing:
            return False
        return True

    def entry(self, key: str) -> Entry:
        """Facts about one object without its bytes; raises ObjectMissing."""
        with _coded(key):
            found = self._client.head_object(**self._at(key))
        return _entry(key, found["ContentLength"], found)

    def list(self, prefix: str) -> Iterator[Entry]:
        """All objects below a prefix, in key order, a thousand to a page."""
        pages = self._client.get_paginator("list_objects_v2")
        with _coded(prefix):
            for page in pages.paginate(Bucket=self.bucket, Prefix=self.prefix + prefix):
                for found in page.get("Contents", ()):
                    yield _entry(found["Key"].removeprefix(self.prefix), found["Size"], found)

    def delete(self, key: str) -> None:
        """Remove the object; no error if it is gone already."""
        with _coded(key):
            self._client.delete_object(**self._at(key))

    def erase(self, place: str) -> list[Entry]:
        """Remove a key for good, or all below one that ends with a slash: every version of it.

        Uploads in parts that were never ended go, too: a bucket keeps what it has of them.
        """
        checked(place.removesuffix("/"))
        gone: list[Entry] = []
        with _coded(place):
            # the second listing is empty, but for a server that knows nothing of versions
            for call in ("list_object_versions", "list_objects_v2"):
                for found in self._all(call, place, "Versions", "DeleteMarkers", "Contents"):
                    key, version = found["Key"], found.get("VersionId")
                    which = {"VersionId": version} if version else {}
                    self._client.delete_object(Bucket=self.bucket, Key=key, **which)
                    if "Size" in found:  # a marker says that something was deleted
                        gone.append(_entry(key.removeprefix(self.prefix), found["Size"], found))
            for found in self._all("list_multipart_uploads", place, "Uploads"):
                at = {"Bucket": self.bucket, "Key": found["Key"]}
                self._client.abort_multipart_upload(**at, UploadId=found["UploadId"])
        return gone

    def _all(self, call: str, place: str, *lists: str) -> list[dict[str, Any]]:
        """What a server lists of a key or below a folder; nothing if it does not know the call.

        A whole list, because a page that begins with what was deleted meanwhile may be left out.
        """
        from botocore.exceptions import ClientError

        whole = self.prefix + place
        try:
            pages = self._client.get_paginator(call).paginate(Bucket=self.bucket, Prefix=whole)
            found = [one for page in pages for name in lists for one in page.get(name, ())]
        except ClientError as trouble:
            if trouble.response.get("Error", {}).get("Code") in UNKNOWN:
                return []
            raise
        return [one for one in found if place.endswith("/") or one["Key"] == whole]


def _entry(key: str, size: int, found: dict[str, Any]) -> Entry:
    modified = found["LastModified"].astimezone(UTC).isoformat()
    return Entry(key, size, found["ETag"].strip('"'), modified)


def _client(spec: StoreSpec) -> Any:
    import boto3
    from botocore.config import Config

    settings = Config(
        retries={"mode": "standard", "max_attempts": 5},
        max_pool_connections=32,
        connect_timeout=10,
        read_timeout=60,
    )
    return boto3.client("s3", config=settings, **spec.client_options)


@contextlib.contextmanager
def _coded(key: str) -> Iterator[None]:
    """Turn a bucket's refusals into errors that say what to do."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as trouble:
        raise _named(str(trouble.response.get("Error", {}).get("Code", "")), key) from trouble
    except BotoCoreError as trouble:
        raise ToolError(
            "STORE_FAILED", f"{trouble} for {key}", fix="check network and credentials"
        ) from trouble


def _named(code: str, key: str) -> ToolError:
    if code in MISSING:
        return ObjectMissing(key)
    if code in TAKEN:
        return ToolError("STORE_TAKEN", f"{key} exists already")
    if code in BUSY:
        return ToolError("STORE_BUSY", f"{key} is being written by another")
    if code in REFUSED:
        return ToolError(
            "STORE_REFUSED", f"{code} for {key}", fix="check bucket, credentials and policy"
        )
    return ToolError("STORE_FAILED", f"{code} for {key}", fix="run again")
