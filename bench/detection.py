"""Whether a word finds the thing it names: boxes of `ssd-coco` against DAVIS's hand-made masks.

For each clip the intersection over union of the truth's box with the best of the boxes given, and
with the surest one, over five of its frames; many people in a picture share one word, so the two
differ. ``--draw FOLDER`` keeps the pictures with the boxes in them.

    MAQUETTE_TESTDATA=… python -m bench.detection [--draw FOLDER]
"""

from __future__ import annotations

import argparse
import os
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from bench.figures import Figure, median, shown, skipped, spread_of, stopwatch
from maquette.engines import make
from maquette.engines.ssd_coco import Box, overlap
from maquette.roles import Detections, Detector
from maquette.types import Picture

# Development clips: what the engine looks for, and where, was chosen with them in view.
WORDS = {
    "blackswan": "swan",
    "breakdance": "dancer",
    "car-shadow": "car",
    "cows": "cow",
    "dog": "dog",
    "drift-straight": "car",
    "libby": "dog",
    "parkour": "man",
    "soapbox": "man",
}
STRANGER = ("camel", "camel")  # the clip and the word for what COCO does not have
FRAMES = (0, 8, 16, 24, 32)


@dataclass(frozen=True)
class Frame:
    """One frame, the box around the truth, and what was found."""

    rgba: np.ndarray
    truth: Box
    answer: Detections
    seconds: float

    @property
    def best(self) -> float:
        """How well the best of the boxes fits the truth; 0 where nothing was found."""
        return max((overlap(one.box_xyxy, self.truth) for one in self.answer.found), default=0.0)

    @property
    def surest(self) -> float:
        """The same for the box that comes first."""
        return next((overlap(one.box_xyxy, self.truth) for one in self.answer.found), 0.0)


def looked_at(engine: Detector, clip: Path, word: str) -> list[Frame]:
    """The clip's chosen frames, searched for the word."""
    return [_frame(engine, clip, f"{number:05d}", word) for number in FRAMES]


def _frame(engine: Detector, clip: Path, name: str, word: str) -> Frame:
    rgba = cv2.cvtColor(cv2.imread(str(clip / "frames" / f"{name}.jpg")), cv2.COLOR_BGR2RGBA)
    mask = cv2.imread(str(clip / "masks" / f"{name}.png"), cv2.IMREAD_GRAYSCALE)
    left, top, wide, high = cv2.boundingRect(mask)
    with stopwatch() as watch:
        answer = engine.detect(Picture(rgba), word)
    return Frame(rgba, (left, top, left + wide, top + high), answer, watch[0])


def figures(engine: Detector, davis: Path, drawn: Path | None) -> Iterator[Figure]:
    """A line per clip, then the means, the stranger and the time."""
    engine.detect(Picture(np.zeros((64, 64, 4), np.uint8)), "dog")  # loads the models, untimed
    taken: dict[str, list[Frame]] = {}
    for clip, word in WORDS.items():
        frames = taken[clip] = looked_at(engine, davis / clip, word)
        best = round(statistics.mean(frame.best for frame in frames), 2)
        note = f"{word!r}, {spread_of([frame.best for frame in frames])}"
        yield shown(f"detection_best_{clip}", best, "IoU", note=note)
        if drawn:
            draw(frames[0], drawn / f"{clip}.png")
    seen = [frame for frames in taken.values() for frame in frames]
    over = f"{len(seen)} frames of {len(taken)} clips"
    best, surest = (statistics.mean(values) for values in _fits(seen))
    yield shown("detection_best_mean", round(best, 3), "IoU", note=over)
    yield shown("detection_surest_mean", round(surest, 3), "IoU", note=over)
    found = statistics.mean(frame.best >= 0.5 for frame in seen)
    yield shown("detection_found_at_half", round(found, 3), "share of frames", note=over)
    yield shown("detection_seconds", median([frame.seconds for frame in seen]), "s a frame")
    yield _stranger(engine, davis)


def _fits(seen: list[Frame]) -> tuple[list[float], list[float]]:
    return [frame.best for frame in seen], [frame.surest for frame in seen]


def _stranger(engine: Detector, davis: Path) -> Figure:
    clip, word = STRANGER
    frame = _frame(engine, davis / clip, "00000", word)
    note = "; ".join(frame.answer.notes)
    return Figure(
        "detection_of_a_stranger", len(frame.answer.found), "boxes", 0, sense="exactly", note=note
    )


def draw(frame: Frame, path: Path) -> None:
    """The frame with the truth in white and what was found in orange, the surest thickest."""
    image = cv2.cvtColor(frame.rgba, cv2.COLOR_RGBA2BGR)
    _outline(image, frame.truth, (255, 255, 255), 1)
    for rank, one in enumerate(frame.answer.found):
        _outline(image, one.box_xyxy, (30, 140, 255), 1 if rank else 3)
        corner = (int(one.box_xyxy[0]) + 4, int(one.box_xyxy[1]) + 16)
        told = f"{one.label} {one.score:.2f}"
        cv2.putText(image, told, corner, cv2.FONT_HERSHEY_SIMPLEX, 0.5, (30, 140, 255), 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), image)


def _outline(image: np.ndarray, box: Box, colour: tuple[int, int, int], width_px: int) -> None:
    left, top, right, bottom = (round(edge) for edge in box)
    cv2.rectangle(image, (left, top), (right, bottom), colour, width_px)


def main() -> int:
    """Take every figure; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draw", type=Path, help="keep the first frames with their boxes here")
    asked = parser.parse_args()
    davis = Path(os.environ.get("MAQUETTE_TESTDATA", ""), "roto", "davis")
    if not davis.is_dir():
        why = "MAQUETTE_TESTDATA names no folder with roto/davis"
        print(skipped("detection_of_a_stranger", "boxes", bound=0, why=why).line)
        return 0
    taken: list[Figure] = []
    for figure in figures(make("ssd-coco", role="Detector"), davis, asked.draw):
        taken.append(figure)
        print(figure.line, flush=True)
    return 1 if any(figure.ok is False for figure in taken) else 0


if __name__ == "__main__":
    raise SystemExit(main())
