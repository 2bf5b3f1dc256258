"""What the motion line must reach: one JSON line per figure, missed ones first at the end.

    MAQUETTE_TESTDATA=FOLDER python -m bench.motion [--only ROW ...]

Filmed clips are read from ``roto/davis/<clip>/{frames,masks}`` in that folder; without it only
drawn clips and made solids are measured. Ends with status 1 if any bound is missed.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import mean

from bench import motion_truth
from bench.figures import Figure, shown, skipped
from bench.kills import fate, records, run
from bench.memory import watched
from bench.motion_clips import FILMED, FRAMES, drawn_cutouts, drawn_movie, filmed, footage
from bench.motion_tries import Try, tried

MOST_S, MOST_GB, LEAST_IOU = 30.0, 2.0, 0.93
DEADLINE_S = 300.0
KILLS = 6
RUN = "bench.motion_run"


def main() -> int:
    """Print every figure, or those of the rows that were asked for; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", choices=ROWS, default=list(ROWS))
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    taken: list[Figure] = []
    for row in asked.only:
        with tempfile.TemporaryDirectory(prefix="maquette_bench_") as folder:
            for figure in ROWS[row](Path(folder)):
                taken.append(figure)
                print(f"# {row}: {figure.line}  (load {os.getloadavg()[0]:.1f})", flush=True)
    for figure in sorted(taken, key=lambda one: one.ok is not False):
        print(figure.line)
    return 1 if any(figure.ok is False for figure in taken) else 0


def time_rows(folder: Path) -> Iterator[Figure]:
    """A movie without alpha, from the inbox to every output, by engines that load anew."""
    upload = drawn_movie(folder / "clip")
    arguments = [RUN, str(folder / "store"), str(upload)]
    watch = watched(arguments, deadline_s=DEADLINE_S)
    said = watch.answer
    slow = sorted(said["stage_seconds"].items(), key=lambda one: -one[1])[:6]
    note = f"{FRAMES} frames of 512 px, {len(said['files'])} files, {said['set_aside']} set aside; "
    note += f"{said['cpu_seconds']:.0f} s of processors; "
    note += ", ".join(f"{name} {took}" for name, took in slow)
    yield Figure("line_seconds", round(said["seconds"], 1), "s", MOST_S, note=note)
    yield Figure("line_peak_memory", round(watch.peak_gb, 2), "GB", MOST_GB)


def clip_rows(folder: Path) -> Iterator[Figure]:
    """Filmed clips, cut out beforehand and by the line itself."""
    for has_alpha, name in ((True, "given"), (False, "cut")):
        tries: list[Try] = []
        for clip_name in FILMED:
            clip = footage(clip_name)
            if clip is None:
                why = "MAQUETTE_TESTDATA names no folder with roto/davis"
                yield skipped(f"{clip_name}_{name}", "IoU", bound=LEAST_IOU, why=why)
                continue
            place = folder / name / clip_name
            one = tried(place, filmed(place / "clip", clip, has_alpha=has_alpha), clip)
            tries.append(one)
            yield _overlap(f"{clip_name}_{name}", one.to_cutouts, note=one.note)
        if tries:
            yield from _together(tries, name)


def _overlap(name: str, overlaps: Sequence[float], *, note: str) -> Figure:
    return shown(name, round(mean(overlaps), 4), "IoU", note=f"least {min(overlaps):.3f}; {note}")


def _together(tries: Sequence[Try], name: str) -> Iterator[Figure]:
    every = [value for one in tries for value in one.to_cutouts]
    note = f"{len(every)} frames of {len(tries)} clips; the mesh to the cut-outs it was made from"
    value = round(mean(every), 4)
    yield Figure(f"clips_{name}_iou", value, "IoU", LEAST_IOU, "at least", note)
    other = sum(one.other_faces for one in tries)
    yield Figure(f"clips_{name}_other_faces", other, "frames", 0, note=note.partition(";")[0])
    for measure in ("to_truth", "cutouts_to_truth"):
        every = [value for one in tries for value in getattr(one, measure)]
        yield shown(f"clips_{name}_{measure}", round(mean(every), 4), "IoU")


def kill_rows(folder: Path) -> Iterator[Figure]:
    """SIGKILL at several moments, then the line again."""
    upload = drawn_cutouts(folder / "clip")
    whole = run(folder / "whole", upload, by=RUN)
    every = records(folder / "whole").total()
    wrong: list[str] = []
    told: list[str] = []
    for n in range(1, KILLS + 1):
        at_record = round(n * every / (KILLS + 1))
        store, later_s = folder / f"killed-{n}", 0.4 * (n % 3)  # amid what takes long, too
        one = fate(store, upload, by=RUN, whole=whole, at_record=at_record, later_s=later_s)
        if one is None:
            wrong.append(f"kill {n} came too late")
            continue
        told.append(f"{one.stood.total()} stood, {one.worked.total()} made")
        if not one.is_right:
            wrong.append(f"kill {n}: {one.worked} instead of {one.wanted}, {one.differ} differ")
    note = f"of {KILLS}; {'; '.join([*told, *wrong])}"
    yield Figure("kills_after_which_more_was_made", len(wrong), "kills", 0, note=note)


def twice_rows(folder: Path) -> Iterator[Figure]:
    """The same clip in two processes and two stores."""
    for name, drawn in (("cutouts", drawn_cutouts), ("movie", drawn_movie)):
        upload = drawn(folder / name)
        first, second = (run(folder / f"{name}-{side}", upload, by=RUN)["files"] for side in "ab")
        differ = [n for n in sorted(first | second) if first.get(n) != second.get(n)]
        note = f"{len(first)} files" + (f"; not: {', '.join(differ[:5])}" if differ else "")
        yield Figure(f"same_{name}_twice", len(differ), "files that differ", 0, note=note)


def truth_rows(folder: Path) -> Iterator[Figure]:
    """Made solids whose shape is known on every frame."""
    del folder
    yield from motion_truth.figures()


ROWS: dict[str, Callable[[Path], Iterator[Figure]]] = {
    "time": time_rows,
    "truth": truth_rows,
    "clips": clip_rows,
    "kill": kill_rows,
    "twice": twice_rows,
}


if __name__ == "__main__":
    started = time.monotonic()
    status = main()
    print(f"# {time.monotonic() - started:.0f} s")
    sys.exit(status)
