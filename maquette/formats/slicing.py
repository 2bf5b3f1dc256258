"""A slicer's estimate of a print, where one is installed: time and filament.

PrusaSlicer runs in a folder of its own, with none of the user's settings, for a limited time; the
G-code it writes is read for its figures and thrown away. What belongs here: that program. What
does not: G-code as a product, for which a printer's own profile is needed.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from maquette.batch.stages import Made, map_stage
from maquette.errors import ToolError
from maquette.formats.looks import dressed
from maquette.formats.programs import said_by
from maquette.formats.stl import write_stl
from maquette.solids.printers import Printer, printer_of
from maquette.types import File, Mesh

PROGRAM = "prusa-slicer"
NO_RANDOM_ADDRESSES, AS_IT_IS = 0x0040000, 0xFFFFFFFF  # words of Linux' personality(2)
MOST_SECONDS = 240.0  # 200 k faces at the size of a bed take one
VERSION_SECONDS = 20.0
LAYER_LINES = 0.5  # of the nozzle: the usual quality
FILL_PERCENT = 15
TAIL_BYTES = 200_000  # the figures stand before the settings at the end of the file

_VERSION = re.compile(r"PrusaSlicer-(\d+\.\d+\.\d+)")
_FIGURE = re.compile(r"^; (filament used \[cm3\]|filament used \[g\]) = ([\d.]+)", re.MULTILINE)
_TIME = re.compile(r"^; estimated printing time \(normal mode\) = ([\ddhms ]+)$", re.MULTILINE)
_UNIT_S = {"d": 86400, "h": 3600, "m": 60, "s": 1}


@dataclass(frozen=True)
class Sliced:
    """What a slicer says a print takes.

    Attributes:
        supports: whether supports are counted in.
        slicer: its name and version.
    """

    seconds: float
    filament_cm3: float
    filament_g: float
    supports: bool
    layer_mm: float
    fill_percent: int
    slicer: str


@lru_cache(maxsize=1)
def slicer_here() -> str:
    """The slicer on this machine, ``prusa-slicer 2.5.0``; empty where there is none."""
    with tempfile.TemporaryDirectory(prefix="maquette-slicer-") as folder:
        try:
            said = _run(["--help"], Path(folder), within_s=VERSION_SECONDS)
        except ToolError:
            return ""
    found = _VERSION.search(said)
    return f"{PROGRAM} {found[1]}" if found else ""


@map_stage(version="1")
def slice_print(print: Mesh, examination: File, *, slicer: str = "") -> Made:  # noqa: A002
    """Ask a slicer how long a print takes, with supports where the examination found overhangs.

    Nothing is made without a slicer, for resin, for what does not fit its bed, and for what the
    slicer refuses: a card can do without an estimate.

    Args:
        print: at its final size.
        examination: what `examine` found.
        slicer: as `slicer_here` told it, so that another version is another recipe.
    """
    facts = json.loads(examination.data)
    verdicts = {check["name"]: check["verdict"] for check in facts["checks"]}
    printer = printer_of(facts["printer"])
    if not slicer or printer.kind != "fdm" or verdicts["bed"] == "bad":
        return Made()
    if slicer != slicer_here():
        raise ToolError(
            "SLICER_MISSING",
            f"{slicer} was asked for, here is {slicer_here() or 'none'}",
            fix="install it, or order the print again",
        )
    try:
        stl = write_stl(dressed(print), title="print")
        found = sliced(stl, printer, supports=verdicts["overhangs"] != "ok")
    except ToolError as refused:
        if refused.code != "SLICER_REFUSED":
            raise
        return Made(notes=(f"The slicer gave no estimate: {refused.reason}.",))
    text = json.dumps(asdict(found), indent=2, sort_keys=True) + "\n"
    scores = {"print_hours": round(found.seconds / 3600, 3), "filament_g": found.filament_g}
    return Made({"sliced": File(text.encode(), "json")}, scores=scores)


def sliced(stl: bytes, printer: Printer, *, supports: bool = False) -> Sliced:
    """Slice a binary STL in millimetres.

    Raises ToolError SLICER_MISSING, SLICER_REFUSED or SLICER_TIMED_OUT.
    """
    with tempfile.TemporaryDirectory(prefix="maquette-slicer-") as folder:
        home = Path(folder)
        (home / "print.stl").write_bytes(stl)
        wishes = [*_wishes(printer), *(["--support-material"] if supports else [])]
        said = _run([*wishes, "--output", "print.gcode", "print.stl"], home, within_s=MOST_SECONDS)
        made = home / "print.gcode"
        if not made.exists():
            raise ToolError("SLICER_REFUSED", _why(said))
        with made.open("rb") as stream:
            stream.seek(max(0, made.stat().st_size - TAIL_BYTES))
            tail = stream.read().decode("utf-8", "replace")
    figures = {name: float(value) for name, value in _FIGURE.findall(tail)}
    time = _TIME.search(tail)
    if time is None or len(figures) < 2:
        raise ToolError("SLICER_REFUSED", "its file tells neither time nor filament")
    parts = re.findall(r"(\d+)([dhms])", time[1])
    seconds = float(sum(int(count) * _UNIT_S[unit] for count, unit in parts))
    volume, mass = figures["filament used [cm3]"], figures["filament used [g]"]
    return Sliced(seconds, volume, mass, supports, layer_of(printer), FILL_PERCENT, slicer_here())


def _why(said: str) -> str:
    """The last sentence of a slicer that wrote no file; it may end by naming what it was about."""
    told = [line.strip() for line in said.splitlines() if line.strip()]
    sentences = [line for line in told if not line.startswith("Object name")]
    return (sentences or ["it wrote no file"])[-1][:200]


def layer_of(printer: Printer) -> float:
    """The height of a layer in millimetres."""
    return round(LAYER_LINES * printer.nozzle_mm, 3)


def _wishes(printer: Printer) -> list[str]:
    x, y, z = printer.bed_mm
    wishes: dict[str, Any] = {
        "loglevel": 0,
        "datadir": "settings",  # inside the folder: the user's own profiles stay out of it
        "nozzle-diameter": printer.nozzle_mm,
        "layer-height": layer_of(printer),
        "first-layer-height": layer_of(printer),
        "filament-diameter": 1.75,
        "filament-density": printer.density_g_cm3,
        "fill-density": f"{FILL_PERCENT}%",
        "bed-shape": f"0x0,{x:g}x0,{x:g}x{y:g},0x{y:g}",
        "max-print-height": z,
        "seam-position": "rear",  # the nearest is searched for by several threads, which race
        "center": f"{x / 2:g},{y / 2:g}",
    }
    flat = [word for name, value in wishes.items() for word in (f"--{name}", str(value))]
    return ["--export-gcode", *flat]


def _run(words: list[str], folder: Path, *, within_s: float) -> str:
    """What the program says."""
    try:
        with _one_core(), _same_addresses():
            return said_by([PROGRAM, *words], folder, within_s=within_s)
    except OSError as missing:
        raise ToolError(
            "SLICER_MISSING", f"{PROGRAM} cannot be started", fix=f"install {PROGRAM}"
        ) from missing
    except subprocess.TimeoutExpired as late:
        raise ToolError(
            "SLICER_TIMED_OUT",
            f"{PROGRAM} took over {within_s:.0f} s",
            fix="try again when the machine is less busy, or reduce the model's faces",
        ) from late


@contextlib.contextmanager
def _one_core() -> Iterator[None]:
    """What is started meanwhile runs on one core: on several its figures differ by a second."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)  # of this thread; what it starts inherits it
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextlib.contextmanager
def _same_addresses() -> Iterator[None]:
    """What is started meanwhile finds its memory at the same addresses each time.

    It goes through some of its lines in the order of their addresses, so its paths would differ
    from run to run, and its figures by a second. Where this is forbidden they still do.
    """
    ask = getattr(ctypes.CDLL(None), "personality", None) if sys.platform == "linux" else None
    before = -1 if ask is None else ask(ctypes.c_ulong(AS_IT_IS))  # of this thread, inherited
    if ask is None or before == -1:
        yield
        return
    ask(ctypes.c_ulong(before | NO_RANDOM_ADDRESSES))
    try:
        yield
    finally:
        ask(ctypes.c_ulong(before))
