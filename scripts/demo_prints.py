"""``make demo-prints``: a figure from words through Dagster, then the same in half the size."""

import sys
from dataclasses import dataclass
from pathlib import Path

from maquette.batch.store import Store
from maquette.batch.uploads import submit, write_ticket
from maquette.cli.prints_shown import print_prints
from pipeline_assets.prints import PRINTS
from scripts.here import ROOT, Ran, opened_store, run_batch, tell_where

SAMPLE = ROOT / "examples" / "print.yaml"


@dataclass(frozen=True)
class Printed:
    """An order that was run."""

    batch: str
    ran: Ran


def main() -> int:
    """Make the sample print and a smaller one of it; returns the exit status."""
    store = opened_store()
    first = _ordered(store, SAMPLE.name, SAMPLE.read_bytes())
    if first is None or not first.ran.manifests[-1].delivered:
        return 1
    item = first.ran.manifests[-1].delivered[0].item
    again = f"model: {first.batch}/{item}\nscale_factor: 0.5\nbase_mm: 1.5\n".encode()
    second = _ordered(store, f"half-{Path(SAMPLE.name).stem}.yaml", again)
    if second is None:
        return 1
    sys.stdout.write(f"the smaller one took {second.ran.seconds:.0f} s: its model was there\n")
    tell_where(first.ran, f"{store.spec.url}/deliveries/prints/{first.batch}/index.html")
    return 0


def _ordered(store: Store, name: str, data: bytes) -> Printed | None:
    key = submit(store, line="prints", name=name, data=data)
    batch = write_ticket(store, line="prints", key=key)
    ran = run_batch(store, batch, line="prints", assets=PRINTS)
    if ran is None:
        return None
    print_prints(ran.manifests, ran.set_aside)
    return Printed(batch, ran)


if __name__ == "__main__":
    sys.exit(main())
