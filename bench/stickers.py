"""What the sticker line must reach, measured: one JSON line per figure, worst first at the end.

    python -m bench.stickers [--full] [--only NAME]

Ends with status 1 if any bound is missed. Sides that are compared run in turns in this very
process, so that a busy machine is busy for both; the load average is told with each line. By
default it takes under ten minutes on two cores; ``--full`` adds a thousand stickers, fifty kills
and ``make demo`` on a fresh clone.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.cpu import cpu_ms
from bench.figures import Figure, median, shown, skipped, spread_of, stopwatch
from bench.hostile_batches import fates
from bench.memory import ROOT, Watched, watched
from bench.orders import prompts_of, upload_of
from bench.plain_loop import plain_loop
from bench.through_dagster import Bench, Ran
from maquette.batch.records import checked_blob
from maquette.engines import make as make_engine
from maquette.formats.usd_rules import faults

PAIRS = 2
STORED_ITEMS, COMPOSER_ITEMS, SIZE_PX = 256, 64, 512


@dataclass(frozen=True)
class Pair:
    """Both sides of one comparison, in seconds: on the clock, and of processors."""

    ours: float
    ours_cpu: float
    plain: float
    plain_cpu: float


def main() -> int:
    """Take every figure that is asked for; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="a thousand stickers, 50 kills, demo")
    parser.add_argument("--only", choices=sorted(BENCHES), help="one group of figures")
    asked = parser.parse_args()
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    taken: list[Figure] = []
    for name, bench in BENCHES.items():
        if asked.only in (None, name):
            with tempfile.TemporaryDirectory(prefix="maquette_bench_") as folder:
                for figure in bench(Path(folder), full=asked.full):
                    taken.append(figure)
                    print(f"# {name}: {figure.line}  ({_weather(folder)})", flush=True)
    for figure in sorted(taken, key=lambda one: one.ok is not False):
        print(figure.line)
    return 1 if any(figure.ok is False for figure in taken) else 0


def _weather(folder: str) -> str:
    """How busy the machine is: what others do may slow one side more than the other."""
    path = Path(folder, "synced")
    times: list[float] = []
    for _ in range(5):
        with stopwatch() as seconds, path.open("wb") as file:
            file.write(bytes(50_000))
            file.flush()
            os.fsync(file.fileno())
        times += seconds
    load = os.getloadavg()[0]
    return f"load {load:.1f}, a synced write {statistics.median(times) * 1000:.1f} ms"


def overhead(folder: Path, *, full: bool) -> Iterator[Figure]:
    """Dagster against a plain loop, on pictures that cost nothing; then the same batch again."""
    del full
    bench, batch, costs = _compared(folder, engine="stored", count=STORED_ITEMS, pairs=PAIRS)
    extra = [(pair.ours - pair.plain) * 1000 / STORED_ITEMS for pair in costs]
    note = spread_of(extra, digits=1)
    yield Figure("overhead_ms_per_item", median(extra, digits=1), "ms", 25, note=note)
    extra_cpu = [(pair.ours_cpu - pair.plain_cpu) * 1000 / STORED_ITEMS for pair in costs]
    yield shown("overhead_cpu_ms_per_item", median(extra_cpu, digits=1), "ms of processor time")
    ratios = [pair.plain / pair.ours for pair in costs]
    yield shown("rate_ratio_stored", median(ratios), "of the loop's rate")
    runs, shares = _share_of(bench, batch, first_s=_first_s(costs))
    yield shown("second_run_share_stored", median(shares), "of the first", note=spread_of(shares))
    yield shown("second_run_seconds_stored", median([run.seconds for run in runs]), "s")
    sent = sum(sum(run.engine_items.values()) for run in runs)
    yield Figure("engines_loaded_on_second_run", sent, "items sent", 0, sense="exactly")
    yield from _differing(bench)
    bench.close()


