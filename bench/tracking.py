"""How well and how fast masks follow an object: J per clip, with the frames a second of that run.

``python -m bench.tracking`` prints one JSON line per clip and way, and one per way. It needs
MAQUETTE_TESTDATA, a folder that holds ``roto/davis/<clip>/{frames,masks}``. J is the intersection
over union of a mask with the true one, averaged over the frames of a clip whose mask was not
given, then over the clips. What belongs here: clips with truth. What does not: stills
(`bench.clicks`), the stages around a tracker.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import mean
from time import perf_counter, process_time
from typing import Any

import numpy as np
from PIL import Image

from bench.figures import Figure, shown, skipped
from maquette.engines import make
from maquette.roles import Prompts, Segmenter, Tracked, Tracker
from maquette.types import Bools, Mask, Picture

EVERY = 20  # frames from one given mask to the next


@dataclass(frozen=True)
class Way:
    """One way to track: with what, from which masks, and what it must reach."""

    segmenter: str
    every: int | None  # frames between given masks; None gives the first alone
    least_j: float | None
    least_fps: float | None
    boxed: bool = False  # the first mask is found in the box of the true one


WAYS = {
    "first": Way("mobile-sam", None, 0.80, 1.5),
    "every20": Way("mobile-sam", EVERY, 0.90, 1.5),
    "box": Way("mobile-sam", None, 0.75, 1.5, boxed=True),
    "none": Way("none", None, None, 15.0),
    "none_every20": Way("none", EVERY, None, None),
}


@dataclass(frozen=True)
class Run:
    """What one clip gave."""

    js: tuple[float, ...]  # of the frames whose mask was not given
    seconds: float
    cpu_seconds: float

    @property
    def note(self) -> str:
        """The speed of the same run: seconds suffer from what else runs, processor time less."""
        frames = len(self.js)
        fps, cpu_s = frames / self.seconds, self.cpu_seconds / frames
        return f"{fps:.2f} fps, {cpu_s:.2f} cpu s a frame, worst frame {min(self.js):.2f}"


class Frames(Sequence[Picture]):
    """A clip's frames, decoded when they are asked for."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths

    def __len__(self) -> int:
        return len(self._paths)

    def __getitem__(self, n: Any) -> Any:
        if isinstance(n, slice):
            return Frames(self._paths[n])
        return Picture(np.array(Image.open(self._paths[n]).convert("RGBA")))


def tracked(tracker: Tracker, clip: Path, *, way: Way) -> Run:
    """Follow a clip's object through spans between given masks, as the roto line does."""
    frames = Frames(sorted((clip / "frames").iterdir()))
    truth = [np.array(Image.open(path)) > 0 for path in sorted((clip / "masks").iterdir())]
    given = set(range(0, len(frames), way.every)) if way.every else {0}
    known = {n: truth[n] for n in given}
    if way.boxed:
        known = {0: in_box(frames[0], truth[0])}
    answers: dict[int, Tracked] = {}
    start, cpu_start = perf_counter(), process_time()
    for a, b in pairwise(sorted({*given, len(frames) - 1})):
        keys = {n - a: Mask(known[n]) for n in (a, b) if n in given}
        for n, answer in enumerate(tracker.track(frames[a : b + 1], keys), start=a):
            answers.setdefault(n, answer)
    taken, cpu_taken = perf_counter() - start, process_time() - cpu_start
    left = [n for n in range(len(frames)) if n not in given]
    js = tuple(overlap(answers[n].mask.inside, truth[n]) for n in left)
    return Run(js, taken, cpu_taken)


def in_box(picture: Picture, truth: Bools) -> Bools:
    """What MobileSAM finds in the box around the true mask."""
    rows, columns = np.nonzero(truth)
    box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    segmenter: Segmenter = make("mobile-sam", role="Segmenter")
    (sure,) = segmenter.segment([picture], [Prompts(boxes_xyxy=(tuple(map(float, box)),))])
    segmenter.close()
    return sure >= 0.5


def overlap(one: Bools, other: Bools) -> float:
    """J of one frame: 1 where both are empty."""
    union = np.count_nonzero(one | other)
    return float(np.count_nonzero(one & other) / union) if union else 1.0


def measure(name: str, clips: Sequence[Path]) -> Iterator[Figure]:
    """J of every clip, their mean, and the speed over all of them."""
    way = WAYS[name]
    figure = f"tracking.{name}"
    if not clips:
        why = "MAQUETTE_TESTDATA names no folder with roto/davis"
        yield skipped(f"{figure}.j", "J", bound=way.least_j or 0.0, why=why)
        return
    tracker: Tracker = make(
        "flow-snap", role="Tracker", settings={"segmenter": way.segmenter}
    )  # its nets are loaded within the first clip, as in real work
    runs: list[Run] = []
    for clip in clips:
        run = tracked(tracker, clip, way=way)
        runs.append(run)
        yield shown(f"{figure}.{clip.name}", round(mean(run.js), 3), "J", note=run.note)
    tracker.close()
    j = round(mean(mean(run.js) for run in runs), 3)
    note = f"mean of {len(clips)} clips"
    yield held(f"{figure}.j", j, "J", least=way.least_j, note=note)
    frames = sum(len(run.js) for run in runs)
    cpu_s = sum(run.cpu_seconds for run in runs) / frames
    fps = round(frames / sum(run.seconds for run in runs), 2)
    note = f"{cpu_s:.2f} cpu s a frame"
    yield held(f"{figure}.speed", fps, "fps", least=way.least_fps, note=note)


def held(figure: str, value: float, unit: str, *, least: float | None, note: str) -> Figure:
    """A figure that must reach a bound, or is only shown if it has none."""
    return Figure(figure, value, unit, least, "at least" if least else "shown", note)


def main() -> None:
    """Print the figures; the exit code says whether every bound holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--way", choices=WAYS, action="append", help="default: all")
    parser.add_argument("--clip", action="append", help="default: all")
    asked = parser.parse_args()
    davis = Path(os.environ.get("MAQUETTE_TESTDATA", "")) / "roto" / "davis"
    clips = sorted(path for path in davis.glob("*") if path.is_dir())
    clips = [clip for clip in clips if not asked.clip or clip.name in asked.clip]
    figures: list[Figure] = []
    for name in asked.way or WAYS:
        for figure in measure(name, clips):
            print(figure.line, flush=True)
            figures.append(figure)
    raise SystemExit(any(figure.ok is False for figure in figures))


if __name__ == "__main__":
    main()
