"""What the roto line must reach, measured: one JSON line per figure, missed ones first at the end.

    MAQUETTE_TESTDATA=FOLDER python -m bench.roto [--full] [--only NAME]

Ends with status 1 if any bound is missed. What needs clips with known answers is reported as
skipped without them. By default it takes under ten minutes on two cores; ``--full`` adds the ways
of tracking that take as long again, and a shot of 300 frames in 4K.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median as middle_of

from bench import clicks as click_bench
from bench import detection as detection_bench
from bench import mattes as matte_bench
from bench import tracking as tracking_bench
from bench.corrections import corrections
from bench.figures import Figure, skipped
from bench.memory import watched
from maquette.engines import make

LARGE_FRAMES, LARGE_GB, FLAT = 300, 3.0, 1.05
LARGE_DEADLINE_S = 2400


def main() -> int:
    """Take every figure that is asked for; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="every way of tracking, and 4K")
    parser.add_argument("--only", choices=sorted(BENCHES), help="one group of figures")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    taken: list[Figure] = []
    for name, bench in BENCHES.items():
        if asked.only in (None, name):
            for figure in bench(full=asked.full or asked.only is not None):
                taken.append(figure)
                print(f"# {name}: {figure.line}  (load {os.getloadavg()[0]:.1f})", flush=True)
    for figure in sorted(taken, key=lambda one: one.ok is not False):
        print(figure.line)
    return 1 if any(figure.ok is False for figure in taken) else 0


def _data() -> Path:
    return Path(os.environ.get("MAQUETTE_TESTDATA", ""))


def _clips() -> list[Path]:
    return sorted(path for path in (_data() / "roto" / "davis").glob("*") if path.is_dir())


def tracking(*, full: bool) -> Iterator[Figure]:
    """From a mask on the first frame, with the segmenter and without."""
    del full
    for way in ("first", "none"):
        yield from tracking_bench.measure(way, _clips())


def more_tracking(*, full: bool) -> Iterator[Figure]:
    """From a mask every twentieth frame, and from a box."""
    for way in ("every20", "box"):
        if full:
            yield from tracking_bench.measure(way, _clips())
        else:
            bound = tracking_bench.WAYS[way].least_j or 0.0
            yield skipped(f"tracking.{way}.j", "J", bound=bound, why="needs --full: minutes")


def clicks(*, full: bool) -> Iterator[Figure]:
    """One click to a mask, and the next one on the same frame."""
    del full
    engine = make("mobile-sam", role="Segmenter")
    yield from click_bench.measure_clicks(engine, "mobile-sam")
    engine.close()


def mattes(*, full: bool) -> Iterator[Figure]:
    """Soft edges against known ones, and how steady they are."""
    del full
    if (_data() / "mattes").is_dir():
        yield from matte_bench.truth_figures(_data(), edge_px=12)
    else:
        why = "MAQUETTE_TESTDATA names no folder with mattes"
        yield skipped("closed-form: error on the lemur", "share", bound=0.5, why=why)
    yield from matte_bench.time_figures()


def detection(*, full: bool) -> Iterator[Figure]:
    """Words to boxes."""
    del full
    if not _clips():
        why = "MAQUETTE_TESTDATA names no folder with roto/davis"
        yield skipped("detection", "IoU", bound=0.0, why=why)
        return
    engine = make("ssd-coco", role="Detector")
    yield from detection_bench.figures(engine, _data() / "roto" / "davis", None)
    engine.close()


def correcting(*, full: bool) -> Iterator[Figure]:
    """What one more key on a shot of a hundred frames makes anew."""
    del full
    with tempfile.TemporaryDirectory(prefix="maquette_bench_") as folder:
        yield from corrections(Path(folder))


def large(*, full: bool) -> Iterator[Figure]:
    """Memory of a 4K shot: peak, and whether it grows after the twentieth frame."""
    if not full:
        why = "needs --full: a quarter of an hour"
        yield skipped("large_shot_peak_memory", "GB", bound=LARGE_GB, why=why)
        return
    with tempfile.TemporaryDirectory(prefix="maquette_bench_") as folder:
        arguments = ["bench.large_shot", f"{folder}/shot", "--frames", str(LARGE_FRAMES)]
        run = watched(arguments, deadline_s=LARGE_DEADLINE_S)
    yield Figure("large_shot_peak_memory", round(run.peak_gb, 2), "GB", LARGE_GB)
    for stage, held in run.answer["held_mb"].items():
        early, late = middle_of(held[20:60]), middle_of(held[-40:])
        note = f"{early:.0f} MB at frames 20 to 60, {late:.0f} MB at the end; "
        note += f"{run.answer['seconds'][stage] / LARGE_FRAMES:.2f} s a frame"
        yield Figure(f"large_shot_{stage}_growth", round(late / early, 3), "times", FLAT, note=note)


BENCHES: dict[str, Callable[..., Iterator[Figure]]] = {
    "clicks": clicks,
    "correcting": correcting,
    "mattes": mattes,
    "detection": detection,
    "tracking": tracking,
    "more_tracking": more_tracking,
    "large": large,
}


if __name__ == "__main__":
    started = time.monotonic()
    status = main()
    print(f"# {time.monotonic() - started:.0f} s")
    sys.exit(status)