def composer(folder: Path, *, full: bool) -> Iterator[Figure]:
    """The same with pictures that are composed, which is what people run."""
    try:
        make_engine("composer", role="ImageGenerator").prepare()
    except Exception as trouble:
        why = f"the composer cannot be used: {trouble}"
        yield skipped("rate_ratio_composer", "of the loop's rate", bound=0.9, why=why)
        return
    count = STORED_ITEMS if full else COMPOSER_ITEMS
    bench, batch, costs = _compared(folder, engine="composer", count=count, pairs=1)
    ratios = [pair.plain / pair.ours for pair in costs]
    cpu_ratios = [pair.plain_cpu / pair.ours_cpu for pair in costs]
    yield shown("cpu_ratio_composer", median(cpu_ratios), "of the loop's processor time")
    yield Figure(
        "rate_ratio_composer",
        median(ratios),
        "of the loop's rate",
        0.90,
        sense="at least",
        note=f"{count} items; goal 0.95; {spread_of(ratios)}",
    )
    if full:  # what a run costs at all would be most of it for fewer
        _, shares = _share_of(bench, batch, first_s=_first_s(costs))
        share = median(shares)
        yield Figure("second_run_share", share, "of the first", 0.03, note=spread_of(shares))
    bench.close()


def _compared(
    folder: Path, *, engine: str, count: int, pairs: int
) -> tuple[Bench, str, list[Pair]]:
    """Both sides in turns, each pair begun by the other side."""
    _warm_up(folder / "warm", engine=engine)
    upload = upload_of(prompts_of(count), size_px=SIZE_PX)
    costs: list[Pair] = []
    for pair in range(pairs):
        bench = Bench(folder / f"dagster-{pair}", engine=engine)
        batch = bench.put(upload)
        sides: dict[str, Callable[[], float]] = {
            "ours": lambda b=bench, k=batch: _sound(b, k),
            "plain": lambda p=pair: plain_loop(upload, folder / f"plain-{p}", engine=engine),
        }
        order = ["ours", "plain"] if pair % 2 == 0 else ["plain", "ours"]
        taken = {name: _with_cpu(sides[name]) for name in order}
        costs.append(Pair(*taken["ours"], *taken["plain"]))
    return bench, batch, costs


def _with_cpu(side: Callable[[], float]) -> tuple[float, float]:
    """The seconds a side says it took, and the processor time of all its threads."""
    start = time.process_time()
    return side(), time.process_time() - start


def _first_s(costs: Sequence[Pair]) -> float:
    return statistics.median(pair.ours for pair in costs)


def _warm_up(folder: Path, *, engine: str) -> None:
    """Imports, first calls and the creation of tables are nobody's cost per item."""
    upload = upload_of(prompts_of(4), size_px=SIZE_PX)
    bench = Bench(folder, engine=engine)
    _sound(bench, bench.put(upload))
    bench.close()
    plain_loop(upload, folder / "plain", engine=engine)


def _sound(bench: Bench, batch: str) -> float:
    ran = bench.run(batch)
    assert ran.success, ran.error
    return ran.seconds


def _share_of(bench: Bench, batch: str, *, first_s: float) -> tuple[list[Ran], list[float]]:
    """The same batch three times more: the runs, and their shares of the first one's time."""
    runs = [bench.run(batch) for _ in range(3)]
    return runs, [run.seconds / first_s for run in runs]


