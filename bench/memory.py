"""How much memory a process and all its children hold while they work.

What belongs here: watching from outside. What does not: what is run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
EVERY_S = 0.25
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Watched:
    """A finished program: what it printed last, as JSON, and its memory over time."""

    answer: dict[str, Any]
    megabytes: tuple[float, ...]

    @property
    def peak_gb(self) -> float:
        """The most that the whole tree held at once."""
        return max(self.megabytes) / 1000


def watched(arguments: Sequence[str], *, deadline_s: float) -> Watched:
    """Run ``python -m …`` from the repository's root and watch its memory."""
    child = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    held: list[float] = []
    end = time.monotonic() + deadline_s
    while child.poll() is None:
        held.append(tree_mb(child.pid))
        if time.monotonic() > end:
            child.kill()
        time.sleep(EVERY_S)
    out = child.stdout.read() if child.stdout else ""
    if child.returncode != 0:
        raise RuntimeError(f"{' '.join(arguments)} ended with {child.returncode}")
    return Watched(json.loads(out.splitlines()[-1]), tuple(held))


def tree_mb(pid: int) -> float:
    """Resident megabytes of a process and everything below it."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            parent = _parent(folder)
            children.setdefault(parent, []).append(int(folder.name))
    family, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        family.append(one)
        waiting.extend(children.get(one, ()))
    return sum(_resident_bytes(one) for one in family) / 1e6


def _parent(folder: Path) -> int:
    try:
        # the name in brackets may hold spaces: fields are counted behind it
        return int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):  # gone meanwhile
        return 0


def _resident_bytes(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES
    except (OSError, IndexError):
        return 0
