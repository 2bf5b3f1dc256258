"""One upload through the motion line in a process of its own; prints what it did as JSON.

python -m bench.motion_run STORE UPLOAD

The upload is an order or a movie; all that lies in its folder is put beside it. What belongs here:
running and counting. What does not: the clips (`bench.motion_clips`), and bounds.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from maquette.batch.host import Host, Job, Outcome, Task
from maquette.batch.runner import LocalPlace, Runner
from maquette.batch.store import FolderStore
from maquette.batch.uploads import INBOX, write_ticket
from maquette.engines import chosen
from maquette.lines import motion

LINE = "motion"


class Counted(LocalPlace):
    """This process, and how many tasks of each stage it was really sent."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.worked: Counter[str] = Counter()
        self.seconds: Counter[str] = Counter()

    def run(self, job: Job, tasks: Sequence[Task]) -> list[Outcome]:
        """Run the batch here, and count it."""
        start = time.perf_counter()
        outcomes = super().run(job, tasks)
        stage = job.stage.rpartition(":")[2]
        self.worked[stage] += len(tasks)
        self.seconds[stage] += time.perf_counter() - start
        return outcomes


def made(store: FolderStore, upload: Path, *, place: LocalPlace) -> motion.Finished:
    """The upload put into the inbox, with all that lies beside it, and made."""
    for path in sorted(upload.parent.rglob("*")):
        if path.is_file():
            store.put_file(f"{INBOX[LINE]}{path.relative_to(upload.parent).as_posix()}", path)
    batch = write_ticket(store, line=LINE, key=f"{INBOX[LINE]}{upload.name}")
    return motion.make(Runner(store, place, chosen(line=LINE)), batch=batch)


def main() -> None:
    """Make one upload."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store", type=Path)
    parser.add_argument("upload", type=Path)
    asked = parser.parse_args()
    start = time.perf_counter()
    place = Counted(Host(store := FolderStore(asked.store)))
    finished = made(store, asked.upload, place=place)
    place.close()
    answer: dict[str, Any] = {
        "seconds": time.perf_counter() - start,
        "cpu_seconds": time.process_time(),
        "worked": dict(place.worked),
        "stage_seconds": {name: round(took, 2) for name, took in place.seconds.items()},
        "files": finished.delivery.files,
        "set_aside": finished.delivery.set_aside,
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
