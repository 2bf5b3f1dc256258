"""``make demo-figurines``: an astronaut's portrait becomes a figurine, through Dagster."""

import argparse
import sys

from maquette.batch.uploads import INBOX
from maquette.cli.figurines_shown import print_figurines
from maquette.cli.submitting import submitted
from pipeline_assets.figurines import FIGURINES
from scripts.here import ROOT, opened_store, run_batch, tell_where
from scripts.sample_face import write_order

SAMPLES = ROOT / "var" / "samples"


def main() -> int:
    """Make the astronaut's figurine; returns the exit status."""
    order = write_order(SAMPLES)
    sys.stderr.write(f"ordered {order}\n")
    store = opened_store()
    asked = argparse.Namespace(line="figurines", upload=order, field=[])
    batch = submitted(store, asked, places=INBOX)
    ran = run_batch(store, batch, line="figurines", assets=FIGURINES)
    if ran is None:
        return 1
    print_figurines(ran.manifests, ran.set_aside)
    if not ran.manifests[-1].delivered:
        return 1
    tell_where(ran, f"{store.spec.url}/deliveries/figurines/{batch}/index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
