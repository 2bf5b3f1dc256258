"""``make demo-motion``: a drawn bear becomes a mesh that moves, through Dagster."""

import argparse
import sys

from maquette.batch.uploads import INBOX
from maquette.cli.motion_shown import print_clips
from maquette.cli.submitting import submitted
from pipeline_assets.motion import MOTION
from scripts.here import ROOT, opened_store, run_batch, tell_where
from scripts.sample_clip import write_clip

SAMPLES = ROOT / "var" / "samples"


def main() -> int:
    """Make the sample clip's mesh; returns the exit status."""
    clip = write_clip(SAMPLES)
    sys.stderr.write(f"drew {clip}\n")
    store = opened_store()
    batch = submitted(store, argparse.Namespace(line="motion", upload=clip, field=[]), places=INBOX)
    ran = run_batch(store, batch, line="motion", assets=MOTION)
    if ran is None or not ran.manifests[-1].delivered:
        return 1
    print_clips(ran.manifests, ran.set_aside)
    tell_where(ran, f"{store.spec.url}/deliveries/motion/{batch}/index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
