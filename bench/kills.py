"""A line killed on its way, and run again: what the second run makes, and what comes out.

What belongs here: killing, running again, comparing. What does not: bounds, and the modules that
run a line (`motion_run`, `figurine_run`), each of which takes a store and an upload.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.memory import ROOT
from maquette.batch.records import Record

POLL_S = 0.01
DEADLINE_S = 600.0


@dataclass(frozen=True)
class Fate:
    """One kill and what followed.

    Attributes:
        stood: records that stood after the kill, by stage.
        worked: tasks that the second run was really sent, by stage.
        wanted: tasks that had no record, by stage.
        differ: delivered files that are not those of an undisturbed run.
    """

    stood: Counter[str]
    worked: Counter[str]
    wanted: Counter[str]
    differ: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """Only what was missing was made, and the end is the same."""
        return self.worked == self.wanted and not self.differ


def run(store: Path, upload: Path, *, by: str) -> dict[str, Any]:
    """One undisturbed run in a process of its own, by that module; what it answers."""
    done = subprocess.run(
        _command(store, upload, by),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def killed(store: Path, upload: Path, *, by: str, at_record: int, later_s: float) -> bool:
    """Run it and kill it a little after so many records stand; false where it was faster."""
    child = subprocess.Popen(
        _command(store, upload, by),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    end = time.monotonic() + DEADLINE_S
    while child.poll() is None and sum(1 for _ in _record_paths(store)) < at_record:
        time.sleep(POLL_S)
        assert time.monotonic() < end, "it came to no end"
    time.sleep(later_s)
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
    return child.wait() == -signal.SIGKILL


def fate(
    folder: Path,
    upload: Path,
    *,
    by: str,
    whole: dict[str, Any],
    at_record: int,
    later_s: float = 0.0,
) -> Fate | None:
    """Kill a run when so many records stand, run it again; None where it ended before.

    Args:
        folder: for the store, must be new.
        upload: what is made.
        by: the module that runs the line.
        whole: the answer of an undisturbed run.
        at_record: how many.
        later_s: and so long after that.
    """
    if not killed(folder, upload, by=by, at_record=at_record, later_s=later_s):
        return None
    stood = records(folder)
    again = run(folder, upload, by=by)
    names = whole["files"].keys() | again["files"].keys()
    differ = tuple(n for n in sorted(names) if whole["files"].get(n) != again["files"].get(n))
    return Fate(stood, Counter(again["worked"]), Counter(whole["worked"]) - stood, differ)


def records(store: Path) -> Counter[str]:
    """How many records stand, by stage."""
    return Counter(Record.from_bytes(path.read_bytes()).stage for path in _record_paths(store))


def _record_paths(store: Path) -> list[Path]:
    places = ("records/*/*/*.json", "private/*/records/*/*/*.json")
    found = (path for place in places for path in store.glob(place))
    return [path for path in found if not path.name.startswith(".")]


def _command(store: Path, upload: Path, by: str) -> list[str]:
    return [sys.executable, "-W", "ignore", "-m", by, str(store), str(upload)]
