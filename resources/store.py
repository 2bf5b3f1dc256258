"""Object storage as a resource: a folder by default, a bucket when a URL says so.

What belongs here: configuration and credentials. What does not: reading and writing, which is
``maquette.batch.store``, so that workers without Dagster can do it too.
"""

from typing import Any

import dagster as dg
from pydantic import Field

from maquette.batch.store import Store, StoreSpec, open_store, told_store


class StoreResource(dg.ConfigurableResource):
    """Where uploads, intermediates and deliveries lie."""

    url: str = Field(
        default="",
        description="A folder or s3://bucket/prefix; empty takes MAQUETTE_STORE or ./var/store.",
    )
    endpoint_url: str | None = Field(default=None, description="S3 endpoint, if not AWS.")
    region_name: str | None = Field(default=None, description="S3 region.")
    put_options: dict[str, str] = Field(
        default={},
        description="Passed to every S3 write, over those of MAQUETTE_S3_SETTINGS.",
    )

    def spec(self) -> StoreSpec:
        """How any process opens this store."""
        options = {"endpoint_url": self.endpoint_url, "region_name": self.region_name}
        told = told_store(self.url)
        return StoreSpec(
            url=told.url,
            put_options={**told.put_options, **self.put_options},
            client_options={name: value for name, value in options.items() if value},
        )

    def open(self) -> Store:
        """The store, ready to use."""
        spec = self.spec()
        return open_store(spec, client=self._client() if spec.url.startswith("s3://") else None)

    def _client(self) -> Any:
        from dagster_aws.s3 import S3Resource  # 7 s to import: only for those who use a bucket

        return S3Resource(
            endpoint_url=self.endpoint_url, region_name=self.region_name, max_attempts=5
        ).get_client()
