"""Manifests between assets: small tables in the store, never pixels in memory."""

import dagster as dg

from maquette.batch.manifests import Manifest, commit, current
from maquette.errors import InputError
from resources.store import StoreResource


class ManifestIOManager(dg.ConfigurableIOManager):
    """Commits what an asset returns and reads what the one before it committed."""

    store: StoreResource

    def handle_output(self, context: dg.OutputContext, obj: Manifest) -> None:
        """Write the manifest, then swap the pointer."""
        key = commit(self.store.open(), obj)
        context.add_output_metadata({"manifest": key, "items": len(obj.rows)})

    def load_input(self, context: dg.InputContext) -> Manifest:
        """The current manifest of the asset for this batch."""
        asset = context.asset_key.path[-1]
        found = current(self.store.open(), asset=asset, batch=context.partition_key)
        if found is None:
            raise InputError(
                "MANIFEST_MISSING",
                f"{asset} has nothing for batch {context.partition_key}",
                fix=f"materialise {asset} first",
            )
        return found
