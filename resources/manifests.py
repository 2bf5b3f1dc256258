"""Manifests between assets: small tables in the store, never pixels in memory."""

import dagster as dg
from pydantic import PrivateAttr

from maquette.batch.manifests import Manifest, commit, current
from maquette.errors import InputError
from resources.coded import coded
from resources.store import StoreResource


class ManifestIOManager(dg.ConfigurableIOManager):
    """Commits what an asset returns and reads what the one before it committed."""

    store: StoreResource
    _held: dict[str, Manifest] = PrivateAttr(default_factory=dict)  # of this run, by key

    def handle_output(self, context: dg.OutputContext, obj: Manifest) -> None:
        """Write the manifest, then swap the pointer."""
        with coded():
            key = commit(self.store.open(), obj)
        self._held[key] = obj
        context.add_output_metadata({"manifest": key, "items": len(obj.rows)})

    def load_input(self, context: dg.InputContext) -> Manifest:
        """The current manifest of the asset for this batch."""
        asset = context.asset_key.path[-1]
        with coded():
            found = current(
                self.store.open(), asset=asset, batch=context.partition_key, held=self._held
            )
            if found is None:
                raise InputError(
                    "MANIFEST_MISSING",
                    f"{asset} has nothing for batch {context.partition_key}",
                    fix=f"materialise {asset} first",
                )
            return found
