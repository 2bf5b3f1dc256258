"""One order through the figurine line in a process of its own; prints what it did as JSON.

python -m bench.figurine_run STORE ORDER

All that lies in the order's folder is put beside it. What belongs here: running and counting. What
does not: the orders and the bounds (`bench.figurines`).
"""

from __future__ import annotations

import time

STARTED_S = time.perf_counter()  # what is imported below is part of what a person waits for

import argparse  # noqa: E402
import json  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from bench.motion_run import Counted  # noqa: E402
from maquette.batch.host import Host  # noqa: E402
from maquette.batch.private import private_store  # noqa: E402
from maquette.batch.runner import LocalPlace, Runner  # noqa: E402
from maquette.batch.store import FolderStore  # noqa: E402
from maquette.batch.uploads import INBOX, write_ticket  # noqa: E402
from maquette.engines import chosen  # noqa: E402
from maquette.lines import figurines  # noqa: E402
from maquette.lines.figurine_sources import LINE  # noqa: E402


def submitted(store: FolderStore, order: Path) -> str:
    """The order put into the inbox, with all that lies beside it; its batch."""
    for path in sorted(order.parent.iterdir()):
        store.put_file(f"{INBOX[LINE]}{path.name}", path)
    return write_ticket(store, line=LINE, key=f"{INBOX[LINE]}{order.name}")


def made(store: FolderStore, batch: str, *, place: LocalPlace) -> figurines.Finished:
    """The batch made, apart from all others as in production."""
    own = private_store(store, batch)
    return figurines.make(Runner(own, place, chosen(line=LINE), salt=batch), batch=batch)


def main() -> None:
    """Make one order."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store", type=Path)
    parser.add_argument("order", type=Path)
    asked = parser.parse_args()
    store = FolderStore(asked.store)
    batch = submitted(store, asked.order)
    place = Counted(Host(private_store(store, batch)))
    finished = made(store, batch, place=place)
    place.close()
    answer: dict[str, Any] = {
        "seconds": time.perf_counter() - STARTED_S,
        "cpu_seconds": time.process_time(),
        "worked": dict(place.worked),
        "stage_seconds": {name: round(took, 2) for name, took in place.seconds.items()},
        "files": finished.delivery.files,
        "set_aside": finished.delivery.set_aside,
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
