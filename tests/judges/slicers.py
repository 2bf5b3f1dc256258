"""PrusaSlicer and ADMesh on files for printing: what they measure, and what they would print.

What belongs here: asking them, in figures. What does not: what is expected of them; a bench asks
as well as the tests.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

PRUSA, ADMESH = "prusa-slicer", "admesh"
LIMIT_S = 240
MM = tuple(f"size_{axis}" for axis in "xyz")
REPAIRS = ("degenerate_facets", "edges_fixed", "facets_removed", "facets_reversed",
           "backwards_edges")  # fmt: skip
# as wide as the largest file that is sliced here: the slicer knows no printer of its own
WIDE_BED = "--bed-shape=0x0,500x0,500x500,0x500"


@dataclass(frozen=True)
class Opinion:
    """What PrusaSlicer says of a file, all its objects together.

    Attributes:
        is_manifold: of every object.
        open_edges: that it saw, sewn or not.
        repairs: what it did on reading, in its words: ``facets_reversed = 3``.
        refusal: its last words where it could not read the file.
    """

    is_manifold: bool
    open_edges: int
    size_mm: tuple[float, float, float]
    repairs: tuple[str, ...] = ()
    refusal: str = ""

    @property
    def accepts(self) -> bool:
        """Whether it would print it as it is."""
        return self.is_manifold and not self.open_edges and not self.refusal


def prusa_info(path: Path) -> Opinion:
    """``--info``: what the slicer reads."""
    done = _asked(PRUSA, "--info", path)
    said = re.findall(r"^(\w+) = +(\S+)", done.stdout, re.MULTILINE)
    if done.returncode or not said:
        return Opinion(False, 0, (0, 0, 0), refusal=(done.stderr or done.stdout)[-300:].strip())
    sizes = [float(value) for name, value in said if name in MM]
    return Opinion(
        all(value == "yes" for name, value in said if name == "manifold"),
        sum(int(value) for name, value in said if name == "open_edges"),
        (sizes[0], sizes[1], sizes[2]),
        tuple(f"{name} = {value}" for name, value in said if name in REPAIRS and value != "0"),
    )


def prusa_gcode(path: Path, folder: Path) -> str:
    """``--export-gcode``: the instructions for a printer; what it refuses is a ValueError."""
    gcode = folder / f"{path.name}.gcode"
    done = _asked(PRUSA, "--export-gcode", WIDE_BED, "--output", gcode, path)
    if done.returncode or not gcode.is_file():
        raise ValueError((done.stderr or done.stdout)[-300:].strip())
    return gcode.read_text()


def admesh(path: Path) -> dict[str, int]:
    """What it counts as wrong in an STL, by its words, before it repairs anything."""
    done = _asked(ADMESH, path)
    wrong = re.findall(
        r"^(Total disconnected facets|Degenerate facets|Edges fixed|Facets removed|Facets added"
        r"|Facets reversed|Backwards edges) *: *(-?\d+)",
        done.stdout,
        re.MULTILINE,
    )
    if done.returncode or not wrong:
        return {"not read": 1}
    return {name.lower(): int(count) for name, count in wrong}


def _asked(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=LIMIT_S,
        check=False,
    )
