"""How near mattes come to the truth, how fast, and how steady they are over time.

Measured on a furred animal with a known alpha and on exact composites of it over other plates,
where the folder of test data is given; on a drawn, moving disc for what happens over time. One
JSON line per figure.

    python -m bench.mattes [--data FOLDER] [--edge-px 12]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import mean

import cv2
import numpy as np

from bench.figures import Figure, median, shown, skipped, spread_of, stopwatch
from maquette.engines import closed_form, guided
from maquette.pictures.foregrounds import foreground
from maquette.roles import Matter
from maquette.types import Floats, Mask, Matte, Picture
from maquette.video.steadying import steady

SHARE = 0.5  # of the hard mask's error that a matte may keep
S_PER_MP = 1.5
PLATES = ("cows", "blackswan", "dog", "parkour")  # clips whose sixth frame is a backdrop
LARGE_WH = (3840, 2160)
STILL_SHARE, LAG_PX = 0.75, 0.1


def main(arguments: Sequence[str] | None = None) -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="a folder with mattes/lemur and roto/davis")
    parser.add_argument("--edge-px", type=int, default=12)
    given = parser.parse_args(arguments)
    if given.data is None:
        why = "no --data folder"
        print(skipped("closed-form: error on the lemur", "share", bound=SHARE, why=why).line)
    else:
        for figure in truth_figures(given.data, edge_px=given.edge_px):
            print(figure.line, flush=True)
    for figure in time_figures():
        print(figure.line, flush=True)


def truth_figures(data: Path, *, edge_px: int) -> Iterator[Figure]:
    """Errors against the known alpha, as shares of the hard mask's, and seconds a megapixel."""
    shots, alpha, fore = composites(data)
    mask = Mask(alpha > 0.5)
    hard = _off(mask.inside.astype(np.float32), alpha)
    yield shown("hard mask: sum of absolute differences", round(hard), "px")
    for matter in (closed_form.make(), guided.make()):
        name = matter.info.name
        wrong = {
            shot: _off(matter.refine(picture, mask, edge_px=edge_px).alpha, alpha)
            for shot, picture in shots.items()
        }
        told = ", ".join(f"{shot} {round(sad)}" for shot, sad in wrong.items())
        share = round(wrong.pop("lemur") / hard, 3)
        yield _error(f"{name}: error on the lemur", share, note="")
        others = round(mean(wrong.values()) / hard, 3)
        yield _error(f"{name}: error on exact composites", others, note=told)
        yield from _speed(matter, shots["lemur"], mask, edge_px=edge_px)
    yield from _colour_figures(shots, alpha, fore)


def _error(figure: str, share: float, *, note: str) -> Figure:
    """Only the closed form is held to a bound: the guided filter is there for comparison."""
    if figure.startswith("guided"):
        return shown(figure, share, "share", note=note)
    return Figure(figure, share, "share", SHARE, note=note)


def composites(data: Path) -> tuple[dict[str, Picture], Floats, Floats]:
    """The lemur as it was shot and over other plates; its alpha; its colours in 0..1."""
    folder = data / "mattes" / "lemur"
    alpha = _read(folder / "lemur_alpha.png", cv2.IMREAD_GRAYSCALE).astype(np.float32) / 255
    fore = _read(folder / "lemur_foreground.png").astype(np.float32)
    shots = {"lemur": _picture(_read(folder / "lemur.png"))}
    height, width = alpha.shape
    for clip in PLATES:
        frame = sorted((data / "roto" / "davis" / clip / "frames").iterdir())[5]
        plate = _read(frame)[20 : 20 + height, 50 : 50 + width]
        cover = alpha[..., None]
        shots[clip] = _picture(np.rint(fore * cover + plate * (1 - cover)).astype(np.uint8))
    return shots, alpha, fore[..., ::-1] / 255


def _speed(matter: Matter, picture: Picture, mask: Mask, *, edge_px: int) -> Iterator[Figure]:
    name, megapixels = matter.info.name, mask.inside.size / 1e6
    taken = _seconds(lambda: matter.refine(picture, mask, edge_px=edge_px), times=5)
    per_mp = [t / megapixels for t in taken]
    yield Figure(f"{name}: time", median(per_mp), "s/MP", S_PER_MP, note=spread_of(per_mp))
    large = Picture(cv2.resize(picture.rgba, LARGE_WH, interpolation=cv2.INTER_CUBIC))
    inside = cv2.resize(mask.inside.astype(np.uint8), LARGE_WH) > 0
    taken = _seconds(lambda: matter.refine(large, Mask(inside), edge_px=2 * edge_px), times=3)
    yield shown(f"{name}: one 4K frame", median(taken), "s", note=spread_of(taken))


def _colour_figures(shots: dict[str, Picture], alpha: Floats, fore: Floats) -> Iterator[Figure]:
    """How much of the backdrop's colour stays along the edge, as visible as the subject is."""
    edge = (alpha > 0) & (alpha < 1)
    kept, taken = [], []
    for picture in shots.values():
        seen = picture.rgba[..., :3].astype(np.float32) / np.float32(255)
        with stopwatch() as seconds:
            found = foreground(seen, alpha)
        taken.append(seconds[0] / (alpha.size / 1e6))
        before, after = (np.abs(c - fore) * alpha[..., None] for c in (seen, found))
        kept.append(float(after[edge].mean() / before[edge].mean()))
    yield Figure("foreground: backdrop left in the edge", round(mean(kept), 3), "share", SHARE)
    yield shown("foreground: time", median(taken), "s/MP", note=spread_of(taken))


