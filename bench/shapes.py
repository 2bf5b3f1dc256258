"""How few points and keys hold a mask: shapes, points and keys are printed beside every IoU.

    MAQUETTE_TESTDATA=FOLDER python -m bench.shapes

The clips are read from ``roto/davis/<clip>/masks`` in that folder; without it only the made
object is measured.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from bench.figures import Figure, shown, skipped, stopwatch
from maquette.pictures.opening import open_picture
from maquette.splines.contours import contours_of
from maquette.splines.curves import line_of
from maquette.splines.fitting import fit_contours
from maquette.splines.parts import worth_drawing
from maquette.splines.rasters import cover_of, cover_of_lines, iou
from maquette.splines.shots import Fitted, Wanted, fit_shot
from maquette.types import Floats

RIGID = ("blackswan", "car-shadow")
BENDING = ("camel", "breakdance", "dog")
POINTS = 32
POINTS_BENDING = 60
EVERY = 5  # frames of each clip that are fitted alone


def main() -> None:
    """Print every figure."""
    for figure in figures():
        print(figure.line, flush=True)


def figures() -> Iterator[Figure]:
    """All of them, one by one."""
    yield from still_and_moving()
    root = os.environ.get("MAQUETTE_TESTDATA")
    if not root:
        yield skipped("clips", "iou", bound=0.975, why="MAQUETTE_TESTDATA is not set")
        return
    clips = sorted((Path(root) / "roto" / "davis").iterdir())
    yield from single_frames(clips)
    for clip in clips:
        wanted = Wanted(points=POINTS_BENDING if clip.name in BENDING else POINTS)
        yield from whole_clip(clip, wanted)


def single_frames(clips: Sequence[Path]) -> Iterator[Figure]:
    """One frame at a time, the points of outline and holes together."""
    every: list[float] = []
    seconds: list[float] = []
    for clip in clips:
        for mask in masks_of(clip)[::EVERY]:
            with stopwatch() as took:
                contours = worth_drawing(contours_of(mask))
                curves = fit_contours(contours, points=POINTS)
            seconds += took
            size_wh = (mask.shape[1], mask.shape[0])
            drawn = cover_of_lines([line_of(curve, steps=16) for curve in curves], size_wh)
            every.append(iou(drawn, mask))
    note = f"{POINTS} points at most, {len(every)} frames of {len(clips)} clips"
    yield Figure("one_frame_iou", round(float(np.mean(every)), 4), "iou", 0.975, "at least", note)
    yield Figure("one_frame_iou_worst", round(min(every), 4), "iou", 0.93, "at least", note)
    yield shown("one_frame_s", round(float(np.mean(seconds)), 3), "s")


def whole_clip(clip: Path, wanted: Wanted) -> Iterator[Figure]:
    """A clip as an artist gets it."""
    masks = masks_of(clip)
    with stopwatch() as took:
        fitted = fit_shot(masks, wanted, name=clip.name, first_frame=1001)
    size_wh = (masks[0].shape[1], masks[0].shape[0])
    ious = [
        iou(cover_of(fitted.shapes, 1001 + place, size_wh=size_wh), mask)
        for place, mask in enumerate(masks)
    ]
    note = told(fitted)
    name = clip.name
    mean, worst = round(float(np.mean(ious)), 4), round(min(ious), 4)
    if name in RIGID:
        share = round(max(report.keys for report in fitted.reports) / len(masks), 3)
        yield Figure(f"{name}_iou_worst", worst, "iou", 0.95, "at least", note)
        yield Figure(f"{name}_keys", share, "share of frames", 0.15, note=note)
        yield Figure(f"{name}_shapes", len(fitted.shapes), "shapes", 2, note=note)
    elif name in BENDING:
        yield Figure(f"{name}_iou", mean, "iou", 0.93, "at least", note)
        yield Figure(f"{name}_shapes", len(fitted.shapes), "shapes", 12, note=note)
        most = max(report.points for report in fitted.frames)
        yield Figure(f"{name}_points", most, "points alive", 120, note=note)
        yield Figure(f"{name}_keys", most_keyed(fitted), "share of a shape's frames", 0.5)
    else:
        yield shown(f"{name}_iou", mean, "iou", note=note)
    yield shown(
        f"{name}_iou_{'mean' if name in RIGID else 'least'}",
        mean if name in RIGID else worst,
        "iou",
    )
    yield Figure(f"{name}_s", round(took[0] / len(masks), 3), "s per frame and object", 0.1)


def still_and_moving() -> Iterator[Figure]:
    """A made object: its edge trembles while it stands, then it moves 8 px a frame."""
    masks = list(made_masks(step_px=0.0, tremble_px=1.0))
    still = fit_shot(masks, name="still", first_frame=1)
    worst = max(report.chatter_px for report in still.reports)
    yield Figure("chatter", round(worst, 3), "px", 0.3, note=told(still))
    fitted = fit_shot(made_masks(step_px=8.0, tremble_px=0.0), name="moving", first_frame=1)
    size_wh = (masks[0].shape[1], masks[0].shape[0])
    covers = [
        cover_of(fitted.shapes, frame, size_wh=size_wh).sum(axis=0)
        for frame in range(1, len(masks) + 1)
    ]
    middles = [float(np.average(np.arange(len(cover)), weights=cover)) for cover in covers]
    path = np.array(middles) - 8.0 * np.arange(len(middles))
    lag = float(np.abs(path - np.median(path)).max())
    yield Figure("lag", round(lag, 3), "px", 0.5, note=told(fitted))


def made_masks(*, step_px: float, tremble_px: float) -> Iterator[Floats]:
    """A lobed object; its edge trembles anew on every frame."""
    chance = np.random.default_rng(7)
    y, x = np.mgrid[0:240, 0:640] + 0.5
    for frame in range(40):
        angle = np.arctan2(y - 120, x - 110 - step_px * frame)
        away = np.hypot(y - 120, x - 110 - step_px * frame)
        waves = chance.normal(0, tremble_px, (2, 24)) / np.sqrt(24)
        turns = np.arange(1, 25)[:, None, None] * angle
        noise = (waves[0][:, None, None] * np.cos(turns)).sum(axis=0)
        noise += (waves[1][:, None, None] * np.sin(turns)).sum(axis=0)
        yield (away < 70 + 14 * np.cos(3 * angle) + noise).astype(np.float32)


def most_keyed(fitted: Fitted) -> float:
    """The largest share of its own frames that any shape is keyed on, if it is keyed at all.

    A single key holds a shape where it is: that is no animation.
    """
    frames = [shape.seen[0][1] - shape.seen[0][0] + 1 for shape in fitted.shapes]
    shares = [len(s.keys) / n for s, n in zip(fitted.shapes, frames, strict=True) if s.keys[1:]]
    return round(max(shares), 3)


def told(fitted: Fitted) -> str:
    """Shapes, points and keys in words."""
    alive = max(report.points for report in fitted.frames)
    keys = ", ".join(
        f"{report.keys} keys and {len(shape.moves.frames)} of its motion x {report.points} points"
        for report, shape in zip(fitted.reports, fitted.shapes, strict=True)
    )
    return f"{len(fitted.shapes)} shapes, {alive} points alive at most: {keys}"


def masks_of(clip: Path) -> list[Floats]:
    """A clip's masks, in order."""
    files = sorted((clip / "masks").glob("*.png"))
    return [
        (open_picture(file.read_bytes(), name=file.name).rgba[..., 0] > 127).astype(np.float32)
        for file in files
    ]


if __name__ == "__main__":
    main()
