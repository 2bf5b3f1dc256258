"""What packs for chat platforms must reach, measured: one JSON line per figure.

    python -m bench.packs

Ends with status 1 if any bound is missed. Timed is what packs add to finished stickers: fitting
to every platform, and the bundle of it all, on every core.
"""

from __future__ import annotations

import io
import logging
import os
import resource
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.figures import Figure, shown, stopwatch
from bench.orders import prompts_of, upload_of
from maquette.batch.host import Host
from maquette.batch.manifests import Manifest
from maquette.batch.records import checked_blob
from maquette.batch.runner import LocalPlace, Runner
from maquette.batch.store import open_store
from maquette.batch.uploads import submit, write_ticket
from maquette.engines import chosen
from maquette.engines import make as make_engine
from maquette.errors import InputError, ToolError
from maquette.lines import stickers
from maquette.packs import PLATFORMS
from maquette.packs.imessage import SIZES_PX
from maquette.pictures.opening import open_picture
from maquette.types import Picture

STICKERS, SIZE_PX = 24, 512
MOTIONS = ("bob", "spin")


@dataclass(frozen=True)
class Packed:
    """What packing one batch took and gave."""

    seconds: float
    processor_s: float
    zips: dict[str, bytes]
    mattes: Manifest
    runner: Runner


def main() -> int:
    """Take every figure; returns the exit status."""
    logging.disable(logging.CRITICAL)
    taken: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="maquette_bench_") as folder:
        for figure in figures(Path(folder), engine=_engine()):
            taken.append(figure)
            print(figure.line, flush=True)
    return 1 if any(figure.ok is False for figure in taken) else 0


def _engine() -> str:
    """What people run; plain shapes where its art is not at hand."""
    try:
        make_engine("composer", role="ImageGenerator").prepare()
    except Exception:
        return "stored"
    return "composer"


def figures(folder: Path, *, engine: str) -> Iterator[Figure]:
    """All of them, from two stores that know nothing of each other."""
    runs = [packed(folder / name, engine=engine) for name in ("one", "other")]
    load = "/".join(f"{n:.1f}" for n in os.getloadavg()[:2])
    cores = len(os.sched_getaffinity(0))
    times = ", ".join(f"{run.seconds:.1f}" for run in runs)
    note = f"{STICKERS} of {engine}, {cores} cores, load {load}; taken: {times}"
    # the first run pays for imports as well; the better one is less disturbed by others
    best = min(runs, key=lambda run: run.seconds)
    yield Figure("bundle_24_seconds", round(best.seconds, 2), "s", 20, note=note)
    busy = best.processor_s / best.seconds
    yield shown("bundle_24_cores_busy", round(busy, 2), f"of {cores} cores")
    same = bool(runs[0].zips) and runs[0].zips == runs[1].zips
    yield Figure("bundle_identical_bytes", float(same), "1 is yes", 1, sense="exactly")
    yield from _sizes(runs[0])


def packed(folder: Path, *, engine: str) -> Packed:
    """A batch made up to finished stickers, untimed; then packed, timed."""
    store = open_store(str(folder))
    data = upload_of(prompts_of(STICKERS), size_px=SIZE_PX)
    key = submit(store, line=stickers.LINE, name="bench.csv", data=data)
    batch = write_ticket(store, line=stickers.LINE, key=key)
    runner = Runner(store, LocalPlace(Host(store)), chosen({"ImageGenerator": engine}))
    sets = stickers.take_in(store, batch=batch)
    images = runner.run(stickers.draw, sets)
    mattes = runner.run(stickers.soften, images, runner.run(stickers.cut_out, images))
    cards = runner.run(stickers.stand, mattes)
    through = (stickers.package, stickers.inspect, stickers.portray)
    packages = runner.run_through(through, cards)
    before = _processor_s()
    with stopwatch() as watch:
        packs = stickers.pack(runner, stickers.fit(runner, mattes), mattes, cards, packages)
    zips = {
        row.item: checked_blob(store, ref)
        for row in packs.delivered
        for ref in row.objects
        if ref.key.endswith(".zip")
    }
    return Packed(watch[0], _processor_s() - before, zips, mattes, runner)


def _processor_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _sizes(run: Packed) -> Iterator[Figure]:
    """Every file held against its limit: the stills, two that move each way, and pure noise."""
    refs = [row.object("cutout") for row in run.mattes.delivered]
    arts = [open_picture(checked_blob(run.runner.store, ref), name="cutout") for ref in refs if ref]
    noise = np.random.default_rng(0).integers(0, 256, (600, 600, 4), dtype=np.uint8)
    tried = [(art, "still") for art in arts]
    tried += [(art, motion) for art in (arts[0], Picture(noise)) for motion in MOTIONS]
    files, large, refused = 0, 0, 0
    for name in PLATFORMS:
        for art, motion in tried:
            sizes = _file_sizes(name, art, motion=motion)
            files, refused = files + len(sizes), refused + (not sizes)
            large += sum(size > most for size, most in sizes)
    note = f"of {files}; {refused} were refused rather than written"
    yield Figure("oversized_files", large, "files", 0, note=note)


def _file_sizes(platform: str, art: Picture, *, motion: str) -> list[tuple[int, int]]:
    """Bytes and limit of each file that a platform gets; nothing where it was refused."""
    limits, fit = PLATFORMS[platform].limits, PLATFORMS[platform].fit
    try:
        made = fit(art, motion=motion).outputs[platform]
    except (InputError, ToolError):
        return []
    rules = limits.rules(moving=motion != "still")
    if made.suffix != "zip":
        return [(len(made.data), rules[0].most_bytes)]
    with zipfile.ZipFile(io.BytesIO(made.data)) as sizes:
        lengths = [sizes.getinfo(f"{size}.png").file_size for size in SIZES_PX]
    return [(n, rule.most_bytes) for n, rule in zip(lengths, rules, strict=True)]


if __name__ == "__main__":
    sys.exit(main())