def _differing(bench: Bench) -> Iterator[Figure]:
    """One prompt changed, then a row inserted above all others."""
    changed = prompts_of(STORED_ITEMS, changed=[STORED_ITEMS // 2])
    inserted = ["a wise turtle", *changed]
    for name, prompts in (("one_change", changed), ("insert", inserted)):
        ran = bench.run(bench.put(upload_of(prompts, size_px=SIZE_PX)))
        made = {asset: ran.made(asset) for asset in ("sticker_images", "sticker_usdz")}
        note = ", ".join(f"{asset} {n}" for asset, n in made.items())
        figure = f"items_made_after_{name}"
        yield Figure(figure, max(made.values()), "items", 1, sense="exactly", note=note)


def size(folder: Path, *, full: bool) -> Iterator[Figure]:
    """A large batch against one of a hundred: memory of the whole tree, and time per item."""
    if not full:
        yield skipped("items_1000_peak_memory", "GB", bound=2.0, why="needs --full: four minutes")
        return
    count = 1000
    small = _in_own_process(folder / "small", count=100)
    large = _in_own_process(folder / "large", count=count)
    name = f"items_{count}"
    yield Figure(f"{name}_peak_memory", round(large.peak_gb, 2), "GB", 2.0)
    # one decoded picture of this size is 1 MB: whoever held any of each item would show here
    growth_mb = (large.peak_gb - small.peak_gb) * 1000 / (count - 100)
    yield Figure(f"{name}_memory_per_more_item", round(growth_mb, 2), "MB", 1.0)
    per_item = [run.answer["seconds"] / n for run, n in ((small, 100), (large, count))]
    yield Figure(
        f"{name}_time_per_item_against_100",
        round(per_item[1] / per_item[0], 3),
        "of that at 100",
        1.10,
        note=f"{per_item[0] * 1000:.0f} and {per_item[1] * 1000:.0f} ms",
    )
    again = _in_own_process(folder / "large", count=count)
    share = again.answer["seconds"] / large.answer["seconds"]
    yield Figure(f"{name}_second_run_share", round(share, 4), "of the first", 0.03)


def packages(folder: Path, *, full: bool) -> Iterator[Figure]:
    """A hundred packages held to every rule; the same batch made by another process."""
    del full
    runs = [_in_own_process(folder / side, count=100) for side in ("one", "other")]
    bench = Bench(folder / "one", engine="stored")
    manifest = bench.manifest("sticker_usdz", runs[0].answer["batch"])
    passed = 0
    for row in manifest.delivered:
        ref = row.object("usdz")
        assert ref is not None
        passed += not faults(checked_blob(bench.store, ref))
    bench.close()
    yield Figure("usdz_pass_rate", passed / len(manifest.rows), "of 100", 1.0, sense="exactly")
    same = runs[0].answer["usdz"] == runs[1].answer["usdz"]
    yield Figure("usdz_identical_bytes", float(same), "1 is yes", 1, sense="exactly")


def _in_own_process(folder: Path, *, count: int) -> Watched:
    arguments = ["bench.one_batch", str(folder), "--count", str(count), "--size-px", str(SIZE_PX)]
    run = watched(arguments, deadline_s=1800)
    assert run.answer["success"], run.answer["error"]
    return run


def cpu(folder: Path, *, full: bool) -> Iterator[Figure]:
    """Processor time of one sticker at 1024 px, on one thread."""
    del folder
    os.environ["OMP_NUM_THREADS"] = "1"
    import cv2

    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    matter = make_engine("guided", role="Matter")
    taken = cpu_ms(size_px=1024, stickers=40 if full else 15, matter=matter)
    cv2.setNumThreads(threads)
    parts = ", ".join(f"{name} {value:g}" for name, value in taken.items() if name != "total")
    yield Figure("cpu_ms_per_sticker_1024", taken["total"], "ms", 300, note=parts)
    for name in ("preview", "checks"):
        yield shown(f"cpu_ms_{name}_1024", taken[name], "ms")


def hostile(folder: Path, *, full: bool) -> Iterator[Figure]:
    """Damaged and hostile uploads: none crashes a batch, every one is told by a code."""
    del full
    found = fates(folder)
    coded = [fate for fate in found if fate.codes]
    crashed = [fate for fate in found if fate.crashed]
    harmless = len(found) - len(coded) - len(crashed)
    yield Figure(
        "hostile_inputs_with_code",
        len(coded),
        "inputs",
        200,
        sense="at least",
        note=f"of {len(found)}; {harmless} did no harm and were delivered",
    )
    names = "; ".join(f"{fate.name[:40]}: {fate.crashed[:60]}" for fate in crashed[:5])
    yield Figure("hostile_inputs_that_crashed", len(crashed), "inputs", 0, note=ascii(names))


def kills(folder: Path, *, full: bool) -> Iterator[Figure]:
    """SIGKILL at every write and at random moments, then the line again."""
    count = 50 if full else 10
    for what, name in (("boundaries", "kills_at_every_write"), (str(count), "kills_at_random")):
        place = folder / what
        place.mkdir()
        run = subprocess.run(
            [sys.executable, "-m", "tests.batch.kills", str(place), what],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "POLARS_MAX_THREADS": "1"},
            capture_output=True,
            text=True,
            timeout=900,
            check=True,
        )
        report: dict[str, str] = json.loads(run.stdout)
        wrong = [f"{moment}: {words}" for moment, words in report.items() if words]
        note = f"of {len(report)} kills; {'; '.join(wrong[:3])}"
        yield Figure(f"{name}_that_changed_the_end", len(wrong), "kills", 0, note=note)


def imports(folder: Path, *, full: bool) -> Iterator[Figure]:
    """Importing the definitions, as every step process does."""
    del folder, full
    code = (
        "import sys, time; s = time.perf_counter(); import pipeline_assets.definitions as d; "
        "d.definitions; heavy = [m for m in ('torch', 'onnxruntime', 'cv2', 'pxr') "
        "if m in sys.modules]; print(time.perf_counter() - s, *heavy)"
    )
    answers = [
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for _ in range(5)
    ]
    seconds = [float(answer[0]) for answer in answers]
    yield Figure(
        "import_definitions_seconds", median(seconds, digits=2), "s", 3.0, note=spread_of(seconds)
    )
    heavy = sorted({name for answer in answers for name in answer[1:]})
    yield Figure("heavy_modules_imported", len(heavy), "modules", 0, note=", ".join(heavy))


def demo(folder: Path, *, full: bool) -> Iterator[Figure]:
    """``make demo`` in a fresh clone with empty caches, and again."""
    if not full:
        yield skipped("demo_seconds", "s", bound=180, why="needs --full: a clone and its set-up")
        return
    clone = folder / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True, timeout=60)
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("MAQUETTE_", "DAGSTER_"))}
    own: dict[str, Any] = {
        **kept,
        "MAQUETTE_SHELF": str(folder / "shelf"),
        "UV_CACHE_DIR": str(folder / "uv"),
        "PIP_CACHE_DIR": str(folder / "pip"),
        "npm_config_cache": str(folder / "npm"),
    }
    outputs: list[str] = []
    for name, bound in (("demo_seconds", 180), ("demo_again_seconds", 25)):
        with stopwatch() as seconds:
            run = subprocess.run(
                ["make", "demo"],
                cwd=clone,
                env=own,
                capture_output=True,
                text=True,
                timeout=900,
                check=False,
            )
        assert run.returncode == 0, run.stderr[-2000:]
        outputs.append(run.stdout)
        yield Figure(name, round(seconds[0], 1), "s", bound)
    made = sum(" made" in line for line in outputs[1].splitlines() if line.startswith("│"))
    yield Figure("demo_again_items_made", made, "items", 0, sense="exactly")
    shutil.rmtree(clone, ignore_errors=True)


BENCHES: dict[str, Callable[..., Iterator[Figure]]] = {
    "imports": imports,
    "cpu": cpu,
    "overhead": overhead,
    "composer": composer,
    "packages": packages,
    "size": size,
    "hostile": hostile,
    "kills": kills,
    "demo": demo,
}


if __name__ == "__main__":
    started = time.monotonic()
    status = main()
    print(f"# {time.monotonic() - started:.0f} s")
    sys.exit(status)
