"""``make demo-roto``: a drawn shot, cut out through Dagster and held against its true masks."""

import argparse
import sys
from collections.abc import Iterator

import numpy as np

from maquette.batch.manifests import Manifest
from maquette.batch.records import checked_blob
from maquette.batch.store import Store
from maquette.batch.uploads import INBOX
from maquette.cli.roto_shown import print_objects
from maquette.cli.submitting import submitted
from maquette.formats.png import read_mask
from maquette.types import Bools
from pipeline_assets.roto import ROTO
from scripts.here import ROOT, opened_store, run_batch, tell_where
from scripts.sample_shot import FIRST_PLATE, write_sample

SAMPLES = ROOT / "var" / "samples"


def main() -> int:
    """Cut out the sample shot; returns the exit status."""
    sample = write_sample(SAMPLES)
    sys.stderr.write(f"drew {sample.order} and the movie beside it\n")
    store = opened_store()
    upload = argparse.Namespace(line="roto", upload=sample.order, field=[])
    batch = submitted(store, upload, places=INBOX)
    ran = run_batch(store, batch, line="roto", assets=ROTO)
    if ran is None:
        return 1
    print_objects(ran.manifests, ran.set_aside)
    _tell_truth(dict(_overlaps(store, ran.manifests[1], sample.truth)))
    shot = str(ran.manifests[0].delivered[0].params["shot"])
    tell_where(ran, f"{store.spec.url}/deliveries/roto/{batch}/{shot}/{shot}_qc.mp4")
    return 0


def _overlaps(store: Store, masks: Manifest, truth: Bools) -> Iterator[tuple[int, float]]:
    """Plate by plate, how much of mask and truth together lies in both, 0..1."""
    for row in masks.delivered:
        (ref,) = (one for one in row.objects if one.name == "mask")
        plate = int(row.params["frame"])
        found, true = read_mask(checked_blob(store, ref)).inside, truth[plate - FIRST_PLATE]
        yield plate, float((found & true).sum() / max(1, (found | true).sum()))


def _tell_truth(overlaps: dict[int, float]) -> None:
    worst = min(overlaps, key=overlaps.__getitem__)
    sys.stdout.write(
        f"against the truth: J {np.mean(list(overlaps.values())):.3f} over {len(overlaps)} plates,"
        f" least {overlaps[worst]:.3f} on plate {worst}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
