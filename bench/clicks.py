"""One click to a mask: seconds for the first and for the next one on the same frame, and how good.

``python -m bench.clicks`` prints one JSON line per figure. With MAQUETTE_TESTDATA naming a folder
that holds ``roto/davis/<clip>/{frames,masks}`` it also prints the IoU of one box, taken from the
true mask, on the first frame of every clip. What belongs here: stills. What does not: tracking
(`bench.tracking`).
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import mean

import numpy as np
from PIL import Image

from bench.figures import Figure, median, shown, skipped, spread_of, stopwatch
from maquette.engines import make
from maquette.roles import Prompts, Segmenter
from maquette.types import Bools, Picture

ENGINES = ("mobile-sam", "sam2-onnx", "grabcut")
SIZE_WH = (854, 480)
ROUNDS = 5
# engine -> seconds for the first click, for the second, and the mean IoU of a box
BOUNDS = {"mobile-sam": (2.0, 0.3, 0.85)}


def drawn(number: int) -> Picture:
    """A 480p picture of its own: a disc before a slope, with grain."""
    dice = np.random.default_rng(number)
    y, x = np.mgrid[: SIZE_WH[1], : SIZE_WH[0]]
    rgb = np.stack([x / 4, y / 3, (x + y) / 8], axis=-1)
    rgb[np.hypot(x - 427, y - 240) < 120] = (220, 90, 40)
    rgb = np.clip(rgb + dice.normal(0, 6, rgb.shape), 0, 255).astype(np.uint8)
    return Picture(np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)]))


def measure_clicks(engine: Segmenter, name: str) -> Iterator[Figure]:
    """The first and the second click on frames not seen before, and the very first of all."""
    first_click = Prompts(((427.0, 240.0),), (1,))
    second_click = Prompts(((427.0, 240.0), (60.0, 60.0)), (1, 0))
    with stopwatch() as held:
        engine.segment([drawn(0)], [first_click])
    yield shown(f"clicks.{name}.cold", round(held[0], 3), "s", note="loads the nets as well")
    taken: dict[str, list[float]] = {"first": [], "second": []}
    for number in range(1, ROUNDS + 1):
        frame = drawn(number)
        for which, click in (("first", first_click), ("second", second_click)):
            with stopwatch() as held:
                engine.segment([frame], [click])
            taken[which].append(held[0])
    for which, bound in zip(taken, BOUNDS.get(name, (None, None, None)), strict=False):
        figure, note = f"clicks.{name}.{which}", spread_of(taken[which])
        yield held_to_bound(Figure(figure, median(taken[which]), "s", bound, note=note))


def measure_boxes(engine: Segmenter, name: str, clips: list[Path]) -> Figure:
    """The IoU of one true box on each clip's first frame."""
    figure, bound = f"clicks.{name}.box_iou", BOUNDS.get(name, (None, None, None))[2]
    if not clips:
        why = "MAQUETTE_TESTDATA names no folder with roto/davis"
        return skipped(figure, "IoU", bound=bound or 0.0, why=why)
    found: dict[str, float] = {}
    for clip in clips:
        frame, truth = first_frame(clip)
        y, x = np.nonzero(truth)
        box = (float(x.min()), float(y.min()), float(x.max() + 1), float(y.max() + 1))
        (map_,) = engine.segment([frame], [Prompts(boxes_xyxy=(box,))])
        inside = map_ > 0.5
        found[clip.name] = float((inside & truth).sum() / (inside | truth).sum())
    note = ", ".join(f"{clip} {value:.2f}" for clip, value in found.items())
    value = round(mean(found.values()), 3)
    return held_to_bound(Figure(figure, value, "IoU", bound, "at least", note))


def held_to_bound(figure: Figure) -> Figure:
    """The figure, only shown if it has no bound."""
    return figure if figure.bound is not None else replace(figure, sense="shown")


def first_frame(clip: Path) -> tuple[Picture, Bools]:
    """A clip's first frame and its true mask."""
    frame, mask = (sorted((clip / part).iterdir())[0] for part in ("frames", "masks"))
    return Picture(np.array(Image.open(frame).convert("RGBA"))), np.array(Image.open(mask)) > 0


def main() -> None:
    """Print the figures; the exit code says whether every bound holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=ENGINES, action="append", help="default: mobile-sam")
    asked = parser.parse_args().engine or ["mobile-sam"]
    davis = Path(os.environ.get("MAQUETTE_TESTDATA", "")) / "roto" / "davis"
    clips = sorted(path for path in davis.glob("*") if path.is_dir())
    figures: list[Figure] = []
    for name in asked:
        engine = make(name, role="Segmenter")
        for figure in (*measure_clicks(engine, name), measure_boxes(engine, name, clips)):
            print(figure.line, flush=True)
            figures.append(figure)
        engine.close()
    raise SystemExit(any(figure.ok is False for figure in figures))


if __name__ == "__main__":
    main()
