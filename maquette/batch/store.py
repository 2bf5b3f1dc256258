"""Object storage behind one small interface: a local folder or a bucket.

What belongs here: choosing the store, and the names that all who use one need. What does not: what
may be asked of it (`objects`), how a kind of store does it (`folder`, `bucket`, `private`), and
what the bytes mean.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from maquette.batch.bucket import BucketStore
from maquette.batch.folder import FolderStore
from maquette.batch.objects import Entry, ObjectMissing, Store, StoreSpec, checked, sha256_of
from maquette.batch.private import private_store
from maquette.errors import InputError

STORE, S3_SETTINGS = "MAQUETTE_STORE", "MAQUETTE_S3_SETTINGS"
DEFAULT_URL = "./var/store"
__all__ = [
    "DEFAULT_URL",
    "BucketStore",
    "Entry",
    "FolderStore",
    "ObjectMissing",
    "Store",
    "StoreSpec",
    "checked",
    "open_store",
    "sha256_of",
    "told_store",
]


def told_store(url: str = "") -> StoreSpec:
    """The store of a URL or of the environment, with the S3 write settings of the environment."""
    settings = os.environ.get(S3_SETTINGS, "") or "{}"
    try:
        options = {str(name): str(value) for name, value in json.loads(settings).items()}
    except (ValueError, AttributeError):
        raise InputError(
            "STORE_SETTINGS",
            f"{S3_SETTINGS} is not a JSON object: {settings[:80]!r}",
            fix='such as {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "alias/media"}',
        ) from None
    return StoreSpec(url or os.environ.get(STORE, "") or DEFAULT_URL, put_options=options)


def open_store(spec: StoreSpec | str, *, client: Any = None) -> Store:
    """The store of a spec or URL; a bucket's credentials come from the environment as usual."""
    spec = StoreSpec(spec) if isinstance(spec, str) else spec
    if spec.private:
        return private_store(open_store(replace(spec, private=""), client=client), spec.private)
    if not spec.url.startswith("s3://"):
        return FolderStore(Path(spec.url.removeprefix("file://")).expanduser())
    return BucketStore(spec, client=client)