def time_figures(*, step_px: float = 3.3, noise: float = 0.08) -> Iterator[Figure]:
    """Flicker and lag on a disc that moves under a noisy matte, given and steadied."""
    shots = list(moving_disc(step_px, noise=noise))
    with stopwatch() as seconds:
        steadied = list(steady((picture, matte) for picture, matte, _ in shots))
    inner = slice(1, -1)  # the ends come back as they are
    truths = [truth for _, _, truth in shots][inner]
    given = [matte.alpha for _, matte, _ in shots][inner]
    after = [matte.alpha for matte in steadied][inner]
    share = round(_flicker(after, truths) / _flicker(given, truths), 3)
    note = (
        f"alpha's error varies by {_flicker(given, truths):.4f}, then {_flicker(after, truths):.4f}"
    )
    yield Figure("steadied: flicker along a moving edge", share, "share", STILL_SHARE, note=note)
    behind = abs(_behind_px(after, truths) - _behind_px(given, truths))
    note = (
        f"the edge moves {step_px} px a frame; a running mean lags {_running_lag_px(shots):.2f} px"
    )
    yield Figure("steadied: lag of a moving edge", round(behind, 3), "px", LAG_PX, note=note)
    megapixels = len(shots) * truths[0].size / 1e6
    yield shown("steadied: time", round(seconds[0] / megapixels, 3), "s/MP")


def moving_disc(
    step_px: float, *, noise: float, frames: int = 12, size_px: int = 240
) -> Iterator[tuple[Picture, Matte, Floats]]:
    """Picture, matte with noise along its edge, and true alpha, frame by frame."""
    rng = np.random.default_rng(0)
    subject, plate = (_blots(rng, size_px, low=low) for low in (100, 10))
    rows, columns = np.mgrid[:size_px, :size_px] + 0.5
    for n in range(frames):
        away_px = np.hypot(columns - 0.35 * size_px - step_px * n, rows - size_px / 2)
        truth = np.clip((0.22 * size_px - away_px) / 6 + 0.5, 0, 1).astype(np.float32)
        shift = np.array([[1, 0, step_px * n], [0, 1, 0]], np.float32)
        moved = cv2.warpAffine(subject, shift, (size_px, size_px), borderMode=cv2.BORDER_WRAP)
        rgb = moved * truth[..., None] + plate * (1 - truth[..., None])
        rgb = np.clip(rgb + rng.normal(0, 2, rgb.shape), 0, 255).astype(np.uint8)
        wavering = cv2.GaussianBlur(rng.normal(0, 1, truth.shape), (0, 0), 1.5)
        wavering *= noise / wavering.std() * ((truth > 0) & (truth < 1))
        matte = Matte(np.clip(truth + wavering, 0, 1).astype(np.float32))
        yield _picture(rgb[..., ::-1]), matte, truth


def _blots(rng: np.random.Generator, size_px: int, *, low: float) -> Floats:
    drawn = cv2.GaussianBlur(rng.normal(size=(size_px, size_px, 3)), (0, 0), 2)
    drawn = (drawn - drawn.min()) / (drawn.max() - drawn.min())
    return np.asarray(low + 120 * drawn, np.float32)


def _flicker(alphas: Sequence[Floats], truths: Sequence[Floats]) -> float:
    wrong = [(a - t)[(t > 0) & (t < 1)] for a, t in zip(alphas, truths, strict=True)]
    return float(np.concatenate(wrong).std())


def _behind_px(alphas: Sequence[Floats], truths: Sequence[Floats]) -> float:
    """How far the mattes' centres lie behind the true ones, along the way."""
    columns = np.arange(truths[0].shape[1])
    centres = [
        [(alpha * columns).sum() / alpha.sum() for alpha in series] for series in (truths, alphas)
    ]
    return float(np.mean(np.subtract(*centres)))


def _running_lag_px(shots: Sequence[tuple[Picture, Matte, Floats]]) -> float:
    """What a running mean that knows of no motion would do."""
    running, kept = shots[0][1].alpha, []
    for _, matte, _ in shots[1:]:
        running = (running + matte.alpha) / 2
        kept.append(running)
    return _behind_px(kept, [truth for _, _, truth in shots[1:]])


def _off(alpha: Floats, truth: Floats) -> float:
    return float(np.abs(alpha - truth).sum())


def _seconds(work: Callable[[], object], *, times: int) -> list[float]:
    taken: list[float] = []
    for _ in range(times):
        with stopwatch() as seconds:
            work()
        taken += seconds
    return taken


def _read(path: Path, how: int = cv2.IMREAD_COLOR_BGR) -> np.ndarray:
    read = cv2.imread(str(path), how)
    if read is None:
        raise FileNotFoundError(path)
    return read


def _picture(bgr: np.ndarray) -> Picture:
    return Picture(np.dstack([bgr[..., ::-1], np.full(bgr.shape[:2], 255, np.uint8)]))


if __name__ == "__main__":
    main()
