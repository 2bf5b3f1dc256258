"""``make demo``: a sample prompt set, materialised through Dagster, told in a table."""

import argparse
import sys
from pathlib import Path

from maquette.batch.uploads import submit, write_ticket
from maquette.cli import print_made
from pipeline_assets.stickers import STICKERS
from scripts.here import ROOT, opened_store, run_batch, tell_where

SAMPLE = ROOT / "examples" / "prompts.yaml"


def main() -> int:
    """Make the sample pack; returns the exit status."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("upload", nargs="?", type=Path, default=SAMPLE, help="a prompt set")
    asked = parser.parse_args()
    store = opened_store()
    key = submit(store, line="stickers", name=asked.upload.name, data=asked.upload.read_bytes())
    batch = write_ticket(store, line="stickers", key=key)
    ran = run_batch(store, batch, line="stickers", assets=STICKERS)
    if ran is None:
        return 1
    print_made(ran.manifests, ran.set_aside)
    tell_where(ran, f"{store.spec.url}/deliveries/stickers/{batch}/index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
